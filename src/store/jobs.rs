//! The queue: `graphile_worker`'s tables, reached in the caller's own transaction.
use graphile_worker::JobSpec;
use graphile_worker::WorkerUtils;
use graphile_worker::worker_utils::types::CleanupTask;
use sqlx::PgConnection;
use sqlx::PgPool;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::job::Queued;
use crate::store::StoreError;

/// The schema that the queue's tables live in.
pub const SCHEMA: &str = "graphile_worker";

/// The one task name: every job of ours is a step of the path, told apart by its payload.
pub const TASK: &str = "step";

/// How often a job is tried before it rests.
const ATTEMPTS: i16 = 12;

/// Puts jobs into the queue.
#[derive(Clone)]
pub struct Queue {
    utils: WorkerUtils,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

impl Queue {
    /// A queue on this database.
    #[must_use]
    pub fn new(pool: &PgPool) -> Self {
        Self {
            utils: WorkerUtils::new(pool.clone(), SCHEMA),
        }
    }

    /// Adds a job that becomes real when the caller's transaction commits. Where one with the same key waits, that one
    /// stays the only one.
    ///
    /// # Errors
    /// [`StoreError::Queue`] when the database refuses it.
    pub async fn add(&self, conn: &mut PgConnection, queued: &Queued) -> Result<(), StoreError> {
        self.add_spec(conn, queued, None).await
    }

    /// Adds a job that runs at `at` at the earliest.
    ///
    /// # Errors
    /// [`StoreError::Queue`] when the database refuses it.
    pub async fn add_at(&self, conn: &mut PgConnection, queued: &Queued, at: Time) -> Result<(), StoreError> {
        self.add_spec(conn, queued, Some(at)).await
    }

    /// Lets the names of serial queues go that no job uses any more; every pull request has one.
    ///
    /// # Errors
    /// [`StoreError::Queue`] when the database refuses.
    pub async fn forget_idle_queues(&self) -> Result<(), StoreError> {
        self.utils
            .cleanup(&[CleanupTask::GcJobQueues])
            .await
            .map_err(|error| StoreError::Queue(error.to_string()))
    }

    async fn add_spec(&self, conn: &mut PgConnection, queued: &Queued, run_at: Option<Time>) -> Result<(), StoreError> {
        let job = &queued.job;
        let spec = JobSpec {
            queue_name: job.queue(),
            job_key: job.key(),
            max_attempts: Some(ATTEMPTS),
            priority: Some(job.priority()),
            run_at,
            ..JobSpec::default()
        };
        self.utils
            .clone()
            .with_executor(conn)
            .add_raw_job(TASK, queued, spec)
            .await
            .map(|_| ())
            .map_err(|error| StoreError::Queue(error.to_string()))
    }
}

/// Makes or updates the queue's own tables.
///
/// # Errors
/// [`StoreError::Schema`] when that fails.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    WorkerUtils::new(pool.clone(), SCHEMA)
        .migrate()
        .await
        .map_err(|error| StoreError::Schema(error.to_string()))
}

/// Lets jobs go that failed after another one took their place.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget_replaced(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from graphile_worker._private_jobs j using graphile_worker._private_job_retirements r
         where r.id = j.id and j.locked_at is null"
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Jobs that wait or run, and those that gave up; whose place another one took, in neither.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backlog {
    /// Waiting or running.
    pub waiting: i64,
    /// Of these, how many run or are due; the others wait for a later time.
    pub due: i64,
    /// Tried as often as allowed; they rest with their last error.
    pub gave_up: i64,
}

/// Counts the jobs.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn backlog(conn: &mut PgConnection) -> Result<Backlog, StoreError> {
    let row = sqlx::query!(
        r#"select
            count(*) filter (where attempts < max_attempts or locked_at is not null) as "waiting!",
            count(*) filter (where locked_at is not null or attempts < max_attempts and run_at <= now()) as "due!",
            count(*) filter (where attempts >= max_attempts and locked_at is null and not exists (
                select 1 from graphile_worker._private_job_retirements r where r.id = j.id)) as "gave_up!"
           from graphile_worker._private_jobs j"#
    )
    .fetch_one(conn)
    .await?;
    Ok(Backlog {
        waiting: row.waiting,
        due: row.due,
        gave_up: row.gave_up,
    })
}

/// Counts the jobs of some tenants that may run now.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn ready_of(conn: &mut PgConnection, ids: &[InstallationId]) -> Result<i64, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from graphile_worker._private_jobs
           where run_at <= now() and attempts < max_attempts and (payload ->> 'installation')::bigint = any($1)"#,
        &ids
    )
    .fetch_one(conn)
    .await?)
}

/// Counts the jobs that may run now.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn ready(conn: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from graphile_worker._private_jobs
           where run_at <= now() and attempts < max_attempts"#
    )
    .fetch_one(conn)
    .await?)
}
