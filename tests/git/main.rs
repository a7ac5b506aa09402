//! `peerlore risk --git` on small repositories that git itself makes, and on what hostile ones hold.
mod found;
mod repository;

use std::path::Path;
use std::process::Command;
use std::process::Output;

use repository::Repository;
use serde_json::Value;

/// A day on which everything that is told here has happened.
const AFTERWARDS: &str = "2025-06-30";

fn risk(path: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .args(["risk", "--git"])
        .arg(path)
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The figures, and the whole text that people see, of a repository as of a day.
#[track_caller]
fn figures(path: &Path, day: &str) -> Value {
    let output = risk(path, &["--at", day, "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[track_caller]
fn told(path: &Path, arguments: &[&str]) -> String {
    let output = risk(path, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The one line that says why it failed.
#[track_caller]
fn fails(path: &Path, arguments: &[&str]) -> String {
    let output = risk(path, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(output.stdout.is_empty());
    said
}

fn names(factor: &Value) -> Vec<(&str, u64)> {
    let all = factor["main_authors"].as_array().expect("a list");
    all.iter()
        .map(|one| {
            (
                one["name"].as_str().expect("a name"),
                one["files"].as_u64().expect("a number"),
            )
        })
        .collect()
}

fn text(lines: usize) -> String {
    let lines: Vec<String> = (0..lines).map(|line| format!("line {line}\n")).collect();
    lines.concat()
}

/// Ann wrote all of it long ago and left; Bob and Cy came after her, and Cy only reviews.
fn handed_over() -> Repository {
    let mut it = Repository::new();
    for number in 0..6 {
        let path = format!("core/{number}.rs");
        it.commit(
            ("Ann", "ann@x.example", "2023-01-10"),
            "Begin",
            &[(&path, Some(&text(50)))],
        );
    }
    it.commit(
        ("Bob", "bob@x.example", "2025-06-01"),
        "Say more\n\nReviewed-by: Cy <cy@x.example>",
        &[
            ("core/0.rs", Some(&(text(50) + &text(30)))),
            ("core/1.rs", Some(&(text(50) + &text(30)))),
            ("core/2.rs", Some(&(text(50) + &text(30)))),
            ("core/3.rs", Some(&(text(50) + &text(30)))),
        ],
    );
    it.commit(
        ("Bob", "bob@x.example", "2025-06-20"),
        "Tell",
        &[("docs/read.md", Some("Read.\n"))],
    );
    it.build()
}

#[test]
fn both_definitions_stand_beside_each_other() {
    let found = figures(handed_over().path(), AFTERWARDS);
    assert_eq!((&found["commits"], &found["files"]), (&8.into(), &7.into()));
    assert_eq!((&found["people"], &found["active_people"]), (&3.into(), &2.into()));
    assert_eq!(
        names(&found["avelino"]),
        [("Ann", 6)],
        "whoever made it is its author for good"
    );
    assert_eq!(
        names(&found["ours"]),
        [("Bob", 5), ("Cy", 4)],
        "only who is there holds it"
    );
    assert_eq!(found["ours"]["nobodys_files"], 2);
    assert_eq!(
        found["files_at_risk"], 3,
        "core/4.rs and core/5.rs are nobody's, docs/read.md is one person's"
    );
    let modules: Vec<(&str, u64)> = found["modules"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|module| {
            (
                module["path"].as_str().unwrap(),
                module["files_at_risk"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(modules, [("core", 2), ("docs", 1)]);
}

#[test]
fn an_earlier_day_knows_nothing_of_later_ones() {
    let it = handed_over();
    let found = figures(it.path(), "2023-02-01");
    assert_eq!((&found["commits"], &found["files"]), (&6.into(), &6.into()));
    assert_eq!(names(&found["ours"]), [("Ann", 6)]);
    let said = fails(it.path(), &["--at", "2020-01-01"]);
    assert!(
        said.contains("has no commit from before 2020-01-01 23:59:59 UTC"),
        "{said}"
    );
}

#[test]
fn people_read_it_in_sentences() {
    let told = told(handed_over().path(), &["--at", AFTERWARDS]);
    for words in [
        "As of 2025-06-30: 8 commits, 7 files and 3 people, 2 of them active",
        "Ann (6 files)",
        "Bob (5 files), Cy (4 files)",
        "At most one active person ever wrote or reviewed 3 of 7 files.",
        "53% that it would be a problem if they left",
    ] {
        assert!(told.contains(words), "{words:?} is not in: {told}");
    }
    assert!(!told.contains("shallow"));
}

#[test]
fn what_people_do_not_write_makes_nobody_an_expert() {
    let mut it = Repository::new();
    let many: Vec<String> = (0..101).map(|number| format!("many/{number}.rs")).collect();
    let many: Vec<(&str, Option<&str>)> = many.iter().map(|path| (path.as_str(), Some("one\n"))).collect();
    it.commit(
        ("Ann", "ann@x.example", "2025-06-01"),
        "Begin",
        &[
            (".gitattributes", Some("api/** linguist-generated\n")),
            ("Cargo.lock", Some("locked\n")),
            ("api/client.rs", Some("made\n")),
            ("vendor/x/y.go", Some("theirs\n")),
            ("picture.png", Some("a\0b")),
            ("src/a.rs", Some("one\n")),
        ],
    );
    it.commit(("Dee", "dee@x.example", "2025-06-02"), "Format all", &many);
    it.commit(
        ("release[bot]", "bot@x.example", "2025-06-03"),
        "Release",
        &[("src/v.rs", Some("2\n"))],
    );
    it.commit(
        ("Fay", "fay@x.example", "2025-06-04"),
        "Reformat",
        &[("src/a.rs", Some("one \n"))],
    );
    it.commit_ignoring_the_last(("Ann", "ann@x.example", "2025-06-05"));
    let found = figures(it.build().path(), AFTERWARDS);
    assert_eq!(
        found["files_left_out"], 5,
        "Linguist counts .gitattributes as vendored, too"
    );
    assert_eq!(found["mechanical_commits"], 2);
    assert_eq!(found["people"], 3, "the bot is nobody");
    let module = |path: &str| {
        found["modules"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["path"] == path)
            .unwrap()
            .clone()
    };
    assert_eq!(names(&module("src")), [("Ann", 1)]);
    assert_eq!(
        (&module("src")["nobodys_files"], &module("many")["nobodys_files"]),
        (&1.into(), &101.into())
    );
}

#[test]
fn a_file_is_followed_to_its_new_name_and_merges_are_left_out() {
    let mut it = Repository::new();
    it.commit(
        ("Ann", "ann@x.example", "2025-06-01"),
        "Begin",
        &[("old/a.rs", Some(&text(40)))],
    );
    it.commit(
        ("Bob", "bob@x.example", "2025-06-02"),
        "Move",
        &[("old/a.rs", None), ("new/b.rs", Some(&(text(40) + "one more\n")))],
    );
    it.merge_of_a_branch(
        ("Cy", "cy@x.example", "2025-06-03"),
        "new/b.rs",
        &(text(39) + "one more\n"),
    );
    let found = figures(it.build().path(), AFTERWARDS);
    assert_eq!((&found["merges"], &found["commits"]), (&1.into(), &3.into()));
    let [module] = &found["modules"].as_array().unwrap()[..] else {
        panic!("{found}")
    };
    assert_eq!(module["path"], "new");
    assert_eq!(found["avelino"]["main_authors"][0]["name"], "Ann", "{found}");
    assert_eq!(found["files_at_risk"], 0, "three people wrote it");
}

#[test]
fn one_person_has_one_name_and_no_address_is_shown() {
    let mut it = Repository::new();
    it.commit(
        ("Ann Lee", "ann@secret.example", "2025-06-01"),
        "Begin",
        &[
            ("a.rs", Some("one\n")),
            (".mailmap", Some("Ann Lee <ann@secret.example> <a17@secret.example>\n")),
        ],
    );
    it.commit(
        ("a17", "a17@secret.example", "2025-06-02"),
        "Go on",
        &[("b.rs", Some("one\n"))],
    );
    it.commit(
        ("ann  LEE", "home@secret.example", "2025-06-03"),
        "Go on",
        &[("c.rs", Some("one\n"))],
    );
    it.commit(
        ("bob@secret.example", "bob@secret.example", "2025-06-03"),
        "Go on",
        &[("d.rs", Some("one\n"))],
    );
    let it = it.build();
    let found = figures(it.path(), AFTERWARDS);
    assert_eq!(found["people"], 2);
    for text in [found.to_string(), told(it.path(), &[])] {
        assert!(!text.contains("secret.example"), "{text}");
    }
}
