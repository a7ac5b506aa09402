//! Erases an organisation or a person, at once and for good.
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::store::erasure;
use crate::store::inbox;
use crate::store::lifecycle;
use crate::store::suggestions;

/// Erases everything of an account: facts, what was made of them, and bodies of dead letters that tell of it. Gives whether
/// there was anything.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn account(pipeline: &Pipeline, id: InstallationId, login: &str) -> Result<bool, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    let gone = lifecycle::delete(&mut tx, id).await?;
    let letters = forget_dead_letters(&mut tx, login).await?;
    tx.commit().await?;
    tracing::info!(
        installation.id = id.0,
        letters,
        "everything of an installation was erased"
    );
    Ok(gone)
}

/// Erases one person from one tenant: what they said, taught, learned and chose, and their name from what we posted. Only
/// the number stays, out of everything, so that later events don't bring them back.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn person(
    pipeline: &Pipeline,
    id: InstallationId,
    (person, login): (PersonId, &str),
) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let posted = suggestions::posted_naming(&mut tx, id, person).await?;
    let open = suggestions::open_with(&mut tx, id, person).await?;
    let touched = erasure::person(&mut tx, id, (person, login), now).await?;
    // What others taught there may rest on what is gone.
    for pull in touched {
        learn::of_pull(&mut tx, id, pull, Reread::New).await?;
    }
    for pull in posted {
        let job = Job::Redact { installation: id, pull };
        pipeline.queue.add(&mut tx, &job.into()).await?;
    }
    for pull in open {
        crate::store::pulls::want_suggestion(&mut tx, id, pull, now).await?;
        let job = Job::Suggest { installation: id, pull };
        pipeline.queue.add(&mut tx, &job.into()).await?;
    }
    let letters = forget_dead_letters(&mut tx, login).await?;
    tx.commit().await?;
    tracing::info!(installation.id = id.0, letters, "somebody was erased");
    Ok(())
}

/// Lets the bodies go of dead letters that name this login; gives how many.
async fn forget_dead_letters(conn: &mut sqlx::PgConnection, login: &str) -> Result<usize, StepError> {
    let mut forgotten = 0;
    let wanted = format!("\"login\":\"{}\"", login.to_ascii_lowercase());
    let mut last = None;
    while let Some((letter, body)) = inbox::dead_body_after(conn, last).await? {
        last = Some(letter);
        // What can't be unpacked may name anybody.
        let names = lz4_flex::decompress_size_prepended(&body).map_or(true, |raw| {
            let text = String::from_utf8_lossy(&raw).to_ascii_lowercase();
            text.split_whitespace().collect::<String>().contains(&wanted)
        });
        if names {
            inbox::drop_body(conn, letter).await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
