//! Projections can be made again from the facts at any time.
use peerlore::model::settings::Settings;
use peerlore::pipeline::expire;
use peerlore::pipeline::learn;
use peerlore::pipeline::learn::Reread;
use peerlore::pipeline::rebuild;
use peerlore::store::pulls;

use crate::harness::DAY;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::order::learned;
use crate::order::story;

async fn a_day_later() -> Peerlore {
    let peerlore = Peerlore::with(Settings::default()).await;
    peerlore.tell(story(&peerlore.github)).await;
    peerlore
}

async fn rebuilt(peerlore: &Peerlore) {
    let id = peerlore.tenant().await;
    let done = rebuild::run(&peerlore.app.pipeline, id, |_, _| {})
        .await
        .expect("the database");
    assert!(done >= 3);
}

#[tokio::test]
async fn a_rebuild_gives_the_same_graph_to_the_last_bit() {
    let peerlore = a_day_later().await;
    let before = learned(&peerlore).await;
    assert!(before.iter().any(|line| line.starts_with("edge ")));
    rebuilt(&peerlore).await;
    assert_eq!(learned(&peerlore).await, before);
    for table in ["edge", "refusal", "lesson", "reading"] {
        peerlore.sql(&format!("delete from {table}")).await;
    }
    rebuilt(&peerlore).await;
    assert_eq!(learned(&peerlore).await, before, "also from the facts alone");
}

#[tokio::test]
async fn texts_expire_and_what_was_read_in_them_stays() {
    let peerlore = a_day_later().await;
    let before = learned(&peerlore).await;
    peerlore.clock.move_to(at(TODAY + 91 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the database");
    peerlore.run_jobs().await;
    assert_eq!(
        peerlore
            .one::<i64>("select count(*) from comment where body is not null")
            .await,
        0
    );
    rebuilt(&peerlore).await;
    assert_eq!(learned(&peerlore).await, before);
    for table in ["edge", "refusal", "lesson"] {
        peerlore.sql(&format!("delete from {table}")).await;
    }
    rebuilt(&peerlore).await;
    assert_eq!(learned(&peerlore).await, before, "also without the old lessons");
}

#[tokio::test]
async fn texts_are_kept_until_their_time() {
    let peerlore = a_day_later().await;
    let there: i64 = peerlore
        .one("select count(*) from comment where body is not null")
        .await;
    peerlore.clock.move_to(at(TODAY + 90 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the database");
    peerlore.run_jobs().await;
    assert_eq!(
        peerlore
            .one::<i64>("select count(*) from comment where body is not null")
            .await,
        there
    );
}

#[tokio::test]
async fn a_redelivery_does_not_bring_an_expired_text_back() {
    let peerlore = Peerlore::with(Settings::default()).await;
    let sent = story(&peerlore.github);
    peerlore.tell(sent.clone()).await;
    peerlore.clock.move_to(at(TODAY + 91 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the database");
    let again = sent.into_iter().map(|mut one| {
        one.id = format!("again-{}", one.id);
        one
    });
    peerlore.tell(again).await;
    assert_eq!(
        peerlore
            .one::<i64>("select count(*) from comment where body is not null")
            .await,
        0
    );
}

#[tokio::test]
async fn a_changed_classification_is_taken_over_where_the_text_is_there() {
    let peerlore = a_day_later().await;
    let before = learned(&peerlore).await;
    let misread = "update reading set model = 'an older one', reading = jsonb_set(jsonb_set(reading, '{model}', \
                   '\"an older one\"'), '{areas}', '[{\"area\": \"security\", \"probability\": 0.9}]')";
    let touched = peerlore.sql(misread).await;
    assert!(touched > 5);
    peerlore
        .sql("update comment set body = null where place = 'conversation'")
        .await;
    rebuilt(&peerlore).await;
    let after = learned(&peerlore).await;
    let security = |line: &&String| line.starts_with("lesson ") && line.contains("security");
    let kept = after.iter().filter(security).count();
    assert!(
        kept > 0 && after.iter().filter(security).all(|line| line.contains("conversation")),
        "{after:#?}"
    );
    let other = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .filter(|line| line.starts_with("lesson ") && line.contains("\"diff\""))
            .cloned()
            .collect()
    };
    assert_eq!(other(&after), other(&before));
}

#[tokio::test]
async fn readings_of_a_version_that_noted_no_manner_are_read_again_and_go_by_the_rules_where_the_text_is_gone() {
    let peerlore = a_day_later().await;
    let before = learned(&peerlore).await;
    peerlore.sql("update reading set reading = reading - 'manner'").await;
    for pull in pulls::with_comments(&mut *peerlore.conn().await, peerlore.tenant().await)
        .await
        .expect("the database")
    {
        learn::run(&peerlore.app.pipeline, peerlore.tenant().await, pull, Reread::New)
            .await
            .expect("the database");
    }
    assert_eq!(learned(&peerlore).await, before, "nobody asked for a rebuild");
    peerlore.sql("update reading set reading = reading - 'manner'").await;
    peerlore.sql("update comment set body = null").await;
    rebuilt(&peerlore).await;
    let lacking: i64 = peerlore
        .one("select count(*) from reading where not reading ? 'manner'")
        .await;
    assert!(lacking > 5, "there was no text to read");
    let landed = learned(&peerlore)
        .await
        .into_iter()
        .filter(|line| line.starts_with("lesson ") && line.contains("landed"));
    assert!(landed.count() > 0, "what was read still teaches");
}

#[tokio::test]
async fn a_rebuild_beside_a_running_step_loses_nothing() {
    let peerlore = Peerlore::start().await;
    let pull = peerlore
        .open(
            by("ada", TODAY),
            crate::harness::LEDGER,
            &[(20, "let guard = pending.lock();")],
        )
        .await;
    let comment = peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    // One writer stands after its facts were read and before its lessons are stored; another finishes meanwhile.
    let mut slow = peerlore.pool().begin().await.expect("a transaction");
    let all = peerlore::pipeline::learn::Reread::All;
    peerlore::pipeline::learn::of_pull((&mut slow, &peerlore.app.pipeline.classifier), id, key, all)
        .await
        .expect("the database");
    let posted = peerlore.github.review_comment(
        &pull,
        by("ada", TODAY + 2),
        peerlore::demo::github::NewComment::reply(comment, "Good point, done."),
    );
    peerlore.deliver(posted.deliveries).await;
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let first_commits = async {
        while peerlore.one::<i64>(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
        slow.commit().await.expect("a commit");
    };
    tokio::join!(first_commits, peerlore.run_jobs());
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    assert_eq!(peerlore.graph().await.len(), 1);
}
