//! THE PATH of one delivery, top to bottom. Read this first.
//!
//! | step | job | reads | thinks with | writes | next |
//! |---|---|---|---|---|---|
//! | `web::hook` | - | the request | `hmac`, `sha2` | inbox + job, in one transaction | `receive` |
//! | [`receive`] | `Receive` | inbox | `forge::github::payload` | facts (by [`record`]); lets the body go | `fetch`, `members` |
//! | [`fetch`] | `Fetch` | files, commits, diffs, reactions from the code host | `teach::diff` | facts that no webhook carries | `learn`, `suggest` |
//! | [`learn`] | `Learn` | comments of one pull request, what people [`correct`]ed | `classify`, `teach`, `skill` | readings, lessons, edges | - |
//! | [`suggest`] | `Suggest` | history, candidates, graph (by [`gather`]) | `suggest` | the suggestion | shown by [`publish`] |
//! | [`publish`] | `Redact` | the stored suggestion without whoever opted out | `suggest::words` | our comment, check runs and answers, in place | - |
//! | [`command`] | `Command` | a command that somebody gave in a comment, and what they may do | `model::command` | reactions, an answer, a review request (by [`ask`]) | - |
//! | [`members`] | `Members` | where the App stands, [`repositories`], members and teams from the code host | - | the same, valid in time | `backfill`, of what is new or was away |
//! | [`settings`] | `Settings` | settings files on default branches | `model::settings` | the last good ones, and faults | - |
//! | [`settings::check`] | `CheckSettings` | the settings file of a pull request's head | `model::settings` | a neutral check run | - |
//! | [`sweep`] | `Sweep` | what GitHub remembers of its deliveries | `model::delivery` | asks for what never arrived; notes what can't come any more | `receive`, once GitHub sends it |
//! | [`backfill`] | `Backfill` | a page of a repository's past from the code host | `classify`, `teach`, `skill` | facts (by [`record`]), readings, lessons, edges, the cursor | itself; `fetch` for what is recent or open |
//! | [`lifecycle`] | `Weigh` | lessons of repositories that came or went | `skill` | edges | - |
//! | [`expire`] | `Expire` | the clock, [`answers`] | `teach::refit` (by [`refit`]) | lets texts, dead letters' bodies, old deliveries and removed installations go; an organisation's own weights | `members` and `settings`, once a day; `Relearn` where weights changed (itself queued every hour) |
//! | [`refit`] | `Relearn` | pull requests whose lessons rest on other weights | [`learn`] | lessons, edges, the cursor | itself |
//!
//! A job carries ids only and can run late or twice: each step reads what it needs and writes it whole. Jobs of one pull
//! request run one after the other. [`import`] feeds the same steps from a file; [`rebuild`] runs [`learn`] over all.
//! [`file_work`] keeps what a git history tells.
pub mod answers;
mod aside;
pub mod ask;
pub mod at_risk;
pub mod backfill;
pub mod base_branch;
pub mod buddies;
pub mod busy;
pub mod card;
pub mod command;
pub mod correct;
pub mod erase;
pub mod expire;
pub mod feedback;
pub mod fetch;
pub mod file_work;
pub mod flow;
pub mod formulas;
pub mod gather;
pub mod groups;
pub mod hindsight;
pub mod import;
pub mod knowers;
pub mod learn;
pub mod lifecycle;
pub mod members;
pub mod offboarding;
pub mod onboarding;
pub mod opt_out;
pub mod participation;
pub mod pasts;
pub mod places;
pub mod profile;
pub mod publish;
pub mod rebuild;
pub mod receive;
pub mod recheck;
pub mod record;
pub mod refit;
pub mod registered;
pub mod replay;
pub mod repositories;
pub mod settings;
pub mod setup;
pub mod silent;
pub mod suggest;
pub mod sweep;
pub mod team;
pub mod tokens;
pub mod visits;
pub mod work;

use sqlx::PgPool;

use crate::classify::Classifier;
use crate::classify::second::SecondError;
use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::model::address;
use crate::model::clock::Clock;
use crate::model::ids::InstallationId;
use crate::model::settings::Settings;
use crate::pipeline::hindsight::kept::Replays;
use crate::pipeline::pasts::Pasts;
use crate::pipeline::registered::Registered;
use crate::store::StoreError;
use crate::store::jobs::Queue;

/// What every step works with. Made once, in `app`.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The database.
    pub pool: PgPool,
    /// The queue in it.
    pub queue: Queue,
    /// The code host.
    pub forge: Forge,
    /// The App that we act as there, where it was created by the set-up page.
    pub registered: Registered,
    /// What reads comments.
    pub classifier: Classifier,
    /// What was learned of the repositories' pasts.
    pub pasts: Pasts,
    /// The last replays that somebody looked at.
    pub replays: Replays,
    /// What time it is.
    pub clock: Clock,
    /// Settings where a repository has none of its own.
    pub settings: Settings,
    /// Where people reach our pages and the code host's, without a slash at the end.
    pub addresses: Addresses,
    /// Which of our own pages a comment may link to as long as nobody can sign in.
    pub reach: Reach,
    /// Days of the past that are read where the App comes to an account or a repository; none: nothing of it is.
    pub history_days: Option<u16>,
}

impl Pipeline {
    /// Whether members can sign in: the App has what that takes, and our address is safe for cookies.
    #[must_use]
    pub fn members_sign_in(&self) -> bool {
        let can = self.forge.can_sign_in() && self.forge.is_configured();
        can && address::is_safe_for_sign_in(&self.addresses.own)
    }

    /// Lets go whatever this process keeps in memory of an installation's past.
    pub fn forget_kept(&self, installation: InstallationId) {
        self.pasts.forget(installation);
        self.replays.forget(installation);
    }

    /// Which of our own pages a comment may link to.
    #[must_use]
    pub fn reach(&self) -> Reach {
        if self.members_sign_in() {
            Reach::Everything
        } else {
            self.reach
        }
    }
}

/// Which of our pages somebody who reads a comment on the code host can open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// All of them.
    Everything,
    /// The one that says how everything works, which shows nothing about anybody.
    Docs,
    /// None: they are for this machine only.
    Nothing,
}

/// Where things are in a browser, without a slash at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addresses {
    /// Our own pages, as `http://127.0.0.1:8080`.
    pub own: String,
    /// The code host's pages, as `https://github.com`.
    pub host: String,
}

/// Why a step did not finish.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code host.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The classifier's second stage.
    #[error(transparent)]
    Second(#[from] SecondError),
    /// What came can't be understood, or isn't about what it should be; trying again won't help.
    #[error("{0}")]
    Unreadable(String),
}

impl From<sqlx::Error> for StepError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::from(error))
    }
}
