//! The one place where the parts are put together; `main` and the tests both use it.
use std::future::Future;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::classify::Classifier;
use crate::forge::Forge;
use crate::forge::github::login::random_word;
use crate::forge::github::pace::Line;
use crate::model::clock::Clock;
use crate::model::settings::Settings;
use crate::pipeline::Addresses;
use crate::pipeline::Pipeline;
use crate::pipeline::hindsight::kept::Replays;
use crate::pipeline::pasts::Pasts;
use crate::pipeline::registered;
use crate::pipeline::registered::Registered;
use crate::pipeline::work;
use crate::store;
use crate::store::StoreError;
use crate::store::jobs::Queue;
use crate::store::pace;
use crate::web;
use crate::web::access::Viewing;
use crate::web::hook::Secrets;
use crate::web::live::Streams;

/// What an app is made of.
#[derive(Debug)]
pub struct Setup {
    /// The database; its schema is up to date.
    pub pool: PgPool,
    /// The code host.
    pub forge: Forge,
    /// The App that we act as there, where it was created by the set-up page.
    pub registered: Registered,
    /// What reads comments.
    pub classifier: Classifier,
    /// What time it is.
    pub clock: Clock,
    /// Settings where a repository has none of its own.
    pub settings: Settings,
    /// Where people reach the pages.
    pub addresses: Addresses,
    /// What webhooks are signed with.
    pub secrets: Secrets,
    /// Who may see the pages.
    pub viewing: Viewing,
    /// What `/metrics` renders; none in tests.
    pub metrics: Option<PrometheusHandle>,
}

/// An app, ready to serve.
#[derive(Clone, Debug)]
pub struct App {
    /// The path's steps.
    pub pipeline: Pipeline,
    /// The door and the pages.
    pub router: Router,
    /// Cancelled when the process ends, so that no page that renews itself keeps it.
    ending: CancellationToken,
}

impl App {
    /// Puts the parts together. Nothing runs yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        setup.forge.join(line_of(&setup.pool));
        let pipeline = Pipeline {
            queue: Queue::new(&setup.pool),
            pool: setup.pool,
            forge: setup.forge,
            registered: setup.registered,
            classifier: setup.classifier,
            pasts: Pasts::default(),
            replays: Replays::default(),
            clock: setup.clock,
            settings: setup.settings,
            addresses: setup.addresses,
            reach: setup.viewing.reach(),
            history_days: None,
        };
        let streams = Streams::default();
        let ending = streams.ending.clone();
        let router = web::router(web::Web {
            pipeline: pipeline.clone(),
            secrets: setup.secrets,
            passing: Secrets::of(&random_word().into()),
            viewing: setup.viewing,
            metrics: setup.metrics,
            streams,
            turns: Arc::new(Semaphore::new(web::TURNS)),
            limits: web::api::limits::Limits::default(),
        });
        Self {
            pipeline,
            router,
            ending,
        }
    }

    /// Serves `listener` and works on the queue, `workers` jobs at a time, until `stop` is cancelled; then lets requests
    /// and jobs that run finish.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener, workers: usize, stop: CancellationToken) -> std::io::Result<()> {
        // A connection for each job and as many for the queue's own work.
        let connections = u32::try_from(workers)
            .unwrap_or(u32::MAX)
            .saturating_mul(2)
            .saturating_add(4);
        let pool = store::pool_for_jobs(&self.pipeline.pool, connections);
        let jobs = Pipeline {
            queue: Queue::new(&pool),
            pool: pool.clone(),
            ..self.pipeline
        };
        let watching = tokio::spawn(registered::watch(jobs.clone(), stop.clone()));
        let working = tokio::spawn(work::background(jobs, workers, stop.clone()));
        let stopped = stop.clone();
        let router = self
            .router
            .into_make_service_with_connect_info::<std::net::SocketAddr>();
        let served = axum::serve(listener, router).with_graceful_shutdown(async move {
            stopped.cancelled().await;
            self.ending.cancel();
        });
        let patience = async {
            stop.cancelled().await;
            tokio::time::sleep(GOODBYE).await;
        };
        let result = tokio::select! {
            result = served.into_future() => result,
            () = patience => {
                tracing::warn!("somebody was still sending; they are cut off");
                Ok(())
            }
        };
        stop.cancel();
        if let Err(error) = working.await {
            tracing::error!(%error, "the worker ended badly");
        }
        if let Err(error) = watching.await {
            tracing::error!(%error, "looking for a new App ended badly");
        }
        pool.close().await;
        result
    }
}

/// The line in which every process on this database stands before it writes at the code host.
fn line_of(pool: &PgPool) -> Line {
    let pool = pool.clone();
    Arc::new(move |pause| {
        let pool = pool.clone();
        Box::pin(async move {
            let taken = async { pace::take_turn(&mut *pool.acquire().await?, pause).await };
            taken
                .await
                .inspect_err(|error: &StoreError| tracing::warn!(%error, "no turn to write can be taken; this process keeps its own pace"))
                .ok()
        })
    })
}

/// Requests that are being answered when the end comes get this long.
const GOODBYE: Duration = Duration::from_secs(5);

/// A token that is cancelled by Ctrl-C or SIGTERM. A second one ends the process at once.
///
/// # Errors
/// When signals can't be listened to.
pub fn stop_on_signal() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let told = stop.clone();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        told.cancel();
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        std::process::exit(130);
    });
    Ok(stop)
}

/// Runs `task` unless `stop` comes first; none: stopped.
pub async fn unless_stopped<T>(stop: &CancellationToken, task: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        () = stop.cancelled() => None,
        done = task => Some(done),
    }
}
