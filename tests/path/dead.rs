//! `peerlore dead`: what could not be read is shown, taken anew or let go, and holds up nothing else.
use std::process::Output;

use peerlore::demo::github::delivery::Delivery;
use peerlore::model::settings::Settings;

use crate::commands;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;

fn dead(peerlore: &Peerlore, arguments: &[&str]) -> Output {
    let all = [&["dead"], arguments].concat();
    commands::peerlore(peerlore, &all).output().expect("the command runs")
}

#[track_caller]
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A Peerlore in which the first of two pull requests is a dead letter, with a reason that would clear a terminal.
async fn poisoned() -> (Peerlore, Delivery, i64) {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    let new = |title| pull(title, LEDGER, &text(&[(4, "let four = 4.0;")]));
    let first = peerlore.github.open_pull(by("ada", TODAY), &new("One")).1.remove(0);
    let second = peerlore.github.open_pull(by("ada", TODAY), &new("Two")).1.remove(0);
    peerlore.deliver([first.clone(), second]).await;
    let kept: Vec<u8> = peerlore.one("select body from inbox order by id limit 1").await;
    peerlore
        .sql("update inbox set body = '\\x0000' where id = (select min(id) from inbox)")
        .await;
    peerlore.run_jobs().await;
    let titles: String = peerlore.one("select string_agg(title, ' ') from pull").await;
    assert_eq!(titles, "Two", "one poisoned delivery holds up no other");
    let mended = format!(
        "update inbox set body = '\\x{}', failure = failure || E' \\x1b[2J' where failed_at is not null",
        hex::encode(kept)
    );
    peerlore.sql(&mended).await;
    let id = peerlore.one("select id from inbox where failed_at is not null").await;
    (peerlore, first, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_is_listed_shown_and_taken_anew() {
    let (peerlore, sent, id) = poisoned().await;
    let list = said(&dead(&peerlore, &["list"]));
    assert!(
        list.contains(&id.to_string()) && list.contains("pull_request  the stored body can't be unpacked"),
        "{list}"
    );
    assert!(
        !list.contains('\u{1b}') && list.contains("\u{fffd}[2J"),
        "nothing steers the terminal: {list:?}"
    );
    let json: serde_json::Value = serde_json::from_str(&said(&dead(&peerlore, &["list", "--json"]))).expect("JSON");
    assert_eq!(
        (&json["dead"], &json["letters"][0]["delivery"]),
        (&1.into(), &sent.id.clone().into())
    );

    let number = id.to_string();
    let shown = said(&dead(&peerlore, &["show", &number]));
    assert!(
        shown.contains("Reason:   the stored body") && !shown.contains("\"title\""),
        "no body unless it is asked for: {shown}"
    );
    let whole = said(&dead(&peerlore, &["show", &number, "--body"]));
    assert!(
        whole.as_bytes().windows(sent.body.len()).any(|part| part == sent.body),
        "{whole}"
    );

    let replayed = said(&dead(&peerlore, &["replay", &number]));
    assert_eq!(replayed, "1 dead letter taken anew; `peerlore serve` works it off.\n");
    peerlore.run_jobs().await;
    let titles: String = peerlore
        .one("select string_agg(title, ' ' order by title) from pull")
        .await;
    assert_eq!(titles, "One Two");
    assert_eq!(said(&dead(&peerlore, &["list"])), "No dead letter.\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dropped_is_gone_and_not_asked_for_again() {
    let (peerlore, sent, id) = poisoned().await;
    let dropped = said(&dead(&peerlore, &["drop", "--all", "--json"]));
    assert_eq!(dropped, "{\"dropped\":1}\n");
    let left: bool = peerlore
        .one("select bool_and(body is null and processed_at is not null and failed_at is null) from inbox")
        .await;
    assert!(left, "it counts as received");
    let held = peerlore::store::inbox::held(&mut *peerlore.conn().await, &[sent.id]).await;
    assert_eq!(held.expect("the database").len(), 1);
    assert_eq!(said(&dead(&peerlore, &["drop", "--all"])), "0 dead letters let go.\n");
    for arguments in [["drop", "4711"], ["replay", "4711"], ["show", "4711"]] {
        let why = refused(&dead(&peerlore, &arguments));
        assert!(
            why.contains("there is no dead letter 4711; `peerlore dead list`"),
            "{why}"
        );
    }
    let why = refused(&dead(&peerlore, &["replay"]));
    assert!(why.contains("required"), "{why}");
    let why = refused(&dead(&peerlore, &["drop", &id.to_string(), "--all"]));
    assert!(why.contains("cannot be used with"), "{why}");
}
