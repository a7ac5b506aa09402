//! Dead letters are taken anew, as if GitHub had sent them again.
use crate::model::ids::InboxId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::inbox;

/// Dead letters that are taken anew at once, at most.
pub const MOST: i64 = 1_000;

/// Takes a dead letter anew, or all of them, the oldest first, [`MOST`] at most; gives how many. One that has no body any
/// more, or isn't dead, is left alone.
///
/// # Errors
/// [`StepError::Store`] when the database refuses; then nothing changed.
pub async fn run(pipeline: &Pipeline, only: Option<InboxId>) -> Result<usize, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    let revived = inbox::revive(&mut tx, only, MOST).await?;
    for (inbox, delivery) in &revived {
        let job = Job::Receive { inbox: *inbox }.because_of(Some(delivery));
        pipeline.queue.add(&mut tx, &job).await?;
    }
    tx.commit().await?;
    if !revived.is_empty() {
        tracing::info!(deliveries = revived.len(), "dead letters are taken anew");
    }
    Ok(revived.len())
}
