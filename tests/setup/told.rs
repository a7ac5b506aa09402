//! Commands that are given wrong settings or lack an App: they say so in a line, before anything is started.
use peerlore::model::clock::Clock;

use crate::doctor::Patient;
use crate::world::Browser;
use crate::world::World;

#[tokio::test]
async fn a_new_key_ends_the_old_one_and_needs_no_address() {
    let mut patient = Patient::of(World::new().await);
    patient.world.clock.move_to(Clock::Machine.now());
    let old = patient.world.printed_key().await;
    patient.set("PEERLORE_URL", "http://localhost:8080");
    let refused = patient.asked(&["setup"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.errors);
    insta::assert_snapshot!(refused.errors, @"peerlore: no App can be created, so no key was made: PEERLORE_URL names this machine only, so GitHub can't send its webhooks there: set it to an address that GitHub can reach, such as https://peerlore.example.com");
    patient.set("PEERLORE_URL", "");
    let said = patient.asked(&["setup"]).await;
    assert_eq!(said.code, Some(0), "{}", said.errors);
    let key = said.errors.lines().nth(2).expect("a key").trim().to_owned();
    insta::assert_snapshot!(said.errors.replace(&key, "KEY"), @r"
    No GitHub App is registered yet. Open /setup at the address of `peerlore serve` (its PEERLORE_URL; not set here) and give it this key; earlier keys are good no more:

        KEY
    ");
    let mut browser = Browser::new(&patient.world.app.router);
    for (typed, status, words) in [
        (old.as_str(), 403, "a newer one took its place"),
        ("", 403, "the field was empty"),
        (&key, 303, ""),
    ] {
        let answer = browser.post("/setup/key", &format!("key={typed}")).await;
        let text = answer.text();
        assert!(answer.status.as_u16() == status && text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn without_an_app_dead_letters_are_replayed_and_nothing_else() {
    let patient = Patient::of(World::new().await);
    let alone = patient.asked(&["sweep"]).await;
    assert_eq!((alone.code, alone.text.as_str()), (Some(1), ""));
    insta::assert_snapshot!(alone.errors, @"peerlore: GitHub tells only an App of its deliveries, and none is configured here; set PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE, or create one on the set-up page");
    let replayed = patient.asked(&["sweep", "--replay"]).await;
    assert_eq!(replayed.code, Some(0));
    insta::assert_snapshot!(format!("{}{}", replayed.errors, replayed.text), @r"
    GitHub tells only an App of its deliveries, and none is configured here: what never arrived isn't asked for, dead letters are taken anew.
    0 dead letters replayed.
    ");
}

#[tokio::test]
async fn settings_that_are_wrong_are_told_before_anything_starts() {
    let mut patient = Patient::of(World::new().await);
    patient.set("PEERLORE_GITHUB_WEB_URL", "nonsense");
    let said = patient.complaints().await;
    assert!(
        said.contains("MEND GitHub's addresses: PEERLORE_GITHUB_WEB_URL is no address"),
        "{said}"
    );
    patient.set("PEERLORE_WEBHOOK_SECRET", "one-secret,another-one,and-a-third");
    let said = patient.complaints().await;
    assert!(
        said.contains("MEND webhook secret: PEERLORE_WEBHOOK_SECRET holds more than two secrets"),
        "{said}"
    );
    let refused = patient.asked(&["experts", "--area", "concurrency"]).await;
    insta::assert_snapshot!(refused.errors, @"peerlore: PEERLORE_GITHUB_WEB_URL is no address: write it as https://github.com");
}

#[tokio::test]
async fn webhook_secrets_that_can_be_guessed_or_are_three_are_refused() {
    let mut patient = Patient::of(World::new().await);
    for (secret, words) in [
        (
            "short",
            "is shorter than 8 characters, so it can be guessed: make a long one",
        ),
        (
            "0123456789abcdef,0123456789abcdef,0123456789abcdef",
            "holds more than two secrets",
        ),
    ] {
        patient.set("PEERLORE_WEBHOOK_SECRET", secret);
        let refused = patient.asked(&["serve"]).await;
        assert_eq!(refused.code, Some(1));
        let begin = format!("peerlore: PEERLORE_WEBHOOK_SECRET {words}");
        assert!(refused.errors.starts_with(&begin), "{}", refused.errors);
    }
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_told_as_one() {
    let mut patient = Patient::of(World::new().await);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    patient.set("PEERLORE_DATA_DIR", file);
    let found = patient.complaints().await.replace(file, "/a/file");
    assert!(
        found.contains(
            "MEND data folder: /a/file is a file, or lies under one, where a folder has to be\n     name a folder"
        ),
        "{found}"
    );
    patient.set("DATABASE_URL", "");
    let found = patient.complaints().await.replace(file, "/a/file");
    assert!(
        found.contains(
            "MEND database: /a/file is a file, or lies under one, where a folder has to be\n     choose a folder with PEERLORE_DATA_DIR"
        ),
        "{found}"
    );
}

#[tokio::test]
async fn where_github_cannot_be_reached_the_doctor_says_so_and_logs_nothing() {
    let mut patient = Patient::of(World::new().await);
    patient.set("PEERLORE_GITHUB_API_URL", "http://127.0.0.1:1");
    let said = patient.asked(&["doctor"]).await;
    assert!(said.text.contains("MEND GitHub: "), "{}", said.text);
    assert_eq!(said.errors.lines().count(), 1, "{}", said.errors);
}

/// What the program says on standard output and standard error, with no world around it.
fn run(arguments: &[&str]) -> (String, String) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .args(arguments)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(done.stdout), text(done.stderr))
}

#[test]
fn the_settings_fill_the_help_of_two_commands_only() {
    let help = |arguments: &[&str]| run(arguments).0;
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        assert!(help(arguments).contains("--data-dir <FOLDER>"), "{arguments:?}");
    }
    for arguments in [
        &["experts", "--help"][..],
        &["import", "github-json", "-h"],
        &["doctor", "-h"],
    ] {
        let help = help(arguments);
        assert!(
            !help.contains("--data-dir <FOLDER>") && help.lines().count() < 25,
            "{help}"
        );
        assert!(help.contains("see `peerlore --help`"), "{help}");
    }
}

#[test]
fn a_day_is_told_its_form() {
    for command in ["backfill", "sweep"] {
        let (_, said) = run(&[command, "--since", "yesterday"]);
        assert!(said.contains("write it as 2026-01-31"), "{said}");
    }
}
