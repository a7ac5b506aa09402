//! Pull requests: their state, and which there are.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::PullSeen;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// Stores a pull request's state, unless a newer one is known.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see(conn: &mut PgConnection, id: InstallationId, key: PullKey, pull: &PullSeen) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at,
                           closed_at, merged_at, base_ref, base_sha, head_ref, head_sha, changed_files, labels,
                           merge_sha)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         on conflict (installation_id, repo_id, number) do update
         set author_id = excluded.author_id, title = excluded.title, open = excluded.open, draft = excluded.draft,
             created_at = excluded.created_at, updated_at = excluded.updated_at, closed_at = excluded.closed_at,
             merged_at = excluded.merged_at, base_ref = excluded.base_ref, base_sha = excluded.base_sha,
             head_ref = excluded.head_ref, head_sha = excluded.head_sha,
             changed_files = coalesce(excluded.changed_files, pull.changed_files), labels = excluded.labels,
             merge_sha = coalesce(excluded.merge_sha, pull.merge_sha)
         where pull.updated_at <= excluded.updated_at",
        id.0,
        key.repo.0,
        key.number,
        pull.author.as_ref().map(|author| author.id.0),
        pull.title,
        pull.open,
        pull.draft,
        pull.created_at,
        pull.updated_at,
        pull.closed_at,
        pull.merged_at,
        pull.base_ref,
        pull.base_sha,
        pull.head_ref,
        pull.head_sha,
        pull.changed_files,
        &pull.labels,
        // Of an open pull request it is only GitHub's trial, which changes all the time.
        pull.merge_sha.as_deref().filter(|_| pull.merged_at.is_some())
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes room for a pull request of which only the number is known yet; its state comes with a later event.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_number(conn: &mut PgConnection, id: InstallationId, key: PullKey, at: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into pull (installation_id, repo_id, number, title, open, draft, created_at, updated_at,
                           base_ref, base_sha, head_ref, head_sha)
         values ($1, $2, $3, '', true, false, $4, 'epoch', '', '', '', '') on conflict do nothing",
        id.0,
        key.repo.0,
        key.number,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Holds a pull request until the transaction ends. Whoever holds anything on it besides takes this first.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn hold_row(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query_scalar!(
        "select number from pull where installation_id = $1 and repo_id = $2 and number = $3 for no key update",
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_optional(conn)
    .await?;
    Ok(())
}

/// Marks that no diffs can be had for a pull request (an import without them), unless its files were read; reading them
/// takes the mark away.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn without_diffs(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set without_diffs = true
         where installation_id = $1 and repo_id = $2 and number = $3 and contents_head is null",
        id.0,
        key.repo.0,
        key.number
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks that what its pushes did was not read of a pull request, although its files were.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn still_without_diffs(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set without_diffs = true where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a suggestion is wanted because of what happened at `at`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn want_suggestion(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set suggest_wanted_at = greatest(suggest_wanted_at, $4), suggest_wanted = suggest_wanted + 1
         where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a suggestion that was asked for has to be made anew; nothing where none was ever asked for.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn want_again(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set suggest_wanted = suggest_wanted + 1
         where installation_id = $1 and repo_id = $2 and number = $3 and suggest_wanted > 0",
        id.0,
        key.repo.0,
        key.number
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the suggestion was made for the first `wanted` of those who asked; who asks meanwhile still waits.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn suggested(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    wanted: i32,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set suggest_answered = greatest(suggest_answered, $4)
         where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number,
        wanted
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the reactions were read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn reactions_read(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull set reactions_read_at = $4 where installation_id = $1 and repo_id = $2 and number = $3",
        id.0,
        key.repo.0,
        key.number,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A pull request as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column of its own, and all combinations occur"
)]
pub struct Pull {
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// The author's login where the author may appear.
    pub author_login: Option<String>,
    /// The author is a bot.
    pub by_bot: bool,
    /// Its title.
    pub title: String,
    /// It is open.
    pub open: bool,
    /// It is a draft.
    pub draft: bool,
    /// When it was opened.
    pub created_at: Time,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// When it was merged.
    pub merged_at: Option<Time>,
    /// The base branch's commit.
    pub base_sha: String,
    /// The head ref's commit.
    pub head_sha: String,
    /// Number of files, where an event said.
    pub changed_files: Option<i32>,
    /// The head whose files were read last.
    pub contents_head: Option<String>,
    /// No diffs can be had: an import brought it, and its files were not read since.
    pub without_diffs: bool,
    /// Its reactions were read after the last close.
    pub reactions_read: bool,
    /// When a suggestion was last asked for.
    pub suggest_wanted_at: Option<Time>,
    /// How often one was asked for.
    pub suggest_wanted: i32,
    /// One was asked for since it was last made.
    pub suggestion_waits: bool,
    /// Only its number is known: a comment came before the pull request's own events.
    pub only_number: bool,
}

/// The pull request; none: never heard of.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn pull(conn: &mut PgConnection, id: InstallationId, key: PullKey) -> Result<Option<Pull>, StoreError> {
    Ok(sqlx::query_as!(
        Pull,
        r#"select p.author_id as "author: PersonId", s.login as "author_login?",
                  coalesce(a.kind = 'bot', false) as "by_bot!", p.title, p.open, p.draft, p.created_at, p.closed_at,
                  p.merged_at, p.base_sha, p.head_sha, p.changed_files, p.contents_head, p.without_diffs,
                  coalesce(p.reactions_read_at >= p.closed_at, false) as "reactions_read!", p.suggest_wanted_at,
                  p.suggest_wanted, p.suggest_wanted > p.suggest_answered as "suggestion_waits!", p.updated_at = 'epoch' as "only_number!"
           from pull p
           left join person a on a.installation_id = p.installation_id and a.id = p.author_id
           left join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id
           where p.installation_id = $1 and p.repo_id = $2 and p.number = $3"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_optional(conn)
    .await?)
}

/// Every pull request of a tenant that has comments, oldest first: what `rebuild` goes through.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn with_comments(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select p.repo_id as "repo: RepoId", p.number from pull p
           where p.installation_id = $1
             and exists (select 1 from comment c where c.installation_id = p.installation_id
                         and c.repo_id = p.repo_id and c.number = p.number)
           order by p.created_at, p.repo_id, p.number"#,
        id.0
    )
    .fetch_all(conn)
    .await?)
}

/// The next pull requests with comments after one, by repository and number.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn with_comments_after(
    conn: &mut PgConnection,
    id: InstallationId,
    (after, most): (PullKey, i64),
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select p.repo_id as "repo: RepoId", p.number from pull p
           where p.installation_id = $1 and (p.repo_id, p.number) > ($2, $3)
             and exists (select 1 from comment c where c.installation_id = p.installation_id
                         and c.repo_id = p.repo_id and c.number = p.number)
           order by p.repo_id, p.number limit $4"#,
        id.0,
        after.repo.0,
        after.number,
        most
    )
    .fetch_all(conn)
    .await?)
}

/// An open pull request in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenPull {
    /// The repository.
    pub repo_id: RepoId,
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    /// Its number.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// The author's login, where the author may appear.
    pub author: Option<String>,
    /// When it was opened.
    pub created_at: Time,
}

/// Where a list of open pull requests was left: the last one's time, repository and number.
pub type Left = (Time, RepoId, i32);

/// Open pull requests that the reader may read, newest first, after the place where they were left, at most `limit`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn open(
    conn: &mut PgConnection,
    reader: &Reader,
    after: Option<Left>,
    limit: i64,
) -> Result<Vec<OpenPull>, StoreError> {
    Ok(sqlx::query_as!(
        OpenPull,
        r#"select r.id as "repo_id: RepoId", r.owner, r.name as repo, p.number, p.title, s.login as "author?", p.created_at
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
           left join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id
           where p.installation_id = $1 and p.open and p.title <> '' and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
             and ($5::timestamptz is null or (p.created_at, p.repo_id, p.number) < ($5, $6, $7))
           order by p.created_at desc, p.repo_id desc, p.number desc limit $2"#,
        reader.installation().0,
        limit,
        reader.reads_everything(),
        reader.private(),
        after.map(|(at, ..)| at),
        after.map(|(_, repo, _)| repo.0),
        after.map(|(.., number)| number)
    )
    .fetch_all(conn)
    .await?)
}

/// How many open pull requests there are that the reader may read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn count_open(conn: &mut PgConnection, reader: &Reader) -> Result<usize, StoreError> {
    let found = sqlx::query_scalar!(
        r#"select count(*) as "number!" from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
           where p.installation_id = $1 and p.open and p.title <> '' and r.removed_at is null
             and (not r.private or $2 or r.id = any($3))"#,
        reader.installation().0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(found).unwrap_or(0))
}

/// Pull requests with comments that a person wrote or spoke on, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn discussed_with(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select p.repo_id as "repo: RepoId", p.number from pull p
           where p.installation_id = $1
             and exists (select 1 from comment c where c.installation_id = p.installation_id and c.repo_id = p.repo_id
                         and c.number = p.number and (c.author_id = $2 or p.author_id = $2))
           order by p.created_at, p.repo_id, p.number"#,
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?)
}

/// Lets one writer at a time add comments to a pull request or note that their reactions were read, until the
/// transaction ends. Taken before anything else in it, so that two writers never wait for each other.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn hold(conn: &mut PgConnection, key: PullKey) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('comments:' || $1::bigint || ':' || $2::int, 0))",
        key.repo.0,
        key.number
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}
