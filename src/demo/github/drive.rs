//! The driver for the organisation: accounts, members, teams, repositories, the installation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::demo::github::FakeGithub;
use crate::demo::github::commits::{Change, Said, Tree, apply};
use crate::demo::github::delivery::{Delivery, delivery_id};
use crate::demo::github::payload::{installation, installation_short, node, organisation, repository, team, user};
use crate::demo::github::refer::bytes_of;
use crate::demo::github::state::{Account, AccountKind, Repository, Sha, State, Team};

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// The login.
    pub by: &'a str,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// An account to make.
#[derive(Clone, Copy, Debug)]
pub struct UserSpec<'a> {
    /// The login; a bot's ends in `[bot]`.
    pub login: &'a str,
    /// The name commits carry.
    pub name: &'a str,
    /// Person or bot.
    pub kind: AccountKind,
}

/// Sends a webhook: makes its body unless the state is quiet.
pub fn send(state: &mut State, event: &str, at: DateTime<Utc>, make: impl FnOnce(&State) -> Value) -> Vec<Delivery> {
    state.now = state.now.max(at);
    state.sent += 1;
    if state.quiet {
        return Vec::new();
    }
    state.referring = true;
    let value = make(state);
    state.referring = false;
    let body = bytes_of(state, &value);
    vec![Delivery {
        id: delivery_id(state.salt, state.sent),
        event: event.to_owned(),
        at,
        body,
    }]
}

/// Puts what every webhook of an installation carries beside the event's own fields.
pub fn dressed(state: &State, own: Value, repo: Option<&Repository>, sender: &str) -> Value {
    let mut map = match own {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    if let Some(repo) = repo {
        map.insert("repository".into(), repository(state, repo));
    }
    map.insert("organization".into(), organisation(state));
    map.insert("installation".into(), installation_short(state));
    map.insert("sender".into(), user(state, sender));
    Value::Object(map)
}

impl FakeGithub {
    /// Makes an account and gives its numeric id; an existing login keeps its own. GitHub sends nothing for this.
    #[expect(clippy::must_use_candidate, reason = "mostly called for the account, not for its id")]
    pub fn add_account(&self, spec: &UserSpec<'_>) -> u64 {
        let mut state = self.lock();
        if let Some(known) = state.accounts.get(spec.login) {
            return known.id;
        }
        let spread = spec
            .login
            .bytes()
            .fold(7_u64, |sum, b| (sum * 31 + u64::from(b)) % 9_000);
        let id = 11_000_000 + (state.accounts.len() as u64) * 10_000 + spread;
        let account = Account {
            id,
            login: spec.login.into(),
            name: spec.name.into(),
            kind: spec.kind,
        };
        state.accounts.insert(spec.login.into(), account);
        id
    }

    /// The numeric id of a login.
    #[must_use]
    pub fn id_of(&self, login: &str) -> Option<u64> {
        self.lock().accounts.get(login).map(|a| a.id)
    }

    /// Installs the App on all repositories.
    #[must_use]
    pub fn install(&self, act: Act<'_>) -> Vec<Delivery> {
        self.installation_is("created", act)
    }

    /// Takes the App away again.
    #[must_use]
    pub fn uninstall(&self, act: Act<'_>) -> Vec<Delivery> {
        self.installation_is("deleted", act)
    }

    fn installation_is(&self, action: &str, act: Act<'_>) -> Vec<Delivery> {
        send(&mut self.lock(), "installation", act.at, |state| {
            let repos: Vec<Value> = state
                .repos
                .iter()
                .map(|r| {
                    json!({
                        "id": r.id, "node_id": node("R", r.id), "name": r.name, "private": true,
                        "full_name": format!("{}/{}", state.organisation.login, r.name),
                    })
                })
                .collect();
            json!({
                "action": action, "installation": installation(state), "repositories": repos,
                "requester": null, "sender": user(state, act.by),
            })
        })
    }

    /// Takes a person (or an owner) into the organisation.
    #[must_use]
    pub fn add_member(&self, act: Act<'_>, login: &str, owner: bool) -> Vec<Delivery> {
        let mut state = self.lock();
        state.members.insert(login.into(), owner);
        organization_event(&mut state, act, "member_added", login, owner)
    }

    /// Lets a person leave the organisation and its teams.
    #[must_use]
    pub fn remove_member(&self, act: Act<'_>, login: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(owner) = state.members.remove(login) else {
            return Vec::new();
        };
        let slugs: Vec<String> = state
            .teams
            .values()
            .filter(|t| t.members.contains_key(login))
            .map(|t| t.slug.clone())
            .collect();
        let mut sent = Vec::new();
        for slug in slugs {
            sent.extend(leave_team(&mut state, act, &slug, login));
        }
        sent.extend(organization_event(&mut state, act, "member_removed", login, owner));
        sent
    }

    /// Makes a team; its slug is the name in small letters with `-`.
    #[must_use]
    pub fn add_team(&self, act: Act<'_>, name: &str, description: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let slug = name.to_lowercase().replace(' ', "-");
        let id = 7_400_000 + (state.teams.len() as u64 + 1) * 371;
        let made = Team {
            id,
            slug: slug.clone(),
            name: name.into(),
            description: description.into(),
            secret: false,
            members: BTreeMap::new(),
            repos: Vec::new(),
        };
        state.teams.insert(slug.clone(), made);
        send(&mut state, "team", act.at, |state| {
            let made = state.teams.get(&slug).map(|t| team(state, t));
            dressed(state, json!({ "action": "created", "team": made }), None, act.by)
        })
    }

    /// Gives a team access to a repository.
    #[must_use]
    pub fn add_team_repository(&self, act: Act<'_>, slug: &str, repo: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(id) = state.repo(repo).map(|r| r.id) else {
            return Vec::new();
        };
        let Some(found) = state.teams.get_mut(slug) else {
            return Vec::new();
        };
        found.repos.push(id);
        send(&mut state, "team", act.at, |state| {
            let found = state.teams.get(slug).map(|t| team(state, t));
            dressed(
                state,
                json!({ "action": "added_to_repository", "team": found }),
                state.repo(repo),
                act.by,
            )
        })
    }

    /// Puts a person into a team.
    #[must_use]
    pub fn join_team(&self, act: Act<'_>, slug: &str, login: &str, maintainer: bool) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.teams.get_mut(slug) else {
            return Vec::new();
        };
        found.members.insert(login.into(), maintainer);
        membership_event(&mut state, act, "added", slug, login)
    }

    /// Takes a person out of a team.
    #[must_use]
    pub fn leave_team(&self, act: Act<'_>, slug: &str, login: &str) -> Vec<Delivery> {
        leave_team(&mut self.lock(), act, slug, login)
    }

    /// Makes a repository whose first commit holds `files`.
    #[must_use]
    pub fn add_repository(&self, act: Act<'_>, name: &str, language: &str, files: &[Change]) -> Vec<Delivery> {
        let mut state = self.lock();
        let id = 640_000_000 + (state.repos.len() as u64 + 1) * 7_919;
        let mut repo = Repository {
            id,
            name: name.into(),
            language: language.into(),
            created: act.at,
            pushed: act.at,
            tip: Sha::from(""),
            commits: HashMap::new(),
            pulls: BTreeMap::new(),
            next_number: 1,
        };
        let tree = Arc::new(apply(&Tree::new(), files));
        repo.tip = repo.commit_tree(
            Vec::new(),
            tree,
            &Said {
                author: act.by,
                message: "Initial import",
                at: act.at,
            },
        );
        state.repos.push(repo);
        send(&mut state, "repository", act.at, |state| {
            dressed(state, json!({ "action": "created" }), state.repo(name), act.by)
        })
    }

    /// Renames a repository. Requests under the old name are answered with a redirect from now on.
    #[must_use]
    pub fn rename_repository(&self, act: Act<'_>, from: &str, to: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(repo) = state.repo_mut(from) else {
            return Vec::new();
        };
        to.clone_into(&mut repo.name);
        let id = repo.id;
        state.old_names.insert(from.to_lowercase(), id);
        send(&mut state, "repository", act.at, |state| {
            let own = json!({ "action": "renamed", "changes": { "repository": { "name": { "from": from } } } });
            dressed(state, own, state.repo(to), act.by)
        })
    }
}

fn leave_team(state: &mut State, act: Act<'_>, slug: &str, login: &str) -> Vec<Delivery> {
    let gone = state.teams.get_mut(slug).and_then(|t| t.members.remove(login));
    if gone.is_some() {
        membership_event(state, act, "removed", slug, login)
    } else {
        Vec::new()
    }
}

fn membership_event(state: &mut State, act: Act<'_>, action: &str, slug: &str, login: &str) -> Vec<Delivery> {
    send(state, "membership", act.at, |state| {
        let found = state.teams.get(slug).map(|t| team(state, t));
        let own = json!({ "action": action, "scope": "team", "member": user(state, login), "team": found });
        dressed(state, own, None, act.by)
    })
}

fn organization_event(state: &mut State, act: Act<'_>, action: &str, login: &str, owner: bool) -> Vec<Delivery> {
    send(state, "organization", act.at, |state| {
        let org = &state.organisation.login;
        let own = json!({
            "action": action,
            "membership": {
                "url": format!("{}/orgs/{org}/memberships/{login}", state.api), "state": "active",
                "role": if owner { "admin" } else { "member" },
                "organization_url": format!("{}/orgs/{org}", state.api), "user": user(state, login),
            },
        });
        dressed(state, own, None, act.by)
    })
}
