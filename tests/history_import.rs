//! A real project's exported history is read whole: every pull request, comment and review, in order of time.
#[path = "support/shared.rs"]
mod shared;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::BufReader;
use std::time::Instant;

use flate2::read::MultiGzDecoder;
use peerlore::forge::github::history::pull_record;
use peerlore::model::comment::CommentPlace;
use peerlore::model::event::PullAction;
use peerlore::model::event::What;

/// The word that counts an event.
fn word(what: &What) -> String {
    match what {
        What::Pull { action, .. } => {
            let name = format!("{action:?}");
            format!("pull {}", name.split(['(', ' ', '{']).next().unwrap_or_default())
        }
        What::Comment { comment, .. } => format!("comment {}", comment.place.as_str()),
        What::Review { review, .. } => format!("review {}", review.state.as_str()),
        other => format!("unexpected {other:?}"),
    }
}

#[test]
fn every_record_of_a_real_project_is_read() {
    let Some(file) = shared::open("github/secp256k1.jsonl.gz") else {
        return;
    };
    let started = Instant::now();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let (mut gone, mut on_lines, mut chained) = (0, 0, 0);
    for line in BufReader::new(MultiGzDecoder::new(file)).split(b'\n') {
        let events = pull_record(&line.expect("gzip")).expect("a record");
        *counts.entry("records".to_owned()).or_default() += 1;
        assert!(events.is_sorted_by_key(|(at, _)| *at), "in order of time");
        assert!(matches!(&events[0].1.what, What::Pull { action: PullAction::Opened, pull } if pull.open));
        for (_, event) in &events {
            let account = event.account.as_ref().expect("a tenant");
            assert!(account.is_organisation && event.repo.is_some());
            *counts.entry(word(&event.what)).or_default() += 1;
            match &event.what {
                What::Comment { comment, .. } => {
                    gone += usize::from(comment.author.is_none());
                    on_lines += usize::from(comment.place == CommentPlace::Diff && comment.line.is_some());
                    assert_eq!(comment.place == CommentPlace::Diff, comment.path.is_some());
                }
                What::Pull {
                    action: PullAction::Synchronized(push),
                    ..
                } => chained += usize::from(push.before.is_some()),
                _ => {}
            }
        }
    }
    eprintln!(
        "read in {:?}; {gone} comments by nobody, {on_lines} on a line, {chained} pushes with a head before",
        started.elapsed()
    );
    let table: Vec<String> = counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    comment conversation: 7204
    comment diff: 6018
    pull Changed: 2243
    pull Closed: 1259
    pull ConvertedToDraft: 63
    pull Opened: 1308
    pull ReadyForReview: 94
    pull Reopened: 25
    pull ReviewRequestRemoved: 3
    pull ReviewRequested: 41
    pull Synchronized: 3010
    records: 1308
    review approved: 942
    review changes_requested: 8
    review commented: 1642
    ");
    assert_eq!(gone, 63);
}

#[test]
fn past_states_are_told_again_from_the_timeline() {
    let user = |id: i64, login: &str| serde_json::json!({ "id": id, "login": login, "type": "User" });
    let at = |hour: u32| format!("2026-01-01T{hour:02}:00:00Z");
    let commit =
        |hour, sha: &str| serde_json::json!({ "event": "committed", "sha": sha, "committer": { "date": at(hour) } });
    let record = serde_json::json!({
        "type": "pull",
        "pull": {
            "number": 3, "title": "New title", "state": "closed", "draft": false, "user": user(1, "ada"),
            "created_at": at(1), "updated_at": at(9), "closed_at": at(9), "merged_at": at(9), "changed_files": 2,
            "base": { "ref": "main", "sha": "b", "repo": { "id": 7, "full_name": "acme/x", "owner": { "id": 8, "login": "acme", "type": "Organization" } } },
            "head": { "ref": "topic", "sha": "h4", "repo": null },
        },
        "events": [
            commit(0, "h0"), commit(1, "h1"),
            { "event": "commented", "id": 11, "created_at": at(2), "user": null, "body": "hello" },
            { "event": "ready_for_review", "created_at": at(3), "actor": user(1, "ada") },
            commit(4, "h2"), commit(5, "h3"),
            { "event": "renamed", "created_at": at(6), "rename": { "from": "Old title", "to": "New title" } },
            { "event": "reviewed", "id": 12, "submitted_at": at(7), "user": user(2, "bo"), "state": "APPROVED", "commit_id": "h3" },
            commit(8, "h4"), { "event": "line-commented", "id": null, "created_at": null },
            { "event": "closed", "created_at": at(9), "actor": user(2, "bo") },
        ],
        "comments": [{ "id": 13, "user": user(2, "bo"), "created_at": at(7), "path": "a.rs", "original_line": 4, "original_commit_id": "h3", "body": "why?" }],
    });
    let events = pull_record(record.to_string().as_bytes()).expect("a record");
    let told: Vec<String> = events
        .iter()
        .map(|(at, event)| match &event.what {
            What::Pull {
                action: PullAction::Synchronized(push),
                ..
            } => {
                format!("{} push {:?} -> {}", at.format("%H"), push.before, push.after)
            }
            What::Pull { pull, .. } => format!(
                "{} {}: {}, draft {}, merged {}, files {:?}, head {}",
                at.format("%H"),
                word(&event.what),
                pull.title,
                pull.draft,
                pull.merged_at.is_some(),
                pull.changed_files,
                pull.head_sha
            ),
            what => format!("{} {}", at.format("%H"), word(what)),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    01 pull Opened: Old title, draft true, merged false, files None, head h1
    02 comment conversation
    03 pull ReadyForReview: Old title, draft false, merged false, files None, head h1
    05 push Some("h1") -> h3
    06 pull Changed: New title, draft false, merged false, files None, head h3
    07 review approved
    07 comment diff
    08 push Some("h3") -> h4
    09 pull Closed: New title, draft false, merged true, files None, head h4
    09 pull Changed: New title, draft false, merged true, files Some(2), head h4
    "#);
}
