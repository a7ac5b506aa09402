//! Reading one file of a repository.
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::call::segment;
use crate::forge::github::read::repo_path;

/// A file's contents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileText {
    /// GitHub's name of these contents.
    pub blob: String,
    /// The bytes; none: more than were asked for.
    pub bytes: Option<Vec<u8>>,
}

impl Forge {
    /// A file at a commit; without one, at the tip of the default branch. None where there is no such file, or a folder.
    /// Of a file with more than `most` bytes only the name is given.
    ///
    /// # Errors
    /// As [`ForgeError`] says, but for [`ForgeError::NotFound`].
    pub async fn file(
        &self,
        at: &RepoAt<'_>,
        path: &str,
        commit: Option<&str>,
        most: usize,
    ) -> Result<Option<FileText>, ForgeError> {
        #[derive(Deserialize)]
        struct Contents {
            sha: String,
            size: usize,
            content: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Found {
            File(Contents),
            Other(serde::de::IgnoredAny),
        }
        let doing = format!("reading {path} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let reference = commit.map_or_else(String::new, |commit| format!("?ref={}", segment(commit)));
        let call = Call {
            doing: &doing,
            endpoint: "file",
            path: format!("{}/contents/{path}{reference}", repo_path(at)),
        };
        let contents = match self.github.get::<Found>(&seat, &call).await {
            Ok(Found::File(contents)) => contents,
            Ok(Found::Other(_)) | Err(ForgeError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let content = contents.content.filter(|_| contents.size <= most);
        let bytes = content
            .map(|text| BASE64.decode(text.split_whitespace().collect::<String>()))
            .transpose()
            .map_err(|error| ForgeError::Unreadable {
                doing,
                what: error.to_string(),
            })?;
        Ok(Some(FileText {
            blob: contents.sha,
            bytes,
        }))
    }
}
