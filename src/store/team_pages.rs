//! What a team's page is made of: its people, and the lessons of those who may appear.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// A team.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Team {
    /// GitHub's number.
    pub id: TeamId,
    /// The short name in addresses.
    pub slug: String,
    /// The name that people read.
    pub name: String,
    /// People in it who may appear.
    pub people: i64,
}

/// The teams, by name.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn teams(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<Team>, StoreError> {
    Ok(sqlx::query_as!(
        Team,
        r#"select t.id as "id: TeamId", t.slug, t.name, count(distinct s.id) as "people!"
           from team t
           left join team_places($1, $2) m on m.team_id = t.id
           left join standing_person s on s.installation_id = t.installation_id and s.id = m.person_id
           where t.installation_id = $1 and t.deleted_at is null
           group by t.id, t.slug, t.name order by lower(t.name), t.id"#,
        reader.installation().0,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// Who may appear in which team, those in teams within it included; by team, then by person.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn places(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<(TeamId, PersonId)>, StoreError> {
    let rows = sqlx::query!(
        r#"select distinct m.team_id as "team!: TeamId", m.person_id as "person!: PersonId"
           from team_places($1, $2) m
           join team t on t.installation_id = $1 and t.id = m.team_id and t.deleted_at is null
           join standing_person s on s.installation_id = $1 and s.id = m.person_id
           order by 1, 2"#,
        reader.installation().0,
        at
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.team, row.person)).collect())
}

/// Somebody of whose lessons in an area some landed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// The area's slug.
    pub area: String,
    /// Who.
    pub person: PersonId,
    /// Their login.
    pub login: String,
    /// Of each pull request whose diffs are known, whom they taught and when that landed; by whom, then oldest first.
    pub landed: Vec<(PersonId, Time)>,
}

/// Whose lessons in which area landed, since `since` in repositories that the reader may read; by area, then by login.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn holders(conn: &mut PgConnection, reader: &Reader, since: Time) -> Result<Vec<Holder>, StoreError> {
    let rows = sqlx::query!(
        r#"select k.area as "area!", s.id as "person!: PersonId", s.login as "login!",
                  array_agg(k.learner_id order by k.learner_id, k.at) filter (where k.known) as "learners: Vec<PersonId>",
                  array_agg(k.at order by k.learner_id, k.at) filter (where k.known) as "times: Vec<Time>"
           from (select l.area, l.teacher_id, l.learner_id, l.repo_id, l.number, max(l.at) filter (where l.outcome = 'landed') as at, bool_or(l.diffs_known) as known
                 from shown_lesson l
                 join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
                   and (not r.private or $3 or r.id = any($4))
                 where l.installation_id = $1 and l.outcome <> 'declined' and l.at >= $2
                 group by 1, 2, 3, 4, 5
                 having bool_or(l.outcome = 'landed')) k
           join standing_person s on s.installation_id = $1 and s.id = k.teacher_id
           group by 1, 2, 3 order by 1, 3, 2"#,
        reader.installation().0,
        since,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    let holders = rows.into_iter().map(|row| {
        let learners = row.learners.unwrap_or_default().into_iter();
        Holder {
            area: row.area,
            person: row.person,
            login: row.login,
            landed: learners.zip(row.times.unwrap_or_default()).collect(),
        }
    });
    Ok(holders.collect())
}

/// Who was told about which area since `since`, in repositories that the reader may read; by area. Not to be shown before
/// small counts are suppressed.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn told(
    conn: &mut PgConnection,
    reader: &Reader,
    since: Time,
) -> Result<Vec<(String, PersonId)>, StoreError> {
    let rows = sqlx::query!(
        r#"select distinct l.area as "area!", l.learner_id as "person!: PersonId"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
           where l.installation_id = $1 and l.outcome <> 'declined' and l.at >= $2
             and r.removed_at is null and (not r.private or $3 or r.id = any($4))
           order by 1, 2"#,
        reader.installation().0,
        since,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.area, row.person)).collect())
}
