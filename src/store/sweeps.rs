//! How far the deliveries of the App's webhooks were looked through, which were asked for again, and what can't come any
//! more. All of it belongs to the whole instance, as the inbox.
use std::collections::HashMap;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::store::StoreError;

/// A time whose deliveries can't come any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Its begin.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// What one look found and did, in deliveries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Attempts that were read.
    pub listed: i64,
    /// Deliveries of which no attempt arrived and that the inbox doesn't hold.
    pub lost: i64,
    /// Asked for now.
    pub asked: i64,
    /// Asked for as often as allowed, in vain.
    pub given_up: i64,
    /// Asked for at a later look.
    pub waiting: i64,
}

/// How the looks went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Looks {
    /// Every delivery up to here came or was given up; none: nobody looked yet.
    pub reached_at: Option<Time>,
    /// When the last look that went through was.
    pub swept_at: Option<Time>,
    /// What that one found and did.
    pub counts: Counts,
    /// When the last look that failed was, and why.
    pub failed: Option<(Time, String)>,
    /// What has to be read anew.
    pub gap: Option<Gap>,
}

impl Looks {
    /// Why the latest look failed; none: it went through.
    #[must_use]
    pub fn failure(&self) -> Option<&(Time, String)> {
        let swept = self.swept_at;
        self.failed
            .as_ref()
            .filter(|(at, _)| swept.is_none_or(|swept| swept < *at))
    }
}

/// How the looks went; none: there was none yet.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn looks(conn: &mut PgConnection) -> Result<Option<Looks>, StoreError> {
    let row = sqlx::query!(
        "select reached_at, swept_at, listed, lost, asked, given_up, waiting, failed_at, failure, gap_from, gap_to
         from hook_sweep"
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Looks {
        reached_at: row.reached_at,
        swept_at: row.swept_at,
        counts: Counts {
            listed: row.listed,
            lost: row.lost,
            asked: row.asked,
            given_up: row.given_up,
            waiting: row.waiting,
        },
        failed: row.failed_at.zip(row.failure),
        gap: row.gap_from.zip(row.gap_to).map(|(from, to)| Gap { from, to }),
    }))
}

/// Notes a look that went through at `at`: every delivery up to `reached` came or was given up. A gap that is noted already
/// is widened.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn went_through(
    conn: &mut PgConnection,
    (at, reached): (Time, Time),
    counts: &Counts,
    gap: Option<Gap>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into hook_sweep (reached_at, swept_at, listed, lost, asked, given_up, waiting, gap_from, gap_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (one) do update set
            reached_at = excluded.reached_at, swept_at = excluded.swept_at, listed = excluded.listed, lost = excluded.lost,
            asked = excluded.asked, given_up = excluded.given_up, waiting = excluded.waiting,
            gap_from = least(hook_sweep.gap_from, excluded.gap_from), gap_to = greatest(hook_sweep.gap_to, excluded.gap_to)",
        reached,
        at,
        counts.listed,
        counts.lost,
        counts.asked,
        counts.given_up,
        counts.waiting,
        gap.map(|gap| gap.from),
        gap.map(|gap| gap.to),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes a look that failed; how far the looks came stays as it was.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn failed(conn: &mut PgConnection, at: Time, why: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into hook_sweep (failed_at, failure) values ($1, $2)
         on conflict (one) do update set failed_at = excluded.failed_at, failure = excluded.failure",
        at,
        why
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The time whose deliveries can't come any more, so that whatever happened then has to be read anew.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn gap(conn: &mut PgConnection) -> Result<Option<Gap>, StoreError> {
    Ok(looks(conn).await?.and_then(|looks| looks.gap))
}

/// Notes that all of this gap will be read anew; one that grew meanwhile stays. Gives whether it is closed.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn close_gap(conn: &mut PgConnection, gap: &Gap) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update hook_sweep set gap_from = null, gap_to = null where gap_from = $1 and gap_to = $2",
        gap.from,
        gap.to
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How often a delivery was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// So many times.
    pub times: i16,
    /// Not again before this.
    pub next_at: Time,
    /// It was told already that it is given up.
    pub given_up: bool,
}

/// How often these deliveries were asked for; those that never were are absent.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn asked(conn: &mut PgConnection, deliveries: &[String]) -> Result<HashMap<String, Asked>, StoreError> {
    let found = sqlx::query!(
        "select delivery_id, times, next_at, given_up from redelivery where delivery_id = any($1)",
        deliveries
    )
    .fetch_all(conn)
    .await?;
    let of_row = |(id, times, next_at, given_up)| {
        let asked = Asked {
            times,
            next_at,
            given_up,
        };
        (id, asked)
    };
    let rows = found
        .into_iter()
        .map(|row| (row.delivery_id, row.times, row.next_at, row.given_up));
    Ok(rows.map(of_row).collect())
}

/// Counts one more time that a delivery is asked for, and says that it isn't before `next_at`. False: it was asked for `most`
/// times, or a little while ago, perhaps by another process.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn claim(
    conn: &mut PgConnection,
    delivery: &str,
    most: i16,
    (now, next_at): (Time, Time),
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "insert into redelivery (delivery_id, times, next_at) values ($1, 1, $4)
         on conflict (delivery_id) do update set times = redelivery.times + 1, next_at = excluded.next_at
         where redelivery.times < $2 and redelivery.next_at <= $3",
        delivery,
        most,
        now,
        next_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes back a [`claim`]: GitHub could not be asked.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn give_back(conn: &mut PgConnection, delivery: &str, now: Time) -> Result<(), StoreError> {
    sqlx::query!(
        "update redelivery set times = times - 1, next_at = $2 where delivery_id = $1",
        delivery,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that it is told that these are given up.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn give_up(conn: &mut PgConnection, deliveries: &[String]) -> Result<(), StoreError> {
    sqlx::query!(
        "update redelivery set given_up = true where delivery_id = any($1)",
        deliveries
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what was asked for before `before`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget(conn: &mut PgConnection, before: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!("delete from redelivery where next_at < $1", before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
