//! The one script: what moves on a page renews itself, and the page is still when nothing does.
use crate::driver::Browser;
use crate::stage::empty_and_open;

#[tokio::test]
async fn what_waits_is_seen_to_be_done_without_a_click() {
    let Some((_, browser)) = Browser::open().await else {
        return;
    };
    let (own, database) = empty_and_open().await;
    let waits = "insert into inbox (delivery_id, event, content_type, body, received_at)
                 values ('waits', 'ping', 'application/json', '\\x02000000207b7d', '2026-11-12T11:00:00Z')";
    sqlx::query(waits).execute(&database.pool).await.expect("the database");
    browser.goto(&format!("{own}/admin")).await;
    browser.one("main[data-live='/admin/live']").await;
    assert!(
        browser.text().await.contains("1, the oldest came"),
        "{}",
        browser.text().await
    );
    let comes = "insert into inbox (delivery_id, event, content_type, body, received_at)
                 values ('comes', 'ping', 'application/json', '\\x02000000207b7d', '2026-11-12T11:30:00Z')";
    sqlx::query(comes).execute(&database.pool).await.expect("the database");
    let two = "//dt[.='Waiting']/following-sibling::dd[1][starts-with(., '2,')]";
    browser.at(two).await;
    browser.one("main[data-live]").await;
    let done = "update inbox set processed_at = '2026-11-12T12:00:00Z', body = null";
    sqlx::query(done).execute(&database.pool).await.expect("the database");
    browser.one("main:not([data-live])").await;
    browser.at("//dt[.='Waiting']/following-sibling::dd[1][.='0']").await;
    browser.close().await;
}
