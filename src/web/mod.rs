//! HTTP: the door for webhooks, health, metrics and the pages.
//!
//! Pages read from `store` and ask `pipeline`; they decide nothing. Who may see them is [`access`]'s question.
pub mod access;
pub mod api;
pub mod chart;
pub mod cookie;
pub mod error;
pub mod form;
pub mod health;
pub mod hook;
pub mod layout;
pub mod live;
pub mod looks_as;
pub mod named_pull;
pub mod pages;
pub mod paging;
pub mod prose;
pub mod same_origin;
pub mod seal;
pub mod setup_hand;
pub mod sign_in_address;
pub mod table;
pub mod tenant;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header;
use axum::middleware::Next;
use axum::middleware::from_fn;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::pipeline::Pipeline;
use crate::web::access::Viewing;
use crate::web::api::limits::Limits;
use crate::web::api::problem::Problem;
use crate::web::error::PageError;
use crate::web::hook::Secrets;
use crate::web::live::Streams;
use crate::web::seal::Purpose;

/// What handlers work with.
#[derive(Clone, Debug)]
pub struct Web {
    /// The path's steps.
    pub pipeline: Pipeline,
    /// What webhooks are signed with.
    pub secrets: Secrets,
    /// What forms are tagged with before there is an App; another one in every process.
    pub passing: Secrets,
    /// Who may see the pages as long as nobody can sign in.
    pub viewing: Viewing,
    /// What `/metrics` renders.
    pub metrics: Option<PrometheusHandle>,
    /// Pages that much is read for take one of these at a time.
    pub turns: Arc<Semaphore>,
    /// Pages that renew themselves.
    pub streams: Streams,
    /// How often access tokens asked lately.
    pub limits: Limits,
}

impl Web {
    /// Who may see the pages now: once an App is there that members can sign in with, they do.
    #[must_use]
    pub fn viewing(&self) -> Viewing {
        match self.viewing {
            Viewing::Local | Viewing::Closed if self.pipeline.members_sign_in() => Viewing::SignIn,
            viewing => viewing,
        }
    }

    /// The tag of `text`: 64 hexadecimal digits.
    #[must_use]
    pub fn tag(&self, purpose: Purpose, text: &str) -> String {
        self.tagging().tag(purpose, text)
    }

    /// Whether `tag` is that of `text`, in constant time.
    #[must_use]
    pub fn is_tag(&self, purpose: Purpose, text: &str, tag: &str) -> bool {
        self.tagging().is_tag(purpose, text, tag)
    }

    /// The secret that every process knows: what webhooks are signed with.
    fn tagging(&self) -> Secrets {
        if !self.secrets.is_empty() {
            return self.secrets.clone();
        }
        let app = self.pipeline.registered.current();
        app.map_or_else(|| self.passing.clone(), |app| Secrets::of(&app.webhook_secret))
    }
}

/// Pages that much is read for, at a time.
pub const TURNS: usize = 2;

/// No script, no frame, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for a page with a form that is sent to another site.
#[must_use]
pub fn policy_with_form_to(origin: &str) -> String {
    POLICY.replace("form-action 'self'", &format!("form-action 'self' {origin}"))
}

/// The same for a page with a part that renews itself: our own script, and nobody else to talk to.
#[must_use]
pub fn policy_with_script() -> String {
    format!("{POLICY}; script-src 'self'; connect-src 'self'")
}

/// No name holds a NUL, and Postgres takes none: such an address leads nowhere.
async fn without_nul(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().contains("%00")) {
        if request.uri().path().starts_with(api::ROOT) {
            return Problem::no_such_address().into_response();
        }
        return PageError::no_such_page().into_response();
    }
    next.run(request).await
}

/// All routes.
pub fn router(web: Web) -> Router {
    let pages = pages::routes()
        .merge(api::routes())
        .layer(from_fn_with_state(web.clone(), access::with_renewed_cookie))
        .layer(from_fn(without_nul))
        // One page of the set-up sends a form to the code host and says so itself.
        .layer(SetResponseHeaderLayer::if_not_present(
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
