//! An organisation's own weights of the landing formula: looked for where enough of its people answered, and put in force
//! with the lessons that they change.
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::store::StoreError;
use crate::store::answers;
use crate::store::answers::Answer;
use crate::store::answers::LookedAt;
use crate::store::pulls;
use crate::teach::landing::Weights;
use crate::teach::refit;
use crate::teach::refit::Answered;
use crate::teach::refit::Refit;
use crate::teach::refit::Verdict;

/// The share of answers that has to come or go before they are looked at again (*judgement*).
const MOVED: f64 = 0.05;

/// The weights that hold in an organisation.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn weights(conn: &mut PgConnection, id: InstallationId) -> Result<Weights, StepError> {
    let own = answers::looked_at(conn, id).await?.and_then(|found| found.weights);
    own.map_or_else(
        || Ok(Weights::shipped()),
        |stored| {
            let unreadable = StoreError::Unreadable {
                what: "landing_weights.weights",
            };
            serde_json::from_value(stored).map_err(|_| StepError::Store(unreadable))
        },
    )
}

/// Looks at the answers of each organisation where enough came or went since the last time. Where that changes its weights,
/// its lessons are inferred again.
///
/// # Errors
/// [`StepError::Store`] when the database is away; whoever wasn't looked at is the next time.
pub async fn run(pipeline: &Pipeline) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    for (id, answers) in answers::counts(&mut conn).await? {
        let before = answers::looked_at(&mut conn, id).await?;
        if is_due(before.as_ref().map(|found| found.answers), answers) {
            look(pipeline, &mut conn, id, before.and_then(|found| found.weights)).await?;
        }
    }
    Ok(())
}

/// Whether answers are looked at: enough of them the first time, and then whenever many came or went.
fn is_due(before: Option<i32>, now: i64) -> bool {
    let enough = i64::try_from(refit::MIN_ANSWERS).unwrap_or(i64::MAX);
    match before {
        None => now >= enough,
        Some(before) => {
            let changed = f64::from(i32::try_from(now).unwrap_or(i32::MAX)) - f64::from(before);
            (now < enough) != (i64::from(before) < enough) || changed.abs() > MOVED * f64::from(before)
        }
    }
}

async fn look(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    id: InstallationId,
    before: Option<serde_json::Value>,
) -> Result<(), StepError> {
    let (count, found) = of_tenant(conn, id).await?;
    let used = found.as_ref().filter(|found| found.verdict() == Verdict::Used);
    let weights = used
        .map(|found| serde_json::to_value(&found.weights))
        .transpose()
        .map_err(|error| StepError::Unreadable(format!("the weights can't be stored: {error}")))?;
    let changed = weights != before;
    let mut tx = pipeline.pool.begin().await?;
    let found = LookedAt {
        weights,
        answers: i32::try_from(count).unwrap_or(i32::MAX),
    };
    answers::set_looked_at(&mut tx, id, &found, pipeline.clock.now()).await?;
    if changed {
        for pull in pulls::with_comments(&mut tx, id).await? {
            pipeline
                .queue
                .add(&mut tx, &Job::Learn { installation: id, pull }.into())
                .await?;
        }
    }
    tx.commit().await?;
    tracing::info!(installation = %id, answers = count, own = found.weights.is_some(), changed, "answers were looked at");
    Ok(())
}

/// How many answers of an organisation can be used, and what comes of them; none: there is none.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of_tenant(conn: &mut PgConnection, id: InstallationId) -> Result<(usize, Option<Refit>), StepError> {
    let answers: Vec<Answered> = answers::of_tenant(conn, id).await?.iter().map(answered).collect();
    let count = answers.len();
    let found = aside(move || refit::refit(&answers)).await?;
    let unsolved = |error| StepError::Unreadable(format!("the weights of answers weren't found: {error}"));
    Ok((count, found.map_err(unsolved)?))
}

fn answered(answer: &Answer) -> Answered {
    let signs = answer.parts.iter().filter_map(|part| Some((part.sign?, part.value)));
    Answered {
        signs: signs.collect(),
        person: answer.person,
        pull: answer.pull,
        taught: answer.taught,
    }
}

#[cfg(test)]
mod tests {
    use super::is_due;

    #[test]
    fn answers_are_looked_at_when_there_are_enough_and_when_many_came_or_went() {
        let table = [
            (None, 299, false),
            (None, 300, true),
            (Some(300), 301, false),
            (Some(300), 316, true),
            (Some(330), 300, true),
            (Some(300), 299, true),
            (Some(0), 0, false),
            (Some(299), 300, true),
        ];
        for (before, now, due) in table {
            assert_eq!(is_due(before, now), due, "{before:?} {now}");
        }
    }
}
