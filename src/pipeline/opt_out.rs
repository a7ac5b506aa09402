//! A person goes out of everything, or comes back: the switch, and what has to follow from it.
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::cards;
use crate::store::corrections;
use crate::store::landing_weights;
use crate::store::people;
use crate::store::pulls;
use crate::store::suggestions;

/// Takes a person out of everything: at once for whatever is read, and soon for the comments of ours that name them, on
/// whichever pull request. Where they were suggested on an open one, somebody else is looked for. False: there is
/// no such person, or they were erased.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn out(pipeline: &Pipeline, id: InstallationId, person: PersonId) -> Result<bool, StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let found = people::set_opt_out(&mut tx, id, person, Some(now)).await?;
    if found {
        rewrite(pipeline, &mut tx, id, person).await?;
        landing_weights::look_again(&mut tx, id).await?;
        cards::withdraw(&mut tx, id, person).await?;
        // What they said of labels counts no more, also where others stand at both ends.
        for pull in corrections::pulls_of(&mut tx, id, person).await? {
            pipeline
                .queue
                .add(&mut tx, &Job::Learn { installation: id, pull }.into())
                .await?;
        }
        for pull in suggestions::open_with(&mut tx, id, person).await? {
            pulls::want_suggestion(&mut tx, id, pull, now).await?;
            pipeline
                .queue
                .add(&mut tx, &Job::Suggest { installation: id, pull }.into())
                .await?;
        }
    }
    tx.commit().await?;
    pipeline.forget_kept(id);
    Ok(found)
}

/// Has everything of ours that may name a person written anew, as far as it may still be told.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn rewrite(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<(), StepError> {
    for pull in suggestions::posted_naming(conn, id, person).await? {
        pipeline
            .queue
            .add(conn, &Job::Redact { installation: id, pull }.into())
            .await?;
    }
    Ok(())
}

/// Takes a person in again, and queues the pull requests they spoke on, so that their lessons come back. False:
/// there is no such person, or they were erased.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn back(pipeline: &Pipeline, id: InstallationId, person: PersonId) -> Result<bool, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    let found = people::set_opt_out(&mut tx, id, person, None).await?;
    if found {
        for pull in pulls::discussed_with(&mut tx, id, person).await? {
            pipeline
                .queue
                .add(&mut tx, &Job::Learn { installation: id, pull }.into())
                .await?;
        }
    }
    tx.commit().await?;
    Ok(found)
}
