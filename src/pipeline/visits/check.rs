//! Asking the code host what a visitor is, and what they may read.
use std::time::Duration as Patience;

use chrono::Duration;
use tokio::task::JoinSet;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::Permission;
use crate::forge::RepoAt;
use crate::forge::github::login::Belongs;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::model::person::Actor;
use crate::model::person::PersonKind;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::visits::TRUSTED_MINUTES;
use crate::pipeline::visits::find;
use crate::store::session_checks;
use crate::store::session_checks::Granted;
use crate::store::session_checks::Tenant;
use crate::store::sessions::Session;
use crate::store::sessions::Standing;
use crate::store::sessions::Word;

/// Seconds after which somebody who asks the code host is taken for gone.
const STUCK_SECONDS: i64 = 60;
/// How long a page waits for the code host.
const PATIENCE: Patience = Patience::from_secs(10);
/// Private repositories that are asked about at one check, at most.
const REPOS_A_CHECK: i64 = 10;
/// Calls that are left to other work before repositories are asked about.
const RESERVED_CALLS: u32 = 1_000;
/// How often a page looks whether another request has the code host's answer, and the pause between.
const WAITS: u32 = 50;
const WAIT: Patience = Patience::from_millis(100);

/// Whether they own the account; none: they don't belong to it.
pub(super) async fn owner_if_member(forge: &Forge, tenant: &Tenant, who: &Actor) -> Result<Option<bool>, ForgeError> {
    if !tenant.is_organisation {
        return Ok((tenant.account == who.id.0).then_some(true));
    }
    Ok(match forge.belongs(tenant.external, &tenant.login, who).await? {
        Belongs::Owner => Some(true),
        Belongs::Member => Some(false),
        Belongs::No => None,
    })
}

/// How asking the code host went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    /// It answered, and the answer is stored.
    Answered,
    /// It can't be asked now.
    Failed,
    /// Another request of the same session asks already.
    BySomebodyElse,
}

/// Waits until the request that asks has the answer; false where it has none in time.
pub(super) async fn wait_for_answer(pipeline: &Pipeline, word: Word<'_>, old: &Standing) -> Result<bool, StepError> {
    for _ in 0..WAITS {
        tokio::time::sleep(WAIT).await;
        let found = find(pipeline, word, pipeline.clock.now()).await?;
        let place = found.and_then(|session| session.place);
        if place.is_none_or(|place| place.checked_at > old.checked_at) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks the code host what they are.
pub(super) async fn check(
    pipeline: &Pipeline,
    session: &Session,
    place: &Standing,
    now: Time,
) -> Result<Asked, StepError> {
    let at = (session.id, place.installation);
    let mut conn = pipeline.pool.acquire().await?;
    let Some(tenant) = session_checks::tenant(&mut conn, place.installation).await? else {
        return Ok(Asked::Answered);
    };
    let stuck = now - Duration::seconds(STUCK_SECONDS);
    if !session_checks::begin_check(&mut conn, at, (place.checked_at, now, stuck)).await? {
        return Ok(Asked::BySomebodyElse);
    }
    drop(conn);
    let who = Actor {
        id: session.user,
        login: session.login.clone(),
        kind: PersonKind::Human,
    };
    let asking = owner_if_member(&pipeline.forge, &tenant, &who);
    let said = match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(said)) => said,
        failed => {
            let why = match failed {
                Ok(Err(error)) => error.to_string(),
                _ => "no answer in time".to_owned(),
            };
            tracing::warn!(
                installation.id = place.installation.0,
                why,
                "a visitor's membership can't be checked"
            );
            session_checks::check_failed(&mut *pipeline.pool.acquire().await?, session.id, place.installation).await?;
            return Ok(Asked::Failed);
        }
    };
    let Some(owner) = said else {
        session_checks::lost(&mut *pipeline.pool.acquire().await?, session.user, place.installation).await?;
        return Ok(Asked::Answered);
    };
    check_repos(pipeline, at, (&tenant, &who.login), now).await?;
    let mut conn = pipeline.pool.acquire().await?;
    session_checks::checked(&mut conn, at, owner, now).await?;
    Ok(Asked::Answered)
}

/// Asks about the private repositories that were asked about longest ago, a few at a time.
async fn check_repos(
    pipeline: &Pipeline,
    at: (i64, InstallationId),
    (tenant, login): (&Tenant, &str),
    now: Time,
) -> Result<(), StepError> {
    if pipeline.forge.calls_left().is_some_and(|left| left < RESERVED_CALLS) {
        return Ok(());
    }
    let before = now - Duration::minutes(TRUSTED_MINUTES);
    let mut conn = pipeline.pool.acquire().await?;
    let granted = session_checks::granted_before(&mut conn, at, before, REPOS_A_CHECK).await?;
    drop(conn);
    let mut asking = JoinSet::new();
    for repo in granted {
        let (forge, login, external) = (pipeline.forge.clone(), login.to_owned(), tenant.external);
        asking.spawn(async move {
            let said = tokio::time::timeout(PATIENCE, may_read(&forge, external, &repo, &login)).await;
            (repo.id, said.ok().flatten())
        });
    }
    let said: Vec<(RepoId, Option<bool>)> = asking.join_all().await;
    let mut conn = pipeline.pool.acquire().await?;
    for (repo, readable) in said {
        if let Some(readable) = readable {
            session_checks::repo_checked(&mut conn, at, (repo, readable), now).await?;
        }
    }
    Ok(())
}

/// Whether they may read a repository; none: the code host doesn't say now.
async fn may_read(forge: &Forge, external: Option<i64>, repo: &Granted, login: &str) -> Option<bool> {
    let at = RepoAt {
        installation: external,
        owner: &repo.owner,
        name: &repo.name,
    };
    match forge.permission(&at, login).await {
        Ok(permission) => Some(permission >= Permission::Read),
        Err(ForgeError::NotFound { .. }) => Some(false),
        Err(_) => None,
    }
}
