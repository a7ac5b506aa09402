//! Credentials and connections: who we are at GitHub, and one connection for each installation.
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use octocrab::DefaultOctocrabBuilderConfig;
use octocrab::NoAuth;
use octocrab::NoSvc;
use octocrab::NotLayerReady;
use octocrab::Octocrab;
use octocrab::OctocrabBuilder;
use octocrab::models::AppId;
use octocrab::models::InstallationId;
use octocrab::service::middleware::retry::RetryConfig;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use tokio::sync::OnceCell;
use url::Url;

use crate::forge::ForgeError;
use crate::forge::OwnAccount;
use crate::forge::RateLeft;
use crate::forge::RepoAt;
use crate::forge::github::call::of_client;
use crate::forge::github::login::LoginApp;
pub use crate::forge::github::pace::Pace;
use crate::forge::github::pace::Turnstile;
use crate::model::clock::Clock;
use crate::model::clock::Time;

/// How to reach GitHub.
#[derive(Clone, Debug)]
pub struct ForgeSettings {
    /// The API's address: `https://api.github.com`, or `https://HOST/api/v3` for an Enterprise Server.
    pub api_url: Url,
    /// Who we are.
    pub credentials: Credentials,
    /// How fast we write.
    pub pace: Pace,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for a whole answer.
    pub timeout: Duration,
    /// How often a reading call that failed on the way is tried again. Writing calls never are, since a lost answer
    /// doesn't mean that nothing was written.
    pub retries: u32,
    /// The pause before the first such try; it doubles each time.
    pub retry_pause: Duration,
    /// What users are signed in with; none: nobody can sign in.
    pub login: Option<LoginApp>,
}

impl ForgeSettings {
    /// These credentials at that address, with GitHub's pace, 10 s for a connection, 30 s for an answer, two retries.
    #[must_use]
    pub fn new(api_url: Url, credentials: Credentials) -> Self {
        Self {
            api_url,
            credentials,
            pace: Pace::GITHUB,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            retries: 2,
            retry_pause: Duration::from_millis(500),
            login: None,
        }
    }
}

/// Who we are at GitHub. Secrets are never shown.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A GitHub App; each installation gets a token of its own.
    App {
        /// The App's number.
        id: u64,
        /// Its private key, PEM.
        private_key: SecretString,
    },
    /// One token for everything.
    Token(SecretString),
    /// None: every call says so.
    None,
}

/// One connection with one token, and what is known of its rate limit.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) client: Octocrab,
    /// No calls before this, in seconds since 1970; 0 where nothing stands against it.
    pub(super) blocked_until: AtomicI64,
    /// The same for GraphQL alone, which has a primary limit of its own.
    pub(super) graphql_blocked_until: AtomicI64,
    /// What is left of each limit (`core`, `graphql`), as the last answers said.
    pub(super) limits: Mutex<BTreeMap<String, RateLeft>>,
    /// On an Enterprise Server: the connection to `/api/graphql`, which lies beside `/api/v3`, and when it was made.
    pub(super) beside: tokio::sync::Mutex<Option<(Octocrab, Time)>>,
    /// The installation's number, by which that connection gets its token.
    pub(super) installation: Option<InstallationId>,
}

impl Seat {
    fn new(client: Octocrab, installation: Option<InstallationId>) -> Arc<Self> {
        Arc::new(Self::alone(client, installation))
    }

    /// A connection that is shared with nobody.
    pub(super) fn alone(client: Octocrab, installation: Option<InstallationId>) -> Self {
        Self {
            client,
            blocked_until: AtomicI64::new(0),
            graphql_blocked_until: AtomicI64::new(0),
            limits: Mutex::default(),
            beside: tokio::sync::Mutex::default(),
            installation,
        }
    }
}

#[derive(Clone, Debug)]
enum Access {
    App(Arc<Seat>),
    Token(Arc<Seat>),
    None,
}

/// The connections to GitHub.
#[derive(Debug)]
pub(in crate::forge) struct GitHub {
    /// Changes when an App is registered while we run. Never held over an await.
    access: RwLock<Access>,
    installations: Mutex<HashMap<i64, Arc<Seat>>>,
    pub(super) settings: ForgeSettings,
    pub(super) clock: Clock,
    pub(in crate::forge) writes: Turnstile,
    own: Mutex<Arc<OnceCell<OwnAccount>>>,
    /// Changes with `access`. Never held over an await.
    login: RwLock<Option<Arc<LoginApp>>>,
    /// The server's GraphQL knows `fullDatabaseId`; older Enterprise Servers don't.
    pub(super) full_ids: AtomicBool,
    /// Calls left as last seen; `u32::MAX` before the first answer.
    pub(super) left: AtomicU32,
    /// Seconds by which our clock is ahead of GitHub's, as the last answer showed; `i64::MIN` before the first.
    pub(super) ahead: AtomicI64,
}

impl GitHub {
    pub(in crate::forge) fn new(settings: ForgeSettings, clock: Clock) -> Result<Self, ForgeError> {
        Ok(Self {
            access: RwLock::new(access(&settings, &settings.credentials)?),
            installations: Mutex::default(),
            writes: Turnstile::new(settings.pace),
            login: RwLock::new(settings.login.clone().map(Arc::new)),
            settings,
            clock,
            own: Mutex::default(),
            full_ids: AtomicBool::new(true),
            left: AtomicU32::new(u32::MAX),
            ahead: AtomicI64::new(i64::MIN),
        })
    }

    /// Goes on with other credentials. Calls that run end with the old ones.
    pub(in crate::forge) fn switch_to(
        &self,
        credentials: &Credentials,
        login: Option<LoginApp>,
    ) -> Result<(), ForgeError> {
        let new = access(&self.settings, credentials)?;
        // In this order, so that no connection of the old App is kept among those of the new one.
        let mut installations = self.installations.lock().unwrap_or_else(PoisonError::into_inner);
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = new;
        *self.login.write().unwrap_or_else(PoisonError::into_inner) = login.map(Arc::new);
        installations.clear();
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        Ok(())
    }

    fn access(&self) -> Access {
        self.access.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection without any credentials to this address, with the same patience.
    pub(super) fn client_at(&self, address: &str) -> Result<Octocrab, ForgeError> {
        builder(&self.settings, address)?.build().map_err(|_| no_certificates())
    }

    /// A connection to the API without any credentials.
    pub(super) fn anonymous(&self) -> Result<Arc<Seat>, ForgeError> {
        Ok(Seat::new(self.client_at(self.settings.api_url.as_str())?, None))
    }

    /// Our own account, once it was asked for.
    pub(super) fn own(&self) -> Arc<OnceCell<OwnAccount>> {
        Arc::clone(&self.own.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(in crate::forge) fn is_configured(&self) -> bool {
        !matches!(self.access(), Access::None)
    }

    /// Whether calls are made with a plain token.
    pub(in crate::forge) fn acts_by_token(&self) -> bool {
        matches!(self.access(), Access::Token(_))
    }

    /// What users are signed in with; none: nobody can sign in.
    pub(super) fn login(&self) -> Option<Arc<LoginApp>> {
        self.login.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::forge) fn clock_ahead(&self) -> Option<i64> {
        Some(self.ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != i64::MIN)
    }

    pub(in crate::forge) fn calls_left(&self) -> Option<u32> {
        Some(self.left.load(Ordering::Relaxed)).filter(|left| *left != u32::MAX)
    }

    /// The App's own connection, where there is one.
    pub(super) fn app_client(&self) -> Option<Octocrab> {
        match self.access() {
            Access::App(seat) => Some(seat.client.clone()),
            Access::Token(_) | Access::None => None,
        }
    }

    /// What is left of each limit of an installation, as the last answers said; nothing is asked.
    pub(in crate::forge) fn limits(&self, installation: Option<i64>) -> Vec<(String, RateLeft)> {
        let seat = match self.access() {
            Access::Token(seat) => Some(seat),
            Access::App(_) => installation.and_then(|number| {
                let seats = self.installations.lock().unwrap_or_else(PoisonError::into_inner);
                seats.get(&number).cloned()
            }),
            Access::None => None,
        };
        seat.map(|seat| {
            let limits = seat.limits.lock().unwrap_or_else(PoisonError::into_inner);
            limits.iter().map(|(name, left)| (name.clone(), *left)).collect()
        })
        .unwrap_or_default()
    }

    /// The connection as the App itself, or none with a plain token.
    pub(super) fn as_app(&self, doing: &str) -> Result<Option<Arc<Seat>>, ForgeError> {
        match self.access() {
            Access::App(seat) => Ok(Some(seat)),
            Access::Token(_) => Ok(None),
            Access::None => Err(ForgeError::NotConfigured {
                doing: doing.to_owned(),
            }),
        }
    }

    /// The connection of that installation, or the token's.
    pub(super) fn seat(&self, installation: Option<i64>, doing: &str) -> Result<Arc<Seat>, ForgeError> {
        // Held from here on, so that no switch of credentials comes between.
        let mut installations = self.installations.lock().unwrap_or_else(PoisonError::into_inner);
        let app = match self.access() {
            Access::App(app) => app,
            Access::Token(seat) => return Ok(seat),
            Access::None => {
                return Err(ForgeError::NotConfigured {
                    doing: doing.to_owned(),
                });
            }
        };
        let number = installation.and_then(|number| u64::try_from(number).ok().zip(Some(number)));
        let Some((unsigned, number)) = number else {
            return Err(ForgeError::NotFound {
                doing: format!("{doing} (no installation of the App is named)"),
            });
        };
        if let Some(seat) = installations.get(&number) {
            return Ok(Arc::clone(seat));
        }
        let client = app
            .client
            .installation(InstallationId(unsigned))
            .map_err(|error| of_client(&error, doing))?;
        let seat = Seat::new(client, Some(InstallationId(unsigned)));
        installations.insert(number, Arc::clone(&seat));
        Ok(seat)
    }

    /// The connection for a repository; the installation is looked up where it isn't named.
    pub(super) async fn seat_at(&self, at: &RepoAt<'_>, doing: &str) -> Result<Arc<Seat>, ForgeError> {
        let unknown = at.installation.is_none() && matches!(self.access(), Access::App(_));
        let installation = if unknown {
            Some(self.installation_of(at.owner, at.name).await?)
        } else {
            at.installation
        };
        self.seat(installation, doing)
    }
}

fn setup(what: &str) -> ForgeError {
    ForgeError::Setup { what: what.to_owned() }
}

fn no_certificates() -> ForgeError {
    setup("no certificates of the system's were found; install ca-certificates")
}

/// What a client is made with, before it has credentials.
type Unfinished = OctocrabBuilder<NoSvc, DefaultOctocrabBuilderConfig, NoAuth, NotLayerReady>;

/// A client at an address, without credentials yet.
fn builder(settings: &ForgeSettings, address: &str) -> Result<Unfinished, ForgeError> {
    Octocrab::builder()
        // A lost answer to a writing call must not be sent twice; reading calls are tried again in call.rs.
        .add_retry_config(RetryConfig::None)
        .set_connect_timeout(Some(settings.connect_timeout))
        .base_uri(address)
        .map_err(|_| setup("the API address is not an address; give it like https://api.github.com"))
}

fn access(settings: &ForgeSettings, credentials: &Credentials) -> Result<Access, ForgeError> {
    Ok(match credentials {
        Credentials::None => Access::None,
        Credentials::App { id, private_key } => {
            let app = builder(settings, settings.api_url.as_str())?
                .app_from_rsa_pem(AppId(*id), private_key.expose_secret())
                .map_err(|_| {
                    setup("the private key is not an RSA key in PEM; download a new one from the App's page")
                })?;
            Access::App(Seat::new(app.build().map_err(|_| no_certificates())?, None))
        }
        Credentials::Token(token) => {
            let client = builder(settings, settings.api_url.as_str())?
                .build()
                .map_err(|_| no_certificates())?;
            let client = client
                .user_access_token(token.clone())
                .map_err(|_| setup("the token can't be used"))?;
            Access::Token(Seat::new(client, None))
        }
    })
}
