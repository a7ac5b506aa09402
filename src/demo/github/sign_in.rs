//! Signing in with the loopback GitHub: consent, codes for tokens, and what a user's token may read.

use std::collections::{BTreeSet, HashMap};

use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::{Page, failed, not_found};
use crate::demo::github::commits::digest;
use crate::demo::github::delivery::Delivery;
use crate::demo::github::drive::{Act, dressed, send};
use crate::demo::github::payload::{installation, repository, team, user};
use crate::demo::github::routes::Asking;
use crate::demo::github::state::State as Everything;

/// The App's client id on the loopback GitHub.
pub const CLIENT_ID: &str = "Iv23liLoopback";

/// The App's client secret on the loopback GitHub.
pub const CLIENT_SECRET: &str = "loopback-client-secret";

/// Who signs in, and what was handed out.
#[derive(Clone, Debug, Default)]
pub struct SignIns {
    /// Who sits at the browser; none: they press "Cancel".
    consenting: Option<String>,
    codes: HashMap<String, Code>,
    /// User tokens, with whose they are.
    tokens: HashMap<String, String>,
    made: u64,
    /// Repositories, by name, that only these may read.
    closed: HashMap<String, BTreeSet<String>>,
}

/// A code that was handed out.
#[derive(Clone, Debug)]
struct Code {
    login: String,
    redirect_uri: String,
    challenge: String,
}

impl SignIns {
    /// Whether somebody may read a repository: every member, or those whom it is left to.
    #[must_use]
    pub fn may_read(&self, repo: &str, login: &str) -> bool {
        self.closed.get(repo).is_none_or(|only| only.contains(login))
    }
}

impl FakeGithub {
    /// From now on this person sits at the browser and agrees at once.
    pub fn consents(&self, login: &str) {
        self.lock().sign_ins.consenting = Some(login.to_owned());
    }

    /// From now on whoever sits at the browser presses "Cancel".
    pub fn nobody_consents(&self) {
        self.lock().sign_ins.consenting = None;
    }

    /// Gives the App's installation another number, so that two organisations' can be told apart.
    pub fn set_installation(&self, number: u64) {
        self.lock().installation = number;
    }

    /// Somebody takes back that the App may sign them in. GitHub names no account but theirs in it.
    #[must_use]
    pub fn revoke_sign_in(&self, act: Act<'_>) -> Vec<Delivery> {
        send(
            &mut self.lock(),
            "github_app_authorization",
            act.at,
            |state| json!({ "action": "revoked", "sender": user(state, act.by) }),
        )
    }

    /// Takes somebody's own access to a repository; who else may read it is for [`Self::only_for`].
    #[must_use]
    pub fn remove_collaborator(&self, act: Act<'_>, repo: &str, login: &str) -> Vec<Delivery> {
        send(&mut self.lock(), "member", act.at, |state| {
            let own = json!({ "action": "removed", "member": user(state, login) });
            dressed(state, own, state.repo(repo), act.by)
        })
    }

    /// Takes a repository from a team; who else may read it is for [`Self::only_for`].
    #[must_use]
    pub fn remove_team_repository(&self, act: Act<'_>, slug: &str, repo: &str) -> Vec<Delivery> {
        send(&mut self.lock(), "team", act.at, |state| {
            let found = state.teams.get(slug).map(|found| team(state, found));
            let own = json!({ "action": "removed_from_repository", "team": found });
            dressed(state, own, state.repo(repo), act.by)
        })
    }

    /// Leaves a repository to these people.
    pub fn only_for(&self, repo: &str, logins: &[&str]) {
        let only = logins.iter().map(|login| (*login).to_owned()).collect();
        self.lock().sign_ins.closed.insert(repo.to_owned(), only);
    }
}

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new()
        .route("/login/oauth/authorize", get(authorize))
        .route("/login/oauth/access_token", post(access_token))
        .route("/user", get(myself))
        .route("/user/installations", get(installations))
        .route("/user/installations/{id}/repositories", get(repositories))
}

async fn authorize(State(github): State<FakeGithub>, Query(query): Asking) -> Response {
    let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let Ok(mut back) = Url::parse(text("redirect_uri")) else {
        return not_found();
    };
    if text("client_id") != CLIENT_ID {
        return not_found();
    }
    let mut state = github.lock();
    let challenge = text("code_challenge");
    let plain = !challenge.is_empty() && text("code_challenge_method") != "S256";
    match state.sign_ins.consenting.clone() {
        Some(login) if !plain => {
            let made = state.sign_ins.made;
            state.sign_ins.made += 1;
            let code = digest(&["code", &login, &made.to_string()])[..20].to_owned();
            let kept = Code {
                login,
                redirect_uri: text("redirect_uri").to_owned(),
                challenge: challenge.to_owned(),
            };
            state.sign_ins.codes.insert(code.clone(), kept);
            back.query_pairs_mut().append_pair("code", &code);
        }
        _ => {
            back.query_pairs_mut()
                .append_pair("error", "access_denied")
                .append_pair("error_description", "The user has denied your application access.");
        }
    }
    back.query_pairs_mut().append_pair("state", text("state"));
    Redirect::to(back.as_str()).into_response()
}

/// An error as this address gives it: 200, with the error in the body.
fn refused(error: &str) -> Response {
    Json(json!({
        "error": error, "error_description": "The request was refused.",
        "error_uri": "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors",
    }))
    .into_response()
}

async fn access_token(State(github): State<FakeGithub>, Form(form): Form<HashMap<String, String>>) -> Response {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if text("client_id") != CLIENT_ID || text("client_secret") != CLIENT_SECRET {
        return refused("incorrect_client_credentials");
    }
    let mut state = github.lock();
    // A code is good for one try.
    let Some(code) = state.sign_ins.codes.remove(text("code")) else {
        return refused("bad_verification_code");
    };
    if text("redirect_uri") != code.redirect_uri {
        return refused("redirect_uri_mismatch");
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier").as_bytes()));
    if !code.challenge.is_empty() && challenge != code.challenge {
        return refused("bad_verification_code");
    }
    let made = state.sign_ins.made;
    state.sign_ins.made += 1;
    let token = format!("ghu_{}", &digest(&["user", &made.to_string()])[..36]);
    state.sign_ins.tokens.insert(token.clone(), code.login);
    Json(json!({ "access_token": token, "expires_in": 28_800, "scope": "", "token_type": "bearer" })).into_response()
}

/// Whose token a request carries; none: no user's.
fn whose(state: &Everything, headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, token) = value.split_once(' ')?;
    state.sign_ins.tokens.get(token).cloned()
}

/// The user whose token it is; else the App's own account, as this GitHub doesn't tell other tokens apart.
async fn myself(State(github): State<FakeGithub>, headers: HeaderMap) -> Response {
    let state = github.lock();
    let login = whose(&state, &headers).unwrap_or_else(|| format!("{}[bot]", state.app_slug));
    Json(user(&state, &login)).into_response()
}

fn no_user() -> Response {
    failed(StatusCode::FORBIDDEN, "Resource not accessible by integration")
}

/// The App's installations that the user can reach: as a member, or by a repository of its own accord.
async fn installations(State(github): State<FakeGithub>, headers: HeaderMap, Query(query): Asking) -> Response {
    let state = github.lock();
    let Some(login) = whose(&state, &headers) else {
        return no_user();
    };
    let invited = state.sign_ins.closed.values().any(|only| only.contains(&login));
    let all: Vec<Value> = (state.members.contains_key(&login) || invited)
        .then(|| installation(&state))
        .into_iter()
        .collect();
    let page = Page::of(&query, format!("{}/user/installations", state.api));
    let body = json!({ "total_count": all.len(), "installations": page.slice(&all, all.len()) });
    (page.links(all.len()), Json(body)).into_response()
}

async fn repositories(
    State(github): State<FakeGithub>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    let Some(login) = whose(&state, &headers) else {
        return no_user();
    };
    if id != state.installation {
        return not_found();
    }
    let all: Vec<Value> = state
        .repos
        .iter()
        .filter(|repo| state.sign_ins.may_read(&repo.name, &login))
        .map(|repo| repository(&state, repo))
        .collect();
    let page = Page::of(&query, format!("{}/user/installations/{id}/repositories", state.api));
    let body = json!({ "total_count": all.len(), "repositories": page.slice(&all, all.len()) });
    (page.links(all.len()), Json(body)).into_response()
}
