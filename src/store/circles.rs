//! Who reviewed whom, and the circles that were found in it where there are no teams.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::store::StoreError;

/// How many changes of one person another reviewed between `since` and `before`, of people who may appear, in repositories
/// that are still ours.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn co_reviews(
    conn: &mut PgConnection,
    id: InstallationId,
    (since, before): (Time, Time),
) -> Result<Vec<(PersonId, PersonId, f64)>, StoreError> {
    let found = sqlx::query!(
        r#"select a.id as "author!: PersonId", s.id as "reviewer!: PersonId",
                  count(distinct (v.repo_id, v.number))::float8 as "weight!"
           from review v
           join pull p on p.installation_id = v.installation_id and p.repo_id = v.repo_id and p.number = v.number
           join repo r on r.installation_id = v.installation_id and r.id = v.repo_id and r.removed_at is null
           join standing_person a on a.installation_id = v.installation_id and a.id = p.author_id
           join standing_person s on s.installation_id = v.installation_id and s.id = v.reviewer_id
           where v.installation_id = $1 and v.submitted_at >= $2 and v.submitted_at < $3 and a.id <> s.id and not p.ignored
           group by 1, 2 order by 1, 2"#,
        id.0,
        since,
        before
    )
    .fetch_all(conn)
    .await?;
    Ok(found
        .into_iter()
        .map(|row| (row.author, row.reviewer, row.weight))
        .collect())
}

/// The circles as they were found last, by number.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn known(
    conn: &mut PgConnection,
    id: InstallationId,
) -> Result<BTreeMap<i64, BTreeSet<PersonId>>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.circle, c.person_id as "person: PersonId" from circle_place c
           join standing_person s on s.installation_id = c.installation_id and s.id = c.person_id
           where c.installation_id = $1"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    let mut circles: BTreeMap<i64, BTreeSet<PersonId>> = BTreeMap::new();
    for row in rows {
        circles.entry(row.circle).or_default().insert(row.person);
    }
    Ok(circles)
}

/// Puts circles in place of the earlier ones.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set(
    conn: &mut PgConnection,
    id: InstallationId,
    circles: &BTreeMap<i64, Vec<PersonId>>,
    at: Time,
) -> Result<(), StoreError> {
    let (numbers, people): (Vec<i64>, Vec<i64>) = circles
        .iter()
        .flat_map(|(number, people)| people.iter().map(move |person| (*number, person.0)))
        .unzip();
    sqlx::query!("update installation set circles_found_at = $2 where id = $1", id.0, at)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from circle_place where installation_id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "insert into circle_place (installation_id, person_id, circle)
         select $1, c.person, c.circle from unnest($2::bigint[], $3::bigint[]) as c (person, circle)",
        id.0,
        &people,
        &numbers
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tenants without a team whose circles weren't found since `before`, or never.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn stale(conn: &mut PgConnection, before: Time) -> Result<Vec<InstallationId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select i.id as "id: InstallationId" from installation i
           where i.removed_at is null and (i.circles_found_at is null or i.circles_found_at < $1)
             and not exists (select 1 from team t where t.installation_id = i.id and t.deleted_at is null and not t.secret)
           order by 1"#,
        before
    )
    .fetch_all(conn)
    .await?)
}

/// Whether the tenant has any team that everybody in it may know.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn has_teams(conn: &mut PgConnection, id: InstallationId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from team where installation_id = $1 and deleted_at is null and not secret) as "has!""#,
        id.0
    )
    .fetch_one(conn)
    .await?)
}
