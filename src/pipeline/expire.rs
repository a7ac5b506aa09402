//! What is kept for a time only goes, and what is trusted for a time only is read again.
use chrono::Duration;

use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::members;
use crate::store::comments;
use crate::store::inbox;

/// Days that a dead letter keeps its body.
const DEAD_LETTER_DAYS: i64 = 7;

/// Lets comment texts go that are older than the settings' `retention_days`, and bodies of old dead letters; has members
/// read that weren't for a day.
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
    members::queue_unread(pipeline, &mut tx).await?;
    tx.commit().await?;
    pipeline.queue.forget_idle_queues().await?;
    if texts + bodies > 0 {
        tracing::info!(texts, bodies, "expired texts and dead letters are gone");
    }
    Ok(())
}
