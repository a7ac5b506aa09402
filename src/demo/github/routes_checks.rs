//! Check runs: posting, changing and listing them, with GitHub's refusals.

use std::collections::{HashMap, HashSet};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::{failed, not_found};
use crate::demo::github::routes::Asking;
use crate::demo::github::state::CheckRun;

/// GitHub takes no more annotations than this in one call.
const ANNOTATIONS_AT_MOST: usize = 50;

/// GitHub takes no longer summary than this.
const SUMMARY_AT_MOST: usize = 65_535;

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new()
        .route("/repos/{owner}/{repo}/check-runs", post(check_run))
        .route("/repos/{owner}/{repo}/check-runs/{id}", patch(change_check_run))
        .route("/repos/{owner}/{repo}/commits/{sha}/check-runs", get(check_runs_of))
}

impl FakeGithub {
    /// The check runs that the App posted, as they stand, oldest first.
    #[must_use]
    pub fn check_runs(&self) -> Vec<Value> {
        let state = self.lock();
        let ours = state.checks.iter().filter(|run| run.app == state.app_slug);
        ours.map(|run| run.request.clone()).collect()
    }

    /// Another App posts a check run on a commit; gives its number.
    #[must_use]
    pub fn check_by_another_app(&self, repo: &str, sha: &str, name: &str) -> u64 {
        let mut state = self.lock();
        let id = state.id();
        state.checks.push(CheckRun {
            id,
            repo: repo.to_owned(),
            app: "somebody-elses".to_owned(),
            request: json!({ "name": name, "head_sha": sha, "status": "completed", "conclusion": "success" }),
        });
        id
    }
}

fn unprocessable(message: &str) -> Response {
    failed(StatusCode::UNPROCESSABLE_ENTITY, message)
}

/// Why GitHub declines what a check run says.
fn refusal(body: &Value) -> Option<Response> {
    let output = body.get("output").filter(|output| !output.is_null())?;
    if output["title"].as_str().is_none() || output["summary"].as_str().is_none() {
        return Some(unprocessable(
            "Invalid request.\n\n\"title\", \"summary\" weren't supplied.",
        ));
    }
    if output["summary"]
        .as_str()
        .is_some_and(|text| text.chars().count() > SUMMARY_AT_MOST)
    {
        return Some(unprocessable(
            "Invalid request.\n\nOnly 65535 characters are allowed; more were supplied.",
        ));
    }
    let annotations = output["annotations"].as_array().map_or(&[][..], Vec::as_slice);
    if annotations.len() > ANNOTATIONS_AT_MOST {
        return Some(unprocessable(
            "Invalid request.\n\nNo more than 50 items are allowed; more were supplied.",
        ));
    }
    let is_whole = |one: &Value| {
        let level = one["annotation_level"].as_str();
        one["path"].is_string()
            && one["message"].as_str().is_some_and(|text| !text.is_empty())
            && one["start_line"].as_u64().is_some_and(|line| line > 0)
            && one["end_line"].as_u64().is_some_and(|line| line > 0)
            && matches!(level, Some("notice" | "warning" | "failure"))
    };
    (!annotations.iter().all(is_whole)).then(|| unprocessable("Invalid request.\n\nAn annotation is not whole."))
}

async fn check_run(
    State(github): State<FakeGithub>,
    Path((_, repo)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Response {
    let mut state = github.lock();
    let Some(known) = state.repo(&repo) else {
        return not_found();
    };
    let (Some(sha), Some(_)) = (body["head_sha"].as_str(), body["name"].as_str()) else {
        return unprocessable("Invalid request.\n\n\"name\", \"head_sha\" weren't supplied.");
    };
    if known.commit(sha).is_none() {
        return unprocessable(&format!("No commit found for SHA: {sha}"));
    }
    if let Some(refusal) = refusal(&body) {
        return refusal;
    }
    let run = CheckRun {
        id: state.id(),
        repo,
        app: state.app_slug.clone(),
        request: body,
    };
    let answer = shown(&run);
    state.checks.push(run);
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn change_check_run(
    State(github): State<FakeGithub>,
    Path((_, repo, id)): Path<(String, String, u64)>,
    Json(body): Json<Value>,
) -> Response {
    let mut state = github.lock();
    let ours = state.app_slug.clone();
    let Some(run) = state.checks.iter_mut().find(|c| c.id == id && c.repo == repo) else {
        return not_found();
    };
    if run.app != ours {
        let message = "Invalid app_id - check run can only be modified by the GitHub App that created it.";
        return failed(StatusCode::FORBIDDEN, message);
    }
    if let Some(refusal) = refusal(&body) {
        return refusal;
    }
    // Annotations are added to those that stand; everything else is put in place.
    let standing = run.request["output"]["annotations"].as_array().cloned();
    if let (Some(old), Some(new)) = (run.request.as_object_mut(), body.as_object()) {
        old.extend(new.clone());
    }
    if let Some(output) = run.request.get_mut("output").and_then(Value::as_object_mut) {
        let added = output.get("annotations").and_then(Value::as_array).cloned();
        let all: Vec<Value> = [standing, added].into_iter().flatten().flatten().collect();
        output.insert("annotations".to_owned(), Value::Array(all));
    }
    Json(shown(run)).into_response()
}

async fn check_runs_of(
    State(github): State<FakeGithub>,
    Path((_, repo, sha)): Path<(String, String, String)>,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    let Some(known) = state.repo(&repo) else {
        return not_found();
    };
    let Some(sha) = known.resolve(&sha) else {
        return unprocessable(&format!("No commit found for SHA: {sha}"));
    };
    let fits = |run: &&CheckRun| {
        run.repo == repo
            && run.request["head_sha"].as_str() == Some(&*sha)
            && query
                .get("check_name")
                .is_none_or(|name| run.request["name"].as_str() == Some(name))
    };
    let found: Vec<&CheckRun> = state.checks.iter().rev().filter(fits).collect();
    let found = if query.get("filter").is_some_and(|filter| filter == "all") {
        found
    } else {
        latest(found)
    };
    let runs: Vec<Value> = found.into_iter().map(shown).collect();
    let body: HashMap<&str, Value> =
        HashMap::from([("total_count", json!(runs.len())), ("check_runs", Value::Array(runs))]);
    Json(body).into_response()
}

/// The newest of each App and name; they come newest first.
fn latest(runs: Vec<&CheckRun>) -> Vec<&CheckRun> {
    let mut seen = HashSet::new();
    runs.into_iter()
        .filter(|run| seen.insert((run.app.clone(), run.request["name"].to_string())))
        .collect()
}

fn shown(run: &CheckRun) -> Value {
    let body = &run.request;
    let annotations = body["output"]["annotations"].as_array().map_or(0, Vec::len);
    json!({
        "id": run.id, "head_sha": body["head_sha"], "name": body["name"],
        "status": body["status"].as_str().unwrap_or("queued"), "conclusion": body["conclusion"],
        "details_url": body["details_url"], "external_id": body["external_id"], "pull_requests": [],
        "output": {
            "title": body["output"]["title"], "summary": body["output"]["summary"], "text": body["output"]["text"],
            "annotations_count": annotations,
        },
        "app": { "slug": run.app },
    })
}
