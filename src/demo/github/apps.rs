//! Apps on the loopback GitHub: creating one from a manifest, its webhook's settings, and what it may do.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::demo::github::answer::{failed, not_found};
use crate::demo::github::commits::digest;
use crate::demo::github::drive::UserSpec;
use crate::demo::github::payload::app;
use crate::demo::github::routes::Asking;
use crate::demo::github::state::AccountKind;
use crate::demo::github::{FakeGithub, state};

/// How long a code can be exchanged for an App.
const CODE_LASTS: Duration = Duration::hours(1);

/// What this GitHub knows of Apps beside their names.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    /// The private key that a new App gets; without one none can be created.
    key: Option<String>,
    codes: HashMap<String, Code>,
    hook: Hook,
    /// What the App may do, where it isn't what its manifest asks for.
    pub permissions: Option<Value>,
    /// What it subscribes to, where it isn't what its manifest asks for.
    pub events: Option<Value>,
    /// It was given some repositories, not all.
    pub selected: bool,
    /// The time that answers carry, where it isn't the machine's.
    date: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
struct Code {
    manifest: Value,
    made_at: DateTime<Utc>,
    used: bool,
}

#[derive(Clone, Debug, Default)]
struct Hook {
    url: String,
    secret: Option<String>,
    unchecked: bool,
}

impl FakeGithub {
    /// Lets Apps be created from manifests; each gets this private key (PEM).
    pub fn set_app_key(&self, pem: &str) {
        self.lock().apps.key = Some(pem.to_owned());
    }

    /// As a visitor who is sent to `action` with a manifest and confirms: the address that the browser is sent back to.
    #[must_use]
    pub fn confirm_app(&self, action: &str, manifest: &str) -> Option<String> {
        let url = Url::parse(action).ok()?;
        let organisation = url
            .path()
            .strip_prefix("/organizations/")
            .and_then(|rest| rest.split('/').next());
        if organisation.is_some_and(|login| !login.eq_ignore_ascii_case(&self.organisation())) {
            return None;
        }
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let manifest = manifest.to_owned();
        let answer = begin(self, &query, &Posted { manifest });
        let back = answer.headers().get(header::LOCATION)?;
        back.to_str().ok().map(str::to_owned)
    }

    /// What the App's webhooks are signed with, once one was created.
    #[must_use]
    pub fn webhook_secret(&self) -> Option<String> {
        self.lock().apps.hook.secret.clone()
    }

    /// Sets where the App's webhooks go, what signs them, and whether certificates are checked.
    pub fn set_hook(&self, url: &str, secret: Option<&str>, checks_certificate: bool) {
        let hook = &mut self.lock().apps.hook;
        url.clone_into(&mut hook.url);
        hook.secret = secret.map(str::to_owned);
        hook.unchecked = !checks_certificate;
    }

    /// Grants these permissions instead of what the manifest asks for.
    pub fn grant_permissions(&self, permissions: Value) {
        self.lock().apps.permissions = Some(permissions);
    }

    /// Subscribes the App to these events only.
    pub fn subscribe(&self, events: Value) {
        self.lock().apps.events = Some(events);
    }

    /// The App was given some repositories and not all.
    pub fn select_repositories(&self) {
        self.lock().apps.selected = true;
    }

    /// The time that answers carry from now on.
    pub fn set_date(&self, at: DateTime<Utc>) {
        self.lock().apps.date = Some(at);
    }

    /// Moves this GitHub's own time on.
    pub fn let_time_pass(&self, to: DateTime<Utc>) {
        let mut state = self.lock();
        state.now = state.now.max(to);
    }
}

/// The routes of this file.
pub fn routes() -> Router<FakeGithub> {
    Router::new()
        .route("/settings/apps/new", post(of_person))
        .route("/organizations/{org}/settings/apps/new", post(of_organisation))
        .route("/app-manifests/{code}/conversions", post(convert))
        .route("/app/hook/config", get(hook_config))
}

/// Puts the date on an answer where it isn't the machine's.
pub fn dated(mut response: Response, apps: &Apps) -> Response {
    let date = apps.date.map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

#[derive(Deserialize)]
struct Posted {
    manifest: String,
}

async fn of_person(State(github): State<FakeGithub>, Query(query): Asking, Form(posted): Form<Posted>) -> Response {
    begin(&github, &query, &posted)
}

async fn of_organisation(
    State(github): State<FakeGithub>,
    Path(org): Path<String>,
    Query(query): Asking,
    Form(posted): Form<Posted>,
) -> Response {
    if !github.organisation().eq_ignore_ascii_case(&org) {
        return not_found();
    }
    begin(&github, &query, &posted)
}

/// As if the visitor had confirmed at once: a code, and the way back.
fn begin(github: &FakeGithub, query: &HashMap<String, String>, posted: &Posted) -> Response {
    let mut state = github.lock();
    let manifest: Value = serde_json::from_str(&posted.manifest).unwrap_or_default();
    let back = manifest["redirect_url"].as_str().unwrap_or_default().to_owned();
    if manifest["hook_attributes"]["url"].as_str().is_none() || back.is_empty() {
        return failed(StatusCode::UNPROCESSABLE_ENTITY, "Invalid GitHub App configuration");
    }
    let code = digest(&["code", &state.salt.to_string(), &state.id().to_string()])[..40].to_owned();
    let made_at = state.now;
    let new = Code {
        manifest,
        made_at,
        used: false,
    };
    state.apps.codes.insert(code.clone(), new);
    let given = query.get("state").cloned().unwrap_or_default();
    Redirect::to(&format!("{back}?code={code}&state={given}")).into_response()
}

async fn convert(State(github): State<FakeGithub>, Path(code): Path<String>) -> Response {
    let (answer, slug) = {
        let mut state = github.lock();
        let now = state.now;
        let Some(found) = state
            .apps
            .codes
            .get_mut(&code)
            .filter(|code| !code.used && now - code.made_at <= CODE_LASTS)
        else {
            return not_found();
        };
        found.used = true;
        let manifest = found.manifest.clone();
        let Some(pem) = state.apps.key.clone() else {
            return failed(StatusCode::INTERNAL_SERVER_ERROR, "Server Error");
        };
        take(&mut state, &manifest);
        let mut answer = app(&state);
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("name".into(), manifest["name"].clone());
            fields.insert("client_secret".into(), json!(digest(&["client", &code])));
            fields.insert("webhook_secret".into(), json!(state.apps.hook.secret));
            fields.insert("pem".into(), json!(pem));
        }
        (answer, state.app_slug.clone())
    };
    github.add_account(&UserSpec {
        login: &format!("{slug}[bot]"),
        name: "Peerlore",
        kind: AccountKind::Bot,
    });
    (StatusCode::CREATED, Json(answer)).into_response()
}

/// From now on the App is the one of this manifest.
fn take(state: &mut state::State, manifest: &Value) {
    let name = manifest["name"].as_str().unwrap_or("app").to_lowercase();
    state.app_slug = name.replace(' ', "-");
    state.app_id = state.id();
    let url = manifest["hook_attributes"]["url"].as_str().unwrap_or_default();
    let secret = digest(&["webhook", &state.app_id.to_string()]).to_string();
    state.apps.hook = Hook {
        url: url.to_owned(),
        secret: Some(secret),
        ..Hook::default()
    };
}

async fn hook_config(State(github): State<FakeGithub>) -> Response {
    let hook = github.lock().apps.hook.clone();
    let mut answer = json!({
        "content_type": "json", "insecure_ssl": if hook.unchecked { "1" } else { "0" }, "url": hook.url,
    });
    if hook.secret.is_some() {
        answer["secret"] = json!("********");
    }
    Json(answer).into_response()
}
