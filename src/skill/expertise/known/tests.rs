//! Identity 0 is known as number 7, identities 1 and 2 aren't known, identity 3 is a program.
use chrono::DateTime;
use chrono::Duration;
use rstest::rstest;

use super::*;
use crate::model::history::Change;
use crate::model::history::Commit;
use crate::model::history::File;
use crate::model::history::FileChange;

const ADA: PersonId = PersonId(7);
const BEN: PersonId = PersonId(8);

fn day(number: i64) -> Time {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time") + Duration::days(number)
}

fn commit(on: i64, authors: &[usize], path: &str, change: Change) -> Commit {
    Commit {
        at: day(on),
        authors: authors.to_vec(),
        reviewers: Vec::new(),
        files: vec![FileChange {
            path: path.to_owned(),
            change,
            added: 10,
        }],
        mechanical: false,
    }
}

fn kept(at: i64) -> Work {
    let history = History {
        at: day(at),
        last_commit: day(0),
        identities: Vec::new(),
        commits: vec![
            commit(-300, &[1], "old.rs", Change::Added),
            commit(-90, &[0], "a.rs", Change::Added),
            commit(-10, &[1, 2], "a.rs", Change::Modified),
            commit(0, &[3], "a.rs", Change::Modified),
        ],
        files: ["a.rs", "old.rs"]
            .map(|path| File {
                path: path.to_owned(),
                lines: 30,
            })
            .to_vec(),
        files_left_out: 0,
        merges: 0,
        odd_dates: 0,
        shallow: false,
    };
    let people = People {
        of: vec![Some(0), Some(1), Some(2), None],
        names: ["Ada", "Secret", "Hidden"].map(str::to_owned).to_vec(),
    };
    work(history, &people, &[Some(ADA), None, None, None])
}

fn merged(
    on: i64,
    author: Writer,
    reviewers: &[Option<PersonId>],
    files: &[(&str, Option<&str>, u32, u32)],
) -> MergedPull {
    let file = |(path, previous, added, deleted): &(&str, Option<&str>, u32, u32)| MergedFile {
        path: (*path).to_owned(),
        previous: previous.map(str::to_owned),
        added: *added,
        deleted: *deleted,
    };
    MergedPull {
        at: day(on),
        author,
        reviewers: reviewers.to_vec(),
        files: Some(files.iter().map(file).collect()),
    }
}

/// A line a file: lines, changes, and by person, `-` for nobody in particular, changes + reviews and whether they made it.
fn told(known: &Known) -> Vec<String> {
    let touch = |touch: &Touch| {
        let who = known
            .people
            .get(touch.person)
            .map_or("-".to_owned(), |one| one.0.to_string());
        let made = if touch.first { "*" } else { "" };
        format!(" {who}{made}:{}+{}", touch.changes, touch.reviews)
    };
    let line = |file: &FileKnowledge| {
        let touches: String = file.touches.iter().map(touch).collect();
        format!("{} {} {}{touches}", file.path, file.lines, file.changes)
    };
    known.facts.files.iter().map(line).collect()
}

fn all(_: &str) -> bool {
    true
}

#[rstest]
#[case("7+ada@users.noreply.github.com", Some((Some(7), "ada")))]
#[case("7+Ada@Users.NoReply.GitHub.com", Some((Some(7), "Ada")))]
#[case("ada@users.noreply.github.com", Some((None, "ada")))]
#[case("7+ada@users.noreply.git.example", None)]
#[case("ada@github.com", None)]
#[case("0+ada@users.noreply.github.com", None)]
#[case("-7+ada@users.noreply.github.com", None)]
#[case("99999999999999999999+ada@users.noreply.github.com", None)]
#[case("49+dependabot[bot]@users.noreply.github.com", None)]
#[case("7+@users.noreply.github.com", None)]
#[case("7+a@b@users.noreply.github.com", None)]
#[case("é@ü", None)]
#[case("", None)]
fn an_account_stands_in_addresses_of_the_code_host_only(
    #[case] email: &str,
    #[case] found: Option<(Option<i64>, &str)>,
) {
    let identity = Identity {
        name: "ada".to_owned(),
        email: email.to_owned(),
    };
    let account = account(&identity, "github.com");
    let account = account
        .as_ref()
        .map(|one| (one.number.map(|number| number.0), one.login.as_str()));
    assert_eq!(account, found);
}

#[test]
fn whoever_is_not_known_is_one_row_a_file_and_the_same_later() {
    let work = kept(0);
    assert_eq!((work.nameless, work.files[0].changes), (2, 3));
    let rows: Vec<_> = work
        .work
        .iter()
        .map(|row| (row.file, row.person, row.creator, row.changes))
        .collect();
    assert_eq!(
        rows,
        [(0, None, false, 2), (0, Some(ADA), true, 1), (1, None, true, 1)],
        "two of them wrote one change together"
    );
    assert_eq!(work.work[2].seen, day(-10), "seen elsewhere since");
    assert_eq!(kept(500), work);
}

#[test]
fn lines_go_on_fading() {
    let faded = |at| {
        let known = since(kept(0), &[], day(at), &all);
        known.facts.files[0].touches[0].faded
    };
    assert!((faded(0) - 10.0 / std::f64::consts::E).abs() < 1e-9);
    assert!((faded(90) - faded(0) / std::f64::consts::E).abs() < 1e-9);
}

#[test]
fn what_was_merged_since_comes_on_top() {
    let pulls = [
        merged(
            1,
            Writer::Person(Some(BEN)),
            &[Some(ADA), None],
            &[("a.rs", None, 5, 2), ("b.rs", None, 8, 0)],
        ),
        merged(
            2,
            Writer::Person(None),
            &[],
            &[("c.rs", Some("b.rs"), 0, 0), ("old.rs", None, 0, 30)],
        ),
        merged(3, Writer::Program, &[Some(BEN)], &[("c.rs", None, 1, 0)]),
    ];
    let known = since(kept(0), &pulls, day(4), &all);
    assert_eq!(
        told(&known),
        ["a.rs 33 4 7*:1+1 8:1+0 -:2+1", "c.rs 9 2 7:0+1 8*:1+1 -:0+1"]
    );
    assert_eq!(known.facts.active, [true, true]);
}

#[test]
fn files_that_do_not_count_stay_out() {
    let pulls = [merged(
        1,
        Writer::Person(Some(BEN)),
        &[],
        &[("huge.sql", None, 5, 2), ("logo.png", None, 0, 0), ("b.rs", None, 8, 0)],
    )];
    let known = since(kept(0), &pulls, day(4), &|path| path != "b.rs");
    let paths: Vec<&str> = known.facts.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a.rs", "old.rs"]);
}

#[test]
fn who_is_there_counts_in_every_file_and_for_the_others_in_each_by_itself() {
    let pulls = [merged(
        250,
        Writer::Person(None),
        &[Some(ADA)],
        &[("new.rs", None, 5, 0)],
    )];
    let known = since(kept(0), &pulls, day(260), &all);
    assert_eq!(known.facts.active, [true]);
    let known_to: Vec<usize> = known.facts.files.iter().map(|file| file.known_to(day(260))).collect();
    assert_eq!(
        known_to,
        [1, 2, 0],
        "a.rs to Ada, new.rs to both, old.rs to nobody who is still there"
    );
}
