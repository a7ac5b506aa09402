//! The driver for pushes, to a pull request's branch and to the base branch.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::demo::github::commits::{Change, Said, apply};
use crate::demo::github::delivery::Delivery;
use crate::demo::github::diff::{line_after, place};
use crate::demo::github::drive::{Act, dressed, send};
use crate::demo::github::drive_pull::pull_event;
use crate::demo::github::payload::{commit, pushed_repository, stamp};
use crate::demo::github::state::{Repository, Sha, State};
use crate::demo::github::{FakeGithub, PullName};

/// How a push changes the branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// One more commit.
    Append,
    /// The last commit is made again with the changes: a force-push.
    Amend,
    /// All work is put onto the tip of the base branch as one commit, then the changes: a force-push.
    Rebase,
    /// The base branch is merged in, then the changes are made.
    MergeBase,
}

/// A push to a pull request's branch.
#[derive(Clone, Debug)]
pub struct Push {
    /// The commit's message.
    pub message: String,
    /// How the branch changes.
    pub how: How,
    /// What the commit changes.
    pub changes: Vec<Change>,
}

impl FakeGithub {
    /// Pushes to the branch of an open pull request.
    #[must_use]
    pub fn push_to_pull(&self, pull: &PullName, act: Act<'_>, push: &Push) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(repo) = state.repo_mut(&pull.repo) else {
            return Vec::new();
        };
        let Some(before) = repo.pulls.get(&pull.number).map(|p| p.head.clone()) else {
            return Vec::new();
        };
        let Some(after) = pushed(repo, &before, act, push) else {
            return Vec::new();
        };
        follow_lines(repo, pull.number, &before, &after);
        let tip = repo.tip.clone();
        if let Some(found) = repo.pulls.get_mut(&pull.number) {
            found.head = after.clone();
            found.base = tip;
            found.shown = None;
            found.updated = act.at;
        }
        let extra = [("before", json!(&*before)), ("after", json!(&*after))];
        pull_event(&mut state, pull, act, "synchronize", &extra)
    }

    /// Commits straight to the base branch.
    #[must_use]
    pub fn push_to_base(&self, repo: &str, act: Act<'_>, message: &str, changes: &[Change]) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.repo_mut(repo) else {
            return Vec::new();
        };
        let before = found.tip.clone();
        let Some(tree) = found.tree(&before).map(|t| Arc::new(apply(t, changes))) else {
            return Vec::new();
        };
        let after = found.commit_tree(
            vec![before.clone()],
            tree,
            &Said {
                author: act.by,
                message,
                at: act.at,
            },
        );
        found.tip = after.clone();
        found.pushed = act.at;
        push_event(&mut state, repo, act, (&before, &after))
    }
}

/// The commit a push leaves at the head of the branch.
fn pushed(repo: &mut Repository, before: &Sha, act: Act<'_>, push: &Push) -> Option<Sha> {
    let said = Said {
        author: act.by,
        message: &push.message,
        at: act.at,
    };
    let old = repo.commit(before)?.clone();
    match push.how {
        How::Append => {
            let tree = Arc::new(apply(&old.tree, &push.changes));
            Some(repo.commit_tree(vec![before.clone()], tree, &said))
        }
        How::Amend => {
            let tree = Arc::new(apply(&old.tree, &push.changes));
            let again = Said {
                message: &old.message,
                ..said
            };
            Some(repo.commit_tree(old.parents.clone(), tree, &again))
        }
        How::Rebase => {
            let tip = repo.tip.clone();
            let tree = repo.replayed(before, &tip)?;
            let again = Said {
                message: &old.message,
                ..said
            };
            Some(repo.commit_tree(vec![tip], Arc::new(apply(&tree, &push.changes)), &again))
        }
        How::MergeBase => {
            let tip = repo.tip.clone();
            let tree = repo.replayed(before, &tip)?;
            Some(repo.commit_tree(vec![before.clone(), tip], Arc::new(apply(&tree, &push.changes)), &said))
        }
    }
}

/// Moves review comments along with their lines; a comment whose line changed becomes outdated.
fn follow_lines(repo: &mut Repository, number: u64, before: &str, after: &Sha) {
    let (Some(old), Some(new)) = (repo.tree(before).cloned(), repo.tree(after).cloned()) else {
        return;
    };
    let tip = repo.tip.clone();
    let base = repo.merge_base(&tip, after).and_then(|b| repo.tree(&b).cloned());
    let Some(pull) = repo.pulls.get_mut(&number) else {
        return;
    };
    let comments = pull.comments.iter_mut().chain(&mut pull.drafts);
    for comment in comments.filter(|c| c.side == "RIGHT") {
        let Some(line) = comment.line else { continue };
        let moved = match (old.get(&comment.path), new.get(&comment.path)) {
            (Some(o), Some(n)) if o.sha == n.sha => Some(line),
            (Some(o), Some(n)) => line_after(&o.text, &n.text, line),
            _ => None,
        };
        comment.line = moved;
        if let Some(moved) = moved {
            comment.commit = after.clone();
            let text = new.get(&comment.path).map_or("", |b| &*b.text);
            let base = base
                .as_ref()
                .and_then(|t| t.get(&comment.path))
                .map_or("", |b| &*b.text);
            let patch = similar::TextDiff::from_lines(base, text)
                .unified_diff()
                .context_radius(3)
                .to_string();
            comment.position = place(&patch, moved, false).map(|p| p.position);
        } else {
            comment.position = None;
        }
    }
}

/// Sends a `push` webhook for the base branch.
pub fn push_event(state: &mut State, repo: &str, act: Act<'_>, range: (&str, &str)) -> Vec<Delivery> {
    let (before, after) = range;
    send(state, "push", act.at, |state| {
        let Some(found) = state.repo(repo) else {
            return Value::Null;
        };
        let org = &state.organisation.login;
        let commits: Vec<Value> = found
            .commits_between(before, after)
            .iter()
            .map(|c| pushed_commit(state, found, c))
            .collect();
        let who = state.account(act.by);
        let own = json!({
            "ref": "refs/heads/main", "before": before, "after": after, "created": false, "deleted": false,
            "forced": false, "base_ref": null,
            "compare": format!("{}/{org}/{repo}/compare/{}...{}", state.web, &before[..12], &after[..12]),
            "head_commit": commits.last(), "commits": commits,
            "pusher": { "name": who.login, "email": format!("{}+{}@users.noreply.github.com", who.id, who.login) },
        });
        let mut value = dressed(state, own, None, act.by);
        if let Some(map) = value.as_object_mut() {
            map.insert("repository".into(), pushed_repository(state, found));
        }
        value
    })
}

fn pushed_commit(state: &State, repo: &Repository, one: &crate::demo::github::commits::Commit) -> Value {
    let empty = Arc::default();
    let old = one.parents.first().and_then(|p| repo.tree(p)).unwrap_or(&empty);
    let (mut added, mut removed, mut modified) = (Vec::new(), Vec::new(), Vec::new());
    for (path, blob) in one.tree.iter() {
        match old.get(path) {
            None => added.push(path.to_string()),
            Some(before) if before.sha != blob.sha => modified.push(path.to_string()),
            Some(_) => {}
        }
    }
    removed.extend(
        old.keys()
            .filter(|p| !one.tree.contains_key(*p))
            .map(ToString::to_string),
    );
    let full = commit(state, &repo.name, one);
    let who = json!({
        "name": full["commit"]["author"]["name"], "email": full["commit"]["author"]["email"], "username": one.author,
    });
    json!({
        "id": &*one.sha, "tree_id": &*one.sha, "distinct": true, "message": one.message, "timestamp": stamp(one.at),
        "url": full["html_url"], "author": who, "committer": who, "added": added, "removed": removed, "modified": modified,
    })
}
