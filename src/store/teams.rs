//! Teams over time: which lies in which, who is in them, and who leads them.
use std::collections::HashMap;

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::store::StoreError;

/// Stores what team a team lies in since `at`; none: in no other. Does nothing where that is known already.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn nest(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    parent: Option<TeamId>,
    at: Time,
) -> Result<(), StoreError> {
    let parent = parent.filter(|parent| *parent != team).map(|parent| parent.0);
    sqlx::query!(
        "update team set parent_id = $3 where installation_id = $1 and id = $2 and parent_id is distinct from $3",
        id.0,
        team.0,
        parent
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update team_nesting set valid_until = greatest(valid_from, $4)
         where installation_id = $1 and team_id = $2 and valid_until is null and parent_id is distinct from $3",
        id.0,
        team.0,
        parent,
        at
    )
    .execute(&mut *conn)
    .await?;
    // Two moves within one moment: the later one counts.
    sqlx::query!(
        "insert into team_nesting (installation_id, team_id, parent_id, valid_from)
         select $1, $2, $3, $4
         where $3::bigint is not null
           and not exists (select 1 from team_nesting where installation_id = $1 and team_id = $2 and valid_until is null)
         on conflict (installation_id, team_id, valid_from) do update
         set parent_id = excluded.parent_id, valid_until = null",
        id.0,
        team.0,
        parent,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The teams that lie in this one, however deep, itself included.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn below(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    at: Time,
) -> Result<Vec<TeamId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"with recursive below (id) as (
               select $2::bigint
               union
               select n.team_id from below b
               join team_nesting n on n.installation_id = $1 and n.parent_id = b.id
                    and n.valid_from <= $3 and (n.valid_until is null or n.valid_until > $3))
           select id as "id!: TeamId" from below order by 1"#,
        id.0,
        team.0,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// One person's place in one team.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TeamPlace {
    /// Who.
    pub person: PersonId,
    /// Which team.
    pub team: TeamId,
    /// Its name.
    pub name: String,
    /// In the team itself, and not only in one that lies in it.
    pub direct: bool,
}

/// Who of those who may appear is in which team at `at`, secret ones left out; whoever is in a team is in those above it, too.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn places(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<Vec<TeamPlace>, StoreError> {
    Ok(sqlx::query_as!(
        TeamPlace,
        r#"select p.person_id as "person!: PersonId", p.team_id as "team!: TeamId", t.name, p.direct as "direct!"
           from team_places($1, $2) p
           join team t on t.installation_id = $1 and t.id = p.team_id and not t.secret
           join standing_person s on s.installation_id = $1 and s.id = p.person_id
           order by t.name, p.team_id, p.person_id"#,
        id.0,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// The people of the team with this short name at `at`, those of the teams in it included. For owners named by a file;
/// who opted out is absent, and a secret team owns nothing, as on GitHub.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn people_of(
    conn: &mut PgConnection,
    id: InstallationId,
    slug: &str,
    at: Time,
) -> Result<Vec<PersonId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select p.person_id as "person!: PersonId" from team_places($1, $3) p
           join team t on t.installation_id = $1 and t.id = p.team_id
           join standing_person s on s.installation_id = $1 and s.id = p.person_id
           where lower(t.slug) = lower($2) and not t.secret order by 1"#,
        id.0,
        slug,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// The teams that a person maintains at `at`: they lead these, and not those in them or above them.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn led_by(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    at: Time,
) -> Result<Vec<TeamId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select m.team_id as "team: TeamId" from team_membership m
           join team t on t.installation_id = m.installation_id and t.id = m.team_id and t.deleted_at is null
           where m.installation_id = $1 and m.person_id = $2 and m.role = 'maintainer'
             and m.valid_from <= $3 and (m.valid_until is null or m.valid_until > $3)
           order by 1"#,
        id.0,
        person.0,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// The short names of the teams that are no secret, by number.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn slugs(conn: &mut PgConnection, id: InstallationId) -> Result<HashMap<TeamId, String>, StoreError> {
    let rows = sqlx::query!(
        r#"select id as "team: TeamId", slug from team where installation_id = $1 and deleted_at is null and not secret"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.team, row.slug)).collect())
}

/// A time that somebody is or was in a team.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OwnPlace {
    /// The team's name.
    pub name: String,
    /// Its short name.
    pub slug: String,
    /// "member" or "maintainer".
    pub role: String,
    /// Since when.
    pub since: Time,
    /// Until when; none: still.
    pub until: Option<Time>,
}

/// The teams that a person is or was in, without secret ones that they left; oldest first. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<OwnPlace>, StoreError> {
    Ok(sqlx::query_as!(
        OwnPlace,
        "select t.name, t.slug, m.role, m.valid_from as since, m.valid_until as until
         from team_membership m join team t on t.installation_id = m.installation_id and t.id = m.team_id
         where m.installation_id = $1 and m.person_id = $2 and (not t.secret or m.valid_until is null)
         order by m.valid_from, t.id",
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?)
}
