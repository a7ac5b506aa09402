//! Whatever form a repository comes in, and whatever it holds: bare, shallow, broken, and made to do harm.
use std::path::Path;

use crate::AFTERWARDS;
use crate::fails;
use crate::figures;
use crate::handed_over;
use crate::names;
use crate::repository::Repository;
use crate::repository::git;
use crate::risk;
use crate::text;
use crate::told;

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

#[test]
fn an_object_of_a_huge_size_is_not_read() {
    let it = Repository::new();
    // The repository's own word on it doesn't count.
    git(it.path(), &["config", "gitoxide.objects.allocLimit", "99999999999"]);
    let too_large = "has an object that takes more than 128 MB of memory to read";
    it.commit_that_says(130 << 20);
    let said = fails(it.path(), &[]);
    assert!(said.contains(too_large), "packed: {said}");
    for (bytes, words) in [(8 << 30, too_large), (100 << 20, "missing or damaged")] {
        it.commit_tree_that_claims(bytes);
        let said = fails(it.path(), &[]);
        assert!(said.contains(words), "{bytes} bytes: {said}");
    }
}
