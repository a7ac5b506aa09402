//! What people said is not theirs, by area and by folder; for themselves to see and to take back.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// What somebody said is not theirs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declined {
    /// Who.
    pub person: PersonId,
    /// The repository of a folder; 0 for an area.
    pub repo: RepoId,
    /// The repository's name, `owner/name`; empty for an area.
    pub repo_name: String,
    /// The area's slug, or the folder: with a slash at its end, or a file that lies at the top.
    pub what: String,
    /// It is an area; otherwise a folder.
    pub is_area: bool,
    /// When they said so last.
    pub at: Time,
}

/// Notes what a person said is not theirs: areas by slug, and folders of a repository.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn add(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    areas: &[String],
    (repo, folders): (RepoId, &[String]),
    (reason, at): (&str, Time),
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into declined (installation_id, person_id, kind, repo_id, what, reason, at)
         select $1::bigint, $2::bigint, 'area', 0::bigint, what, $6::text, $7::timestamptz from unnest($3::text[]) as a (what)
         union all
         select $1, $2, 'folder', $4::bigint, what, $6, $7 from unnest($5::text[]) as f (what)
         on conflict (installation_id, person_id, kind, repo_id, what) do update
         set reason = excluded.reason, at = excluded.at",
        id.0,
        person.0,
        areas,
        repo.0,
        folders,
        reason,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What everybody who may appear said since `since` that bears on a repository: areas, and folders of it.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn bearing_on(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    since: Time,
) -> Result<Vec<Declined>, StoreError> {
    Ok(sqlx::query_as!(
        Declined,
        r#"select d.person_id as "person: PersonId", d.repo_id as "repo: RepoId", '' as "repo_name!", d.what,
                  d.kind = 'area' as "is_area!", d.at
           from declined d
           join standing_person s on s.installation_id = d.installation_id and s.id = d.person_id
           where d.installation_id = $1 and d.repo_id in (0, $2) and d.at >= $3 order by d.person_id, d.what"#,
        id.0,
        repo.0,
        since
    )
    .fetch_all(conn)
    .await?)
}

/// What one person said, for that person's own page, without folders of repositories that they may not read; newest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
) -> Result<Vec<Declined>, StoreError> {
    Ok(sqlx::query_as!(
        Declined,
        r#"select d.person_id as "person: PersonId", d.repo_id as "repo: RepoId",
                  coalesce(r.owner || '/' || r.name, '') as "repo_name!", d.what, d.kind = 'area' as "is_area!", d.at
           from declined d left join repo r on r.installation_id = d.installation_id and r.id = d.repo_id
           where d.installation_id = $1 and d.person_id = $2 and (d.repo_id = 0 or not r.private or $3 or r.id = any($4))
           order by d.at desc, d.kind, d.what"#,
        reader.installation().0,
        person.0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// Takes back what a person said about an area (repository 0) or a folder.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_back(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (repo, what): (RepoId, &str),
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from declined where installation_id = $1 and person_id = $2 and repo_id = $3 and what = $4",
        id.0,
        person.0,
        repo.0,
        what
    )
    .execute(conn)
    .await?;
    Ok(())
}
