//! How far the past of each repository was read: one row a repository, kept in the transaction that stores a page's facts.
pub mod plan;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// Where the reading of a repository's past stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It waits for its turn.
    Waiting,
    /// Some of it is read.
    Running,
    /// All is read.
    Done,
    /// It failed.
    Failed,
    /// Somebody holds it.
    Paused,
}

impl State {
    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Paused => "paused",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Paused]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(StoreError::Unreadable { what: "backfill.state" })
    }
}

/// A repository whose next page is to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    /// The repository.
    pub repo: RepoId,
    /// Its owner's login.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Its default branch, where known.
    pub default_branch: Option<String>,
    /// Pull requests that changed since are read.
    pub since: Time,
    /// Where the page begins; none: at the newest.
    pub cursor: Option<String>,
    /// Pull requests on it.
    pub page_size: i32,
    /// Tries that failed since the last page, but for those that were too big.
    pub attempts: i32,
    /// Of these, how many were too big and can't be smaller.
    pub heavy_tries: i32,
    /// Pages read.
    pub pages: i32,
    /// The repository's .gitattributes, once they were read.
    pub attributes: Option<String>,
    /// When this reading was asked for; a page that was read for an earlier one isn't stored.
    pub planned_at: Time,
}

/// The repository of a tenant whose turn it is: the one with the fewest pages read. None: nothing can be done now.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn next(conn: &mut PgConnection, id: InstallationId, now: Time) -> Result<Option<Turn>, StoreError> {
    Ok(sqlx::query_as!(
        Turn,
        r#"select b.repo_id as "repo: RepoId", r.owner, r.name, r.default_branch, b.since, b.cursor, b.page_size, b.attempts,
                  b.heavy_tries, b.pages, b.attributes, b.planned_at
           from backfill b join repo r on r.installation_id = b.installation_id and r.id = b.repo_id
           where b.installation_id = $1 and b.state <> 'done' and r.removed_at is null
             and (b.state in ('waiting', 'running') or (b.state = 'failed' and b.next_try_at <= $2))
           order by b.pages, b.repo_id limit 1"#,
        id.0,
        now
    )
    .fetch_optional(conn)
    .await?)
}

/// When a repository that failed is tried again, the first of them; none: none is.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn next_try(conn: &mut PgConnection, id: InstallationId) -> Result<Option<Time>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select min(b.next_try_at) as "at" from backfill b
           join repo r on r.installation_id = b.installation_id and r.id = b.repo_id
           where b.installation_id = $1 and b.state = 'failed' and r.removed_at is null"#,
        id.0
    )
    .fetch_one(conn)
    .await?)
}

/// The tenants in which something is left to read that nobody holds, the App being at work there.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn unfinished(conn: &mut PgConnection) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select i.id as "id: InstallationId" from installation i
           where i.suspended_at is null and i.removed_at is null and exists (
               select 1 from backfill b join repo r on r.installation_id = b.installation_id and r.id = b.repo_id
               where b.installation_id = i.id and b.state <> 'done' and r.removed_at is null
                 and (b.state in ('waiting', 'running') or (b.state = 'failed' and b.next_try_at is not null)))
           order by i.id"#
    )
    .fetch_all(conn)
    .await?)
}

/// What a page brought.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Where the next one begins; none: this was the last.
    pub next: Option<&'a str>,
    /// Pull requests on it.
    pub pulls: i32,
    /// Pull requests in all, where the code host says.
    pub total: Option<i32>,
    /// Calls that it took.
    pub calls: i64,
    /// Pull requests to ask for in the next call.
    pub page_size: i32,
    /// The repository's .gitattributes.
    pub attributes: &'a str,
}

/// Notes a page, in the transaction that stores its facts; after the last one, what was missed meanwhile is read. False:
/// somebody holds the repository, began it anew or read the page meanwhile, so that the transaction has to be given up.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn page_done(
    conn: &mut PgConnection,
    id: InstallationId,
    turn: &Turn,
    page: &Page<'_>,
    now: Time,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update backfill
         set cursor = $6, state = case when $6::text is null then 'done' else 'running' end, pages = pages + 1,
             pulls_done = pulls_done + $7, pulls_total = coalesce($8, pulls_total), calls = calls + $9, page_size = $10,
             attributes = $11, heavy_tries = 0, started_at = coalesce(started_at, $12), updated_at = $12,
             finished_at = case when $6::text is null then $12 end, error = null, attempts = 0, next_try_at = null,
             waits_until = null
         where installation_id = $1 and repo_id = $2 and cursor is not distinct from $3 and pages = $4 and planned_at = $5
           and state <> 'paused'",
        id.0,
        turn.repo.0,
        turn.cursor,
        turn.pages,
        turn.planned_at,
        page.next,
        page.pulls,
        page.total,
        page.calls,
        page.page_size,
        page.attributes,
        now
    )
    .execute(&mut *conn)
    .await?;
    if page.next.is_none() {
        plan::once_more(conn, id, turn.repo, now).await?;
    }
    Ok(done.rows_affected() > 0)
}

/// Notes pull requests of a page that could not be read whole, in the transaction that stores it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn leave_out(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    numbers: &[i32],
) -> Result<(), StoreError> {
    sqlx::query!(
        "update backfill set left_out = left_out || $3::int[] where installation_id = $1 and repo_id = $2",
        id.0,
        repo.0,
        numbers
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How a page failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Why, in a sentence.
    pub why: &'a str,
    /// It was too big, so that it doesn't count as a try: pull requests to ask for in the next call.
    pub smaller: Option<i32>,
    /// It was too big, and can't be smaller.
    pub heavy: bool,
    /// When to try again; none: trying again by itself won't help.
    pub again_at: Option<Time>,
}

/// Notes that a page could not be read or stored: the repository rests until its next try, the others go on.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn failed(
    conn: &mut PgConnection,
    id: InstallationId,
    turn: &Turn,
    failure: &Failure<'_>,
    now: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update backfill set state = 'failed', error = $4, page_size = coalesce($5, page_size), next_try_at = $6,
                             attempts = attempts + case when $5::int is null then 1 else 0 end,
                             heavy_tries = heavy_tries + case when $8 then 1 else 0 end,
                             started_at = coalesce(started_at, $7), updated_at = $7
         where installation_id = $1 and repo_id = $2 and planned_at = $3 and state <> 'paused'",
        id.0,
        turn.repo.0,
        turn.planned_at,
        failure.why,
        failure.smaller,
        failure.again_at,
        now,
        failure.heavy
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes until when a tenant's readings wait for the code host's limit.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn wait(conn: &mut PgConnection, id: InstallationId, until: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update backfill set waits_until = $2 where installation_id = $1 and state in ('waiting', 'running')",
        id.0,
        until
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Holds a tenant's readings, or one repository's. Gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn pause(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: Option<RepoId>,
    now: Time,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update backfill set state = 'paused', updated_at = $3
         where installation_id = $1 and ($2::bigint is null or repo_id = $2) and state in ('waiting', 'running', 'failed')",
        id.0,
        repo.map(|repo| repo.0),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Lets held readings of a tenant, or one repository's, go on where they were. Gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn resume(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: Option<RepoId>,
    now: Time,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update backfill set state = 'waiting', updated_at = $3, error = null, attempts = 0, next_try_at = null
         where installation_id = $1 and ($2::bigint is null or repo_id = $2) and state = 'paused'",
        id.0,
        repo.map(|repo| repo.0),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Has failed readings of a tenant, or one repository's, tried again now, where they were. Gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn again(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: Option<RepoId>,
    now: Time,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update backfill set state = 'waiting', updated_at = $3, error = null, attempts = 0, next_try_at = null
         where installation_id = $1 and ($2::bigint is null or repo_id = $2) and state = 'failed'",
        id.0,
        repo.map(|repo| repo.0),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// How far the past of one repository was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The repository.
    pub repo: RepoId,
    /// `owner/name`.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Pull requests read.
    pub done: i32,
    /// Pull requests in all; none: not known yet.
    pub total: Option<i32>,
    /// Pages read.
    pub pages: i32,
    /// Calls that it took.
    pub calls: i64,
    /// Since when pull requests are read.
    pub since: Time,
    /// When the first page was read.
    pub started_at: Option<Time>,
    /// When something happened last.
    pub updated_at: Time,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it is tried again.
    pub next_try_at: Option<Time>,
    /// The code host's limit is (nearly) used up until then.
    pub waits_until: Option<Time>,
    /// Numbers of pull requests that could not be read whole.
    pub left_out: Vec<i32>,
}

/// How far the past of each repository of a tenant was read, by name. For owners only: it names private repositories.
///
/// # Errors
/// [`StoreError`] when the database can't tell, or a stored word is unknown.
pub async fn progress(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<Progress>, StoreError> {
    let rows = sqlx::query!(
        r#"select b.repo_id as "repo: RepoId", r.owner || '/' || r.name as "name!", b.state, b.pulls_done, b.pulls_total,
                  b.pages, b.calls, b.since, b.started_at, b.updated_at, b.error, b.next_try_at, b.waits_until,
                  b.left_out
           from backfill b join repo r on r.installation_id = b.installation_id and r.id = b.repo_id
           where b.installation_id = $1 and r.removed_at is null order by r.owner, r.name"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Progress {
                repo: row.repo,
                name: row.name,
                state: State::parse(&row.state)?,
                done: row.pulls_done,
                total: row.pulls_total,
                pages: row.pages,
                calls: row.calls,
                since: row.since,
                started_at: row.started_at,
                updated_at: row.updated_at,
                error: row.error,
                next_try_at: row.next_try_at,
                waits_until: row.waits_until,
                left_out: row.left_out,
            })
        })
        .collect()
}
