//! The App that this process acts as: one place that answers, while everything runs.
//!
//! Either the configuration names it, and then nothing here is asked; or it lies in the database, sealed, where the set-up
//! page put it. Every process notices a new one within a minute ([`watch`]), and at once when a signature doesn't fit
//! ([`look_again`], at most one look in five seconds, so that wrong signatures can't wear the database out).
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::forge::ForgeError;
use crate::forge::github::app::Credentials;
use crate::forge::github::login::LoginApp;
use crate::model::clock::Time;
use crate::model::registration::Registration;
use crate::pipeline::Pipeline;
use crate::seal::Keys;
use crate::seal::Label;
use crate::seal::SealError;
use crate::seal::Source;
use crate::store::StoreError;
use crate::store::registrations;
use crate::store::registrations::Sealed;

/// How often a process looks for another App.
const EVERY: Duration = Duration::from_mins(1);

/// After a look there is none for so long, however many signatures don't fit.
const BETWEEN_LOOKS: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

/// Why the stored App can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RegisteredError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its secrets don't open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The code host's client doesn't take its key.
    #[error(transparent)]
    Forge(#[from] ForgeError),
}

/// What such an error means for whoever sets Peerlore up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The database is away.
    Database,
    /// The secrets can't be sealed or opened.
    Sealing,
    /// GitHub knows no such thing, or gives it only once.
    Unknown,
    /// GitHub is away or asks to come back later.
    TryAgain,
    /// GitHub's answer can't be used.
    Broken,
}

impl RegisteredError {
    /// What it means for whoever sets Peerlore up.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Store(_) => Trouble::Database,
            Self::Seal(_) => Trouble::Sealing,
            Self::Forge(error) => match error {
                ForgeError::NotFound { .. } | ForgeError::Declined { .. } | ForgeError::Forbidden { .. } => {
                    Trouble::Unknown
                }
                ForgeError::RateLimited { .. } | ForgeError::Transport { .. } | ForgeError::TooBig { .. } => {
                    Trouble::TryAgain
                }
                ForgeError::NotConfigured { .. } | ForgeError::Unreadable { .. } | ForgeError::Setup { .. } => {
                    Trouble::Broken
                }
            },
        }
    }

    /// Whether another try may succeed, once what is wrong is mended.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Store(_) | Self::Seal(_) => true,
            Self::Forge(error) => error.may_pass(),
        }
    }
}

impl From<sqlx::Error> for RegisteredError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::from(error))
    }
}

/// The App that this process acts as. Clones share it.
#[derive(Clone, Debug)]
pub struct Registered(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The host whose App is looked for and the keys that open it; none: the configuration decides.
    stored: Option<(String, Source)>,
    /// Never held over an await.
    current: RwLock<Option<Arc<Current>>>,
    looked_at: Mutex<Option<Time>>,
}

#[derive(Debug)]
struct Current {
    registration: Arc<Registration>,
    created_at: Time,
}

impl Registered {
    /// The configuration decides, once and for all: the database is never looked into.
    #[must_use]
    pub fn fixed() -> Self {
        Self::new(None)
    }

    /// The one in the database, for the code host at this address in a browser; `seals` opens it.
    #[must_use]
    pub fn stored(host: &str, seals: Source) -> Self {
        Self::new(Some((host.to_owned(), seals)))
    }

    fn new(stored: Option<(String, Source)>) -> Self {
        Self(Arc::new(Inner {
            stored,
            current: RwLock::default(),
            looked_at: Mutex::default(),
        }))
    }

    /// Whether the configuration decides.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.0.stored.is_none()
    }

    /// The App as it lay in the database at the last look; none where there was none, or the configuration decides.
    #[must_use]
    pub fn current(&self) -> Option<Arc<Registration>> {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|current| Arc::clone(&current.registration))
    }

    /// Where the sealing keys come from; none where the configuration decides.
    #[must_use]
    pub fn seals(&self) -> Option<&Source> {
        self.0.stored.as_ref().map(|(_, seals)| seals)
    }

    fn is_the_one(&self, sealed: &Sealed) -> bool {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().is_some_and(|current| {
            current.registration.app_id == sealed.app_id && current.created_at == sealed.created_at
        })
    }

    pub(super) fn set(&self, new: Option<(Arc<Registration>, Time)>) {
        let new = new.map(|(registration, created_at)| {
            Arc::new(Current {
                registration,
                created_at,
            })
        });
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = new;
    }
}

/// Looks into the database and goes on as the App that lies there; whether it is another one than before.
///
/// # Errors
/// [`RegisteredError`] where the database is away or the App's secrets don't open; then nothing changes.
pub async fn look(pipeline: &Pipeline) -> Result<bool, RegisteredError> {
    let registered = &pipeline.registered;
    let Some((host, seals)) = &registered.0.stored else {
        return Ok(false);
    };
    let found = registrations::of_host(&mut *pipeline.pool.acquire().await?, host).await?;
    let Some(sealed) = found else {
        let had = registered.current().is_some();
        if had {
            pipeline.forge.switch_to(&Credentials::None, None)?;
            registered.set(None);
            tracing::warn!("the App's registration was forgotten; webhooks are refused until there is another");
        }
        return Ok(had);
    };
    if registered.is_the_one(&sealed) {
        return Ok(false);
    }
    let keys = seals.keys()?;
    let registration = open(&keys, &sealed)?;
    if !sealed_by_first(&keys, &sealed) {
        // The sealing key is being rotated: from here on the old one isn't needed.
        let anew = seal(&keys, &registration, sealed.created_at)?;
        registrations::reseal(&mut *pipeline.pool.acquire().await?, &anew).await?;
        tracing::info!(app.id = sealed.app_id, "the App's secrets are sealed by the new key");
    }
    pipeline
        .forge
        .switch_to(&credentials(&registration), Some(login(&registration)))?;
    tracing::info!(app.id = registration.app_id, "acting as the App that was registered");
    registered.set(Some((Arc::new(registration), sealed.created_at)));
    Ok(true)
}

/// As [`look`], unless somebody looked within the last five seconds. Those who come meanwhile wait for the one who looks.
///
/// # Errors
/// As [`look`].
pub async fn look_again(pipeline: &Pipeline) -> Result<bool, RegisteredError> {
    if pipeline.registered.is_fixed() {
        return Ok(false);
    }
    let now = pipeline.clock.now();
    let mut looked_at = pipeline.registered.0.looked_at.lock().await;
    if looked_at.is_some_and(|at| (now - at).abs() < BETWEEN_LOOKS) {
        return Ok(false);
    }
    *looked_at = Some(now);
    look(pipeline).await
}

/// Looks every minute until `stop` is cancelled.
pub async fn watch(pipeline: Pipeline, stop: CancellationToken) {
    while !pipeline.registered.is_fixed() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = look(&pipeline).await {
            tracing::warn!(%error, "the registered App can't be looked for");
        }
    }
}

/// What the App proves itself with at its host.
#[must_use]
pub fn credentials(registration: &Registration) -> Credentials {
    Credentials::App {
        // GitHub's numbers are positive.
        id: registration.app_id.unsigned_abs(),
        private_key: registration.private_key.clone(),
    }
}

/// What users are signed in with.
#[must_use]
pub fn login(registration: &Registration) -> LoginApp {
    LoginApp {
        client_id: registration.client_id.clone(),
        client_secret: registration.client_secret.clone(),
        web_url: registration.host.clone(),
    }
}

fn whose(host: &str, app_id: i64) -> String {
    format!("App {app_id} of {host}")
}

const PRIVATE_KEY: &str = "private key of the App";
const WEBHOOK_SECRET: &str = "webhook secret of the App";
const CLIENT_SECRET: &str = "client secret of the App";

/// A registration with its secrets sealed.
///
/// # Errors
/// [`SealError`] where nothing can be sealed.
pub fn seal(keys: &Keys, new: &Registration, at: Time) -> Result<Sealed, SealError> {
    let whose = whose(&new.host, new.app_id);
    let seal = |what, secret| keys.seal(&Label { what, whose: &whose }, secret);
    Ok(Sealed {
        host: new.host.clone(),
        app_id: new.app_id,
        slug: new.slug.clone(),
        name: new.name.clone(),
        html_url: new.html_url.clone(),
        client_id: new.client_id.clone(),
        private_key: seal(PRIVATE_KEY, &new.private_key)?,
        webhook_secret: seal(WEBHOOK_SECRET, &new.webhook_secret)?,
        client_secret: seal(CLIENT_SECRET, &new.client_secret)?,
        created_at: at,
    })
}

fn sealed_by_first(keys: &Keys, sealed: &Sealed) -> bool {
    let whose = whose(&sealed.host, sealed.app_id);
    let by_first = |what, bytes: &[u8]| keys.sealed_by_first(&Label { what, whose: &whose }, bytes);
    by_first(PRIVATE_KEY, &sealed.private_key)
        && by_first(WEBHOOK_SECRET, &sealed.webhook_secret)
        && by_first(CLIENT_SECRET, &sealed.client_secret)
}

/// A registration with its secrets opened.
///
/// # Errors
/// [`SealError::Closed`] where a key is wrong, or a secret isn't this App's.
pub fn open(keys: &Keys, sealed: &Sealed) -> Result<Registration, SealError> {
    let whose = whose(&sealed.host, sealed.app_id);
    let open = |what, bytes: &[u8]| keys.open(&Label { what, whose: &whose }, bytes);
    Ok(Registration {
        host: sealed.host.clone(),
        app_id: sealed.app_id,
        slug: sealed.slug.clone(),
        name: sealed.name.clone(),
        html_url: sealed.html_url.clone(),
        client_id: sealed.client_id.clone(),
        private_key: open(PRIVATE_KEY, &sealed.private_key)?,
        webhook_secret: open(WEBHOOK_SECRET, &sealed.webhook_secret)?,
        client_secret: open(CLIENT_SECRET, &sealed.client_secret)?,
    })
}
