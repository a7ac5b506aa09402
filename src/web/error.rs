//! What a visitor sees when something can't be shown: a title, a plain sentence, a way back. Never the inner text.
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use maud::html;

use crate::pipeline::StepError;
use crate::store::StoreError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::prose;
use crate::web::sign_in_address;

/// Why a page can't be shown.
#[derive(Debug)]
pub enum PageError {
    /// There is no such thing, or the visitor may not know of it.
    NotFound(String),
    /// Pages are closed to this visitor.
    Closed,
    /// The visitor has to choose who to be first (demo), or sign in.
    NobodyChosen,
    /// The visitor is nobody here: nobody can sign in, or nothing is known of who did.
    NobodyHere,
    /// The visitor has to sign in first; `next` is where they wanted to go.
    SignedOut {
        /// A path of ours.
        next: String,
    },
    /// The visitor is sent on to this path of ours.
    SentOn(String),
    /// A sign-in can't be finished: it wasn't begun in this browser, was finished before, or took too long.
    SignInVoid,
    /// They belong to no organisation that has the App here.
    Outside {
        /// Their login, where it is known.
        login: Option<String>,
    },
    /// The code host can't be asked whether they still belong here.
    Unsure,
    /// The page is for leads of a team.
    ForLeads,
    /// The page is for owners of the organisation.
    ForOwners,
    /// A form was not sent from one of our own pages.
    SentFromElsewhere,
    /// A form carries no token of this session's.
    FormOutOfDate,
    /// A form's fields can't be read: what is wrong, in a sentence for people.
    Unreadable(&'static str),
    /// The page is there, but not for this kind of request.
    WrongMethod,
    /// Too many look at something that renews itself.
    Busy,
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

    /// The status, the title and the words; what failed of ours goes to the log.
    pub(in crate::web) fn told(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NotFound(words) => (StatusCode::NOT_FOUND, "Not here", words),
            Self::Closed => (
                StatusCode::FORBIDDEN,
                "These pages are closed",
                "They are shown on the machine that Peerlore runs on, to members once its operator sets up sign-in, or wherever `PEERLORE_OPEN_PAGES` is set. \
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
            Self::NobodyHere => (
                StatusCode::FORBIDDEN,
                "Who are you?",
                "This page belongs to one person, and nothing is known of you here: you aren't signed in, or took no part in a \
                 review yet. In the terminal, `peerlore profile LOGIN` shows what is known of somebody."
                    .to_owned(),
            ),
            Self::SignedOut { .. } => (
                StatusCode::FORBIDDEN,
                "Sign in to see this",
                "This page is for members of the organisation. GitHub says who you are; Peerlore asks for nothing more.".to_owned(),
            ),
            // Answered before it comes here.
            Self::SentOn(_) => (StatusCode::SEE_OTHER, "Go on", String::new()),
            Self::SignInVoid => (
                StatusCode::BAD_REQUEST,
                "You are not signed in yet",
                "This sign-in can't be finished: it was cancelled, took longer than ten minutes, or was begun in another browser."
                    .to_owned(),
            ),
            Self::Outside { login } => (
                StatusCode::FORBIDDEN,
                "Not your organisation",
                format!(
                    "{} no member of an organisation that uses Peerlore here. If you should be, ask one of its owners on GitHub, \
                     then sign in again.",
                    login.map_or_else(|| "You are".to_owned(), |login| format!("`{login}` is"))
                ),
            ),
            Self::Unsure => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not now",
                "GitHub can't be asked whether you still belong here, so nothing is shown. Please try again in a few minutes."
                    .to_owned(),
            ),
            Self::ForLeads => (
                StatusCode::FORBIDDEN,
                "This page is for leads",
                "Team pages are for the team's maintainers on GitHub, for those whom the configuration names under `leads`, and for \
                 owners; the replay is for the same people, the flow between teams, too. What would be lost if somebody were gone is for owners, \
                 leads of a team that they are in, and themselves. If you lead this team, ask an owner of the organisation to make you a maintainer of it."
                    .to_owned(),
            ),
            Self::ForOwners => (
                StatusCode::FORBIDDEN,
                "This page is for owners",
                "It is for the organisation's owners on GitHub. Ask one of them if you need something from it.".to_owned(),
            ),
            Self::FormOutOfDate => (
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                "This form is out of date. Open the page again and send it from there.".to_owned(),
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
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not now",
                "Too many people watch this at the moment. Open the page again to see how far it is.".to_owned(),
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
        if let Self::SentOn(path) = &self {
            return Redirect::to(path).into_response();
        }
        let again = match &self {
            Self::SignedOut { next } => Some(sign_in_address::beginning(next)),
            Self::SignInVoid | Self::Outside { .. } => Some(sign_in_address::beginning("/")),
            _ => None,
        };
        let (status, title, words) = self.told();
        let text = html! {
            h1 { (title) }
            p.lead { (prose::reason(&words)) }
            @if let Some(address) = again { p { a.button href=(address) rel="nofollow" { "Sign in with GitHub" } } }
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
