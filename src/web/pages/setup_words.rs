//! What people read while they set Peerlore up.
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::Markup;
use maud::html;

use crate::model::address::Flaw;
use crate::model::manifest;
use crate::web::form::token_field;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::prose;

/// What is wrong with a key that was just sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WrongKey {
    /// There is none.
    Empty,
    /// It is none of ours, or not any more.
    Unknown,
}

impl WrongKey {
    fn words(self) -> &'static str {
        match self {
            Self::Empty => "This key isn't right: the field was empty. Type the one that the terminal shows.",
            Self::Unknown => "This key isn't right, is older than a week, or a newer one took its place.",
        }
    }
}

/// A state of the set-up's first page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum View {
    /// The demo has a GitHub of its own.
    Demo,
    /// The configuration names the App.
    Configured,
    /// There is an App already.
    Registered,
    /// Whoever asks has shown no key, or a wrong one.
    Locked(Option<WrongKey>),
    /// GitHub could not send webhooks to our address.
    Unreachable(Flaw),
    /// The first step: whose the App is to be.
    Begin {
        /// Our own address.
        own: String,
        /// The code host's.
        host: String,
        /// What its form carries.
        token: String,
        /// The login that was sent and is none.
        wrong: Option<String>,
    },
    /// The second step: the form that the code host receives.
    Confirm {
        /// Where it goes.
        action: String,
        /// The code host's address.
        host: String,
        /// Whose the App will be; none: the visitor's own account's.
        organisation: Option<String>,
        /// What is sent.
        manifest: String,
    },
}

impl IntoResponse for View {
    fn into_response(self) -> Response {
        page("Set up", &render(&self))
    }
}

/// A page of the set-up.
#[must_use]
pub fn page(title: &str, text: &Markup) -> Response {
    let frame = Frame {
        title,
        place: Place::Elsewhere,
        visitor: None,
    };
    layout::page(&frame, text).into_response()
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    match view {
        View::Demo => said(
            "Nothing to set up here",
            "This is the demo: it has a made-up organisation and a GitHub of its own. To connect a real one, start `peerlore serve`.",
        ),
        View::Configured => said(
            "The App is named by the settings",
            "`PEERLORE_WEBHOOK_SECRET` or `PEERLORE_GITHUB_APP_ID` is set, and it wins over an App that would be created here. \
             Unset them and start again to create one; `peerlore doctor` checks the one in use.",
        ),
        View::Registered => said(
            "Peerlore is set up",
            "Its GitHub App is registered, and nothing is changed here any more. `peerlore doctor` checks it; \
             `peerlore setup --forget` makes room for another one.",
        ),
        View::Locked(wrong) => locked(*wrong),
        View::Unreachable(flaw) => said(
            "GitHub could not reach this address",
            &format!("{flaw}. Then start `peerlore serve` again."),
        ),
        View::Begin {
            own,
            host,
            token,
            wrong,
        } => begin((own, host), token, wrong.as_deref()),
        View::Confirm {
            action,
            host,
            organisation,
            manifest,
        } => confirm((action, manifest), host, organisation.as_deref()),
    }
}

fn said(title: &str, words: &str) -> Markup {
    html! {
        h1 { (title) }
        p.lead { (prose::reason(words)) }
        p { a href="/" { "To the first page" } }
    }
}

fn locked(wrong: Option<WrongKey>) -> Markup {
    html! {
        h1 { "Set up Peerlore" }
        p.lead { "Only whoever started it may. The terminal that runs " code { "peerlore serve" } " shows a key; " code { "peerlore setup" } " prints another one." }
        form method="post" action="/setup/key" {
            div.field {
                label for="key" { "Key" }
                input #key type="password" name="key" autocomplete="off" required autofocus
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "wrong")];
            }
            @if let Some(wrong) = wrong { p #wrong role="alert" { (wrong.words()) } }
            p { button type="submit" { "Go on" } }
        }
    }
}

fn begin((own, host): (&str, &str), token: &str, wrong: Option<&str>) -> Markup {
    html! {
        h1 { "Create the GitHub App" }
        p.lead { "Step 1 of 3. The App will be yours alone: it is private, and its key stays here, sealed." }
        dl.terms {
            dt { "At" } dd { (host) }
            dt { "Webhooks go to" } dd { code { (manifest::hook_url(own)) } }
        }
        form method="post" action="/setup" {
            (token_field(token))
            fieldset {
                legend { "Whose is it?" }
                p { label { input type="radio" name="account" value="organisation" checked; " An organisation's (you have to own it)" } }
                div.field.below {
                    label for="organisation" { "Its login, as in " (host) "/LOGIN" }
                    input #organisation type="text" name="organisation" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="39" value=[wrong]
                        aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "wrong")];
                    @if wrong.is_some() {
                        p #wrong role="alert" { "That is no login of an organisation: it has letters, digits and hyphens, as in the address of its page." }
                    }
                }
                p { label { input type="radio" name="account" value="personal"; " My own account's" } }
            }
            p { button type="submit" { "Go on" } }
        }
        (permissions())
    }
}

fn permissions() -> Markup {
    let asked = manifest::permissions();
    html! {
        h2 { "What it may do, and why" }
        ul {
            @for (name, title, why) in manifest::WHY {
                @if let Some(level) = asked.get(name) {
                    li { strong { (title) } ": " (level.as_str()) ". To " (why) "." }
                }
            }
        }
        p.soft { "It can never write code, and never sees an e-mail address. Nothing is posted until you choose so." }
    }
}

fn confirm((action, manifest): (&str, &str), host: &str, organisation: Option<&str>) -> Markup {
    html! {
        h1 { "Go on at GitHub" }
        p.lead {
            "Step 2 of 3. GitHub asks you to confirm the App for "
            @match organisation { Some(login) => strong { (login) }, None => "your own account" }
            ", and to change its name if you like. Then it sends you back here."
        }
        form method="post" action=(action) {
            input type="hidden" name="manifest" value=(manifest);
            p { button type="submit" { "Create the App at " (host.split_once("://").map_or(host, |(_, name)| name)) } }
        }
        p { a href="/setup" { "Back" } }
        p.soft { "Within an hour, please: after that begin again." }
        (permissions())
    }
}

/// Why a step can't be taken, in words of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// The way back from GitHub doesn't fit any way there.
    UnknownState,
    /// The App's secrets can't be sealed; why.
    Unsealed(String),
    /// GitHub could not be reached; the same page may be loaded again.
    TryAgain,
    /// GitHub knows no such code or installation.
    Refused,
    /// GitHub's answer or ours makes no sense; why.
    Broken(String),
}

impl Told {
    fn words(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::UnknownState => (
                StatusCode::FORBIDDEN,
                "This is not the way back",
                "This way back was used already, is older than an hour, or began elsewhere. Begin again on the page `/setup`; an App \
                 that GitHub created meanwhile can be deleted there."
                    .to_owned(),
            ),
            Self::Unsealed(why) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The App's secrets could not be kept",
                format!("Nothing was asked of GitHub: {why}. Then load this page again."),
            ),
            Self::TryAgain => (
                StatusCode::BAD_GATEWAY,
                "GitHub did not answer",
                "Nothing is lost: load this page again in a minute. `peerlore doctor` says what is wrong if it stays so.".to_owned(),
            ),
            Self::Refused => (
                StatusCode::BAD_GATEWAY,
                "GitHub knows nothing of this",
                "It was used already, is older than an hour, or was made up. Begin again on the page `/setup`.".to_owned(),
            ),
            Self::Broken(why) => (
                StatusCode::BAD_GATEWAY,
                "The App could not be taken over",
                format!("{why}. Delete the App at GitHub and begin again on the page `/setup`."),
            ),
        }
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let (status, title, words) = self.words();
        (status, page(title, &said(title, &words))).into_response()
    }
}
