//! Settings files: read from default branches only, and laid over each other.
//!
//! What holds in a repository is the operator's settings, then the organisation's file, then the repository's own, key by
//! key. [`in_force`] is the one way to ask. Of each file the last good version counts; a file that is gone counts no more.
pub mod check;

use std::collections::HashMap;
use std::collections::HashSet;

use chrono::Duration;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::forge::RepoAt;
use crate::forge::github::file::FileText;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::job::Job;
use crate::model::job::SettingsOf;
use crate::model::settings::FILE;
use crate::model::settings::ORGANISATION_FILES;
use crate::model::settings::ORGANISATION_REPO;
use crate::model::settings::Settings;
use crate::model::settings::SilentExperts;
use crate::model::settings::file::Partial;
use crate::model::settings::parse;
use crate::model::settings::parse::Fault;
use crate::model::settings::parse::Scope;
use crate::model::skill::own::OwnSkills;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store;
use crate::store::settings::Read;
use crate::store::tenants;
use crate::store::tenants::Installation;

/// Hours for which what was read is trusted: a push that was missed is made good within them.
const TRUSTED_HOURS: i64 = 24;

/// What holds in a repository: `base`, the operator's, with the organisation's file and the repository's laid over it.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn in_force(
    conn: &mut PgConnection,
    base: &Settings,
    id: InstallationId,
    repo: RepoId,
) -> Result<Settings, StepError> {
    let settings = of_tenant(conn, base, id).await?;
    let own = store::settings::in_force(conn, id, Some(repo)).await?;
    Ok(own.map_or(settings.clone(), |own| settings.with(&own)))
}

/// What holds in an organisation where a repository has no settings of its own: the operator's, with the surface that was
/// chosen at the end of the set-up and the organisation's file laid over it.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of_tenant(conn: &mut PgConnection, base: &Settings, id: InstallationId) -> Result<Settings, StepError> {
    let chosen = tenants::chosen_surface(conn, id).await?;
    let base = Settings {
        surface: chosen.unwrap_or(base.surface),
        ..base.clone()
    };
    let file = store::settings::in_force(conn, id, None).await?;
    Ok(base.with(&file.unwrap_or_default()))
}

/// What holds in each repository of an organisation.
#[derive(Clone, Debug)]
pub struct OfRepos {
    /// Where a repository has none of its own.
    of_tenant: Settings,
    own: HashMap<RepoId, Settings>,
}

impl OfRepos {
    /// What holds in one of them.
    #[must_use]
    pub fn of(&self, repo: RepoId) -> &Settings {
        self.own.get(&repo).unwrap_or(&self.of_tenant)
    }
}

/// [`in_force`] for all repositories at once.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of_repos(conn: &mut PgConnection, base: &Settings, id: InstallationId) -> Result<OfRepos, StepError> {
    let of_tenant = of_tenant(conn, base, id).await?;
    let own = store::settings::of_repos(conn, id).await?;
    let own = own.into_iter().map(|(repo, own)| (repo, of_tenant.with(&own)));
    Ok(OfRepos {
        own: own.collect(),
        of_tenant,
    })
}

/// Who may be named as somebody to ask, where the organisation wants that people agree to it; none: everybody may.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn who_agreed(conn: &mut PgConnection, id: InstallationId) -> Result<Option<HashSet<PersonId>>, StepError> {
    // The operator's own settings say nothing of names.
    match of_tenant(conn, &Settings::default(), id).await?.silent_experts {
        SilentExperts::Named => Ok(None),
        SilentExperts::OptIn => Ok(Some(store::settings::may_be_asked(conn, id).await?)),
    }
}

/// Queues [`SettingsOf::Everything`] for every tenant whose files were not read for a day, or never. Without credentials
/// nobody can be asked, so none is queued.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn queue_unread(pipeline: &Pipeline, conn: &mut PgConnection) -> Result<(), StepError> {
    if !pipeline.forge.is_configured() {
        return Ok(());
    }
    let before = pipeline.clock.now() - Duration::hours(TRUSTED_HOURS);
    for installation in store::settings::unread_since(conn, before).await? {
        let of = SettingsOf::Everything;
        pipeline
            .queue
            .add(conn, &Job::Settings { installation, of }.into())
            .await?;
    }
    Ok(())
}

/// Reads settings files from their default branch.
///
/// What GitHub declines for good leaves in force what was.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId, of: SettingsOf) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let Some(tenant) = tenants::installation(&mut conn, id).await? else {
        return Ok(());
    };
    if tenant.silent || !pipeline.forge.is_configured() {
        return Ok(());
    }
    let (repo, name) = match of {
        SettingsOf::Everything => return everything(pipeline, &mut conn, id).await,
        SettingsOf::Organisation => (None, (tenant.login.clone(), ORGANISATION_REPO.to_owned())),
        SettingsOf::Repository(repo) => match tenants::repo(&mut conn, id, repo).await? {
            Some(found) => (Some(repo), (found.owner, found.name)),
            None => return Ok(()),
        },
    };
    drop(conn);
    match read(pipeline, &tenant, repo, &name).await {
        Err(StepError::Forge(error)) if !error.may_pass() => {
            tracing::warn!(installation.id = id.0, repo.id = repo.map(|repo| repo.0), %error, "the settings file can't be read; what was in force stays");
            Ok(())
        }
        done => done,
    }
}

/// Queues the files of a tenant, each as a job of its own: one repository's failure never stops the rest.
async fn everything(pipeline: &Pipeline, conn: &mut PgConnection, id: InstallationId) -> Result<(), StepError> {
    let repos = tenants::repos(conn, id).await?;
    let each = repos.iter().map(|repo| SettingsOf::Repository(repo.id));
    for of in [SettingsOf::Organisation].into_iter().chain(each) {
        let job = Job::Settings { installation: id, of };
        pipeline.queue.add(conn, &job.into()).await?;
    }
    store::settings::asked_for(conn, id, pipeline.clock.now()).await?;
    Ok(())
}

/// Reads every repository's file again: what was no own skill may be one now, or the other way round.
async fn read_repositories_again(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    id: InstallationId,
) -> Result<(), StepError> {
    for repo in tenants::repos(conn, id).await? {
        let of = SettingsOf::Repository(repo.id);
        let job = Job::Settings { installation: id, of };
        pipeline.queue.add(conn, &job.into()).await?;
    }
    Ok(())
}

fn same_words(one: &OwnSkills, other: &OwnSkills) -> bool {
    one.keys().eq(other.keys())
}

/// The skills of an organisation's own, as the good version of its file that is in force defines them.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn own_skills(conn: &mut PgConnection, id: InstallationId) -> Result<OwnSkills, StepError> {
    let file = store::settings::in_force(conn, id, None).await?;
    Ok(file.and_then(|file| file.own_skills).unwrap_or_default())
}

/// Reads one file and keeps what it says.
async fn read(
    pipeline: &Pipeline,
    tenant: &Installation,
    repo: Option<RepoId>,
    (owner, name): &(String, String),
) -> Result<(), StepError> {
    let at = RepoAt {
        installation: tenant.external_id,
        owner,
        name,
    };
    let now = pipeline.clock.now();
    let scope = scope(name);
    // In the organisation's repository the file at the top counts too, for the organisation only.
    let paths: &[&str] = if repo.is_none() { &ORGANISATION_FILES } else { &[FILE] };
    let found = first(pipeline, &at, paths, None).await?;
    let mut tx = pipeline.pool.begin().await?;
    let own = own_skills(&mut tx, tenant.id).await?;
    match found {
        None => {
            if store::settings::forget(&mut tx, tenant.id, repo).await? {
                tracing::info!(
                    repo = name,
                    "the settings file is gone; what holds without it is in force"
                );
            }
        }
        Some((path, file)) => {
            let says = says(&file, scope, &own);
            let read = Read {
                source: &format!("{name}/{path}"),
                blob: &file.blob,
                says: &says,
            };
            store::settings::keep(&mut tx, tenant.id, repo, &read, now).await?;
            let faults = says.err().unwrap_or_default().len();
            tracing::info!(repo = name, path, faults, "settings read");
        }
    }
    if repo.is_none() && !same_words(&own, &own_skills(&mut tx, tenant.id).await?) {
        read_repositories_again(pipeline, &mut tx, tenant.id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The first of these files that exists.
async fn first<'p>(
    pipeline: &Pipeline,
    at: &RepoAt<'_>,
    paths: &[&'p str],
    commit: Option<&str>,
) -> Result<Option<(&'p str, FileText)>, ForgeError> {
    for path in paths {
        if let Some(file) = pipeline.forge.file(at, path, commit, parse::MOST_BYTES).await? {
            return Ok(Some((path, file)));
        }
    }
    Ok(None)
}

/// For whom the file of a repository with this name speaks.
fn scope(name: &str) -> Scope {
    if name.eq_ignore_ascii_case(ORGANISATION_REPO) {
        Scope::Organisation
    } else {
        Scope::Repository
    }
}

fn says(file: &FileText, scope: Scope, own: &OwnSkills) -> Result<Partial, Vec<Fault>> {
    match &file.bytes {
        Some(bytes) => parse::parse_beside(bytes, scope, own),
        None => Err(vec![parse::too_large()]),
    }
}
