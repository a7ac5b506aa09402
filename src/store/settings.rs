//! Settings files: the last good one of each, and what is wrong with the one that was read last.
use std::collections::HashSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::settings::file::Partial;
use crate::model::settings::parse::Fault;
use crate::store::StoreError;

/// Stands for the organisation where a repository's number would.
const ORGANISATION: i64 = 0;

/// A version of a file as it was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Read<'a> {
    /// Where it lies, as `shop/.github/peerlore.toml`.
    pub source: &'a str,
    /// GitHub's name of its contents.
    pub blob: &'a str,
    /// What it says, or what is wrong with it.
    pub says: &'a Result<Partial, Vec<Fault>>,
}

/// Keeps what was read: a good file is in force from now on; a broken one leaves its faults, and what was in force stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn keep(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: Option<RepoId>,
    read: &Read<'_>,
    at: Time,
) -> Result<(), StoreError> {
    let (settings, faults) = match read.says {
        Ok(settings) => (Some(json(settings)?), Value::Array(Vec::new())),
        Err(faults) => (None, json(faults)?),
    };
    sqlx::query!(
        "insert into settings_file (installation_id, repo_id, source, settings, settings_blob, settings_at, seen_blob, seen_at, faults)
         values ($1, $2, $3, $4, case when $4::jsonb is not null then $5 end, case when $4::jsonb is not null then $6::timestamptz end, $5, $6, $7)
         on conflict (installation_id, repo_id) do update
         set source = excluded.source, settings = coalesce(excluded.settings, settings_file.settings),
             settings_blob = coalesce(excluded.settings_blob, settings_file.settings_blob),
             settings_at = case when excluded.settings is null or settings_file.settings_blob = excluded.settings_blob
                                then settings_file.settings_at else excluded.settings_at end,
             seen_blob = excluded.seen_blob, seen_at = excluded.seen_at, faults = excluded.faults",
        id.0,
        number(repo),
        read.source,
        settings,
        read.blob,
        at,
        faults
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a file that is gone; gives whether there was one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, id: InstallationId, repo: Option<RepoId>) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "delete from settings_file where installation_id = $1 and repo_id = $2",
        id.0,
        number(repo)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What the last good file says; none: there is none.
///
/// # Errors
/// [`StoreError`] when the database can't tell, or a newer version wrote what this one can't read.
pub async fn in_force(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: Option<RepoId>,
) -> Result<Option<Partial>, StoreError> {
    let found = sqlx::query_scalar!(
        "select settings from settings_file where installation_id = $1 and repo_id = $2",
        id.0,
        number(repo)
    )
    .fetch_optional(conn)
    .await?;
    found.flatten().map(of_json).transpose()
}

/// What the last good files of repositories say; those without one are left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell, or a newer version wrote what this one can't read.
pub async fn of_repos(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<(RepoId, Partial)>, StoreError> {
    let rows = sqlx::query!(
        r#"select repo_id as "repo: RepoId", settings as "settings!" from settings_file
           where installation_id = $1 and repo_id <> $2 and settings is not null"#,
        id.0,
        ORGANISATION
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.repo, of_json(row.settings)?)))
        .collect()
}

/// A file that is broken on the default branch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// The account's login.
    pub organisation: String,
    /// Where it lies, as `shop/.github/peerlore.toml`.
    pub source: String,
    /// The repository; none: it is the organisation's file.
    pub repo: Option<RepoId>,
    /// Only members may read the repository; the organisation's file is everybody's.
    pub private: bool,
    /// An earlier version is in force; otherwise whatever would hold without the file.
    pub earlier: bool,
    /// What is wrong, by line.
    pub faults: Vec<Fault>,
}

/// The files of a tenant that are broken on their default branch, by place; those of repositories that were taken from us
/// are left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn broken(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<Broken>, StoreError> {
    let rows = sqlx::query!(
        r#"select i.login, f.source, f.repo_id, coalesce(r.private, false) as "private!",
                  f.settings is not null as "earlier!", f.faults
           from settings_file f
           join installation i on i.id = f.installation_id
           left join repo r on r.installation_id = f.installation_id and r.id = f.repo_id
           where f.installation_id = $1 and f.faults <> '[]'
             and (f.repo_id = 0 or (r.id is not null and r.removed_at is null))
           order by f.repo_id <> 0, f.source"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Broken {
                organisation: row.login,
                source: row.source,
                repo: (row.repo_id != ORGANISATION).then_some(RepoId(row.repo_id)),
                private: row.private,
                earlier: row.earlier,
                faults: of_json(row.faults)?,
            })
        })
        .collect()
}

/// The tenants with the App whose files were not read since `before`, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn unread_since(conn: &mut PgConnection, before: Time) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: InstallationId" from installation
           where external_id is not null and suspended_at is null and removed_at is null
             and (settings_read_at is null or settings_read_at < $1)
           order by id"#,
        before
    )
    .fetch_all(conn)
    .await?)
}

/// Marks the files of a tenant as asked for.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn asked_for(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<(), StoreError> {
    sqlx::query!("update installation set settings_read_at = $2 where id = $1", id.0, at)
        .execute(conn)
        .await?;
    Ok(())
}

/// What decides whether a pull request is to be ignored: its author's login and its labels.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn marks_of_pull(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<(Option<String>, Vec<String>), StoreError> {
    let row = sqlx::query!(
        r#"select a.login as "login?", p.labels from pull p
           left join person a on a.installation_id = p.installation_id and a.id = p.author_id
           where p.installation_id = $1 and p.repo_id = $2 and p.number = $3"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or((None, Vec::new()), |row| (row.login, row.labels)))
}

/// Who said that they may be named among the silent experts.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn may_be_asked(conn: &mut PgConnection, id: InstallationId) -> Result<HashSet<PersonId>, StoreError> {
    let people = sqlx::query_scalar!(
        r#"select m.person_id as "person: PersonId" from may_be_asked m
           join standing_person s on s.installation_id = m.installation_id and s.id = m.person_id
           where m.installation_id = $1"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(people.into_iter().collect())
}

/// Sets whether somebody may be named among the silent experts.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_may_be_asked(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    (yes, at): (bool, Time),
) -> Result<(), StoreError> {
    if yes {
        sqlx::query!(
            "insert into may_be_asked (installation_id, person_id, at) values ($1, $2, $3) on conflict do nothing",
            id.0,
            person.0,
            at
        )
        .execute(conn)
        .await?;
    } else {
        sqlx::query!(
            "delete from may_be_asked where installation_id = $1 and person_id = $2",
            id.0,
            person.0
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Deletes the texts of comments that are older than `retention_days` says: the repository's file, else the
/// organisation's, else `default_days`. Gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn expire_texts(conn: &mut PgConnection, now: Time, default_days: u32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with kept as (
            select installation_id, repo_id, (settings->>'retention_days')::integer as days
            from settings_file where settings ? 'retention_days')
         update comment c set body = null
         from (select c.installation_id, c.place, c.id from comment c
               left join kept r on r.installation_id = c.installation_id and r.repo_id = c.repo_id
               left join kept o on o.installation_id = c.installation_id and o.repo_id = 0
               where c.body is not null
                 and c.created_at < $1::timestamptz - make_interval(days => (select least($2, min(days)) from kept))
                 and c.created_at < $1::timestamptz - make_interval(days => coalesce(r.days, o.days, $2))) old
         where c.installation_id = old.installation_id and c.place = old.place and c.id = old.id",
        now,
        i32::try_from(default_days).unwrap_or(i32::MAX)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

fn number(repo: Option<RepoId>) -> i64 {
    repo.map_or(ORGANISATION, |repo| repo.0)
}

fn json<T: Serialize>(value: &T) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|_| StoreError::Unreadable { what: "settings" })
}

fn of_json<T: DeserializeOwned>(value: Value) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|_| StoreError::Unreadable { what: "settings" })
}
