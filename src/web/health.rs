//! Is it alive, is it ready, how is it doing.
use axum::extract::State;
use axum::http::StatusCode;

use crate::model::clock::days_between;
use crate::store;
use crate::store::StoreError;
use crate::store::inbox;
use crate::store::jobs;
use crate::web::Web;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 200 when the database answers and its schema is this version's, else 503.
pub async fn ready(State(web): State<Web>) -> (StatusCode, &'static str) {
    match store::is_ready(&web.pipeline.pool).await {
        Ok(true) => (StatusCode::OK, "ready\n"),
        Ok(false) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database's schema is another version's\n",
        ),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n")
        }
    }
}

/// `GET /metrics`: counters in Prometheus' text format; inbox and queue as they stand now.
pub async fn metrics(State(web): State<Web>) -> (StatusCode, String) {
    if let Err(error) = gauges(&web).await {
        tracing::warn!(%error, "inbox and queue can't be counted");
    }
    match &web.metrics {
        Some(handle) => (StatusCode::OK, handle.render()),
        None => (StatusCode::NOT_FOUND, "metrics are off\n".to_owned()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts fit an f64 exactly")]
async fn gauges(web: &Web) -> Result<(), StoreError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let inbox = inbox::state(&mut conn).await?;
    let backlog = jobs::backlog(&mut conn).await?;
    let age = inbox
        .oldest
        .map_or(0.0, |oldest| days_between(oldest, web.pipeline.clock.now()) * 86_400.0);
    metrics::gauge!("peerlore_inbox_waiting").set(inbox.waiting as f64);
    metrics::gauge!("peerlore_inbox_dead").set(inbox.dead as f64);
    metrics::gauge!("peerlore_inbox_oldest_seconds").set(age);
    metrics::gauge!("peerlore_jobs_waiting").set(backlog.waiting as f64);
    metrics::gauge!("peerlore_jobs_gave_up").set(backlog.gave_up as f64);
    Ok(())
}
