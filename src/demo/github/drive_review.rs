//! The driver for review: verdicts, line comments, replies, threads, talk, reactions.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::demo::github::delivery::Delivery;
use crate::demo::github::diff::{Place, place};
use crate::demo::github::drive::{Act, dressed, send};
use crate::demo::github::drive_draft::publish_drafts;
use crate::demo::github::payload::issue_comment;
use crate::demo::github::payload_pull::{issue, pull, review, review_comment};
use crate::demo::github::state::{IssueComment, Reaction, Review, ReviewComment, State, Thread};
use crate::demo::github::{FakeGithub, PullName};

/// What a review says about merging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Comments only.
    Commented,
    /// May be merged.
    Approved,
    /// Has to change first.
    ChangesRequested,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Commented => "commented",
            Self::Approved => "approved",
            Self::ChangesRequested => "changes_requested",
        }
    }
}

/// A review to submit with its line comments.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// What it says about merging.
    pub verdict: Verdict,
    /// The review's own text; none when empty.
    pub body: String,
    /// Comments on lines.
    pub comments: Vec<NewComment>,
}

/// A comment on a line of the new side.
#[derive(Clone, Debug, Default)]
pub struct NewComment {
    /// The file.
    pub path: String,
    /// The line at the head, counting from 1; 0 for a reply, which takes its root's.
    pub line: usize,
    /// The first line of a comment on several.
    pub start_line: Option<usize>,
    /// On the old side of the change.
    pub left: bool,
    /// The text.
    pub body: String,
    /// The root comment that this replies to.
    pub reply_to: Option<u64>,
}

impl NewComment {
    /// A comment on one line of the new side.
    #[must_use]
    pub fn on(path: &str, line: usize, body: &str) -> Self {
        Self {
            path: path.into(),
            line,
            body: body.into(),
            ..Self::default()
        }
    }

    /// A reply in a thread.
    #[must_use]
    pub fn reply(root: u64, body: &str) -> Self {
        Self {
            body: body.into(),
            reply_to: Some(root),
            ..Self::default()
        }
    }
}

/// What a submitted review or comment became.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// The review's id.
    pub review: u64,
    /// The ids of its comments, drafts first, in the order they were given; one on a line that the change doesn't show is left out.
    pub comments: Vec<u64>,
    /// The webhooks.
    pub deliveries: Vec<Delivery>,
}

impl FakeGithub {
    /// Submits a review: one `pull_request_review` and a `pull_request_review_comment` for each comment. What the
    /// reviewer drafted on this pull request goes with it and comes first.
    #[must_use]
    pub fn submit_review(&self, name: &PullName, act: Act<'_>, new: &NewReview) -> Posted {
        let mut state = self.lock();
        let new_id = state.id();
        let Some(found) = state.pull_mut(&name.repo, name.number) else {
            return Posted::default();
        };
        let (drafted, drafts) = publish_drafts(found, act.by);
        let id = drafted.unwrap_or(new_id);
        let submitted = Review {
            id,
            author: act.by.into(),
            state: new.verdict.word(),
            body: (!new.body.is_empty()).then(|| new.body.clone()),
            commit: found.head.clone(),
            at: act.at,
        };
        found.requested.retain(|l| l != act.by);
        found.updated = act.at;
        found.reviews.push(submitted.clone());
        let mut posted = Posted {
            review: id,
            comments: drafts,
            ..Posted::default()
        };
        for comment in &new.comments {
            posted
                .comments
                .extend(write_comment(&mut state, name, act, (comment, id)));
        }
        posted.deliveries = send(&mut state, "pull_request_review", act.at, |state| {
            let own =
                json!({ "action": "submitted", "review": review(state, &name.repo, name.number, &submitted, false) });
            with_pull(state, name, own, act)
        });
        for comment in posted.comments.clone() {
            posted
                .deliveries
                .extend(comment_event(&mut state, name, act, (comment, "created", &[])));
        }
        posted
    }

    /// A single comment or a reply: GitHub wraps it into a review of its own without a text.
    #[must_use]
    pub fn review_comment(&self, name: &PullName, act: Act<'_>, comment: NewComment) -> Posted {
        let new = NewReview {
            verdict: Verdict::Commented,
            body: String::new(),
            comments: vec![comment],
        };
        self.submit_review(name, act, &new)
    }

    /// Changes a review comment's text.
    #[must_use]
    pub fn edit_review_comment(&self, name: &PullName, act: Act<'_>, comment: u64, body: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = comment_mut(&mut state, name, comment) else {
            return Vec::new();
        };
        let from = std::mem::replace(&mut found.body, body.to_owned());
        found.updated = act.at;
        let changes = [("changes", json!({ "body": { "from": from } }))];
        comment_event(&mut state, name, act, (comment, "edited", &changes))
    }

    /// Deletes a review comment; the thread goes with its last one.
    #[must_use]
    pub fn delete_review_comment(&self, name: &PullName, act: Act<'_>, comment: u64) -> Vec<Delivery> {
        let mut state = self.lock();
        let sent = comment_event(&mut state, name, act, (comment, "deleted", &[]));
        if let Some(found) = state.pull_mut(&name.repo, name.number) {
            found.comments.retain(|c| c.id != comment);
            let left: Vec<u64> = found.comments.iter().map(|c| c.reply_to.unwrap_or(c.id)).collect();
            found.threads.retain(|t| left.contains(&t.root));
        }
        sent
    }

    /// Resolves the thread that starts with this comment.
    #[must_use]
    pub fn resolve_thread(&self, name: &PullName, act: Act<'_>, root: u64) -> Vec<Delivery> {
        self.turn_thread(name, act, root, true)
    }

    /// Opens a resolved thread again.
    #[must_use]
    pub fn unresolve_thread(&self, name: &PullName, act: Act<'_>, root: u64) -> Vec<Delivery> {
        self.turn_thread(name, act, root, false)
    }

    fn turn_thread(&self, name: &PullName, act: Act<'_>, root: u64, resolved: bool) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&name.repo, name.number) else {
            return Vec::new();
        };
        let Some(thread) = found.threads.iter_mut().find(|t| t.root == root) else {
            return Vec::new();
        };
        thread.resolved_by = resolved.then(|| act.by.to_owned());
        let action = if resolved { "resolved" } else { "unresolved" };
        send(&mut state, "pull_request_review_thread", act.at, |state| {
            let found = state.repo(&name.repo).and_then(|r| r.pulls.get(&name.number));
            let comments: Vec<Value> = found
                .into_iter()
                .flat_map(|p| &p.comments)
                .filter(|c| c.id == root || c.reply_to == Some(root))
                .map(|c| review_comment(state, &name.repo, name.number, c))
                .collect();
            let node_id = format!("PRRT_kwDO{root:010x}");
            let own = json!({ "action": action, "thread": { "node_id": node_id, "comments": comments } });
            with_pull(state, name, own, act)
        })
    }

    /// Comments on the pull request as a whole; gives the comment's id.
    #[must_use]
    pub fn issue_comment(&self, name: &PullName, act: Act<'_>, body: &str) -> (u64, Vec<Delivery>) {
        let mut state = self.lock();
        let id = state.id();
        let Some(found) = state.pull_mut(&name.repo, name.number) else {
            return (0, Vec::new());
        };
        found.updated = act.at;
        found.talk.push(IssueComment {
            id,
            author: act.by.into(),
            body: body.into(),
            created: act.at,
            updated: act.at,
            reactions: Vec::new(),
        });
        (id, talk_event(&mut state, name, act, (id, "created", None)))
    }

    /// Changes the text of a comment on the pull request as a whole.
    #[must_use]
    pub fn edit_issue_comment(&self, name: &PullName, act: Act<'_>, comment: u64, body: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&name.repo, name.number) else {
            return Vec::new();
        };
        let Some(talk) = found.talk.iter_mut().find(|c| c.id == comment) else {
            return Vec::new();
        };
        let from = std::mem::replace(&mut talk.body, body.to_owned());
        talk.updated = act.at;
        talk_event(&mut state, name, act, (comment, "edited", Some(from)))
    }

    /// Deletes a comment on the pull request as a whole.
    #[must_use]
    pub fn delete_issue_comment(&self, name: &PullName, act: Act<'_>, comment: u64) -> Vec<Delivery> {
        let mut state = self.lock();
        let sent = talk_event(&mut state, name, act, (comment, "deleted", None));
        if let Some(found) = state.pull_mut(&name.repo, name.number) {
            found.talk.retain(|c| c.id != comment);
        }
        sent
    }

    /// Reacts to a review comment or a comment on the whole; `content` is GitHub's word, such as `+1`. No webhook.
    pub fn react(&self, name: &PullName, act: Act<'_>, comment: u64, content: &str) {
        let mut state = self.lock();
        let id = state.id();
        let Some(found) = state.pull_mut(&name.repo, name.number) else {
            return;
        };
        let reaction = Reaction {
            id,
            login: act.by.into(),
            content: content.into(),
            at: act.at,
        };
        if let Some(c) = found.comments.iter_mut().find(|c| c.id == comment) {
            c.reactions.push(reaction);
        } else if let Some(c) = found.talk.iter_mut().find(|c| c.id == comment) {
            c.reactions.push(reaction);
        }
    }
}

fn comment_mut<'a>(state: &'a mut State, name: &PullName, id: u64) -> Option<&'a mut ReviewComment> {
    state
        .pull_mut(&name.repo, name.number)?
        .comments
        .iter_mut()
        .find(|c| c.id == id)
}

/// Writes a comment of a review into the state; gives its id, or none where the change doesn't show the line.
pub fn write_comment(state: &mut State, name: &PullName, act: Act<'_>, what: (&NewComment, u64)) -> Option<u64> {
    let (new, review) = what;
    let id = state.id();
    let repo = state.repo_mut(&name.repo)?;
    let shown = repo.shown(name.number)?;
    let pull = repo.pulls.get_mut(&name.number)?;
    let head = pull.head.clone();
    let mut comment = if let Some(root) = new.reply_to {
        let root = pull.comments.iter().find(|c| c.id == root)?;
        ReviewComment {
            reply_to: Some(root.reply_to.unwrap_or(root.id)),
            ..root.clone()
        }
    } else {
        let patch = shown.files.iter().find(|f| *f.path == *new.path)?.patch.as_deref()?;
        let Place { hunk, position } = place(patch, new.line, new.left)?;
        pull.threads.push(Thread {
            root: id,
            resolved_by: None,
        });
        ReviewComment {
            id,
            review,
            author: String::new(),
            body: String::new(),
            path: Arc::from(new.path.as_str()),
            hunk: Arc::from(hunk),
            position: Some(position),
            original_position: position,
            line: Some(new.line),
            original_line: new.line,
            start_line: new.start_line,
            side: if new.left { "LEFT" } else { "RIGHT" },
            commit: head.clone(),
            original_commit: head,
            reply_to: None,
            created: act.at,
            updated: act.at,
            reactions: Vec::new(),
        }
    };
    comment.id = id;
    comment.review = review;
    act.by.clone_into(&mut comment.author);
    new.body.clone_into(&mut comment.body);
    (comment.created, comment.updated) = (act.at, act.at);
    comment.reactions.clear();
    pull.comments.push(comment);
    Some(id)
}

fn with_pull(state: &State, name: &PullName, mut own: Value, act: Act<'_>) -> Value {
    let repo = state.repo(&name.repo);
    if let Some(repo) = repo
        && let Some(found) = repo.pulls.get(&name.number)
        && let Some(map) = own.as_object_mut()
    {
        map.insert("pull_request".into(), pull(state, repo, found));
    }
    dressed(state, own, repo, act.by)
}

fn comment_event(
    state: &mut State,
    name: &PullName,
    act: Act<'_>,
    what: (u64, &str, &[(&str, Value)]),
) -> Vec<Delivery> {
    let (id, action, extra) = what;
    send(state, "pull_request_review_comment", act.at, |state| {
        let found = state.repo(&name.repo).and_then(|r| r.pulls.get(&name.number));
        let comment = found.and_then(|p| p.comments.iter().find(|c| c.id == id));
        let comment = comment.map(|c| review_comment(state, &name.repo, name.number, c));
        let mut own = json!({ "action": action, "comment": comment });
        if let Some(map) = own.as_object_mut() {
            map.extend(extra.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        }
        with_pull(state, name, own, act)
    })
}

fn talk_event(state: &mut State, name: &PullName, act: Act<'_>, what: (u64, &str, Option<String>)) -> Vec<Delivery> {
    let (id, action, from) = what;
    send(state, "issue_comment", act.at, |state| {
        let Some(repo) = state.repo(&name.repo) else {
            return Value::Null;
        };
        let Some(found) = repo.pulls.get(&name.number) else {
            return Value::Null;
        };
        let comment = found.talk.iter().find(|c| c.id == id);
        let comment = comment.map(|c| issue_comment(state, &name.repo, name.number, c));
        let mut own = json!({ "action": action, "issue": issue(state, repo, found), "comment": comment });
        if let (Some(map), Some(from)) = (own.as_object_mut(), from) {
            map.insert("changes".into(), json!({ "body": { "from": from } }));
        }
        dressed(state, own, Some(repo), act.by)
    })
}
