//! Somebody who opts out goes out of comments that stand on GitHub already, wherever they stand.
use peerlore::demo::github::PullName;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Surface;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::work;
use peerlore::suggest::words::MARKER;

use crate::comment::asked;
use crate::comment::suggested;
use crate::harness::DAY;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;

/// Takes somebody out and lets what follows run.
async fn goes_out(peerlore: &Peerlore, login: &str) {
    let found = opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person(login)).await;
    assert!(found.expect("the database is there"), "{login}");
    peerlore.run_jobs().await;
}

/// The one comment of ours stands, and doesn't hold this word any more.
fn stands_without(peerlore: &Peerlore, pull: &PullName, word: &str) {
    let said = peerlore.said(pull);
    assert!(
        said.len() == 1 && said[0].starts_with(MARKER) && !said[0].contains(word),
        "{said:?}"
    );
    assert_eq!(asked(peerlore, "POST"), 1, "it was edited in place");
}

/// A comment that says that `finn` is asked already.
async fn finn_is_asked() -> (Peerlore, PullName) {
    let (peerlore, pull) = suggested().await;
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "finn"))
        .await;
    assert!(peerlore.said(&pull)[0].contains("`finn` already asked"));
    (peerlore, pull)
}

#[tokio::test]
async fn who_was_named_as_asked_already_goes_out() {
    let (peerlore, pull) = finn_is_asked().await;
    goes_out(&peerlore, "finn").await;
    stands_without(&peerlore, &pull, "finn");
}

#[tokio::test]
async fn also_under_the_login_of_that_time() {
    let (peerlore, pull) = finn_is_asked().await;
    peerlore
        .sql("update person set login = 'huck' where login = 'finn'")
        .await;
    goes_out(&peerlore, "finn").await;
    stands_without(&peerlore, &pull, "finn");
    let shown = format!("{:?}", peerlore.suggestion(&pull).await);
    assert!(!shown.contains("finn"), "nor does the page: {shown}");
}

#[tokio::test]
async fn a_closed_pull_request_keeps_no_name() {
    let (peerlore, pull) = suggested().await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 1))).await;
    goes_out(&peerlore, "ben").await;
    stands_without(&peerlore, &pull, "`ben`");
    assert!(peerlore.said(&pull)[0].contains("`cleo`"), "others stay as they were");
}

#[tokio::test]
async fn a_draft_keeps_no_name() {
    let (peerlore, pull) = suggested().await;
    peerlore
        .tell(peerlore.github.back_to_draft(&pull, by("ada", TODAY + 1)))
        .await;
    goes_out(&peerlore, "ben").await;
    stands_without(&peerlore, &pull, "`ben`");
}

#[tokio::test]
async fn one_that_was_posted_before_posting_was_switched_off_keeps_no_name() {
    let (peerlore, pull) = suggested().await;
    let mut pipeline = peerlore.replica().pipeline;
    pipeline.settings.surface = Surface::Web;
    peerlore.clock.move_to(crate::harness::at(TODAY + 40 * DAY));
    opt_out::out(&pipeline, peerlore.tenant().await, peerlore.person("ben"))
        .await
        .expect("the database is there");
    work::drain(&pipeline).await.expect("the queue");
    stands_without(&peerlore, &pull, "`ben`");
}

#[tokio::test]
async fn a_github_that_is_away_is_asked_again() {
    let (peerlore, pull) = suggested().await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 1))).await;
    peerlore
        .github
        .fail_next(Some("PATCH"), "/issues/comments/", 1, Failure::Status(502));
    goes_out(&peerlore, "ben").await;
    assert!(peerlore.said(&pull)[0].contains("`ben`"));
    peerlore.let_time_pass().await;
    stands_without(&peerlore, &pull, "`ben`");
}

#[tokio::test]
async fn a_comment_that_may_not_be_edited_is_not_tried_for_ever() {
    let (peerlore, pull) = suggested().await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 1))).await;
    peerlore
        .github
        .fail_next(Some("PATCH"), "/issues/comments/", 99, Failure::Status(403));
    goes_out(&peerlore, "ben").await;
    assert_eq!(asked(&peerlore, "PATCH"), 1);
}
