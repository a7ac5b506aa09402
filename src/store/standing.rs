//! Whether the App works in an account: told by events, or found out by asking.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::Account;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// The tenant of an account, made when it is new. True: the event's installation is one that we didn't know, so nothing is
/// known of its members, and whatever ended an earlier installation doesn't hold for it; or one that was suspended, and
/// is not any more, since it sends events; or one that counts as removed, so that it should be asked about.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn ensure(
    conn: &mut PgConnection,
    account: &Account,
    external: Option<i64>,
    at: Time,
) -> Result<(InstallationId, bool), StoreError> {
    let found = sqlx::query!(
        r#"select id as "id: InstallationId", external_id, login, suspended_at < $2 as "may_wake!", removed as "removed!"
           from (select id, external_id, login, coalesce(suspended_at, 'infinity') as suspended_at, removed_at is not null as removed
                 from installation where forge = 'github' and account_id = $1) as i"#,
        account.id,
        at
    )
    .fetch_optional(&mut *conn)
    .await?;
    let new = external.is_some() && found.as_ref().is_none_or(|row| row.external_id != external);
    let doubtful = external.is_some() && found.as_ref().is_some_and(|row| row.removed);
    let awake = external.is_some() && found.as_ref().is_some_and(|row| row.may_wake) && !new;
    if let Some(row) = &found
        && row.login == account.login
        && !new
        && !awake
    {
        return Ok((row.id, doubtful));
    }
    let id = sqlx::query_scalar!(
        r#"insert into installation (account_id, login, is_organisation, external_id, created_at)
           values ($1, $2, $3, $4, $5)
           on conflict (forge, account_id) do update
           set away_since = case when $6 or excluded.external_id <> installation.external_id
                                 then least(installation.away_since, installation.suspended_at, installation.removed_at)
                                 else installation.away_since end,
               removal_told = installation.removal_told and not coalesce(excluded.external_id <> installation.external_id, false),
               login = excluded.login, external_id = coalesce(excluded.external_id, installation.external_id),
               suspended_at = case when $6 or excluded.external_id <> installation.external_id then null else installation.suspended_at end,
               removed_at = case when excluded.external_id <> installation.external_id then null else installation.removed_at end,
               standing_at = case when $6 or excluded.external_id <> installation.external_id then $5 else installation.standing_at end
           returning id as "id: InstallationId""#,
        account.id,
        account.login,
        account.is_organisation,
        external,
        at,
        awake
    )
    .fetch_one(&mut *conn)
    .await?;
    if let Some(row) = found.filter(|row| row.login != account.login) {
        // Whoever is renamed takes their repositories along.
        sqlx::query!(
            "update repo set owner = $3 where installation_id = $1 and lower(owner) = lower($2)",
            row.id.0,
            row.login,
            account.login
        )
        .execute(conn)
        .await?;
    }
    Ok((id, new || awake || doubtful))
}

/// Whether the App works here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It does.
    Active,
    /// Suspended by its owner.
    Suspended,
    /// Removed, as an event told.
    Removed,
    /// The code host knows no such installation: removed, or we asked as another App.
    Missing,
}

/// Sets whether the App works here, as `external`, GitHub's number of the installation, tells. What comes late, of an
/// earlier installation or of an earlier time, changes nothing. Since when it didn't work is noted until that time is read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_standing(
    conn: &mut PgConnection,
    id: InstallationId,
    (standing, external): (Standing, Option<i64>),
    at: Time,
) -> Result<(), StoreError> {
    let removed = matches!(standing, Standing::Removed | Standing::Missing);
    sqlx::query!(
        "update installation
         set away_since = case when $2 or $3 then away_since else least(away_since, suspended_at, removed_at) end,
             suspended_at = case when $2 then coalesce(suspended_at, $4) end, removed_at = case when $3 then coalesce(removed_at, $4) end,
             removal_told = $6 or (removal_told and $3), standing_at = $4, external_id = coalesce(external_id, $5)
         where id = $1 and ($5::bigint is null or external_id is null or external_id = $5)
           and (standing_at is null or standing_at <= $4)",
        id.0,
        standing == Standing::Suspended,
        removed,
        at,
        external,
        standing == Standing::Removed
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An installation whose grace is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Removed {
    /// The tenant.
    pub id: InstallationId,
    /// GitHub's number of it.
    pub external_id: Option<i64>,
    /// An event told of the removal.
    pub told: bool,
}

/// The installations that were removed before `before`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn removed(conn: &mut PgConnection, before: Time) -> Result<Vec<Removed>, StoreError> {
    Ok(sqlx::query_as!(
        Removed,
        r#"select id as "id: InstallationId", external_id, removal_told as told from installation
           where removed_at < $1 order by id"#,
        before
    )
    .fetch_all(conn)
    .await?)
}

/// Deletes an installation that was removed before `before`, with all that hangs on it; gives whether it still was.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn delete_removed(conn: &mut PgConnection, id: InstallationId, before: Time) -> Result<bool, StoreError> {
    let gone = sqlx::query!(
        "delete from installation where id = $1 and removed_at < $2",
        id.0,
        before
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected() > 0)
}

/// Notes for whatever is away now that nothing is known since a time, so that it is read at the return.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn away_at_least_since(conn: &mut PgConnection, since: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update installation set away_since = least(away_since, $1)
         where suspended_at is not null or removed_at is not null",
        since
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update repo set away_since = least(away_since, $1) where removed_at is not null",
        since
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tenants that are back, or have repositories that are, and whose time away nobody read yet.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn back(conn: &mut PgConnection) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: InstallationId" from installation i
           where suspended_at is null and removed_at is null
             and (away_since is not null
                  or exists (select 1 from repo r where r.installation_id = i.id and r.removed_at is null
                             and r.away_since is not null))
           order by id"#
    )
    .fetch_all(conn)
    .await?)
}

/// Takes since when a tenant that is back was away; none: it wasn't, or is still.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_away(conn: &mut PgConnection, id: InstallationId) -> Result<Option<Time>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"with away as (select id, away_since from installation
                         where id = $1 and away_since is not null and suspended_at is null and removed_at is null for update)
           update installation i set away_since = null from away where i.id = away.id
           returning away.away_since as "since!""#,
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Takes since when repositories were away that are back; of a tenant that works.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_repos_away(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<(RepoId, Time)>, StoreError> {
    let found = sqlx::query!(
        r#"with away as (select r.installation_id, r.id, r.away_since from repo r join installation i on i.id = r.installation_id
                         where i.id = $1 and r.away_since is not null and r.removed_at is null
                           and i.suspended_at is null and i.removed_at is null for update of r)
           update repo r set away_since = null from away where r.installation_id = away.installation_id and r.id = away.id
           returning r.id as "repo: RepoId", away.away_since as "since!""#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.repo, row.since)).collect())
}
