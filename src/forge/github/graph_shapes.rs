//! What we read of GraphQL's objects, turned into the shapes of the REST API: from there on both are one.
use serde::Deserialize;
use serde_json::Value;

use crate::forge::github::shapes::Comment;
use crate::forge::github::shapes::List;
use crate::forge::github::shapes::User;
use crate::forge::github::timeline::Entry;
use crate::forge::github::timeline::Signature;
use crate::model::clock::Time;
use crate::model::comment::Hunk;

/// What every list of GraphQL looks like.
#[derive(Deserialize, Debug)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
pub struct Connection<T> {
    pub nodes: List<T>,
    pub page_info: PageInfo,
    pub total_count: Option<i32>,
}

impl<T> Default for Connection<T> {
    fn default() -> Self {
        Self {
            nodes: List::default(),
            page_info: PageInfo::default(),
            total_count: None,
        }
    }
}

impl<T> Connection<T> {
    /// Where the rest begins, where there is a rest.
    pub fn rest(&self) -> Option<&str> {
        self.page_info
            .end_cursor
            .as_deref()
            .filter(|_| self.page_info.has_next_page)
    }
}

#[derive(Clone, Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

/// A number that may come as text, since it outgrew 32 bits.
pub fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

/// Whoever does something: `User`, `Bot`, `Mannequin`, `Organization`, `EnterpriseUserAccount`. Null: the account is gone.
#[derive(Clone, Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Who {
    #[serde(rename = "__typename")]
    pub kind: Option<String>,
    pub login: Option<String>,
    pub database_id: Option<i64>,
    /// The account behind an `EnterpriseUserAccount`.
    pub user: Option<Box<Who>>,
}

impl Who {
    /// In REST's shape.
    pub fn to_user(&self) -> User {
        if let Some(user) = &self.user {
            return user.to_user();
        }
        let kind = self.kind.clone().unwrap_or_else(|| "User".to_owned());
        // GraphQL leaves the ending out that webhooks and REST give a bot's login.
        let login = self.login.as_ref().map(|login| {
            if kind == "Bot" && !login.ends_with("[bot]") {
                format!("{login}[bot]")
            } else {
                login.clone()
            }
        });
        User {
            id: self.database_id,
            login,
            kind: Some(kind),
        }
    }
}

/// An account in REST's shape; none where it is gone.
pub fn user(who: Option<&Who>) -> Option<User> {
    who.map(Who::to_user)
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct File {
    pub path: Option<String>,
    pub additions: Option<i32>,
    pub deletions: Option<i32>,
    pub change_type: Option<String>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct PullCommit {
    pub commit: Option<Commit>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Commit {
    pub oid: Option<String>,
    pub committed_date: Option<Time>,
    pub authors: Connection<GitActor>,
    pub committer: Option<GitActor>,
}

/// An author in git's words; the account where GitHub knows one, also by an ordinary address.
#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct GitActor {
    pub email: Option<String>,
    pub user: Option<Who>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Review {
    full_database_id: Option<Value>,
    author: Option<Who>,
    state: Option<String>,
    submitted_at: Option<Time>,
    body: Option<String>,
    commit: Option<Oid>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub struct Oid {
    pub oid: Option<String>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Thread {
    pub id: Option<String>,
    pub is_resolved: bool,
    pub resolved_by: Option<Who>,
    pub diff_side: Option<String>,
    pub comments: Connection<Said>,
}

/// A comment, on a line or in the conversation.
#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Said {
    pub id: Option<String>,
    full_database_id: Option<Value>,
    author: Option<Who>,
    body: Option<String>,
    created_at: Option<Time>,
    updated_at: Option<Time>,
    reply_to: Option<Numbered>,
    path: Option<String>,
    line: Option<i32>,
    original_line: Option<i32>,
    commit: Option<Oid>,
    original_commit: Option<Oid>,
    pull_request_review: Option<Numbered>,
    diff_hunk: Option<Hunk>,
    is_minimized: bool,
    minimized_reason: Option<String>,
    reaction_groups: List<ReactionGroup>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct Numbered {
    full_database_id: Option<Value>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default, rename_all = "camelCase")]
pub struct ReactionGroup {
    created_at: Option<Time>,
}

impl Said {
    /// GitHub's number of it.
    pub fn number(&self) -> Option<i64> {
        number(self.full_database_id.as_ref())
    }

    /// Somebody reacted to it.
    pub fn has_reactions(&self) -> bool {
        self.reaction_groups.entries().any(|group| group.created_at.is_some())
    }

    /// A moderator hid it as spam or abuse: it teaches nothing and isn't kept.
    pub fn is_rubbish(&self) -> bool {
        let reason = self.minimized_reason.as_deref().unwrap_or_default();
        self.is_minimized && (reason.eq_ignore_ascii_case("spam") || reason.eq_ignore_ascii_case("abuse"))
    }

    /// In REST's shape.
    pub fn to_comment(&self, side: Option<&str>) -> Comment {
        let oid = |of: &Option<Oid>| of.as_ref().and_then(|of| of.oid.clone());
        let of = |other: &Option<Numbered>| other.as_ref().and_then(|other| number(other.full_database_id.as_ref()));
        Comment {
            id: self.number(),
            user: user(self.author.as_ref()),
            body: self.body.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            in_reply_to_id: of(&self.reply_to),
            path: self.path.clone(),
            line: self.line,
            original_line: self.original_line,
            side: side.map(str::to_owned),
            commit_id: oid(&self.commit),
            original_commit_id: oid(&self.original_commit),
            pull_request_review_id: of(&self.pull_request_review),
            diff_hunk: self.diff_hunk.clone(),
        }
    }

    /// As an entry of the timeline.
    pub fn to_entry(&self) -> Entry {
        Entry {
            event: Some("commented".to_owned()),
            id: self.number(),
            user: user(self.author.as_ref()),
            body: self.body.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            ..Entry::default()
        }
    }
}

impl Review {
    /// As an entry of the timeline.
    pub fn to_entry(&self) -> Entry {
        Entry {
            event: Some("reviewed".to_owned()),
            id: number(self.full_database_id.as_ref()),
            user: user(self.author.as_ref()),
            state: self.state.clone(),
            submitted_at: self.submitted_at,
            body: self.body.clone(),
            commit_id: self.commit.as_ref().and_then(|commit| commit.oid.clone()),
            ..Entry::default()
        }
    }
}

impl Commit {
    /// As an entry of the timeline.
    pub fn to_entry(&self) -> Entry {
        Entry {
            event: Some("committed".to_owned()),
            sha: self.oid.clone(),
            committer: Some(Signature {
                date: self.committed_date,
            }),
            ..Entry::default()
        }
    }
}
