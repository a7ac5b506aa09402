//! What a visitor sees when something can't be shown: a title, a plain sentence, a way back. Never the inner text.
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::html;

use crate::pipeline::StepError;
use crate::store::StoreError;
use crate::web::layout;

/// Why a page can't be shown.
#[derive(Debug)]
pub enum PageError {
    /// There is no such thing, or the visitor may not know of it.
    NotFound(String),
    /// Pages are closed to this visitor.
    Closed,
    /// The visitor has to choose who to be first (demo), or sign in.
    NobodyChosen,
    /// Something of ours failed.
    Ours(StepError),
}

impl From<StepError> for PageError {
    fn from(error: StepError) -> Self {
        Self::Ours(error)
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Ours(StepError::Store(error))
    }
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Ours(StepError::from(error))
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, title, words) = match self {
            Self::NotFound(words) => (StatusCode::NOT_FOUND, "Not here", words),
            Self::Closed => (
                StatusCode::FORBIDDEN,
                "These pages are closed",
                "They are shown on the machine that Peerlore runs on, or wherever its operator sets PEERLORE_OPEN_PAGES. \
                 Everything is also on the command line: try `peerlore --help`."
                    .to_owned(),
            ),
            Self::NobodyChosen => (
                StatusCode::FORBIDDEN,
                "Who are you?",
                "This page belongs to one person. In the demo, choose who you are on the first page; elsewhere use \
                 `peerlore profile LOGIN`."
                    .to_owned(),
            ),
            Self::Ours(error) => {
                tracing::error!(%error, "a page failed");
                let words = "Something of ours failed. It is in the log; please try again in a minute.".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "Not now", words)
            }
        };
        let body = html! { p { (words) } p { a href="/" { "Back to the first page" } } };
        (status, layout::page(title, None, &body)).into_response()
    }
}
