//! The one question, "did this teach you something?": whom it is put to, about what, and what becomes of the answer.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::answers;
use crate::store::answers::Open;
use crate::store::availability;
use crate::store::reader::Reader;
use crate::teach::question;
use crate::teach::question::Week;

/// How a person stands to the one question, for that person only.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OneQuestion {
    /// What they are asked this week; none: nothing.
    pub about: Option<Open>,
    /// They don't want to be asked.
    pub unasked: bool,
    /// Answers of theirs that are kept.
    pub answers: i64,
}

/// What a person is asked this week: one lesson of the two weeks before, by lot. Nobody is asked twice in a week, twice about
/// the same lesson, while away, or against their will.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of_week(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
    now: Time,
) -> Result<OneQuestion, StepError> {
    let id = reader.installation();
    let week = Week::of(now);
    let standing = answers::standing(conn, (id, person), week.begins).await?;
    let mut found = OneQuestion {
        about: None,
        unasked: standing.unasked,
        answers: standing.answers,
    };
    if standing.unasked || standing.answered_since || availability::away(conn, id, now).await?.contains(&person) {
        return Ok(found);
    }
    let mut open = answers::open(conn, reader, person, (week.since, week.begins)).await?;
    let tickets: Vec<(CommentPlace, CommentId)> = open.iter().map(|one| (one.place, one.comment)).collect();
    found.about = question::drawn((id, person, week), &tickets).map(|at| open.swap_remove(at));
    Ok(found)
}

/// Stores what a person answered. False: that isn't what they are asked.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn answer(
    pipeline: &Pipeline,
    (reader, person): (&Reader, PersonId),
    which: (CommentPlace, CommentId),
    taught: Option<bool>,
) -> Result<bool, StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let asked = of_week(&mut tx, reader, person, now).await?;
    if asked.about.is_none_or(|about| (about.place, about.comment) != which) {
        return Ok(false);
    }
    answers::answer(&mut tx, (reader.installation(), person), which, (taught, now)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Sets whether a person wants to be asked.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn set_unasked(
    pipeline: &Pipeline,
    whose: (InstallationId, PersonId),
    unasked: bool,
) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    Ok(answers::set_unasked(&mut conn, whose, (unasked, pipeline.clock.now())).await?)
}

/// Forgets everything that a person answered.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn forget(pipeline: &Pipeline, (id, person): (InstallationId, PersonId)) -> Result<(), StepError> {
    Ok(answers::forget(&mut *pipeline.pool.acquire().await?, id, person).await?)
}
