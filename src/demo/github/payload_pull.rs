//! The JSON shapes GitHub gives pull requests, reviews, comments and files.

use serde_json::{Map, Value, json};

use crate::demo::github::diff::FileChange;
use crate::demo::github::payload::{node, reaction_counts, repository, stamp, user};
use crate::demo::github::state::{Pull, Repository, Review, ReviewComment, Shown, State};

/// A pull request as every answer and payload has it, without the totals.
pub fn pull(state: &State, repo: &Repository, pull: &Pull) -> Value {
    let org = &state.organisation.login;
    let base = format!("{}/repos/{org}/{}", state.api, repo.name);
    let url = format!("{base}/pulls/{}", pull.number);
    let issue = format!("{base}/issues/{}", pull.number);
    let html = format!("{}/{org}/{}/pull/{}", state.web, repo.name, pull.number);
    let repo_json = repository(state, repo);
    let org_json = user(state, org);
    let side = |name: &str, sha: &str| json!({ "label": format!("{org}:{name}"), "ref": name, "sha": sha, "user": org_json, "repo": repo_json });
    let people: Vec<Value> = pull.requested.iter().map(|l| user(state, l)).collect();
    let teams: Vec<Value> = pull
        .requested_teams
        .iter()
        .filter_map(|slug| state.teams.get(slug))
        .map(|team| crate::demo::github::payload::team(state, team))
        .collect();
    let first = json!({
        "url": url, "id": pull.id, "node_id": node("PR", pull.id), "html_url": html,
        "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"), "issue_url": issue,
        "number": pull.number, "state": if pull.closed.is_some() { "closed" } else { "open" }, "locked": false,
        "title": pull.title, "user": user(state, &pull.author), "body": pull.body,
        "created_at": stamp(pull.created), "updated_at": stamp(pull.updated),
        "closed_at": pull.closed.map(stamp), "merged_at": pull.merged.as_ref().map(|m| stamp(m.at)),
        "merge_commit_sha": pull.merged.as_ref().map(|m| m.commit.to_string()), "assignee": null, "assignees": [],
    });
    let second = json!({
        "requested_reviewers": people, "requested_teams": teams, "labels": labels(state, repo, pull),
        "milestone": null, "draft": pull.draft, "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{base}/pulls/comments{{/number}}"),
        "comments_url": format!("{issue}/comments"), "statuses_url": format!("{base}/statuses/{}", pull.head),
        "head": side(&pull.branch, &pull.head), "base": side("main", &pull.base),
        "_links": {
            "self": { "href": url }, "html": { "href": html }, "issue": { "href": issue },
            "comments": { "href": format!("{issue}/comments") },
            "review_comments": { "href": format!("{url}/comments") },
            "review_comment": { "href": format!("{base}/pulls/comments{{/number}}") },
            "commits": { "href": format!("{url}/commits") },
            "statuses": { "href": format!("{base}/statuses/{}", pull.head) },
        },
        "author_association": state.association(&pull.author), "auto_merge": null, "active_lock_reason": null,
    });
    joined([first, second])
}

/// A pull request with the totals that `pull_request` events and the single answer have.
pub fn pull_in_full(state: &State, repo: &Repository, one: &Pull, shown: &Shown) -> Value {
    let merged_by = one.merged.as_ref().map(|m| user(state, &m.by));
    let open = one.closed.is_none();
    let totals = json!({
        "merged": one.merged.is_some(), "mergeable": if open { Value::Bool(true) } else { Value::Null },
        "rebaseable": if open { Value::Bool(true) } else { Value::Null },
        "mergeable_state": if open { "clean" } else { "unknown" }, "merged_by": merged_by,
        "comments": one.talk.len(), "review_comments": one.comments.len(), "maintainer_can_modify": false,
        "commits": shown.commits, "additions": shown.additions, "deletions": shown.deletions,
        "changed_files": shown.files.len(),
    });
    joined([pull(state, repo, one), totals])
}

fn joined(parts: [Value; 2]) -> Value {
    let mut map = Map::new();
    for part in parts {
        if let Value::Object(part) = part {
            map.extend(part);
        }
    }
    Value::Object(map)
}

fn labels(state: &State, repo: &Repository, pull: &Pull) -> Vec<Value> {
    let base = format!("{}/repos/{}/{}/labels", state.api, state.organisation.login, repo.name);
    pull.labels
        .iter()
        .zip(1_u64..)
        .map(|(name, n)| {
            json!({
                "id": repo.id * 100 + n, "node_id": node("LA", repo.id * 100 + n), "url": format!("{base}/{name}"),
                "name": name, "color": "ededed", "default": false, "description": null,
            })
        })
        .collect()
}

/// The issue side of a pull request, as `issue_comment` payloads have it.
pub fn issue(state: &State, repo: &Repository, pull: &Pull) -> Value {
    let base = format!("{}/repos/{}/{}", state.api, state.organisation.login, repo.name);
    let url = format!("{base}/issues/{}", pull.number);
    let html = format!(
        "{}/{}/{}/pull/{}",
        state.web, state.organisation.login, repo.name, pull.number
    );
    json!({
        "url": url, "repository_url": base, "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"), "html_url": html,
        "id": pull.id + 1, "node_id": node("PR", pull.id), "number": pull.number, "title": pull.title,
        "user": user(state, &pull.author), "labels": labels(state, repo, pull),
        "state": if pull.closed.is_some() { "closed" } else { "open" }, "locked": false, "assignee": null,
        "assignees": [], "milestone": null, "comments": pull.talk.len(), "created_at": stamp(pull.created),
        "updated_at": stamp(pull.updated), "closed_at": pull.closed.map(stamp),
        "author_association": state.association(&pull.author), "active_lock_reason": null, "draft": pull.draft,
        "pull_request": {
            "url": format!("{base}/pulls/{}", pull.number), "html_url": html, "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"), "merged_at": pull.merged.as_ref().map(|m| stamp(m.at)),
        },
        "body": pull.body, "reactions": reaction_counts(&url, &[]), "performed_via_github_app": null,
        "state_reason": null,
    })
}

/// A review. Webhooks say the state in small letters, answers in capitals.
pub fn review(state: &State, repo: &str, number: u64, one: &Review, capitals: bool) -> Value {
    let url = format!("{}/repos/{}/{repo}/pulls/{number}", state.api, state.organisation.login);
    let html = format!(
        "{}/{}/{repo}/pull/{number}#pullrequestreview-{}",
        state.web, state.organisation.login, one.id
    );
    let word = if capitals {
        one.state.to_ascii_uppercase()
    } else {
        one.state.to_owned()
    };
    let body = match &one.body {
        None if capitals => Value::String(String::new()),
        other => json!(other),
    };
    json!({
        "id": one.id, "node_id": node("PRR", one.id), "user": user(state, &one.author), "body": body,
        "commit_id": &*one.commit, "submitted_at": stamp(one.at), "state": word, "html_url": html,
        "pull_request_url": url, "author_association": state.association(&one.author),
        "_links": { "html": { "href": html }, "pull_request": { "href": url } },
    })
}

/// A comment on a line. `in_reply_to_id` is there for replies only, as GitHub does it.
pub fn review_comment(state: &State, repo: &str, number: u64, one: &ReviewComment) -> Value {
    let base = format!("{}/repos/{}/{repo}/pulls", state.api, state.organisation.login);
    let url = format!("{base}/comments/{}", one.id);
    let html = format!(
        "{}/{}/{repo}/pull/{number}#discussion_r{}",
        state.web, state.organisation.login, one.id
    );
    let mut value = json!({
        "url": url, "pull_request_review_id": one.review, "id": one.id, "node_id": node("PRRC", one.id),
        "diff_hunk": &*one.hunk, "path": &*one.path, "position": one.position,
        "original_position": one.original_position, "commit_id": &*one.commit,
        "original_commit_id": &*one.original_commit, "user": user(state, &one.author), "body": one.body,
        "created_at": stamp(one.created), "updated_at": stamp(one.updated), "html_url": html,
        "pull_request_url": format!("{base}/{number}"), "author_association": state.association(&one.author),
        "_links": {
            "self": { "href": url }, "html": { "href": html }, "pull_request": { "href": format!("{base}/{number}") },
        },
        "reactions": reaction_counts(&url, &one.reactions), "start_line": one.start_line,
        "original_start_line": one.start_line, "start_side": one.start_line.map(|_| one.side), "line": one.line,
        "original_line": one.original_line, "side": one.side, "subject_type": "line",
    });
    if let (Some(map), Some(root)) = (value.as_object_mut(), one.reply_to) {
        map.insert("in_reply_to_id".into(), json!(root));
    }
    value
}

/// A file of a pull request or a comparison.
pub fn file(state: &State, repo: &str, head: &str, one: &FileChange) -> Value {
    let base = format!("{}/{}/{repo}", state.web, state.organisation.login);
    let api = format!("{}/repos/{}/{repo}", state.api, state.organisation.login);
    let path = one.path.replace(' ', "%20");
    let mut value = json!({
        "sha": &*one.sha, "filename": &*one.path, "status": one.status, "additions": one.additions,
        "deletions": one.deletions, "changes": one.additions + one.deletions,
        "blob_url": format!("{base}/blob/{head}/{path}"), "raw_url": format!("{base}/raw/{head}/{path}"),
        "contents_url": format!("{api}/contents/{path}?ref={head}"),
    });
    if let Some(map) = value.as_object_mut() {
        if let Some(patch) = &one.patch {
            map.insert("patch".into(), json!(patch));
        }
        if let Some(previous) = &one.previous {
            map.insert("previous_filename".into(), json!(&**previous));
        }
    }
    value
}
