//! Answers about the code itself: a file, a comparison.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::{Page, failed, not_found};
use crate::demo::github::diff::changes_between;
use crate::demo::github::payload::commit;
use crate::demo::github::payload_pull::file;
use crate::demo::github::routes::Asking;

/// GitHub gives no more files than this in a comparison.
const COMPARED_AT_MOST: usize = 300;

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new()
        .route("/repos/{owner}/{repo}/contents/{*path}", get(contents))
        .route("/repos/{owner}/{repo}/compare/{range}", get(compare))
}

/// A file's contents; as JSON, or as raw text for those who accept it.
async fn contents(
    State(github): State<FakeGithub>,
    Path((_, repo, path)): Path<(String, String, String)>,
    Query(query): Asking,
    headers: HeaderMap,
) -> Response {
    let state = github.lock();
    let Some(known) = state.repo(&repo) else {
        return not_found();
    };
    let asked = query.get("ref").map_or("main", String::as_str);
    let Some(sha) = known.resolve(asked) else {
        return not_found();
    };
    let Some(blob) = known.tree(&sha).and_then(|t| t.get(path.as_str())) else {
        return not_found();
    };
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    if accepts.contains("raw") {
        return (StatusCode::OK, blob.text.to_string()).into_response();
    }
    let name = path.rsplit('/').next().unwrap_or(&path);
    let bytes = bytes_of(&blob.text);
    Json(json!({
        "type": "file", "encoding": "base64", "content": BASE64.encode(&bytes), "size": bytes.len(),
        "name": name, "path": path, "sha": &*blob.sha,
    }))
    .into_response()
}

/// A text as the bytes of its file; a replacement character stands for a byte that is no UTF-8.
fn bytes_of(text: &str) -> Vec<u8> {
    let parts: Vec<&[u8]> = text.split(char::REPLACEMENT_CHARACTER).map(str::as_bytes).collect();
    parts.join(&[0xFF][..])
}

/// `base...head`: what `head` brings since the two parted.
async fn compare(
    State(github): State<FakeGithub>,
    Path((owner, repo, range)): Path<(String, String, String)>,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    let Some(known) = state.repo(&repo) else {
        return not_found();
    };
    let Some((base, head)) = range.split_once("...") else {
        return not_found();
    };
    let (Some(base), Some(head)) = (known.resolve(base), known.resolve(head)) else {
        return not_found();
    };
    let Some(merge_base) = known.merge_base(&base, &head) else {
        return failed(StatusCode::NOT_FOUND, "No common ancestor between the two commits.");
    };
    let ahead = known.commits_between(&base, &head);
    let behind = known.commits_between(&head, &base).len();
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let empty = Arc::default();
    let changes = changes_between(
        known.tree(&merge_base).unwrap_or(&empty),
        known.tree(&head).unwrap_or(&empty),
    );
    let page = Page::of(&query, format!("{}/repos/{owner}/{repo}/compare/{range}", state.api));
    // Files come with the first page only; further pages are for commits.
    let first = query.get("page").is_none_or(|p| p == "1");
    let shown = if first {
        &changes[..changes.len().min(COMPARED_AT_MOST)]
    } else {
        &[]
    };
    let all: Vec<Value> = ahead.iter().map(|c| commit(&state, &repo, c)).collect();
    let of = |sha: &str| known.commit(sha).map(|c| commit(&state, &repo, c));
    let url = format!("{}/repos/{owner}/{repo}/compare/{range}", state.api);
    let html = format!("{}/{owner}/{repo}/compare/{range}", state.web);
    let body = json!({
        "url": url, "html_url": html, "permalink_url": html, "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"), "base_commit": of(&base), "merge_base_commit": of(&merge_base),
        "status": status, "ahead_by": ahead.len(), "behind_by": behind, "total_commits": ahead.len(),
        "commits": page.slice(&all, usize::MAX),
        "files": shown.iter().map(|f| file(&state, &repo, &head, f)).collect::<Vec<_>>(),
    });
    let links = if query.contains_key("page") || query.contains_key("per_page") {
        page.links(all.len())
    } else {
        axum::http::HeaderMap::new()
    };
    (links, Json(body)).into_response()
}
