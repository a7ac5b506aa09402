//! Deliveries come late, twice and the other way round; what is known in the end is the same.
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::How;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::NewReview;
use peerlore::demo::github::Verdict;
use peerlore::demo::github::delivery::Delivery;
use peerlore::model::settings::Settings;
use peerlore::store::comments;
use peerlore::store::readings;
use rstest::rstest;
use tokio::sync::OnceCell;

use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::push;
use crate::harness::text;

const ERRORS: &str = "This swallows the error: if the read fails, the caller gets an empty list and never knows why. You \
                      should return the error instead, with the path in it.";
const TESTS: &str = "I don't see a test for the empty case, and it would fail because the index is off by one. Could you \
                     add a unit test that covers it?";

/// Facts and projections, each table by its content; what depends on when we heard of something is left out.
const TABLES: &[(&str, &str)] = &[
    ("repo", "select to_jsonb(r) - 'moved' as repo from repo r"),
    ("person", "select installation_id, id, login, kind from person"),
    ("team", "select * from team"),
    (
        "pull",
        "select to_jsonb(p) - 'reactions_read_at' - 'suggest_wanted' - 'suggest_answered' - 'touched' as pull from pull p",
    ),
    ("pull_file", "select * from pull_file"),
    ("pull_committer", "select * from pull_committer"),
    ("pull_asked", "select * from pull_asked"),
    ("head_push", "select * from head_push"),
    ("ref_push", "select to_jsonb(r) - 'seen_at' as ref_push from ref_push r"),
    ("review", "select * from review"),
    (
        "comment",
        "select to_jsonb(c) - 'deleted_at' - 'updated_at' as comment, deleted_at is null as there from comment c",
    ),
    (
        "thread_resolution",
        "select root_id, number, resolved_by, resolved from thread_resolution",
    ),
    ("reaction", "select * from reaction"),
    ("follow_up", "select * from follow_up"),
    ("reading", "select * from reading"),
    ("lesson", "select * from lesson"),
    ("refusal", "select * from refusal"),
    ("edge", "select * from edge"),
];

/// Every fact and projection as sorted lines, with numbers to the last bit.
pub async fn everything(peerlore: &Peerlore) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, query) in TABLES {
        let rows = format!(
            "select coalesce(array_agg(r::text order by r::text), '{{}}') from (select to_jsonb(t) from ({query}) t) x (r)"
        );
        let rows: Vec<String> = peerlore.one(&rows).await;
        lines.extend(rows.into_iter().map(|row| format!("{table} {row}")));
    }
    lines
}

/// Only what is learned.
pub async fn learned(peerlore: &Peerlore) -> Vec<String> {
    let all = everything(peerlore).await.into_iter();
    all.filter(|line| {
        ["lesson ", "edge ", "refusal "]
            .iter()
            .any(|table| line.starts_with(table))
    })
    .collect()
}

fn soon(login: &str, minutes: i64) -> Act<'_> {
    by(login, TODAY + minutes)
}

fn review(verdict: Verdict, body: &str, comments: Vec<NewComment>) -> NewReview {
    NewReview {
        verdict,
        body: body.to_owned(),
        comments,
    }
}

/// The first pull request: a lesson that lands by a push, one by a reply, one that is told late.
fn of_the_ledger(github: &FakeGithub) -> Vec<Delivery> {
    let before = [
        (10, "let ten = 10.0;"),
        (20, "let guard = pending.lock();"),
        (30, "let thirty = 30.0;"),
    ];
    let (name, mut sent) = github.open_pull(soon("ada", 0), &pull("Post faster", LEDGER, &text(&before)));
    sent.extend(github.request_reviewer(&name, soon("ada", 1), "ben"));
    sent.extend(github.request_team(&name, soon("ada", 2), "web"));
    let comments = vec![NewComment::on(LEDGER, 20, LOCK), NewComment::on(LEDGER, 10, TESTS)];
    let posted = github.submit_review(
        &name,
        soon("ben", 3),
        &review(Verdict::ChangesRequested, ERRORS, comments),
    );
    sent.extend(posted.deliveries);
    let (lock, tests) = (posted.comments[0], posted.comments[1]);
    sent.extend(
        github
            .review_comment(&name, soon("ada", 4), NewComment::reply(lock, "Good point, will do."))
            .deliveries,
    );
    sent.extend(
        github
            .review_comment(&name, soon("ada", 5), NewComment::reply(tests, "Done."))
            .deliveries,
    );
    github.react(&name, soon("ada", 6), tests, "+1");
    // Written before the push, submitted after it.
    let _drafted = github.draft_comment(&name, soon("cleo", 6), &NewComment::on(LEDGER, 30, ERRORS));
    let first = [before[0], (20, "let latest = pending.lock().latest();"), before[2]];
    sent.extend(github.push_to_pull(&name, soon("ada", 7), &push(How::Append, &first)));
    let submitted = github.submit_review(&name, soon("cleo", 8), &review(Verdict::Commented, "", Vec::new()));
    sent.extend(submitted.deliveries);
    let second = [(10, "let ten = 11.0;"), first[1], before[2]];
    sent.extend(github.push_to_pull(&name, soon("ada", 9), &push(How::Append, &second)));
    let third = [second[0], second[1], (30, "let thirty = read(&path)?;")];
    sent.extend(github.push_to_pull(&name, soon("ada", 10), &push(How::Amend, &third)));
    sent.extend(github.resolve_thread(&name, soon("ada", 11), lock));
    sent.extend(
        github
            .submit_review(&name, soon("ben", 12), &review(Verdict::Approved, "", Vec::new()))
            .deliveries,
    );
    sent.extend(github.merge(&name, soon("ada", 13)));
    sent
}

/// The second: declined, edited, forced onto a moved base, closed, opened again.
pub fn of_the_pages(github: &FakeGithub) -> Vec<Delivery> {
    let new = pull("List pages", PAGES, &text(&[(15, "let fifteen = 15.0;")]));
    let (name, mut sent) = github.open_pull(soon("dan", 20), &new);
    let posted = github.review_comment(&name, soon("cleo", 21), NewComment::on(PAGES, 15, "Nice!"));
    sent.extend(posted.deliveries);
    sent.extend(github.edit_review_comment(&name, soon("cleo", 22), posted.comments[0], ERRORS));
    let no = "No, I'd rather keep it as it is, this is by design.";
    sent.extend(
        github
            .review_comment(&name, soon("dan", 23), NewComment::reply(posted.comments[0], no))
            .deliveries,
    );
    sent.extend(github.push_to_base(
        "shop",
        soon("eve", 24),
        "Other",
        &[Change::write("src/other.rs", "1\n")],
    ));
    sent.extend(github.push_to_pull(&name, soon("dan", 25), &push(How::Rebase, &[])));
    let gone = github.review_comment(&name, soon("eve", 26), NewComment::on(PAGES, 15, TESTS));
    sent.extend(gone.deliveries);
    sent.extend(github.delete_review_comment(&name, soon("eve", 27), gone.comments[0]));
    sent.extend(github.close(&name, soon("dan", 28)));
    sent.extend(github.reopen(&name, soon("dan", 29)));
    sent.extend(github.request_reviewer(&name, soon("dan", 30), "finn"));
    sent.extend(github.remove_reviewer(&name, soon("dan", 31), "finn"));
    sent
}

/// The third: a conversation, a draft, a bot; and a change that is too big to teach.
pub fn of_the_rest(github: &FakeGithub) -> Vec<Delivery> {
    let new = NewPull {
        draft: true,
        ..pull("Count retries", LEDGER, &text(&[(5, "let five = 5.0;")]))
    };
    let (name, mut sent) = github.open_pull(soon("eve", 40), &new);
    sent.extend(github.mark_ready(&name, soon("eve", 41)));
    sent.extend(github.issue_comment(&name, soon("ben", 42), LOCK).1);
    sent.extend(github.issue_comment(&name, soon("eve", 43), "Makes sense, will do.").1);
    let (chat, said) = github.issue_comment(&name, soon("finn", 44), "Hello?");
    sent.extend(said);
    sent.extend(github.edit_issue_comment(&name, soon("finn", 45), chat, ERRORS));
    sent.extend(
        github
            .review_comment(&name, soon("lint[bot]", 46), NewComment::on(LEDGER, 5, ERRORS))
            .deliveries,
    );
    sent.extend(github.close(&name, soon("eve", 47)));
    let mut changes: Vec<Change> = (0..110)
        .map(|n| Change::write(format!("src/made/{n}.rs"), "1\n"))
        .collect();
    changes.push(Change::write("src/made/main.rs", text(&[])));
    let (mega, opened) = github.open_pull(
        soon("finn", 50),
        &NewPull {
            changes,
            ..pull("Move all", LEDGER, "")
        },
    );
    sent.extend(opened);
    sent.extend(
        github
            .review_comment(&mega, soon("ben", 51), NewComment::on("src/made/main.rs", 9, TESTS))
            .deliveries,
    );
    sent.extend(github.merge(&mega, soon("finn", 52)));
    sent
}

/// A small organisation's day: about sixty deliveries.
pub fn story(github: &FakeGithub) -> Vec<Delivery> {
    let mut sent = of_the_ledger(github);
    sent.extend(of_the_pages(github));
    sent.extend(of_the_rest(github));
    sent
}

/// A Peerlore that heard this in this order, some of it at a time.
async fn heard(order: impl FnOnce(Vec<Delivery>) -> Vec<Delivery>) -> Peerlore {
    let github = organisation("acme", 1);
    let install = github.install(by("ada", 1));
    let sent = order(story(&github));
    let peerlore = Peerlore::empty(github, Settings::default()).await;
    peerlore.clock.move_to(crate::harness::at(TODAY + 60));
    peerlore.tell(install).await;
    for some in sent.chunks(9) {
        peerlore.tell(some.to_vec()).await;
    }
    // A job that met something it hadn't heard of yet may have been put off.
    peerlore.settle().await;
    peerlore
}

/// A shuffle that depends on the seed alone, with every third delivery told twice.
fn shuffled(mut sent: Vec<Delivery>, seed: u64) -> Vec<Delivery> {
    let mut state = seed;
    let mut next = move |below: usize| {
        // The 64-bit linear congruential generator of Knuth's MMIX.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let again: Vec<Delivery> = sent.iter().step_by(3).cloned().collect();
    sent.extend(again);
    for last in (1..sent.len()).rev() {
        sent.swap(last, next(last + 1));
    }
    sent
}

static IN_ORDER: OnceCell<Vec<String>> = OnceCell::const_new();

async fn in_order() -> &'static [String] {
    IN_ORDER
        .get_or_init(|| async { everything(&heard(|sent| sent).await).await })
        .await
}

#[rstest]
#[tokio::test]
async fn any_order_with_repeats_gives_the_same_facts_and_graph(#[values(1, 2, 3, 4)] seed: u64) {
    let expected = in_order().await;
    let edges = expected.iter().filter(|line| line.starts_with("edge ")).count();
    assert!(edges >= 2, "there is a graph: {expected:#?}");
    let found = everything(&heard(|sent| shuffled(sent, seed)).await).await;
    differ(&found, expected);
}

#[tokio::test]
async fn the_last_told_first_gives_the_same_facts_and_graph() {
    let found = everything(&heard(|sent| sent.into_iter().rev().collect()).await).await;
    differ(&found, in_order().await);
}

/// Fails with the lines that differ.
fn differ(found: &[String], expected: &[String]) {
    let missing: Vec<&String> = expected.iter().filter(|line| !found.contains(line)).collect();
    let extra: Vec<&String> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing {missing:#?}\nextra {extra:#?}"
    );
}

/// As two processes do at the same moment: one reads the comment, the other is told of the edit.
#[tokio::test]
async fn what_was_read_in_a_text_that_was_edited_meanwhile_is_not_kept() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    let number = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    let before = comments::of_pull(&mut *peerlore.conn().await, id, key).await;
    let before = before.expect("the database").remove(0);
    peerlore
        .tell(
            peerlore
                .github
                .edit_review_comment(&pull, by("ben", TODAY + 2), number, "Thanks!"),
        )
        .await;
    let late = readings::Read {
        place: before.place,
        comment: before.id,
        updated_at: before.updated_at,
        reading: before.reading.clone().expect("it was read"),
    };
    readings::set_readings(&mut *peerlore.conn().await, id, &[late])
        .await
        .expect("the database");
    let after = comments::of_pull(&mut *peerlore.conn().await, id, key).await;
    let after = after.expect("the database").remove(0);
    assert_eq!(after.body.as_deref(), Some("Thanks!"));
    assert!(after.reading.is_some() && after.reading != before.reading);
}
