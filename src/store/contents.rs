//! What a pull request changes: the pushes to its head ref and what they did to commented lines, its files and who
//! committed to it.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::evidence::Nearness;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::pull::HeadPush;
use crate::store::StoreError;

/// Stores a push to the head ref.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_push(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    push: &HeadPush,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into head_push (installation_id, repo_id, number, after_sha, before_sha, base_sha, pushed_at, forced)
         values ($1, $2, $3, $4, $5, $6, $7,
                 coalesce($8, (select forced from ref_push where installation_id = $1 and repo_id = $2
                               and after_sha = $4 and before_sha = $5)))
         on conflict do nothing",
        id.0,
        key.repo.0,
        key.number,
        push.after,
        push.before,
        push.base,
        push.at,
        push.forced
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets pushes to branches that were heard of before `before`: the push to the head ref that they tell of has come by
/// then, or never will.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget_ref_pushes(conn: &mut PgConnection, before: Time) -> Result<u64, StoreError> {
    let gone = sqlx::query!("delete from ref_push where seen_at < $1", before)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}

/// Stores what a push to a branch tells of a push to a head ref: whether it rewrote history.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_ref_push(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: i64,
    (before, after): (&str, &str),
    (forced, at): (bool, Time),
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into ref_push (installation_id, repo_id, before_sha, after_sha, forced, seen_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        id.0,
        repo,
        before,
        after,
        forced,
        at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update head_push set forced = $5
         where installation_id = $1 and repo_id = $2 and before_sha = $3 and after_sha = $4 and forced is null",
        id.0,
        repo,
        before,
        after,
        forced
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The pushes to the head ref, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn pushes(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Vec<HeadPush>, StoreError> {
    Ok(sqlx::query_as!(
        HeadPush,
        "select before_sha as before, after_sha as after, base_sha as base, pushed_at as at, forced
         from head_push where installation_id = $1 and repo_id = $2 and number = $3 order by pushed_at, after_sha",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?)
}

/// What the first push after a comment did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FollowedUp {
    /// The comment (of a diff).
    pub comment: CommentId,
    /// The commit that the push brought.
    pub after: String,
    /// How near it came; none: GitHub gave no diffs.
    pub nearness: Option<Nearness>,
    /// Its suggestion was applied.
    pub applied: bool,
}

/// Stores what a push did to a commented line.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_follow_up(
    conn: &mut PgConnection,
    id: InstallationId,
    follow_up: &FollowedUp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into follow_up (installation_id, place, comment_id, after_sha, nearness, applied)
         values ($1, 'diff', $2, $3, $4, $5)
         on conflict (installation_id, place, comment_id) do update
         set after_sha = excluded.after_sha, nearness = excluded.nearness, applied = excluded.applied",
        id.0,
        follow_up.comment.0,
        follow_up.after,
        follow_up.nearness.map(Nearness::as_str),
        follow_up.applied
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes back what was said of a push that came before the comment could be read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget_follow_up(
    conn: &mut PgConnection,
    id: InstallationId,
    comment: CommentId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from follow_up where installation_id = $1 and place = 'diff' and comment_id = $2",
        id.0,
        comment.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A file with what was told about it at the edge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredFile {
    /// Its path after the change.
    pub path: String,
    /// Its path before a rename.
    pub previous_path: Option<String>,
    /// Lines added.
    pub additions: i32,
    /// Lines deleted.
    pub deletions: i32,
    /// Linguist's name of its language.
    pub language: Option<String>,
    /// Lock file, vendored or generated.
    pub mechanical: bool,
}

/// Stores the files and committers of a pull request as of `head`, in place of earlier ones. Where they can be read, its
/// diffs can, also when an import brought it without them.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_contents(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    head: &str,
    (files, people): (&[StoredFile], &[PersonId]),
) -> Result<(), StoreError> {
    let (repo, number) = (key.repo.0, key.number);
    sqlx::query!(
        "delete from pull_file where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        repo,
        number
    )
    .execute(&mut *conn)
    .await?;
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let previous: Vec<Option<&str>> = files.iter().map(|file| file.previous_path.as_deref()).collect();
    let additions: Vec<i32> = files.iter().map(|file| file.additions).collect();
    let deletions: Vec<i32> = files.iter().map(|file| file.deletions).collect();
    let languages: Vec<Option<&str>> = files.iter().map(|file| file.language.as_deref()).collect();
    let mechanical: Vec<bool> = files.iter().map(|file| file.mechanical).collect();
    sqlx::query!(
        "insert into pull_file (installation_id, repo_id, number, path, previous_path, additions, deletions, language, mechanical)
         select $1, $2, $3, f.path, f.previous, f.additions, f.deletions, f.language, f.mechanical
         from unnest($4::text[], $5::text[], $6::int[], $7::int[], $8::text[], $9::bool[])
              as f (path, previous, additions, deletions, language, mechanical)
         on conflict do nothing",
        id.0,
        repo,
        number,
        &paths as &[&str],
        &previous as &[Option<&str>],
        &additions,
        &deletions,
        &languages as &[Option<&str>],
        &mechanical
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from pull_committer where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        repo,
        number
    )
    .execute(&mut *conn)
    .await?;
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    sqlx::query!(
        "insert into pull_committer (installation_id, repo_id, number, person_id)
         select distinct $1::bigint, $2::bigint, $3::int, p from unnest($4::bigint[]) as p on conflict do nothing",
        id.0,
        repo,
        number,
        &people
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update pull set contents_head = $4, without_diffs = false, changed_files = coalesce(nullif($5, 0), changed_files)
         where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        repo,
        number,
        head,
        i32::try_from(files.len()).unwrap_or(i32::MAX)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The files of a pull request, by path.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn files(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Vec<StoredFile>, StoreError> {
    Ok(sqlx::query_as!(
        StoredFile,
        "select path, previous_path, additions, deletions, language, mechanical
         from pull_file where installation_id = $1 and repo_id = $2 and number = $3 order by path",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?)
}

/// Who committed to a pull request, by number; nobody who opted out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn committers(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<Vec<PersonId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select c.person_id as "person: PersonId" from pull_committer c
           where c.installation_id = $1 and c.repo_id = $2 and c.number = $3
             and not exists (select 1 from person p where p.installation_id = c.installation_id and p.id = c.person_id
                             and p.opted_out_at is not null)
           order by 1"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?)
}
