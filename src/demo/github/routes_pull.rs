//! Answers about pull requests: the change, its commits, its comments, who was asked.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use crate::demo::github::answer::{Page, failed, found, not_found};
use crate::demo::github::drive::Act;
use crate::demo::github::payload::{commit, issue_comment, reaction};
use crate::demo::github::payload_pull::{file, pull, pull_in_full, review, review_comment};
use crate::demo::github::routes::Asking;
use crate::demo::github::routes_respond;
use crate::demo::github::state::{Pull, Repository};
use crate::demo::github::{FakeGithub, PullName, state};

/// GitHub lists no more files than this for a pull request.
const FILES_AT_MOST: usize = 3_000;

/// GitHub lists no more commits than this for a pull request.
const COMMITS_AT_MOST: usize = 250;

type Number = Path<(String, String, u64)>;

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new()
        .route("/repos/{owner}/{repo}/pulls", get(pulls))
        .route("/repos/{owner}/{repo}/pulls/{number}", get(one_pull))
        .route("/repos/{owner}/{repo}/pulls/{number}/files", get(files))
        .route("/repos/{owner}/{repo}/pulls/{number}/commits", get(commits))
        .route("/repos/{owner}/{repo}/pulls/{number}/reviews", get(reviews))
        .route("/repos/{owner}/{repo}/pulls/{number}/comments", get(review_comments))
        .merge(routes_respond::router())
        .route("/repos/{owner}/{repo}/pulls/comments/{id}", get(one_review_comment))
        .route("/repos/{owner}/{repo}/pulls/comments/{id}/reactions", get(reactions))
        .route("/repos/{owner}/{repo}/issues/{number}/comments", get(talk).post(say))
        .route(
            "/repos/{owner}/{repo}/issues/comments/{id}",
            get(one_said).patch(say_again),
        )
}

async fn pulls(
    State(github): State<FakeGithub>,
    Path((owner, repo)): Path<(String, String)>,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    let Some(known) = state.repo(&repo) else {
        return not_found();
    };
    let asked = query.get("state").map_or("open", String::as_str);
    let fits = |p: &&Pull| asked == "all" || (asked == "closed") == p.closed.is_some();
    let mut found: Vec<&Pull> = known.pulls.values().filter(fits).collect();
    if query.get("direction").is_none_or(|d| d == "desc") {
        found.reverse();
    }
    let page = Page::of(&query, format!("{}/repos/{owner}/{repo}/pulls", state.api));
    let shown: Vec<Value> = page
        .slice(&found, usize::MAX)
        .iter()
        .map(|p| pull(&state, known, p))
        .collect();
    (page.links(found.len()), Json(Value::Array(shown))).into_response()
}

async fn one_pull(State(github): State<FakeGithub>, Path((_, repo, number)): Number) -> Response {
    let mut state = github.lock();
    let Some(shown) = state.repo_mut(&repo).and_then(|r| r.shown(number)) else {
        return not_found();
    };
    let known = state.repo(&repo).and_then(|r| r.pulls.get(&number).map(|p| (r, p)));
    found(known.map(|(r, p)| pull_in_full(&state, r, p, &shown)))
}

async fn files(
    State(github): State<FakeGithub>,
    Path((owner, repo, number)): Number,
    Query(query): Asking,
) -> Response {
    let mut state = github.lock();
    let Some(shown) = state.repo_mut(&repo).and_then(|r| r.shown(number)) else {
        return not_found();
    };
    let head = state
        .pull_mut(&repo, number)
        .map(|p| p.head.clone())
        .unwrap_or_default();
    let page = Page::of(
        &query,
        format!("{}/repos/{owner}/{repo}/pulls/{number}/files", state.api),
    );
    let listed: Vec<Value> = page
        .slice(&shown.files, FILES_AT_MOST)
        .iter()
        .map(|f| file(&state, &repo, &head, f))
        .collect();
    (
        page.links(shown.files.len().min(FILES_AT_MOST)),
        Json(Value::Array(listed)),
    )
        .into_response()
}

/// A list about one pull request, a page of it. `what` follows the repository in the address.
fn listed(
    github: &FakeGithub,
    (repo, number, what): (&str, u64, &str),
    query: &HashMap<String, String>,
    all: impl FnOnce(&state::State, &Repository, &Pull) -> Vec<Value>,
) -> Response {
    let state = github.lock();
    let Some((known, pull)) = state.repo(repo).and_then(|r| Some((r, r.pulls.get(&number)?))) else {
        return not_found();
    };
    let address = format!("{}/repos/{}/{repo}/{what}", state.api, state.organisation.login);
    Page::of(query, address).answer(&all(&state, known, pull))
}

async fn commits(State(github): State<FakeGithub>, Path((_, repo, number)): Number, Query(query): Asking) -> Response {
    let what = format!("pulls/{number}/commits");
    listed(&github, (&repo, number, &what), &query, |state, known, p| {
        let all = known.commits_between(&p.base, &p.head);
        all.iter()
            .take(COMMITS_AT_MOST)
            .map(|c| commit(state, &repo, c))
            .collect()
    })
}

async fn reviews(State(github): State<FakeGithub>, Path((_, repo, number)): Number, Query(query): Asking) -> Response {
    let what = format!("pulls/{number}/reviews");
    listed(&github, (&repo, number, &what), &query, |state, _, p| {
        p.reviews
            .iter()
            .map(|r| review(state, &repo, number, r, true))
            .collect()
    })
}

async fn review_comments(
    State(github): State<FakeGithub>,
    Path((_, repo, number)): Number,
    Query(query): Asking,
) -> Response {
    let what = format!("pulls/{number}/comments");
    listed(&github, (&repo, number, &what), &query, |state, _, p| {
        p.comments
            .iter()
            .map(|c| review_comment(state, &repo, number, c))
            .collect()
    })
}

async fn talk(State(github): State<FakeGithub>, Path((_, repo, number)): Number, Query(query): Asking) -> Response {
    let what = format!("issues/{number}/comments");
    listed(&github, (&repo, number, &what), &query, |state, _, p| {
        p.talk.iter().map(|c| issue_comment(state, &repo, number, c)).collect()
    })
}

async fn one_review_comment(State(github): State<FakeGithub>, Path((_, repo, id)): Number) -> Response {
    let state = github.lock();
    let pulls = state.repo(&repo).into_iter().flat_map(|r| r.pulls.values());
    let known = pulls
        .flat_map(|p| p.comments.iter().map(move |c| (p.number, c)))
        .find(|(_, c)| c.id == id);
    found(known.map(|(number, c)| review_comment(&state, &repo, number, c)))
}

async fn reactions(
    State(github): State<FakeGithub>,
    Path((owner, repo, id)): Number,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    let pulls = state.repo(&repo).into_iter().flat_map(|r| r.pulls.values());
    let Some(known) = pulls.flat_map(|p| &p.comments).find(|c| c.id == id) else {
        return not_found();
    };
    let all: Vec<Value> = known.reactions.iter().map(|r| reaction(&state, r)).collect();
    Page::of(
        &query,
        format!("{}/repos/{owner}/{repo}/pulls/comments/{id}/reactions", state.api),
    )
    .answer(&all)
}

async fn say(State(github): State<FakeGithub>, Path((_, repo, number)): Number, Json(body): Json<Value>) -> Response {
    let Some(text) = body["body"].as_str() else {
        return failed(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid request.\n\n\"body\" wasn't supplied.",
        );
    };
    let (now, by) = {
        let state = github.lock();
        if state.respond.is_locked(&repo, number) {
            let message = "Unable to create comment because issue is locked.";
            return failed(StatusCode::FORBIDDEN, message);
        }
        (state.now, format!("{}[bot]", state.app_slug))
    };
    let name = PullName { repo, number };
    let (id, _webhooks) = github.issue_comment(&name, Act { by: &by, at: now }, text);
    let state = github.lock();
    said(&state, &name.repo, id).map_or_else(not_found, |value| (StatusCode::CREATED, Json(value)).into_response())
}

fn said(state: &state::State, repo: &str, id: u64) -> Option<Value> {
    let pulls = state.repo(repo).into_iter().flat_map(|r| r.pulls.values());
    let mut all = pulls.flat_map(|p| p.talk.iter().map(move |c| (p.number, c)));
    all.find(|(_, c)| c.id == id)
        .map(|(number, c)| issue_comment(state, repo, number, c))
}

async fn one_said(State(github): State<FakeGithub>, Path((_, repo, id)): Number) -> Response {
    let state = github.lock();
    found(said(&state, &repo, id))
}

async fn say_again(State(github): State<FakeGithub>, Path((_, repo, id)): Number, Json(body): Json<Value>) -> Response {
    let Some(text) = body["body"].as_str() else {
        return failed(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid request.\n\n\"body\" wasn't supplied.",
        );
    };
    let (now, by, number) = {
        let state = github.lock();
        let pulls = state.repo(&repo).into_iter().flat_map(|r| r.pulls.values());
        let Some(number) = pulls
            .filter(|p| p.talk.iter().any(|c| c.id == id))
            .map(|p| p.number)
            .next()
        else {
            return not_found();
        };
        (state.now, format!("{}[bot]", state.app_slug), number)
    };
    let name = PullName { repo, number };
    let _webhooks = github.edit_issue_comment(&name, Act { by: &by, at: now }, id, text);
    let state = github.lock();
    found(said(&state, &name.repo, id))
}
