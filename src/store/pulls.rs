//! Pull requests: state, contents, pushes, reviews and who is asked.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::PullSeen;
use crate::model::event::ReviewSeen;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::TeamId;
use crate::model::pull::HeadPush;
use crate::store::StoreError;

/// Stores a pull request's state, unless a newer one is known.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see(conn: &mut PgConnection, id: InstallationId, key: PullKey, pull: &PullSeen) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at,
                           closed_at, merged_at, base_ref, base_sha, head_ref, head_sha, changed_files, labels)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (installation_id, repo_id, number) do update
         set author_id = excluded.author_id, title = excluded.title, open = excluded.open, draft = excluded.draft,
             created_at = excluded.created_at, updated_at = excluded.updated_at, closed_at = excluded.closed_at,
             merged_at = excluded.merged_at, base_ref = excluded.base_ref, base_sha = excluded.base_sha,
             head_ref = excluded.head_ref, head_sha = excluded.head_sha,
             changed_files = coalesce(excluded.changed_files, pull.changed_files), labels = excluded.labels
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
        &pull.labels
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

/// Marks that no diffs can be had for a pull request (an import without them).
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

/// Stores what a push to a branch tells of a push to a head ref: whether it rewrote history.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_ref_push(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: i64,
    (before, after): (&str, &str),
    forced: bool,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into ref_push (installation_id, repo_id, before_sha, after_sha, forced) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        id.0,
        repo,
        before,
        after,
        forced
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

/// Stores a submitted review.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_review(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    review: &ReviewSeen,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into review (installation_id, id, repo_id, number, reviewer_id, state, submitted_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (installation_id, id) do update set state = excluded.state
         where review.state <> 'dismissed'",
        id.0,
        review.id.0,
        key.repo.0,
        key.number,
        review.reviewer.as_ref().map(|reviewer| reviewer.id.0),
        review.state.as_str(),
        review.submitted_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who was asked, or no longer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AskedWho {
    /// A person.
    Person(PersonId),
    /// A team.
    Team(TeamId),
}

/// Stores that somebody is asked to review or no longer is; an older event never undoes a newer one. Of two in the same
/// second the answer or the removal came last: neither comes before the request.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_asked(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (who, asked): (AskedWho, bool),
    at: Time,
) -> Result<(), StoreError> {
    let (kind, asked_id) = match who {
        AskedWho::Person(person) => ("person", person.0),
        AskedWho::Team(team) => ("team", team.0),
    };
    sqlx::query!(
        "insert into pull_asked (installation_id, repo_id, number, kind, asked_id, asked, changed_at)
         select $1, $2, $3, $4, $5, $6 and answered.at is null, greatest($7, answered.at)
         from (select max(v.submitted_at) as at from review v
               where $4 = 'person' and v.installation_id = $1 and v.repo_id = $2 and v.number = $3
                 and v.reviewer_id = $5 and v.submitted_at >= $7) as answered
         on conflict (installation_id, repo_id, number, kind, asked_id) do update
         set asked = excluded.asked, changed_at = excluded.changed_at
         where pull_asked.changed_at < excluded.changed_at
            or (pull_asked.changed_at = excluded.changed_at and not excluded.asked)",
        id.0,
        key.repo.0,
        key.number,
        kind,
        asked_id,
        asked,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A submitted review answers the request that came before it, where there was one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_answer(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    reviewer: PersonId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull_asked set asked = false, changed_at = $5
         where installation_id = $1 and repo_id = $2 and number = $3 and kind = 'person' and asked_id = $4
           and changed_at <= $5",
        id.0,
        key.repo.0,
        key.number,
        reviewer.0,
        at
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
        "update pull set suggest_wanted_at = greatest(suggest_wanted_at, $4)
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

/// Stores the files and committers of a pull request as of `head`, in place of earlier ones.
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
        "update pull set contents_head = $4, changed_files = coalesce(nullif($5, 0), changed_files)
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
    /// No diffs can be had.
    pub without_diffs: bool,
    /// Its reactions were read after the last close.
    pub reactions_read: bool,
    /// When a suggestion was last asked for.
    pub suggest_wanted_at: Option<Time>,
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
                  coalesce(p.reactions_read_at >= p.closed_at, false) as "reactions_read!", p.suggest_wanted_at, p.updated_at = 'epoch' as "only_number!"
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

/// Every pull request of a tenant that has comments, oldest first: what `rebuild` goes through.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn with_comments(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<PullKey>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.repo_id, p.number from pull p
           where p.installation_id = $1
             and exists (select 1 from comment c where c.installation_id = p.installation_id
                         and c.repo_id = p.repo_id and c.number = p.number)
           order by p.created_at, p.repo_id, p.number"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PullKey {
            repo: crate::model::ids::RepoId(row.repo_id),
            number: row.number,
        })
        .collect())
}

/// An open pull request in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenPull {
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

/// Open pull requests of a tenant, newest first, at most `limit`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn open(conn: &mut PgConnection, id: InstallationId, limit: i64) -> Result<Vec<OpenPull>, StoreError> {
    Ok(sqlx::query_as!(
        OpenPull,
        r#"select r.owner, r.name as repo, p.number, p.title, s.login as "author?", p.created_at
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
           left join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id
           where p.installation_id = $1 and p.open and p.title <> '' and r.removed_at is null
           order by p.created_at desc limit $2"#,
        id.0,
        limit
    )
    .fetch_all(conn)
    .await?)
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
    let rows = sqlx::query!(
        r#"select p.repo_id, p.number from pull p
           where p.installation_id = $1
             and exists (select 1 from comment c where c.installation_id = p.installation_id and c.repo_id = p.repo_id
                         and c.number = p.number and (c.author_id = $2 or p.author_id = $2))
           order by p.created_at, p.repo_id, p.number"#,
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PullKey {
            repo: crate::model::ids::RepoId(row.repo_id),
            number: row.number,
        })
        .collect())
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
