//! Reactions to the review comments of one pull request. They have no webhook, so they are asked for.
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::read::repo_path;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;

/// Who reacted to one comment with what.
pub type Reacted = (CommentId, Vec<(PersonId, String)>);

#[derive(Deserialize)]
struct Counted {
    id: i64,
    reactions: Option<Counts>,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(default)]
    total_count: u64,
}

impl Forge {
    /// Who reacted to the review comments of a pull request: one call a hundred comments, and one more for each comment
    /// that has reactions. Comments without any are left out.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn reactions_to_diff(&self, at: &RepoAt<'_>, number: i32) -> Result<Vec<Reacted>, ForgeError> {
        let doing = format!(
            "reading the review comments on pull request {number} of {}/{}",
            at.owner, at.name
        );
        let seat = self.github.seat_at(at, &doing).await?;
        let path = format!("{}/pulls/{number}/comments", repo_path(at));
        let call = Call {
            doing: &doing,
            endpoint: "review_comments",
            path,
        };
        let comments: Vec<Counted> = self.github.list(&seat, &call).await?;
        let mut reacted = Vec::new();
        for comment in comments {
            if comment.reactions.is_some_and(|counts| counts.total_count > 0) {
                let id = CommentId(comment.id);
                reacted.push((id, self.reactions(at, CommentPlace::Diff, id).await?));
            }
        }
        Ok(reacted)
    }
}
