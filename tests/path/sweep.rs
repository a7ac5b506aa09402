//! Deliveries that never arrived are asked for again, until what is known is what would have been known.
use axum::http::StatusCode;
use chrono::Duration;
use peerlore::app::App;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::delivery::sign;
use peerlore::demo::github::failures::Failure;
use peerlore::demo::github::hook_deliveries::Losses;
use peerlore::model::job::Job;
use peerlore::model::settings::Settings;
use peerlore::pipeline::sweep;
use peerlore::pipeline::sweep::Swept;
use peerlore::store::sweeps;
use peerlore::store::sweeps::Counts;
use peerlore::store::sweeps::Gap;
use rstest::rstest;
use tokio::sync::OnceCell;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::SECRET;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::knock;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;
use crate::order::everything;
use crate::order::story;

/// When the day's history ends, in minutes.
const EVENING: i64 = TODAY + 70;

/// GitHub sends one delivery, signed with `secret`, and remembers how it went.
async fn send(peerlore: &Peerlore, one: &Delivery, secret: &str) -> StatusCode {
    let signature = sign(secret.as_bytes(), &one.body);
    let headers = [
        ("content-type", "application/json"),
        ("x-github-event", one.event.as_str()),
        ("x-github-delivery", one.id.as_str()),
        ("x-hub-signature-256", signature.as_str()),
    ];
    let (status, _) = knock(&peerlore.app, &headers, one.body.clone()).await;
    peerlore.github.attempted(one, status.as_u16());
    status
}

/// A small organisation's day, from installing the App on.
fn day(github: &FakeGithub) -> Vec<Delivery> {
    let mut sent = github.install(by("ada", 1));
    sent.extend(story(github));
    sent
}

/// A Peerlore that heard the day, but for what was lost on the way.
async fn heard(mut is_lost: impl FnMut() -> bool) -> Peerlore {
    let github = organisation("acme", 1);
    let sent = day(&github);
    let peerlore = Peerlore::empty(github, Settings::default()).await;
    pass(&peerlore, EVENING);
    for some in sent.chunks(9) {
        for one in some {
            if is_lost() {
                peerlore.github.attempted(one, 502);
            } else {
                assert_eq!(send(&peerlore, one, SECRET).await, StatusCode::ACCEPTED);
            }
        }
        peerlore.run_jobs().await;
    }
    peerlore.settle().await;
    peerlore
}

async fn lossy(seed: u64) -> Peerlore {
    let mut losses = Losses::new(seed, 30);
    heard(|| losses.next_is_lost()).await
}

/// Time goes on, here and at GitHub.
fn pass(peerlore: &Peerlore, minute: i64) {
    peerlore.clock.move_to(at(minute));
    peerlore.github.let_time_pass(at(minute));
}

/// Looks for missed deliveries at this minute.
async fn look(peerlore: &Peerlore, app: &App, minute: i64) -> Swept {
    pass(peerlore, minute);
    let swept = sweep::look(&app.pipeline, None).await.expect("a look");
    swept.expect("we are an App")
}

/// GitHub sends what was asked for again; gives how many.
async fn sent_again(peerlore: &Peerlore, mut is_lost: impl FnMut() -> bool) -> i64 {
    let due = peerlore.github.take_asked_again();
    for one in &due {
        if is_lost() {
            peerlore.github.attempted(one, 0);
        } else {
            assert_eq!(send(peerlore, one, SECRET).await, StatusCode::ACCEPTED);
        }
    }
    peerlore.run_jobs().await;
    peerlore.settle().await;
    i64::try_from(due.len()).expect("a few")
}

/// How often GitHub was asked to send something again.
fn asks(peerlore: &Peerlore) -> usize {
    let asked = peerlore.github.requests();
    asked
        .iter()
        .filter(|one| one.method == "POST" && one.path.ends_with("/attempts"))
        .count()
}

static UNDISTURBED: OnceCell<(Vec<String>, (String, String))> = OnceCell::const_new();

/// What is known without losses, and who is suggested then.
async fn undisturbed() -> &'static (Vec<String>, (String, String)) {
    UNDISTURBED
        .get_or_init(|| async {
            let peerlore = heard(|| false).await;
            let known = everything(&peerlore).await;
            (known, suggested(&peerlore).await)
        })
        .await
}

/// Who is suggested for a new pull request the day after.
async fn suggested(peerlore: &Peerlore) -> (String, String) {
    pass(peerlore, TODAY + DAY);
    let pull = peerlore
        .open(by("finn", TODAY + DAY), LEDGER, &[(12, "let twelve = 12.5;")])
        .await;
    peerlore.picked(&pull).await
}

/// The same without when we heard that a comment, of which we know nothing else, was deleted.
fn without_hearing(line: &str) -> String {
    let of_unknown = line.contains("\"there\": false") && line.contains("\"author_id\": null");
    match line.split_once("\"created_at\": \"").filter(|_| of_unknown) {
        Some((before, after)) => format!("{before}{}", after.split_once('"').map_or("", |(_, rest)| rest)),
        None => line.to_owned(),
    }
}

/// Fails unless everything is as if nothing had been lost.
async fn assert_healed(peerlore: &Peerlore) {
    let (expected, picked) = undisturbed().await;
    assert!(
        expected.iter().filter(|line| line.starts_with("edge ")).count() >= 2,
        "there is a graph"
    );
    let expected: Vec<String> = expected.iter().map(|line| without_hearing(line)).collect();
    let found: Vec<String> = everything(peerlore)
        .await
        .iter()
        .map(|line| without_hearing(line))
        .collect();
    let missing: Vec<&String> = expected.iter().filter(|line| !found.contains(line)).collect();
    let extra: Vec<&String> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing {missing:#?}\nextra {extra:#?}"
    );
    assert_eq!(&suggested(peerlore).await, picked);
    assert_ne!(picked.0, "-");
}

#[rstest]
#[tokio::test]
async fn after_losses_the_graph_is_what_it_would_have_been(#[values(1, 2, 3)] seed: u64) {
    let peerlore = lossy(seed).await;
    let app = peerlore.as_the_app();
    assert_ne!(
        everything(&peerlore).await,
        undisturbed().await.0,
        "something is missing"
    );
    let first = look(&peerlore, &app, EVENING + 1).await;
    assert!(first.counts.lost >= 8, "{first:?}");
    assert_eq!((first.counts.asked, first.gap), (first.counts.lost, None));
    assert_eq!(sent_again(&peerlore, || false).await, first.counts.lost);
    let asked = asks(&peerlore);
    let second = look(&peerlore, &app, EVENING + 61).await;
    assert_eq!(
        (second.counts.lost, second.counts.asked, asks(&peerlore)),
        (0, 0, asked)
    );
    assert_healed(&peerlore).await;
}

#[tokio::test]
async fn what_is_lost_again_is_asked_for_again() {
    let peerlore = lossy(4).await;
    let app = peerlore.as_the_app();
    let first = look(&peerlore, &app, EVENING + 1).await.counts.asked;
    let mut turn = 0;
    let lost_again = sent_again(&peerlore, || {
        turn += 1;
        turn % 3 == 0
    });
    assert_eq!(lost_again.await, first);
    let second = look(&peerlore, &app, EVENING + 61).await;
    assert_eq!(second.counts.asked, first / 3, "{second:?}");
    sent_again(&peerlore, || false).await;
    assert_eq!(look(&peerlore, &app, EVENING + 121).await.counts.lost, 0);
    assert_healed(&peerlore).await;
}

#[tokio::test]
async fn a_look_that_dies_on_the_way_loses_nothing() {
    let peerlore = lossy(5).await;
    let app = peerlore.as_the_app();
    pass(&peerlore, EVENING + 1);
    let third_ask = async {
        while asks(&peerlore) < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = third_ask => {}
        swept = sweep::look(&app.pipeline, None) => panic!("it was faster: {swept:?}"),
    }
    assert_eq!(
        sweeps::looks(&mut *peerlore.conn().await).await.expect("the database"),
        None
    );
    sent_again(&peerlore, || false).await;
    let next = look(&peerlore, &app, EVENING + 61).await;
    assert!(next.counts.asked > 0 && next.counts.waiting == 0, "{next:?}");
    sent_again(&peerlore, || false).await;
    assert_eq!(look(&peerlore, &app, EVENING + 121).await.counts.lost, 0);
    assert_eq!(
        peerlore.one::<i16>("select max(times) from redelivery").await,
        1,
        "who arrived isn't asked for twice"
    );
    assert_healed(&peerlore).await;
}

#[tokio::test]
async fn a_look_right_after_another_waits_for_what_is_on_its_way() {
    let peerlore = lossy(6).await;
    let app = peerlore.as_the_app();
    let first = look(&peerlore, &app, EVENING + 1).await.counts;
    let second = look(&peerlore, &app, EVENING + 2).await.counts;
    assert_eq!((second.asked, second.waiting), (0, first.asked));
    sent_again(&peerlore, || false).await;
    assert_eq!(look(&peerlore, &app, EVENING + 3).await.counts.waiting, 0);
}

#[tokio::test]
async fn while_github_is_away_the_mark_stays() {
    let peerlore = lossy(7).await;
    let app = peerlore.as_the_app();
    for (method, path) in [("GET", "/app/hook/deliveries"), ("POST", "/attempts")] {
        peerlore.github.fail_next(Some(method), path, 1, Failure::Status(502));
        pass(&peerlore, EVENING + 1);
        let error = sweep::look(&app.pipeline, None)
            .await
            .expect_err("GitHub is away")
            .to_string();
        assert!(error.contains("status 502"), "{error}");
        let looks = sweeps::looks(&mut *peerlore.conn().await).await.expect("the database");
        let looks = looks.expect("the failure is noted");
        assert_eq!((looks.reached_at, looks.swept_at), (None, None));
        assert_eq!(looks.failure().expect("it is told").1, error);
    }
    let next = look(&peerlore, &app, EVENING + 1).await;
    assert_eq!(next.counts.asked, next.counts.lost, "an ask that failed isn't counted");
    let looks = sweeps::looks(&mut *peerlore.conn().await)
        .await
        .expect("the database")
        .expect("looks");
    assert!(
        looks.reached_at.is_some_and(|reached| reached < at(EVENING)),
        "the oldest that didn't come yet"
    );
    sent_again(&peerlore, || false).await;
    assert_healed(&peerlore).await;
}

#[tokio::test]
async fn an_hour_with_a_wrong_secret_heals() {
    let github = organisation("acme", 1);
    let sent = day(&github);
    let peerlore = Peerlore::empty(github, Settings::default()).await;
    pass(&peerlore, EVENING);
    let mut refused = 0;
    for one in &sent {
        let secret = if one.at > at(TODAY + 10) {
            "another secret"
        } else {
            SECRET
        };
        refused += i64::from(send(&peerlore, one, secret).await == StatusCode::UNAUTHORIZED);
    }
    peerlore.run_jobs().await;
    assert!(refused > 10, "{refused}");
    let app = peerlore.as_the_app();
    assert_eq!(look(&peerlore, &app, EVENING + 1).await.counts.asked, refused);
    sent_again(&peerlore, || false).await;
    assert_healed(&peerlore).await;
}

/// Somebody talks on a pull request, once a minute; nothing of it is sent yet.
fn talk(github: &FakeGithub, times: i64) -> Vec<Delivery> {
    let (name, mut sent) = github.open_pull(by("ada", TODAY), &pull("Talk", LEDGER, &text(&[(3, "let three = 3;")])));
    for minute in 1..times {
        sent.extend(github.issue_comment(&name, by("ben", TODAY + minute), "Hm.").1);
    }
    sent
}

/// A Peerlore, acting as an App, of whose deliveries GitHub reached nobody with the first ones.
async fn after_talk(times: i64, lost: usize) -> (Peerlore, App) {
    let peerlore = Peerlore::start().await;
    pass(&peerlore, TODAY);
    for (place, one) in talk(&peerlore.github, times).iter().enumerate() {
        if place < lost {
            peerlore.github.attempted(one, 0);
        } else {
            send(&peerlore, one, SECRET).await;
        }
    }
    peerlore.leaves_jobs();
    let app = peerlore.as_the_app();
    (peerlore, app)
}

#[tokio::test]
async fn all_pages_are_read_once_and_then_the_new_ones_only() {
    let (peerlore, app) = after_talk(250, 2).await;
    let first = look(&peerlore, &app, TODAY + 251).await.counts;
    assert_eq!((first.listed, first.asked), (250, 2));
    let pages = |peerlore: &Peerlore| -> Vec<bool> {
        let asked = peerlore.github.requests();
        let listed = asked.iter().filter(|one| one.path.starts_with("/app/hook/deliveries?"));
        listed.map(|one| one.path.contains("cursor=v1_")).collect()
    };
    assert_eq!(pages(&peerlore), [false, true, true]);
    for one in peerlore.github.take_asked_again() {
        assert_eq!(send(&peerlore, &one, SECRET).await, StatusCode::ACCEPTED);
    }
    // The mark waited for those two; once they came it moves on.
    look(&peerlore, &app, TODAY + 311).await;
    peerlore.github.forget_requests();
    let last = look(&peerlore, &app, TODAY + 371).await.counts;
    assert_eq!((last.listed, pages(&peerlore).len()), (0, 1), "nothing is new");
}

#[tokio::test]
async fn what_arrived_though_github_did_not_hear_is_not_asked_for() {
    let peerlore = Peerlore::start().await;
    let sent = talk(&peerlore.github, 3);
    peerlore.tell(sent.clone()).await;
    for one in &sent {
        peerlore.github.attempted(one, 0);
    }
    let app = peerlore.as_the_app();
    let swept = look(&peerlore, &app, TODAY + 5).await.counts;
    assert_eq!((swept.listed, swept.lost, asks(&peerlore)), (3, 0, 0));
    // A dead letter is, since GitHub still has what we can't read.
    peerlore
        .sql("update inbox set failed_at = now(), failure = 'broken', body = null where event = 'issue_comment'")
        .await;
    assert_eq!(look(&peerlore, &app, TODAY + 6).await.counts.asked, 2);
}

#[tokio::test]
async fn nothing_is_asked_for_more_than_three_times_and_what_is_given_up_is_a_gap() {
    let (peerlore, app) = after_talk(3, 2).await;
    let mut told = Vec::new();
    for hour in 0..6 {
        let swept = look(&peerlore, &app, TODAY + 2 + hour * 60).await;
        told.push((swept.counts.asked, swept.counts.given_up, swept.gap.is_some()));
        for one in peerlore.github.take_asked_again() {
            peerlore.github.attempted(&one, 500);
        }
    }
    let (asked, over) = ((2, 0, false), (0, 0, false));
    assert_eq!(told, [asked, asked, asked, (0, 2, true), over, over]);
    assert_eq!(asks(&peerlore), 6);
    let gap = sweeps::gap(&mut *peerlore.conn().await).await.expect("the database");
    assert_eq!(
        gap,
        Some(Gap {
            from: at(TODAY),
            to: at(TODAY + 1)
        })
    );
}

#[tokio::test]
async fn after_a_longer_time_than_github_remembers_a_gap_is_noted() {
    let (peerlore, app) = after_talk(3, 0).await;
    assert_eq!(look(&peerlore, &app, TODAY + 5).await.gap, None);
    let quiet = look(&peerlore, &app, TODAY + 5 + 3 * DAY).await;
    assert_eq!(quiet.gap, None, "we looked within that time");
    let late = look(&peerlore, &app, TODAY + 5 + 10 * DAY).await;
    let gap = Gap {
        from: at(TODAY + 5 + 3 * DAY),
        to: at(TODAY + 5 + 7 * DAY),
    };
    assert_eq!(late.gap, Some(gap));
    // It stays until somebody closes it, and grows meanwhile.
    assert_eq!(look(&peerlore, &app, TODAY + 6 + 10 * DAY).await.gap, None);
    look(&peerlore, &app, TODAY + 20 * DAY).await;
    let mut conn = peerlore.conn().await;
    assert!(
        !sweeps::close_gap(&mut conn, &gap).await.expect("the database"),
        "it grew"
    );
    let whole = sweeps::gap(&mut conn).await.expect("the database").expect("a gap");
    assert_eq!(
        whole,
        Gap {
            from: gap.from,
            to: at(TODAY + 17 * DAY)
        }
    );
    assert!(sweeps::close_gap(&mut conn, &whole).await.expect("the database"));
    assert_eq!(sweeps::gap(&mut conn).await.expect("the database"), None);
}

#[tokio::test]
async fn the_first_look_after_a_long_silence_finds_the_gap_too() {
    let (peerlore, app) = after_talk(3, 0).await;
    let swept = look(&peerlore, &app, TODAY + 10 * DAY).await;
    let to = at(TODAY + 7 * DAY);
    assert_eq!(swept.gap.map(|gap| gap.to), Some(to));
    assert!(swept.gap.is_some_and(|gap| gap.from < to - Duration::days(6)));
}

#[tokio::test]
async fn the_hourly_job_looks_and_does_nothing_without_an_app() {
    let peerlore = Peerlore::start().await;
    for one in talk(&peerlore.github, 2) {
        peerlore.github.attempted(&one, 0);
    }
    pass(&peerlore, TODAY + 5);
    let queue = |app: &App| app.pipeline.queue.clone();
    // With a plain token nobody is asked.
    queue(&peerlore.app)
        .add(&mut *peerlore.conn().await, &Job::Sweep.into())
        .await
        .expect("the queue");
    peerlore.run_jobs().await;
    assert_eq!(asks(&peerlore), 0);
    assert_eq!(
        sweeps::looks(&mut *peerlore.conn().await).await.expect("the database"),
        None
    );
    let app = peerlore.as_the_app();
    queue(&app)
        .add(&mut *peerlore.conn().await, &Job::Sweep.into())
        .await
        .expect("the queue");
    peerlore::pipeline::work::drain(&app.pipeline).await.expect("the queue");
    let looks = sweeps::looks(&mut *peerlore.conn().await)
        .await
        .expect("the database")
        .expect("a look");
    let counts = Counts {
        listed: 2,
        lost: 2,
        asked: 2,
        ..Counts::default()
    };
    assert_eq!(looks.counts, counts);
}
