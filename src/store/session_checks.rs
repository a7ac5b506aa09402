//! What the code host said of a session's places: asked again and again, by one request at a time.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// An installation as a place for visitors: neither suspended nor removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tenant {
    /// Our number.
    pub id: InstallationId,
    /// The account's login.
    pub login: String,
    /// The account's number.
    pub account: i64,
    /// An organisation.
    pub is_organisation: bool,
    /// GitHub's number.
    pub external: Option<i64>,
}

/// The installation with GitHub's number `external`, where it is neither suspended nor removed.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn tenant_of(conn: &mut PgConnection, external: i64) -> Result<Option<Tenant>, StoreError> {
    Ok(sqlx::query_as!(
        Tenant,
        r#"select id as "id: InstallationId", login, account_id as account, is_organisation, external_id as external
           from installation where external_id = $1 and suspended_at is null and removed_at is null
           order by id desc limit 1"#,
        external
    )
    .fetch_optional(conn)
    .await?)
}

/// The installation by our number, where it is neither suspended nor removed.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn tenant(conn: &mut PgConnection, id: InstallationId) -> Result<Option<Tenant>, StoreError> {
    Ok(sqlx::query_as!(
        Tenant,
        r#"select id as "id: InstallationId", login, account_id as account, is_organisation, external_id as external
           from installation where id = $1 and suspended_at is null and removed_at is null"#,
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Takes it on to ask the code host about a place that was last checked at `checked_at`. False: somebody else asks already,
/// since `stuck` at the earliest, or has the answer meanwhile.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn begin_check(
    conn: &mut PgConnection,
    (session, id): (i64, InstallationId),
    (checked_at, at, stuck): (Time, Time, Time),
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update session_place set asking_since = $3
         where installation_id = $2 and session_id = $1 and (asking_since is null or asking_since <= $4)
           and checked_at = $5",
        session,
        id.0,
        at,
        stuck,
        checked_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The check gave no answer; the next one may ask.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn check_failed(conn: &mut PgConnection, session: i64, id: InstallationId) -> Result<(), StoreError> {
    sqlx::query!(
        "update session_place set asking_since = null where installation_id = $2 and session_id = $1",
        session,
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The code host said at `at` that they are a member still, or an owner.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn checked(
    conn: &mut PgConnection,
    (session, id): (i64, InstallationId),
    owner: bool,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update session_place set owner = $3, checked_at = $4, asking_since = null
         where installation_id = $2 and session_id = $1",
        session,
        id.0,
        owner,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// They have no place there any more, in whichever session of theirs.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn lost(conn: &mut PgConnection, user: PersonId, id: InstallationId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from session_place l using session s
         where s.id = l.session_id and s.user_id = $1 and l.installation_id = $2",
        user.0,
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A private repository that somebody could read when it was asked about last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    /// Which.
    pub id: RepoId,
    /// Its owner's login.
    pub owner: String,
    /// Its name.
    pub name: String,
}

/// Private repositories that were not asked about since `before`, those asked about longest ago first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn granted_before(
    conn: &mut PgConnection,
    (session, id): (i64, InstallationId),
    before: Time,
    limit: i64,
) -> Result<Vec<Granted>, StoreError> {
    Ok(sqlx::query_as!(
        Granted,
        r#"select o.id as "id: RepoId", o.owner, o.name from session_repo r
           join repo o on o.installation_id = r.installation_id and o.id = r.repo_id
           where r.installation_id = $2 and r.session_id = $1 and r.checked_at <= $3 and o.private and o.removed_at is null
           order by r.checked_at, r.repo_id limit $4"#,
        session,
        id.0,
        before,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// The code host said at `at` whether a repository may be read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn repo_checked(
    conn: &mut PgConnection,
    (session, id): (i64, InstallationId),
    (repo, readable): (RepoId, bool),
    at: Time,
) -> Result<(), StoreError> {
    if readable {
        sqlx::query!(
            "update session_repo set checked_at = $4 where installation_id = $2 and session_id = $1 and repo_id = $3",
            session,
            id.0,
            repo.0,
            at
        )
        .execute(conn)
        .await?;
    } else {
        sqlx::query!(
            "delete from session_repo where installation_id = $2 and session_id = $1 and repo_id = $3",
            session,
            id.0,
            repo.0
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// What was said about private repositories counts no more until the code host is asked again: about this one or all of
/// them, for this person or everybody.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn doubt(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, repo): (Option<PersonId>, Option<RepoId>),
) -> Result<(), StoreError> {
    sqlx::query!(
        "update session_repo r set checked_at = 'epoch' from session s
         where r.installation_id = $1 and s.id = r.session_id
           and ($2::bigint is null or s.user_id = $2) and ($3::bigint is null or r.repo_id = $3)",
        id.0,
        person.map(|person| person.0),
        repo.map(|repo| repo.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}
