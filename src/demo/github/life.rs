//! What becomes of things on the loopback GitHub: nested teams, busy people, an installation that is suspended, accounts
//! and repositories that are renamed, archived, transferred or deleted.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::demo::github::FakeGithub;
use crate::demo::github::answer::failed;
use crate::demo::github::delivery::Delivery;
use crate::demo::github::drive::{Act, dressed, send};
use crate::demo::github::payload::{installation, node, organisation, team, user};
use crate::demo::github::state::{Account, AccountKind, State};

/// GitHub's account that stands in for deleted ones.
const GHOST: &str = "ghost";

/// What this file remembers.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// The team that a team lies in, by slugs.
    pub parents: BTreeMap<String, String>,
    /// Since when the App is suspended.
    pub suspended: Option<DateTime<Utc>>,
    /// The App was removed.
    pub removed: bool,
    /// Who says that they are busy, and until when.
    pub busy: BTreeMap<String, Option<DateTime<Utc>>>,
    /// Repositories that are archived, by number.
    pub archived: BTreeSet<u64>,
    /// Repositories that the App wasn't given, by number.
    pub taken: BTreeSet<u64>,
    /// Repositories that everybody may read, by number.
    pub public: BTreeSet<u64>,
}

/// The refusal that a suspended App gets for whatever it asks about the account.
pub fn refusal(state: &State, path: &str) -> Option<Response> {
    let about_itself = path.starts_with("/app") && !path.ends_with("/access_tokens");
    if about_itself {
        return None;
    }
    if state.life.removed {
        return Some(failed(StatusCode::NOT_FOUND, "Not Found"));
    }
    let suspended = state.life.suspended.is_some();
    suspended.then(|| failed(StatusCode::FORBIDDEN, "This installation has been suspended"))
}

/// The members of a team by login, true for a maintainer; those of the teams in it are members.
pub fn everybody_in(state: &State, slug: &str) -> BTreeMap<String, bool> {
    let mut all = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![slug.to_owned()];
    while let Some(next) = waiting.pop() {
        if !seen.insert(next.clone()) {
            continue;
        }
        for (login, maintainer) in state.teams.get(&next).into_iter().flat_map(|team| &team.members) {
            let here = *maintainer && next == slug;
            *all.entry(login.clone()).or_insert(false) |= here;
        }
        let children = state.life.parents.iter().filter(|(_, parent)| **parent == next);
        waiting.extend(children.map(|(child, _)| child.clone()));
    }
    all
}

fn event(state: &mut State, act: Act<'_>, name: &str, own: &Value) -> Vec<Delivery> {
    send(state, name, act.at, |state| dressed(state, own.clone(), None, act.by))
}

impl FakeGithub {
    /// Puts a team into another one, or takes it out of all.
    #[must_use]
    pub fn nest_team(&self, act: Act<'_>, slug: &str, parent: Option<&str>) -> Vec<Delivery> {
        let mut state = self.lock();
        match parent {
            Some(parent) => state.life.parents.insert(slug.to_owned(), parent.to_owned()),
            None => state.life.parents.remove(slug),
        };
        let found = state.teams.get(slug).map(|found| team(&state, found));
        event(
            &mut state,
            act,
            "team",
            &json!({ "action": "edited", "changes": {}, "team": found }),
        )
    }

    /// Hides a team from everybody but its members and the owners.
    #[must_use]
    pub fn hide_team(&self, act: Act<'_>, slug: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.teams.get_mut(slug) else {
            return Vec::new();
        };
        found.secret = true;
        let found = state.teams.get(slug).map(|found| team(&state, found));
        let changes = json!({ "privacy": { "from": "closed" } });
        event(
            &mut state,
            act,
            "team",
            &json!({ "action": "edited", "changes": changes, "team": found }),
        )
    }

    /// Gives a team another name; its slug stays.
    #[must_use]
    pub fn rename_team(&self, act: Act<'_>, slug: &str, name: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.teams.get_mut(slug) else {
            return Vec::new();
        };
        let before = std::mem::replace(&mut found.name, name.to_owned());
        let found = state.teams.get(slug).map(|found| team(&state, found));
        let own = json!({ "action": "edited", "changes": { "name": { "from": before } }, "team": found });
        event(&mut state, act, "team", &own)
    }

    /// Deletes a team with those in it; GitHub tells of the one.
    #[must_use]
    pub fn delete_team(&self, act: Act<'_>, slug: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(found) = state.teams.get(slug).map(|found| team(&state, found)) else {
            return Vec::new();
        };
        let mut gone = vec![slug.to_owned()];
        while let Some(next) = gone.pop() {
            state.teams.remove(&next);
            state.life.parents.remove(&next);
            let children = state.life.parents.iter().filter(|(_, parent)| **parent == next);
            gone.extend(children.map(|(child, _)| child.clone()).collect::<Vec<_>>());
        }
        event(&mut state, act, "team", &json!({ "action": "deleted", "team": found }))
    }

    /// Makes a member an owner or no longer. GitHub sends nothing for this.
    pub fn set_owner(&self, login: &str, owner: bool) {
        self.lock().members.insert(login.to_owned(), owner);
    }

    /// Somebody says that they are busy.
    pub fn set_busy(&self, login: &str, until: Option<DateTime<Utc>>) {
        self.lock().life.busy.insert(login.to_owned(), until);
    }

    /// Suspends the App.
    #[must_use]
    pub fn suspend(&self, act: Act<'_>) -> Vec<Delivery> {
        let mut state = self.lock();
        state.life.suspended = Some(act.at);
        of_installation(&mut state, act, "suspend")
    }

    /// Lets the App work again.
    #[must_use]
    pub fn unsuspend(&self, act: Act<'_>) -> Vec<Delivery> {
        let mut state = self.lock();
        state.life.suspended = None;
        of_installation(&mut state, act, "unsuspend")
    }

    /// The owner accepts new permissions.
    #[must_use]
    pub fn accept_permissions(&self, act: Act<'_>) -> Vec<Delivery> {
        of_installation(&mut self.lock(), act, "new_permissions_accepted")
    }

    /// Removes the App, so that whatever it asks isn't there any more.
    #[must_use]
    pub fn remove_app(&self, act: Act<'_>) -> Vec<Delivery> {
        let mut state = self.lock();
        state.life.removed = true;
        of_installation(&mut state, act, "deleted")
    }

    /// Gives the organisation another login.
    #[must_use]
    pub fn rename_organisation(&self, act: Act<'_>, login: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let before = std::mem::replace(&mut state.organisation.login, login.to_owned());
        state.rendered.borrow_mut().clear();
        let own = json!({ "action": "renamed", "changes": { "login": { "from": before } } });
        event(&mut state, act, "organization", &own)
    }

    /// Gives somebody another login. GitHub sends nothing for this.
    pub fn rename_user(&self, from: &str, to: &str) {
        let mut state = self.lock();
        if let Some(mut account) = state.accounts.remove(from) {
            to.clone_into(&mut account.login);
            state.accounts.insert(to.to_owned(), account);
        }
        if let Some(owner) = state.members.remove(from) {
            state.members.insert(to.to_owned(), owner);
        }
        for team in state.teams.values_mut() {
            if let Some(maintainer) = team.members.remove(from) {
                team.members.insert(to.to_owned(), maintainer);
            }
        }
        call_them(&mut state, from, to);
    }

    /// Deletes somebody's account: what they wrote is the ghost's from now on. GitHub sends nothing for this.
    pub fn delete_user(&self, login: &str) {
        let mut state = self.lock();
        let ghost = Account {
            id: 10_137,
            login: GHOST.to_owned(),
            name: "Deleted user".to_owned(),
            kind: AccountKind::User,
        };
        state.accounts.insert(GHOST.to_owned(), ghost);
        state.accounts.remove(login);
        state.members.remove(login);
        for team in state.teams.values_mut() {
            team.members.remove(login);
        }
        call_them(&mut state, login, GHOST);
    }

    /// Archives a repository, or opens it again.
    #[must_use]
    pub fn archive(&self, act: Act<'_>, repo: &str, archived: bool) -> Vec<Delivery> {
        let action = if archived { "archived" } else { "unarchived" };
        self.of_repository(act, repo, action, |life, id| {
            if archived {
                life.archived.insert(id);
            } else {
                life.archived.remove(&id);
            }
        })
    }

    /// Lets everybody read a repository, or only members.
    #[must_use]
    pub fn publicize(&self, act: Act<'_>, repo: &str, public: bool) -> Vec<Delivery> {
        let action = if public { "publicized" } else { "privatized" };
        self.of_repository(act, repo, action, |life, id| {
            if public {
                life.public.insert(id);
            } else {
                life.public.remove(&id);
            }
        })
    }

    fn of_repository(
        &self,
        act: Act<'_>,
        repo: &str,
        action: &str,
        change: impl FnOnce(&mut Life, u64),
    ) -> Vec<Delivery> {
        let mut state = self.lock();
        let Some(id) = state.repo(repo).map(|found| found.id) else {
            return Vec::new();
        };
        change(&mut state.life, id);
        state.rendered.borrow_mut().clear();
        send(&mut state, "repository", act.at, |state| {
            dressed(state, json!({ "action": action }), state.repo(repo), act.by)
        })
    }

    /// Deletes a repository.
    #[must_use]
    pub fn delete_repository(&self, act: Act<'_>, repo: &str) -> Vec<Delivery> {
        let mut state = self.lock();
        let sent = send(&mut state, "repository", act.at, |state| {
            dressed(state, json!({ "action": "deleted" }), state.repo(repo), act.by)
        });
        state.repos.retain(|known| known.name != repo);
        sent
    }

    /// Gives a repository to another organisation; the event comes by the installation named, this one's or the other's.
    #[must_use]
    pub fn transfer(&self, act: Act<'_>, repo: &str, to: (&str, u64), by_installation: u64) -> Vec<Delivery> {
        let mut state = self.lock();
        let before = organisation(&state);
        let sent = send(&mut state, "repository", act.at, |state| {
            let own =
                json!({ "action": "transferred", "changes": { "owner": { "from": { "organization": before } } } });
            let mut value = dressed(state, own, None, act.by);
            let owner = json!({ "id": to.1, "login": to.0, "type": "Organization" });
            let found = state.repo(repo);
            let id = found.map_or(0, |found| found.id);
            value["repository"] = json!({
                "id": id, "node_id": node("R", id), "name": repo, "full_name": format!("{}/{repo}", to.0),
                "private": true, "owner": owner, "default_branch": "main",
            });
            value["organization"] = owner;
            value["installation"] = json!({ "id": by_installation });
            value
        });
        state.repos.retain(|known| known.name != repo);
        sent
    }

    /// Takes repositories from the App, or gives them to it.
    #[must_use]
    pub fn grant(&self, act: Act<'_>, repo: &str, given: bool) -> Vec<Delivery> {
        let mut state = self.lock();
        if let Some(id) = state.repo(repo).map(|found| found.id) {
            if given {
                state.life.taken.remove(&id);
            } else {
                state.life.taken.insert(id);
            }
        }
        send(&mut state, "installation_repositories", act.at, |state| {
            let list: Vec<Value> = state
                .repo(repo)
                .map(|found| {
                    let full = format!("{}/{}", state.organisation.login, found.name);
                    json!({ "id": found.id, "name": found.name, "full_name": full, "private": true })
                })
                .into_iter()
                .collect();
            let (added, removed) = if given { (list, Vec::new()) } else { (Vec::new(), list) };
            json!({
                "action": if given { "added" } else { "removed" }, "installation": installation(state),
                "repository_selection": "selected", "repositories_added": added, "repositories_removed": removed,
                "requester": null, "sender": user(state, act.by),
            })
        })
    }
}

/// Whatever one login did is another's.
fn call_them(state: &mut State, from: &str, to: &str) {
    let called = |login: &mut String| {
        if login == from {
            to.clone_into(login);
        }
    };
    for pull in state.repos.iter_mut().flat_map(|repo| repo.pulls.values_mut()) {
        called(&mut pull.author);
        pull.requested.iter_mut().for_each(called);
        pull.reviews.iter_mut().for_each(|review| called(&mut review.author));
        pull.comments.iter_mut().for_each(|comment| called(&mut comment.author));
        pull.talk.iter_mut().for_each(|comment| called(&mut comment.author));
        pull.timeline.iter_mut().for_each(|entry| called(&mut entry.by));
    }
    state.rendered.borrow_mut().clear();
}

fn of_installation(state: &mut State, act: Act<'_>, action: &str) -> Vec<Delivery> {
    send(state, "installation", act.at, |state| {
        json!({
            "action": action, "installation": installation(state), "requester": null, "sender": user(state, act.by),
        })
    })
}
