//! What we read of GitHub's objects, wherever they come from: webhooks, API answers, exported history.
//!
//! Every field may be absent or null. The `to_*` functions give model types, or say which field is missing.
use serde::Deserialize;

use crate::forge::github::bots;
use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::comment::Hunk;
use crate::model::event::Account;
use crate::model::event::CommentSeen;
use crate::model::event::PullSeen;
use crate::model::event::RepoSeen;
use crate::model::event::ReviewSeen;
use crate::model::event::ReviewState;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::ids::ReviewId;
use crate::model::ids::TeamId;
use crate::model::person::Actor;
use crate::model::person::TeamSeen;

/// The name of a field that we can't do without and that isn't there.
pub type Absent = &'static str;

/// A list in which entries, like the list itself, may be null.
#[derive(Deserialize, Debug)]
#[serde(transparent)]
pub struct List<T>(Option<Vec<Option<T>>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(entries: Vec<T>) -> Self {
        Self(Some(entries.into_iter().map(Some).collect()))
    }
}

impl<T> List<T> {
    /// The entries that are there.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().flatten().flatten()
    }

    /// The entries that are there, taken out.
    pub fn into_entries(self) -> impl Iterator<Item = T> {
        self.0.into_iter().flatten().flatten()
    }
}

/// An account: a user, a bot or an organisation.
#[derive(Clone, Deserialize, Default, Debug)]
#[serde(default)]
pub struct User {
    pub id: Option<i64>,
    pub login: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl User {
    /// The person; none where the account is gone or not fully named.
    pub fn to_actor(&self) -> Option<Actor> {
        let login = self
            .login
            .as_deref()
            .filter(|login| !login.is_empty() && !bots::is_gone(login))?;
        Some(Actor {
            id: PersonId(self.id?),
            login: login.to_owned(),
            kind: bots::kind_of(self.kind.as_deref(), login),
        })
    }

    /// The account as a tenant.
    pub fn to_account(&self, organisation_if_unsaid: bool) -> Option<Account> {
        Some(Account {
            id: self.id?,
            login: self.login.clone()?,
            is_organisation: self
                .kind
                .as_deref()
                .map_or(organisation_if_unsaid, |kind| kind == "Organization"),
        })
    }
}

/// The person in a field that may be null.
pub fn actor(user: Option<&User>) -> Option<Actor> {
    user.and_then(User::to_actor)
}

/// A repository.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub struct Repo {
    pub id: Option<i64>,
    pub name: Option<String>,
    pub full_name: Option<String>,
    pub owner: Option<User>,
    pub private: Option<bool>,
    pub default_branch: Option<String>,
}

impl Repo {
    /// The repository, or the field that is missing. Owner and name are also read from `owner/name`.
    pub fn to_seen(&self) -> Result<RepoSeen, Absent> {
        let (full_owner, full_name) = self
            .full_name
            .as_deref()
            .and_then(|both| both.split_once('/'))
            .map_or((None, None), |(owner, name)| (Some(owner), Some(name)));
        let owner = self
            .owner
            .as_ref()
            .and_then(|owner| owner.login.as_deref())
            .or(full_owner);
        Ok(RepoSeen {
            id: RepoId(self.id.ok_or("repository.id")?),
            owner: owner.ok_or("repository.owner.login")?.to_owned(),
            name: self.name.as_deref().or(full_name).ok_or("repository.name")?.to_owned(),
            default_branch: self.default_branch.clone(),
            private: self.private.unwrap_or(true),
        })
    }
}

/// A team.
#[derive(Clone, Deserialize, Default, Debug)]
#[serde(default)]
pub struct Team {
    pub id: Option<i64>,
    pub slug: Option<String>,
    pub name: Option<String>,
    pub parent: Option<Box<Team>>,
    pub privacy: Option<String>,
}

impl Team {
    /// The team; none without its number. A deleted team comes without a slug, which is then made from its name.
    pub fn to_seen(&self) -> Option<TeamSeen> {
        let name = self.name.clone().or_else(|| self.slug.clone()).unwrap_or_default();
        let slug = self
            .slug
            .clone()
            .unwrap_or_else(|| name.to_lowercase().replace(' ', "-"));
        Some(TeamSeen {
            id: TeamId(self.id?),
            slug,
            name,
            parent: self.parent.as_ref().and_then(|parent| parent.id).map(TeamId),
            secret: self
                .privacy
                .as_deref()
                .map(|privacy| privacy.eq_ignore_ascii_case("secret")),
        })
    }
}

/// One end of a pull request.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub struct End {
    #[serde(rename = "ref")]
    pub name: Option<String>,
    pub sha: Option<String>,
    pub repo: Option<Repo>,
}

/// A label.
#[derive(Clone, Deserialize, Default, Debug)]
#[serde(default)]
pub struct Label {
    pub name: Option<String>,
}

/// A pull request.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub struct Pull {
    pub number: Option<i32>,
    pub title: Option<String>,
    pub user: Option<User>,
    pub state: Option<String>,
    pub draft: Option<bool>,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    pub closed_at: Option<Time>,
    pub merged_at: Option<Time>,
    pub merge_commit_sha: Option<String>,
    pub base: Option<End>,
    pub head: Option<End>,
    pub changed_files: Option<i32>,
    pub labels: List<Label>,
    pub requested_reviewers: List<User>,
    pub requested_teams: List<Team>,
}

impl Pull {
    /// The pull request's state, or the field that is missing: its number and one of its dates are needed.
    ///
    /// What a deleted fork or a shortened payload leaves out is an empty word.
    pub fn to_seen(&self, number: Option<i32>) -> Result<PullSeen, Absent> {
        let either = self.created_at.or(self.updated_at).ok_or("pull_request.created_at")?;
        let end = |end: &Option<End>, pick: fn(&End) -> &Option<String>| {
            end.as_ref().and_then(|end| pick(end).clone()).unwrap_or_default()
        };
        Ok(PullSeen {
            number: self.number.or(number).ok_or("pull_request.number")?,
            title: self.title.clone().unwrap_or_default(),
            author: actor(self.user.as_ref()),
            open: self
                .state
                .as_deref()
                .map_or(self.closed_at.is_none(), |state| state == "open"),
            draft: self.draft.unwrap_or(false),
            created_at: self.created_at.unwrap_or(either),
            updated_at: self.updated_at.unwrap_or(either),
            closed_at: self.closed_at,
            merged_at: self.merged_at,
            merge_sha: self.merge_commit_sha.clone(),
            base_ref: end(&self.base, |end| &end.name),
            base_sha: end(&self.base, |end| &end.sha),
            head_ref: end(&self.head, |end| &end.name),
            head_sha: end(&self.head, |end| &end.sha),
            changed_files: self.changed_files,
            labels: self.labels.entries().filter_map(|label| label.name.clone()).collect(),
            asked_people: self.requested_reviewers.entries().filter_map(User::to_actor).collect(),
            asked_teams: self.requested_teams.entries().filter_map(Team::to_seen).collect(),
        })
    }
}

/// A submitted review.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub struct Review {
    pub id: Option<i64>,
    pub user: Option<User>,
    pub state: Option<String>,
    pub submitted_at: Option<Time>,
    pub body: Option<String>,
    pub commit_id: Option<String>,
}

impl Review {
    /// The review; none where it isn't submitted yet. A state that we don't know claims the least: commented.
    pub fn to_seen(&self, time_if_unsaid: Time) -> Result<Option<ReviewSeen>, Absent> {
        let state = match self.state.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
            "pending" => return Ok(None),
            "approved" => ReviewState::Approved,
            "changes_requested" => ReviewState::ChangesRequested,
            "dismissed" => ReviewState::Dismissed,
            _ => ReviewState::Commented,
        };
        Ok(Some(ReviewSeen {
            id: ReviewId(self.id.ok_or("review.id")?),
            reviewer: actor(self.user.as_ref()),
            state,
            submitted_at: self.submitted_at.unwrap_or(time_if_unsaid),
            body: self.body.clone().unwrap_or_default(),
        }))
    }
}

/// A comment, on a line or in the conversation.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub struct Comment {
    pub id: Option<i64>,
    pub user: Option<User>,
    pub body: Option<String>,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    pub in_reply_to_id: Option<i64>,
    pub path: Option<String>,
    pub line: Option<i32>,
    pub original_line: Option<i32>,
    pub side: Option<String>,
    pub commit_id: Option<String>,
    pub original_commit_id: Option<String>,
    pub pull_request_review_id: Option<i64>,
    pub diff_hunk: Option<Hunk>,
}

impl Comment {
    /// The comment, or the field that is missing: its number and one of its dates are needed.
    ///
    /// `line` and `commit_id` wander with later pushes, so the original ones are preferred: together they name the line
    /// that the reviewer looked at.
    pub fn to_seen(&self, place: CommentPlace) -> Result<CommentSeen, Absent> {
        let either = self.created_at.or(self.updated_at).ok_or("comment.created_at")?;
        let original = self.original_commit_id.is_some() && self.original_line.is_some();
        let (commit, line) = if original {
            (&self.original_commit_id, self.original_line)
        } else if self.line.is_some() {
            (&self.commit_id, self.line)
        } else {
            (&self.original_commit_id, self.original_line)
        };
        Ok(CommentSeen {
            id: CommentId(self.id.ok_or("comment.id")?),
            place,
            author: actor(self.user.as_ref()),
            body: self.body.clone().unwrap_or_default(),
            created_at: self.created_at.unwrap_or(either),
            updated_at: self.updated_at.unwrap_or(either),
            in_reply_to: self.in_reply_to_id.map(CommentId),
            path: self.path.clone(),
            line,
            on_old_side: self.side.as_deref() == Some("LEFT"),
            commit: commit.clone().or_else(|| self.commit_id.clone()),
            review: self.pull_request_review_id.map(ReviewId),
            hunk: self.diff_hunk.clone(),
        })
    }
}
