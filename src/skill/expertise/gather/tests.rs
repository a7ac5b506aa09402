//! Small histories of people 0, 1, .. and bot 9.
use chrono::DateTime;
use chrono::Duration;

use super::*;
use crate::model::history::File;

fn now() -> Time {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

fn commit(days_ago: i64, author: usize, files: &[(&str, Change, u32)]) -> Commit {
    Commit {
        at: now() - Duration::days(days_ago),
        authors: vec![author],
        reviewers: Vec::new(),
        files: files
            .iter()
            .map(|(path, change, added)| FileChange {
                path: (*path).to_owned(),
                change: change.clone(),
                added: *added,
            })
            .collect(),
        mechanical: false,
    }
}

fn renamed(from: &str, edited: bool) -> Change {
    Change::Renamed {
        from: from.to_owned(),
        edited,
    }
}

fn gathered(commits: Vec<Commit>, files: &[&str]) -> Facts {
    let history = History {
        at: now(),
        last_commit: now(),
        identities: Vec::new(),
        commits,
        files: files
            .iter()
            .map(|path| File {
                path: (*path).to_owned(),
                lines: 100,
            })
            .collect(),
        files_left_out: 0,
        merges: 0,
        odd_dates: 0,
        shallow: false,
    };
    let people = People {
        of: (0..10).map(|number| (number < 9).then_some(number)).collect(),
        names: vec![String::new(); 9],
    };
    gather(&history, &people)
}

/// Person, made it, changes, reviews.
fn did(file: &FileKnowledge) -> Vec<(usize, bool, u32, u32)> {
    let of = |touch: &Touch| (touch.person, touch.first, touch.changes, touch.reviews);
    file.touches.iter().map(of).collect()
}

#[test]
fn a_file_keeps_its_past_through_renames() {
    let facts = gathered(
        vec![
            commit(30, 0, &[("a", Change::Added, 10)]),
            commit(20, 1, &[("b", renamed("a", true), 5)]),
            commit(10, 2, &[("c", renamed("b", false), 0)]),
            commit(5, 3, &[("c", Change::Modified, 1)]),
        ],
        &["c"],
    );
    let [file] = &facts.files[..] else { panic!() };
    assert_eq!(did(file), [(0, true, 1, 0), (1, false, 1, 0), (3, false, 1, 0)]);
    assert_eq!(file.changes, 3, "moving a file as it is tells nothing of what is in it");
}

#[test]
fn what_another_branch_changed_meanwhile_goes_to_where_the_file_is() {
    let facts = gathered(
        vec![
            commit(30, 0, &[("a", Change::Added, 10)]),
            commit(20, 1, &[("b", renamed("a", false), 0)]),
            commit(10, 2, &[("a", Change::Modified, 5)]),
        ],
        &["b"],
    );
    assert_eq!(did(&facts.files[0]), [(0, true, 1, 0), (2, false, 1, 0)]);
}

#[test]
fn a_new_file_at_an_old_name_is_another_one() {
    let facts = gathered(
        vec![
            commit(30, 0, &[("a", Change::Added, 10)]),
            commit(20, 1, &[("b", renamed("a", false), 0)]),
            commit(10, 2, &[("a", Change::Added, 5)]),
            commit(5, 3, &[("a", Change::Modified, 5)]),
        ],
        &["a", "b"],
    );
    assert_eq!(did(&facts.files[0]), [(2, true, 1, 0), (3, false, 1, 0)]);
    assert_eq!(did(&facts.files[1]), [(0, true, 1, 0)]);
}

#[test]
fn names_that_go_round_in_a_circle_come_to_an_end() {
    let facts = gathered(
        vec![
            commit(30, 0, &[("a", Change::Added, 10)]),
            commit(20, 1, &[("b", renamed("a", true), 1)]),
            commit(10, 1, &[("a", renamed("b", true), 1)]),
            commit(5, 2, &[("b", Change::Modified, 1)]),
        ],
        &["a"],
    );
    assert_eq!(
        did(&facts.files[0]),
        [(0, true, 1, 0), (1, false, 2, 0), (2, false, 1, 0)]
    );
}

#[test]
fn a_file_that_came_back_has_its_past_and_no_second_maker() {
    let facts = gathered(
        vec![
            commit(30, 0, &[("a", Change::Added, 10)]),
            commit(20, 1, &[("a", Change::Deleted, 0)]),
            commit(10, 1, &[("a", Change::Added, 10)]),
        ],
        &["a"],
    );
    assert_eq!(did(&facts.files[0]), [(0, true, 1, 0), (1, false, 1, 0)]);
}

#[test]
fn a_review_counts_half_and_everything_fades() {
    let mut reviewed = commit(90, 0, &[("a", Change::Added, 100)]);
    reviewed.reviewers = vec![1, 0];
    let facts = gathered(vec![reviewed], &["a"]);
    assert_eq!(did(&facts.files[0]), [(0, true, 1, 0), (1, false, 0, 1)]);
    let faded: Vec<f64> = facts.files[0].touches.iter().map(|touch| touch.faded).collect();
    assert!((faded[0] - 100.0 / std::f64::consts::E).abs() < 1e-9, "{faded:?}");
    assert!((faded[1] - faded[0] / 2.0).abs() < 1e-9, "{faded:?}");
}

#[test]
fn co_authors_wrote_it_together_and_bots_wrote_nothing() {
    let mut together = commit(5, 0, &[("a", Change::Added, 10)]);
    together.authors = vec![0, 9, 1];
    let facts = gathered(vec![together, commit(4, 9, &[("a", Change::Modified, 10)])], &["a"]);
    assert_eq!(did(&facts.files[0]), [(0, true, 1, 0), (1, true, 1, 0)]);
    assert_eq!(facts.files[0].changes, 2);
}

#[test]
fn a_mechanical_commit_makes_nobody_know_a_file_and_is_followed_all_the_same() {
    let mut moved = commit(20, 1, &[("b", renamed("a", true), 0), ("new", Change::Added, 0)]);
    moved.mechanical = true;
    let facts = gathered(vec![commit(30, 0, &[("a", Change::Added, 10)]), moved], &["b", "new"]);
    assert_eq!(did(&facts.files[0]), [(0, true, 1, 0)]);
    assert!(facts.files[1].touches.is_empty());
    assert!(facts.active[1], "whoever moves files is there");
}

#[test]
fn whoever_did_nothing_for_180_days_is_not_active() {
    let facts = gathered(
        vec![
            commit(400, 0, &[("a", Change::Added, 1)]),
            commit(181, 0, &[("a", Change::Modified, 1)]),
            commit(180, 1, &[("a", Change::Modified, 1)]),
        ],
        &["a"],
    );
    assert_eq!(facts.active[..3], [false, true, false]);
}
