//! Members and teams, valid in time.
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::person::OrgRole;
use crate::model::person::TeamRole;
use crate::model::person::TeamSeen;
use crate::store::StoreError;
use crate::store::teams;

/// A person joined the organisation at `at`, as a plain member as far as is known. Does nothing for a member or owner.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn join(conn: &mut PgConnection, id: InstallationId, person: PersonId, at: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into membership (installation_id, person_id, valid_from)
         select $1, $2, $3
         where not exists (select 1 from membership where installation_id = $1 and person_id = $2
                           and (valid_until is null or valid_until > $3))
         on conflict do nothing",
        id.0,
        person.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person is a member of the organisation at `at`, as `role`: one row ends and another begins where that changed.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_role(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, role): (PersonId, OrgRole),
    at: Time,
) -> Result<(), StoreError> {
    join(&mut *conn, id, person, at).await?;
    let ended = sqlx::query!(
        "update membership set valid_until = $4
         where installation_id = $1 and person_id = $2 and valid_until is null and valid_from < $4 and role <> $3",
        id.0,
        person.0,
        role.as_str(),
        at
    )
    .execute(&mut *conn)
    .await?
    .rows_affected();
    if ended > 0 {
        join(&mut *conn, id, person, at).await?;
    }
    sqlx::query!(
        "update membership set role = $3
         where installation_id = $1 and person_id = $2 and valid_until is null and valid_from >= $4 and role <> $3",
        id.0,
        person.0,
        role.as_str(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a person is in the organisation at `at`; none: no member.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn role_of(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    at: Time,
) -> Result<Option<OrgRole>, StoreError> {
    let role = sqlx::query_scalar!(
        "select role from membership
         where installation_id = $1 and person_id = $2 and valid_from <= $3 and (valid_until is null or valid_until > $3)
         order by valid_from desc limit 1",
        id.0,
        person.0,
        at
    )
    .fetch_optional(conn)
    .await?;
    role.map(|role| OrgRole::from_word(&role).ok_or(StoreError::Unreadable { what: "role" }))
        .transpose()
}

/// Former members whose account was not looked up since they left, some of them: the rest another time.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn to_look_up(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<PersonId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select distinct m.person_id as "person: PersonId" from membership m
           join person p on p.installation_id = m.installation_id and p.id = m.person_id
           where m.installation_id = $1 and m.valid_until is not null and m.looked_up_at is null
             and p.gone_at is null and p.erased_at is null
             and not exists (select 1 from membership n where n.installation_id = m.installation_id
                             and n.person_id = m.person_id and n.valid_until is null)
           order by 1 limit 200"#,
        id.0
    )
    .fetch_all(conn)
    .await?)
}

/// Notes that a former member's account was looked up.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn looked_up(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update membership set looked_up_at = $3 where installation_id = $1 and person_id = $2 and valid_until is not null",
        id.0,
        person.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person left the organisation at `at`, and so every team of it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn leave(conn: &mut PgConnection, id: InstallationId, person: PersonId, at: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update membership set valid_until = $3
         where installation_id = $1 and person_id = $2 and valid_until is null and valid_from <= $3",
        id.0,
        person.0,
        at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update team_membership set valid_until = $3
         where installation_id = $1 and person_id = $2 and valid_until is null and valid_from <= $3",
        id.0,
        person.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the memberships of everybody who is not in `present`: the list that GitHub gave at `at` is whole. Who joined later
/// stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn keep_only(
    conn: &mut PgConnection,
    id: InstallationId,
    present: &[PersonId],
    at: Time,
) -> Result<(), StoreError> {
    let present: Vec<i64> = present.iter().map(|person| person.0).collect();
    sqlx::query!(
        "update membership set valid_until = $3
         where installation_id = $1 and valid_until is null and valid_from <= $3 and person_id <> all($2)",
        id.0,
        &present,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Stores what an event shows of a team. What team it lies in is for [`super::teams::nest`]: few events tell. An event can
/// hide a team and never shows a hidden one, since it may be told late: that is for [`set_secret`].
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_team(conn: &mut PgConnection, id: InstallationId, team: &TeamSeen) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into team (installation_id, id, slug, name, secret) values ($1, $2, $3, $4, coalesce($5, false))
         on conflict (installation_id, id) do update
         set slug = excluded.slug, name = excluded.name, secret = team.secret or excluded.secret, deleted_at = null
         where (team.slug, team.name, team.secret)
               is distinct from (excluded.slug, excluded.name, team.secret or excluded.secret) or team.deleted_at is not null",
        id.0,
        team.id.0,
        team.slug,
        team.name,
        team.secret
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets whether a team is secret, as the list of teams has it now.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_secret(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    secret: bool,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update team set secret = $3 where installation_id = $1 and id = $2 and secret <> $3",
        id.0,
        team.0,
        secret
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a team as deleted with those that lie in it, as GitHub does, and ends their memberships.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn remove_team(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    at: Time,
) -> Result<(), StoreError> {
    let gone: Vec<i64> = teams::below(&mut *conn, id, team, at)
        .await?
        .iter()
        .map(|team| team.0)
        .collect();
    sqlx::query!(
        "update team set deleted_at = $3 where installation_id = $1 and id = any($2)",
        id.0,
        &gone,
        at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update team_membership set valid_until = $3
         where installation_id = $1 and team_id = any($2) and valid_until is null",
        id.0,
        &gone,
        at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update team_nesting set valid_until = greatest(valid_from, $3)
         where installation_id = $1 and team_id = any($2) and valid_until is null",
        id.0,
        &gone,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person joined a team at `at`, as `role`. Does nothing for somebody who is in it: the event doesn't tell a maintainer
/// from a member, so it never overwrites what was read.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn join_team(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    (person, role): (PersonId, TeamRole),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
         select $1, $2, $3, $4, $5
         where not exists (select 1 from team_membership where installation_id = $1 and team_id = $2 and person_id = $3
                           and valid_until is null)
         on conflict do nothing",
        id.0,
        team.0,
        person.0,
        role.as_str(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person is in a team at `at`, as `role`: what the code host says when it is asked.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_in_team(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    (person, role): (PersonId, TeamRole),
    at: Time,
) -> Result<(), StoreError> {
    join_team(&mut *conn, id, team, (person, role), at).await?;
    sqlx::query!(
        "update team_membership set role = $4
         where installation_id = $1 and team_id = $2 and person_id = $3 and valid_until is null and role <> $4",
        id.0,
        team.0,
        person.0,
        role.as_str()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person left a team at `at`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn leave_team(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    person: PersonId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update team_membership set valid_until = $4
         where installation_id = $1 and team_id = $2 and person_id = $3 and valid_until is null and valid_from <= $4",
        id.0,
        team.0,
        person.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the memberships in a team of everybody who is not in `present`: the list that GitHub gave at `at` is whole. Who
/// joined later stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn keep_only_in_team(
    conn: &mut PgConnection,
    id: InstallationId,
    team: TeamId,
    present: &[PersonId],
    at: Time,
) -> Result<(), StoreError> {
    let present: Vec<i64> = present.iter().map(|person| person.0).collect();
    sqlx::query!(
        "update team_membership set valid_until = $4
         where installation_id = $1 and team_id = $2 and valid_until is null and valid_from <= $4
           and person_id <> all($3)",
        id.0,
        team.0,
        &present,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks the teams as deleted that are not in `present`, and ends their memberships: the list that GitHub gave at `at` is
/// whole. A team that somebody joined later stays.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn keep_only_teams(
    conn: &mut PgConnection,
    id: InstallationId,
    present: &[TeamId],
    at: Time,
) -> Result<(), StoreError> {
    let present: Vec<i64> = present.iter().map(|team| team.0).collect();
    sqlx::query!(
        "with gone as (update team t set deleted_at = $3
                       where t.installation_id = $1 and t.deleted_at is null and t.id <> all($2)
                         and not exists (select 1 from team_membership m where m.installation_id = $1
                                         and m.team_id = t.id and m.valid_from > $3)
                       returning t.id)
         update team_membership m set valid_until = $3
         from gone where m.installation_id = $1 and m.team_id = gone.id and m.valid_until is null",
        id.0,
        &present,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A time that somebody is or was in the organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OwnTime {
    /// "member" or "owner".
    pub role: String,
    /// Since when.
    pub since: Time,
    /// Until when; none: still.
    pub until: Option<Time>,
}

/// When a person was in the organisation, and as what; oldest first. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<OwnTime>, StoreError> {
    Ok(sqlx::query_as!(
        OwnTime,
        "select role, valid_from as since, valid_until as until from membership
         where installation_id = $1 and person_id = $2 order by valid_from",
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?)
}

/// What a member is who may appear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The login.
    pub login: String,
    /// Owns the organisation.
    pub owner: bool,
    /// The short name of the first team that they maintain, secret ones left out.
    pub leads: Option<String>,
}

/// The members who may appear at `at` with what they are there, by login; with a `login` only that one.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn standing(
    conn: &mut PgConnection,
    id: InstallationId,
    login: Option<&str>,
    at: Time,
) -> Result<Vec<Standing>, StoreError> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select s.login as "login!", m.role = 'owner' as "owner!",
                  (select t.slug from team_membership n
                   join team t on t.installation_id = n.installation_id and t.id = n.team_id and t.deleted_at is null and not t.secret
                   where n.installation_id = m.installation_id and n.person_id = m.person_id and n.role = 'maintainer'
                     and n.valid_from <= $2 and (n.valid_until is null or n.valid_until > $2)
                   order by lower(t.slug) limit 1) as leads
           from membership m
           join standing_person s on s.installation_id = m.installation_id and s.id = m.person_id
           where m.installation_id = $1 and m.valid_from <= $2 and (m.valid_until is null or m.valid_until > $2)
             and ($3::text is null or lower(s.login) = lower($3))
           order by lower(s.login), m.valid_from"#,
        id.0,
        at,
        login
    )
    .fetch_all(conn)
    .await?)
}
