//! What the loopback GitHub remembers: accounts, teams, repositories with contents, pull requests.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use crate::demo::github::apps::Apps;
use crate::demo::github::commits::{Commit, Tree};
use crate::demo::github::diff::{FileChange, changes_between};
use crate::demo::github::failures::{Asked, Rate, Switch};
use crate::demo::github::graphql::Graph;
use crate::demo::github::hook_deliveries::Sent;
use crate::demo::github::life::Life;
use crate::demo::github::routes_respond::Respond;
use crate::demo::github::sign_in::SignIns;

/// A commit's or a blob's name: 40 hexadecimal digits.
pub type Sha = Arc<str>;

/// What kind of account a login is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person.
    User,
    /// An App's account; its login ends in `[bot]`.
    Bot,
    /// An organisation.
    Organization,
}

impl AccountKind {
    /// GitHub's word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Organization => "Organization",
        }
    }
}

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: u64,
    pub login: String,
    pub name: String,
    pub kind: AccountKind,
}

/// A team of the organisation; `members` holds logins, true for a maintainer.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: u64,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub secret: bool,
    pub members: BTreeMap<String, bool>,
    pub repos: Vec<u64>,
}

/// A repository with its commits.
#[derive(Debug)]
pub struct Repository {
    pub id: u64,
    pub name: String,
    pub language: String,
    pub created: DateTime<Utc>,
    pub pushed: DateTime<Utc>,
    pub tip: Sha,
    pub commits: HashMap<Sha, Arc<Commit>>,
    pub pulls: BTreeMap<u64, Pull>,
    pub next_number: u64,
}

/// A pull request.
#[derive(Debug)]
pub struct Pull {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    pub author: String,
    pub branch: String,
    pub head: Sha,
    pub base: Sha,
    pub draft: bool,
    pub labels: Vec<String>,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub closed: Option<DateTime<Utc>>,
    pub merged: Option<Merged>,
    pub requested: Vec<String>,
    pub requested_teams: Vec<String>,
    pub reviews: Vec<Review>,
    pub comments: Vec<ReviewComment>,
    /// Comments of pending reviews: nobody but their authors sees them.
    pub drafts: Vec<ReviewComment>,
    pub threads: Vec<Thread>,
    pub talk: Vec<IssueComment>,
    /// What happened to it beside commits, reviews and comments, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// What the pull request changes; made when asked for, dropped when its head or base moves.
    pub shown: Option<Arc<Shown>>,
}

/// What a pull request changes.
#[derive(Debug)]
pub struct Shown {
    pub files: Vec<FileChange>,
    pub commits: usize,
    pub additions: usize,
    pub deletions: usize,
}

/// Something that happened to a pull request.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    pub at: DateTime<Utc>,
    pub by: String,
    pub what: TimelineWhat,
}

/// What it was.
#[derive(Clone, Debug)]
pub enum TimelineWhat {
    ForcePushed { before: Sha, after: Sha },
    Asked(String),
    AskedTeam(String),
    Unasked(String),
    Ready,
    Draft,
    Retitled { from: String, to: String },
    Labeled(String),
    Unlabeled(String),
    Closed,
    Reopened,
}

/// How a pull request was merged.
#[derive(Clone, Debug)]
pub struct Merged {
    pub at: DateTime<Utc>,
    pub by: String,
    pub commit: Sha,
}

/// A submitted review.
#[derive(Clone, Debug)]
pub struct Review {
    pub id: u64,
    pub author: String,
    pub state: &'static str,
    pub body: Option<String>,
    pub commit: Sha,
    pub at: DateTime<Utc>,
}

/// A comment on a line of the change.
#[derive(Clone, Debug)]
pub struct ReviewComment {
    pub id: u64,
    pub review: u64,
    pub author: String,
    pub body: String,
    pub path: Arc<str>,
    pub hunk: Arc<str>,
    pub position: Option<usize>,
    pub original_position: usize,
    pub line: Option<usize>,
    pub original_line: usize,
    pub start_line: Option<usize>,
    pub side: &'static str,
    pub commit: Sha,
    pub original_commit: Sha,
    pub reply_to: Option<u64>,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub reactions: Vec<Reaction>,
}

/// A review thread: its first comment and whether somebody resolved it.
#[derive(Clone, Debug)]
pub struct Thread {
    pub root: u64,
    pub resolved_by: Option<String>,
}

/// A comment on the pull request as a whole.
#[derive(Clone, Debug)]
pub struct IssueComment {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub reactions: Vec<Reaction>,
}

/// A reaction to a comment.
#[derive(Clone, Debug)]
pub struct Reaction {
    pub id: u64,
    pub login: String,
    pub content: String,
    pub at: DateTime<Utc>,
}

/// A check run, ours or another App's.
#[derive(Clone, Debug)]
pub struct CheckRun {
    pub id: u64,
    pub repo: String,
    /// The slug of the App that posted it.
    pub app: String,
    pub request: serde_json::Value,
}

/// Everything.
#[derive(Debug)]
pub struct State {
    pub api: String,
    pub web: String,
    pub now: DateTime<Utc>,
    pub next_id: u64,
    pub sent: u64,
    pub quiet: bool,
    pub salt: u64,
    pub app_id: u64,
    pub app_slug: String,
    pub installation: u64,
    pub life: Life,
    /// What bears on GraphQL alone.
    pub graph: Graph,
    pub organisation: Account,
    pub created: DateTime<Utc>,
    pub accounts: BTreeMap<String, Account>,
    /// Members by login; true for an owner.
    pub members: BTreeMap<String, bool>,
    pub teams: BTreeMap<String, Team>,
    pub repos: Vec<Repository>,
    pub old_names: HashMap<String, u64>,
    pub checks: Vec<CheckRun>,
    /// What bears on answering people.
    pub respond: Respond,
    pub switches: Vec<Switch>,
    pub asked: Vec<Asked>,
    pub rate: Rate,
    /// What is known of Apps beside their names.
    pub apps: Apps,
    /// The webhooks that were sent.
    pub sent_hooks: Sent,
    pub sign_ins: SignIns,
    /// True while a webhook is made: accounts and repositories are then written as references.
    pub referring: bool,
    /// Accounts and repositories as text, by reference.
    pub rendered: RefCell<HashMap<String, Box<RawValue>>>,
}

impl State {
    /// The next id of comments, reviews and the like: rising, as GitHub's are.
    pub fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// A repository by its present name.
    pub fn repo(&self, name: &str) -> Option<&Repository> {
        self.repos.iter().find(|r| r.name.eq_ignore_ascii_case(name))
    }

    /// The same, to change it.
    pub fn repo_mut(&mut self, name: &str) -> Option<&mut Repository> {
        self.repos.iter_mut().find(|r| r.name.eq_ignore_ascii_case(name))
    }

    /// A pull request of a repository.
    pub fn pull_mut(&mut self, repo: &str, number: u64) -> Option<&mut Pull> {
        self.repo_mut(repo)?.pulls.get_mut(&number)
    }

    /// An account; an unknown login is answered with a person's account without a name.
    pub fn account(&self, login: &str) -> Account {
        if login == self.organisation.login {
            return self.organisation.clone();
        }
        self.accounts.get(login).cloned().unwrap_or_else(|| Account {
            id: 9_999_999,
            login: login.to_owned(),
            name: login.to_owned(),
            kind: AccountKind::User,
        })
    }

    /// GitHub's word for how `login` belongs to the repository.
    pub fn association(&self, login: &str) -> &'static str {
        if self.members.contains_key(login) {
            "MEMBER"
        } else {
            "NONE"
        }
    }
}

impl Repository {
    /// What a pull request changes against its base, from the cache where it still holds.
    pub fn shown(&mut self, number: u64) -> Option<Arc<Shown>> {
        let pull = self.pulls.get(&number)?;
        if let Some(shown) = &pull.shown {
            return Some(shown.clone());
        }
        let (base, head) = (pull.base.clone(), pull.head.clone());
        let from = self.merge_base(&base, &head)?;
        let files = changes_between(self.tree(&from)?, self.tree(&head)?);
        let shown = Arc::new(Shown {
            commits: self.commits_between(&base, &head).len(),
            additions: files.iter().map(|f| f.additions).sum(),
            deletions: files.iter().map(|f| f.deletions).sum(),
            files,
        });
        self.pulls.get_mut(&number)?.shown = Some(shown.clone());
        Some(shown)
    }

    /// A commit by its name.
    pub fn commit(&self, sha: &str) -> Option<&Arc<Commit>> {
        self.commits.get(sha)
    }

    /// The files at a commit; none for an unknown commit.
    pub fn tree(&self, sha: &str) -> Option<&Arc<Tree>> {
        self.commits.get(sha).map(|c| &c.tree)
    }

    /// A commit by full name, branch name of the base, or the head branch of a pull request.
    pub fn resolve(&self, name: &str) -> Option<Sha> {
        if let Some((sha, _)) = self.commits.get_key_value(name) {
            return Some(sha.clone());
        }
        if name == "main" || name == "HEAD" {
            return Some(self.tip.clone());
        }
        let short = name.rsplit(':').next().unwrap_or(name);
        self.pulls
            .values()
            .rev()
            .find(|p| p.branch == short)
            .map(|p| p.head.clone())
    }
}
