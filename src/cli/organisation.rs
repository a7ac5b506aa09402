//! Which organisation and repository a command is about.
use anyhow::Context;
use sqlx::PgConnection;

use crate::store::tenants;
use crate::store::tenants::Repo;

/// The way out where nothing is known.
pub const NO_HISTORY: &str =
    "read a history with `peerlore import github-json FILE`, or start `peerlore serve` and install the App";

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
