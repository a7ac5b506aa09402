//! The set-up: who may begin it, creating the App, and what is chosen at its end.
//!
//! `/setup` -> GitHub, with the manifest -> `/setup/created` ([`create`]) -> GitHub, to install -> `/setup/installed`
//! ([`installed`], [`choose_surface`]). Tokens let somebody take each step; only their digests are stored, so that every
//! process on the database knows them and a copy of it opens nothing.
use std::sync::Arc;

use chrono::TimeDelta;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use sha2::Sha256;
use sqlx::PgConnection;

use crate::forge::github::app::Credentials;
use crate::model::clock::Time;
use crate::model::job::Job;
use crate::model::registration::Granted;
use crate::model::registration::InstallationSeen;
use crate::model::registration::Registration;
use crate::model::settings::Surface;
use crate::pipeline::Pipeline;
use crate::pipeline::registered;
use crate::pipeline::registered::RegisteredError;
use crate::seal;
use crate::store::registrations;
use crate::store::registrations::Purpose;
use crate::store::standing;
use crate::store::tenants;

/// A token in the hand of whoever may take a step.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    /// What somebody sent as one; it may be anything.
    #[must_use]
    pub fn sent(text: &str) -> Self {
        Self(SecretString::from(text.trim()))
    }

    /// A new one: 128 random bits in hexadecimal digits.
    fn new() -> Result<Self, RegisteredError> {
        Ok(Self(SecretString::from(hex::encode(&seal::chance()?[..16]))))
    }

    /// As it is printed or sent.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is stored of it.
    fn digest(&self, purpose: Purpose) -> Vec<u8> {
        self.mac(purpose)
            .map_or_else(Vec::new, |mac| mac.finalize().into_bytes().to_vec())
    }

    fn mac(&self, purpose: Purpose) -> Option<Hmac<Sha256>> {
        let name = match purpose {
            Purpose::Key => "set-up key",
            Purpose::State => "set-up state",
            Purpose::Pass => "set-up pass",
        };
        // HMAC takes a key of any length; the error type only exists for other MACs.
        let mut mac = Hmac::<Sha256>::new_from_slice(name.as_bytes()).ok()?;
        mac.update(self.text().as_bytes());
        Some(mac)
    }
}

/// How long a token is good: a key until its process was surely started again, the others as long as GitHub's code.
fn lasts(purpose: Purpose) -> TimeDelta {
    match purpose {
        Purpose::Key => TimeDelta::days(7),
        Purpose::State | Purpose::Pass => TimeDelta::hours(1),
    }
}

/// Makes a token.
///
/// # Errors
/// [`RegisteredError`] where the database refuses.
pub async fn new_token(conn: &mut PgConnection, purpose: Purpose, now: Time) -> Result<Token, RegisteredError> {
    let token = Token::new()?;
    let oldest = now - lasts(purpose);
    registrations::add_token(conn, (purpose, &token.digest(purpose)), now, oldest).await?;
    Ok(token)
}

/// Makes a key that ends every earlier one.
///
/// # Errors
/// [`RegisteredError`] where the database refuses.
pub async fn only_key(pipeline: &Pipeline) -> Result<Token, RegisteredError> {
    let mut tx = pipeline.pool.begin().await?;
    registrations::forget_tokens_for(&mut tx, Purpose::Key).await?;
    let key = new_token(&mut tx, Purpose::Key, pipeline.clock.now()).await?;
    tx.commit().await?;
    Ok(key)
}

/// Whether a token is good; compared in constant time.
///
/// # Errors
/// [`RegisteredError`] where the database can't tell.
pub async fn is_good(
    conn: &mut PgConnection,
    purpose: Purpose,
    token: &Token,
    now: Time,
) -> Result<bool, RegisteredError> {
    let known = registrations::tokens(conn, purpose, now - lasts(purpose)).await?;
    Ok(known.iter().fold(false, |good, digest| {
        let same = token.mac(purpose).is_some_and(|mac| mac.verify_slice(digest).is_ok());
        same | good
    }))
}

/// Checks that the App's secrets could be sealed, before GitHub is asked for them: it gives them once.
///
/// # Errors
/// [`RegisteredError::Seal`] with the way out.
pub fn can_seal(pipeline: &Pipeline) -> Result<(), RegisteredError> {
    if let Some(seals) = pipeline.registered.seals() {
        seals.keys_or_new()?;
    }
    Ok(())
}

/// How the way back from GitHub ended.
#[derive(Clone, Debug)]
pub enum Came {
    /// The App is registered, and this process acts as it. The token lets the same browser go on.
    Created(Arc<Registration>, Token),
    /// The state was never given, was used, or is older than an hour.
    Unknown,
    /// There is an App already.
    Already,
}

/// Exchanges GitHub's code for the App, seals and stores it, and goes on as it.
///
/// # Errors
/// [`RegisteredError`]; where GitHub could not be reached, the same state and code may be sent again.
pub async fn create(pipeline: &Pipeline, state: &Token, code: &str) -> Result<Came, RegisteredError> {
    registered::look(pipeline).await?;
    let registered = &pipeline.registered;
    let Some(seals) = registered.seals().filter(|_| registered.current().is_none()) else {
        return Ok(Came::Already);
    };
    let now = pipeline.clock.now();
    let digest = state.digest(Purpose::State);
    let oldest = now - lasts(Purpose::State);
    let used = (Purpose::State, digest.as_slice());
    if !registrations::use_token(&mut *pipeline.pool.acquire().await?, used, now, oldest).await? {
        return Ok(Came::Unknown);
    }
    // No connection is held while GitHub is asked; and it is asked only where its secrets can be kept.
    let taken = async {
        let keys = seals.keys_or_new()?;
        let new = pipeline.forge.convert_manifest(code, &pipeline.addresses.host).await?;
        Ok::<_, RegisteredError>((registered::seal(&keys, &new, now)?, new))
    };
    let (sealed, new) = match taken.await {
        Ok(taken) => taken,
        Err(error) => {
            if error.may_pass() {
                registrations::give_token_back(&mut *pipeline.pool.acquire().await?, &digest).await?;
            }
            return Err(error);
        }
    };
    let mut tx = pipeline.pool.begin().await?;
    if !registrations::add(&mut tx, &sealed).await? {
        return Ok(Came::Already);
    }
    registrations::forget_tokens(&mut tx).await?;
    let pass = new_token(&mut tx, Purpose::Pass, now).await?;
    pipeline
        .forge
        .switch_to(&registered::credentials(&new), Some(registered::login(&new)))?;
    if let Err(error) = tx.commit().await {
        pipeline.forge.switch_to(&Credentials::None, None)?;
        return Err(error.into());
    }
    let new = Arc::new(new);
    registered.set(Some((Arc::clone(&new), now)));
    tracing::info!(app.id = new.app_id, "the App is registered");
    Ok(Came::Created(new, pass))
}

/// An installation that is ours, with what it was given.
///
/// # Errors
/// [`RegisteredError`] where GitHub can't be asked, or says that somebody made the number up.
pub async fn installed(pipeline: &Pipeline, number: i64) -> Result<(InstallationSeen, Granted), RegisteredError> {
    let seen = pipeline.forge.app_installation(number).await?;
    let granted = pipeline.forge.granted(number).await?;
    Ok((seen, granted))
}

/// Keeps where suggestions are to be shown. The tenant is made where GitHub's webhook about it isn't there yet.
///
/// # Errors
/// [`RegisteredError`] where the installation isn't ours, or the database refuses.
pub async fn choose_surface(
    pipeline: &Pipeline,
    number: i64,
    surface: Surface,
) -> Result<InstallationSeen, RegisteredError> {
    let seen = pipeline.forge.app_installation(number).await?;
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let (installation, new) = standing::ensure(&mut tx, &seen.account, Some(seen.id), now).await?;
    tenants::choose_surface(&mut tx, installation, surface).await?;
    if new {
        let job = Job::Members { installation };
        pipeline.queue.add(&mut tx, &job.into()).await?;
    }
    tx.commit().await?;
    Ok(seen)
}
