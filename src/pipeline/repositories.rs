//! Which repositories the App was given: read once a day, whatever event was missed.
use std::collections::HashSet;

use chrono::Duration;

use crate::model::clock::Time;
use crate::model::ids::RepoId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::backfill;
use crate::pipeline::lifecycle;
use crate::store::backfills::plan::Before;
use crate::store::tenants;
use crate::store::tenants::Installation;

/// Stores the repositories that the App was given, marks as removed which it wasn't, and has the past of new ones read.
/// What is not listed as a whole changes nothing.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn read(pipeline: &Pipeline, tenant: &Installation, now: Time) -> Result<(), StepError> {
    let (id, Some(external)) = (tenant.id, tenant.external_id) else {
        return Ok(());
    };
    let known = tenants::repos(&mut *pipeline.pool.acquire().await?, id).await?;
    let listed = match pipeline.forge.repositories(external).await {
        Ok(listed) => listed,
        Err(error) if error.may_pass() => return Err(error.into()),
        Err(error) => {
            tracing::warn!(installation.id = id.0, %error, "which repositories the App was given can't be asked");
            None
        }
    };
    let mut tx = pipeline.pool.begin().await?;
    if let Some(listed) = listed {
        for repo in &listed {
            tenants::see_repo(&mut tx, id, repo).await?;
            tenants::repo_is_back(&mut tx, id, repo.id, now).await?;
        }
        let repos: Vec<RepoId> = listed.iter().map(|repo| repo.id).collect();
        let there: HashSet<RepoId> = repos.iter().copied().collect();
        for gone in known.iter().filter(|repo| !there.contains(&repo.id)) {
            tenants::remove_repo(&mut tx, id, gone.id, now).await?;
        }
        lifecycle::queue_weighing(pipeline, &mut tx).await?;
        if let Some(days) = pipeline.history_days {
            let since = now - Duration::days(days.into());
            backfill::plan(pipeline, &mut tx, id, Some(&repos), (since, Before::Stays)).await?;
        }
    }
    backfill::catch_up(pipeline, &mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}
