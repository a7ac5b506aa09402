//! The driver for a pull request's title and labels, and the timeline that all drivers write.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::demo::github::delivery::Delivery;
use crate::demo::github::drive::Act;
use crate::demo::github::drive_pull::pull_event;
use crate::demo::github::state::{State, TimelineEntry, TimelineWhat};
use crate::demo::github::{FakeGithub, PullName};

impl FakeGithub {
    /// Gives a pull request another title.
    #[must_use]
    pub fn retitle(&self, pull: &PullName, act: Act<'_>, title: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        let from = std::mem::replace(&mut found.title, title.to_owned());
        found.updated = act.at;
        let changes = json!({ "title": { "from": from } });
        pull_event(&mut state, pull, act, "edited", &[("changes", changes)])
    }

    /// Puts a label on a pull request.
    #[must_use]
    pub fn label(&self, pull: &PullName, act: Act<'_>, name: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        found.labels.push(name.to_owned());
        found.updated = act.at;
        let label = json!({ "name": name, "color": "ededed", "default": false, "description": null });
        pull_event(&mut state, pull, act, "labeled", &[("label", label)])
    }

    /// Takes a label off a pull request.
    #[must_use]
    pub fn unlabel(&self, pull: &PullName, act: Act<'_>, name: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.pull_mut(&pull.repo, pull.number) else {
            return Vec::new();
        };
        found.labels.retain(|label| label != name);
        found.updated = act.at;
        let label = json!({ "name": name, "color": "ededed", "default": false, "description": null });
        pull_event(&mut state, pull, act, "unlabeled", &[("label", label)])
    }
}

/// Writes what a `pull_request` webhook tells into the timeline.
pub fn note(state: &mut State, name: &PullName, act: Act<'_>, (action, extra): (&str, &[(&str, Value)])) {
    let word = |field: &str, inner: &str| {
        let (_, value) = extra.iter().find(|(key, _)| *key == field)?;
        Some(value.pointer(inner)?.as_str()?.to_owned())
    };
    let what = match action {
        "synchronize" => word("before", "")
            .zip(word("after", ""))
            .filter(|(before, after)| rewritten(state, name, before, after))
            .map(|(before, after)| TimelineWhat::ForcePushed {
                before: Arc::from(before),
                after: Arc::from(after),
            }),
        "review_requested" => word("requested_reviewer", "/login")
            .map(TimelineWhat::Asked)
            .or_else(|| word("requested_team", "/slug").map(TimelineWhat::AskedTeam)),
        "review_request_removed" => word("requested_reviewer", "/login").map(TimelineWhat::Unasked),
        "ready_for_review" => Some(TimelineWhat::Ready),
        "converted_to_draft" => Some(TimelineWhat::Draft),
        "edited" => word("changes", "/title/from")
            .zip(title(state, name))
            .map(|(from, to)| TimelineWhat::Retitled { from, to }),
        "labeled" => word("label", "/name").map(TimelineWhat::Labeled),
        "unlabeled" => word("label", "/name").map(TimelineWhat::Unlabeled),
        "closed" => Some(TimelineWhat::Closed),
        "reopened" => Some(TimelineWhat::Reopened),
        _ => None,
    };
    if let (Some(what), Some(pull)) = (what, state.pull_mut(&name.repo, name.number)) {
        pull.timeline.push(TimelineEntry {
            at: act.at,
            by: act.by.to_owned(),
            what,
        });
    }
}

fn title(state: &State, name: &PullName) -> Option<String> {
    let pull = state.repo(&name.repo)?.pulls.get(&name.number)?;
    Some(pull.title.clone())
}

/// The old head isn't among the commits of the new one: the push was forced.
fn rewritten(state: &State, name: &PullName, before: &str, after: &str) -> bool {
    state
        .repo(&name.repo)
        .is_some_and(|repo| !repo.commits_between(after, before).is_empty())
}
