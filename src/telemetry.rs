//! Logs and metrics.
use metrics_exporter_prometheus::Matcher;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_exporter_prometheus::PrometheusHandle;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::LogFormat;

/// Why logs or metrics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter can't be read.
    #[error("the log filter \"{0}\" can't be read; try \"info\" or \"info,peerlore=debug\"")]
    Filter(String),
    /// Logs or metrics run already in this process.
    #[error("logs and metrics can be started only once: {0}")]
    Twice(String),
}

/// Starts logging to standard error. Standard output stays for results.
///
/// # Errors
/// [`TelemetryError::Filter`] for a filter that can't be read.
pub fn start_logs(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter).map_err(|_| TelemetryError::Filter(filter.to_owned()))?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr)).try_init(),
        LogFormat::Json => registry
            .with(fmt::layer().json().with_writer(std::io::stderr))
            .try_init(),
    };
    started.map_err(|error| TelemetryError::Twice(error.to_string()))
}

/// Starts the metrics of this process and gives the handle that `/metrics` renders.
///
/// # Errors
/// [`TelemetryError::Twice`] when they run already.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &buckets)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| TelemetryError::Twice(error.to_string()))
}
