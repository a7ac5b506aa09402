//! Answering on a pull request: reactions, review requests, what somebody is in the repository, locked conversations.

use std::collections::{BTreeMap, HashSet};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::demo::github::answer::{failed, found, not_found};
use crate::demo::github::delivery::Delivery;
use crate::demo::github::drive::Act;
use crate::demo::github::payload::{team, user};
use crate::demo::github::payload_pull::pull;
use crate::demo::github::{FakeGithub, PullName};

type Number = Path<(String, String, u64)>;

/// What bears on answering.
#[derive(Debug, Default)]
pub struct Respond {
    locked: HashSet<(String, u64)>,
    /// Roles by login, where they differ from what a member has.
    pub roles: BTreeMap<String, &'static str>,
    outbox: Vec<Delivery>,
}

impl Respond {
    /// Whether a pull request's conversation is locked.
    pub fn is_locked(&self, repo: &str, number: u64) -> bool {
        self.locked.contains(&(repo.to_lowercase(), number))
    }
}

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new()
        .route(
            "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers",
            get(requested).post(request).delete(withdraw),
        )
        .route("/repos/{owner}/{repo}/issues/comments/{id}/reactions", post(react))
}

impl FakeGithub {
    /// Locks a pull request's conversation: the App can neither comment nor react there any more.
    pub fn lock_conversation(&self, pull: &PullName) {
        let place = (pull.repo.to_lowercase(), pull.number);
        self.lock().respond.locked.insert(place);
    }

    /// Gives somebody one of GitHub's roles in every repository: `read`, `triage`, `write`, `maintain`, `admin` or `none`.
    pub fn set_role(&self, login: &str, role: &'static str) {
        self.lock().respond.roles.insert(login.to_owned(), role);
    }

    /// The webhooks of what the App itself did about review requests, oldest first; each is given once.
    #[must_use]
    pub fn take_webhooks(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.lock().respond.outbox)
    }

    /// The reactions to a comment on the whole, as `(login, content)`, oldest first.
    #[must_use]
    pub fn reactions_to(&self, pull: &PullName, comment: u64) -> Vec<(String, String)> {
        let mut state = self.lock();
        let found = state.pull_mut(&pull.repo, pull.number);
        let talk = found.and_then(|found| found.talk.iter().find(|c| c.id == comment));
        let reactions = talk.map(|comment| comment.reactions.iter().map(|r| (r.login.clone(), r.content.clone())));
        reactions.map(Iterator::collect).unwrap_or_default()
    }
}

async fn requested(State(github): State<FakeGithub>, Path((_, repo, number)): Number) -> Response {
    let state = github.lock();
    let p = state.repo(&repo).and_then(|r| r.pulls.get(&number));
    found(p.map(|p| {
        let users: Vec<Value> = p.requested.iter().map(|l| user(&state, l)).collect();
        let teams: Vec<Value> = p
            .requested_teams
            .iter()
            .filter_map(|s| state.teams.get(s))
            .map(|t| team(&state, t))
            .collect();
        json!({ "users": users, "teams": teams })
    }))
}

/// The logins in a body's list, and who acts.
fn logins(body: &Value, list: &str) -> Vec<String> {
    let logins = body[list].as_array().into_iter().flatten().filter_map(Value::as_str);
    logins.map(str::to_owned).collect()
}

fn shown(github: &FakeGithub, name: &PullName, status: StatusCode) -> Response {
    let state = github.lock();
    let known = state
        .repo(&name.repo)
        .and_then(|r| r.pulls.get(&name.number).map(|p| (r, p)));
    known.map_or_else(not_found, |(r, p)| (status, Json(pull(&state, r, p))).into_response())
}

async fn request(
    State(github): State<FakeGithub>,
    Path((_, repo, number)): Number,
    Json(body): Json<Value>,
) -> Response {
    let (now, by) = {
        let mut state = github.lock();
        let now = state.now;
        let by = format!("{}[bot]", state.app_slug);
        let Some(author) = state.pull_mut(&repo, number).map(|p| p.author.clone()) else {
            return not_found();
        };
        let strangers = logins(&body, "reviewers")
            .iter()
            .any(|login| !state.members.contains_key(login) || *login == author);
        if strangers {
            let message = "Reviews may only be requested from collaborators. One or more of the users or teams you \
                           specified is not a collaborator of the repository.";
            return failed(StatusCode::UNPROCESSABLE_ENTITY, message);
        }
        (now, by)
    };
    let name = PullName { repo, number };
    let act = Act { by: &by, at: now };
    let mut sent = Vec::new();
    for login in logins(&body, "reviewers") {
        // Asking once more who is asked already changes nothing and tells nobody.
        if !github.requested_reviewers(&name).contains(&login) {
            sent.extend(github.request_reviewer(&name, act, &login));
        }
    }
    for slug in logins(&body, "team_reviewers") {
        sent.extend(github.request_team(&name, act, &slug));
    }
    github.lock().respond.outbox.extend(sent);
    shown(&github, &name, StatusCode::CREATED)
}

async fn withdraw(
    State(github): State<FakeGithub>,
    Path((_, repo, number)): Number,
    Json(body): Json<Value>,
) -> Response {
    let (now, by) = {
        let state = github.lock();
        (state.now, format!("{}[bot]", state.app_slug))
    };
    let name = PullName { repo, number };
    let mut sent = Vec::new();
    for login in logins(&body, "reviewers") {
        if github.requested_reviewers(&name).contains(&login) {
            sent.extend(github.remove_reviewer(&name, Act { by: &by, at: now }, &login));
        }
    }
    github.lock().respond.outbox.extend(sent);
    shown(&github, &name, StatusCode::OK)
}

/// The same reaction of the same account once more is answered with the first.
async fn react(State(github): State<FakeGithub>, Path((_, repo, id)): Number, Json(body): Json<Value>) -> Response {
    const KNOWN: [&str; 8] = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];
    let content = body["content"].as_str().unwrap_or_default();
    if !KNOWN.contains(&content) {
        return failed(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed");
    }
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
        if state.respond.is_locked(&repo, number) {
            return failed(
                StatusCode::FORBIDDEN,
                "Unable to create reaction because issue is locked.",
            );
        }
        (state.now, format!("{}[bot]", state.app_slug), number)
    };
    let name = PullName { repo, number };
    if github
        .reactions_to(&name, id)
        .contains(&(by.clone(), content.to_owned()))
    {
        return Json(json!({ "content": content })).into_response();
    }
    github.react(&name, Act { by: &by, at: now }, id, content);
    (StatusCode::CREATED, Json(json!({ "content": content }))).into_response()
}
