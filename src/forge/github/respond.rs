//! Calls that answer a person on a pull request: what they may do there, a reaction to what they wrote, a review asked for
//! or taken back. `pull_requests: write` is enough for all of them, `metadata: read` for the role: GitHub counts comments
//! in a pull request's conversation, and reactions to them, to its pull request though their addresses say `issues`.
use serde::de::IgnoredAny;
use serde_json::json;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::Permission;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::call::Write;
use crate::forge::github::read::repo_path;
use crate::model::ids::CommentId;

/// A reaction that says how far we are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reaction {
    /// Seen.
    Eyes,
    /// Done.
    ThumbsUp,
}

impl Forge {
    /// What somebody may do in a repository; nothing where nobody of that login is known there.
    ///
    /// # Errors
    /// As for [`Forge::permission`].
    pub async fn role(&self, at: &RepoAt<'_>, login: &str) -> Result<Permission, ForgeError> {
        match self.permission(at, login).await {
            Err(ForgeError::NotFound { .. }) => Ok(Permission::None),
            answer => answer,
        }
    }

    /// Reacts to a comment in a pull request's conversation. The same reaction twice is one.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::Forbidden`] where the conversation is locked.
    pub async fn react(&self, at: &RepoAt<'_>, comment: CommentId, reaction: Reaction) -> Result<(), ForgeError> {
        let doing = format!("reacting to comment {comment} of {}/{}", at.owner, at.name);
        let content = match reaction {
            Reaction::Eyes => "eyes",
            Reaction::ThumbsUp => "+1",
        };
        let path = format!("{}/issues/comments/{comment}/reactions", repo_path(at));
        self.send(
            at,
            (&doing, "react", path),
            (&Write::Post, &json!({ "content": content })),
        )
        .await
    }

    /// Asks somebody to review a pull request. Asking who is asked already changes nothing.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::Declined`] where they are no collaborator, or wrote it.
    pub async fn request_review(&self, at: &RepoAt<'_>, number: i32, login: &str) -> Result<(), ForgeError> {
        let doing = format!(
            "asking for a review of pull request {number} of {}/{}",
            at.owner, at.name
        );
        let path = format!("{}/pulls/{number}/requested_reviewers", repo_path(at));
        let body = json!({ "reviewers": [login] });
        self.send(at, (&doing, "request_review", path), (&Write::Post, &body))
            .await
    }

    /// Takes back that somebody is asked to review a pull request; changes nothing where they aren't.
    ///
    /// # Errors
    /// As [`ForgeError`] says.
    pub async fn withdraw_request(&self, at: &RepoAt<'_>, number: i32, login: &str) -> Result<(), ForgeError> {
        let doing = format!(
            "taking back a request for a review of pull request {number} of {}/{}",
            at.owner, at.name
        );
        let path = format!("{}/pulls/{number}/requested_reviewers", repo_path(at));
        let body = json!({ "reviewers": [login] });
        self.send(at, (&doing, "withdraw_request", path), (&Write::Delete, &body))
            .await
    }

    async fn send(
        &self,
        at: &RepoAt<'_>,
        (doing, endpoint, path): (&str, &'static str, String),
        (how, body): (&Write, &serde_json::Value),
    ) -> Result<(), ForgeError> {
        let seat = self.github.seat_at(at, doing).await?;
        let call = Call { doing, endpoint, path };
        let _: IgnoredAny = self.github.write(&seat, &call, how, body).await?;
        Ok(())
    }
}
