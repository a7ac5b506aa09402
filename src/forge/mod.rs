//! What we ask of a code host, in model words.
//!
//! In come settings and credentials ([`github::app::ForgeSettings`]); out come pull requests, files, people and
//! permissions, and in goes one comment. Without credentials every call gives [`ForgeError::NotConfigured`], and callers
//! go on with what the webhooks tell. There is one host, GitHub, so there is no trait; a second one would become an enum
//! inside [`Forge`]. Webhooks are read by [`github::payload::parse_event`], exported history by
//! [`github::history::pull_record`].
pub mod github;

use std::sync::Arc;

use crate::forge::github::app::Credentials;
use crate::forge::github::app::ForgeSettings;
use crate::forge::github::app::GitHub;
use crate::forge::github::login::LoginApp;
use crate::forge::github::pace::Line;
use crate::model::clock::Clock;
use crate::model::clock::Time;
use crate::model::event::Account;

/// The code host. Cheap to clone; clones share tokens, pace and rate limits.
#[derive(Clone, Debug)]
pub struct Forge {
    pub(in crate::forge) github: Arc<GitHub>,
}

impl Forge {
    /// A client by these settings; nothing is sent yet. Must be called inside a Tokio runtime, which it uses from then on.
    ///
    /// # Errors
    /// [`ForgeError::Setup`] where the address or the private key can't be used.
    pub fn new(settings: ForgeSettings, clock: Clock) -> Result<Self, ForgeError> {
        Ok(Self {
            github: Arc::new(GitHub::new(settings, clock)?),
        })
    }

    /// Whether there are credentials, so that calls can succeed.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.github.is_configured()
    }

    /// Whether somebody's token is used, which may read wherever they may, and not an App, which has to be installed.
    #[must_use]
    pub fn acts_by_token(&self) -> bool {
        self.github.acts_by_token()
    }

    /// Goes on with other credentials, and signs users in with `login`, in all clones. Calls that run end with the old ones.
    ///
    /// # Errors
    /// [`ForgeError::Setup`] where the private key can't be used; then nothing changes.
    pub fn switch_to(&self, credentials: &Credentials, login: Option<LoginApp>) -> Result<(), ForgeError> {
        self.github.switch_to(credentials, login)
    }

    /// Stands in this line before each writing call, besides in its own.
    pub fn join(&self, line: Line) {
        self.github.writes.join(line);
    }

    /// What is left of each limit (`core`, `graphql`) of an installation, as the last answers said; nothing is asked.
    #[must_use]
    pub fn limits(&self, installation: Option<i64>) -> Vec<(String, RateLeft)> {
        self.github.limits(installation)
    }

    /// Seconds by which our clock is ahead of GitHub's (negative: behind), as the last answer showed.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<i64> {
        self.github.clock_ahead()
    }

    /// Calls left until GitHub's limit resets, as the last answer said.
    #[must_use]
    pub fn calls_left(&self) -> Option<u32> {
        self.github.calls_left()
    }
}

/// A repository as calls name it.
#[derive(Clone, Copy, Debug)]
pub struct RepoAt<'a> {
    /// The installation of the App that may act there, by GitHub's number. With App credentials and none here, it is
    /// looked up first, which costs a call; with a token it isn't used.
    pub installation: Option<i64>,
    /// The owner's login.
    pub owner: &'a str,
    /// The repository's name.
    pub name: &'a str,
}

/// What a person may do in a repository.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Permission {
    /// Nothing.
    None,
    /// Read it.
    Read,
    /// Read it, sort its issues and pull requests, and ask for reviews.
    Triage,
    /// Write to it (and maintain).
    Write,
    /// Everything.
    Admin,
}

/// An installation of the App as the code host shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InstallationShown {
    /// The account that it is on.
    pub account: Option<Account>,
    /// Its owner suspended it.
    pub suspended: bool,
}

/// Who we are at the code host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnAccount {
    /// The name that people read.
    pub name: String,
    /// The login that our comments carry (`peerlore[bot]`).
    pub login: String,
}

/// How many calls are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateLeft {
    /// Calls allowed in the window.
    pub limit: u32,
    /// Calls left in it.
    pub remaining: u32,
    /// When the window ends.
    pub resets_at: Time,
}

/// Why the code host didn't give an answer. Says what was asked, never a token, a key or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    /// There are no credentials.
    #[error("{doing}: no GitHub credentials are set; set PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE")]
    NotConfigured {
        /// What was asked.
        doing: String,
    },
    /// It isn't there, or the App may not know that it is.
    #[error("{doing}: GitHub knows no such thing; check the name, and that the App is installed there")]
    NotFound {
        /// What was asked.
        doing: String,
    },
    /// The credentials are wrong or may not do this.
    #[error("{doing}: GitHub refused it (status {status}); check the App's key and permissions")]
    Forbidden {
        /// What was asked.
        doing: String,
        /// The HTTP status: 401, 403 or 451.
        status: u16,
    },
    /// Too many calls; nothing will succeed before `until`.
    #[error("{doing}: GitHub's rate limit is used up until {until}; it will be tried again then")]
    RateLimited {
        /// What was asked.
        doing: String,
        /// When calls are welcome again.
        until: Time,
    },
    /// The request was understood and declined, such as a review asked of the author.
    #[error("{doing}: GitHub declined it (status {status})")]
    Declined {
        /// What was asked.
        doing: String,
        /// The HTTP status: any other 4xx.
        status: u16,
    },
    /// No answer, or an answer that says that GitHub is ill. Another try may succeed.
    #[error("{doing}: GitHub could not be reached or failed ({what}); it will be tried again")]
    Transport {
        /// What was asked.
        doing: String,
        /// What failed, in short.
        what: String,
    },
    /// More than the code host answers in one go. Less of it may succeed.
    #[error("{doing}: GitHub could not answer all of it at once ({what}); less is asked for next")]
    TooBig {
        /// What was asked.
        doing: String,
        /// What shows it, in short.
        what: String,
    },
    /// An answer that we can't read.
    #[error("{doing}: GitHub's answer could not be read ({what}); please report it")]
    Unreadable {
        /// What was asked.
        doing: String,
        /// What is missing or wrong, without the answer's text.
        what: String,
    },
    /// The settings can't be used.
    #[error("the GitHub settings can't be used: {what}")]
    Setup {
        /// What is wrong, with the way out.
        what: String,
    },
}

impl ForgeError {
    /// Whether another try may succeed, now or after a while.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Transport { .. } | Self::TooBig { .. } => true,
            Self::NotConfigured { .. }
            | Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Declined { .. }
            | Self::Unreadable { .. }
            | Self::Setup { .. } => false,
        }
    }
}
