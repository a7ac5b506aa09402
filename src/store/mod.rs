//! All SQL, one file a group of tables. Functions take a connection, so that the caller owns the transaction.
//!
//! Whatever people read goes through the views `standing_person`, `shown_lesson`, `shown_edge`, `reviewed_ground` and `standing_pull`:
//! somebody who opted out is absent there, whichever query asks.
pub mod answers;
pub mod asks;
pub mod availability;
pub mod backfills;
pub mod cards;
pub mod checks;
pub mod circles;
pub mod commands;
pub mod comments;
pub mod contents;
pub mod corrections;
pub mod declines;
pub mod edges;
pub mod erasure;
pub mod feedback;
pub mod file_work;
pub mod flow;
pub mod held;
pub mod imports;
pub mod inbox;
pub mod jobs;
pub mod landing_weights;
pub mod lessons;
pub mod lifecycle;
pub mod members;
pub mod moved;
pub mod onboarding;
pub mod open_files;
pub mod ownership;
pub mod pace;
pub mod participation;
pub mod past;
pub mod people;
pub mod profiles;
pub mod pulls;
pub mod reader;
pub mod readings;
pub mod registrations;
pub mod reviews;
pub mod seen;
pub mod session_checks;
pub mod sessions;
pub mod settings;
pub mod sharing;
pub mod standing;
pub mod suggestions;
pub mod sweeps;
pub mod team_pages;
pub mod teams;
pub mod tenants;
pub mod tokens;

use std::time::Duration;

use sqlx::Connection;
use sqlx::PgConnection;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use sqlx::postgres::PgPoolOptions;

/// Why the database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, or took too long to give a connection.
    #[error("the database can't be reached: {0}")]
    Away(#[source] sqlx::Error),
    /// A query failed.
    #[error("the database refused a query: {0}")]
    Query(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date: {0}")]
    Schema(String),
    /// A job could not be queued.
    #[error("a job could not be queued: {0}")]
    Queue(String),
    /// A stored value is not what this version writes.
    #[error("a stored value can't be read ({what}); was it written by a newer version?")]
    Unreadable {
        /// Which value.
        what: &'static str,
    },
}

impl StoreError {
    /// Whether a connection that stood before is dead, so that a fresh one may do.
    #[must_use]
    pub fn is_dead_connection(&self) -> bool {
        match self {
            Self::Away(sqlx::Error::Io(_)) => true,
            Self::Away(sqlx::Error::Database(inner)) => inner.code().is_some_and(|code| code.starts_with("57P")),
            _ => false,
        }
    }

    /// Whether two transactions waited for each other and this one was ended for the other's sake: done again, it passes.
    #[must_use]
    pub fn is_deadlock(&self) -> bool {
        matches!(self, Self::Query(sqlx::Error::Database(inner)) if inner.code().is_some_and(|code| code == "40P01"))
    }

    /// Whether what was to be stored is to blame, so that it will never be taken and anything else may.
    #[must_use]
    pub fn is_of_data(&self) -> bool {
        // Class 22 is "data exception", 54 "program limit exceeded", such as an index entry that is too long.
        let of_data = |code: &str| code.starts_with("22") || code.starts_with("54");
        matches!(self, Self::Query(sqlx::Error::Database(inner)) if inner.code().is_some_and(|code| of_data(&code)))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
                Self::Away(error)
            }
            // Class 57P is "operator intervention" (a server that shuts down or starts up), 53 "out of resources".
            sqlx::Error::Database(ref inner)
                if inner
                    .code()
                    .is_some_and(|code| code.starts_with("57P") || code.starts_with("53")) =>
            {
                Self::Away(error)
            }
            _ => Self::Query(error),
        }
    }
}

/// How long a caller waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that was idle for longer is asked whether it still lives before it is used.
const IDLE: Duration = Duration::from_secs(1);

/// A pool of connections. Nothing is connected before the first use.
///
/// `size` connections at most; a caller waits 5 seconds for one and then gets [`StoreError::Away`].
#[must_use]
pub fn pool(options: PgConnectOptions, size: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        // A check costs a round trip, so only a connection that was idle for a while has one: after a restart of the
        // database the dead ones go at once. One that died within that while shows itself in the query; jobs are tried
        // again then, and the door, which must not lose a delivery, takes a connection of `fresh`.
        .test_before_acquire(false)
        .before_acquire(|conn, idle| {
            Box::pin(async move {
                if idle.idle_for > IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options.application_name("peerlore"))
}

/// A connection beside the pool's own, which may all be dead after the database was restarted.
///
/// # Errors
/// [`StoreError::Away`] when there is none within 5 seconds.
pub async fn fresh(pool: &PgPool) -> Result<PgConnection, StoreError> {
    let options = pool.connect_options();
    let connecting = PgConnection::connect_with(&options);
    let connected = tokio::time::timeout(PATIENCE, connecting).await;
    Ok(connected.unwrap_or(Err(sqlx::Error::PoolTimedOut))?)
}

/// A pool on the same database for jobs: a commit there doesn't wait for the disk.
///
/// Nothing is lost by it. A delivery is in the inbox before its job exists, and the mark that a job is done is in the
/// same log behind what the job wrote: after a crash both are there, or neither, and then the job runs again.
#[must_use]
pub fn pool_for_jobs(pool: &PgPool, size: u32) -> PgPool {
    let options = pool
        .connect_options()
        .as_ref()
        .clone()
        .options([("synchronous_commit", "off")]);
    self::pool(options, size)
}

/// Brings the schema up to date: our tables, then the queue's own.
///
/// # Errors
/// [`StoreError::Away`] without a database; [`StoreError::Schema`] where a migration fails or was changed.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::migrate!("./migrations")
        .run(pool)
        .await
        .map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) => StoreError::from(error),
            other => StoreError::Schema(other.to_string()),
        })?;
    jobs::migrate(pool).await
}

/// How a database's schema stands to this version's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schema {
    /// It is this version's.
    Current,
    /// It lacks migrations, or there is none: [`migrate`] brings it up to date.
    Older,
    /// It has migrations that this version doesn't know.
    Newer,
}

/// How the database's schema stands to this version's; changes nothing.
///
/// # Errors
/// [`StoreError::Away`] when it doesn't answer.
pub async fn schema(pool: &PgPool) -> Result<Schema, StoreError> {
    let applied = sqlx::query_scalar!("select version from _sqlx_migrations where success")
        .fetch_all(pool)
        .await;
    let applied = match applied {
        // There is no such table: nothing was ever migrated.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => Vec::new(),
        applied => applied?,
    };
    let migrations = sqlx::migrate!("./migrations");
    if applied.iter().any(|version| !migrations.version_exists(*version)) {
        return Ok(Schema::Newer);
    }
    let lacks = |version: i64| !applied.contains(&version);
    if migrations.iter().any(|migration| lacks(migration.version)) {
        return Ok(Schema::Older);
    }
    Ok(Schema::Current)
}

/// Whether the database answers and its schema is this version's.
///
/// # Errors
/// [`StoreError::Away`] when it doesn't answer.
pub async fn is_ready(pool: &PgPool) -> Result<bool, StoreError> {
    Ok(schema(pool).await? == Schema::Current)
}

/// Tells the database's planner how much is in the tables. After much came at once it would otherwise plan for empty ones
/// until its own clean-up comes by; a suggestion took seconds then, and takes a tenth of one with it.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn refresh_statistics(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!("analyze").execute(pool).await?;
    Ok(())
}
