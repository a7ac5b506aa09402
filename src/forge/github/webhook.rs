//! The fields of a webhook delivery that we read, whatever the event; any of them may be absent.
use serde::Deserialize;

use crate::forge::github::shapes::Comment;
use crate::forge::github::shapes::List;
use crate::forge::github::shapes::Pull;
use crate::forge::github::shapes::Repo;
use crate::forge::github::shapes::Review;
use crate::forge::github::shapes::Team;
use crate::forge::github::shapes::User;
use crate::model::clock::Time;
use crate::model::settings;

/// An installation of the App.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Installation {
    pub id: Option<i64>,
    pub account: Option<User>,
    pub suspended_at: Option<serde::de::IgnoredAny>,
}

/// An issue, as far as a comment's event shows it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Issue {
    pub number: Option<i32>,
    pub pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Thread {
    pub comments: List<Comment>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Membership {
    pub user: Option<User>,
    pub role: Option<String>,
}

/// The account that a transferred repository came from.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FormerOwner {
    pub user: Option<User>,
    pub organization: Option<User>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct OwnerChange {
    pub from: Option<FormerOwner>,
}

/// What an edit changed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Changes {
    pub owner: Option<OwnerChange>,
}

/// Commits that GitHub lists in a push at most, and files in one of them. Source: GitHub Docs, "Webhook events and
/// payloads", push.
const COMMITS: usize = 2_048;
const FILES: usize = 3_000;

/// A commit of a push: which files it touches.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PushedCommit {
    added: List<String>,
    modified: List<String>,
    removed: List<String>,
}

impl PushedCommit {
    fn paths(&self) -> impl Iterator<Item = &String> {
        let changed = self.added.entries().chain(self.modified.entries());
        changed.chain(self.removed.entries())
    }
}

/// All that we read of any event.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Payload {
    pub action: Option<String>,
    pub number: Option<i32>,
    pub pull_request: Option<Pull>,
    pub requested_reviewer: Option<User>,
    pub requested_team: Option<Team>,
    pub review: Option<Review>,
    pub comment: Option<Comment>,
    pub issue: Option<Issue>,
    pub thread: Option<Thread>,
    pub updated_at: Option<Time>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub forced: Option<bool>,
    pub created: Option<bool>,
    pub commits: List<PushedCommit>,
    pub member: Option<User>,
    pub membership: Option<Membership>,
    pub team: Option<Team>,
    pub account: Option<User>,
    pub repository: Option<Repo>,
    pub organization: Option<User>,
    pub installation: Option<Installation>,
    pub repositories: List<Repo>,
    pub repositories_added: List<Repo>,
    pub repositories_removed: List<Repo>,
    pub sender: Option<User>,
    pub changes: Option<serde_json::Value>,
}

impl Payload {
    /// Whether a push may have changed a settings file. What a list that was cut leaves out, and what a rewritten history
    /// took away, is not known.
    pub fn may_touch_settings(&self) -> bool {
        let unlisted = self.forced.unwrap_or(false) || self.created.unwrap_or(false);
        let cut = self.commits.entries().count() >= COMMITS
            || self.commits.entries().any(|commit| commit.paths().count() >= FILES);
        let named = |path: &String| settings::ORGANISATION_FILES.contains(&path.as_str());
        unlisted || cut || self.commits.entries().any(|commit| commit.paths().any(named))
    }
}
