//! A real project's exported history is read whole: every pull request, comment and review, in order of time.
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use flate2::read::MultiGzDecoder;
use peerlore::forge::github::history::pull_record;
use peerlore::model::comment::CommentPlace;
use peerlore::model::event::PullAction;
use peerlore::model::event::What;

fn export() -> Option<File> {
    let shared = std::env::var_os("PEERLORE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/github/secp256k1.jsonl.gz");
    let file = File::open(&path).ok();
    if file.is_none() {
        eprintln!("SKIPPED, {} is not there: the import of real history is not proved here", path.display());
    }
    file
}

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
    let Some(file) = export() else { return };
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
                What::Pull { action: PullAction::Synchronized(push), .. } => chained += usize::from(push.before.is_some()),
                _ => {}
            }
        }
    }
    eprintln!("read in {:?}; {gone} comments by nobody, {on_lines} on a line, {chained} pushes with a head before", started.elapsed());
    let table: Vec<String> = counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
    insta::assert_snapshot!(table.join("\n"), @"");
}
