//! Which repositories' past is to be read, and since when.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// What becomes of repositories whose past was asked for before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Before {
    /// They stay as they are.
    Stays,
    /// What is read is read anew, what failed or is held goes on where it was.
    GoesOn,
    /// What is read is read anew. Whatever is under way, failed or is held stays where it is, and is read once more from the
    /// time asked for when it is done.
    Anew,
}

/// Plans to read the past of a tenant's repositories since a time, of all that are there or of those named; three statements
/// at most, however many there are. Gives how many it planned.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn plan(
    conn: &mut PgConnection,
    id: InstallationId,
    repos: Option<&[RepoId]>,
    (since, before): (Time, Before),
    now: Time,
) -> Result<u64, StoreError> {
    let repos: Option<Vec<i64>> = repos.map(|repos| repos.iter().map(|repo| repo.0).collect());
    let named = (id, repos.as_deref());
    // In this order, none is counted twice.
    let planned = match before {
        Before::Stays => 0,
        Before::GoesOn => go_on(conn, named, since, now).await? + anew(conn, named, since, now).await?,
        Before::Anew => missed(conn, named, since).await? + anew(conn, named, since, now).await?,
    };
    let done = sqlx::query!(
        "insert into backfill (installation_id, repo_id, since, planned_at, updated_at)
         select installation_id, id, $3, $4, $4 from repo
         where installation_id = $1 and removed_at is null and ($2::bigint[] is null or id = any($2))
         on conflict (installation_id, repo_id) do nothing",
        id.0,
        named.1,
        since,
        now
    )
    .execute(conn)
    .await?;
    Ok(planned + done.rows_affected())
}

/// Which repositories: a tenant's, all or those named.
type Named<'a> = (InstallationId, Option<&'a [i64]>);

/// What isn't read to its end goes on where it was, perhaps further back.
async fn go_on(conn: &mut PgConnection, (id, repos): Named<'_>, since: Time, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update backfill b
         set since = least(b.since, $3), state = 'waiting', planned_at = $4, updated_at = $4, error = null, attempts = 0,
             next_try_at = null, waits_until = null
         from repo r
         where b.installation_id = $1 and r.installation_id = $1 and r.id = b.repo_id and r.removed_at is null
           and ($2::bigint[] is null or b.repo_id = any($2)) and b.state <> 'done'",
        id.0,
        repos,
        since,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// What isn't read to its end is read once more when it is.
async fn missed(conn: &mut PgConnection, (id, repos): Named<'_>, since: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update backfill b set again_since = least(b.again_since, $3)
         from repo r
         where b.installation_id = $1 and r.installation_id = $1 and r.id = b.repo_id and r.removed_at is null
           and ($2::bigint[] is null or b.repo_id = any($2)) and b.state <> 'done'",
        id.0,
        repos,
        since
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// What is read begins anew, at the newest.
async fn anew(conn: &mut PgConnection, (id, repos): Named<'_>, since: Time, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update backfill b
         set since = $3, again_since = null, cursor = null, state = 'waiting', pages = 0, pulls_done = 0, pulls_total = null,
             calls = 0, attributes = null, planned_at = $4, started_at = null, updated_at = $4, finished_at = null, error = null,
             attempts = 0, next_try_at = null, waits_until = null, left_out = '{}', heavy_tries = 0
         from repo r
         where b.installation_id = $1 and r.installation_id = $1 and r.id = b.repo_id and r.removed_at is null
           and ($2::bigint[] is null or b.repo_id = any($2)) and b.state = 'done'",
        id.0,
        repos,
        since,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Begins a repository that is read anew where something was missed meanwhile.
pub(super) async fn once_more(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    now: Time,
) -> Result<(), StoreError> {
    let since = sqlx::query_scalar!(
        r#"select again_since as "since!" from backfill
           where installation_id = $1 and repo_id = $2 and state = 'done' and again_since is not null"#,
        id.0,
        repo.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(since) = since {
        anew(conn, (id, Some(&[repo.0])), since, now).await?;
    }
    Ok(())
}
