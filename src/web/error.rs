//! What a visitor sees when something can't be shown: a title, a plain sentence, a way back. Never the inner text.
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::html;

use crate::pipeline::StepError;
use crate::store::StoreError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::prose;

/// Why a page can't be shown.
#[derive(Debug)]
pub enum PageError {
    /// There is no such thing, or the visitor may not know of it.
    NotFound(String),
    /// Pages are closed to this visitor.
    Closed,
    /// The visitor has to choose who to be first (demo), or sign in.
    NobodyChosen,
    /// A form was not sent from one of our own pages.
    SentFromElsewhere,
    /// A form's fields can't be read: what is wrong, in a sentence for people.
    Unreadable(&'static str),
    /// The page is there, but not for this kind of request.
    WrongMethod,
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

impl PageError {
    /// There is no page at this address.
    #[must_use]
    pub fn no_such_page() -> Self {
        Self::NotFound("There is no page at this address.".to_owned())
    }

    fn told(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NotFound(words) => (StatusCode::NOT_FOUND, "Not here", words),
            Self::Closed => (
                StatusCode::FORBIDDEN,
                "These pages are closed",
                "They are shown on the machine that Peerlore runs on, or wherever its operator sets `PEERLORE_OPEN_PAGES`. \
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
            Self::SentFromElsewhere => (
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                "This form did not come from one of these pages. Open the page yourself and send it from there.".to_owned(),
            ),
            Self::Unreadable(words) => (StatusCode::BAD_REQUEST, "Nothing was changed", words.to_owned()),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "Not like this",
                "There is something at this address, but it can't be used in this way.".to_owned(),
            ),
            Self::Ours(error) => {
                tracing::error!(%error, "a page failed");
                let words = "Something of ours failed. It is in the log; please try again in a minute.".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "Not now", words)
            }
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, title, words) = self.told();
        let text = html! {
            h1 { (title) }
            p.lead { (prose::reason(&words)) }
            p { a href="/" { "Back to the first page" } }
        };
        let frame = Frame {
            title,
            place: Place::Elsewhere,
            visitor: None,
        };
        (status, layout::page(&frame, &text)).into_response()
    }
}
