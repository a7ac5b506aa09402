//! Which organisation, repository, team or person a command is about, and the way of a command that only tells.
use std::io::StdoutLock;

use anyhow::Context;
use serde::Serialize;
use sqlx::PgConnection;

use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::terminal;
use crate::cli::terminal::Plain;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::role::Roles;
use crate::pipeline::groups;
use crate::pipeline::groups::Group;
use crate::pipeline::knowers::NotSeen;
use crate::store::people;
use crate::store::reader::Reader;
use crate::store::tenants;
use crate::store::tenants::Repo;

/// The way out where nothing is known.
pub const NO_HISTORY: &str =
    "read a history with `peerlore import github-json FILE`, or start `peerlore serve` and install the App";

/// Opens the database to read, finds something as of now, closes it, and prints what was found, as JSON or in words.
///
/// # Errors
/// When the database can't be read, or nothing is found.
pub async fn told<Found: Serialize>(
    config: &Config,
    json: bool,
    find: impl AsyncFnOnce(&mut PgConnection, Time) -> anyhow::Result<Found>,
    print: impl FnOnce(&mut Plain<StdoutLock<'static>>, &Found) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let database = database::open_to_read(config).await?;
    let found = async {
        let clock = database::pipeline(config, &database.pool, Classifier::default())?.clock;
        find(&mut *database.pool.acquire().await?, clock.now()).await
    };
    let found = found.await;
    database.close().await?;
    let found = found?;
    if json {
        return terminal::json(&found);
    }
    print(&mut terminal::out(), &found)
}

/// The organisation that is named, or the only one that there is, and the team of it that is asked for.
///
/// # Errors
/// When nothing is known, it isn't told of which, or there is no such team.
pub async fn with_team(
    conn: &mut PgConnection,
    (org, word): (Option<&str>, Option<&str>),
    at: Time,
) -> anyhow::Result<(tenants::Installation, Option<Group>)> {
    let tenant = chosen(conn, org).await?;
    let found = match word {
        Some(word) => Some(team(conn, &tenant, word, at).await?),
        None => None,
    };
    Ok((tenant, found))
}

/// The organisation that is named, or the only one that there is.
///
/// # Errors
/// When nothing is known, or it isn't told of which.
pub async fn chosen(conn: &mut PgConnection, named: Option<&str>) -> anyhow::Result<tenants::Installation> {
    let mut all = tenants::all(conn).await?;
    let known: Vec<String> = all.iter().map(|tenant| tenant.login.clone()).collect();
    let known = known.join(", ");
    anyhow::ensure!(!all.is_empty(), "nothing is known yet; {NO_HISTORY}");
    let place = match named {
        Some(login) => all
            .iter()
            .position(|tenant| tenant.login.eq_ignore_ascii_case(login))
            .with_context(|| format!("no organisation is known by the name \"{login}\"; known: {known}"))?,
        None if all.len() == 1 => 0,
        None => anyhow::bail!("several organisations are known ({known}); name one with --org"),
    };
    Ok(all.swap_remove(place))
}

/// A repository by owner and name, and whose it is.
///
/// # Errors
/// When it isn't known.
pub async fn of_repo(
    conn: &mut PgConnection,
    (owner, name): (&str, &str),
) -> anyhow::Result<(tenants::Installation, Repo)> {
    let repo = tenants::repo_by_name(conn, owner, name)
        .await?
        .with_context(|| format!("{owner}/{name} isn't known; {NO_HISTORY}"))?;
    let tenant = tenants::installation(conn, repo.installation).await?;
    Ok((
        tenant.with_context(|| format!("{owner}/{name} isn't known any more"))?,
        repo,
    ))
}

/// The team with this short name or name, as far as it may be shown.
///
/// # Errors
/// When there is none; the error names those that there are.
pub async fn team(
    conn: &mut PgConnection,
    tenant: &tenants::Installation,
    word: &str,
    at: Time,
) -> anyhow::Result<Group> {
    let groups = groups::groups(conn, tenant.id, at).await?;
    anyhow::ensure!(
        !groups.is_empty(),
        "no team of {} is known; teams are read where the App is installed, or named under `teams` in the settings file",
        tenant.login
    );
    let known: Vec<&str> = groups.iter().map(|group| group.slug.as_str()).collect();
    let found = groups::called(&groups, word);
    let found = found.with_context(|| {
        format!(
            "{} has no team \"{word}\" that is shown; there are {}",
            tenant.login,
            known.join(", ")
        )
    })?;
    Ok(found.clone())
}

/// The person with this login.
///
/// # Errors
/// When nobody is known by it who may appear.
pub async fn person(
    conn: &mut PgConnection,
    tenant: &tenants::Installation,
    login: &str,
) -> anyhow::Result<people::Person> {
    let found = people::by_login(conn, tenant.id, login).await?;
    found.with_context(|| not_shown(tenant, login))
}

/// A reader who is this person and reads what the operator reads.
///
/// # Errors
/// When the database can't tell.
pub async fn as_person(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> anyhow::Result<Reader> {
    let repos = tenants::repos(conn, id).await?;
    let private = repos.into_iter().map(|repo| repo.id).collect();
    Ok(Reader::member(id, person, Roles::default(), private))
}

/// Why nothing is shown of a login; whether somebody is out of everything is nobody's business.
#[must_use]
pub fn not_shown(tenant: &tenants::Installation, login: &str) -> String {
    format!(
        "nothing is shown of \"{login}\": nobody in {} is known by that login, or they are out of everything; see how it is written on \
         their page on the code host",
        tenant.login
    )
}

/// Who wasn't seen and since when, in brackets; nothing of nobody.
#[must_use]
pub fn not_seen(people: &[NotSeen]) -> String {
    if people.is_empty() {
        return String::new();
    }
    let told = people
        .iter()
        .map(|one| format!("{} not seen since {}", one.login, one.since.format("%Y-%m-%d")));
    format!(" ({})", told.collect::<Vec<_>>().join(", "))
}
