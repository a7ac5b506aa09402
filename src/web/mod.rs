//! HTTP: the door for webhooks, health, metrics and the pages.
//!
//! Pages read from `store` and ask `pipeline`; they decide nothing. Who may see them is [`access`]'s question.
pub mod access;
pub mod chart;
pub mod cookie;
pub mod error;
pub mod form;
pub mod health;
pub mod hook;
pub mod layout;
pub mod pages;
pub mod prose;
pub mod same_origin;
pub mod seal;
pub mod tenant;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::routing::post;
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::pipeline::Pipeline;
use crate::web::access::Viewing;
use crate::web::hook::Secrets;

/// What handlers work with.
#[derive(Clone, Debug)]
pub struct Web {
    /// The path's steps.
    pub pipeline: Pipeline,
    /// What webhooks are signed with.
    pub secrets: Secrets,
    /// Who may see the pages.
    pub viewing: Viewing,
    /// What `/metrics` renders.
    pub metrics: Option<PrometheusHandle>,
}

/// No script, no frame, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All routes.
pub fn router(web: Web) -> Router {
    let pages = pages::routes()
        .layer(from_fn_with_state(web.clone(), access::with_renewed_cookie))
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ))
        // Nothing is told to other sites; our own forms say where they come from, which `no-referrer` would hide.
        .layer(SetResponseHeaderLayer::overriding(
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ));
    Router::new()
        .route("/webhooks/github", post(hook::receive))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(pages)
        .layer(CatchPanicLayer::new())
        .with_state(web)
}
