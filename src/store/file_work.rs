//! Who did what to which file: what imports of git histories found, and what was merged since.
use serde::Serialize;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::work::FileWork;
use crate::model::work::MergedFile;
use crate::model::work::MergedPull;
use crate::model::work::Work;
use crate::model::work::WorkedFile;
use crate::model::work::Writer;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// Rows that are sent at once.
const BATCH: usize = 10_000;

/// How many commits the history has that is kept of a repository; none: no history is.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn commits(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<Option<usize>, StoreError> {
    let commits = sqlx::query_scalar!(
        "select commits from imported_history where installation_id = $1 and repo_id = $2",
        id.0,
        repo.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(commits.map(read))
}

/// Replaces what is kept of a repository's history. The caller owns the transaction, so that nobody sees half of it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn keep(conn: &mut PgConnection, id: InstallationId, repo: RepoId, work: &Work) -> Result<(), StoreError> {
    // First the row of the whole, which a second import of the same repository waits for.
    sqlx::query!(
        "insert into imported_history (installation_id, repo_id, last_commit_at, commits, mechanical_commits, merges, odd_dates, shallow,
                                       files_left_out, nameless)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (installation_id, repo_id) do update
         set last_commit_at = excluded.last_commit_at, commits = excluded.commits, mechanical_commits = excluded.mechanical_commits,
             merges = excluded.merges, odd_dates = excluded.odd_dates, shallow = excluded.shallow,
             files_left_out = excluded.files_left_out, nameless = excluded.nameless",
        id.0,
        repo.0,
        work.last_commit,
        stored(work.commits),
        stored(work.mechanical_commits),
        stored(work.merges),
        stored(work.odd_dates),
        work.shallow,
        stored(work.files_left_out),
        stored(work.nameless)
    )
    .execute(&mut *conn)
    .await?;
    // By hand and at once; the foreign key would look for the rows of each file by itself.
    sqlx::query!(
        "delete from file_work where installation_id = $1 and repo_id = $2",
        id.0,
        repo.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from imported_file where installation_id = $1 and repo_id = $2",
        id.0,
        repo.0
    )
    .execute(&mut *conn)
    .await?;
    for (batch, files) in work.files.chunks(BATCH).enumerate() {
        keep_files(conn, (id, repo), batch * BATCH, files).await?;
    }
    for (batch, rows) in work.work.chunks(BATCH).enumerate() {
        keep_rows(conn, (id, repo), batch * BATCH, rows).await?;
    }
    Ok(())
}

async fn keep_files(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    from: usize,
    files: &[WorkedFile],
) -> Result<(), StoreError> {
    let places: Vec<i32> = (from..).take(files.len()).map(stored).collect();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let lines: Vec<i32> = files.iter().map(|file| stored(file.lines)).collect();
    let changes: Vec<i32> = files.iter().map(|file| stored(file.changes)).collect();
    sqlx::query!(
        "insert into imported_file (installation_id, repo_id, place, path, lines, changes)
         select $1, $2, f.place, f.path, f.lines, f.changes
         from unnest($3::int[], $4::text[], $5::int[], $6::int[]) as f (place, path, lines, changes)",
        id.0,
        repo.0,
        &places,
        &paths as &[&str],
        &lines,
        &changes
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn keep_rows(
    conn: &mut PgConnection,
    (id, repo): (InstallationId, RepoId),
    from: usize,
    rows: &[FileWork],
) -> Result<(), StoreError> {
    let numbers: Vec<i32> = (from..).take(rows.len()).map(stored).collect();
    let places: Vec<i32> = rows.iter().map(|row| stored(row.file)).collect();
    let people: Vec<Option<i64>> = rows.iter().map(|row| row.person.map(|person| person.0)).collect();
    let creators: Vec<bool> = rows.iter().map(|row| row.creator).collect();
    let changes: Vec<i32> = rows.iter().map(|row| stored(row.changes)).collect();
    let reviews: Vec<i32> = rows.iter().map(|row| stored(row.reviews)).collect();
    let faded: Vec<f64> = rows.iter().map(|row| row.faded).collect();
    let last: Vec<Time> = rows.iter().map(|row| row.last).collect();
    let seen: Vec<Time> = rows.iter().map(|row| row.seen).collect();
    sqlx::query!(
        "insert into file_work (installation_id, repo_id, place, nth, person_id, creator, changes, reviews, faded_lines, last_change, last_seen)
         select $1, $2, w.place, w.nth, w.person, w.creator, w.changes, w.reviews, w.faded, w.last, w.seen
         from unnest($3::int[], $4::int[], $5::bigint[], $6::bool[], $7::int[], $8::int[], $9::float8[], $10::timestamptz[], $11::timestamptz[])
              as w (place, nth, person, creator, changes, reviews, faded, last, seen)",
        id.0,
        repo.0,
        &places,
        &numbers,
        &people as &[Option<i64>],
        &creators,
        &changes,
        &reviews,
        &faded,
        &last,
        &seen
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is kept of a repository's history; none where none was imported. An import of it waits until the caller's transaction ends, so that files and
/// people are of one. Whoever may not appear, or whose account is gone, is nobody in it.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn kept(conn: &mut PgConnection, id: InstallationId, repo: RepoId) -> Result<Option<Work>, StoreError> {
    let history = sqlx::query!(
        "select last_commit_at, commits, mechanical_commits, merges, odd_dates, shallow, files_left_out, nameless from imported_history
         where installation_id = $1 and repo_id = $2 for share",
        id.0,
        repo.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(history) = history else {
        return Ok(None);
    };
    let files = sqlx::query!(
        "select path, lines, changes from imported_file where installation_id = $1 and repo_id = $2 order by place",
        id.0,
        repo.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let rows = sqlx::query!(
        r#"select w.place, s.id as "person?", w.creator, w.changes, w.reviews, w.faded_lines, w.last_change, w.last_seen
           from file_work w
           left join person p on p.installation_id = w.installation_id and p.id = w.person_id
           left join standing_person s on s.installation_id = p.installation_id and s.id = p.id and p.gone_at is null
           where w.installation_id = $1 and w.repo_id = $2 and p.kind is distinct from 'bot' order by w.place, w.nth"#,
        id.0,
        repo.0
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(Work {
        last_commit: history.last_commit_at,
        commits: read(history.commits),
        mechanical_commits: read(history.mechanical_commits),
        merges: read(history.merges),
        odd_dates: read(history.odd_dates),
        shallow: history.shallow,
        files_left_out: read(history.files_left_out),
        nameless: read(history.nameless),
        files: files
            .into_iter()
            .map(|file| WorkedFile {
                path: file.path,
                lines: file.lines.unsigned_abs(),
                changes: file.changes.unsigned_abs(),
            })
            .collect(),
        work: rows
            .into_iter()
            .map(|row| FileWork {
                file: read(row.place),
                person: row.person.map(PersonId),
                creator: row.creator,
                changes: row.changes.unsigned_abs(),
                reviews: row.reviews.unsigned_abs(),
                faded: row.faded_lines,
                last: row.last_change,
                seen: row.last_seen,
            })
            .collect(),
    }))
}

/// The pull requests that were merged into the default branch after a time, in order; those of more than 100 files and those that the repository says
/// make nobody an expert left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn merged_since(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
    after: Time,
) -> Result<Vec<MergedPull>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.merged_at as "at!", s.id as "author?", coalesce(a.kind = 'bot', false) as "by_program!",
                  array(select distinct sp.id from (
                            select v.reviewer_id as person_id from review v
                            where v.installation_id = p.installation_id and v.repo_id = p.repo_id and v.number = p.number
                            union all
                            select c.author_id from comment c
                            where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number and c.place = 'diff') as w
                        left join person q on q.installation_id = p.installation_id and q.id = w.person_id
                        left join standing_person sp on sp.installation_id = q.installation_id and sp.id = q.id and q.gone_at is null
                        where q.kind is distinct from 'bot' and w.person_id is distinct from p.author_id
                        order by 1) as "reviewers!: Vec<Option<i64>>",
                  p.contents_head is not null as "files_known!",
                  (select coalesce(jsonb_agg(jsonb_build_array(f.path, f.previous_path, f.additions, f.deletions) order by f.path), '[]')
                   from pull_file f where f.installation_id = p.installation_id and f.repo_id = p.repo_id and f.number = p.number
                     and not f.mechanical) as "files!: Json<Vec<(String, Option<String>, i32, i32)>>"
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
           left join person a on a.installation_id = p.installation_id and a.id = p.author_id
           left join standing_person s on s.installation_id = a.installation_id and s.id = a.id and a.gone_at is null
           where p.installation_id = $1 and p.repo_id = $2 and p.merged_at > $3 and p.updated_at > 'epoch' and not p.ignored
             and coalesce(p.changed_files, 0) <= 100 and p.base_ref = coalesce(r.default_branch, p.base_ref)
           order by p.merged_at, p.number"#,
        id.0,
        repo.0,
        after
    )
    .fetch_all(conn)
    .await?;
    let file = |(path, previous, added, deleted): (String, Option<String>, i32, i32)| MergedFile {
        path,
        previous,
        added: added.unsigned_abs(),
        deleted: deleted.unsigned_abs(),
    };
    Ok(rows
        .into_iter()
        .map(|row| MergedPull {
            at: row.at,
            author: if row.by_program {
                Writer::Program
            } else {
                Writer::Person(row.author.map(PersonId))
            },
            reviewers: row.reviewers.into_iter().map(|who| who.map(PersonId)).collect(),
            files: row.files_known.then(|| row.files.0.into_iter().map(file).collect()),
        })
        .collect())
}

/// The repositories of a tenant whose history was imported, by name, as `OWNER/NAME`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn imported(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query!(
        "select r.owner, r.name from imported_history h join repo r on r.installation_id = h.installation_id and r.id = h.repo_id
         where h.installation_id = $1 and r.removed_at is null order by r.owner, r.name",
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.owner, row.name)).collect())
}

/// What an imported git history tells of one person and one file.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct OwnFile {
    /// `owner/name` of the repository.
    pub repo: String,
    /// The file's path.
    pub path: String,
    /// They made the file.
    pub creator: bool,
    /// Changes written.
    pub changes: i32,
    /// Changes by others reviewed.
    pub reviews: i32,
    /// Lines added, faded by age; those of reviewed changes count half.
    pub faded_lines: f64,
    /// When they last changed or reviewed it.
    pub last: Time,
}

/// What imported git histories tell of a person, as far as they may read the repositories; by path. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Vec<OwnFile>, StoreError> {
    Ok(sqlx::query_as!(
        OwnFile,
        r#"select r.owner || '/' || r.name as "repo!", f.path, w.creator, w.changes, w.reviews, w.faded_lines, w.last_change as last
           from file_work w
           join imported_file f on f.installation_id = w.installation_id and f.repo_id = w.repo_id and f.place = w.place
           join repo r on r.installation_id = w.installation_id and r.id = w.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           where w.installation_id = $1 and w.person_id = $2 order by r.owner, r.name, f.path"#,
        reader.installation().0,
        person.0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// Holds these people until the transaction ends, so that nobody is erased meanwhile; gives those of them that are programs.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn hold(conn: &mut PgConnection, id: InstallationId, numbers: &[i64]) -> Result<Vec<PersonId>, StoreError> {
    let held = sqlx::query!(
        r#"select id, kind = 'bot' as "program!" from person where installation_id = $1 and id = any($2) order by id for share"#,
        id.0,
        numbers
    )
    .fetch_all(conn)
    .await?;
    let programs = held.into_iter().filter(|one| one.program);
    Ok(programs.map(|one| PersonId(one.id)).collect())
}

/// Notes that there is somebody with this number, where nobody is known by it yet. Somebody else who has that login now keeps it, and then nothing
/// is noted: an address in a commit is written by whoever likes to. Gives whether anybody is known by the number, and wasn't erased.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_author(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, login): (PersonId, &str),
    at: Time,
) -> Result<bool, StoreError> {
    sqlx::query!(
        "insert into person (installation_id, id, login, kind, seen_at)
         select $1, $2, $3, 'human', $4
         where not exists (select 1 from person where installation_id = $1 and lower(login) = lower($3))
         on conflict (installation_id, id) do nothing",
        id.0,
        person.0,
        login,
        at
    )
    .execute(&mut *conn)
    .await?;
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from person where installation_id = $1 and id = $2 and erased_at is null) as "is!""#,
        id.0,
        person.0
    )
    .fetch_one(conn)
    .await?)
}

/// Lets what somebody did to files stay in the sums as nobody's.
pub(super) async fn forget(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    // An import holds the people that it names: what it brings is there when it lets go of them.
    sqlx::query_scalar!(
        "select id from person where installation_id = $1 and id = $2 for no key update",
        id.0,
        person.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query!(
        "update file_work set person_id = null where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A number as the database keeps it; what is larger than it can is the largest.
fn stored<N: TryInto<i32>>(number: N) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

fn read(number: i32) -> usize {
    usize::try_from(number).unwrap_or_default()
}
