//! Takes jobs from the queue and runs the step that each names.
use std::time::Duration;
use std::time::Instant;

use graphile_worker::IntoTaskHandlerResult;
use graphile_worker::LocalQueueConfig;
use graphile_worker::RefetchDelayConfig;
use graphile_worker::TaskHandler;
use graphile_worker::WorkerContext;
use graphile_worker::WorkerOptions;
use serde::Deserialize;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::forge::ForgeError;
use crate::model::job::Job;
use crate::model::job::Queued;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::backfill;
use crate::pipeline::command;
use crate::pipeline::expire;
use crate::pipeline::fetch;
use crate::pipeline::learn;
use crate::pipeline::learn::Reread;
use crate::pipeline::lifecycle;
use crate::pipeline::members;
use crate::pipeline::publish;
use crate::pipeline::receive;
use crate::pipeline::refit;
use crate::pipeline::settings;
use crate::pipeline::suggest;
use crate::pipeline::sweep;
use crate::store::StoreError;
use crate::store::inbox;
use crate::store::jobs;

/// A job as the queue hands it out.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Step(Queued);

impl TaskHandler for Step {
    const IDENTIFIER: &'static str = jobs::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let pipeline = context
            .get_ext::<Pipeline>()
            .ok_or_else(|| "the worker was started without a pipeline".to_owned())?;
        let job = context.job();
        let span = tracing::info_span!("job", job.kind = self.0.job.kind(), delivery.id = self.0.delivery);
        handle(pipeline, self.0, (*job.attempts(), *job.max_attempts()))
            .instrument(span)
            .await
    }
}

/// Runs one job, logs a failure once, and says whether it is to be tried again.
async fn handle(pipeline: &Pipeline, queued: Queued, (attempt, of): (i16, i16)) -> Result<(), String> {
    let begun = Instant::now();
    let job = queued.job;
    let outcome = run(pipeline, &queued).await;
    metrics::histogram!("peerlore_job_seconds", "kind" => job.kind()).record(begun.elapsed().as_secs_f64());
    let (word, result) = match outcome {
        Ok(()) => ("done", Ok(())),
        Err(StepError::Forge(ForgeError::RateLimited { until, .. })) => (
            "later",
            again(pipeline, &queued, until).await.map_err(|error| error.to_string()),
        ),
        Err(error) => {
            let last = attempt >= of;
            tracing::warn!(attempt, of, %error, "a job failed");
            // A dead letter tells of it where everybody looks, and may come again: the queue need not keep its job.
            let rests = last && rest(pipeline, job, &error).await;
            (
                if last { "gave up" } else { "failed" },
                if rests { Ok(()) } else { Err(error.to_string()) },
            )
        }
    };
    metrics::counter!("peerlore_jobs_total", "kind" => job.kind(), "outcome" => word).increment(1);
    result
}

async fn run(pipeline: &Pipeline, queued: &Queued) -> Result<(), StepError> {
    match queued.job {
        Job::Receive { inbox } => receive::run(pipeline, inbox).await,
        Job::Fetch { installation, pull } => fetch::run(pipeline, installation, pull, queued.delivery.as_deref()).await,
        Job::Learn { installation, pull } => learn::run(pipeline, installation, pull, Reread::New).await,
        Job::Suggest { installation, pull } => suggest::run(pipeline, installation, pull).await,
        Job::Redact { installation, pull } => publish::redact(pipeline, installation, pull).await,
        Job::Command {
            installation, comment, ..
        } => command::run(pipeline, installation, comment).await,
        Job::Members { installation } => members::run(pipeline, installation).await,
        Job::Settings { installation, of } => settings::run(pipeline, installation, of).await,
        Job::CheckSettings { installation, pull } => settings::check::run(pipeline, installation, pull).await,
        Job::Weigh { installation } => lifecycle::weigh(pipeline, installation).await,
        Job::Relearn { installation } => refit::relearn(pipeline, installation).await,
        Job::Expire => expire::run(pipeline).await,
        Job::Backfill { installation } => backfill::run(pipeline, installation).await,
        Job::Sweep => {
            sweep::run(pipeline).await?;
            backfill::keep_up(pipeline).await
        }
    }
}

async fn again(pipeline: &Pipeline, queued: &Queued, at: crate::model::clock::Time) -> Result<(), StoreError> {
    let mut conn = pipeline.pool.acquire().await?;
    pipeline.queue.add_at(&mut conn, queued, at).await
}

/// A delivery that failed as often as allowed rests as a dead letter, with its reason; gives whether it does.
async fn rest(pipeline: &Pipeline, job: Job, why: &StepError) -> bool {
    let Job::Receive { inbox: id } = job else { return false };
    metrics::counter!("peerlore_deliveries_total", "outcome" => "failed").increment(1);
    let buried = async {
        let mut conn = pipeline.pool.acquire().await?;
        inbox::bury(&mut conn, id, pipeline.clock.now(), &why.to_string()).await
    };
    let buried = buried.await;
    if let Err(error) = &buried {
        tracing::error!(inbox.id = id.0, %error, "a dead letter could not be marked");
    }
    buried.is_ok()
}

fn options(pipeline: &Pipeline, concurrency: usize) -> WorkerOptions {
    WorkerOptions::default()
        .pg_pool(pipeline.pool.clone())
        .schema(jobs::SCHEMA)
        .concurrency(concurrency)
        .poll_interval(Duration::from_secs(1))
        // Without it, the jobs that wait when nothing new comes are taken at `concurrency` a poll: four a second.
        // And without the pause, an empty queue is asked again at once, for ever; the first job that is added ends the pause.
        .local_queue(
            LocalQueueConfig::default()
                .with_size(concurrency * 4)
                .with_refetch_delay(
                    RefetchDelayConfig::default()
                        .with_duration(Duration::from_millis(500))
                        .with_max_abort_threshold(1),
                ),
        )
        // A worker that dies without a word loses its jobs to the others within a minute.
        .heartbeat_interval(Duration::from_secs(5))
        .sweep_interval(Duration::from_secs(10))
        .sweep_threshold(Duration::from_secs(30))
        .recovery_delay(Duration::from_secs(1))
        .listen_os_shutdown_signals(false)
        .add_extension(pipeline.clone())
        .define_job::<Step>()
}

/// Works until `stop` is cancelled. A worker that loses the database is started again, a second later each time.
pub async fn work(pipeline: Pipeline, concurrency: usize, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let stopped = stop.clone();
        let worker = options(&pipeline, concurrency)
            .shutdown_signal(async move { stopped.cancelled().await })
            .shutdown_grace_period(Duration::from_secs(10))
            .init()
            .await;
        let ended = match worker {
            Ok(worker) => worker.run().await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = ended {
            tracing::warn!(error, "the worker lost the database; it starts again in a second");
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }
}

/// Queues [`Job::Expire`] and [`Job::Sweep`] once now and then every hour, until `stop` is cancelled.
pub async fn keep_expiring(pipeline: Pipeline, stop: CancellationToken) {
    loop {
        let queued = async {
            let mut conn = pipeline.pool.acquire().await?;
            pipeline.queue.add(&mut conn, &Job::Expire.into()).await?;
            pipeline.queue.add(&mut conn, &Job::Sweep.into()).await
        };
        if let Err(error) = queued.await {
            tracing::warn!(%error, "the hourly clean-up and sweep could not be queued");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_hours(1)) => {}
        }
    }
}

/// Runs what waits, and what that queues, until nothing is left that may run now.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn drain(pipeline: &Pipeline) -> Result<(), StepError> {
    let failed = |error: String| StepError::Store(StoreError::Queue(error));
    let worker = options(pipeline, 4)
        .init()
        .await
        .map_err(|error| failed(error.to_string()))?;
    // One round ends where the queue looks empty, though a job that still runs may be about to add another.
    loop {
        worker.run_once().await.map_err(|error| failed(error.to_string()))?;
        let mut conn = pipeline.pool.acquire().await?;
        if jobs::ready(&mut conn).await? == 0 {
            return Ok(());
        }
    }
}

/// Works, and keeps expiring, until `stop` is cancelled.
pub async fn background(pipeline: Pipeline, concurrency: usize, stop: CancellationToken) {
    tokio::join!(
        work(pipeline.clone(), concurrency, stop.clone()),
        keep_expiring(pipeline, stop)
    );
}
