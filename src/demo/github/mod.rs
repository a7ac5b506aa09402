//! A stateful GitHub on loopback, for the demo and for tests.
//!
//! In: calls of the driver (open a pull request, push, review, ..), each with who and when. Out: the
//! webhooks that GitHub would have sent, and REST answers of the same state over HTTP. Files have contents,
//! so patches, comparisons and file lists are computed, never invented. A driver call that names a repository
//! or pull request nobody made changes nothing and sends nothing.

pub mod delivery;
pub mod failures;
pub mod hook_deliveries;

mod answer;
mod apps;
mod commits;
mod diff;
mod drive;
mod drive_draft;
mod drive_pull;
mod drive_push;
mod drive_review;
mod drive_words;
mod etags;
pub mod graphql;
mod life;
mod payload;
mod payload_pull;
mod refer;
mod routes;
mod routes_checks;
mod routes_code;
mod routes_org;
mod routes_page;
mod routes_pull;
mod routes_respond;
mod serve;
pub mod sign_in;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

pub use crate::demo::github::commits::Change;
pub use crate::demo::github::drive::{Act, UserSpec};
pub use crate::demo::github::drive_pull::NewPull;
pub use crate::demo::github::drive_push::{How, Push};
pub use crate::demo::github::drive_review::{NewComment, NewReview, Posted, Verdict};
pub use crate::demo::github::serve::Loopback;
pub use crate::demo::github::state::AccountKind;

use crate::demo::github::failures::{Asked, Failure, Rate, Switch};
use crate::demo::github::state::{Account, State};

/// The App's slug on the loopback GitHub; its comments come from `peerlore[bot]`.
pub const APP_SLUG: &str = "peerlore";

/// The App's id on the loopback GitHub.
pub const APP_ID: u64 = 417_302;

/// The installation's id on the loopback GitHub.
pub const INSTALLATION_ID: u64 = 58_210_447;

/// A pull request by repository name (without the owner) and number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PullName {
    /// The repository's name without the owner.
    pub repo: String,
    /// The pull request's number.
    pub number: u64,
}

/// The loopback GitHub. Clones share one state.
#[derive(Clone, Debug)]
pub struct FakeGithub {
    state: Arc<Mutex<State>>,
}

impl FakeGithub {
    /// An empty GitHub with one organisation, created `at`. `salt` makes delivery ids differ between two of them.
    #[must_use]
    pub fn new(organisation: &str, salt: u64, at: DateTime<Utc>) -> Self {
        let organisation = Account {
            id: 90_410_000 + salt % 9_000,
            login: organisation.to_owned(),
            name: organisation.to_owned(),
            kind: AccountKind::Organization,
        };
        let state = State {
            api: "https://api.github.com".into(),
            web: "https://github.com".into(),
            now: at,
            next_id: 1_700_000_000,
            sent: 0,
            quiet: false,
            salt,
            app_id: APP_ID,
            app_slug: APP_SLUG.into(),
            installation: INSTALLATION_ID,
            life: life::Life::default(),
            graph: graphql::Graph::default(),
            organisation,
            created: at,
            accounts: std::collections::BTreeMap::new(),
            members: std::collections::BTreeMap::new(),
            teams: std::collections::BTreeMap::new(),
            repos: Vec::new(),
            old_names: std::collections::HashMap::new(),
            checks: Vec::new(),
            respond: routes_respond::Respond::default(),
            switches: Vec::new(),
            asked: Vec::new(),
            rate: Rate {
                limit: 5_000,
                used: 0,
                reset: at + chrono::Duration::hours(1),
            },
            sign_ins: sign_in::SignIns::default(),
            referring: false,
            apps: apps::Apps::default(),
            sent_hooks: hook_deliveries::Sent::default(),
            rendered: std::cell::RefCell::default(),
        };
        let github = Self {
            state: Arc::new(Mutex::new(state)),
        };
        github.add_account(&UserSpec {
            login: "peerlore[bot]",
            name: "Peerlore",
            kind: AccountKind::Bot,
        });
        github
    }

    /// Sets the addresses that answers and payloads carry, without a slash at the end.
    pub fn set_urls(&self, api: &str, web: &str) {
        let mut state = self.lock();
        api.clone_into(&mut state.api);
        web.clone_into(&mut state.web);
        state.rendered.borrow_mut().clear();
    }

    /// When true, driver calls change the state but make no payloads: faster when nobody reads them.
    pub fn set_quiet(&self, quiet: bool) {
        self.lock().quiet = quiet;
    }

    /// The organisation's login.
    #[must_use]
    pub fn organisation(&self) -> String {
        self.lock().organisation.login.clone()
    }

    /// Fails the next `times` requests of this method (any when `None`) whose path with query contains `path_part`.
    pub fn fail_next(&self, method: Option<&str>, path_part: &str, times: usize, failure: Failure) {
        self.lock().switches.push(Switch {
            method: method.map(str::to_owned),
            path_part: path_part.to_owned(),
            left: times,
            failure,
        });
    }

    /// Every request received so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// Forgets the requests received so far.
    pub fn forget_requests(&self) {
        self.lock().asked.clear();
    }

    /// Sets the rate limit that answers tell of.
    pub fn set_rate(&self, limit: u32, used: u32, reset: DateTime<Utc>) {
        self.lock().rate = Rate { limit, used, reset };
    }

    /// The comments on a pull request as a whole, as `(login, body)`, oldest first.
    #[must_use]
    pub fn comments_of(&self, pull: &PullName) -> Vec<(String, String)> {
        let mut state = self.lock();
        let pull = state.pull_mut(&pull.repo, pull.number);
        pull.map(|p| p.talk.iter().map(|c| (c.author.clone(), c.body.clone())).collect())
            .unwrap_or_default()
    }

    /// The logins asked to review, in the order they were asked.
    #[must_use]
    pub fn requested_reviewers(&self, pull: &PullName) -> Vec<String> {
        self.lock()
            .pull_mut(&pull.repo, pull.number)
            .map(|p| p.requested.clone())
            .unwrap_or_default()
    }

    /// A file's text at a pull request's head.
    #[must_use]
    pub fn text_at_head(&self, pull: &PullName, path: &str) -> Option<String> {
        let state = self.lock();
        let repo = state.repo(&pull.repo)?;
        let head = &repo.pulls.get(&pull.number)?.head;
        repo.tree(head)?.get(path).map(|b| b.text.to_string())
    }

    /// A file's text on the base branch.
    #[must_use]
    pub fn text_at_base(&self, repo: &str, path: &str) -> Option<String> {
        let state = self.lock();
        let repo = state.repo(repo)?;
        repo.tree(&repo.tip)?.get(path).map(|b| b.text.to_string())
    }

    /// The paths on the base branch that start with `under`.
    #[must_use]
    pub fn paths_at_base(&self, repo: &str, under: &str) -> Vec<String> {
        let state = self.lock();
        let Some(repo) = state.repo(repo) else {
            return Vec::new();
        };
        let tree = repo.tree(&repo.tip);
        tree.map(|t| {
            t.keys()
                .filter(|p| p.starts_with(under))
                .map(ToString::to_string)
                .collect()
        })
        .unwrap_or_default()
    }

    /// The head commit of a pull request.
    #[must_use]
    pub fn head_of(&self, pull: &PullName) -> Option<String> {
        self.lock()
            .pull_mut(&pull.repo, pull.number)
            .map(|p| p.head.to_string())
    }

    /// The state, also after a panic elsewhere: a fake has nothing to protect.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
