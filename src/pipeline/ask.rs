//! Asks somebody for a review: only after a command or by explicit configuration, and never twice unasked.
use crate::forge::ForgeError;
use crate::forge::Permission;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Slot;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::publish::Around;
use crate::store::asks;
use crate::store::asks::AskState;
use crate::store::pulls;
use crate::store::suggestions;

/// On whose word somebody is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// The configuration's: never who was asked here before, by whomever, even if the request was removed.
    Configuration,
    /// Somebody's who wrote a command just now.
    Command,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// They are asked, by us.
    Asked,
    /// They are asked already by somebody else.
    Already,
    /// They were asked before, and aren't to be asked again unasked.
    Before,
    /// They can't read the repository.
    NoAccess,
    /// GitHub declined it.
    Declined,
}

/// Asks whoever is suggested as knowing the change, on the configuration's word.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn expert(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let Some(stored) = suggestions::of_pull(&mut conn, id, key).await? else {
        return Ok(());
    };
    let open = pulls::pull(&mut conn, id, key)
        .await?
        .is_some_and(|pull| pull.open && !pull.draft);
    drop(conn);
    if let (Slot::Picked(pick), true) = (&stored.suggestion.expert, open) {
        let outcome = review(pipeline, (id, key), pick, Word::Configuration).await?;
        tracing::info!(
            repo.id = key.repo.0,
            pull.number = key.number,
            ?outcome,
            "review to be asked for"
        );
    }
    Ok(())
}

/// Asks for somebody's review and notes why. Dying half-way it can be done again: GitHub takes the second request for
/// the first.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn review(
    pipeline: &Pipeline,
    (id, key): (InstallationId, PullKey),
    pick: &Pick,
    word: Word,
) -> Result<Outcome, StepError> {
    let now = pipeline.clock.now();
    let mut conn = pipeline.pool.acquire().await?;
    let Some(around) = Around::read(&mut conn, pipeline, (id, key)).await? else {
        return Ok(Outcome::NoAccess);
    };
    let standing = asks::standing(&mut conn, id, key, pick.person).await?;
    let by_us = around.asked.iter().any(|asked| asked.person == pick.person);
    if standing.asked && !standing.unsure {
        return Ok(if by_us { Outcome::Asked } else { Outcome::Already });
    }
    let before = standing.removed || (standing.by_us && !standing.unsure);
    if word == Word::Configuration && before {
        return Ok(Outcome::Before);
    }
    drop(conn);
    let at = around.at();
    if pipeline.forge.role(&at, &pick.login).await? < Permission::Read {
        return Ok(Outcome::NoAccess);
    }
    note(pipeline, (id, key), (pick, AskState::Asking), now).await?;
    let (state, outcome) = match pipeline.forge.request_review(&at, key.number, &pick.login).await {
        Ok(()) => (AskState::Asked, Outcome::Asked),
        Err(ForgeError::Declined { .. } | ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => {
            (AskState::Declined, Outcome::Declined)
        }
        Err(error) => return Err(error.into()),
    };
    note(pipeline, (id, key), (pick, state), now).await?;
    Ok(outcome)
}

async fn note(
    pipeline: &Pipeline,
    at: (InstallationId, PullKey),
    what: (&Pick, AskState),
    now: crate::model::clock::Time,
) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    asks::set(&mut conn, at, what, now).await?;
    Ok(())
}
