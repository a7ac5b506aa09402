//! The same story, told by webhooks to one Peerlore and read from GitHub's GraphQL by another.
use chrono::Duration;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::How;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::delivery::Delivery;
use peerlore::forge::RepoAt;
use peerlore::forge::github::past::PastPage;
use peerlore::forge::github::past::Turn;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::record;
use peerlore::pipeline::record::Seen;

use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::at;
use crate::harness::by;
use crate::harness::pull;
use crate::harness::push;
use crate::harness::text;

/// What both must know, as sorted lines.
const FACTS: [(&str, &str); 5] = [
    (
        "comment",
        "select place, id, number, root_id, author_id, body, created_at, path, line, on_old_side, commit_sha, review_id, hunk_signs from comment",
    ),
    (
        "review",
        "select id, number, reviewer_id, state, submitted_at from review",
    ),
    (
        "push",
        "select number, after_sha, before_sha, pushed_at, forced from head_push",
    ),
    (
        "pull",
        "select number, author_id, title, open, draft, created_at, closed_at, merged_at, merge_sha, head_ref, head_sha, labels from pull",
    ),
    (
        "asked",
        "select number, kind, asked_id, asked, changed_at from pull_asked",
    ),
];

async fn facts(peerlore: &Peerlore) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, query) in FACTS {
        let rows = format!("select coalesce(array_agg(t::text order by t::text), '{{}}') from ({query}) t");
        let rows: Vec<String> = peerlore.one(&rows).await;
        lines.extend(rows.into_iter().map(|row| format!("{table} {row}")));
    }
    lines
}

fn review(verdict: Verdict, body: &str, comments: Vec<NewComment>) -> NewReview {
    NewReview {
        verdict,
        body: body.to_owned(),
        comments,
    }
}

/// One that is merged after a review, a reply, pushes and requests, and one that stays open.
fn story(github: &FakeGithub) -> Vec<Delivery> {
    let (first, mut sent) = github.open_pull(
        by("ada", 10),
        &pull("Post faster", LEDGER, &text(&[(20, "let a = 1;")])),
    );
    sent.extend(github.request_reviewer(&first, by("ada", 11), "ben"));
    sent.extend(github.request_reviewer(&first, by("ada", 12), "cleo"));
    sent.extend(github.remove_reviewer(&first, by("ada", 13), "cleo"));
    let asked = review(
        Verdict::ChangesRequested,
        "Please look",
        vec![NewComment::on(LEDGER, 20, LOCK)],
    );
    let posted = github.submit_review(&first, by("ben", 20), &asked);
    let root = posted.comments[0];
    sent.extend(posted.deliveries);
    sent.extend(
        github
            .review_comment(&first, by("ada", 21), NewComment::reply(root, "Right, I will."))
            .deliveries,
    );
    sent.extend(github.push_to_pull(&first, by("ada", 22), &push(How::Append, &[(20, "let a = 2;")])));
    sent.extend(github.resolve_thread(&first, by("ada", 23), root));
    sent.extend(github.issue_comment(&first, by("dan", 24), "Nice one").1);
    sent.extend(github.push_to_pull(&first, by("ada", 25), &push(How::Amend, &[(20, "let a = 3;")])));
    sent.extend(
        github
            .submit_review(&first, by("ben", 26), &review(Verdict::Approved, "", Vec::new()))
            .deliveries,
    );
    sent.extend(github.merge(&first, by("ben", 27)));
    let (second, opened) = github.open_pull(by("dan", 30), &pull("Another", LEDGER, &text(&[(5, "let five = 5;")])));
    sent.extend(opened);
    sent.extend(github.back_to_draft(&second, by("dan", 31)));
    sent.extend(github.retitle(&second, by("dan", 32), "Another title"));
    sent.extend(github.label(&second, by("dan", 33), "bug"));
    sent.extend(github.mark_ready(&second, by("dan", 34)));
    sent.extend(github.request_reviewer(&second, by("dan", 35), "ada"));
    sent
}

/// Reads the repository's past and stores it, the oldest pull request first.
async fn read_past(peerlore: &Peerlore) -> PastPage {
    let at_shop = RepoAt {
        installation: None,
        owner: "acme",
        name: "shop",
    };
    let turn = Turn {
        after: None,
        since: at(0) - Duration::days(1),
        pulls: 10,
    };
    let page = peerlore
        .app
        .pipeline
        .forge
        .past_page(&at_shop, &turn)
        .await
        .expect("a page");
    let mut seen = Seen::default();
    for pull in page.pulls.iter().rev() {
        for (when, event) in &pull.events {
            record::event(&mut *peerlore.conn().await, &mut seen, event, *when)
                .await
                .expect("the database");
        }
    }
    page
}

/// Two things differ: a timeline says that a push was forced, which webhooks leave to be found out, and it no longer has the
/// commits that a force push took away.
#[tokio::test]
async fn the_past_read_by_graphql_is_what_webhooks_told() {
    let silent = || Settings {
        surface: Surface::Web,
        ..Settings::default()
    };
    let told = Peerlore::with(silent()).await;
    told.tell(story(&told.github)).await;
    let read = Peerlore::empty(told.github.clone(), silent()).await;
    read.tell(read.github.install(by("ada", 40))).await;
    let page = read_past(&read).await;
    assert_eq!(page.pulls.len(), 2);
    assert_eq!(page.calls, 1, "one call for all of it");
    let (told_facts, read_facts) = (facts(&told).await, facts(&read).await);
    let only = |of: &[String], other: &[String]| {
        let lines = of.iter().filter(|line| !other.contains(line)).cloned();
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(
        told_facts.iter().any(|line| line.starts_with("comment ")),
        "the story has comments"
    );
    insta::assert_snapshot!(format!("only told:\n{}\nonly read:\n{}", only(&told_facts, &read_facts), only(&read_facts, &told_facts)), @r#"
    only told:
    push (1,15590db88af2ab99b870e53a154c9272c256bcb9,a26108b6ccbe3d606ff75936510be5a8a2bdc3f2,"2099-01-05 09:25:00+00",)
    push (1,a26108b6ccbe3d606ff75936510be5a8a2bdc3f2,a00d4e768d5b1ec667c79a14c52dccb239fed9c6,"2099-01-05 09:22:00+00",)
    only read:
    push (1,15590db88af2ab99b870e53a154c9272c256bcb9,a26108b6ccbe3d606ff75936510be5a8a2bdc3f2,"2099-01-05 09:25:00+00",t)
    "#);
    let resolved: bool = told.one("select resolved from thread_resolution").await;
    let threads: Vec<bool> = page
        .pulls
        .iter()
        .flat_map(|pull| &pull.threads)
        .map(|(_, done, _)| *done)
        .collect();
    assert_eq!(threads, [resolved]);
}
