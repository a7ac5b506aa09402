//! Which module may use which, and which library lies behind which door.
//!
//! One crate lets modules import each other in circles, and no compiler objects. This test does.

use std::fs;
use std::path::{Path, PathBuf};

/// For each top-level module of `src`, what it may use of the others; all may use themselves.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model"]),
    ("telemetry", &["model", "config"]),
    ("logistic", &[]),
    ("classify", &["model", "logistic"]),
    ("teach", &["model", "logistic"]),
    ("skill", &["model"]),
    ("flow", &["model"]),
    ("suggest", &["model", "skill"]),
    ("postgres", &["packages"]),
    ("seal", &[]),
    ("packages", &[]),
    ("weights", &["packages"]),
    ("store", &["model"]),
    ("forge", &["model"]),
    ("history", &["model"]),
    (
        "pipeline",
        &[
            "model", "classify", "teach", "skill", "flow", "suggest", "store", "forge", "seal",
        ],
    ),
    ("web", &["model", "pipeline", "store", "config", "telemetry", "demo"]),
    ("demo", &["model"]),
    (
        "app",
        &[
            "model",
            "config",
            "telemetry",
            "postgres",
            "seal",
            "store",
            "forge",
            "pipeline",
            "web",
            "classify",
        ],
    ),
    ("cli", &["*"]),
    ("main", &["cli", "telemetry"]),
    ("lib", &[]),
];

/// What a module's own tests may use besides: `teach` writes its threads as text, and lets them be read.
const TESTS_MAY_USE: &[(&str, &str)] = &[("teach", "classify")];

/// What may be named only behind certain doors: paths in `src` that begin so.
const BEHIND_A_DOOR: &[(&str, &[&str])] = &[
    ("octocrab::", &["forge/github"]),
    ("gix::", &["history/"]),
    ("sqlx::query", &["store/"]),
    ("chacha20poly1305::", &["seal.rs"]),
    // cli/demo.rs sends the demo's webhooks to our own door, with the same types.
    ("axum::", &["web/", "app.rs", "demo/", "cli/demo.rs"]),
    ("candle_core::", &["classify/second/", "classify/train/second/"]),
    ("candle_nn::", &["classify/second/", "classify/train/second/"]),
    ("tokenizers::", &["classify/second/"]),
    ("zip::", &["weights.rs"]),
    ("kuva::", &["web/chart/curve.rs"]),
    ("Utc::now", &["model/clock.rs"]),
    ("SystemTime::now", &["model/clock.rs"]),
    ("std::env::var", &["config.rs", "cli/", "main.rs", "postgres/"]),
];

/// What is wrong in one file, as `src/model/bad.rs:1: model may not use "store"`.
///
/// `path` is relative to `src`, with slashes.
fn violations(path: &str, text: &str) -> Vec<String> {
    let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
    let mut found = Vec::new();
    let mut say = |line: usize, what: String| found.push(format!("src/{path}:{}: {what}", line + 1));
    let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
        say(0, format!("{module:?} has no floor; give it one in tests/floors.rs"));
        return found;
    };
    for (number, line) in text.lines().enumerate().map(|(number, line)| (number, code_of(line))) {
        for used in uses(line) {
            let allowed = used == module
                || may_use.iter().any(|name| *name == "*" || *name == used)
                || is_test && TESTS_MAY_USE.contains(&(module, used));
            if !allowed && MAY_USE.iter().any(|(name, _)| *name == used) {
                say(number, format!("{module} may not use {used:?}"));
            }
        }
        if line.contains("crate::{") || line.contains("peerlore::{") {
            say(
                number,
                "write one `use` a module, so that this test can read it".to_owned(),
            );
        }
        for (name, doors) in BEHIND_A_DOOR {
            if line.contains(name) && !doors.iter().any(|door| path.starts_with(door)) {
                say(number, format!("`{name}` is only for {}", doors.join(", ")));
            }
        }
        if module == "lib" && line.trim_start().starts_with("pub use") {
            say(number, "lib.rs re-exports nothing".to_owned());
        }
    }
    found
}

/// A line without its comment.
fn code_of(line: &str) -> &str {
    let begin = line.find("//").filter(|at| !line[..*at].ends_with(':'));
    begin.map_or(line, |at| &line[..at])
}

/// The top-level modules that a line of code names, as in `crate::store::...` or, in main.rs,
/// `peerlore::cli::...`.
fn uses(line: &str) -> Vec<&str> {
    let after = |root| {
        line.match_indices(root)
            .map(move |(at, found): (usize, &str)| &line[at + found.len()..])
    };
    let names = after("crate::").chain(after("peerlore::"));
    names
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or(rest)
        })
        .collect()
}

/// All Rust files below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("the sources can be read")
        .map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    files
        .chain(folders.iter().flat_map(|folder| rust_files(folder)))
        .collect()
}

#[test]
fn the_floors_hold() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    assert!(files.len() > 2, "only {} files were found", files.len());
    let mut found = Vec::new();
    for file in files {
        let path = file
            .strip_prefix(&src)
            .expect("it lies in src")
            .to_str()
            .expect("a plain name")
            .to_owned();
        found.extend(violations(&path, &fs::read_to_string(file).expect("a source file")));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_module_of_a_higher_floor_is_refused() {
    let found = violations("model/bad.rs", "use crate::store::edges::Edge;\n");
    assert_eq!(found, [r#"src/model/bad.rs:1: model may not use "store""#]);
}

#[test]
fn a_use_in_the_middle_of_a_line_is_found() {
    let found = violations(
        "skill/decay.rs",
        "\n    let edge = crate::web::page(crate::skill::half(1));\n",
    );
    assert_eq!(found, [r#"src/skill/decay.rs:2: skill may not use "web""#]);
}

#[test]
fn only_the_tests_of_teach_read_comments() {
    let line = "use crate::classify::read;";
    assert!(violations("teach/tests.rs", line).is_empty());
    assert_eq!(violations("teach/lesson.rs", line).len(), 1);
    assert_eq!(violations("skill/tests.rs", line).len(), 1);
}

#[test]
fn store_and_forge_never_meet() {
    assert_eq!(violations("store/a.rs", "use crate::forge::Forge;").len(), 1);
    assert_eq!(violations("forge/a.rs", "use crate::store::people;").len(), 1);
    assert_eq!(
        violations("pipeline/a.rs", "use crate::store::people;\nuse crate::forge::Forge;").len(),
        0
    );
}

#[test]
fn a_library_behind_a_door_is_refused_elsewhere() {
    let found = violations("pipeline/learn.rs", "let now = chrono::Utc::now();");
    assert_eq!(
        found,
        ["src/pipeline/learn.rs:1: `Utc::now` is only for model/clock.rs"]
    );
    assert!(violations("model/clock.rs", "let now = chrono::Utc::now();").is_empty());
    assert_eq!(violations("web/me.rs", "sqlx::query!(\"select 1\")").len(), 1);
    assert_eq!(violations("forge/mod.rs", "use octocrab::Octocrab;").len(), 1);
    assert!(violations("forge/github/read.rs", "use octocrab::Octocrab;").is_empty());
    assert_eq!(violations("skill/expertise.rs", "use gix::ObjectId;").len(), 1);
    assert!(violations("classify/attributes.rs", "use gix_attributes::Search;").is_empty());
}

#[test]
fn a_grouped_use_of_the_crate_is_refused() {
    assert_eq!(violations("web/me.rs", "use crate::{model, store};").len(), 1);
}

#[test]
fn a_re_export_in_lib_is_refused() {
    assert_eq!(violations("lib.rs", "pub use model::PullId;").len(), 1);
    assert!(violations("lib.rs", "pub mod model;").is_empty());
}

#[test]
fn a_module_without_a_floor_is_refused() {
    let found = violations("utils/mod.rs", "");
    assert_eq!(
        found,
        [r#"src/utils/mod.rs:1: "utils" has no floor; give it one in tests/floors.rs"#]
    );
}

#[test]
fn a_comment_uses_nothing() {
    assert!(violations("model/ids.rs", "/// As crate::store::people keeps it. // Utc::now").is_empty());
}

#[test]
fn the_floors_have_no_circle() {
    fn reaches(from: &str, to: &str) -> bool {
        let below = MAY_USE
            .iter()
            .find(|(name, _)| *name == from)
            .map_or(&[][..], |(_, below)| *below);
        below
            .iter()
            .filter(|name| **name != "*")
            .any(|name| *name == to || reaches(name, to))
    }
    for (name, _) in MAY_USE {
        assert!(!reaches(name, name), "{name} reaches itself");
    }
}
