//! What the loopback GitHub remembers of the webhooks that it sent, and having one sent again.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::demo::chance::Chance;
use crate::demo::github::FakeGithub;
use crate::demo::github::answer::not_found;
use crate::demo::github::delivery::Delivery;
use crate::demo::github::payload::stamp;
use crate::demo::github::routes::{Asking, has_jwt, no_jwt};
use crate::demo::github::state::State as Everything;

/// How long an attempt is remembered, as on github.com.
const KEPT: Duration = Duration::days(3);

/// The webhooks that were sent.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    attempts: Vec<Attempt>,
    /// Asked for again and not sent yet.
    due: Vec<Delivery>,
}

#[derive(Clone, Debug)]
struct Attempt {
    id: u64,
    at: DateTime<Utc>,
    again: bool,
    code: u16,
    delivery: Delivery,
}

/// Which deliveries are lost on their way: a share of them, by chance that depends on the seed alone.
#[derive(Clone, Debug)]
pub struct Losses {
    chance: Chance,
    percent: usize,
}

impl Losses {
    /// So many in a hundred.
    #[must_use]
    pub const fn new(seed: u64, percent: usize) -> Self {
        Self {
            chance: Chance::new(seed),
            percent,
        }
    }

    /// Whether the next one is lost.
    pub fn next_is_lost(&mut self) -> bool {
        self.chance.percent(self.percent)
    }
}

impl FakeGithub {
    /// Remembers that a delivery was sent now and answered with this status; 0: nobody was reached. The first attempt was
    /// made when it happened.
    pub fn attempted(&self, delivery: &Delivery, code: u16) {
        let mut state = self.lock();
        let again = state
            .sent_hooks
            .attempts
            .iter()
            .any(|one| one.delivery.id == delivery.id);
        let attempt = Attempt {
            id: state.id(),
            at: if again { state.now } else { delivery.at },
            again,
            code,
            delivery: delivery.clone(),
        };
        state.sent_hooks.attempts.push(attempt);
    }

    /// Remembers one delivery of any kind, with the status that it was answered with; 0: nobody was reached.
    pub fn remember_delivery(&self, at: DateTime<Utc>, status: u16) {
        let delivery = Delivery {
            id: "0b989ba4-242f-11e5-81e1-c7b6966d2516".to_owned(),
            event: "pull_request".to_owned(),
            at,
            body: b"{}".to_vec(),
        };
        let mut state = self.lock();
        state.now = state.now.max(at);
        state.sent_hooks.attempts.clear();
        drop(state);
        self.attempted(&delivery, status);
    }

    /// Takes the deliveries that were asked for again, in the order of asking; whoever takes them sends them.
    #[must_use]
    pub fn take_asked_again(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.lock().sent_hooks.due)
    }
}

/// The routes of this file.
pub fn routes() -> Router<FakeGithub> {
    Router::new()
        .route("/app/hook/deliveries", get(list))
        .route("/app/hook/deliveries/{id}/attempts", post(again))
}

/// The attempts that are still remembered, newest first.
fn remembered(state: &Everything) -> impl Iterator<Item = &Attempt> {
    let since = state.now - KEPT;
    state
        .sent_hooks
        .attempts
        .iter()
        .rev()
        .filter(move |one| one.at >= since)
}

/// A page that begins at the attempt of the cursor; the `Link` leads to older ones.
async fn list(State(github): State<FakeGithub>, Query(query): Asking, headers: HeaderMap) -> Response {
    if !has_jwt(&headers) {
        return no_jwt();
    }
    let state = github.lock();
    let number = |key: &str| query.get(key).and_then(|value| value.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let cursor = query.get("cursor").and_then(|cursor| cursor.strip_prefix("v1_"));
    let from: u64 = cursor.and_then(|id| id.parse().ok()).unwrap_or(u64::MAX);
    let mut rest = remembered(&state).filter(|one| one.id <= from);
    let page: Vec<Value> = rest.by_ref().take(size).map(|one| shown(&state, one)).collect();
    let mut answer = Json(Value::Array(page)).into_response();
    if let Some(next) = rest.next() {
        let link = format!(
            "<{}/app/hook/deliveries?per_page={size}&cursor=v1_{}>; rel=\"next\"",
            state.api, next.id
        );
        if let Ok(link) = HeaderValue::from_str(&link) {
            answer.headers_mut().insert(header::LINK, link);
        }
    }
    answer
}

fn shown(state: &Everything, one: &Attempt) -> Value {
    let status = match one.code {
        0 => "failed to connect",
        200..=299 => "OK",
        _ => "Invalid HTTP Response",
    };
    let action = one.delivery.action();
    json!({
        "id": one.id, "guid": one.delivery.id, "delivered_at": stamp(one.at), "redelivery": one.again, "duration": 0.27,
        "status": status, "status_code": one.code, "event": one.delivery.event,
        "action": if action.is_empty() { Value::Null } else { Value::from(action) },
        "installation_id": state.installation, "repository_id": Value::Null, "throttled_at": Value::Null,
    })
}

async fn again(State(github): State<FakeGithub>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    if !has_jwt(&headers) {
        return no_jwt();
    }
    let mut state = github.lock();
    let Some(delivery) = remembered(&state)
        .find(|one| one.id == id)
        .map(|one| one.delivery.clone())
    else {
        return not_found();
    };
    state.sent_hooks.due.push(delivery);
    StatusCode::ACCEPTED.into_response()
}
