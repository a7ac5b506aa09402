//! The past of repositories: what happened before the App came, or while its deliveries were lost.
//!
//! One job a tenant reads one page of one repository, stores it the way an import does, with the cursor in the same
//! transaction, and queues itself again: killed at any moment, it goes on at the page it was on. The repository with the
//! fewest pages read comes next, the newest pull requests first, so that suggestions are useful within minutes.
mod page;

use chrono::Duration;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::past::PastRepo;
use crate::forge::github::past::Turn;
use crate::model::clock::Time;
use crate::model::event::Event;
use crate::model::event::What;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::model::job::Job;
use crate::model::reading;
use crate::model::reading::Pace;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::StoreError;
use crate::store::backfills;
use crate::store::backfills::Failure;
use crate::store::backfills::Progress;
use crate::store::backfills::plan;
use crate::store::backfills::plan::Before;
use crate::store::standing;
use crate::store::sweeps;
use crate::store::tenants;
use crate::store::tenants::Installation;

/// Days of the past that are read where nobody says how many.
pub const USUAL_DAYS: i64 = 365;

/// Rests of one page before its repository waits for somebody; together some days.
const TRIES: i32 = 24;

/// Tries after which a pull request that GitHub can't give whole even by itself is left out; together an hour, so that it is
/// not the code host's bad day.
const LEAVES_OUT_AFTER: i32 = 6;

/// Plans to read what changed since a time in a tenant's repositories, of all or of those named, and has it begun. Gives how
/// many repositories it planned.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn plan(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    id: InstallationId,
    repos: Option<&[RepoId]>,
    (since, before): (Time, Before),
) -> Result<u64, StepError> {
    let planned = plan::plan(conn, id, repos, (since, before), pipeline.clock.now()).await?;
    if planned > 0 {
        begin(pipeline, conn, id).await?;
        tracing::info!(installation.id = id.0, repositories = planned, %since, "reading the past is planned");
    }
    Ok(planned)
}

/// Has what changed since a time in any repository of a tenant read anew: the way out where deliveries are lost for good.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn since(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    id: InstallationId,
    time: Time,
) -> Result<u64, StepError> {
    plan(pipeline, conn, id, None, (time, Before::Anew)).await
}

/// Queues the job of a tenant.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn begin(pipeline: &Pipeline, conn: &mut PgConnection, id: InstallationId) -> Result<(), StepError> {
    let job = Job::Backfill { installation: id };
    Ok(pipeline.queue.add(conn, &job.into()).await?)
}

/// The time is read in which the App didn't work in a tenant, or had lost some of its repositories, once it is back.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn catch_up(pipeline: &Pipeline, conn: &mut PgConnection, id: InstallationId) -> Result<(), StepError> {
    // What failed since there was no access goes on now that there is.
    let now = pipeline.clock.now();
    if let Some(away) = standing::take_away(conn, id).await? {
        backfills::again(conn, id, None, now).await?;
        since(pipeline, conn, id, away).await?;
    }
    for (repo, away) in standing::take_repos_away(conn, id).await? {
        backfills::again(conn, id, Some(repo), now).await?;
        plan(pipeline, conn, id, Some(&[repo]), (away, Before::Anew)).await?;
    }
    Ok(())
}

/// The App came to an account or to repositories: their past is read, unless it was before or the operator reads none; and
/// what happened while it was away.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn of_event(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, event): (Option<InstallationId>, &Event),
    now: Time,
) -> Result<(), StepError> {
    let Some(id) = id else { return Ok(()) };
    let may_be_back = matches!(
        event.what,
        What::Installed { .. } | What::RepoChanged | What::RepoTransferred { .. }
    );
    if may_be_back {
        catch_up(pipeline, conn, id).await?;
    }
    let (What::Installed { repos, .. }, Some(days)) = (&event.what, pipeline.history_days) else {
        return Ok(());
    };
    let repos: Vec<RepoId> = repos.iter().map(|repo| repo.id).collect();
    let since = now - Duration::days(days.into());
    plan(pipeline, conn, id, Some(&repos), (since, Before::Stays)).await?;
    Ok(())
}

/// Has the time read anew whose deliveries can't come any more, where a sweep found one, and wakes readings that wait
/// without a job, as after a suspension.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn keep_up(pipeline: &Pipeline) -> Result<(), StepError> {
    let mut tx = pipeline.pool.begin().await?;
    if let Some(gap) = sweeps::gap(&mut tx).await? {
        let by_token = pipeline.forge.acts_by_token();
        let reads = |tenant: &Installation| !tenant.silent && (by_token || tenant.external_id.is_some());
        for tenant in tenants::all(&mut tx).await?.into_iter().filter(reads) {
            since(pipeline, &mut tx, tenant.id, gap.from).await?;
        }
        standing::away_at_least_since(&mut tx, gap.from).await?;
        sweeps::close_gap(&mut tx, &gap).await?;
    }
    for id in standing::back(&mut tx).await? {
        catch_up(pipeline, &mut tx, id).await?;
    }
    for id in backfills::unfinished(&mut tx).await? {
        begin(pipeline, &mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Reads the next page of a tenant and queues the one after it; puts itself off while the code host's limit is nearly used
/// up, of which a fifth is kept for what happens now.
///
/// # Errors
/// [`StepError::Store`] when the database is away; [`StepError::Forge`] where there are no credentials at all.
pub async fn run(pipeline: &Pipeline, id: InstallationId) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut conn = pipeline.pool.acquire().await?;
    let Some(tenant) = tenants::installation(&mut conn, id)
        .await?
        .filter(|tenant| !tenant.silent)
    else {
        return Ok(());
    };
    if !pipeline.forge.is_configured() {
        // An hourly look wakes it.
        return Ok(());
    }
    if let Some(until) = scarce_until(pipeline, &tenant, now) {
        return wait(pipeline, &mut conn, id, until).await;
    }
    let Some(turn) = backfills::next(&mut conn, id, now).await? else {
        if let Some(at) = backfills::next_try(&mut conn, id).await? {
            let job = Job::Backfill { installation: id };
            pipeline.queue.add_at(&mut conn, &job.into(), at.max(now)).await?;
        }
        return Ok(());
    };
    // The code host may be slow: no connection is held while it is asked.
    drop(conn);
    let outcome = one_page(pipeline, &tenant, &turn).await;
    match outcome {
        Ok(()) => Ok(()),
        Err(StepError::Forge(ForgeError::RateLimited { until, .. })) => {
            let mut conn = pipeline.pool.acquire().await?;
            wait(pipeline, &mut conn, id, until).await
        }
        Err(StepError::Store(error @ StoreError::Away(_))) => Err(error.into()),
        Err(error) => {
            let mut tx = pipeline.pool.begin().await?;
            give_way(&mut tx, id, &turn, &error, now).await?;
            begin(pipeline, &mut tx, id).await?;
            tx.commit().await?;
            Ok(())
        }
    }
}

async fn one_page(pipeline: &Pipeline, tenant: &Installation, turn: &backfills::Turn) -> Result<(), StepError> {
    let at = RepoAt {
        installation: tenant.external_id,
        owner: &turn.owner,
        name: &turn.name,
    };
    let asked = Turn {
        after: turn.cursor.as_deref(),
        since: turn.since,
        pulls: turn.page_size.unsigned_abs(),
    };
    let past = match pipeline.forge.past_page(&at, &asked).await {
        Err(error @ ForgeError::TooBig { .. }) if turn.heavy_tries >= LEAVES_OUT_AFTER => {
            tracing::warn!(repo.id = turn.repo.0, %error, "a pull request of the past is left out");
            pipeline.forge.past_page_left_out(&at, &asked).await?
        }
        answer => answer?,
    };
    is_asked_for(pipeline, (tenant.id, turn), &past.repo).await?;
    let around = page::around(pipeline, &at, (tenant.id, turn), &past).await?;
    page::store(pipeline, (tenant.id, turn), &past, &around).await
}

/// Checks that the repository that answered is the one that was asked about, and still the tenant's: GitHub follows old names.
async fn is_asked_for(
    pipeline: &Pipeline,
    (id, turn): (InstallationId, &backfills::Turn),
    repo: &PastRepo,
) -> Result<(), StepError> {
    let wrong = |what: &str| StepError::Unreadable(format!("reading the past of {}/{}: {what}", turn.owner, turn.name));
    if repo.id.is_some_and(|found| found != turn.repo) {
        return Err(wrong("another repository has this name now"));
    }
    if let Some(owner) = repo.owner {
        let mut conn = pipeline.pool.acquire().await?;
        if !tenants::is_of(&mut conn, id, owner).await? {
            return Err(wrong("the repository belongs to another account now"));
        }
    }
    Ok(())
}

/// Until when a tenant's limit has to be left to what happens now.
fn scarce_until(pipeline: &Pipeline, tenant: &Installation, now: Time) -> Option<Time> {
    let limits = pipeline.forge.limits(tenant.external_id);
    let scarce = limits
        .iter()
        .filter(|(name, left)| name == "core" || name == "graphql" && left.limit > 0)
        .filter(|(_, left)| left.resets_at > now && reading::is_scarce(left.remaining, left.limit));
    scarce.map(|(_, left)| left.resets_at).max()
}

async fn wait(pipeline: &Pipeline, conn: &mut PgConnection, id: InstallationId, until: Time) -> Result<(), StepError> {
    backfills::wait(conn, id, until).await?;
    tracing::info!(installation.id = id.0, %until, "reading the past waits for GitHub's limit");
    let job = Job::Backfill { installation: id };
    Ok(pipeline.queue.add_at(conn, &job.into(), until).await?)
}

/// Notes that a repository's page failed. A page that was too heavy is asked for again at once, half as big; whatever else may
/// pass rests a growing while, also a token that is refused, since new ones are not known everywhere at once; the rest waits
/// for somebody. The other repositories go on.
async fn give_way(
    conn: &mut PgConnection,
    id: InstallationId,
    turn: &backfills::Turn,
    error: &StepError,
    now: Time,
) -> Result<(), StepError> {
    let may_pass = match error {
        StepError::Store(_) | StepError::Forge(ForgeError::Forbidden { status: 401, .. }) => true,
        StepError::Forge(error) => error.may_pass(),
        StepError::Unreadable(_) | StepError::Second(_) => false,
    };
    let was_too_big = matches!(error, StepError::Forge(ForgeError::TooBig { .. }));
    let half = reading::smaller(turn.page_size).filter(|_| was_too_big);
    let again_at = match half {
        Some(_) => Some(now),
        None if may_pass && turn.attempts < TRIES => Some(now + reading::rest(turn.attempts)),
        None => None,
    };
    let why = error.to_string();
    tracing::warn!(installation.id = id.0, repo.id = turn.repo.0, %error, "a page of the past failed");
    let failure = Failure {
        why: &why,
        smaller: half,
        heavy: was_too_big && half.is_none(),
        again_at,
    };
    backfills::failed(conn, id, turn, &failure, now).await?;
    Ok(())
}

/// The time left of one reading, in words; none: not known yet, or nothing is being read.
#[must_use]
pub fn eta(one: &Progress, now: Time) -> Option<String> {
    let pace = Pace {
        done: one.done,
        total: one.total,
        pages: one.pages,
        elapsed: one.updated_at - one.started_at?,
        waits_until: one.waits_until,
    };
    reading::eta(&pace, now)
}
