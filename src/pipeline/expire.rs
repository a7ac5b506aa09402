//! What is kept for a time only goes, and what is trusted for a time only is read again.
use chrono::Duration;

use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::lifecycle;
use crate::pipeline::members;
use crate::pipeline::places;
use crate::pipeline::refit;
use crate::pipeline::settings;
use crate::pipeline::visits;
use crate::store;
use crate::store::availability;
use crate::store::contents;
use crate::store::inbox;
use crate::store::jobs;
use crate::store::sharing;

/// Days that a dead letter keeps its body.
const DEAD_LETTER_DAYS: i64 = 7;

/// Days that a push to a branch is kept for the push to a head ref that it may tell of: as long as a delivery can be sent
/// again.
const REF_PUSH_DAYS: i64 = 7;

/// Days that everything of an installation stays after the App was removed there, so that a mistake can be undone.
pub const REMOVED_DAYS: i64 = lifecycle::GRACE_DAYS;

/// Days for which a person can see who looked at their page.
const LOOK_DAYS: i64 = 90;

/// Days that a processed delivery's id is known. GitHub sends one again for 3 days, an Enterprise Server for 7.
const KNOWN_DAYS: i64 = 30;

/// Lets comment texts go that are older than the `retention_days` of their repository, bodies of old dead letters, the ids of
/// deliveries that can't come again, and whatever was known of installations that were removed long enough ago; has
/// members and settings read that weren't for a day, and looks at answers to the one question where there are new ones.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let texts = store::settings::expire_texts(&mut tx, now, pipeline.settings.retention_days).await?;
    contents::forget_ref_pushes(&mut tx, now - Duration::days(REF_PUSH_DAYS)).await?;
    let bodies = inbox::drop_dead_bodies(&mut tx, now - Duration::days(DEAD_LETTER_DAYS)).await?;
    let deliveries = inbox::forget(&mut tx, now - Duration::days(KNOWN_DAYS)).await?;
    sharing::forget_looks(&mut tx, now - Duration::days(LOOK_DAYS)).await?;
    availability::forget(&mut tx, now.date_naive(), now - Duration::days(1)).await?;
    members::queue_unread(pipeline, &mut tx).await?;
    settings::queue_unread(pipeline, &mut tx).await?;
    lifecycle::queue_weighing(pipeline, &mut tx).await?;
    jobs::forget_replaced(&mut tx).await?;
    tx.commit().await?;
    visits::expire(pipeline).await?;
    refit::run(pipeline).await?;
    lifecycle::erase_repos(pipeline, now).await?;
    places::find_circles(pipeline, now).await?;
    lifecycle::erase_removed(pipeline, now).await?;
    if let Err(error) = pipeline.queue.forget_idle_queues().await {
        // It locks the queue's table and waits for a second only: where jobs run all the time, a later hour will do.
        tracing::info!(%error, "the names of idle queues stay for another hour");
    }
    if texts + bodies + deliveries > 0 {
        tracing::info!(texts, bodies, deliveries, "what was kept for a time is gone");
    }
    Ok(())
}
