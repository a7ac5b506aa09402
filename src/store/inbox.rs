//! The inbox: deliveries as they came, until their facts are stored.
use std::collections::HashSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InboxId;
use crate::store::StoreError;

/// A delivery at the door.
#[derive(Clone, Debug)]
pub struct Arrival<'a> {
    /// GitHub's id of it (`X-GitHub-Delivery`).
    pub delivery: &'a str,
    /// The event's name (`X-GitHub-Event`).
    pub event: &'a str,
    /// `application/json` or the form.
    pub content_type: &'a str,
    /// The compressed body.
    pub body: &'a [u8],
    /// When it came.
    pub at: Time,
}

/// Stores a delivery. A dead letter that comes again is taken as if it were new, with the time at which it came first.
/// None: this id was seen before, and nothing is to be done.
///
/// # Errors
/// [`StoreError`] when the database can't take it.
pub async fn put(conn: &mut PgConnection, arrival: &Arrival<'_>) -> Result<Option<InboxId>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"insert into inbox (delivery_id, event, content_type, body, received_at) values ($1, $2, $3, $4, $5)
           on conflict (delivery_id, event) do update
           set content_type = excluded.content_type, body = excluded.body,
               processed_at = null, failed_at = null, failure = null
           where inbox.failed_at is not null
           returning id as "id: InboxId""#,
        arrival.delivery,
        arrival.event,
        arrival.content_type,
        arrival.body,
        arrival.at,
    )
    .fetch_optional(conn)
    .await?)
}

/// A stored delivery whose body is still there.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// GitHub's id of it.
    pub delivery: String,
    /// The event's name.
    pub event: String,
    /// How the body is written.
    pub content_type: String,
    /// The compressed body.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Time,
}

/// A delivery that is not processed yet, locked until the caller's transaction ends. None: done already.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn take(conn: &mut PgConnection, id: InboxId) -> Result<Option<Waiting>, StoreError> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select delivery_id as delivery, event, content_type, body as "body!", received_at
           from inbox where id = $1 and processed_at is null and body is not null for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Marks a delivery as processed and lets its body go.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn done(conn: &mut PgConnection, id: InboxId, at: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update inbox set processed_at = $2, body = null, failed_at = null, failure = null where id = $1",
        id.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lays a delivery to rest as a dead letter, with its body and the reason.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn bury(conn: &mut PgConnection, id: InboxId, at: Time, why: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update inbox set failed_at = $2, failure = $3 where id = $1",
        id.0,
        at,
        why
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets the bodies of dead letters go that failed before `before`; gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn drop_dead_bodies(conn: &mut PgConnection, before: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update inbox set body = null, processed_at = failed_at where failed_at < $1 and body is not null",
        before
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets deliveries that were processed before `before`; gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, before: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!("delete from inbox where processed_at < $1", before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// How the inbox stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InboxState {
    /// Not processed yet, dead letters left out.
    pub waiting: i64,
    /// Dead letters.
    pub dead: i64,
    /// When the oldest waiting one came.
    pub oldest: Option<Time>,
}

/// Counts what waits or failed, by the indexes that hold only those.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn state(conn: &mut PgConnection) -> Result<InboxState, StoreError> {
    Ok(sqlx::query_as!(
        InboxState,
        r#"select
            (select count(*) from inbox where processed_at is null and failed_at is null) as "waiting!",
            (select count(*) from inbox where failed_at is not null and processed_at is null) as "dead!",
            (select min(received_at) from inbox where processed_at is null and failed_at is null) as oldest"#
    )
    .fetch_one(conn)
    .await?)
}

/// A delivery that lies here with its body, packed as it came.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Our number of it.
    pub id: InboxId,
    /// The event's name.
    pub event: String,
    /// How the body is written.
    pub content_type: String,
    /// The compressed body.
    pub body: Vec<u8>,
    /// It is a dead letter; else it waits for its first or another try.
    pub dead: bool,
}

/// The first delivery after another one whose body is still there, of dead letters alone where `dead` says so: one at a time,
/// since each may be big.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn kept_after(
    conn: &mut PgConnection,
    after: Option<InboxId>,
    dead: bool,
) -> Result<Option<Kept>, StoreError> {
    Ok(sqlx::query_as!(
        Kept,
        r#"select id as "id: InboxId", event, content_type, body as "body!", failed_at is not null as "dead!" from inbox
           where processed_at is null and body is not null and ($1::bigint is null or id > $1)
             and (failed_at is not null or not $2)
           order by id limit 1"#,
        after.map(|after| after.0),
        dead
    )
    .fetch_optional(conn)
    .await?)
}

/// Lets the body of one delivery go, so that nothing of it is tried again. A dead letter may come again.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn drop_body(conn: &mut PgConnection, id: InboxId, at: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update inbox set body = null, processed_at = coalesce(processed_at, $2), failure = null where id = $1",
        id.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Which of these deliveries are here and no dead letters.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn held(conn: &mut PgConnection, deliveries: &[String]) -> Result<HashSet<String>, StoreError> {
    let found = sqlx::query_scalar!(
        "select delivery_id from inbox where delivery_id = any($1) and failed_at is null",
        deliveries
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// When the latest delivery came; none: none is known.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn latest(conn: &mut PgConnection) -> Result<Option<Time>, StoreError> {
    Ok(
        sqlx::query_scalar!("select received_at from inbox order by id desc limit 1")
            .fetch_optional(conn)
            .await?,
    )
}

/// How many deliveries were processed since `since`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn done_since(conn: &mut PgConnection, since: Time) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from inbox where processed_at >= $1 and failed_at is null"#,
        since
    )
    .fetch_one(conn)
    .await?)
}

/// A delivery that could not be processed and rests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeadLetter {
    /// Our number of it.
    pub id: InboxId,
    /// GitHub's id of it.
    pub delivery: String,
    /// The event's name.
    pub event: String,
    /// When it came.
    pub received_at: Time,
    /// When it failed.
    pub failed_at: Time,
    /// Why it rests.
    pub failure: String,
}

/// The dead letters whose bodies are still there, the latest to fail first, after the one with that time and number, `limit` at most.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn dead(
    conn: &mut PgConnection,
    after: Option<(Time, InboxId)>,
    limit: i64,
) -> Result<Vec<DeadLetter>, StoreError> {
    Ok(sqlx::query_as!(
        DeadLetter,
        r#"select id as "id: InboxId", delivery_id as delivery, event, received_at, failed_at as "failed_at!",
                  coalesce(failure, '') as "failure!"
           from inbox where failed_at is not null and body is not null
             and ($2::timestamptz is null or (failed_at, id) < ($2, $3))
           order by failed_at desc, id desc limit $1"#,
        limit,
        after.map(|(at, _)| at),
        after.map(|(_, id)| id.0)
    )
    .fetch_all(conn)
    .await?)
}

/// One dead letter with its packed body; none: there is no such, or its body went.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn dead_letter(conn: &mut PgConnection, id: InboxId) -> Result<Option<(DeadLetter, Vec<u8>)>, StoreError> {
    let row = sqlx::query!(
        r#"select delivery_id, event, received_at, failed_at as "failed_at!", coalesce(failure, '') as "failure!", body as "body!"
           from inbox where id = $1 and failed_at is not null and body is not null"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let letter = DeadLetter {
            id,
            delivery: row.delivery_id,
            event: row.event,
            received_at: row.received_at,
            failed_at: row.failed_at,
            failure: row.failure,
        };
        (letter, row.body)
    }))
}

/// Lets dead letters go unread, the oldest first, `limit` at most: this one, or all. They count as received, so that nobody asks for them
/// again. Gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn drop_dead(
    conn: &mut PgConnection,
    only: Option<InboxId>,
    (limit, at): (i64, Time),
) -> Result<usize, StoreError> {
    let done = sqlx::query!(
        "update inbox set processed_at = $3, body = null, failed_at = null, failure = null
         where id in (select id from inbox where failed_at is not null and body is not null and ($1::bigint is null or id = $1)
                      order by id limit $2 for update)
           and failed_at is not null",
        only.map(|only| only.0),
        limit,
        at
    )
    .execute(conn)
    .await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Takes dead letters out of their rest, the oldest first, `limit` at most: this one, or all. Gives those that are to be
/// processed anew, with GitHub's ids.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn revive(
    conn: &mut PgConnection,
    only: Option<InboxId>,
    limit: i64,
) -> Result<Vec<(InboxId, String)>, StoreError> {
    let found = sqlx::query!(
        r#"update inbox set failed_at = null, failure = null, processed_at = null
           where id in (select id from inbox where failed_at is not null and body is not null and ($1::bigint is null or id = $1)
                        order by id limit $2 for update)
             and failed_at is not null
           returning id as "id: InboxId", delivery_id"#,
        only.map(|only| only.0),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.id, row.delivery_id)).collect())
}
