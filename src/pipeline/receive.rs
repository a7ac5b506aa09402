//! A delivery of the inbox is read, and its facts are stored.
use crate::forge::github::payload;
use crate::model::event::Event;
use crate::model::ids::InboxId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::backfill;
use crate::pipeline::command;
use crate::pipeline::lifecycle;
use crate::pipeline::record;
use crate::pipeline::record::Seen;
use crate::store::inbox;

/// Parses one delivery of the inbox, stores its facts, queues what follows and lets the body go: one transaction.
///
/// A delivery that can't be parsed becomes a dead letter at once, with its reason: trying again would not help.
///
/// # Errors
/// [`StepError::Store`] when the database is away; the delivery stays and is tried again.
pub async fn run(pipeline: &Pipeline, id: InboxId) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let Some(waiting) = inbox::take(&mut tx, id).await? else {
        return Ok(());
    };
    let event = match parse(&waiting) {
        Ok(event) => event,
        Err(why) => {
            tracing::warn!(
                delivery.id = waiting.delivery,
                event = waiting.event,
                why,
                "delivery can't be read"
            );
            metrics::counter!("peerlore_deliveries_total", "outcome" => "failed").increment(1);
            inbox::bury(&mut tx, id, now, &why).await?;
            tx.commit().await?;
            return Ok(());
        }
    };
    let next = record::event(&mut tx, &mut Seen::default(), &event, waiting.received_at).await?;
    let command = command::take(&mut tx, &next, &event, now).await?;
    for job in command.into_iter().chain(next.jobs()) {
        pipeline
            .queue
            .add(&mut tx, &job.because_of(Some(&waiting.delivery)))
            .await?;
    }
    lifecycle::after(pipeline, &mut tx, (next.installation, &event)).await?;
    backfill::of_event(pipeline, &mut tx, (next.installation, &event), now).await?;
    inbox::done(&mut tx, id, now).await?;
    tx.commit().await?;
    tracing::info!(
        event = waiting.event,
        pull = next.pull.map(|pull| pull.to_string()),
        "facts stored"
    );
    Ok(())
}

/// What the door packed, as GitHub sent it.
///
/// # Errors
/// Why it can't be unpacked, in a sentence.
pub fn unpacked(body: &[u8]) -> Result<Vec<u8>, String> {
    lz4_flex::decompress_size_prepended(body).map_err(|error| format!("the stored body can't be unpacked: {error}"))
}

fn parse(waiting: &inbox::Waiting) -> Result<Event, String> {
    let raw = unpacked(&waiting.body)?;
    let body = payload::body_of(&waiting.content_type, &raw).map_err(|error| error.to_string())?;
    payload::parse_event(&waiting.event, &body).map_err(|error| error.to_string())
}
