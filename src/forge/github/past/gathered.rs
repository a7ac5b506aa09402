//! What was gathered of one pull request, and the record that it becomes.
use std::collections::BTreeSet;

use crate::forge::github::graph_pull::Item;
use crate::forge::github::graph_pull::PullNode;
use crate::forge::github::graph_shapes::Commit;
use crate::forge::github::graph_shapes::File;
use crate::forge::github::graph_shapes::GitActor;
use crate::forge::github::graph_shapes::Review;
use crate::forge::github::graph_shapes::Said;
use crate::forge::github::graph_shapes::Thread;
use crate::forge::github::graph_shapes::user;
use crate::forge::github::read::number_in_address;
use crate::forge::github::shapes::Pull;
use crate::forge::github::shapes::actor;
use crate::forge::github::timeline::Entry;
use crate::forge::github::timeline::Record;
use crate::model::ids::PersonId;
use crate::model::person::PersonKind;

/// Everything of one pull request, list by list, until nothing of it is missing.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) files: Vec<File>,
    pub(super) commits: Vec<Commit>,
    reviews: Vec<Entry>,
    pub(super) threads: Vec<Thread>,
    talk: Vec<Entry>,
    timeline: Vec<Entry>,
    pub(super) files_known: bool,
    pub(super) commits_known: bool,
    pub(super) rest: Vec<(usize, String)>,
}

impl Gathered {
    /// Takes in what one answer holds of the lists; notes where each goes on.
    pub(super) fn take(&mut self, node: &mut PullNode) {
        self.rest.clear();
        let mut rest = Vec::new();
        let mut goes_on = |part: usize, place: Option<&str>| rest.extend(place.map(|place| (part, place.to_owned())));
        if let Some(files) = node.files.take() {
            goes_on(0, files.rest());
            self.files_known = true;
            self.files.extend(files.nodes.into_entries());
        }
        if let Some(commits) = node.commits.take() {
            goes_on(1, commits.rest());
            self.commits_known = true;
            self.commits
                .extend(commits.nodes.into_entries().filter_map(|one| one.commit));
        }
        if let Some(reviews) = node.reviews.take() {
            goes_on(2, reviews.rest());
            self.reviews.extend(reviews.nodes.entries().map(Review::to_entry));
        }
        if let Some(threads) = node.review_threads.take() {
            goes_on(3, threads.rest());
            self.threads.extend(threads.nodes.into_entries());
        }
        if let Some(talk) = node.comments.take() {
            goes_on(4, talk.rest());
            let kept = talk.nodes.entries().filter(|said| !said.is_rubbish());
            self.talk.extend(kept.map(Said::to_entry));
        }
        if let Some(timeline) = node.timeline_items.take() {
            goes_on(5, timeline.rest());
            self.timeline
                .extend(timeline.nodes.entries().filter_map(Item::to_entry));
        }
        self.rest = rest;
    }

    pub(super) fn commenters(&self) -> impl Iterator<Item = &Said> {
        self.threads.iter().flat_map(|thread| thread.comments.nodes.entries())
    }

    /// Who wrote it: authors, co-authors and committers that GitHub knows, and those whose address is GitHub's own.
    pub(super) fn writers(&self) -> Vec<PersonId> {
        let known = |git: &GitActor| {
            let account = actor(user(git.user.as_ref()).as_ref()).filter(|one| one.kind == PersonKind::Human);
            account.map(|one| one.id).or_else(|| {
                git.email
                    .as_deref()
                    .filter(|_| git.user.is_none())
                    .and_then(number_in_address)
            })
        };
        let all: BTreeSet<PersonId> = self
            .commits
            .iter()
            .flat_map(|commit| commit.authors.nodes.entries().chain(&commit.committer))
            .filter_map(known)
            .collect();
        all.into_iter().collect()
    }

    pub(super) fn has_renames(&self) -> bool {
        self.files
            .iter()
            .any(|file| file.change_type.as_deref() == Some("RENAMED"))
    }
}

/// What was gathered, as the record that an export has.
pub(super) fn record(pull: Pull, gathered: &Gathered) -> Record {
    let mut events: Vec<Entry> = gathered.commits.iter().map(Commit::to_entry).collect();
    events.extend(gathered.timeline.iter().cloned());
    events.extend(gathered.reviews.iter().cloned());
    events.extend(gathered.talk.iter().cloned());
    let comments = gathered.threads.iter().flat_map(|thread| {
        let side = thread.diff_side.as_deref();
        let kept = thread.comments.nodes.entries().filter(|said| !said.is_rubbish());
        kept.map(move |said| said.to_comment(side))
    });
    Record {
        pull: Some(pull),
        events: events.into(),
        comments: comments.collect::<Vec<_>>().into(),
        one_base: true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::forge::github::history;
    use crate::forge::github::shapes::Repo;
    use crate::model::event::PullAction;
    use crate::model::event::What;

    fn gathered(node: Value) -> (Pull, Gathered) {
        let mut node: PullNode = serde_json::from_value(node).expect("a pull request");
        let mut gathered = Gathered::default();
        gathered.take(&mut node);
        let mut pull = node.to_pull();
        pull.base.as_mut().expect("a base").repo = Some(Repo {
            id: Some(7),
            full_name: Some("acme/shop".to_owned()),
            ..Repo::default()
        });
        (pull, gathered)
    }

    #[test]
    fn an_answer_becomes_the_events_that_webhooks_would_have_brought() {
        let text = r#"{
            "number": 3, "title": "Post faster", "state": "MERGED", "isDraft": false,
            "author": { "__typename": "Bot", "login": "renovate", "databaseId": 9 },
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-05T00:00:00Z",
            "closedAt": "2026-01-05T00:00:00Z", "mergedAt": "2026-01-05T00:00:00Z",
            "baseRefName": "main", "baseRefOid": "base", "headRefName": "topic", "headRefOid": "new",
            "labels": null, "reviewRequests": null, "reviews": { "pageInfo": { "hasNextPage": false }, "nodes": null }, "comments": null,
            "files": { "pageInfo": { "hasNextPage": true, "endCursor": "c" }, "nodes": [{ "path": "a.rs" }, null] },
            "commits": { "pageInfo": {}, "nodes": [{ "commit": { "oid": "new", "committedDate": "2026-01-01T00:00:00Z",
                "authors": { "nodes": [{ "email": "ada@example.com", "user": { "__typename": "User", "login": "ada", "databaseId": 1 } },
                                       { "email": "5+eve@users.noreply.github.com", "user": null },
                                       { "email": "x@example.com", "user": null }] }, "committer": null } }] },
            "timelineItems": { "pageInfo": {}, "nodes": [
                { "__typename": "HeadRefForcePushedEvent", "createdAt": "2026-01-03T00:00:00Z", "actor": null,
                  "beforeCommit": { "oid": "old" }, "afterCommit": { "oid": "new" } },
                { "__typename": "ClosedEvent", "createdAt": "2026-01-05T00:00:00Z", "actor": null }] },
            "reviewThreads": { "pageInfo": {}, "nodes": [{ "id": "T", "isResolved": true, "resolvedBy": null, "diffSide": "LEFT",
                "comments": { "pageInfo": {}, "nodes": [
                    { "fullDatabaseId": "3000000001", "author": null, "body": "Why?", "createdAt": "2026-01-02T00:00:00Z",
                      "path": "a.rs", "originalLine": 4, "originalCommit": { "oid": "old" } },
                    { "fullDatabaseId": 12, "body": "Buy!", "createdAt": "2026-01-02T00:00:00Z", "isMinimized": true, "minimizedReason": "spam" }
                ] } }] }
        }"#;
        let (pull, gathered) = gathered(serde_json::from_str(text).expect("JSON"));
        assert_eq!(gathered.rest, [(0, "c".to_owned())], "the files go on");
        assert_eq!(
            gathered.writers(),
            [PersonId(1), PersonId(5)],
            "also the one whom only the account tells"
        );
        let events = history::events_of(&record(pull, &gathered)).expect("a record");
        let opened = &events[0].1;
        let What::Pull {
            action: PullAction::Opened,
            pull,
        } = &opened.what
        else {
            panic!("{opened:?}");
        };
        let author = pull.author.as_ref().expect("an author");
        assert_eq!(
            (author.login.as_str(), author.kind, pull.head_sha.as_str()),
            ("renovate[bot]", PersonKind::Bot, "old")
        );
        let comments: Vec<_> = events
            .iter()
            .filter_map(|(_, event)| match &event.what {
                What::Comment { comment, .. } => Some((
                    comment.id.0,
                    comment.line,
                    comment.on_old_side,
                    comment.author.is_none(),
                )),
                _ => None,
            })
            .collect();
        assert_eq!(
            comments,
            [(3_000_000_001, Some(4), true, true)],
            "what is hidden as spam isn't kept"
        );
        let push = events.iter().find_map(|(_, event)| match &event.what {
            What::Pull {
                action: PullAction::Synchronized(push),
                ..
            } => Some(push),
            _ => None,
        });
        let push = push.expect("a push");
        assert_eq!(
            (
                push.before.as_deref(),
                push.after.as_str(),
                push.base.as_deref(),
                push.forced
            ),
            (Some("old"), "new", Some("base"), Some(true))
        );
        let (_, last) = events.last().expect("an event");
        assert!(
            matches!(&last.what, What::Pull { pull, .. } if !pull.open && pull.merged_at.is_some()),
            "{last:?}"
        );
    }
}
