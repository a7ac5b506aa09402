//! All SQL, one file a group of tables. Functions take a connection, so that the caller owns the transaction.
//!
//! Whatever people read goes through the views `standing_person`, `shown_lesson` and `shown_edge`: somebody who
//! opted out is absent there, whichever query asks.
pub mod comments;
pub mod contents;
pub mod imports;
pub mod inbox;
pub mod jobs;
pub mod lessons;
pub mod members;
pub mod past;
pub mod people;
pub mod profiles;
pub mod pulls;
pub mod reviews;
pub mod suggestions;
pub mod tenants;

use std::time::Duration;

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

/// A pool of connections. Nothing is connected before the first use.
///
/// `size` connections at most; a caller waits 5 seconds for one and then gets [`StoreError::Away`].
#[must_use]
pub fn pool(options: PgConnectOptions, size: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(5))
        // The check costs a round trip on each use; a dead connection shows itself in the query and is replaced.
        .test_before_acquire(false)
        .connect_lazy_with(options.application_name("peerlore"))
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

/// Whether the database answers and its schema is this version's.
///
/// # Errors
/// [`StoreError::Away`] when it doesn't answer.
pub async fn is_ready(pool: &PgPool) -> Result<bool, StoreError> {
    let newest = sqlx::migrate!("./migrations")
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    let applied = sqlx::query_scalar!(r#"select max(version) as "version!" from _sqlx_migrations where success"#)
        .fetch_one(pool)
        .await?;
    Ok(applied == newest)
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
