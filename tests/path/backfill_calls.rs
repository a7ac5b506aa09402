//! What reading the past costs: calls and seconds, against REST alone.
//!
//! `PEERLORE_BACKFILL_PULLS=1000 cargo test --test path backfill_calls -- --nocapture`; fewer without the variable.
use std::time::Instant;

use chrono::Duration;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::Verdict;
use peerlore::model::settings::Settings;
use peerlore::pipeline::backfill;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;

/// Pull requests where nobody says how many.
const FEW: i64 = 60;

/// Lists that REST has a call for, of each pull request: files, commits, reviews, comments on lines, conversation, timeline.
const LISTS: i64 = 6;

#[tokio::test]
async fn far_fewer_calls_are_needed_than_by_rest_alone() {
    let asked = std::env::var("PEERLORE_BACKFILL_PULLS");
    let pulls: i64 = asked.map_or(FEW, |number| number.parse().expect("a number"));
    let github = organisation("acme", 1);
    for number in 0..pulls {
        let minute = DAY + number * 5;
        let new = NewPull {
            branch: format!("topic-{number}"),
            ..pull("A change", LEDGER, &text(&[(20, "let guard = pending.lock();")]))
        };
        let (name, _) = github.open_pull(by("ada", minute), &new);
        let comments = (0..4).map(|line| NewComment::on(LEDGER, 18 + line, LOCK)).collect();
        let review = NewReview {
            verdict: Verdict::Commented,
            body: String::new(),
            comments,
        };
        let posted = github.submit_review(&name, by("ben", minute + 1), &review);
        let reply = NewComment::reply(posted.comments[0], "Good point, will do.");
        let _untold = github.review_comment(&name, by("ada", minute + 2), reply);
        let _untold = github.close(&name, by("ada", minute + 3));
    }
    let late = Peerlore::empty(github, Settings::default()).await;
    let now = DAY + pulls * 5 + 100 * DAY;
    late.clock.move_to(at(now));
    late.tell(late.github.install(by("ada", now))).await;
    late.github.forget_requests();
    let (id, since) = (late.tenant().await, late.clock.now() - Duration::days(365));
    let planned = backfill::since(&late.app.pipeline, &mut *late.conn().await, id, since).await;
    assert_eq!(planned.expect("the database"), 1);
    let begun = Instant::now();
    late.run_jobs().await;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(late.one::<i64>("select count(*) from pull where not open").await, pulls);
    let comments = late.one::<i64>("select count(*) from comment").await;
    assert_eq!(comments, 5 * pulls);
    let ours = i64::try_from(late.github.requests().len()).expect("few");
    let points = late.github.points_used();
    // The lists, a page of them for each pull request, and pages of 100 pull requests; who resolved a thread REST can't say.
    let rest = LISTS * pulls + (pulls + 99) / 100;
    println!(
        "{pulls} pull requests with {comments} comments: {ours} calls ({points} points) in {seconds:.1} s; by REST alone {rest} calls"
    );
    assert!(ours * 20 < rest, "{ours} calls, {rest} by REST");
}
