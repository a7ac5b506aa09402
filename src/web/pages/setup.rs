//! `/setup`: creating the GitHub App from its manifest, in two steps and without a script.
//!
//! Key, account, then a form that GitHub receives; GitHub sends the browser back to `/setup/created`. What people read is
//! in [`crate::web::pages::setup_words`], the way on after installing in [`crate::web::pages::installed`].
use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use axum_extra::extract::CookieJar;
use axum_extra::extract::Form;
use axum_extra::extract::FormRejection;
use serde::Deserialize;

use crate::model::address;
use crate::model::manifest;
use crate::model::registration;
use crate::pipeline::registered::RegisteredError;
use crate::pipeline::registered::Trouble;
use crate::pipeline::setup;
use crate::pipeline::setup::Came;
use crate::pipeline::setup::Token;
use crate::store::registrations::Purpose;
use crate::web;
use crate::web::Web;
use crate::web::access::Viewing;
use crate::web::error::PageError;
use crate::web::pages::installed;
use crate::web::pages::setup_words::Told;
use crate::web::pages::setup_words::View;
use crate::web::pages::setup_words::WrongKey;
use crate::web::same_origin::SameOrigin;
use crate::web::setup_hand;
use crate::web::setup_hand::Hand;

/// The routes of the set-up.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/setup", get(show).post(confirm))
        .route("/setup/key", post(key))
        .route("/setup/created", get(created))
        .route("/setup/installed", get(installed::show))
        .route("/setup/surface", post(installed::choose))
        .route("/setup/progress", get(installed::progress))
}

/// Why a step of the set-up can't be taken.
#[derive(Debug)]
pub enum Failed {
    /// As on any other page.
    Page(PageError),
    /// With words of its own, and the way out.
    Told(Told),
}

impl From<PageError> for Failed {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<Told> for Failed {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

impl From<RegisteredError> for Failed {
    fn from(error: RegisteredError) -> Self {
        let told = match (error.trouble(), error) {
            (_, RegisteredError::Store(error)) => return Self::Page(error.into()),
            // Only somebody who may set Peerlore up comes this far, and they need to know why.
            (Trouble::Sealing, error) => {
                tracing::error!(%error, "the App's secrets can't be sealed");
                Told::Unsealed(error.to_string())
            }
            (trouble, error) => {
                tracing::warn!(%error, "a step of the set-up failed at GitHub");
                match trouble {
                    Trouble::Unknown => Told::Refused,
                    Trouble::TryAgain | Trouble::Database => Told::TryAgain,
                    Trouble::Broken | Trouble::Sealing => Told::Broken(error.to_string()),
                }
            }
        };
        Self::Told(told)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Page(error) => error.into_response(),
            Self::Told(told) => told.into_response(),
        }
    }
}

/// What stands in the way of creating an App, whoever asks.
fn obstacle(web: &Web) -> Option<View> {
    if web.viewing() == Viewing::Demo {
        return Some(View::Demo);
    }
    if web.pipeline.registered.current().is_some() {
        return Some(View::Registered);
    }
    web.pipeline.registered.is_fixed().then_some(View::Configured)
}

/// `GET /setup`
///
/// # Errors
/// [`Failed`] where the database can't tell who may.
pub async fn show(State(web): State<Web>, hand: Hand) -> Result<Response, Failed> {
    if let Some(view) = obstacle(&web) {
        return Ok(view.into_response());
    }
    if !hand.may(&web, Purpose::Key).await? {
        return Ok(View::Locked(None).into_response());
    }
    Ok(begin(&web, &hand, None).into_response())
}

/// The first step, or why GitHub could not reach us.
fn begin(web: &Web, hand: &Hand, wrong: Option<String>) -> View {
    let addresses = &web.pipeline.addresses;
    match address::flaw(&addresses.own, &addresses.host) {
        Some(flaw) => View::Unreachable(flaw),
        None => View::Begin {
            own: addresses.own.clone(),
            host: addresses.host.clone(),
            token: hand.given_to().token(web),
            wrong,
        },
    }
}

/// The key, as it was typed.
#[derive(Debug, Deserialize)]
pub struct Typed {
    key: String,
}

/// `POST /setup/key`: keeps a good key in a cookie, so that the steps that follow know it.
///
/// # Errors
/// [`Failed`] for a form that isn't ours or can't be read.
pub async fn key(
    State(web): State<Web>,
    _: SameOrigin,
    jar: CookieJar,
    form: Result<Form<Typed>, FormRejection>,
) -> Result<Response, Failed> {
    if let Some(view) = obstacle(&web) {
        return Ok(view.into_response());
    }
    let Ok(Form(Typed { key })) = form else {
        return Err(
            PageError::Unreadable("There is no key in it. Go back and copy the one that the terminal shows.").into(),
        );
    };
    if key.trim().is_empty() {
        return Ok((StatusCode::FORBIDDEN, View::Locked(Some(WrongKey::Empty))).into_response());
    }
    let token = Token::sent(&key);
    let mut conn = web.pipeline.pool.acquire().await.map_err(PageError::from)?;
    if !setup::is_good(&mut conn, Purpose::Key, &token, web.pipeline.clock.now()).await? {
        return Ok((StatusCode::FORBIDDEN, View::Locked(Some(WrongKey::Unknown))).into_response());
    }
    let jar = jar.add(setup_hand::cookie(&web, &token));
    Ok((jar, Redirect::to("/setup")).into_response())
}

/// Whose the App is to be.
#[derive(Debug, Deserialize)]
pub struct Owner {
    account: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    token: String,
}

/// `POST /setup`: shows what will be asked of GitHub, with the form that asks it.
///
/// # Errors
/// [`Failed`] for a form that isn't ours or can't be read, or a visitor who may not.
pub async fn confirm(
    State(web): State<Web>,
    hand: Hand,
    _: SameOrigin,
    form: Result<Form<Owner>, FormRejection>,
) -> Result<Response, Failed> {
    if let Some(view) = obstacle(&web) {
        return Ok(view.into_response());
    }
    if !hand.may(&web, Purpose::Key).await? {
        return Ok((StatusCode::FORBIDDEN, View::Locked(None)).into_response());
    }
    let Ok(Form(owner)) = form else {
        return Err(PageError::Unreadable("Whose the App is to be can't be read. Go back and choose.").into());
    };
    let login = owner.organisation.trim();
    let organisation = match owner.account.as_str() {
        "personal" => None,
        "organisation" if registration::is_login(login) => Some(login),
        _ => {
            return Ok((StatusCode::BAD_REQUEST, begin(&web, &hand, Some(login.to_owned()))).into_response());
        }
    };
    let addresses = &web.pipeline.addresses;
    let Some(origin) =
        address::origin(&addresses.host).filter(|_| address::flaw(&addresses.own, &addresses.host).is_none())
    else {
        return Ok((StatusCode::BAD_REQUEST, begin(&web, &hand, None)).into_response());
    };
    if !hand.given_to().is_token(&web, &owner.token) {
        return Err(PageError::FormOutOfDate.into());
    }
    setup::can_seal(&web.pipeline)?;
    let mut conn = web.pipeline.pool.acquire().await.map_err(PageError::from)?;
    let state = setup::new_token(&mut conn, Purpose::State, web.pipeline.clock.now()).await?;
    let place = organisation.map_or_else(String::new, |login| format!("/organizations/{login}"));
    let view = View::Confirm {
        action: format!("{}{place}/settings/apps/new?state={}", addresses.host, state.text()),
        host: addresses.host.clone(),
        organisation: organisation.map(str::to_owned),
        manifest: manifest::filled(&addresses.own, organisation),
    };
    let policy = [(header::CONTENT_SECURITY_POLICY, web::policy_with_form_to(&origin))];
    Ok((policy, view).into_response())
}

/// What GitHub sends the browser back with.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

/// `GET /setup/created`: takes the App from GitHub and leads on to where it is installed.
///
/// # Errors
/// [`Failed`] for a state that we didn't give, and where GitHub doesn't give the App.
pub async fn created(State(web): State<Web>, jar: CookieJar, Query(back): Query<Back>) -> Result<Response, Failed> {
    if let Some(view) = obstacle(&web) {
        return Ok(view.into_response());
    }
    if back.code.is_empty() || back.code.len() > 200 {
        return Err(Told::UnknownState.into());
    }
    match setup::create(&web.pipeline, &Token::sent(&back.state), &back.code).await? {
        Came::Created(app, pass) => {
            let page = app.installation_page();
            // GitHub tells where its page is; elsewhere nobody is sent.
            if address::origin(&page) != address::origin(&app.host) {
                return Ok((jar.add(setup_hand::cookie(&web, &pass)), View::Registered).into_response());
            }
            Ok((jar.add(setup_hand::cookie(&web, &pass)), Redirect::to(&page)).into_response())
        }
        Came::Unknown => Err(Told::UnknownState.into()),
        Came::Already => Ok(View::Registered.into_response()),
    }
}
