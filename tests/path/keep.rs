//! What is kept for how long, and what is known of a pull request that was opened before we came.
use peerlore::demo::github::PullName;
use peerlore::model::ids::InstallationId;
use peerlore::pipeline::expire;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;

/// A day on which all of this is over.
const LATER: i64 = TODAY + DAY;

/// A pull request that GitHub has and that nobody told us of.
fn untold(peerlore: &Peerlore) -> PullName {
    let new = pull("Opened earlier", LEDGER, &text(&[(20, "let twenty = 20.0;")]));
    peerlore.github.open_pull(by("ada", TODAY), &new).0
}

async fn expire_on(peerlore: &Peerlore, minute: i64) {
    peerlore.clock.move_to(at(minute));
    expire::run(&peerlore.app.pipeline).await.expect("the database");
    // After a day without, members are read again.
    peerlore.run_jobs().await;
}

async fn texts(peerlore: &Peerlore) -> i64 {
    peerlore
        .one("select count(*) from comment where body is not null")
        .await
}

#[tokio::test]
async fn a_comment_on_a_pull_request_from_before_makes_it_known() {
    let peerlore = Peerlore::with_history().await;
    let earlier = untold(&peerlore);
    let (_, told) = peerlore.github.issue_comment(&earlier, by("ben", TODAY + 1), LOCK);
    peerlore.tell(told).await;
    let title: String = peerlore.one("select title from pull where number = 3").await;
    assert_eq!(title, "Opened earlier");
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: given"]);
    assert!(
        peerlore.suggestion(&earlier).await.is_none(),
        "nobody asked for a suggestion"
    );
}

#[tokio::test]
async fn a_text_that_nobody_read_goes_too() {
    let peerlore = Peerlore::with_history().await;
    let earlier = untold(&peerlore);
    let (_, told) = peerlore.github.issue_comment(&earlier, by("ben", TODAY + 1), LOCK);
    // Taken away before anything could be asked about it.
    peerlore
        .sql("update installation set suspended_at = '2199-01-01'")
        .await;
    peerlore.tell(told).await;
    assert_eq!(peerlore.one::<i64>("select count(*) from reading").await, 0);
    expire_on(&peerlore, TODAY + 90 * DAY).await;
    assert_eq!(texts(&peerlore).await, 1);
    expire_on(&peerlore, TODAY + 91 * DAY).await;
    assert_eq!(texts(&peerlore).await, 0);
}

/// Rows of this tenant in all tables, views aside.
pub async fn rows(peerlore: &Peerlore, tenant: InstallationId) -> i64 {
    let tables: Vec<String> = peerlore
        .one(
            "select array_agg(t.table_name::text) from information_schema.tables t
             join information_schema.columns c using (table_schema, table_name)
             where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name = 'installation_id'",
        )
        .await;
    assert!(tables.len() > 15, "{tables:?}");
    let mut rows = 0;
    for table in tables {
        let count = format!("select count(*) from {table} where installation_id = {tenant}");
        rows += peerlore.one::<i64>(&count).await;
    }
    rows
}

#[tokio::test]
async fn all_of_an_installation_goes_seven_days_after_it_was_removed() {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(crate::order::story(&peerlore.github)).await;
    let other = peerlore.neighbour(organisation("umbra", 2)).await;
    other.history().await;
    let (acme, umbra) = (peerlore.tenant().await, other.tenant().await);
    peerlore.tell(peerlore.github.uninstall(by("ada", LATER))).await;
    // What is kept for a week only has gone before anything is counted.
    expire_on(&peerlore, LATER + 7 * DAY - 2).await;
    let before = (rows(&peerlore, acme).await, rows(&peerlore, umbra).await);
    assert!(before.0 > 50 && before.1 > 10, "{before:?}");
    expire_on(&peerlore, LATER + 7 * DAY - 1).await;
    assert_eq!(rows(&peerlore, acme).await, before.0, "it may come back");
    expire_on(&peerlore, LATER + 7 * DAY + 1).await;
    assert_eq!(
        (rows(&peerlore, acme).await, rows(&peerlore, umbra).await),
        (0, before.1)
    );
    let left: Vec<String> = peerlore.one("select array_agg(login) from installation").await;
    assert_eq!(left, ["umbra"]);
}

#[tokio::test]
async fn one_that_comes_back_in_time_keeps_everything() {
    let peerlore = Peerlore::with_history().await;
    let acme = peerlore.tenant().await;
    peerlore.tell(peerlore.github.uninstall(by("ada", LATER))).await;
    expire_on(&peerlore, LATER + 6 * DAY).await;
    let before = rows(&peerlore, acme).await;
    peerlore
        .tell(peerlore.github.install(by("ada", LATER + 7 * DAY - 1)))
        .await;
    expire_on(&peerlore, LATER + 60 * DAY).await;
    assert!(rows(&peerlore, acme).await >= before);
}
