//! Erases an organisation or a person, at once and for good.
use std::borrow::Cow;

use crate::forge::github::payload;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::store::erasure;
use crate::store::inbox;
use crate::store::inbox::Kept;
use crate::store::lifecycle;
use crate::store::sessions;
use crate::store::suggestions;

/// Erases everything of an account: facts, what was made of them, and bodies of deliveries that wait or became dead letters.
/// Gives whether there was anything.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn account(pipeline: &Pipeline, id: InstallationId, login: &str) -> Result<bool, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    // Before the facts: what is being received just now is waited for, and goes with them.
    let letters = forget_letters(&mut tx, Whose::Account(login), pipeline.clock.now()).await?;
    let gone = lifecycle::delete(&mut tx, id).await?;
    sessions::end_homeless(&mut tx).await?;
    tx.commit().await?;
    pipeline.forget_kept(id);
    tracing::info!(
        installation.id = id.0,
        letters,
        "everything of an installation was erased"
    );
    Ok(gone)
}

/// Lets the bodies go of deliveries about an account of which nothing was stored yet; gives how many.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn unread(pipeline: &Pipeline, login: &str) -> Result<usize, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    let letters = forget_letters(&mut tx, Whose::Account(login), pipeline.clock.now()).await?;
    tx.commit().await?;
    Ok(letters)
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
        learn::of_pull((&mut tx, &pipeline.classifier), id, pull, Reread::New).await?;
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
    let letters = forget_letters(&mut tx, Whose::Person(login), now).await?;
    tx.commit().await?;
    pipeline.forget_kept(id);
    tracing::info!(installation.id = id.0, letters, "somebody was erased");
    Ok(())
}

/// Whose deliveries lose their bodies, by login.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// Those that an account's events brought, and dead letters that name it.
    Account(&'a str),
    /// Dead letters that name a person. What waits is others' as well; nothing of somebody erased is stored of it.
    Person(&'a str),
}

/// Lets the bodies go of whatever lies in the inbox about somebody; gives how many.
async fn forget_letters(conn: &mut sqlx::PgConnection, whose: Whose<'_>, now: Time) -> Result<usize, StepError> {
    let mut forgotten = 0;
    let mut last = None;
    while let Some(letter) = inbox::kept_after(conn, last, matches!(whose, Whose::Person(_))).await? {
        last = Some(letter.id);
        let goes = match whose {
            Whose::Account(login) if letter.dead => names(&letter, login),
            Whose::Account(login) => is_of(&letter, login),
            Whose::Person(login) => letter.dead && names(&letter, login),
        };
        if goes {
            inbox::drop_body(conn, letter.id, now).await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// Whether an account's own events brought it. What can't be read is told by the names in it.
fn is_of(letter: &Kept, login: &str) -> bool {
    let event = lz4_flex::decompress_size_prepended(&letter.body).ok().and_then(|raw| {
        let body = payload::body_of(&letter.content_type, &raw).ok()?;
        payload::parse_event(&letter.event, &body).ok()
    });
    match event.and_then(|event| event.account) {
        Some(account) => account.login.eq_ignore_ascii_case(login),
        None => names(letter, login),
    }
}

/// Whether it names this login anywhere. What can't be unpacked may name anybody.
fn names(letter: &Kept, login: &str) -> bool {
    let Ok(raw) = lz4_flex::decompress_size_prepended(&letter.body) else {
        return true;
    };
    let body = payload::body_of(&letter.content_type, &raw).unwrap_or(Cow::Borrowed(&raw));
    let text: String = String::from_utf8_lossy(&body)
        .to_ascii_lowercase()
        .split_whitespace()
        .collect();
    text.contains(&format!("\"login\":\"{}\"", login.to_ascii_lowercase()))
}
