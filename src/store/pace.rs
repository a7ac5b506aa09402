//! One line for everybody who writes at the code host, whichever process they are in.
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;

use crate::store::StoreError;

/// Takes the next turn, `pause` after the last one of whichever process; gives how long to wait for it. By the database's own
/// clock, which is the same for all of them.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_turn(conn: &mut PgConnection, pause: Duration) -> Result<Duration, StoreError> {
    let pause = PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(pause.as_micros()).unwrap_or(i64::MAX),
    };
    // A clock that was set back keeps nobody waiting for more than a minute.
    let wait = sqlx::query_scalar!(
        r#"insert into write_turn as t (next_at) values (clock_timestamp() + $1::interval)
           on conflict (single) do update
           set next_at = least(greatest(t.next_at, clock_timestamp()), clock_timestamp() + interval '1 minute') + $1::interval
           returning (extract(epoch from next_at - $1::interval - clock_timestamp()) * 1000)::bigint as "wait!""#,
        pause
    )
    .fetch_one(conn)
    .await?;
    Ok(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
}
