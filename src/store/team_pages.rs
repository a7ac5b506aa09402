//! What a team's page is made of: its people, and the lessons of those who may appear.
use sqlx::PgConnection;

use crate::model::clock::Time;
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

/// Somebody of a team who holds an area: a lesson of theirs landed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// The area's slug.
    pub area: String,
    /// Their login.
    pub login: String,
}

/// Who of a team holds which area, by lessons since `since` in repositories that the reader may read; by area, then by
/// login.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn holders(
    conn: &mut PgConnection,
    reader: &Reader,
    team: TeamId,
    (since, at): (Time, Time),
) -> Result<Vec<Holder>, StoreError> {
    Ok(sqlx::query_as!(
        Holder,
        r#"select distinct l.area as "area!", s.login as "login!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
           join standing_person s on s.installation_id = l.installation_id and s.id = l.teacher_id
           join team_places($1, $6) m on m.person_id = l.teacher_id
           where l.installation_id = $1 and m.team_id = $2 and l.outcome = 'landed' and l.at >= $3
             and r.removed_at is null and (not r.private or $4 or r.id = any($5))
           order by 1, 2"#,
        reader.installation().0,
        team.0,
        since,
        reader.reads_everything(),
        reader.private(),
        at
    )
    .fetch_all(conn)
    .await?)
}

/// How many people of a team were told about an area.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The area's slug.
    pub area: String,
    /// People of the team who were told and don't hold it. Not to be shown before small counts are suppressed.
    pub people: i64,
}

/// How many people of a team were told about an area since `since` and passed nothing on in it, by area.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn told(
    conn: &mut PgConnection,
    reader: &Reader,
    team: TeamId,
    (since, at): (Time, Time),
) -> Result<Vec<Told>, StoreError> {
    Ok(sqlx::query_as!(
        Told,
        r#"select l.area as "area!", count(distinct l.learner_id) as "people!"
           from shown_lesson l
           join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
           join team_places($1, $6) m on m.person_id = l.learner_id
           where l.installation_id = $1 and m.team_id = $2 and l.outcome <> 'declined' and l.at >= $3
             and r.removed_at is null and (not r.private or $4 or r.id = any($5))
             and not exists (select 1 from shown_lesson o where o.installation_id = l.installation_id and o.area = l.area
                             and o.teacher_id = l.learner_id and o.outcome = 'landed' and o.at >= $3)
           group by 1 order by 1"#,
        reader.installation().0,
        team.0,
        since,
        reader.reads_everything(),
        reader.private(),
        at
    )
    .fetch_all(conn)
    .await?)
}
