//! `peerlore risk --git` on small repositories that git itself makes, and on what hostile ones hold.
mod repository;

use std::path::Path;
use std::process::Command;
use std::process::Output;

use repository::Repository;
use repository::git;
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

#[test]
fn a_name_or_path_commands_no_terminal() {
    let mut it = Repository::new();
    it.commit(
        ("\u{1b}[31mAnn\u{202e}\u{7}", "ann@x.example", "2025-06-01"),
        "Begin",
        &[("\u{1b}]0;x\u{7}/a.rs", Some("one\n"))],
    );
    let it = it.build();
    let told = told(it.path(), &[]);
    assert!(told.contains("[31mAnn"), "{told}");
    assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told:?}");
    let json = risk(it.path(), &["--json"]).stdout;
    assert!(!json.contains(&0x1b) && !json.contains(&7));
    let said = fails(Path::new("/no\u{1b}[31msuch"), &[]);
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn dates_that_make_no_sense_are_mended_and_told() {
    let mut it = Repository::new();
    it.commit(
        ("Ann", "ann@x.example", "2025-06-01"),
        "Begin",
        &[("a.rs", Some("one\n"))],
    );
    let it = it.build();
    it.commit_by_hand(
        "Bob <bob@x.example> 99999999999 +0000",
        "Bob <bob@x.example> 99999999999 +0000",
    );
    it.commit_by_hand("Cy <cy@x.example> -86400 +0000", "Cy <cy@x.example> 1748800000 +0000");
    it.commit_by_hand("Dee <dee@x.example> 1748800000 +9999", "Dee <dee@x.example> nonsense");
    let told = told(it.path(), &[]);
    assert!(told.contains("4 commits, 1 file and 4 people"), "{told}");
    assert!(
        told.contains("2 commits have a date from before 1970 or from the future"),
        "{told}"
    );
}

#[test]
fn a_repository_is_found_in_whatever_form_it_comes() {
    let it = handed_over();
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let path = it.path().to_str().expect("a plain path");
    git(folder.path(), &["clone", "--quiet", "--bare", path, "a bare one.git"]);
    git(folder.path(), &["clone", "--quiet", path, "detached"]);
    git(&at("detached"), &["checkout", "--quiet", "--detach", "HEAD"]);
    git(folder.path(), &["init", "--quiet", "whole"]);
    git(
        &at("whole"),
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            path,
            "part",
        ],
    );
    git(&at("detached"), &["worktree", "add", "--quiet", "../beside"]);
    std::os::unix::fs::symlink(at("detached"), at("link")).expect("a link");
    for name in [
        "a bare one.git",
        "detached",
        "detached/.git",
        "whole/part",
        "beside",
        "link",
    ] {
        assert_eq!(figures(&at(name), AFTERWARDS)["commits"], 8, "{name}");
    }
}

#[test]
fn a_submodule_or_a_link_is_no_file() {
    let it = handed_over();
    let folder = tempfile::tempdir().expect("a folder");
    let path = it.path().to_str().expect("a plain path");
    git(folder.path(), &["init", "--quiet", "."]);
    git(
        folder.path(),
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            path,
            "part",
        ],
    );
    std::fs::remove_file(folder.path().join(".gitmodules")).expect("it was there");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).expect("a link");
    std::fs::write(folder.path().join("a.rs"), "one\n").expect("a file");
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "Begin"]);
    let found = figures(folder.path(), "2026-01-01");
    assert_eq!(
        (&found["files"], &found["files_left_out"]),
        (&1.into(), &0.into()),
        "{found}"
    );
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    let it = handed_over();
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", it.path().display());
    git(folder.path(), &["clone", "--quiet", "--depth", "2", &url, "shallow"]);
    let path = folder.path().join("shallow");
    let found = figures(&path, AFTERWARDS);
    assert_eq!((&found["shallow"], &found["commits"]), (&true.into(), &1.into()));
    assert_eq!(
        names(&found["avelino"]),
        [],
        "its oldest commit is nobody's whole repository"
    );
    assert!(told(&path, &[]).contains("This clone is shallow"));
}

#[test]
fn what_is_no_repository_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a file");
    std::fs::write(&file, "text").expect("a file");
    git(folder.path(), &["init", "--quiet", "empty"]);
    git(folder.path(), &["init", "--quiet", "broken"]);
    std::fs::write(folder.path().join("broken/.git/config"), "[core\n\u{1b}").expect("a file");
    for (path, words) in [
        (folder.path().join("nothing"), "there is nothing at "),
        (
            folder.path().to_owned(),
            "is no git repository; name the folder that holds .git",
        ),
        (file, "is no git repository"),
        (folder.path().join("empty"), "has no commit yet"),
        (folder.path().join("broken"), "can't be opened"),
    ] {
        let said = fails(&path, &[]);
        assert!(said.contains(words), "{said}");
        assert!(!said.contains('\u{1b}'));
    }
    let output = risk(folder.path(), &["--at", "9999-01-01"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn missing_objects_are_told_in_one_sentence() {
    let it = handed_over();
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", it.path().display());
    git(it.path(), &["config", "uploadpack.allowFilter", "true"]);
    git(
        folder.path(),
        &["clone", "--quiet", "--bare", "--filter=blob:none", &url, "partial"],
    );
    let said = fails(&folder.path().join("partial"), &[]);
    assert!(
        said.contains("missing or damaged") && said.contains("fetched whole"),
        "{said}"
    );
}

#[test]
fn nothing_that_a_repository_names_is_run() {
    let mut it = Repository::new();
    it.commit(
        ("Ann", "ann@x.example", "2025-06-01"),
        "Begin",
        &[
            (".gitattributes", Some("* diff=evil filter=evil\n")),
            ("a.rs", Some(&text(40))),
        ],
    );
    it.commit(
        ("Bob", "bob@x.example", "2025-06-02"),
        "Move",
        &[("a.rs", None), ("b.rs", Some(&(text(39) + "x\n")))],
    );
    let it = it.build();
    git(it.path(), &["checkout", "--quiet", "--force", "main"]);
    let ran = it.path().join("it-ran");
    let command = format!("touch '{}'; cat", ran.display());
    for key in [
        "diff.evil.command",
        "diff.evil.textconv",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.alternateRefsCommand",
    ] {
        git(it.path(), &["config", key, &command]);
    }
    let found = figures(it.path(), AFTERWARDS);
    assert_eq!(
        found["files_at_risk"], 0,
        "the rename was compared, so both know it: {found}"
    );
    assert!(!ran.exists(), "a command of the repository was run");
}

#[test]
fn a_few_trees_that_name_each_other_are_no_bomb() {
    let it = Repository::new();
    it.commit_tree_of_trees(10, 9);
    let said = fails(it.path(), &[]);
    assert!(said.contains("has more than 2000000 files and folders"), "{said}");
    it.commit_file("a.rs", "one\n");
    let found = figures(it.path(), AFTERWARDS);
    assert_eq!((&found["commits"], &found["files"]), (&2.into(), &1.into()), "{found}");
    assert_eq!(found["mechanical_commits"], 2);
}
