//! Writing calls: one comment on a pull request, and review requests. At most one a second, 80 a minute, never retried
//! here: after a failure, look for the comment before posting again.
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::call::Write;
use crate::forge::github::read::repo_path;
use crate::model::ids::CommentId;

impl Forge {
    /// Posts a comment in a pull request's conversation and gives its number.
    ///
    /// # Errors
    /// As [`ForgeError`] says. After [`ForgeError::Transport`] it may have been posted all the same.
    pub async fn post_comment(&self, at: &RepoAt<'_>, number: i32, body: &str) -> Result<CommentId, ForgeError> {
        #[derive(Deserialize)]
        struct Posted {
            id: i64,
        }
        let doing = format!("commenting on pull request {number} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let path = format!("{}/issues/{number}/comments", repo_path(at));
        let call = Call {
            doing: &doing,
            endpoint: "post_comment",
            path,
        };
        let posted: Posted = self
            .github
            .write(&seat, &call, &Write::Post, &json!({ "body": body }))
            .await?;
        Ok(CommentId(posted.id))
    }

    /// Puts another text in place of that of our comment.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] where somebody deleted it.
    pub async fn edit_comment(&self, at: &RepoAt<'_>, id: CommentId, body: &str) -> Result<(), ForgeError> {
        let doing = format!("editing comment {id} of {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let path = format!("{}/issues/comments/{id}", repo_path(at));
        let call = Call {
            doing: &doing,
            endpoint: "edit_comment",
            path,
        };
        let _: IgnoredAny = self
            .github
            .write(&seat, &call, &Write::Patch, &json!({ "body": body }))
            .await?;
        Ok(())
    }
}
