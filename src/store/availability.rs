//! When and how much people can be asked: absences, own limits, what their status says. Only they see it.
use std::collections::HashMap;
use std::collections::HashSet;

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::model::availability::Absence;
use crate::model::availability::Availability;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::person::ShownStatus;
use crate::store::StoreError;

/// What a person chose, without absences that are over.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    today: NaiveDate,
) -> Result<Availability, StoreError> {
    let absences = sqlx::query_as!(
        Absence,
        "select first_day, last_day from absence
         where installation_id = $1 and person_id = $2 and last_day >= $3 order by first_day",
        id.0,
        person.0,
        today
    )
    .fetch_all(&mut *conn)
    .await?;
    let limits = sqlx::query!(
        r#"select p.capacity as "capacity?", o.daily_cap as "daily_cap?", o.mentoring_budget as "mentoring_budget?"
           from person p
           left join own_limit o on o.installation_id = p.installation_id and o.person_id = p.id
           where p.installation_id = $1 and p.id = $2"#,
        id.0,
        person.0
    )
    .fetch_optional(conn)
    .await?;
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    Ok(limits.map_or_else(Availability::default, |row| Availability {
        absences,
        capacity: number(row.capacity),
        daily_cap: number(row.daily_cap),
        mentoring_budget: number(row.mentoring_budget),
    }))
}

/// Puts what a person chose in place of what they chose before.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
    chosen: &Availability,
) -> Result<(), StoreError> {
    let number = |value: Option<u32>| value.map(|value| i32::try_from(value).unwrap_or(i32::MAX));
    sqlx::query!(
        "delete from absence where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(&mut *conn)
    .await?;
    let first: Vec<NaiveDate> = chosen.absences.iter().map(|absence| absence.first_day).collect();
    let last: Vec<NaiveDate> = chosen.absences.iter().map(|absence| absence.last_day).collect();
    sqlx::query!(
        "insert into absence (installation_id, person_id, first_day, last_day)
         select $1, $2, a.first_day, max(a.last_day) from unnest($3::date[], $4::date[]) as a (first_day, last_day)
         group by a.first_day",
        id.0,
        person.0,
        &first,
        &last
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update person set capacity = $3, away_until = null where installation_id = $1 and id = $2",
        id.0,
        person.0,
        number(chosen.capacity)
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into own_limit (installation_id, person_id, daily_cap, mentoring_budget) values ($1, $2, $3, $4)
         on conflict (installation_id, person_id) do update
         set daily_cap = excluded.daily_cap, mentoring_budget = excluded.mentoring_budget",
        id.0,
        person.0,
        number(chosen.daily_cap),
        number(chosen.mentoring_budget)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What some people's status said when it was asked after `since`; who isn't there wasn't asked about since.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn statuses(
    conn: &mut PgConnection,
    id: InstallationId,
    people: &[PersonId],
    since: Time,
) -> Result<HashMap<PersonId, Option<ShownStatus>>, StoreError> {
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    let rows = sqlx::query!(
        r#"select person_id as "person: PersonId", busy, busy_until from shown_status
           where installation_id = $1 and person_id = any($2) and asked_at > $3"#,
        id.0,
        &people,
        since
    )
    .fetch_all(conn)
    .await?;
    let status = |busy: Option<bool>, until| busy.map(|busy| ShownStatus { busy, until });
    Ok(rows
        .into_iter()
        .map(|row| (row.person, status(row.busy, row.busy_until)))
        .collect())
}

/// Stores what a person's status said; none: it didn't say.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_status(
    conn: &mut PgConnection,
    id: InstallationId,
    (person, status): (PersonId, Option<ShownStatus>),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into shown_status (installation_id, person_id, busy, busy_until, asked_at) values ($1, $2, $3, $4, $5)
         on conflict (installation_id, person_id) do update
         set busy = excluded.busy, busy_until = excluded.busy_until, asked_at = excluded.asked_at",
        id.0,
        person.0,
        status.map(|status| status.busy),
        status.and_then(|status| status.until),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets absences that are over, and what statuses said before `before`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, today: NaiveDate, before: Time) -> Result<(), StoreError> {
    sqlx::query!("delete from absence where last_day < $1", today)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from shown_status where asked_at < $1", before)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether one person is away at `at`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_away(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    at: Time,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from absence where installation_id = $1 and person_id = $2
                          and ($3::timestamptz at time zone 'UTC')::date between first_day and last_day)
               or exists (select 1 from person where installation_id = $1 and id = $2 and away_until > $3) as "away!""#,
        id.0,
        person.0,
        at
    )
    .fetch_one(conn)
    .await?)
}

/// Everybody who is away at `at`: never to be shown, only to be left out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn away(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<HashSet<PersonId>, StoreError> {
    let away = sqlx::query_scalar!(
        r#"select person_id as "person!: PersonId" from absence
           where installation_id = $1 and ($2::timestamptz at time zone 'UTC')::date between first_day and last_day
           union
           select id from person where installation_id = $1 and away_until > $2"#,
        id.0,
        at
    )
    .fetch_all(conn)
    .await?;
    Ok(away.into_iter().collect())
}
