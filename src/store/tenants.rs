//! Installations and their repositories.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::RepoSeen;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::model::settings::Surface;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// One tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installation {
    /// Our number.
    pub id: InstallationId,
    /// The account's login.
    pub login: String,
    /// An organisation (and not a user).
    pub is_organisation: bool,
    /// GitHub's number of the App's installation there.
    pub external_id: Option<i64>,
    /// Members and teams were read.
    pub members_known: bool,
    /// Suspended or removed: nothing is read, suggested or posted.
    pub silent: bool,
}

/// The tenant with this number.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn installation(conn: &mut PgConnection, id: InstallationId) -> Result<Option<Installation>, StoreError> {
    Ok(sqlx::query_as!(
        Installation,
        r#"select id as "id: InstallationId", login, is_organisation, external_id,
                  members_known_at is not null as "members_known!",
                  (suspended_at is not null or removed_at is not null) as "silent!"
           from installation where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// The tenant whose account has this login, letters' case aside.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn by_login(conn: &mut PgConnection, login: &str) -> Result<Option<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: InstallationId" from installation where lower(login) = lower($1) and removed_at is null"#,
        login
    )
    .fetch_optional(conn)
    .await?)
}

/// Every tenant, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<Installation>, StoreError> {
    Ok(sqlx::query_as!(
        Installation,
        r#"select id as "id: InstallationId", login, is_organisation, external_id,
                  members_known_at is not null as "members_known!",
                  (suspended_at is not null or removed_at is not null) as "silent!"
           from installation where removed_at is null order by id"#
    )
    .fetch_all(conn)
    .await?)
}

/// Marks members and teams as read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn members_known(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<(), StoreError> {
    sqlx::query!("update installation set members_known_at = $2 where id = $1", id.0, at)
        .execute(conn)
        .await?;
    Ok(())
}

/// Marks an account without members as looked at: whoever was active goes on counting as one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn members_read(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<(), StoreError> {
    sqlx::query!("update installation set looked_at = $2 where id = $1", id.0, at)
        .execute(conn)
        .await?;
    Ok(())
}

/// The accounts with the App whose members and teams were not read since `before`, oldest first. Suspended ones, users, and
/// those that are gone by an answer only are among them: whether the App works there is asked at the same time.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn members_unread_since(conn: &mut PgConnection, before: Time) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: InstallationId" from installation
           where external_id is not null and (removed_at is null or not removal_told)
             and greatest(members_known_at, looked_at) < $1 is not false
           order by id"#,
        before
    )
    .fetch_all(conn)
    .await?)
}

/// Stores what an event shows of a repository.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_repo(conn: &mut PgConnection, id: InstallationId, repo: &RepoSeen) -> Result<(), StoreError> {
    // An upsert locks the row even where it changes nothing, and every event of a repository brings it.
    let known = sqlx::query_scalar!(
        r#"select exists (select 1 from repo where installation_id = $1 and id = $2 and owner = $3 and name = $4 and private = $5
                          and ($6::text is null or default_branch = $6)) as "known!""#,
        id.0,
        repo.id.0,
        repo.owner,
        repo.name,
        repo.private,
        repo.default_branch
    )
    .fetch_one(&mut *conn)
    .await?;
    if known {
        return Ok(());
    }
    sqlx::query!(
        "insert into repo (installation_id, id, owner, name, default_branch, private) values ($1, $2, $3, $4, $5, $6)
         on conflict (installation_id, id) do update
         set owner = excluded.owner, name = excluded.name, private = excluded.private,
             default_branch = coalesce(excluded.default_branch, repo.default_branch)
         where (repo.owner, repo.name, repo.private) is distinct from (excluded.owner, excluded.name, excluded.private)
            or excluded.default_branch is distinct from repo.default_branch",
        id.0,
        repo.id.0,
        repo.owner,
        repo.name,
        repo.default_branch,
        repo.private
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a repository as there again, where it was not taken since `at`. Only an event about the repository itself says so,
/// or a list of those that we were given: a comment that is told late must not bring back what was taken from us.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn repo_is_back(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set away_since = least(away_since, removed_at), removed_at = null, erase_at = null
         where installation_id = $1 and id = $2 and (removed_at is not null or erase_at is not null)
           and removed_at <= $3 is not false",
        id.0,
        repo.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tenants in which the edges hold what was learned in a repository that is gone, or lack what was in one that is there.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn misweighing(conn: &mut PgConnection) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select distinct installation_id as "id: InstallationId" from repo where weighs <> (removed_at is null) order by 1"#
    )
    .fetch_all(conn)
    .await?)
}

/// The repositories of a tenant that [`misweighing`] means, each with whether it is there.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn misweighed(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<(RepoId, bool)>, StoreError> {
    let rows = sqlx::query!(
        r#"select id as "id: RepoId", removed_at is null as "there!" from repo
           where installation_id = $1 and weighs <> (removed_at is null) order by id"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.there)).collect())
}

/// Notes that the edges hold what was learned in a repository, or hold nothing of it; not where it went or came meanwhile.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn weighed(
    conn: &mut PgConnection,
    id: InstallationId,
    (repo, there): (RepoId, bool),
) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set weighs = $3 where installation_id = $1 and id = $2 and (removed_at is null) = $3",
        id.0,
        repo.0,
        there
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a repository as gone, where it wasn't.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn remove_repo(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set removed_at = $3 where installation_id = $1 and id = $2 and removed_at is null",
        id.0,
        repo.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A repository with its tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repo {
    /// The tenant.
    pub installation: InstallationId,
    /// GitHub's number.
    pub id: RepoId,
    /// The owner's login.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Its default branch, where known.
    pub default_branch: Option<String>,
    /// Only members may read it.
    pub private: bool,
}

/// The repository `owner/name`, letters' case aside.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn repo_by_name(conn: &mut PgConnection, owner: &str, name: &str) -> Result<Option<Repo>, StoreError> {
    Ok(sqlx::query_as!(
        Repo,
        r#"select r.installation_id as "installation: InstallationId", r.id as "id: RepoId", r.owner, r.name,
                  r.default_branch, r.private
           from repo r join installation i on i.id = r.installation_id
           where lower(r.owner) = lower($1) and lower(r.name) = lower($2)
             and r.removed_at is null and i.removed_at is null
           order by r.id desc limit 1"#,
        owner,
        name
    )
    .fetch_optional(conn)
    .await?)
}

/// The repository `owner/name` of the reader's installation, letters' case aside; none also where they may not read it.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn repo_to_read(
    conn: &mut PgConnection,
    reader: &Reader,
    owner: &str,
    name: &str,
) -> Result<Option<Repo>, StoreError> {
    Ok(sqlx::query_as!(
        Repo,
        r#"select r.installation_id as "installation: InstallationId", r.id as "id: RepoId", r.owner, r.name,
                  r.default_branch, r.private
           from repo r join installation i on i.id = r.installation_id
           where r.installation_id = $3 and lower(r.owner) = lower($1) and lower(r.name) = lower($2)
             and r.removed_at is null and i.removed_at is null and (not r.private or $4 or r.id = any($5))
           order by r.id desc limit 1"#,
        owner,
        name,
        reader.installation().0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_optional(conn)
    .await?)
}

/// A repository by number.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn repo(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<Option<Repo>, StoreError> {
    Ok(sqlx::query_as!(
        Repo,
        r#"select installation_id as "installation: InstallationId", id as "id: RepoId", owner, name, default_branch, private
           from repo where installation_id = $1 and id = $2 and removed_at is null"#,
        id.0,
        repo.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Every repository of a tenant, by name.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn repos(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<Repo>, StoreError> {
    Ok(sqlx::query_as!(
        Repo,
        r#"select installation_id as "installation: InstallationId", id as "id: RepoId", owner, name, default_branch, private
           from repo where installation_id = $1 and removed_at is null order by owner, name"#,
        id.0
    )
    .fetch_all(conn)
    .await?)
}

/// Keeps where a tenant's owner chose, at the end of the set-up, to have suggestions shown.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn choose_surface(conn: &mut PgConnection, id: InstallationId, surface: Surface) -> Result<(), StoreError> {
    sqlx::query!(
        "update installation set chosen_surface = $2 where id = $1",
        id.0,
        surface.word()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The surface that was chosen at the end of the set-up; none where nobody chose.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn chosen_surface(conn: &mut PgConnection, id: InstallationId) -> Result<Option<Surface>, StoreError> {
    let found = sqlx::query_scalar!("select chosen_surface from installation where id = $1", id.0)
        .fetch_optional(conn)
        .await?;
    Ok(found.flatten().as_deref().and_then(Surface::named))
}

/// Whether an account, by the code host's number, is the tenant's own.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_of(conn: &mut PgConnection, id: InstallationId, account: i64) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from installation where id = $1 and account_id = $2) as "is!""#,
        id.0,
        account
    )
    .fetch_one(conn)
    .await?)
}

/// Notes the name of a repository's default branch where none is known: what tells that the App came doesn't say it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_default_branch(
    conn: &mut PgConnection,
    id: InstallationId,
    (repo, name): (RepoId, &str),
) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set default_branch = $3 where installation_id = $1 and id = $2 and default_branch is null",
        id.0,
        repo.0,
        name
    )
    .execute(conn)
    .await?;
    Ok(())
}
