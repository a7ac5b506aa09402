//! What a base branch says of its files: who owns them, and which commits only moved lines.
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::ownership::OwnersLine;
use crate::store::StoreError;

/// What was read of one base branch.
#[derive(Clone, PartialEq, Debug)]
pub struct BaseBranch {
    /// When.
    pub read_at: Time,
    /// The lines of CODEOWNERS, in its order.
    pub owners: Vec<OwnersLine>,
    /// The revisions in `.git-blame-ignore-revs`.
    pub ignored: Vec<String>,
}

/// What is known of a base branch; none: it was never read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn base_branch(
    conn: &mut PgConnection,
    id: InstallationId,
    (repo, name): (RepoId, &str),
) -> Result<Option<BaseBranch>, StoreError> {
    let row = sqlx::query!(
        r#"select read_at, owners as "owners: Json<Vec<OwnersLine>>", ignored_revisions from base_branch
           where installation_id = $1 and repo_id = $2 and name = $3"#,
        id.0,
        repo.0,
        name
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| BaseBranch {
        read_at: row.read_at,
        owners: row.owners.0,
        ignored: row.ignored_revisions,
    }))
}

/// Stores what was read of a base branch. What was read earlier never comes back over what was read later.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_base_branch(
    conn: &mut PgConnection,
    id: InstallationId,
    (repo, name): (RepoId, &str),
    branch: &BaseBranch,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into base_branch (installation_id, repo_id, name, read_at, owners, ignored_revisions)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (installation_id, repo_id, name) do update
         set read_at = excluded.read_at, owners = excluded.owners, ignored_revisions = excluded.ignored_revisions
         where base_branch.read_at < excluded.read_at",
        id.0,
        repo.0,
        name,
        branch.read_at,
        Json(&branch.owners) as _,
        &branch.ignored
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Stores a pull request's own commits.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_commits(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    commits: &[String],
) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set commits = $4 where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number,
        commits
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks the pull requests into a branch whose merge commit, or all of whose commits, are listed among the ignored
/// revisions of that branch. Gives those whose mark changed: what was learned there has to be inferred again.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn mark_ignored(
    conn: &mut PgConnection,
    id: InstallationId,
    (repo, name): (RepoId, &str),
    ignored: &[String],
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"update pull p set ignored = m.now
           from (select number, coalesce(merge_sha = any($4) or (commits <> '{}' and commits <@ $4)
                                         or (commits = '{}' and head_sha = any($4)), false) as now
                 from pull where installation_id = $1 and repo_id = $2 and base_ref = $3) m
           where p.installation_id = $1 and p.repo_id = $2 and p.number = m.number and p.ignored <> m.now
           returning p.repo_id as "repo: RepoId", p.number"#,
        id.0,
        repo.0,
        name,
        ignored
    )
    .fetch_all(conn)
    .await?)
}

/// The branch that a pull request goes into; none where only its number is known.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn base_of(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Option<String>, StoreError> {
    let name = sqlx::query_scalar!(
        "select base_ref from pull where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_optional(conn)
    .await?;
    Ok(name.filter(|name| !name.is_empty()))
}

/// Whether the base branch lists a pull request's commits as ones that only moved lines.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_ignored(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from pull where installation_id = $1 and repo_id = $2 and number = $3 and ignored) as "is!""#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?)
}
