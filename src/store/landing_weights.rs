//! What an organisation's answers came to: its own weights of the landing formula, and how far lessons were inferred anew by them.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::store::StoreError;

/// What came of an organisation's answers when they were last looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct LookedAt {
    /// Its own weights, as they are stored; none: the shipped ones hold.
    pub weights: Option<serde_json::Value>,
    /// What is told of them.
    pub found: serde_json::Value,
    /// How many could be used; none: some are gone since.
    pub answers: Option<i32>,
    /// The number of the shipped weights that they depart from.
    pub against: i32,
    /// Grows when answers go; 0 where none went yet.
    pub gone: i64,
}

/// What came of an organisation's answers; none: nobody looked yet.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn looked_at(conn: &mut PgConnection, id: InstallationId) -> Result<Option<LookedAt>, StoreError> {
    Ok(sqlx::query_as!(
        LookedAt,
        "select weights, found, answers, against, gone from landing_weights where installation_id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Stores what came of an organisation's answers, as of when so many were `gone`: where more went meanwhile, they have to be looked at
/// again. Where its weights `changed`, all its lessons are to be inferred anew.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_looked_at(
    conn: &mut PgConnection,
    id: InstallationId,
    found: &LookedAt,
    (changed, at): (bool, Time),
) -> Result<(), StoreError> {
    let from = changed.then_some(0);
    sqlx::query!(
        "insert into landing_weights (installation_id, weights, found, answers, against, at, relearn_repo_id, relearn_number, gone, changes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
         on conflict (installation_id) do update
         set weights = excluded.weights, against = excluded.against, at = excluded.at,
             found = case when landing_weights.gone = excluded.gone then excluded.found else 'null' end,
             answers = case when landing_weights.gone = excluded.gone then excluded.answers end,
             relearn_repo_id = coalesce(excluded.relearn_repo_id, landing_weights.relearn_repo_id),
             relearn_number = coalesce(excluded.relearn_number, landing_weights.relearn_number),
             changes = landing_weights.changes + case when $7::bigint is null then 0 else 1 end",
        id.0,
        found.weights,
        found.found,
        found.answers,
        found.against,
        at,
        from.map(i64::from),
        from,
        found.gone
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How far lessons were inferred anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relearned {
    /// The pull request up to which they were.
    pub repo: RepoId,
    /// Its number.
    pub number: i32,
    /// How often weights had changed.
    pub changes: i64,
}

/// How far lessons were inferred anew by an organisation's new weights; none: all were.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn relearned(conn: &mut PgConnection, id: InstallationId) -> Result<Option<Relearned>, StoreError> {
    Ok(sqlx::query_as!(
        Relearned,
        r#"select relearn_repo_id as "repo!: RepoId", relearn_number as "number!", changes from landing_weights
           where installation_id = $1 and relearn_repo_id is not null"#,
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Notes how far lessons were inferred anew, none for all of them, unless weights changed since `from` was read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_relearned(
    conn: &mut PgConnection,
    id: InstallationId,
    (from, to): (Relearned, Option<PullKey>),
) -> Result<(), StoreError> {
    sqlx::query!(
        "update landing_weights set relearn_repo_id = $3, relearn_number = $4 where installation_id = $1 and changes = $2",
        id.0,
        from.changes,
        to.map(|key| key.repo.0),
        to.map(|key| key.number)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Has the answers of an organisation looked at again, and what was told of them forgotten: some don't count any more.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn look_again(conn: &mut PgConnection, id: InstallationId) -> Result<(), StoreError> {
    // Also where nobody looked yet: somebody may be about to.
    sqlx::query!(
        "insert into landing_weights (installation_id, at, gone) values ($1, 'epoch', 1)
         on conflict (installation_id) do update
         set answers = null, found = 'null', gone = landing_weights.gone + 1",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
