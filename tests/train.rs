//! `peerlore train classify` and `eval classify` as somebody runs them, on a few made-up comments.
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("peerlore-train-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the folder goes");
    }
}

fn peerlore(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it runs")
}

fn said(output: &Output) -> (bool, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.success(), String::from_utf8(text).expect("text"))
}

/// Comments of so many projects, half on tests and half on locks.
fn comments(projects: usize) -> String {
    let mut rows = String::new();
    for project in 0..projects {
        for (at, (body, area, teaches)) in [
            ("Please add a test for the empty list.", "testing", 1),
            (
                "This test should assert on the error, otherwise it passes always.",
                "testing",
                2,
            ),
            (
                "Two threads race here, because the lock is taken too late.",
                "concurrency",
                2,
            ),
            ("Take the lock first.", "concurrency", 1),
        ]
        .into_iter()
        .enumerate()
        {
            writeln!(
                rows,
                r#"{{"project":"p{project}","path":"src/a{at}.rs","body":"{body} {project}","is_reply":false,"areas":["{area}"],"teaches":{teaches}}}"#
            )
            .expect("a row");
        }
    }
    rows
}

#[test]
fn the_same_comments_train_the_same_model() {
    let folder = Folder::new("same");
    fs::write(folder.0.join("labelled.jsonl"), comments(12)).expect("a file");
    let train = |out: &str| {
        said(&peerlore(
            &folder.0,
            &["train", "classify", "labelled.jsonl", "--out", out],
        ))
    };
    let (trained, told) = train("one.gz");
    assert!(
        trained && told.contains("Learning from 48 labelled comments and 0 more"),
        "{told}"
    );
    assert!(train("two.gz").0);
    let bytes = |file: &str| fs::read(folder.0.join(file)).expect("a model");
    assert_eq!(bytes("one.gz"), bytes("two.gz"));
    assert_eq!(bytes("one.json"), bytes("two.json"));
    let card: serde_json::Value = serde_json::from_slice(&bytes("one.json")).expect("a card");
    assert_eq!(
        (&card["data"]["labelled"], &card["data"]["projects"]),
        (&48.into(), &12.into())
    );
    assert!(card["score"]["micro_f1"].as_f64().expect("a figure") > 0.9, "{card:#}");

    let (measured, told) = said(&peerlore(
        &folder.0,
        &["eval", "classify", "labelled.jsonl", "--cross-validate", "--json"],
    ));
    assert!(measured, "{told}");
    let figures: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(figures, card["score"], "the card says what the evaluation says");
}

#[test]
fn what_makes_no_model_is_told_plainly() {
    let folder = Folder::new("plain");
    fs::write(folder.0.join("few.jsonl"), comments(3)).expect("a file");
    fs::write(folder.0.join("other.jsonl"), "{\"rating\": 5}\n").expect("a file");
    fs::write(folder.0.join("empty.jsonl"), "\n").expect("a file");
    let told = |arguments: &[&str]| {
        let (worked, told) = said(&peerlore(&folder.0, arguments));
        assert!(!worked, "{told}");
        told.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(
        told(&["train", "classify", "few.jsonl"]),
        "peerlore: there are 3 projects; figures by project need at least 10"
    );
    assert!(
        told(&["train", "classify", "other.jsonl"]).starts_with("peerlore: line 1 of other.jsonl isn't such a row")
    );
    assert_eq!(
        told(&["eval", "classify", "empty.jsonl"]),
        "peerlore: empty.jsonl is empty"
    );
    assert!(told(&["eval", "classify", "none.jsonl"]).starts_with("peerlore: none.jsonl can't be opened"));
}
