//! The router: every address the App asks, the switches that fail it, and the App's own answers.

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::{Page, failed, found, not_found, with_rate};
use crate::demo::github::commits::digest;
use crate::demo::github::etags;
use crate::demo::github::failures::{Asked, Failure};
use crate::demo::github::graphql;
use crate::demo::github::life;
use crate::demo::github::payload::{app, installation, permissions, repository, stamp};
use crate::demo::github::{
    apps, hook_deliveries, routes_checks, routes_code, routes_org, routes_page, routes_pull, sign_in,
};

/// The query of a request.
pub type Asking = Query<HashMap<String, String>>;

/// The whole REST surface.
pub fn router(github: &FakeGithub) -> Router {
    Router::new()
        .route("/app", get(the_app))
        .route("/app/installations", get(installations))
        .route("/app/installations/{id}", get(one_installation))
        .route("/app/installations/{id}/access_tokens", post(access_token))
        .route("/installation/repositories", get(repositories))
        .route("/orgs/{org}/installation", get(org_installation))
        .route("/repos/{owner}/{repo}/installation", get(repo_installation))
        .route("/rate_limit", get(rate_limit))
        .merge(apps::routes())
        .merge(hook_deliveries::routes())
        .merge(graphql::routes())
        .merge(routes_code::router())
        .merge(routes_org::router())
        .merge(routes_page::router())
        .merge(routes_checks::router())
        .merge(routes_pull::router())
        .merge(sign_in::router())
        .fallback(async || not_found())
        .layer(from_fn_with_state(github.clone(), before_each))
        .with_state(github.clone())
}

/// Records the request, fails it when a switch says so, redirects renamed repositories.
async fn before_each(State(github): State<FakeGithub>, request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let path = request
        .uri()
        .path_and_query()
        .map_or_else(String::new, ToString::to_string);
    let asked = (request.method() == Method::GET).then(|| request.headers().clone());
    let (failure, rate, moved, refusal) = {
        let mut state = github.lock();
        // GraphQL counts points of its own.
        state.rate.used += u32::from(!path.starts_with("/graphql"));
        let failure = state.switches.iter_mut().find(|s| s.fits(&method, &path)).map(|s| {
            s.left -= 1;
            s.failure
        });
        let moved = new_address(&state, &path);
        let refusal = life::refusal(&state, &path);
        state.asked.push(Asked { method, path });
        (failure, state.rate, moved, refusal)
    };
    let response = match failure {
        Some(Failure::Never) => std::future::pending().await,
        Some(other) => failing(other),
        None => match (refusal, moved) {
            (Some(refusal), _) => refusal,
            (None, Some(address)) => redirect(&address),
            (None, None) => match asked {
                Some(asked) => etags::tagged(&asked, next.run(request).await).await,
                None => next.run(request).await,
            },
        },
    };
    if response.status() == StatusCode::NOT_MODIFIED {
        // What didn't change costs nothing.
        let mut state = github.lock();
        state.rate.used = state.rate.used.saturating_sub(1);
    }
    apps::dated(with_rate(response, rate), &github.lock().apps)
}

fn failing(failure: Failure) -> Response {
    match failure {
        Failure::Status(code) => failed(
            StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            "Server Error",
        ),
        Failure::RateLimited { reset } => {
            let mut response = failed(
                StatusCode::FORBIDDEN,
                "API rate limit exceeded for installation ID 58210447.",
            );
            let headers = response.headers_mut();
            headers.insert(
                HeaderName::from_static("x-ratelimit-remaining"),
                HeaderValue::from_static("0"),
            );
            headers.insert(
                HeaderName::from_static("x-ratelimit-reset"),
                HeaderValue::from(reset.timestamp()),
            );
            response
        }
        Failure::SlowDown { seconds } => {
            let mut response = failed(
                StatusCode::FORBIDDEN,
                "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
            );
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        Failure::Never => failed(StatusCode::GATEWAY_TIMEOUT, "Server Error"),
    }
}

/// The address by id of a repository that is asked for under an old name.
fn new_address(state: &crate::demo::github::state::State, path: &str) -> Option<String> {
    let mut parts = path.strip_prefix("/repos/")?.splitn(3, '/');
    let (_, repo, rest) = (parts.next()?, parts.next()?, parts.next());
    let id = state.old_names.get(&repo.to_lowercase())?;
    Some(rest.map_or_else(
        || format!("{}/repositories/{id}", state.api),
        |rest| format!("{}/repositories/{id}/{rest}", state.api),
    ))
}

fn redirect(address: &str) -> Response {
    let body = json!({
        "message": "Moved Permanently", "url": address,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    });
    let mut response = (StatusCode::MOVED_PERMANENTLY, Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// Whether the request carries an App's JWT: three parts, as a bearer.
pub fn has_jwt(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let token = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "));
    token.is_some_and(|t| t.split('.').filter(|part| !part.is_empty()).count() == 3)
}

/// GitHub's answer to a request without one.
pub fn no_jwt() -> Response {
    failed(StatusCode::UNAUTHORIZED, "A JSON web token could not be decoded")
}

async fn the_app(State(github): State<FakeGithub>, headers: HeaderMap) -> Response {
    if has_jwt(&headers) {
        Json(app(&github.lock())).into_response()
    } else {
        no_jwt()
    }
}

async fn installations(State(github): State<FakeGithub>, headers: HeaderMap) -> Response {
    if has_jwt(&headers) {
        Json(json!([installation(&github.lock())])).into_response()
    } else {
        no_jwt()
    }
}

async fn one_installation(State(github): State<FakeGithub>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    if !has_jwt(&headers) {
        return no_jwt();
    }
    let state = github.lock();
    let there = id == state.installation && !state.life.removed;
    found(there.then(|| installation(&state)))
}

async fn org_installation(State(github): State<FakeGithub>, Path(org): Path<String>) -> Response {
    let state = github.lock();
    found(
        state
            .organisation
            .login
            .eq_ignore_ascii_case(&org)
            .then(|| installation(&state)),
    )
}

async fn repo_installation(State(github): State<FakeGithub>, Path((owner, repo)): Path<(String, String)>) -> Response {
    let state = github.lock();
    let known = state.organisation.login.eq_ignore_ascii_case(&owner) && state.repo(&repo).is_some();
    found(known.then(|| installation(&state)))
}

async fn access_token(State(github): State<FakeGithub>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    if !has_jwt(&headers) {
        return no_jwt();
    }
    let state = github.lock();
    if id != state.installation {
        return not_found();
    }
    let token = format!("ghs_{}", &digest(&["token", &state.rate.used.to_string()])[..36]);
    // The client compares this with the machine's clock, so it has to lie ahead of any start.
    let expires = state.now.max(state.rate.reset) + Duration::days(3650);
    let body = json!({
        "token": token, "expires_at": stamp(expires), "permissions": permissions(), "repository_selection": "all",
    });
    (StatusCode::CREATED, Json(body)).into_response()
}

async fn repositories(State(github): State<FakeGithub>, Query(query): Asking) -> Response {
    let state = github.lock();
    let page = Page::of(&query, format!("{}/installation/repositories", state.api));
    let given = state.repos.iter().filter(|r| !state.life.taken.contains(&r.id));
    let all: Vec<Value> = given.map(|r| repository(&state, r)).collect();
    let body =
        json!({ "total_count": all.len(), "repository_selection": "all", "repositories": page.slice(&all, all.len()) });
    (page.links(all.len()), Json(body)).into_response()
}

async fn rate_limit(State(github): State<FakeGithub>) -> Response {
    let rate = github.lock().rate;
    let core = json!({
        "limit": rate.limit, "used": rate.limit - rate.remaining(), "remaining": rate.remaining(),
        "reset": rate.reset.timestamp(),
    });
    Json(json!({ "resources": { "core": core, "search": core, "graphql": core }, "rate": core })).into_response()
}
