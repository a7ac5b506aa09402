//! What becomes of accounts and repositories on the code host: archived, transferred, deleted, taken away.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// Deletes a tenant with all that hangs on it; gives whether there was one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn delete(conn: &mut PgConnection, id: InstallationId) -> Result<bool, StoreError> {
    let gone = sqlx::query!("delete from installation where id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// The tenant of the account with this number, and GitHub's number of its installation.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn by_account(
    conn: &mut PgConnection,
    account: i64,
) -> Result<Option<(InstallationId, Option<i64>)>, StoreError> {
    let found = sqlx::query!(
        r#"select id as "id: InstallationId", external_id from installation where forge = 'github' and account_id = $1"#,
        account
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| (row.id, row.external_id)))
}

/// Every tenant whose account has or had this login, removed ones too: for erasing.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn any_by_login(conn: &mut PgConnection, login: &str) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: InstallationId" from installation where lower(login) = lower($1) order by id"#,
        login
    )
    .fetch_all(conn)
    .await?)
}

/// Sets when what is known of a repository that is gone for good is to go, too.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn erase_repo_at(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set erase_at = $3 where installation_id = $1 and id = $2 and removed_at is not null",
        id.0,
        repo.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The repositories whose time to go has come.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn repos_to_erase(conn: &mut PgConnection, now: Time) -> Result<Vec<(InstallationId, RepoId)>, StoreError> {
    let found = sqlx::query!(
        r#"select installation_id as "id: InstallationId", id as "repo: RepoId" from repo where erase_at <= $1 order by 1, 2"#,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.id, row.repo)).collect())
}

/// Deletes a repository with all that hangs on it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn delete_repo(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<(), StoreError> {
    sqlx::query!("delete from repo where installation_id = $1 and id = $2", id.0, repo.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that a repository is read-only (`Some`), or can be written to again.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_archived(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    at: Option<Time>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set archived_at = case when $3::timestamptz is null then null else coalesce(archived_at, $3) end
         where installation_id = $1 and id = $2",
        id.0,
        repo.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a repository is read-only, so that nobody can be asked there.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_archived(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from repo where installation_id = $1 and id = $2 and archived_at is not null) as "is!""#,
        id.0,
        repo.0
    )
    .fetch_one(conn)
    .await?)
}

/// How many installations anything is known of, also of those that were removed and not deleted yet.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn known(conn: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from installation"#)
        .fetch_one(conn)
        .await?)
}
