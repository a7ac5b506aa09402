//! Landing: which push counts for a comment, and how near it came.
use peerlore::demo::github::Act;
use peerlore::demo::github::How;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::PullName;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Settings;
use peerlore::pipeline::import;
use peerlore::pipeline::import::Imported;
use peerlore::pipeline::record::Seen;
use rstest::rstest;

use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;

const BEFORE: &[(usize, &str)] = &[(20, "let guard = pending.lock();")];
const FIXED: &[(usize, &str)] = &[(20, "let latest = pending.lock().latest();")];
/// The commented line as it was, fifteen lines further down.
const SHIFTED: &[(usize, &str)] = &[
    (
        3,
        "let a = 1;\nlet b = 2;\nlet c = 3;\nlet d = 4;\nlet e = 5;\nlet f = 6;\nlet g = 7;\nlet h = 8;\n\
         let i = 9;\nlet j = 10;\nlet k = 11;\nlet l = 12;\nlet m = 13;\nlet n = 14;\nlet o = 15;\nlet p = 16;",
    ),
    BEFORE[0],
];
const SHIFTED_AND_FIXED: &[(usize, &str)] = &[SHIFTED[0], FIXED[0]];
const FIXED_AND_MORE: &[(usize, &str)] = &[FIXED[0], (39, "let far = 39.0;")];

fn soon(login: &str, minutes: i64) -> Act<'_> {
    by(login, TODAY + minutes)
}

fn verdict() -> NewReview {
    NewReview {
        verdict: Verdict::ChangesRequested,
        body: String::new(),
        comments: Vec::new(),
    }
}

/// `ada` opened a pull request; `ben` drafts a comment on its line 20 in a review that isn't submitted yet.
async fn drafted() -> (Peerlore, PullName) {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    let draft = NewComment::on(LEDGER, 20, LOCK);
    let written = peerlore.github.draft_comment(&pull, soon("ben", 1), &draft);
    assert!(written.is_some(), "the change shows the line");
    (peerlore, pull)
}

#[rstest]
#[case::made_unaware(FIXED, FIXED_AND_MORE, "the next push changed the file elsewhere")]
#[case::made_aware(SHIFTED, SHIFTED_AND_FIXED, "the next push changed a line within 3")]
#[tokio::test]
async fn a_push_before_the_review_was_submitted_is_no_answer(
    #[case] unaware: &[(usize, &str)],
    #[case] aware: &[(usize, &str)],
    #[case] part: &str,
) {
    let (peerlore, pull) = drafted().await;
    peerlore.push(&pull, soon("ada", 5), How::Append, unaware).await;
    let sent = peerlore.github.submit_review(&pull, soon("ben", 10), &verdict());
    peerlore.tell(sent.deliveries).await;
    assert!(
        !peerlore.parts().await.contains("the next push"),
        "no push answered it yet"
    );
    peerlore.push(&pull, soon("ada", 30), How::Append, aware).await;
    assert!(peerlore.parts().await.contains(part), "{}", peerlore.parts().await);
}

#[tokio::test]
async fn a_review_that_is_told_after_its_comments_takes_an_early_push_back() {
    let (peerlore, pull) = drafted().await;
    peerlore.push(&pull, soon("ada", 5), How::Append, FIXED).await;
    let sent = peerlore.github.submit_review(&pull, soon("ben", 10), &verdict());
    for late in sent.deliveries.into_iter().rev() {
        peerlore.tell([late]).await;
    }
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: given"]);
    assert_eq!(peerlore.one::<i64>("select count(*) from follow_up").await, 0);
}

#[tokio::test]
async fn what_was_changed_before_a_second_comment_does_not_answer_it() {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    let asked = peerlore.comment(&pull, soon("ben", 1), 20, "Please change this.").await;
    peerlore.push(&pull, soon("ada", 2), How::Append, FIXED).await;
    peerlore.reply(&pull, soon("ben", 3), asked, LOCK).await;
    peerlore.push(&pull, soon("ada", 4), How::Append, FIXED_AND_MORE).await;
    assert!(
        peerlore
            .parts()
            .await
            .contains("the next push changed the file elsewhere"),
        "{}",
        peerlore.parts().await
    );
}

#[tokio::test]
async fn an_imported_pull_request_has_diffs_as_soon_as_they_were_read() {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    let github = &peerlore.github;
    let (name, opened) = github.open_pull(by("ada", TODAY), &pull("A change", LEDGER, &text(BEFORE)));
    let early = github.review_comment(&name, soon("ben", 1), NewComment::on(LEDGER, 20, LOCK));
    let told = early.deliveries.last().expect("the comment").json();
    let record = serde_json::json!({
        "type": "pull", "pull": opened[0].json()["pull_request"], "events": [], "comments": [told["comment"]],
    });
    let line = record.to_string().into_bytes();
    let read = import::record(&peerlore.app.pipeline, &mut Seen::default(), &line, ("file", 1)).await;
    assert!(matches!(
        read.expect("the database"),
        Imported::Pull { comments: 1, .. }
    ));
    assert!(!peerlore.lessons().await[0].diffs_known, "an import has no diffs");
    peerlore.tell(github.install(by("ada", TODAY + 2))).await;
    peerlore.comment(&name, soon("cleo", 3), 20, LOCK).await;
    peerlore.push(&name, soon("ada", 4), How::Append, FIXED).await;
    let known: Vec<bool> = peerlore.lessons().await.iter().map(|one| one.diffs_known).collect();
    assert_eq!(known, [true, true], "{}", peerlore.parts().await);
    assert_eq!(
        peerlore.taught().await,
        [
            "ben taught ada concurrency: landed",
            "cleo taught ada concurrency: landed"
        ]
    );
}

#[tokio::test]
async fn a_refused_comparison_costs_nothing_else_and_is_asked_for_again() {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    peerlore.comment(&pull, soon("ben", 1), 20, LOCK).await;
    peerlore
        .github
        .fail_next(Some("GET"), "/compare/", 1, Failure::Status(403));
    peerlore.push(&pull, soon("ada", 2), How::Append, FIXED).await;
    let read = "select count(*) from pull where contents_head = head_sha";
    assert_eq!(
        peerlore.one::<i64>(read).await,
        1,
        "the files of the new head were read"
    );
    assert!(!peerlore.parts().await.contains("the next push"));
    peerlore.comment(&pull, soon("cleo", 9), 20, "Another thing.").await;
    assert!(
        peerlore.parts().await.contains("the next push changed"),
        "{}",
        peerlore.parts().await
    );
}
