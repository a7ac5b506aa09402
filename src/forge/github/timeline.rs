//! One line of exported history: a pull request with its timeline and review comments, as GitHub's API gives them.
use serde::Deserialize;

use crate::forge::github::shapes::Comment;
use crate::forge::github::shapes::Label;
use crate::forge::github::shapes::List;
use crate::forge::github::shapes::Pull;
use crate::forge::github::shapes::Review;
use crate::forge::github::shapes::Team;
use crate::forge::github::shapes::User;
use crate::model::clock::Time;

/// A record: a pull request, its timeline and the comments on its lines.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Record {
    pub pull: Option<Pull>,
    pub events: List<Entry>,
    pub comments: List<Comment>,
    /// The base that it names held for every version of the head, so that all of them can be compared by it.
    #[serde(skip)]
    pub one_base: bool,
}

/// Who committed, and when.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Signature {
    pub date: Option<Time>,
}

/// A new title.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Rename {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// One entry of a timeline. Which fields are set depends on `event`.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Entry {
    pub event: Option<String>,
    pub id: Option<i64>,
    pub actor: Option<User>,
    pub user: Option<User>,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    pub submitted_at: Option<Time>,
    pub state: Option<String>,
    pub body: Option<String>,
    pub commit_id: Option<String>,
    /// The head that a force push left; only GraphQL names it.
    #[serde(skip)]
    pub before: Option<String>,
    pub sha: Option<String>,
    pub committer: Option<Signature>,
    pub rename: Option<Rename>,
    pub label: Option<Label>,
    pub requested_reviewer: Option<User>,
    pub requested_team: Option<Team>,
}

impl Entry {
    /// When it happened; a commit tells only when it was committed.
    pub fn at(&self) -> Option<Time> {
        let committed = self.committer.as_ref().and_then(|committer| committer.date);
        self.created_at.or(self.submitted_at).or(committed).or(self.updated_at)
    }

    /// Who did it, if that account is still there.
    pub fn by(&self) -> Option<&User> {
        self.actor.as_ref().or(self.user.as_ref())
    }

    /// As a submitted review.
    pub fn to_review(&self) -> Review {
        Review {
            id: self.id,
            user: self.user.clone(),
            state: self.state.clone(),
            submitted_at: self.submitted_at,
            body: self.body.clone(),
            commit_id: self.commit_id.clone(),
        }
    }

    /// As a comment of the conversation.
    pub fn to_comment(&self) -> Comment {
        Comment {
            id: self.id,
            user: self.user.as_ref().or(self.actor.as_ref()).cloned(),
            body: self.body.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            ..Comment::default()
        }
    }
}
