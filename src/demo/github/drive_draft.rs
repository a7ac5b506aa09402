//! The driver for pending reviews: what a reviewer writes down is seen by nobody else until the review is submitted.

use crate::demo::github::drive::Act;
use crate::demo::github::drive_review::{NewComment, write_comment};
use crate::demo::github::state::{Pull, Thread};
use crate::demo::github::{FakeGithub, PullName};

impl FakeGithub {
    /// Adds a comment to the reviewer's pending review; gives its id, or none where the change doesn't show the line.
    /// No webhook: `submit_review` by the same person publishes it, dated as it is written here, as GitHub does.
    #[must_use]
    pub fn draft_comment(&self, name: &PullName, act: Act<'_>, comment: &NewComment) -> Option<u64> {
        let mut state = self.lock();
        let new_review = state.id();
        let found = state.pull_mut(&name.repo, name.number)?;
        let pending = found.drafts.iter().find(|draft| draft.author == act.by);
        let review = pending.map_or(new_review, |draft| draft.review);
        let id = write_comment(&mut state, name, act, (comment, review))?;
        let found = state.pull_mut(&name.repo, name.number)?;
        found.drafts.extend(found.comments.pop());
        found.threads.retain(|thread| thread.root != id);
        Some(id)
    }
}

/// Makes a reviewer's drafts visible; gives their review and their ids, oldest first.
pub fn publish_drafts(pull: &mut Pull, login: &str) -> (Option<u64>, Vec<u64>) {
    let drafts = std::mem::take(&mut pull.drafts);
    let (published, others): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| draft.author == login);
    pull.drafts = others;
    let roots = published.iter().filter(|draft| draft.reply_to.is_none());
    pull.threads.extend(roots.map(|draft| Thread {
        root: draft.id,
        resolved_by: None,
    }));
    let ids = published.iter().map(|draft| draft.id).collect();
    let review = published.first().map(|draft| draft.review);
    pull.comments.extend(published);
    (review, ids)
}
