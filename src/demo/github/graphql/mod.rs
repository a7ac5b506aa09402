//! GraphQL's side of the loopback GitHub: the questions that the App asks, answered from the same state as REST.
//!
//! It knows questions by the name of their operation and reads from their text how much is asked for; it doesn't know
//! GitHub's schema. Whether a question fits that is for the schema itself to say (`tests/contract.rs`).

mod asked;
mod pull;
mod said;
mod statuses;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::failed;
use crate::demo::github::graphql::asked::{NODE_LIMIT, Question};
use crate::demo::github::payload::{node, stamp};
use crate::demo::github::state::{Repository, Shown, State};

/// Points an hour.
const LIMIT: u64 = 5_000;

/// What GitHub says where a question took it too long.
const TOO_LONG: &str = "Something went wrong while executing your query. This may be the result of a timeout, or it \
                        could be a GitHub bug.";

/// What goes wrong with one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFault {
    /// It took too long: half of a page is there, beside GitHub's words about it.
    HalfDone,
    /// The pull request of this number is missing, beside an error that names its place.
    LosesPull(u64),
    /// It costs GitHub too much: what was said on each pull request is null, beside errors that name some of the places.
    OverLimits,
    /// This field of each pull request is null, beside an error that names its first place.
    Lacks(&'static str),
    /// No points are left until then: 200 with an error.
    RateLimited {
        /// When points are there again.
        reset: DateTime<Utc>,
    },
    /// Too much at once: 200 with nothing but a message, and seconds to wait in a header.
    SlowDown {
        /// Seconds to wait.
        seconds: u32,
    },
    /// No data, and an error of this type.
    Declines(&'static str),
}

/// What this folder remembers.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Comments that a moderator hid, with GitHub's word for why.
    pub hidden: BTreeMap<u64, String>,
    used: u64,
    heavier_than: Option<usize>,
    never_whole: Option<u64>,
    short_ids: bool,
    faults: VecDeque<GraphFault>,
    questions: Vec<String>,
}

/// The routes of this folder.
pub fn routes() -> Router<FakeGithub> {
    Router::new().route("/graphql", post(graphql))
}

impl FakeGithub {
    /// The texts of the questions asked so far, oldest first.
    #[must_use]
    pub fn questions(&self) -> Vec<String> {
        self.lock().graph.questions.clone()
    }

    /// Points used so far.
    #[must_use]
    pub fn points_used(&self) -> u64 {
        self.lock().graph.used
    }

    /// So many of the hour's points are used now.
    pub fn use_points(&self, used: u64) {
        self.lock().graph.used = used;
    }

    /// Pages of more pull requests than these are answered with 502; none: every page is answered.
    pub fn fail_pages_over(&self, pulls: Option<usize>) {
        self.lock().graph.heavier_than = pulls;
    }

    /// The pull request of this number is never given with what hangs on it, however small the page.
    pub fn never_give_whole(&self, number: u64) {
        self.lock().graph.never_whole = Some(number);
    }

    /// Something goes wrong with the next answer; several wait in line.
    pub fn fault_next(&self, fault: GraphFault) {
        self.lock().graph.faults.push_back(fault);
    }

    /// From now on it is an Enterprise Server that doesn't know `fullDatabaseId`.
    pub fn forget_full_ids(&self) {
        self.lock().graph.short_ids = true;
    }

    /// A moderator hides a comment: `spam`, `abuse`, `off-topic`, .. No webhook.
    pub fn hide_comment(&self, comment: u64, reason: &str) {
        self.lock().graph.hidden.insert(comment, reason.to_owned());
    }
}

async fn graphql(Shared(github): Shared<FakeGithub>, Json(body): Json<Value>) -> Response {
    let mut state = github.lock();
    let text = body["query"].as_str().unwrap_or_default();
    let question = Question::of(text, body["variables"].clone());
    state.graph.questions.push(text.to_owned());
    let page = question.first("pullRequests", None);
    if state.graph.heavier_than.is_some_and(|most| page > Some(most)) {
        let words = failed(StatusCode::BAD_GATEWAY, "We couldn't respond to your request in time.");
        return with_points(words, &state);
    }
    if let Some(error) = refusal(&state, text, &question) {
        return with_points(Json(json!({ "errors": [error] })).into_response(), &state);
    }
    let fault = state.graph.faults.pop_front();
    state.graph.used += question.cost();
    let (mut data, mut errors) = match body["operationName"].as_str() {
        Some("Statuses") => statuses::answer(&state, &question.variables),
        Some("PastPage") => {
            let (mut data, mut errors) = past_page(&mut state, &question);
            errors.extend(state.graph.never_whole.and_then(|number| lose(&mut data, number)));
            (data, errors)
        }
        Some("PastPlace") => past_page(&mut state, &question),
        Some("PastRest") => past_rest(&mut state, &question),
        Some("PastThread") => past_thread(&state, &question),
        Some("PastReactions") => past_reactions(&state, &question),
        _ => return failed(StatusCode::BAD_REQUEST, "A query that this GitHub doesn't know"),
    };
    if text.contains("rateLimit")
        && let Some(map) = data.as_object_mut()
    {
        map.insert("rateLimit".into(), rate_limit(&state, question.cost()));
    }
    if let Some(fault) = fault {
        spoil(fault, &mut data, &mut errors);
    }
    let mut answer = if let Some(GraphFault::SlowDown { .. }) = fault {
        json!({ "message": "You have exceeded a secondary rate limit. Please wait." })
    } else {
        json!({ "data": data })
    };
    if !errors.is_empty() {
        answer["errors"] = Value::Array(errors);
    }
    let mut response = Json(answer).into_response();
    match fault {
        Some(GraphFault::RateLimited { reset }) => {
            put(&mut response, "x-ratelimit-remaining", "0");
            put(&mut response, "x-ratelimit-reset", &reset.timestamp().to_string());
        }
        Some(GraphFault::SlowDown { seconds }) => put(&mut response, "retry-after", &seconds.to_string()),
        _ => {}
    }
    with_points(response, &state)
}

/// Lets something go wrong with an answer.
fn spoil(fault: GraphFault, data: &mut Value, errors: &mut Vec<Value>) {
    match fault {
        GraphFault::HalfDone => {
            halve(data);
            errors.push(json!({ "message": TOO_LONG }));
        }
        GraphFault::OverLimits => {
            errors.extend(lack(data, "author"));
            for list in ["reviewThreads", "comments", "reviews"] {
                errors.extend(lack(data, list).map(|mut error| {
                    error["type"] = json!("RESOURCE_LIMITS_EXCEEDED");
                    error
                }));
            }
        }
        GraphFault::Lacks(field) => errors.extend(lack(data, field)),
        GraphFault::LosesPull(number) => errors.extend(lose(data, number)),
        GraphFault::RateLimited { .. } => {
            *data = Value::Null;
            *errors = vec![json!({ "type": "RATE_LIMITED", "message": "API rate limit exceeded for installation." })];
        }
        GraphFault::SlowDown { .. } => errors.clear(),
        GraphFault::Declines(kind) => {
            *data = Value::Null;
            *errors = vec![json!({ "type": kind, "message": "Resource not accessible by integration" })];
        }
    }
}

/// What GitHub refuses before it begins.
fn refusal(state: &State, text: &str, question: &Question) -> Option<Value> {
    let unaliased = text.replace("fullDatabaseId: databaseId", "");
    if state.graph.short_ids && unaliased.contains("fullDatabaseId") {
        let message = "Field 'fullDatabaseId' doesn't exist on type 'PullRequestReview'";
        let more = json!({ "code": "undefinedField", "typeName": "PullRequestReview", "fieldName": "fullDatabaseId" });
        return Some(json!({ "message": message, "extensions": more }));
    }
    if let Some((name, first)) = question.excessive() {
        let message =
            format!("Requesting {first} records on the `{name}` connection exceeds the `first` limit of 100 records.");
        return Some(json!({ "type": "EXCESSIVE_PAGINATION", "message": message }));
    }
    let nodes = question.nodes();
    (nodes > NODE_LIMIT).then(|| {
        let message = format!(
            "This query requests up to {nodes} possible nodes which exceeds the maximum limit of {NODE_LIMIT}."
        );
        json!({ "type": "MAX_NODE_LIMIT_EXCEEDED", "message": message })
    })
}

fn rate_limit(state: &State, cost: u64) -> Value {
    json!({
        "cost": cost, "remaining": LIMIT.saturating_sub(state.graph.used), "limit": LIMIT,
        "resetAt": stamp(state.rate.reset),
    })
}

fn put(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .entry(HeaderName::from_static(name))
            .or_insert(value);
    }
}

/// Puts the headers of GraphQL's own limit on an answer.
fn with_points(mut response: Response, state: &State) -> Response {
    let used = state.graph.used.min(LIMIT);
    put(&mut response, "x-ratelimit-limit", &LIMIT.to_string());
    put(&mut response, "x-ratelimit-remaining", &(LIMIT - used).to_string());
    put(&mut response, "x-ratelimit-used", &used.to_string());
    put(
        &mut response,
        "x-ratelimit-reset",
        &state.rate.reset.timestamp().to_string(),
    );
    put(&mut response, "x-ratelimit-resource", "graphql");
    response
}

/// Takes the later half of a page away.
fn halve(data: &mut Value) {
    let nodes = data.pointer_mut("/repository/pullRequests/nodes");
    if let Some(nodes) = nodes.and_then(Value::as_array_mut) {
        let half = nodes.len() / 2;
        nodes.iter_mut().skip(half).for_each(|node| *node = Value::Null);
    }
}

/// Takes a field away from a question's pull requests; the error that names its place in the first of them.
fn lack(data: &mut Value, field: &str) -> Option<Value> {
    let repository = data.get_mut("repository")?;
    let path = if let Some(nodes) = repository.pointer_mut("/pullRequests/nodes") {
        for node in nodes.as_array_mut()? {
            node[field] = Value::Null;
        }
        json!(["repository", "pullRequests", "nodes", 0, field])
    } else {
        repository.get_mut("pullRequest")?[field] = Value::Null;
        json!(["repository", "pullRequest", field])
    };
    Some(json!({ "type": "INTERNAL", "path": path, "message": "Resource limits for this query exceeded." }))
}

/// Takes a pull request away; the error that names its place.
fn lose(data: &mut Value, number: u64) -> Option<Value> {
    let nodes = data.pointer_mut("/repository/pullRequests/nodes")?.as_array_mut()?;
    let place = nodes.iter().position(|node| node["number"] == number)?;
    nodes[place] = Value::Null;
    let path = json!(["repository", "pullRequests", "nodes", place]);
    Some(json!({ "type": "INTERNAL", "path": path, "message": "Something is wrong with this one" }))
}

/// The repository that a question names, also by an old name.
fn repo_of(state: &State, question: &Question) -> Result<String, Value> {
    let (owner, name) = (
        question.text("owner").unwrap_or_default(),
        question.text("name").unwrap_or_default(),
    );
    let by_old_name = state.old_names.get(&name.to_lowercase());
    let found = state
        .repo(name)
        .or_else(|| state.repos.iter().find(|repo| Some(&repo.id) == by_old_name));
    let found = found.filter(|_| state.organisation.login.eq_ignore_ascii_case(owner));
    found.map(|repo| repo.name.clone()).ok_or_else(|| {
        let message = format!("Could not resolve to a Repository with the name '{owner}/{name}'.");
        json!({ "type": "NOT_FOUND", "path": ["repository"], "message": message })
    })
}

fn past_page(state: &mut State, question: &Question) -> (Value, Vec<Value>) {
    let name = match repo_of(state, question) {
        Ok(name) => name,
        Err(error) => {
            return (
                json!({ "inWindow": { "issueCount": 0 }, "repository": null }),
                vec![error],
            );
        }
    };
    let Some(found) = state.repo_mut(&name) else {
        return (Value::Null, Vec::new());
    };
    let numbers: Vec<u64> = found.pulls.keys().copied().collect();
    let shown: Vec<(u64, Arc<Shown>)> = numbers
        .into_iter()
        .filter_map(|number| Some((number, found.shown(number)?)))
        .collect();
    let Some(found) = state.repo(&name) else {
        return (Value::Null, Vec::new());
    };
    let since = question
        .text("window")
        .and_then(|window| window.split_once("updated:>="));
    let since = since.and_then(|(_, since)| since.parse::<DateTime<Utc>>().ok());
    let mut repository = pull::repository(state, found);
    repository.insert("pullRequests".into(), pull::page(state, (found, &shown), question));
    let counted = json!({ "issueCount": pull::changed_since(found, since) });
    (json!({ "inWindow": counted, "repository": repository }), Vec::new())
}

fn past_rest(state: &mut State, question: &Question) -> (Value, Vec<Value>) {
    let name = match repo_of(state, question) {
        Ok(name) => name,
        Err(error) => return (json!({ "repository": null }), vec![error]),
    };
    let number = question.variables["number"].as_u64().unwrap_or_default();
    let shown = state.repo_mut(&name).and_then(|repo| repo.shown(number));
    let found = state
        .repo(&name)
        .and_then(|repo| Some((repo, repo.pulls.get(&number)?)));
    let Some((repo, one)) = found else {
        let message = format!("Could not resolve to a PullRequest with the number of {number}.");
        let error = json!({ "type": "NOT_FOUND", "path": ["repository", "pullRequest"], "message": message });
        return (json!({ "repository": { "pullRequest": null } }), vec![error]);
    };
    let mut lists = pull::lists(state, (repo, one), shown.as_deref(), question);
    lists.insert("number".into(), json!(number));
    (json!({ "repository": { "pullRequest": lists } }), Vec::new())
}

fn pulls(state: &State) -> impl Iterator<Item = &crate::demo::github::state::Pull> {
    state.repos.iter().flat_map(|repo: &Repository| repo.pulls.values())
}

fn no_node(id: &str, path: &Value) -> Value {
    let message = format!("Could not resolve to a node with the global id of '{id}'");
    json!({ "type": "NOT_FOUND", "path": path, "message": message })
}

fn past_thread(state: &State, question: &Question) -> (Value, Vec<Value>) {
    let id = question.text("id").unwrap_or_default();
    let mut all = pulls(state).flat_map(|pull| pull.threads.iter().map(move |thread| (pull, thread)));
    let Some((of, thread)) = all.find(|(_, thread)| said::thread_id(thread.root) == id) else {
        return (json!({ "node": null }), vec![no_node(id, &json!(["node"]))]);
    };
    let first = question.first("comments", None).unwrap_or(0);
    let node = said::thread(state, of, thread, first, question.text("after"));
    (json!({ "node": node }), Vec::new())
}

fn past_reactions(state: &State, question: &Question) -> (Value, Vec<Value>) {
    let mut errors = Vec::new();
    let mut nodes = Vec::new();
    for (nth, id) in question.variables["ids"].as_array().into_iter().flatten().enumerate() {
        let id = id.as_str().unwrap_or_default();
        let mut comments = pulls(state).flat_map(|pull| &pull.comments);
        if let Some(comment) = comments.find(|comment| node("PRRC", comment.id) == id) {
            nodes.push(said::reacted(state, comment, question));
        } else {
            nodes.push(Value::Null);
            errors.push(no_node(id, &json!(["nodes", nth])));
        }
    }
    (json!({ "nodes": nodes }), errors)
}
