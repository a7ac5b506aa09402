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

/// Bytes of a text file at most. Source: GitHub's documentation, "About code owners".
const MOST_TEXT: usize = 3 * 1024 * 1024;

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
            encoding: Option<String>,
        }
        #[derive(Deserialize)]
        struct Blob {
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
        let wanted = contents.size <= most;
        let content = if wanted && contents.encoding.as_deref() == Some("none") {
            // Over 1 MB it comes without its bytes; its blob has them.
            let path = format!("{}/git/blobs/{}", repo_path(at), segment(&contents.sha));
            self.github.get::<Blob>(&seat, &Call { path, ..call }).await?.content
        } else {
            contents.content.filter(|_| wanted)
        };
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

    /// The text of a file on a branch (none: the default one); none where there is no such file, or it has more than 3 MB,
    /// the limit up to which GitHub itself reads its own kinds of files.
    ///
    /// # Errors
    /// As [`Forge::file`].
    pub async fn text_file(
        &self,
        at: &RepoAt<'_>,
        path: &str,
        branch: Option<&str>,
    ) -> Result<Option<String>, ForgeError> {
        let file = self.file(at, path, branch, MOST_TEXT).await?;
        let bytes = file.and_then(|file| file.bytes);
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', "")))
    }
}
