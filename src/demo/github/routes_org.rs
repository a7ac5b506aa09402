//! Answers about the organisation: members, teams, collaborators, repositories.

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::{Page, found, not_found};
use crate::demo::github::life::everybody_in;
use crate::demo::github::payload::{organisation, repository, team, user};
use crate::demo::github::routes::Asking;

/// The routes of this file.
pub fn router() -> Router<FakeGithub> {
    Router::new()
        .route("/users/{login}", get(one_user))
        .route("/user/{id}", get(user_by_id))
        .route("/orgs/{org}", get(one_org))
        .route("/orgs/{org}/members", get(members))
        .route("/orgs/{org}/memberships/{login}", get(membership))
        .route("/orgs/{org}/repos", get(repos))
        .route("/orgs/{org}/teams", get(teams))
        .route("/orgs/{org}/teams/{slug}", get(one_team))
        .route("/orgs/{org}/teams/{slug}/members", get(team_members))
        .route("/orgs/{org}/teams/{slug}/repos", get(team_repos))
        .route("/repos/{owner}/{repo}", get(one_repo))
        .route(
            "/repos/{owner}/{repo}/collaborators/{login}/permission",
            get(permission),
        )
}

async fn one_user(State(github): State<FakeGithub>, Path(login): Path<String>) -> Response {
    let state = github.lock();
    found(
        state
            .accounts
            .get(&login)
            .map(|a| named(user(&state, &a.login), &a.name)),
    )
}

async fn user_by_id(State(github): State<FakeGithub>, Path(id): Path<u64>) -> Response {
    let state = github.lock();
    let known = state.accounts.values().find(|a| a.id == id);
    found(known.map(|a| named(user(&state, &a.login), &a.name)))
}

fn named(mut value: Value, name: &str) -> Value {
    if let Some(map) = value.as_object_mut() {
        map.insert("name".into(), json!(name));
    }
    value
}

async fn one_org(State(github): State<FakeGithub>, Path(org): Path<String>) -> Response {
    let state = github.lock();
    found(is_ours(&state.organisation.login, &org).then(|| organisation(&state)))
}

fn is_ours(login: &str, asked: &str) -> bool {
    login.eq_ignore_ascii_case(asked)
}

async fn members(State(github): State<FakeGithub>, Path(org): Path<String>, Query(query): Asking) -> Response {
    let state = github.lock();
    if !is_ours(&state.organisation.login, &org) {
        return not_found();
    }
    let role = query.get("role").map_or("all", String::as_str);
    let fits = |owner: bool| role == "all" || (role == "admin") == owner;
    let all: Vec<Value> = state
        .members
        .iter()
        .filter(|(_, o)| fits(**o))
        .map(|(login, _)| user(&state, login))
        .collect();
    Page::of(&query, format!("{}/orgs/{org}/members", state.api)).answer(&all)
}

async fn membership(State(github): State<FakeGithub>, Path((org, login)): Path<(String, String)>) -> Response {
    let state = github.lock();
    let owner = state
        .members
        .get(&login)
        .copied()
        .filter(|_| is_ours(&state.organisation.login, &org));
    found(owner.map(|owner| {
        json!({
            "url": format!("{}/orgs/{org}/memberships/{login}", state.api), "state": "active",
            "role": if owner { "admin" } else { "member" },
            "organization_url": format!("{}/orgs/{org}", state.api), "user": user(&state, &login),
            "organization": organisation(&state),
        })
    }))
}

async fn repos(State(github): State<FakeGithub>, Path(org): Path<String>, Query(query): Asking) -> Response {
    let state = github.lock();
    if !is_ours(&state.organisation.login, &org) {
        return not_found();
    }
    let all: Vec<Value> = state.repos.iter().map(|r| repository(&state, r)).collect();
    Page::of(&query, format!("{}/orgs/{org}/repos", state.api)).answer(&all)
}

async fn teams(State(github): State<FakeGithub>, Path(org): Path<String>, Query(query): Asking) -> Response {
    let state = github.lock();
    if !is_ours(&state.organisation.login, &org) {
        return not_found();
    }
    let all: Vec<Value> = state.teams.values().map(|t| team(&state, t)).collect();
    Page::of(&query, format!("{}/orgs/{org}/teams", state.api)).answer(&all)
}

async fn one_team(State(github): State<FakeGithub>, Path((org, slug)): Path<(String, String)>) -> Response {
    let state = github.lock();
    let known = state
        .teams
        .get(&slug)
        .filter(|_| is_ours(&state.organisation.login, &org));
    found(known.map(|t| {
        let mut value = team(&state, t);
        if let Some(map) = value.as_object_mut() {
            map.insert("members_count".into(), json!(t.members.len()));
            map.insert("repos_count".into(), json!(t.repos.len()));
            map.insert("organization".into(), organisation(&state));
        }
        value
    }))
}

async fn team_members(
    State(github): State<FakeGithub>,
    Path((org, slug)): Path<(String, String)>,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    if !state.teams.contains_key(&slug) {
        return not_found();
    }
    let role = query.get("role").map_or("all", String::as_str);
    let fits = |maintainer: bool| role == "all" || (role == "maintainer") == maintainer;
    let all: Vec<Value> = everybody_in(&state, &slug)
        .iter()
        .filter(|(_, m)| fits(**m))
        .map(|(login, _)| user(&state, login))
        .collect();
    Page::of(&query, format!("{}/orgs/{org}/teams/{slug}/members", state.api)).answer(&all)
}

async fn team_repos(
    State(github): State<FakeGithub>,
    Path((org, slug)): Path<(String, String)>,
    Query(query): Asking,
) -> Response {
    let state = github.lock();
    let Some(known) = state.teams.get(&slug) else {
        return not_found();
    };
    let all: Vec<Value> = state
        .repos
        .iter()
        .filter(|r| known.repos.contains(&r.id))
        .map(|r| repository(&state, r))
        .collect();
    Page::of(&query, format!("{}/orgs/{org}/teams/{slug}/repos", state.api)).answer(&all)
}

async fn one_repo(State(github): State<FakeGithub>, Path((owner, repo)): Path<(String, String)>) -> Response {
    let state = github.lock();
    if !is_ours(&state.organisation.login, &owner) {
        return not_found();
    }
    found(state.repo(&repo).map(|r| repository(&state, r)))
}

async fn permission(
    State(github): State<FakeGithub>,
    Path((_, repo, login)): Path<(String, String, String)>,
) -> Response {
    let state = github.lock();
    if state.repo(&repo).is_none() || !state.accounts.contains_key(&login) {
        return not_found();
    }
    let (permission, role) = match (state.respond.roles.get(&login), state.members.get(&login)) {
        // The finer roles are told beside the permission that contains them.
        (Some(&"triage"), _) => ("read", "triage"),
        (Some(&"maintain"), _) => ("write", "maintain"),
        (Some(role), _) => (*role, *role),
        (None, Some(true)) => ("admin", "admin"),
        (None, Some(false)) => ("write", "write"),
        // Of what is public, GitHub says so of everybody.
        (None, None)
            if state
                .repo(&repo)
                .is_some_and(|repo| state.life.public.contains(&repo.id)) =>
        {
            ("read", "read")
        }
        (None, None) => ("none", ""),
    };
    let (permission, role) = if state.sign_ins.may_read(&repo, &login) {
        (permission, role)
    } else {
        ("none", "")
    };
    Json(json!({ "permission": permission, "role_name": role, "user": user(&state, &login) })).into_response()
}
