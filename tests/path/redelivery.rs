//! A delivery that became a dead letter is taken when GitHub sends it again.
use axum::http::StatusCode;
use peerlore::demo::github::delivery::Delivery;
use peerlore::model::settings::Settings;
use peerlore::pipeline::expire;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::post;
use crate::harness::pull;
use crate::harness::text;

/// A Peerlore, and the opening of a pull request at its door.
async fn arrived() -> (Peerlore, Delivery) {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    let new = pull("A change", LEDGER, &text(&[(4, "let four = 4.0;")]));
    let delivery = peerlore.github.open_pull(by("ada", TODAY), &new).1.remove(0);
    peerlore.deliver([delivery.clone()]).await;
    (peerlore, delivery)
}

async fn sent_again(peerlore: &Peerlore, delivery: &Delivery) -> String {
    let (status, answer) = post(&peerlore.app, delivery).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    peerlore.run_jobs().await;
    answer
}

/// Pull requests known, dead letters, and jobs that gave up.
async fn outcome(peerlore: &Peerlore) -> (i64, i64, i64) {
    let dead = "select count(*) from inbox where failed_at is not null";
    let gave_up = "select count(*) from graphile_worker._private_jobs";
    (
        peerlore.one("select count(*) from pull").await,
        peerlore.one(dead).await,
        peerlore.one(gave_up).await,
    )
}

#[tokio::test]
async fn what_could_not_be_read_is_read_when_it_comes_again() {
    let (peerlore, delivery) = arrived().await;
    peerlore.sql("update inbox set body = '\\x0000'").await;
    peerlore.run_jobs().await;
    assert_eq!(outcome(&peerlore).await, (0, 1, 0));
    assert_eq!(sent_again(&peerlore, &delivery).await, "accepted\n");
    assert_eq!(outcome(&peerlore).await, (1, 0, 0));
    let came: bool = peerlore
        .one("select processed_at is not null and body is null and failure is null from inbox")
        .await;
    assert!(came);
    assert_eq!(sent_again(&peerlore, &delivery).await, "seen before\n");
}

#[tokio::test]
async fn so_is_one_whose_body_is_gone() {
    let (peerlore, delivery) = arrived().await;
    peerlore.sql("update inbox set body = '\\x0000'").await;
    peerlore.run_jobs().await;
    peerlore.clock.move_to(at(TODAY + 8 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    assert_eq!(sent_again(&peerlore, &delivery).await, "accepted\n");
    assert_eq!(outcome(&peerlore).await, (1, 0, 0));
}

#[tokio::test]
async fn what_was_tried_as_often_as_allowed_leaves_a_dead_letter_only_and_is_taken_again() {
    let (peerlore, delivery) = arrived().await;
    peerlore.sql("alter table pull rename to pull_away").await;
    peerlore
        .sql("update graphile_worker._private_jobs set attempts = max_attempts - 1")
        .await;
    peerlore.run_jobs().await;
    peerlore.sql("alter table pull_away rename to pull").await;
    assert_eq!(outcome(&peerlore).await, (0, 1, 0));
    let first: String = peerlore.one("select received_at::text from inbox").await;
    peerlore.clock.move_to(at(TODAY + DAY));
    assert_eq!(sent_again(&peerlore, &delivery).await, "accepted\n");
    assert_eq!(outcome(&peerlore).await, (1, 0, 0));
    let heard: String = peerlore.one("select received_at::text from inbox").await;
    assert_eq!(
        heard, first,
        "when we first heard of it stands in for an event's own time"
    );
}

#[tokio::test]
async fn what_is_tried_still_is_not_stored_twice() {
    let (peerlore, delivery) = arrived().await;
    peerlore.sql("alter table pull rename to pull_away").await;
    peerlore.run_jobs().await;
    peerlore.sql("alter table pull_away rename to pull").await;
    assert_eq!(sent_again(&peerlore, &delivery).await, "seen before\n");
    assert_eq!(outcome(&peerlore).await, (0, 0, 1));
    peerlore.let_time_pass().await;
    assert_eq!(outcome(&peerlore).await, (1, 0, 0));
}
