//! Reviews, who is asked for one, and who answers.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::ReviewSeen;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::TeamId;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// Stores a submitted review.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_review(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    review: &ReviewSeen,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into review (installation_id, id, repo_id, number, reviewer_id, state, submitted_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (installation_id, id) do update set state = excluded.state
         where review.state <> 'dismissed'",
        id.0,
        review.id.0,
        key.repo.0,
        key.number,
        review.reviewer.as_ref().map(|reviewer| reviewer.id.0),
        review.state.as_str(),
        review.submitted_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether it is the first review of this pull request by its reviewer.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn is_first(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    review: &ReviewSeen,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select not exists (select 1 from review where installation_id = $1 and repo_id = $2 and number = $3
                              and reviewer_id = $4 and id <> $5) as "first!""#,
        id.0,
        key.repo.0,
        key.number,
        review.reviewer.as_ref().map(|reviewer| reviewer.id.0),
        review.id.0
    )
    .fetch_one(conn)
    .await?)
}

/// Who was asked, or no longer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AskedWho {
    /// A person.
    Person(PersonId),
    /// A team.
    Team(TeamId),
}

/// Stores that somebody is asked to review or no longer is; an older event never undoes a newer one. Of two in the same
/// second the answer or the removal came last: neither comes before the request.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_asked(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    (who, asked): (AskedWho, bool),
    at: Time,
) -> Result<(), StoreError> {
    let (kind, asked_id) = match who {
        AskedWho::Person(person) => ("person", person.0),
        AskedWho::Team(team) => ("team", team.0),
    };
    sqlx::query!(
        "insert into pull_asked (installation_id, repo_id, number, kind, asked_id, asked, changed_at)
         select $1, $2, $3, $4, $5, $6 and answered.at is null, greatest($7, answered.at)
         from (select max(v.submitted_at) as at from review v
               where $4 = 'person' and v.installation_id = $1 and v.repo_id = $2 and v.number = $3
                 and v.reviewer_id = $5 and v.submitted_at >= $7) as answered
         on conflict (installation_id, repo_id, number, kind, asked_id) do update
         set asked = excluded.asked, changed_at = excluded.changed_at
         where pull_asked.changed_at < excluded.changed_at
            or (pull_asked.changed_at = excluded.changed_at and not excluded.asked)",
        id.0,
        key.repo.0,
        key.number,
        kind,
        asked_id,
        asked,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A submitted review answers the request that came before it, where there was one.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn see_answer(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    reviewer: PersonId,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update pull_asked set asked = false, changed_at = $5
         where installation_id = $1 and repo_id = $2 and number = $3 and kind = 'person' and asked_id = $4
           and changed_at <= $5",
        id.0,
        key.repo.0,
        key.number,
        reviewer.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Somebody who is asked to review, or did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AskedAlready {
    /// A person who may appear.
    Person(PersonId, String),
    /// A team.
    Team(TeamId, String),
}

/// Who is asked to review a pull request or has reviewed it, people first.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn asked(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
    before: Time,
) -> Result<Vec<AskedAlready>, StoreError> {
    let people = sqlx::query!(
        r#"select s.id as "id!", s.login as "login!" from standing_person s
           where s.installation_id = $1
             and s.id is distinct from (select author_id from pull where installation_id = $1 and repo_id = $2 and number = $3)
             and (exists (select 1 from pull_asked a where a.installation_id = $1 and a.repo_id = $2 and a.number = $3
                          and a.kind = 'person' and a.asked_id = s.id and a.asked and a.changed_at <= $4)
                  or exists (select 1 from review v where v.installation_id = $1 and v.repo_id = $2 and v.number = $3
                             and v.reviewer_id = s.id and v.submitted_at <= $4))
           order by s.id"#,
        id.0,
        key.repo.0,
        key.number,
        before
    )
    .fetch_all(&mut *conn)
    .await?;
    let teams = sqlx::query!(
        r#"select t.id, case when t.secret then '' else t.name end as "name!" from pull_asked a
         join team t on t.installation_id = a.installation_id and t.id = a.asked_id
         where a.installation_id = $1 and a.repo_id = $2 and a.number = $3 and a.kind = 'team' and a.asked
           and a.changed_at <= $4
         order by t.id"#,
        id.0,
        key.repo.0,
        key.number,
        before
    )
    .fetch_all(conn)
    .await?;
    Ok(people
        .into_iter()
        .map(|row| AskedAlready::Person(PersonId(row.id), row.login))
        .chain(
            teams
                .into_iter()
                .map(|row| AskedAlready::Team(TeamId(row.id), row.name)),
        )
        .collect())
}

/// How often somebody was asked to review, and how often a review came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answers {
    /// Who.
    pub person: PersonId,
    /// Times asked.
    pub asked: i64,
    /// Times a review of theirs came.
    pub answered: i64,
}

/// Requests and answers since `since`, in repositories that weren't taken away from us.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn answers(conn: &mut PgConnection, reader: &Reader, since: Time) -> Result<Vec<Answers>, StoreError> {
    Ok(sqlx::query_as!(
        Answers,
        r#"select s.id as "person!: PersonId", count(*) as "asked!",
                  count(*) filter (where exists (
                      select 1 from review v where v.installation_id = a.installation_id and v.repo_id = a.repo_id
                      and v.number = a.number and v.reviewer_id = a.asked_id)) as "answered!"
           from pull_asked a
           join standing_person s on s.installation_id = a.installation_id and s.id = a.asked_id
           join repo r on r.installation_id = a.installation_id and r.id = a.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           where a.installation_id = $1 and a.kind = 'person' and a.changed_at >= $2
           group by 1 order by 1"#,
        reader.installation().0,
        since,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_all(conn)
    .await?)
}
