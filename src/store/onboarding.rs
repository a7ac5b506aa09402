//! When people joined, and what they gave in reviews since.
use std::collections::HashMap;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::skill::Area;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// When everybody who may appear became a member first, and when the first of all members did.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn members(
    conn: &mut PgConnection,
    id: InstallationId,
    at: Time,
) -> Result<(HashMap<PersonId, Time>, Option<Time>), StoreError> {
    let rows = sqlx::query!(
        r#"select m.person_id as "person: PersonId", min(m.valid_from) as "since!", bool_or(s.id is not null) as "shown!"
           from membership m
           left join standing_person s on s.installation_id = m.installation_id and s.id = m.person_id
           where m.installation_id = $1 and m.valid_from <= $2 group by 1"#,
        id.0,
        at
    )
    .fetch_all(conn)
    .await?;
    let first = rows.iter().map(|row| row.since).min();
    let shown = rows.into_iter().filter(|row| row.shown);
    Ok((shown.map(|row| (row.person, row.since)).collect(), first))
}

/// When everybody who may appear gave their first review of somebody else's change, of what the reader may read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn first_reviews(
    conn: &mut PgConnection,
    reader: &Reader,
    at: Time,
) -> Result<HashMap<PersonId, Time>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.id as "person!: PersonId", min(v.submitted_at) as "at!"
           from standing_person s
           join review v on v.installation_id = s.installation_id and v.reviewer_id = s.id and v.submitted_at < $2
           join pull p on p.installation_id = v.installation_id and p.repo_id = v.repo_id and p.number = v.number
             and p.author_id is distinct from s.id
           join repo r on r.installation_id = v.installation_id and r.id = v.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           where s.installation_id = $1 group by 1"#,
        reader.installation().0,
        at,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.person, row.at)).collect())
}

/// One comment that taught something, whatever number of areas it was about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// Who taught.
    pub person: PersonId,
    /// The pull request.
    pub pull: PullKey,
    /// The commented file; none: it stands on none.
    pub path: Option<String>,
    /// When.
    pub at: Time,
    /// A lesson of it landed.
    pub landed: bool,
}

/// Comments before `at` that taught something and about which nothing changes any more, of what the reader may read; oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn given(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<Given>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.teacher_id as "person!: PersonId", l.repo_id as "repo!: RepoId", l.number as "number!", c.path,
                  min(l.at) as "at!", bool_or(l.outcome = 'landed') as "landed!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $3 or r.id = any($4))
           join comment c on c.installation_id = l.installation_id and c.place = l.place and c.id = l.comment_id
           where l.installation_id = $1 and l.at < $2 and not l.provisional
           group by l.teacher_id, l.repo_id, l.number, l.place, l.comment_id, c.path
           order by min(l.at), l.comment_id"#,
        reader.installation().0,
        at,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    let given = rows.into_iter().map(|row| Given {
        person: row.person,
        pull: PullKey {
            repo: row.repo,
            number: row.number,
        },
        path: row.path,
        at: row.at,
        landed: row.landed,
    });
    Ok(given.collect())
}

/// A lesson that landed in somebody's beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Early {
    /// Who taught.
    pub teacher: PersonId,
    /// Who was taught, in their beginning.
    pub learner: PersonId,
    /// About what.
    pub area: Area,
    /// When.
    pub at: Time,
}

/// Lessons that landed in the beginning of `person`, and in the beginnings of those whom `person` taught one then; `until` says whose
/// beginning ends when. Of what the reader may read, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn early(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
    until: &[(PersonId, Time)],
) -> Result<Vec<Early>, StoreError> {
    let learners: Vec<i64> = until.iter().map(|(learner, _)| learner.0).collect();
    let ends: Vec<Time> = until.iter().map(|(_, end)| *end).collect();
    let rows = sqlx::query!(
        r#"with begun as materialized (
               select f.learner, f.until from unnest($3::bigint[], $4::timestamptz[]) as f (learner, until)
               where f.learner = $2
                  or exists (select 1 from lesson o
                             where o.installation_id = $1 and o.teacher_id = $2 and o.learner_id = f.learner and o.outcome = 'landed'
                               and o.at < f.until))
           select l.teacher_id as "teacher!: PersonId", l.learner_id as "learner!: PersonId", l.area as "area!", l.at as "at!"
           from begun b
           join shown_lesson l on l.installation_id = $1 and l.learner_id = b.learner and l.outcome = 'landed' and l.at < b.until
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $5 or r.id = any($6))
           order by l.at, l.comment_id, l.area"#,
        reader.installation().0,
        person.0,
        &learners,
        &ends,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let area = row.area.parse();
            Ok(Early {
                teacher: row.teacher,
                learner: row.learner,
                area: area.map_err(|_| StoreError::Unreadable { what: "lesson.area" })?,
                at: row.at,
            })
        })
        .collect()
}
