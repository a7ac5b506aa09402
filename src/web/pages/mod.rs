//! One file a page. A page that shows people's data takes a [`crate::web::access::Visitor`], which guards it.
//!
//! A page's handler reads from the store or asks the pipeline and makes a view; its `render` turns the view into text.
pub mod choose;
pub mod docs;
pub mod docs_formulas;
pub mod feedback;
pub mod home;
pub mod me;
pub mod me_declined;
pub mod me_forms;
pub mod pull;
pub mod silent;

use axum::Router;
use axum::routing::get;
use axum::routing::post;

use crate::web::Web;
use crate::web::error::PageError;
use crate::web::layout;

/// The routes of all pages, and what stands where there is none.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(home::show))
        .route("/demo/me", post(choose::choose))
        .route("/pulls/{owner}/{repo}/{number}", get(pull::show))
        .route("/me", get(me::show))
        .route("/me/goals", post(me_forms::goals))
        .route("/me/away", post(me_forms::away))
        .route("/me/declined", post(me_declined::take_back))
        .route("/me/out", post(me_forms::out))
        .route("/me/back", post(me_forms::back))
        .route("/silent-experts", get(silent::show))
        .route(
            "/feedback/{installation}/{repo}/{number}/{slot}/{verdict}/{until}",
            get(feedback::ask).post(feedback::vote),
        )
        .route("/docs", get(docs::show))
        .route("/style.css", get(layout::style))
        .fallback(async || PageError::no_such_page())
        .method_not_allowed_fallback(async || PageError::WrongMethod)
}
