//! Review threads with what they are about, and lessons of a time.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::comment::AreaThread;
use crate::model::ids::PersonId;
use crate::model::lesson::Landed;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// Review threads on diffs that were begun from `since` to `until` by somebody who may appear, and about which an area is known, of what the
/// reader may read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn threads(
    conn: &mut PgConnection,
    reader: &Reader,
    (since, until): (Time, Time),
) -> Result<Vec<AreaThread>, StoreError> {
    // By pull requests of the time and a year before, so that an index finds them.
    let rows = sqlx::query!(
        r#"select coalesce(k.areas[1], g.reading -> 'areas' -> 0 ->> 'area') as "area!",
                  count(c.id) as "comments!", array_agg(distinct c.author_id) as "people!"
           from pull p
           join repo r on r.installation_id = p.installation_id and r.id = p.repo_id and r.removed_at is null
             and (not r.private or $4 or r.id = any($5))
           join comment o on o.installation_id = p.installation_id and o.repo_id = p.repo_id and o.number = p.number
             and o.place = 'diff' and o.root_id = o.id and o.deleted_at is null and o.created_at >= $2 and o.created_at < $3
           join standing_person b on b.installation_id = o.installation_id and b.id = o.author_id
           join reading g on g.installation_id = o.installation_id and g.place = o.place and g.comment_id = o.id
           left join correction_in_force k on k.installation_id = o.installation_id and k.place = o.place and k.comment_id = o.id
           join comment c on c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
             and c.place = 'diff' and c.root_id = o.id and c.deleted_at is null and c.created_at < $3
           join standing_person s on s.installation_id = c.installation_id and s.id = c.author_id
           where p.installation_id = $1 and p.created_at >= $2::timestamptz - interval '365 days' and p.created_at < $3
             and case when k.areas is null then g.reading -> 'areas' -> 0 is not null else cardinality(k.areas) > 0 end
           group by o.id, 1"#,
        reader.installation().0,
        since,
        until,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AreaThread {
                area: row
                    .area
                    .parse()
                    .map_err(|_| StoreError::Unreadable { what: "reading.areas" })?,
                comments: u32::try_from(row.comments).unwrap_or(u32::MAX),
                people: row.people.into_iter().map(PersonId).collect(),
            })
        })
        .collect()
}

/// One person's side in lessons.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    /// Who gave.
    pub teacher: PersonId,
    /// Who got.
    pub learner: PersonId,
}

/// Who gave feedback to whom from `since` to `until`, each pair once, whatever came of it, of what the reader may read.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn given(
    conn: &mut PgConnection,
    reader: &Reader,
    (since, until): (Time, Time),
) -> Result<Vec<Given>, StoreError> {
    Ok(sqlx::query_as!(
        Given,
        r#"select distinct l.teacher_id as "teacher!: PersonId", l.learner_id as "learner!: PersonId"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $4 or r.id = any($5))
           where l.installation_id = $1 and l.at >= $2 and l.at < $3 order by 1, 2"#,
        reader.installation().0,
        since,
        until,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}

/// Lessons from `since` to `until` that landed, of what the reader may read, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn landed(
    conn: &mut PgConnection,
    reader: &Reader,
    (since, until): (Time, Time),
) -> Result<Vec<Landed>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.teacher_id as "teacher!: PersonId", l.learner_id as "learner!: PersonId", l.area as "area!", l.at as "at!",
                  l.p as "p!", r.owner, r.name, l.number as "number!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and (not r.private or $4 or r.id = any($5))
           where l.installation_id = $1 and l.outcome = 'landed' and l.at >= $2 and l.at < $3
           order by l.at, l.comment_id, l.area, l.learner_id"#,
        reader.installation().0,
        since,
        until,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Landed {
                teacher: row.teacher,
                learner: row.learner,
                area: row
                    .area
                    .parse()
                    .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?,
                at: row.at,
                p: row.p,
                pull: format!("{}/{}#{}", row.owner, row.name, row.number),
            })
        })
        .collect()
}
