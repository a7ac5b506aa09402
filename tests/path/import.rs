//! The import of a file, through the command itself.
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use peerlore::model::settings::Settings;
use peerlore::pipeline::import;
use peerlore::pipeline::record::Seen;
use serde_json::Value;
use sha2::Digest;
use sqlx::ConnectOptions;

use crate::commands;
use crate::commands::NO_DATA;
use crate::harness::Peerlore;
use crate::harness::organisation;
use crate::order::everything;
use crate::shared;

fn history() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/history.jsonl")
}

async fn nothing_known() -> Peerlore {
    Peerlore::empty(organisation("acme", 1), Settings::default()).await
}

/// Runs `peerlore import github-json FILE --json` and gives what it says.
fn imported(peerlore: &Peerlore, file: &Path, more: &[&str]) -> Value {
    let database = peerlore.pool().connect_options().to_url_lossy();
    let done = Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .args(["import", "github-json"])
        .arg(file)
        .arg("--json")
        .args(more)
        .env("DATABASE_URL", database.as_str())
        .env("PEERLORE_DATA_DIR", NO_DATA)
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    serde_json::from_slice(&done.stdout).expect("JSON")
}

#[tokio::test]
async fn a_file_read_twice_gives_the_same_graph() {
    let peerlore = nothing_known().await;
    let first = imported(&peerlore, &history(), &[]);
    assert_eq!(
        (&first["pulls"], &first["unreadable"]),
        (&4.into(), &2.into()),
        "{first:#}"
    );
    assert!(
        first["first_unreadable"]
            .as_str()
            .expect("words")
            .starts_with("line 3: "),
        "{first:#}"
    );
    assert!(first["organisations"][0]["edges"].as_u64() >= Some(1), "{first:#}");
    assert_eq!(
        first["organisations"][0]["lessons_with_diffs"], 0,
        "it has no diffs, and says so"
    );
    let before = everything(&peerlore).await;
    let second = imported(&peerlore, &history(), &[]);
    assert_eq!(second["pulls"], 0, "{second:#}");
    assert_eq!(everything(&peerlore).await, before);
    let again = imported(&peerlore, &history(), &["--again"]);
    assert_eq!(again["pulls"], 4, "{again:#}");
    assert_eq!(everything(&peerlore).await, before);
    assert_eq!(again["organisations"], first["organisations"]);
}

#[tokio::test]
async fn an_import_that_stopped_goes_on_where_it_was() {
    let whole = nothing_known().await;
    imported(&whole, &history(), &[]);
    let peerlore = nothing_known().await;
    let text = fs::read(history()).expect("the file");
    let digest = hex::encode(sha2::Sha256::digest(&text));
    let mut seen = Seen::default();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n').take(2)) {
        let done = import::record(&peerlore.app.pipeline, &mut seen, line, (&digest, number)).await;
        done.expect("the database");
    }
    let rest = imported(&peerlore, &history(), &[]);
    assert_eq!(
        (&rest["skipped_as_read_before"], &rest["pulls"]),
        (&2.into(), &2.into()),
        "{rest:#}"
    );
    assert_eq!(everything(&peerlore).await, everything(&whole).await);
}

#[tokio::test]
async fn an_import_suggests_nobody_and_leaves_no_job() {
    let peerlore = nothing_known().await;
    imported(&peerlore, &history(), &[]);
    assert_eq!(peerlore.one::<i64>("select count(*) from suggestion").await, 0);
    assert_eq!(peerlore.github.requests(), [], "GitHub isn't asked");
}

#[tokio::test]
async fn the_beginning_of_a_real_projects_history_is_learned_from() {
    let Some(file) = shared::open("github/secp256k1.jsonl.gz") else {
        return;
    };
    let lines = std::io::BufRead::split(std::io::BufReader::new(MultiGzDecoder::new(file)), b'\n');
    let some: Vec<Vec<u8>> = lines.take(60).map(|line| line.expect("gzip")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let beginning = folder.join(format!("history-{}.jsonl", std::process::id()));
    fs::write(&beginning, some.join(&b'\n')).expect("a file of our own");
    let peerlore = nothing_known().await;
    let report = imported(&peerlore, &beginning, &[]);
    fs::remove_file(&beginning).expect("the file");
    assert_eq!(
        (&report["pulls"], &report["unreadable"]),
        (&60.into(), &0.into()),
        "{report:#}"
    );
    assert!(report["organisations"][0]["lessons"].as_u64() >= Some(1), "{report:#}");
}

#[tokio::test]
async fn a_gzip_file_that_breaks_off_is_told_as_one() {
    let peerlore = nothing_known().await;
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(&fs::read(history()).expect("the file")).expect("gzip");
    let packed = packed.finish().expect("gzip");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("broken-off-{}.jsonl.gz", std::process::id()));
    fs::write(&file, &packed[..packed.len() - 20]).expect("a file of our own");
    let name = file.to_str().expect("text");
    let done = commands::peerlore(&peerlore, &["import", "github-json", name]).output();
    fs::remove_file(&file).expect("the file");
    let done = done.expect("the command runs");
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8_lossy(&done.stderr).replace(name, "FILE");
    assert!(
        said.starts_with("peerlore: FILE breaks off in the middle of its gzip data; ") && said.lines().count() == 1,
        "{said}"
    );
}
