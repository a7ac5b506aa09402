//! What is kept for a time only goes, and what is trusted for a time only is read again.
use chrono::Duration;

use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::members;
use crate::store::comments;
use crate::store::inbox;

/// Days that a dead letter keeps its body.
const DEAD_LETTER_DAYS: i64 = 7;

/// Days that a processed delivery's id is known. GitHub sends one again for 3 days, an Enterprise Server for 7.
const KNOWN_DAYS: i64 = 30;

/// Lets comment texts go that are older than the settings' `retention_days`, bodies of old dead letters, and the ids
/// of deliveries that can't come again; has members read that weren't for a day.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let texts = comments::expire(
        &mut tx,
        now - Duration::days(i64::from(pipeline.settings.retention_days)),
    )
    .await?;
    let bodies = inbox::drop_dead_bodies(&mut tx, now - Duration::days(DEAD_LETTER_DAYS)).await?;
    let deliveries = inbox::forget(&mut tx, now - Duration::days(KNOWN_DAYS)).await?;
    members::queue_unread(pipeline, &mut tx).await?;
    tx.commit().await?;
    if let Err(error) = pipeline.queue.forget_idle_queues().await {
        // It locks the queue's table and waits for a second only: where jobs run all the time, a later hour will do.
        tracing::info!(%error, "the names of idle queues stay for another hour");
    }
    if texts + bodies + deliveries > 0 {
        tracing::info!(texts, bodies, deliveries, "what was kept for a time is gone");
    }
    Ok(())
}
