//! The driver for pull requests: open, ask, merge, close.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::demo::github::commits::{Change, Said, apply};
use crate::demo::github::delivery::Delivery;
use crate::demo::github::drive::{Act, dressed, send};
use crate::demo::github::drive_push::push_event;
use crate::demo::github::drive_words::note;
use crate::demo::github::payload::{team, user};
use crate::demo::github::payload_pull::pull_in_full;
use crate::demo::github::state::{Merged, Pull, State};
use crate::demo::github::{FakeGithub, PullName};

/// A pull request to open.
#[derive(Clone, Debug, Default)]
pub struct NewPull {
    /// The repository's name without the owner.
    pub repo: String,
    /// The title; also the first commit's message.
    pub title: String,
    /// The description; none when empty.
    pub body: String,
    /// The head branch.
    pub branch: String,
    /// Opened as a draft.
    pub draft: bool,
    /// Label names.
    pub labels: Vec<String>,
    /// What the first commit changes against the base branch.
    pub changes: Vec<Change>,
}

impl FakeGithub {
    /// Opens a pull request against the tip of the base branch.
    #[must_use]
    pub fn open_pull(&self, act: Act<'_>, new: &NewPull) -> (PullName, Vec<Delivery>) {
        let mut state = self.lock();
        let id = 2_100_000_000 + state.id();
        let _issue = state.id();
        let name = PullName {
            repo: new.repo.clone(),
            number: state.repo(&new.repo).map_or(0, |r| r.next_number),
        };
        let Some(repo) = state.repo_mut(&new.repo) else {
            return (name, Vec::new());
        };
        let Some(tree) = repo.tree(&repo.tip).map(|t| Arc::new(apply(t, &new.changes))) else {
            return (name, Vec::new());
        };
        let base = repo.tip.clone();
        let head = repo.commit_tree(
            vec![base.clone()],
            tree,
            &Said {
                author: act.by,
                message: &new.title,
                at: act.at,
            },
        );
        repo.next_number += 1;
        let pull = Pull {
            id,
            number: name.number,
            title: new.title.clone(),
            body: (!new.body.is_empty()).then(|| new.body.clone()),
            author: act.by.into(),
            branch: new.branch.clone(),
            head,
            base,
            draft: new.draft,
            labels: new.labels.clone(),
            created: act.at,
            updated: act.at,
            closed: None,
            merged: None,
            requested: Vec::new(),
            requested_teams: Vec::new(),
            reviews: Vec::new(),
            comments: Vec::new(),
            drafts: Vec::new(),
            threads: Vec::new(),
            talk: Vec::new(),
            timeline: Vec::new(),
            shown: None,
        };
        repo.pulls.insert(name.number, pull);
        let sent = pull_event(&mut state, &name, act, "opened", &[]);
        (name, sent)
    }

    /// Marks a draft as ready.
    #[must_use]
    pub fn mark_ready(&self, pull: &PullName, act: Act<'_>) -> Vec<Delivery> {
        self.change(pull, act, "ready_for_review", |p| p.draft = false)
    }

    /// Turns a pull request back into a draft.
    #[must_use]
    pub fn back_to_draft(&self, pull: &PullName, act: Act<'_>) -> Vec<Delivery> {
        self.change(pull, act, "converted_to_draft", |p| p.draft = true)
    }

    /// Closes without merging.
    #[must_use]
    pub fn close(&self, pull: &PullName, act: Act<'_>) -> Vec<Delivery> {
        self.change(pull, act, "closed", |p| p.closed = Some(act.at))
    }

    /// Opens a closed pull request again.
    #[must_use]
    pub fn reopen(&self, pull: &PullName, act: Act<'_>) -> Vec<Delivery> {
        self.change(pull, act, "reopened", |p| p.closed = None)
    }

    /// Asks a person for a review.
    #[must_use]
    pub fn request_reviewer(&self, pull: &PullName, act: Act<'_>, login: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        if !found.requested.iter().any(|l| l == login) {
            found.requested.push(login.into());
        }
        found.updated = act.at;
        let asked = user(&state, login);
        pull_event(
            &mut state,
            pull,
            act,
            "review_requested",
            &[("requested_reviewer", asked)],
        )
    }

    /// Takes a request for a review back.
    #[must_use]
    pub fn remove_reviewer(&self, pull: &PullName, act: Act<'_>, login: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        found.requested.retain(|l| l != login);
        found.updated = act.at;
        let asked = user(&state, login);
        pull_event(
            &mut state,
            pull,
            act,
            "review_request_removed",
            &[("requested_reviewer", asked)],
        )
    }

    /// Asks a team for a review.
    #[must_use]
    pub fn request_team(&self, pull: &PullName, act: Act<'_>, slug: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(asked) = state.teams.get(slug).map(|t| team(&state, t)) else {
            return Vec::new();
        };
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        found.requested_teams.push(slug.into());
        found.updated = act.at;
        pull_event(&mut state, pull, act, "review_requested", &[("requested_team", asked)])
    }

    /// Merges by squashing: one commit on the base branch, `closed` and then `push`.
    #[must_use]
    pub fn merge(&self, pull: &PullName, act: Act<'_>) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(repo) = state.repo_mut(&pull.repo) else {
            return Vec::new();
        };
        let Some((head, title)) = repo.pulls.get(&pull.number).map(|p| (p.head.clone(), p.title.clone())) else {
            return Vec::new();
        };
        let author = repo
            .pulls
            .get(&pull.number)
            .map_or_else(String::new, |p| p.author.clone());
        let before = repo.tip.clone();
        let Some(tree) = repo.replayed(&head, &before) else {
            return Vec::new();
        };
        let message = format!("{title} (#{})", pull.number);
        let said = Said {
            author: &author,
            message: &message,
            at: act.at,
        };
        let after = repo.commit_tree(vec![before.clone()], Arc::new(tree), &said);
        repo.tip = after.clone();
        repo.pushed = act.at;
        if let Some(found) = repo.pulls.get_mut(&pull.number) {
            found.base = before.clone();
            found.shown = None;
            found.closed = Some(act.at);
            found.updated = act.at;
            found.merged = Some(Merged {
                at: act.at,
                by: act.by.into(),
                commit: after.clone(),
            });
        }
        let mut sent = pull_event(&mut state, pull, act, "closed", &[]);
        sent.extend(push_event(&mut state, &pull.repo, act, (&before, &after)));
        sent
    }

    fn change(&self, pull: &PullName, act: Act<'_>, action: &str, change: impl FnOnce(&mut Pull)) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        change(found);
        found.updated = act.at;
        pull_event(&mut state, pull, act, action, &[])
    }
}

/// Sends a `pull_request` webhook with its extra fields.
pub fn pull_event(
    state: &mut State,
    pull: &PullName,
    act: Act<'_>,
    action: &str,
    extra: &[(&str, Value)],
) -> Vec<Delivery> {
    note(state, pull, act, (action, extra));
    let shown = if state.quiet {
        None
    } else {
        state.repo_mut(&pull.repo).and_then(|r| r.shown(pull.number))
    };
    send(state, "pull_request", act.at, |state| {
        let mut own = Map::new();
        own.insert("action".into(), json!(action));
        own.insert("number".into(), json!(pull.number));
        let repo = state.repo(&pull.repo);
        if let (Some(repo), Some(shown)) = (repo, &shown)
            && let Some(found) = repo.pulls.get(&pull.number)
        {
            own.insert("pull_request".into(), pull_in_full(state, repo, found, shown));
        }
        own.extend(extra.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        dressed(state, Value::Object(own), repo, act.by)
    })
}
