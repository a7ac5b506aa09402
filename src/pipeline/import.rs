//! A pull request of a file goes the same way as one of webhooks: the same facts, the same lessons.
use crate::forge::github::history;
use crate::model::event::Event;
use crate::model::event::What;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::pipeline::record;
use crate::pipeline::record::Seen;
use crate::store::imports;
use crate::store::lessons;
use crate::store::pulls;

/// What became of one record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Imported {
    /// Its facts and lessons are stored.
    Pull {
        /// The tenant.
        installation: InstallationId,
        /// Comments in it, of every place.
        comments: usize,
    },
    /// It can't be read; nothing was stored of it.
    Unreadable(String),
}

/// Stores one pull request of a file and learns from it: one transaction with the note of how far the file was read.
///
/// `seen` is kept from record to record. No suggestion is wanted for what an import brings, and none is queued.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn record(
    pipeline: &Pipeline,
    seen: &mut Seen,
    line: &[u8],
    (digest, number): (&str, i64),
) -> Result<Imported, StepError> {
    let now = pipeline.clock.now();
    let events = match history::pull_record(line) {
        Ok(events) => events,
        Err(error) => return Ok(Imported::Unreadable(error.to_string())),
    };
    let mut tx = pipeline.pool.begin().await?;
    let mut moved: Option<(InstallationId, PullKey)> = None;
    let mut comments = 0;
    // Before anything is written, as webhooks do.
    if let Some(pull) = events.iter().find_map(|(_, event)| pull_of(event)) {
        pulls::hold(&mut tx, pull).await?;
    }
    for (at, event) in &events {
        comments += usize::from(match &event.what {
            What::Comment { .. } => true,
            What::Review { review, .. } => !review.body.trim().is_empty(),
            _ => false,
        });
        let next = record::event(&mut tx, seen, event, *at).await?;
        let of_event = next.installation.zip(next.pull);
        if let (None, Some((installation, pull))) = (moved, of_event) {
            // Before its comments are written, since whoever learns from it holds it and then reads them.
            lessons::hold_pull(&mut tx, installation, pull).await?;
        }
        moved = of_event.or(moved);
    }
    let Some((installation, pull)) = moved else {
        return Ok(Imported::Unreadable("no pull request in it".to_owned()));
    };
    pulls::without_diffs(&mut tx, installation, pull).await?;
    learn::of_pull((&mut tx, &pipeline.classifier), installation, pull, Reread::New).await?;
    imports::note(&mut tx, digest, number, now).await?;
    tx.commit().await?;
    Ok(Imported::Pull { installation, comments })
}

/// The pull request that an event tells of.
fn pull_of(event: &Event) -> Option<PullKey> {
    let What::Pull { pull, .. } = &event.what else {
        return None;
    };
    let repo = event.repo.as_ref()?.id;
    Some(PullKey {
        repo,
        number: pull.number,
    })
}
