//! Installations and their repositories.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::Account;
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

/// The tenant of an account, made when it is new. True: the event's installation is one that we didn't know, so nothing is
/// known of its members, and whatever ended an earlier installation doesn't hold for it; or one that was suspended, and
/// is not any more, since it sends events.
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
        r#"select id as "id: InstallationId", external_id, login, suspended_at < $2 as "may_wake!"
           from (select id, external_id, login, coalesce(suspended_at, 'infinity') as suspended_at
                 from installation where forge = 'github' and account_id = $1) as i"#,
        account.id,
        at
    )
    .fetch_optional(&mut *conn)
    .await?;
    let new = external.is_some() && found.as_ref().is_none_or(|row| row.external_id != external);
    let awake = external.is_some() && found.as_ref().is_some_and(|row| row.may_wake) && !new;
    if let Some(row) = &found
        && row.login == account.login
        && !new
        && !awake
    {
        return Ok((row.id, false));
    }
    let id = sqlx::query_scalar!(
        r#"insert into installation (account_id, login, is_organisation, external_id, created_at)
           values ($1, $2, $3, $4, $5)
           on conflict (forge, account_id) do update
           set login = excluded.login, external_id = coalesce(excluded.external_id, installation.external_id),
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
    Ok((id, new || awake))
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

/// The accounts with the App whose members and teams were not read since `before`, oldest first. Suspended ones and
/// users are among them: whether the App still works there is asked at the same time.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn members_unread_since(conn: &mut PgConnection, before: Time) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: InstallationId" from installation
           where external_id is not null and removed_at is null
             and greatest(members_known_at, looked_at) < $1 is not false
           order by id"#,
        before
    )
    .fetch_all(conn)
    .await?)
}

/// Whether the App works here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It does.
    Active,
    /// Suspended by its owner.
    Suspended,
    /// Removed.
    Removed,
}

/// Sets whether the App works here, as `external`, GitHub's number of the installation, tells. What comes late, of an
/// earlier installation or of an earlier time, changes nothing.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_standing(
    conn: &mut PgConnection,
    id: InstallationId,
    (standing, external): (Standing, Option<i64>),
    at: Time,
) -> Result<(), StoreError> {
    let suspended = standing == Standing::Suspended;
    let removed = standing == Standing::Removed;
    sqlx::query!(
        "update installation
         set suspended_at = case when $2 then coalesce(suspended_at, $4) end, removed_at = case when $3 then coalesce(removed_at, $4) end,
             standing_at = $4, external_id = coalesce(external_id, $5)
         where id = $1 and ($5::bigint is null or external_id is null or external_id = $5)
           and (standing_at is null or standing_at <= $4)",
        id.0,
        suspended,
        removed,
        at,
        external
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes every installation that was removed before `before`, with all that hangs on it; gives their numbers.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn delete_removed(conn: &mut PgConnection, before: Time) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"delete from installation where removed_at < $1 returning id as "id: InstallationId""#,
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

/// Marks a repository as there again. Only an event about the repository itself says so: a comment that is told late must
/// not bring back what was taken from us.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn repo_is_back(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<(), StoreError> {
    sqlx::query!(
        "update repo set removed_at = null, erase_at = null
         where installation_id = $1 and id = $2 and (removed_at is not null or erase_at is not null)",
        id.0,
        repo.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a repository as gone.
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
        "update repo set removed_at = $3 where installation_id = $1 and id = $2",
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
