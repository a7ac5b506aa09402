//! Open pull requests with the files that they touch, and what was taught about files.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::skill::Area;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// An open pull request with its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenFiles {
    /// The repository.
    pub repo: RepoId,
    /// Its owner.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// The pull request's number.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// Who wrote it, where that person may appear.
    pub author: Option<PersonId>,
    /// The files that it touches, mechanical ones left out.
    pub files: Vec<String>,
}

/// Open pull requests that are no drafts, and that the reader may read, newest first, at most `limit`; those of more than 100 files are left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn open(conn: &mut PgConnection, reader: &Reader, limit: i64) -> Result<Vec<OpenFiles>, StoreError> {
    Ok(sqlx::query_as!(
        OpenFiles,
        r#"select p.repo_id as "repo: RepoId", r.owner, r.name, p.number, p.title, s.id as "author?: PersonId",
                  array(select f.path from pull_file f
                        where f.installation_id = p.installation_id and f.repo_id = p.repo_id and f.number = p.number
                          and not f.mechanical order by f.path) as "files!"
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id
           left join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id
           where p.installation_id = $1 and p.open and not p.draft and p.title <> '' and r.removed_at is null
             and coalesce(p.changed_files, 0) <= 100 and (not r.private or $3 or r.id = any($4))
           order by p.created_at desc, p.repo_id, p.number limit $2"#,
        reader.installation().0,
        limit,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// Which areas lessons on these files were about, each once; pairs of repository and path, of what the reader may read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn areas(
    conn: &mut PgConnection,
    reader: &Reader,
    files: &[(RepoId, &str)],
) -> Result<Vec<(RepoId, String, Area)>, StoreError> {
    let repos: Vec<i64> = files.iter().map(|(repo, _)| repo.0).collect();
    let paths: Vec<&str> = files.iter().map(|(_, path)| *path).collect();
    let rows = sqlx::query!(
        r#"select distinct f.repo as "repo!: RepoId", f.path as "path!", l.area as "area!"
           from unnest($2::bigint[], $3::text[]) as f (repo, path)
           join repo r on r.installation_id = $1 and r.id = f.repo and (not r.private or $4 or r.id = any($5))
           join comment c on c.installation_id = $1 and c.repo_id = f.repo and c.path collate "C" = f.path collate "C"
           join shown_lesson l on l.installation_id = $1 and l.place = c.place and l.comment_id = c.id
           order by 1, 2, 3"#,
        reader.installation().0,
        &repos,
        paths as Vec<&str>,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let area = row
                .area
                .parse()
                .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?;
            Ok((row.repo, row.path, area))
        })
        .collect()
}

/// Lessons that somebody applied and shows to colleagues.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// Who.
    pub person: PersonId,
    /// The repository.
    pub repo: RepoId,
    /// Its name.
    pub repo_name: String,
    /// The commented file; none: the comment stands on none.
    pub path: Option<String>,
    /// About what.
    pub area: Area,
    /// How many.
    pub lessons: i64,
}

/// What people applied before `at` and show on their page, in repositories that the reader may read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn applied_and_shown(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<Applied>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.learner_id as "person!: PersonId", l.repo_id as "repo!: RepoId", r.name, c.path, l.area as "area!",
                  count(*) as "lessons!"
           from person q
           join shown_lesson l on l.installation_id = q.installation_id and l.learner_id = q.id and l.outcome = 'landed' and l.at < $2
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $3 or r.id = any($4))
           join comment c on c.installation_id = l.installation_id and c.place = l.place and c.id = l.comment_id
           where q.installation_id = $1 and 'taken' = any(q.shares)
           group by 1, 2, 3, 4, 5 order by 1, 2, 4, 5"#,
        reader.installation().0,
        at,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Applied {
                person: row.person,
                repo: row.repo,
                repo_name: row.name,
                path: row.path,
                area: row
                    .area
                    .parse()
                    .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?,
                lessons: row.lessons,
            })
        })
        .collect()
}
