//! The inbox: deliveries as they came, until their facts are stored.
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

/// The dead letters that still have a body, packed as they came.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn dead_bodies(conn: &mut PgConnection) -> Result<Vec<(InboxId, Vec<u8>)>, StoreError> {
    let found = sqlx::query!(
        r#"select id as "id: InboxId", body as "body!" from inbox where failed_at is not null and body is not null order by id"#
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.id, row.body)).collect())
}

/// Lets the body of one delivery go.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn drop_body(conn: &mut PgConnection, id: InboxId) -> Result<(), StoreError> {
    sqlx::query!("update inbox set body = null where id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}
