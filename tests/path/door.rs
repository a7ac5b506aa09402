//! The door: what comes in, what is kept out, and what is told.
use std::time::Duration;

use axum::body::Body;
use axum::body::Bytes;
use axum::http::StatusCode;
use futures_util::future::join_all;
use peerlore::demo::github::delivery::sign;
use peerlore::model::settings::Settings;
use peerlore::pipeline::expire;
use peerlore::store;
use sqlx::postgres::PgConnectOptions;
use sqlx::postgres::PgPoolOptions;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::NEXT_SECRET;
use crate::harness::Peerlore;
use crate::harness::SECRET;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::knock;
use crate::harness::organisation;
use crate::harness::post;
use crate::harness::pull;
use crate::harness::text;
use crate::log::Log;

async fn closed_shop() -> Peerlore {
    Peerlore::empty(organisation("acme", 1), Settings::default()).await
}

fn opened(peerlore: &Peerlore) -> peerlore::demo::github::delivery::Delivery {
    let new = pull("A change", LEDGER, &text(&[(4, "let four = 4.0;")]));
    peerlore.github.open_pull(by("ada", TODAY), &new).1.remove(0)
}

/// The headers of a JSON delivery with this signature.
fn headers<'a>(id: &'a str, signature: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("content-type", "application/json"),
        ("x-github-event", "pull_request"),
        ("x-github-delivery", id),
        ("x-hub-signature-256", signature),
    ]
}

async fn stored(peerlore: &Peerlore) -> (i64, i64) {
    let inbox = peerlore.one("select count(*) from inbox").await;
    let jobs = peerlore.one("select count(*) from graphile_worker._private_jobs").await;
    (inbox, jobs)
}

#[tokio::test]
async fn a_new_delivery_is_kept_compressed_until_its_facts_are_stored() {
    let peerlore = closed_shop().await;
    let delivery = opened(&peerlore);
    peerlore.deliver([delivery.clone()]).await;
    assert_eq!(stored(&peerlore).await, (1, 1));
    let body: Vec<u8> = peerlore.one("select body from inbox").await;
    assert!(body.len() < delivery.body.len(), "it is compressed");
    assert_eq!(lz4_flex::decompress_size_prepended(&body).expect("LZ4"), delivery.body);
    peerlore.run_jobs().await;
    let gone: bool = peerlore
        .one("select body is null and processed_at is not null from inbox")
        .await;
    assert!(gone, "the body goes with its facts");
    assert_eq!(peerlore.one::<i64>("select count(*) from pull").await, 1);
}

#[tokio::test]
async fn a_delivery_seen_before_is_accepted_and_does_nothing() {
    let peerlore = closed_shop().await;
    let delivery = opened(&peerlore);
    peerlore.tell([delivery.clone()]).await;
    let (status, answer) = post(&peerlore.app, &delivery).await;
    assert_eq!((status, answer.as_str()), (StatusCode::ACCEPTED, "seen before\n"));
    assert_eq!(stored(&peerlore).await, (1, 0));
    let again: bool = peerlore.one("select body is null from inbox").await;
    assert!(again, "its body isn't stored again");
}

#[tokio::test]
async fn a_wrong_or_missing_signature_is_refused() {
    let peerlore = closed_shop().await;
    let body = opened(&peerlore).body;
    let good = sign(SECRET.as_bytes(), &body);
    let foreign = sign(b"somebody-else", &body);
    let of_another_body = sign(SECRET.as_bytes(), b"{}");
    let as_sha1 = good.replace("sha256=", "sha1=");
    let cut = &good[..good.len() - 2];
    let bare = good.trim_start_matches("sha256=");
    for wrong in [
        &foreign,
        &of_another_body,
        &as_sha1,
        cut,
        bare,
        "sha256=",
        "sha256=xyz",
        "",
    ] {
        let (status, answer) = peerlore.knock(&headers("one", wrong), body.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(answer, "the signature is missing or wrong\n");
    }
    let mut old = headers("one", &as_sha1);
    old[3].0 = "x-hub-signature";
    let (status, _) = peerlore.knock(&old, body.clone()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "SHA-1 alone isn't enough");
    let (status, _) = peerlore.knock(&headers("one", &good)[..3], body).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(stored(&peerlore).await, (0, 0));
}

#[tokio::test]
async fn both_secrets_of_a_rotation_are_accepted() {
    let peerlore = closed_shop().await;
    let body = opened(&peerlore).body;
    for (id, secret) in [("one", SECRET), ("two", NEXT_SECRET)] {
        let signature = sign(secret.as_bytes(), &body);
        let (status, _) = peerlore.knock(&headers(id, &signature), body.clone()).await;
        assert_eq!(status, StatusCode::ACCEPTED);
    }
    assert_eq!(stored(&peerlore).await, (2, 2));
    peerlore.leaves_jobs();
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let peerlore = closed_shop().await;
    let body = opened(&peerlore).body;
    let signature = sign(SECRET.as_bytes(), &body);
    for other in ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""] {
        let mut headers = headers("one", &signature);
        headers[0].1 = other;
        let (status, _) = peerlore.knock(&headers, body.clone()).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{other}");
    }
    let (status, _) = peerlore.knock(&headers("one", &signature)[1..], body).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "none at all");
}

#[tokio::test]
async fn more_than_25_megabytes_are_refused_with_and_without_a_length() {
    let peerlore = closed_shop().await;
    let chunk = Bytes::from(vec![b' '; 1024 * 1024]);
    let whole: Vec<u8> = chunk.repeat(25).into_iter().chain([b' ']).collect();
    let (status, _) = peerlore.knock(&headers("one", "sha256=00"), whole).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let chunks: Vec<Result<Bytes, std::io::Error>> = (0..26).map(|_| Ok(chunk.clone())).collect();
    let streamed = Body::from_stream(futures_util::stream::iter(chunks));
    let (status, _) = peerlore.knock(&headers("one", "sha256=00"), streamed).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(stored(&peerlore).await, (0, 0));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let peerlore = closed_shop().await;
    let parts = [
        Ok(Bytes::from_static(b"{")),
        Err(std::io::Error::other("the line is cut")),
    ];
    let broken = Body::from_stream(futures_util::stream::iter(parts));
    let (status, answer) = peerlore.knock(&headers("one", "sha256=00"), broken).await;
    assert_eq!(
        (status, answer.as_str()),
        (StatusCode::BAD_REQUEST, "the body broke off\n")
    );
}

#[tokio::test]
async fn a_delivery_without_githubs_headers_is_refused() {
    let peerlore = closed_shop().await;
    let body = opened(&peerlore).body;
    let signature = sign(SECRET.as_bytes(), &body);
    let all = headers("one", &signature);
    let without_event = [all[0], all[2], all[3]];
    let without_id = [all[0], all[1], all[3]];
    let long = "x".repeat(201);
    for headers in [
        without_event.to_vec(),
        without_id.to_vec(),
        headers(&long, &signature).to_vec(),
    ] {
        let (status, _) = peerlore.knock(&headers, body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_form_is_accepted_and_processed() {
    let peerlore = closed_shop().await;
    let delivery = opened(&peerlore);
    let json = String::from_utf8(delivery.body).expect("text");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &json)
        .finish();
    let signature = sign(SECRET.as_bytes(), form.as_bytes());
    let mut headers = headers("one", &signature);
    headers[0].1 = "application/x-www-form-urlencoded";
    let (status, _) = peerlore.knock(&headers, form).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    peerlore.run_jobs().await;
    assert_eq!(peerlore.one::<String>("select title from pull").await, "A change");
}

#[tokio::test]
async fn without_a_database_github_is_told_to_send_it_again() {
    let peerlore = closed_shop().await;
    let delivery = opened(&peerlore);
    let nowhere = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(1);
    let lazy = PgPoolOptions::new().acquire_timeout(Duration::from_millis(50));
    let unreachable = peerlore.replica_on(lazy.connect_lazy_with(nowhere));
    let closed = peerlore.replica();
    closed.pipeline.pool.close().await;
    for app in [unreachable, closed] {
        let (status, answer) = post(&app, &delivery).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer, "not now, please send it again\n", "and nothing of why");
    }
    peerlore.tell([delivery]).await;
    assert_eq!(stored(&peerlore).await, (1, 0), "sent again, it is taken");
}

#[tokio::test]
async fn what_cannot_be_read_is_a_dead_letter_that_keeps_its_body_for_seven_days() {
    let peerlore = closed_shop().await;
    let body = br#"{"action": "opened", "pull_request": {"#;
    let signature = sign(SECRET.as_bytes(), body);
    peerlore.clock.move_to(at(0));
    let (status, _) = peerlore.knock(&headers("one", &signature), body.to_vec()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    peerlore.run_jobs().await;
    let why: String = peerlore
        .one("select failure from inbox where processed_at is null")
        .await;
    assert!(why.contains("pull_request payload"), "{why}");
    for (minute, kept) in [(7 * 24 * 60, true), (7 * 24 * 60 + 1, false)] {
        peerlore.clock.move_to(at(minute));
        expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
        assert_eq!(
            peerlore.one::<bool>("select body is not null from inbox").await,
            kept,
            "minute {minute}"
        );
    }
    assert_eq!(
        peerlore.one::<String>("select failure from inbox").await,
        why,
        "the reason stays"
    );
}

#[tokio::test]
async fn a_delivery_is_known_for_longer_than_it_can_be_sent_again() {
    let peerlore = closed_shop().await;
    peerlore.tell([opened(&peerlore)]).await;
    let waiting = opened(&peerlore);
    peerlore.deliver([waiting]).await;
    for (minute, kept) in [(30 * DAY, 2), (30 * DAY + 1, 1)] {
        peerlore.clock.move_to(at(TODAY + minute));
        expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
        assert_eq!(
            peerlore.one::<i64>("select count(*) from inbox").await,
            kept,
            "minute {minute}"
        );
    }
    peerlore.run_jobs().await;
    assert_eq!(
        peerlore.one::<i64>("select count(*) from pull").await,
        2,
        "what waits stays"
    );
}

#[tokio::test]
async fn an_event_that_we_do_not_know_is_accepted_and_ignored() {
    let peerlore = closed_shop().await;
    let body = br#"{"action": "purchased", "marketplace_purchase": {}}"#;
    let signature = sign(SECRET.as_bytes(), body);
    let mut headers = headers("one", &signature);
    headers[1].1 = "marketplace_purchase";
    let (status, _) = peerlore.knock(&headers, body.to_vec()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    peerlore.run_jobs().await;
    let done: bool = peerlore
        .one("select processed_at is not null and failed_at is null from inbox")
        .await;
    assert!(done);
}

#[tokio::test]
async fn secrets_and_bodies_never_reach_the_log() {
    let log = Log::listening("debug");
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, &[(9, "let nine = 9.0;")]).await;
    peerlore
        .comment(
            &pull,
            by("ben", TODAY + 1),
            9,
            "Quixotic words that nobody else would use.",
        )
        .await;
    let bad = post_signed_by(&peerlore, "somebody-else", b"{\"title\": \"quixotic\"}").await;
    assert_eq!(bad, StatusCode::UNAUTHORIZED);
    let unreadable = post_signed_by(&peerlore, SECRET, b"{\"title\": \"quixotic\"").await;
    assert_eq!(unreadable, StatusCode::ACCEPTED);
    peerlore.run_jobs().await;
    let said = log.said();
    assert!(
        said.contains("facts stored") && said.contains("suggestion posted"),
        "the log was heard: {said}"
    );
    for hidden in [
        SECRET,
        NEXT_SECRET,
        "sha256=",
        "uixotic",
        "peerlore:suggestion",
        "Bearer",
    ] {
        let line = said.lines().find(|line| line.contains(hidden));
        assert_eq!(line, None, "{hidden}");
    }
}

async fn post_signed_by(peerlore: &Peerlore, secret: &str, body: &[u8]) -> StatusCode {
    let signature = sign(secret.as_bytes(), body);
    knock(&peerlore.app, &headers("unreadable", &signature), body.to_vec())
        .await
        .0
}

/// As after a restart of the database: it answers, but each connection of before is dead.
#[tokio::test]
async fn connections_that_died_while_nobody_used_them_lose_no_delivery() {
    let peerlore = closed_shop().await;
    let options = (*peerlore.pool().connect_options()).clone();
    let pool = store::pool(options, 4);
    let app = peerlore.replica_on(pool.clone());
    let all = join_all((0..4).map(|_| pool.acquire())).await;
    let all: Vec<_> = all.into_iter().map(|one| one.expect("the database")).collect();
    drop(all);
    while pool.num_idle() < 4 {
        tokio::task::yield_now().await;
    }
    let ended = peerlore
        .one::<i64>("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
        .await;
    assert!(ended >= 4, "{ended}");
    let body = opened(&peerlore).body;
    let signature = sign(SECRET.as_bytes(), &body);
    for id in ["one", "two", "three", "four", "five", "six"] {
        let (status, answer) = knock(&app, &headers(id, &signature), body.clone()).await;
        assert_eq!((status, answer.as_str()), (StatusCode::ACCEPTED, "accepted\n"), "{id}");
    }
    assert_eq!(stored(&peerlore).await, (6, 6));
    peerlore.leaves_jobs();
}
