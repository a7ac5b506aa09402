//! What becomes of accounts, repositories and people on the code host, and what goes with them.
use chrono::Duration;
use sqlx::Connection;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::model::clock::Time;
use crate::model::event::Event;
use crate::model::event::What;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::learn;
use crate::store::edges;
use crate::store::erasure;
use crate::store::lessons;
use crate::store::lifecycle;
use crate::store::members;
use crate::store::standing;
use crate::store::standing::Removed;
use crate::store::standing::Standing;
use crate::store::suggestions;
use crate::store::tenants;
use crate::store::tenants::Installation;

/// Days that everything stays of an installation after the App was removed there, and of a repository that was deleted or
/// transferred, so that a mistake can be undone.
pub const GRACE_DAYS: i64 = 7;

/// Edges that are made again in one transaction: each takes a lock, of which the database has some thousands.
const EDGES_AT_ONCE: usize = 200;

/// Has the edges made again of the tenants in which repositories came or went.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn queue_weighing(pipeline: &Pipeline, conn: &mut PgConnection) -> Result<(), StepError> {
    for installation in tenants::misweighing(conn).await? {
        pipeline.queue.add(conn, &Job::Weigh { installation }.into()).await?;
    }
    Ok(())
}

/// Queues what follows where repositories came or went, or a team was hidden.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn after(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, event): (Option<InstallationId>, &Event),
) -> Result<(), StepError> {
    match &event.what {
        What::Installed { .. } | What::RepoChanged | What::RepoTransferred { .. } | What::RepoRemoved => {
            queue_weighing(pipeline, conn).await
        }
        What::Team(team) | What::TeamAccess(team) if team.secret == Some(true) => {
            let Some(installation) = id else { return Ok(()) };
            for pull in suggestions::posted_with(conn, installation, &team.name).await? {
                let job = Job::Redact { installation, pull };
                pipeline.queue.add(conn, &job.into()).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Makes the edges again that rest on repositories which came or went: what was learned in one counts while it is there.
///
/// # Errors
/// [`StepError::Store`] when the database is away; whatever is left is done the next time.
pub async fn weigh(pipeline: &Pipeline, id: InstallationId) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    for (repo, there) in tenants::misweighed(&mut conn, id).await? {
        lessons::wait_for_learning(&mut conn, id, repo).await?;
        let edges: Vec<_> = edges::of_repo(&mut conn, id, repo).await?.into_iter().collect();
        for some in edges.chunks(EDGES_AT_ONCE) {
            let mut tx = conn.begin().await?;
            learn::move_edges(&mut tx, id, some.iter().copied().collect()).await?;
            tx.commit().await?;
        }
        tenants::weighed(&mut conn, id, (repo, there)).await?;
    }
    Ok(())
}

/// A repository was deleted: nothing of it is shown from now on, and its facts go after the grace.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn let_repo_go(conn: &mut PgConnection, id: InstallationId, repo: RepoId, at: Time) -> Result<(), StepError> {
    tenants::remove_repo(conn, id, repo, at).await?;
    lifecycle::erase_repo_at(conn, id, repo, at + Duration::days(GRACE_DAYS)).await?;
    Ok(())
}

/// A repository went to another account: the one that it left lets it go. Gives whether the one that it came to is a
/// tenant, or becomes one by this event; the event may as well come by the installation that it left.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn is_taken_over(
    conn: &mut PgConnection,
    event: &Event,
    from: Option<i64>,
    at: Time,
) -> Result<bool, StepError> {
    let (Some(account), Some(repo)) = (&event.account, &event.repo) else {
        return Ok(false);
    };
    let left = match from.filter(|from| *from != account.id) {
        Some(from) => lifecycle::by_account(conn, from).await?,
        None => None,
    };
    if let Some((left, _)) = left {
        let_repo_go(conn, left, repo.id, at).await?;
    }
    let theirs = left.and_then(|(_, external)| external);
    let by_who_left = theirs.is_some() && theirs == event.installation;
    if by_who_left {
        // Where the new account has the App, that installation tells us itself.
        return Ok(false);
    }
    Ok(event.installation.is_some() || lifecycle::by_account(conn, account.id).await?.is_some())
}

/// Asks the code host whether the App still works in this account, and heals what a missed event left wrong: a suspension
/// that ended, a removal, a renaming. Gives whether it works there. What can't be asked about stays as it is known.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn still_works(pipeline: &Pipeline, tenant: &Installation, now: Time) -> Result<bool, StepError> {
    let Some(external) = tenant.external_id else {
        return Ok(!tenant.silent);
    };
    let (found, account) = match pipeline.forge.installation(external).await {
        Ok(None) => return Ok(!tenant.silent),
        Ok(Some(shown)) if shown.suspended => (Standing::Suspended, shown.account),
        Ok(Some(shown)) => (Standing::Active, shown.account),
        Err(ForgeError::NotFound { .. }) => (Standing::Missing, None),
        Err(error) if error.may_pass() => return Err(error.into()),
        Err(error) => {
            tracing::warn!(installation.id = tenant.id.0, %error, "whether the App still works there can't be asked");
            return Ok(!tenant.silent);
        }
    };
    let mut tx = pipeline.pool.begin().await?;
    if let Some(account) = &account {
        standing::ensure(&mut tx, account, None, now).await?;
    }
    let works = found == Standing::Active;
    if works == tenant.silent || found == Standing::Missing {
        tracing::info!(
            installation.id = tenant.id.0,
            standing = ?found,
            "GitHub says where the App stands"
        );
    }
    standing::set_standing(&mut tx, tenant.id, (found, Some(external)), now).await?;
    tx.commit().await?;
    Ok(works)
}

/// Erases the installations whose grace is over. Where no event told of the removal, the code host is asked once more: it may
/// have been us who asked as another App.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn erase_removed(pipeline: &Pipeline, now: Time) -> Result<(), StepError> {
    let before = now - Duration::days(GRACE_DAYS);
    let due = standing::removed(&mut *pipeline.pool.acquire().await?, before).await?;
    for one in due {
        if is_gone(pipeline, &one).await?
            && standing::delete_removed(&mut *pipeline.pool.acquire().await?, one.id, before).await?
        {
            pipeline.forget_kept(one.id);
            tracing::info!(
                installation.id = one.id.0,
                "everything of a removed installation is gone"
            );
        }
    }
    Ok(())
}

/// Whether a removed installation is known to be; where it is there after all, it is looked at anew.
async fn is_gone(pipeline: &Pipeline, one: &Removed) -> Result<bool, StepError> {
    let Some(external) = one.external_id.filter(|_| !one.told) else {
        return Ok(true);
    };
    match pipeline.forge.installation(external).await {
        Err(ForgeError::NotFound { .. }) => Ok(true),
        Ok(Some(_)) => {
            let job = Job::Members { installation: one.id };
            pipeline
                .queue
                .add(&mut *pipeline.pool.acquire().await?, &job.into())
                .await?;
            Ok(false)
        }
        Ok(None) => Ok(false),
        Err(error) => {
            tracing::warn!(installation.id = one.id.0, %error, "whether the App was removed there can't be asked; nothing is erased");
            Ok(false)
        }
    }
}

/// Queues the comments of ours that could not be edited while the App was away.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn redact_waiting(pipeline: &Pipeline, id: InstallationId) -> Result<(), StepError> {
    let mut tx = pipeline.pool.begin().await?;
    for pull in suggestions::waiting_to_redact(&mut tx, id).await? {
        let job = Job::Redact { installation: id, pull };
        pipeline.queue.add(&mut tx, &job.into()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Asks whether the accounts that are no members any more are still there, and lets the names go of those that
/// aren't; a new login is taken over. Who was asked about isn't again; what can't be asked about stays for another day.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn look_after(
    pipeline: &Pipeline,
    (id, external): (InstallationId, Option<i64>),
    now: Time,
) -> Result<(), StepError> {
    let people = members::to_look_up(&mut *pipeline.pool.acquire().await?, id).await?;
    for person in &people {
        let found = match pipeline.forge.account(external, *person).await {
            Ok(found) => Some(found),
            Err(ForgeError::NotFound { .. }) => None,
            Err(error) if error.may_pass() => return Err(error.into()),
            Err(error) => {
                tracing::warn!(installation.id = id.0, %error, "who left can't be looked up");
                return Ok(());
            }
        };
        let mut tx = pipeline.pool.begin().await?;
        match found {
            Some(actor) => crate::store::people::see(&mut tx, id, &actor, now).await?,
            None => erasure::let_name_go(&mut tx, id, *person, now).await?,
        }
        members::looked_up(&mut tx, id, *person, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Erases the repositories whose grace is over. Since they went, no edge rests on them.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn erase_repos(pipeline: &Pipeline, now: Time) -> Result<(), StepError> {
    let due = lifecycle::repos_to_erase(&mut *pipeline.pool.acquire().await?, now).await?;
    for (id, repo) in due {
        weigh(pipeline, id).await?;
        lifecycle::delete_repo(&mut *pipeline.pool.acquire().await?, id, repo).await?;
        pipeline.forget_kept(id);
        tracing::info!(
            installation.id = id.0,
            repo.id = repo.0,
            "everything of a repository that is gone is erased"
        );
    }
    Ok(())
}
