//! A running process keeps what it learned of the past, and knows at each question what moved since the last.
use std::sync::Arc;

use peerlore::demo::github::NewComment;
use peerlore::demo::github::PullName;
use peerlore::model::ids::PullKey;
use peerlore::model::settings::Ignore;
use peerlore::pipeline::erase;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::pasts::Asked;
use peerlore::pipeline::pasts::Pasts;
use peerlore::suggest::memory::Signal;
use peerlore::suggest::past::Past;
use rstest::rstest;
use sqlx::AssertSqlSafe;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::who;

/// What somebody's pasts say at an hour of a later day.
async fn past(peerlore: &Peerlore, pasts: &Pasts, conn: &mut PgConnection) -> Arc<Past> {
    asked(peerlore, pasts, (conn, &Ignore::default())).await
}

async fn asked(peerlore: &Peerlore, pasts: &Pasts, (conn, ignore): (&mut PgConnection, &Ignore)) -> Arc<Past> {
    let repo = sqlx::query_as("select installation_id, id from repo")
        .fetch_one(&mut *conn)
        .await;
    let (id, repo): (i64, i64) = repo.expect("one repository");
    let repo = (
        peerlore::model::ids::InstallationId(id),
        peerlore::model::ids::RepoId(repo),
    );
    let asked = Asked {
        ignore,
        left: &[],
        besides: 0,
        at: peerlore.clock.now(),
    };
    let past = pasts.of(conn, repo, asked).await.expect("the database");
    past.expect("a question about nothing that is past")
}

/// Who reviewed near the ledger and the pages, by login, and how much is known of each.
fn told(peerlore: &Peerlore, past: &Arc<Past>) -> Vec<String> {
    let login = |person| {
        let mut all = ["ada", "ben", "cleo", "dan", "eve", "finn"].into_iter();
        all.find(|login| peerlore.person(login) == person).expect("one of us")
    };
    let mut told = Vec::new();
    for author in [None, Some(peerlore.person("ada"))] {
        let signals = past.memory.signals(at(100 * DAY), author, ([LEDGER, PAGES], &[]));
        told.extend(
            signals
                .people()
                .map(|(person, values)| format!("{} {values:.6?}", login(person))),
        );
    }
    told.sort();
    let weights = past.memory.weights();
    told.extend(Signal::ALL.map(|signal| format!("{signal:?} {:.6}", weights.of(signal))));
    told
}

fn knows(told: &[String], login: &str) -> bool {
    told.iter().any(|line| line.starts_with(&format!("{login} ")))
}

async fn execute(conn: &mut PgConnection, statement: &str) {
    let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(conn).await;
    let done = done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    assert!(done.rows_affected() > 0, "{statement}");
}

/// Changes something of which no trigger tells.
async fn untold(conn: &mut PgConnection, statement: &str) {
    let whole = format!("set session_replication_role = replica; {statement}; reset session_replication_role");
    let done = sqlx::raw_sql(AssertSqlSafe(whole)).execute(conn).await;
    done.expect(statement);
}

async fn fresh_connection(peerlore: &Peerlore) -> PgConnection {
    let options = peerlore.pool().connect_options();
    PgConnection::connect_with(&options).await.expect("the database")
}

/// `dan` reviews pull request `number`, by a statement that no part of Peerlore knows of.
fn dan_reviews(peerlore: &Peerlore, number: i32) -> String {
    format!(
        "insert into review (installation_id, id, repo_id, number, reviewer_id, state, submitted_at)
         select installation_id, 1000 + number, repo_id, number, {}, 'approved', created_at from pull where number = {number}",
        peerlore.person("dan")
    )
}

#[tokio::test]
async fn a_question_sees_every_kind_of_change_since_the_last() {
    let peerlore = Peerlore::with_history().await;
    let (conn, pasts) = (&mut *peerlore.conn().await, Pasts::default());
    let ben = peerlore.person("ben");
    let mut before = told(&peerlore, &past(&peerlore, &pasts, conn).await);
    assert!(knows(&before, "ben") && knows(&before, "cleo"), "{before:?}");
    for (what, change) in [
        ("a review of what is closed", dan_reviews(&peerlore, 1)),
        ("a review by somebody else", format!("update review set reviewer_id = {} where number = 1 and reviewer_id = {ben}", peerlore.person("finn"))),
        ("who reviewed before", format!("update review set reviewer_id = {ben} where number = 1 and reviewer_id = {}", peerlore.person("finn"))),
        ("a review that is gone", format!("delete from review where reviewer_id = {}", peerlore.person("dan"))),
        ("a comment on a diff", format!(
            "insert into comment (installation_id, place, id, repo_id, number, root_id, author_id, created_at, updated_at, path)
             select installation_id, 'diff', 77, repo_id, number, 77, {}, created_at, created_at, '{LEDGER}' from pull where number = 1",
            peerlore.person("eve"))),
        ("a comment of somebody who was erased", "update comment set author_id = null where id = 77".to_owned()),
        ("another file", "update pull_file set path = 'src/pages/other.rs' where number = 1".to_owned()),
        ("a file that is made by a machine", "update pull_file set mechanical = true where number = 1".to_owned()),
        ("one that is not", "update pull_file set mechanical = false where number = 1".to_owned()),
        ("another file more", format!(
            "insert into pull_file select installation_id, repo_id, number, '{LEDGER}', null, 1, 1, 'Rust', false from pull where number = 1")),
        ("files that are gone", format!("delete from pull_file where number = 1 and path <> '{LEDGER}'")),
        ("files that aren't known", "update pull set contents_head = null where number = 2".to_owned()),
        ("files that are", "update pull set contents_head = 'h' where number = 2".to_owned()),
        ("a change that only moved lines", "update pull set ignored = true where number = 1".to_owned()),
        ("one that did not", "update pull set ignored = false where number = 1".to_owned()),
        ("a change of many files", "update pull set changed_files = 101 where number = 1".to_owned()),
        ("a change of few", "update pull set changed_files = 100 where number = 1".to_owned()),
        ("one that is open again", "update pull set open = true, closed_at = null, merged_at = null where number = 1".to_owned()),
        ("one that is closed", "update pull set open = false, closed_at = created_at where number = 1".to_owned()),
        ("who wrote it", format!("update pull set author_id = {} where number = 1", peerlore.person("cleo"))),
        ("one that was merged", "update pull set merged_at = created_at where number = 1".to_owned()),
        ("somebody who opts out", "update person set opted_out_at = now() where login = 'ben'".to_owned()),
        ("somebody who is back", "update person set opted_out_at = null where login = 'ben'".to_owned()),
        ("a machine", "update person set kind = 'bot' where login = 'cleo'".to_owned()),
        ("a human after all", "update person set kind = 'human' where login = 'cleo'".to_owned()),
        ("a repository that is taken away", "update repo set removed_at = '2000-01-01'".to_owned()),
        ("one that is given back", "update repo set removed_at = null".to_owned()),
        ("a pull request that is gone", "delete from pull where number = 1".to_owned()),
    ] {
        execute(conn, &change).await;
        let now = told(&peerlore, &past(&peerlore, &pasts, conn).await);
        let anew = told(&peerlore, &past(&peerlore, &Pasts::default(), conn).await);
        assert_eq!(now, anew, "{what}");
        assert_ne!(now, before, "{what} changes something");
        before = now;
    }
    let ignore = Ignore {
        paths: vec!["src/pages/".to_owned()],
        ..Ignore::default()
    };
    let without = told(&peerlore, &asked(&peerlore, &pasts, (conn, &ignore)).await);
    let anew = told(&peerlore, &asked(&peerlore, &Pasts::default(), (conn, &ignore)).await);
    assert_eq!(without, anew, "a setting");
    assert_ne!(without, before, "a setting");
}

#[tokio::test]
async fn what_webhooks_tell_is_seen_too() {
    let peerlore = Peerlore::with_history().await;
    let (conn, pasts) = (&mut *peerlore.conn().await, Pasts::default());
    let mut before = told(&peerlore, &past(&peerlore, &pasts, conn).await);
    let pages = PullName {
        repo: "shop".to_owned(),
        number: 2,
    };
    let mut comment = 0;
    for step in 0..4 {
        let sent = match step {
            0 => peerlore.merged("ada", "finn", LEDGER, TODAY),
            1 => {
                let said = NewComment::on(PAGES, 3, "Why is this here?");
                let posted = peerlore.github.review_comment(&pages, by("eve", TODAY + 5), said);
                comment = posted.comments[0];
                posted.deliveries
            }
            2 => peerlore
                .github
                .delete_review_comment(&pages, by("eve", TODAY + 6), comment),
            _ => peerlore.merged("dan", "finn", PAGES, TODAY + 10),
        };
        peerlore.tell(sent).await;
        let now = told(&peerlore, &past(&peerlore, &pasts, conn).await);
        let anew = told(&peerlore, &past(&peerlore, &Pasts::default(), conn).await);
        assert_eq!(now, anew, "step {step}");
        // The review that a comment came with stays.
        assert_eq!(now == before, step == 2, "step {step}");
        before = now;
    }
}

#[tokio::test]
async fn only_what_moved_is_read() {
    let peerlore = Peerlore::with_history().await;
    let (conn, pasts) = (&mut *peerlore.conn().await, Pasts::default());
    // Transactions of other tests on the same server may be older than what was told.
    untold(conn, "update pull set touched = 1").await;
    let first = past(&peerlore, &pasts, conn).await;
    peerlore
        .sql("update pull set title = 'Another', suggest_wanted = suggest_wanted + 1, updated_at = now()")
        .await;
    peerlore.sql("update person set capacity = 3").await;
    assert!(
        Arc::ptr_eq(&first, &past(&peerlore, &pasts, conn).await),
        "nothing that counts"
    );
    untold(conn, "delete from review").await;
    peerlore.tell(peerlore.merged("ada", "finn", LEDGER, TODAY)).await;
    let grown = told(&peerlore, &past(&peerlore, &pasts, conn).await);
    assert!(
        ["ben", "cleo", "finn"].iter().all(|login| knows(&grown, login)),
        "{grown:?}"
    );
}

/// Other transactions began before the question and end after it, in another order than they began.
#[tokio::test]
async fn whatever_was_under_way_is_seen_once_it_is_there() {
    let peerlore = Peerlore::with_history().await;
    let pasts = Pasts::default();
    let conn = &mut *peerlore.conn().await;
    let _ = past(&peerlore, &pasts, conn).await;
    let (mut one, mut two) = (fresh_connection(&peerlore).await, fresh_connection(&peerlore).await);
    let mut first = one.begin().await.expect("the database");
    execute(&mut first, &dan_reviews(&peerlore, 1)).await;
    let mut second = two.begin().await.expect("the database");
    execute(
        &mut second,
        &dan_reviews(&peerlore, 2).replace(&peerlore.person("dan").to_string(), &peerlore.person("eve").to_string()),
    )
    .await;
    second.commit().await.expect("the database");
    let between = told(&peerlore, &past(&peerlore, &pasts, conn).await);
    assert!(knows(&between, "eve") && !knows(&between, "dan"), "{between:?}");
    first.commit().await.expect("the database");
    let after = told(&peerlore, &past(&peerlore, &pasts, conn).await);
    assert!(knows(&after, "eve") && knows(&after, "dan"), "{after:?}");
}

/// Whoever asks within a transaction sees what it did so far.
#[tokio::test]
async fn whatever_was_taken_back_is_gone() {
    let peerlore = Peerlore::with_history().await;
    let pasts = Pasts::default();
    let mut conn = peerlore.conn().await;
    let before = told(&peerlore, &past(&peerlore, &pasts, &mut conn).await);
    for statement in [
        dan_reviews(&peerlore, 1),
        "insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at, closed_at, merged_at,
                           base_ref, base_sha, head_ref, head_sha)
         select installation_id, repo_id, 99, author_id, '', false, false, created_at, updated_at, closed_at + interval '1 day',
                closed_at + interval '1 day', 'main', '', '', '' from pull where number = 1"
            .to_owned(),
        "delete from pull where number = 1".to_owned(),
        "update person set opted_out_at = now() where login = 'ben'".to_owned(),
    ] {
        let mut taken_back = conn.begin().await.expect("the database");
        execute(&mut taken_back, &statement).await;
        let within = told(&peerlore, &past(&peerlore, &pasts, &mut taken_back).await);
        let anew = told(&peerlore, &past(&peerlore, &Pasts::default(), &mut taken_back).await);
        assert_eq!(within, anew, "{statement}");
        taken_back.rollback().await.expect("the database");
        let after = told(&peerlore, &past(&peerlore, &pasts, &mut conn).await);
        assert_eq!(after, before, "{statement}");
    }
}

#[tokio::test]
async fn two_questions_at_once_are_both_right() {
    let peerlore = Peerlore::with_history().await;
    let pasts = Pasts::default();
    for merged in 0..3 {
        if merged > 0 {
            peerlore
                .tell(peerlore.merged("ada", "finn", LEDGER, TODAY + 10 * merged))
                .await;
        }
        let (mut one, mut two, mut three) = (peerlore.conn().await, peerlore.conn().await, peerlore.conn().await);
        let (first, second) = tokio::join!(past(&peerlore, &pasts, &mut one), past(&peerlore, &pasts, &mut two));
        let anew = told(&peerlore, &past(&peerlore, &Pasts::default(), &mut three).await);
        assert_eq!(told(&peerlore, &first), anew);
        assert_eq!(told(&peerlore, &second), anew);
    }
}

#[rstest]
#[case::opted_out(false)]
#[case::erased(true)]
#[tokio::test]
async fn whoever_goes_is_unknown_to_the_process_that_knew_them(#[case] is_erased: bool) {
    let peerlore = Peerlore::with_history().await;
    let lines: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];
    let asked = peerlore.open(by("ada", TODAY), LEDGER, lines).await;
    let first = peerlore.suggestion(&asked).await.expect("a suggestion");
    assert_eq!(who(&first.expert), "ben");
    let (id, ben) = (peerlore.tenant().await, peerlore.person("ben"));
    let pipeline = &peerlore.app.pipeline;
    if is_erased {
        erase::person(pipeline, id, (ben, "ben")).await.expect("the database");
    } else {
        assert!(opt_out::out(pipeline, id, ben).await.expect("the database"));
    }
    peerlore.run_jobs().await;
    let next = peerlore.open(by("ada", TODAY + 1), LEDGER, lines).await;
    for pull in [&asked, &next] {
        let suggestion = format!("{:?}", peerlore.suggestion(pull).await.expect("a suggestion"));
        assert!(!suggestion.contains("ben"), "{suggestion}");
    }
    let PullKey { repo, .. } = peerlore.key(&next).await;
    let asked = Asked {
        ignore: &Ignore::default(),
        left: &[],
        besides: 0,
        at: peerlore.clock.now(),
    };
    let kept = pipeline.pasts.of(&mut *peerlore.conn().await, (id, repo), asked).await;
    let kept = told(&peerlore, &kept.expect("the database").expect("a past"));
    assert!(!knows(&kept, "ben") && knows(&kept, "cleo"), "{kept:?}");
}
