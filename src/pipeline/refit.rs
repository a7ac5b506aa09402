//! An organisation's own weights of the landing formula: looked for where enough of its people answered, put in force, and its
//! lessons inferred anew by them.
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::store::answers;
use crate::store::answers::Answer;
use crate::store::landing_weights;
use crate::store::landing_weights::LookedAt;
use crate::store::pulls;
use crate::teach::landing::Weights;
use crate::teach::refit;
use crate::teach::refit::AGAINST;
use crate::teach::refit::Answered;
use crate::teach::refit::Refit;
use crate::teach::refit::Verdict;

/// The share of answers that has to come or go before they are looked at again (*judgement*).
const MOVED: f64 = 0.1;
/// Pull requests whose lessons are inferred anew by one job.
const AT_ONCE: i64 = 100;

/// The weights that hold in an organisation.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn weights(conn: &mut PgConnection, id: InstallationId) -> Result<Weights, StepError> {
    let looked = landing_weights::looked_at(conn, id).await?;
    Ok(looked.as_ref().and_then(own).unwrap_or_else(Weights::shipped))
}

/// An organisation's own weights; none where it has none, or where they depart from others than are shipped now: until answers are
/// looked at again, the shipped ones hold.
fn own(looked: &LookedAt) -> Option<Weights> {
    let stored = looked.weights.as_ref().filter(|_| looked.against == AGAINST)?;
    serde_json::from_value(stored.clone()).ok()
}

/// What is told of an organisation's answers, and whether its own weights are in force; none as long as there are too few, or nobody
/// looked yet.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn found(conn: &mut PgConnection, id: InstallationId) -> Result<Option<(Refit, bool)>, StepError> {
    let looked = landing_weights::looked_at(conn, id).await?;
    let told = looked.filter(|looked| looked.against == AGAINST);
    Ok(told.and_then(|looked| Some((serde_json::from_value(looked.found).ok()?, looked.weights.is_some()))))
}

/// Looks at the answers of each organisation where enough came or went since the last time. Where that changes its weights,
/// its lessons are inferred again. Where one organisation's answers can't be fitted, that is logged and the others go on.
///
/// # Errors
/// [`StepError::Store`] when the database is away; whoever wasn't looked at is the next time.
pub async fn run(pipeline: &Pipeline) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    for usable in answers::usable(&mut conn).await? {
        let id = usable.installation;
        if landing_weights::relearned(&mut conn, id).await?.is_some() {
            // Where a job gave up, another one goes on.
            pipeline
                .queue
                .add(&mut conn, &Job::Relearn { installation: id }.into())
                .await?;
        }
        let before = landing_weights::looked_at(&mut conn, id).await?;
        if !is_due(before.as_ref(), usable.answers) {
            continue;
        }
        match look(pipeline, &mut conn, id, before.as_ref()).await {
            Err(StepError::Unreadable(error)) => {
                tracing::warn!(installation = %id, error, "answers could not be looked at");
            }
            other => other?,
        }
    }
    Ok(())
}

/// Whether answers are looked at: enough of them the first time, then whenever many came or any went, and where weights are in
/// force that must not be any more.
fn is_due(before: Option<&LookedAt>, now: i64) -> bool {
    let enough = |answers: i64| answers >= i64::try_from(refit::MIN_ANSWERS).unwrap_or(i64::MAX);
    let Some(before) = before else { return enough(now) };
    let Some(answers) = before.answers else { return true };
    let matters = enough(now) || before.weights.is_some();
    let changed = f64::from(i32::try_from(now).unwrap_or(i32::MAX)) - f64::from(answers);
    matters
        && (before.against != AGAINST
            || enough(now) != enough(answers.into())
            || changed.abs() > MOVED * f64::from(answers))
}

async fn look(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    id: InstallationId,
    before: Option<&LookedAt>,
) -> Result<(), StepError> {
    let answers: Vec<Answered> = answers::of_tenant(conn, id).await?.iter().map(answered).collect();
    let count = i32::try_from(answers.len()).unwrap_or(i32::MAX);
    let found = aside(move || refit::refit(&answers)).await?;
    let found =
        found.map_err(|error| StepError::Unreadable(format!("the weights of answers weren't found: {error}")))?;
    let in_force = before.and_then(own);
    let verdict = found
        .as_ref()
        .map_or(Verdict::TooFewAnswers, |found| found.verdict(in_force.is_some()));
    let new = found
        .as_ref()
        .filter(|_| verdict == Verdict::Used)
        .map(|found| &found.weights);
    let kept = match (&in_force, new) {
        (Some(old), Some(new)) if refit::are_alike(old, new) => Some(old),
        (_, new) => new,
    };
    // Where stored ones can't be used any more, lessons may still rest on them.
    let were = before.is_some_and(|before| before.weights.is_some());
    let changed = kept != in_force.as_ref() || were != in_force.is_some();
    let told = found
        .as_ref()
        .filter(|_| !matches!(verdict, Verdict::TooFewAnswers | Verdict::TooFewPeople))
        .map(|found| Refit {
            weights: kept.unwrap_or(&found.weights).clone(),
            ..found.clone()
        });
    let looked = LookedAt {
        weights: kept.map(stored).transpose()?,
        found: told.as_ref().map_or(Ok(serde_json::Value::Null), stored)?,
        answers: Some(count),
        against: AGAINST,
        gone: before.map_or(0, |before| before.gone),
    };
    let mut tx = pipeline.pool.begin().await?;
    landing_weights::set_looked_at(&mut tx, id, &looked, (changed, pipeline.clock.now())).await?;
    if changed {
        pipeline
            .queue
            .add(&mut tx, &Job::Relearn { installation: id }.into())
            .await?;
    }
    tx.commit().await?;
    tracing::info!(installation = %id, answers = count, ?verdict, changed, "answers were looked at");
    Ok(())
}

fn stored(what: &impl serde::Serialize) -> Result<serde_json::Value, StepError> {
    serde_json::to_value(what).map_err(|error| StepError::Unreadable(format!("the weights can't be stored: {error}")))
}

/// Infers the lessons of the next pull requests anew, and queues itself again until all are done. One that can't be learned is logged and
/// left.
///
/// # Errors
/// [`StepError::Store`] when the database is away; what was done stays.
pub async fn relearn(pipeline: &Pipeline, id: InstallationId) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let Some(from) = landing_weights::relearned(&mut conn, id).await? else {
        return Ok(());
    };
    let (repo, number) = (from.repo, from.number);
    let keys = pulls::with_comments_after(&mut conn, id, (PullKey { repo, number }, AT_ONCE)).await?;
    for key in &keys {
        match learn::run(pipeline, id, *key, Reread::New).await {
            Err(StepError::Store(error)) => return Err(StepError::Store(error)),
            Err(error) => tracing::warn!(installation = %id, pull = %key, %error, "lessons could not be inferred anew"),
            Ok(()) => {}
        }
    }
    landing_weights::set_relearned(&mut conn, id, (from, keys.last().copied())).await?;
    if landing_weights::relearned(&mut conn, id).await?.is_some() {
        pipeline
            .queue
            .add(&mut conn, &Job::Relearn { installation: id }.into())
            .await?;
    }
    Ok(())
}

fn answered(answer: &Answer) -> Answered {
    let signs = answer.parts.iter().filter_map(|part| Some((part.sign?, part.value)));
    Answered {
        signs: signs.collect(),
        person: answer.person,
        taught: answer.taught,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(answers: Option<i32>, own: bool, against: i32) -> LookedAt {
        LookedAt {
            weights: own.then_some(serde_json::Value::Null),
            found: serde_json::Value::Null,
            answers,
            against,
            gone: 0,
        }
    }

    #[test]
    fn answers_are_looked_at_when_there_are_enough_and_when_many_came_or_any_went() {
        let table = [
            (None, 299, false),
            (None, 300, true),
            (Some(before(Some(300), true, AGAINST)), 329, false),
            (Some(before(Some(300), true, AGAINST)), 331, true),
            (Some(before(Some(340), true, AGAINST)), 300, true),
            (Some(before(Some(300), true, AGAINST)), 299, true),
            (Some(before(Some(200), false, AGAINST)), 250, false),
            (Some(before(Some(0), false, AGAINST)), 1, false),
            (Some(before(Some(299), false, AGAINST)), 300, true),
            (Some(before(None, true, AGAINST)), 500, true),
            (Some(before(None, true, AGAINST)), 3, true),
            (Some(before(None, false, AGAINST)), 3, true),
            (Some(before(Some(300), true, AGAINST - 1)), 300, true),
        ];
        for (before, now, due) in table {
            assert_eq!(is_due(before.as_ref(), now), due, "{before:?} {now}");
        }
    }
}
