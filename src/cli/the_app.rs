//! The App that a command acts as: the one that the configuration names, else the one that the set-up page created.
use anyhow::Context;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use url::Url;

use crate::classify::Classifier;
use crate::cli::database;
use crate::config::Config;
use crate::forge::Forge;
use crate::forge::github::app::Credentials;
use crate::forge::github::app::ForgeSettings;
use crate::forge::github::login::LoginApp;
use crate::model::address;
use crate::model::address::Flaw;
use crate::model::clock::Clock;
use crate::model::settings::Surface;
use crate::pipeline::Pipeline;
use crate::pipeline::registered;
use crate::pipeline::registered::Registered;
use crate::pipeline::setup;
use crate::seal::Source;
use crate::store::registrations::Purpose;
use crate::web::hook::Secrets;

/// Refuses settings that can't work together, before anything is started.
///
/// # Errors
/// With the way out.
pub fn check(config: &Config) -> anyhow::Result<()> {
    if let Some(flaw) = url_flaw(config).filter(|flaw| flaw.is_nonsense()) {
        anyhow::bail!("{flaw}");
    }
    if let Some(flaw) = secret_flaw(&secret_lengths(config)) {
        anyhow::bail!("PEERLORE_WEBHOOK_SECRET {flaw}");
    }
    let secrets = config.webhook_secret.as_ref().and_then(Secrets::parse);
    if config.names_the_app() && secrets.is_none() {
        anyhow::bail!(
            "PEERLORE_WEBHOOK_SECRET is not set; give it the secret that the GitHub App signs its webhooks with, or unset \
             PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE to use the App that the set-up page creates"
        );
    }
    let credentials = credentials(config)?;
    if config.surface != Surface::Web && config.names_the_app() && matches!(credentials, Credentials::None) {
        anyhow::bail!(
            "suggestions can't be posted without the App's credentials; set PEERLORE_GITHUB_APP_ID and \
             PEERLORE_GITHUB_PRIVATE_KEY_FILE, or leave PEERLORE_SURFACE at web"
        );
    }
    Ok(())
}

/// Refuses addresses of the code host that are none, whichever command needs them.
///
/// # Errors
/// With the form that they are written in.
pub fn check_hosts(config: &Config) -> anyhow::Result<()> {
    for (name, address, form) in [
        (
            "PEERLORE_GITHUB_API_URL",
            &config.github_api_url,
            "https://api.github.com",
        ),
        ("PEERLORE_GITHUB_WEB_URL", &config.github_web_url, "https://github.com"),
    ] {
        anyhow::ensure!(address::is_host(address), "{name} is no address: write it as {form}");
    }
    Ok(())
}

/// Whoever guesses a secret as short as this can send webhooks.
const GUESSED: usize = 8;

/// A secret should have so many characters at least.
pub const LONG_ENOUGH: usize = 16;

/// How many characters each webhook secret of the configuration has.
#[must_use]
pub fn secret_lengths(config: &Config) -> Vec<usize> {
    let secrets = config.webhook_secret.as_ref().map(SecretString::expose_secret);
    let each = secrets.into_iter().flat_map(|list| list.split(','));
    each.map(|one| one.trim().chars().count())
        .filter(|length| *length > 0)
        .collect()
}

/// What makes webhook secrets of these lengths no good, with the way out; none: nothing.
#[must_use]
pub fn secret_flaw(lengths: &[usize]) -> Option<&'static str> {
    if lengths.len() > 2 {
        return Some(
            "holds more than two secrets: give the new one and, while rotating, the old one, with a comma between; a secret itself has none",
        );
    }
    lengths.iter().any(|length| *length < GUESSED).then_some(
        "is shorter than 8 characters, so it can be guessed: make a long one, as with `openssl rand -hex 32`, and set it in the App's settings too",
    )
}

/// What of the configuration works and had better be otherwise, a sentence each.
#[must_use]
pub fn doubts(config: &Config) -> Vec<String> {
    let mut doubts = Vec::new();
    if secret_lengths(config).iter().any(|length| *length < LONG_ENOUGH) {
        doubts.push(format!(
            "PEERLORE_WEBHOOK_SECRET is shorter than {LONG_ENOUGH} characters; make a longer one, as with `openssl rand -hex 32`"
        ));
    }
    if url_flaw(config).is_none()
        && let Some(url) = config.url.as_ref().filter(|url| address::is_open(url))
    {
        doubts.push(format!(
            "{url} is not encrypted, so nobody can sign in; put TLS in front and set PEERLORE_URL with https://, except on a private \
             network whose members may all see the pages (PEERLORE_OPEN_PAGES)"
        ));
    }
    for address in [&config.github_api_url, &config.github_web_url] {
        if address::is_open(address) {
            doubts.push(format!(
                "{address} is not encrypted, so the App's tokens can be read on the way; write it with https://"
            ));
        }
    }
    doubts
}

/// What is wrong with `PEERLORE_URL`, where it is set.
#[must_use]
pub fn url_flaw(config: &Config) -> Option<Flaw> {
    let url = config.url.as_ref()?;
    address::flaw(url, &config.github_web_url)
}

/// The credentials that the configuration names; none where it names none.
///
/// # Errors
/// When the App's key can't be read, or only half of the credentials are there.
pub fn credentials(config: &Config) -> anyhow::Result<Credentials> {
    match (config.github_app_id, &config.github_private_key_file) {
        (Some(id), Some(file)) => {
            let pem = std::fs::read_to_string(file)
                .with_context(|| format!("the App's private key can't be read from {}", file.display()))?;
            Ok(Credentials::App {
                id,
                private_key: SecretString::from(pem),
            })
        }
        (None, None) => Ok(Credentials::None),
        (Some(_), None) => {
            anyhow::bail!("PEERLORE_GITHUB_APP_ID is set, PEERLORE_GITHUB_PRIVATE_KEY_FILE is not; set both")
        }
        (None, Some(_)) => {
            anyhow::bail!("PEERLORE_GITHUB_PRIVATE_KEY_FILE is set, PEERLORE_GITHUB_APP_ID is not; set both")
        }
    }
}

/// The code host by the configuration. With a stored App it has no credentials until [`registered::look`] finds them.
///
/// # Errors
/// When the credentials or the address can't be used.
pub fn forge(config: &Config) -> anyhow::Result<Forge> {
    let api = Url::parse(&config.github_api_url)
        .context("PEERLORE_GITHUB_API_URL is no address; write it as https://api.github.com")?;
    let settings = ForgeSettings {
        login: login_app(config)?,
        ..ForgeSettings::new(api, credentials(config)?)
    };
    Ok(Forge::new(settings, Clock::Machine)?)
}

/// What users are signed in with; none: nobody can sign in. The one place that reads it.
///
/// # Errors
/// When only half of it is there.
pub fn login_app(config: &Config) -> anyhow::Result<Option<LoginApp>> {
    match (&config.github_client_id, &config.github_client_secret) {
        (Some(id), Some(secret)) => Ok(Some(LoginApp {
            client_id: id.clone(),
            client_secret: secret.clone(),
            web_url: database::addresses(config).host,
        })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => {
            anyhow::bail!("only one of PEERLORE_GITHUB_CLIENT_ID and PEERLORE_GITHUB_CLIENT_SECRET is set; set both")
        }
    }
}

/// Where the App is looked for.
///
/// # Errors
/// When `PEERLORE_SEALING_KEY` holds no key, or there is no data folder.
pub fn registered(config: &Config) -> anyhow::Result<Registered> {
    if config.names_the_app() {
        return Ok(Registered::fixed());
    }
    Ok(Registered::stored(&database::addresses(config).host, seals(config)?))
}

/// Where the sealing keys come from.
///
/// # Errors
/// When `PEERLORE_SEALING_KEY` holds no key, or there is no data folder.
pub fn seals(config: &Config) -> anyhow::Result<Source> {
    if config.sealing_key.is_some() {
        return Ok(Source::of(config.sealing_key.as_ref(), std::path::Path::new(""))?);
    }
    Ok(Source::of(None, &database::data_dir(config)?)?)
}

/// The pipeline of a command that talks to the code host, as the App that the configuration names or that is stored.
///
/// # Errors
/// When the credentials can't be used, or the stored ones don't open.
pub async fn pipeline(config: &Config, pool: &sqlx::PgPool, classifier: Classifier) -> anyhow::Result<Pipeline> {
    let pipeline = Pipeline {
        forge: forge(config)?,
        registered: registered(config)?,
        ..database::pipeline(config, pool, classifier)?
    };
    registered::look(&pipeline).await?;
    Ok(pipeline)
}

/// Where there is no App yet, says where to create one, with a key that is good once; prints it and nothing else of it.
///
/// # Errors
/// When the database refuses.
pub async fn invite(config: &Config, pipeline: &Pipeline) -> anyhow::Result<()> {
    if pipeline.registered.is_fixed() || pipeline.registered.current().is_some() {
        return Ok(());
    }
    let own = &pipeline.addresses.own;
    if let Some(flaw) = address::flaw(own, &pipeline.addresses.host) {
        if config.url.is_none() {
            eprintln!(
                "No GitHub App is registered yet. To create one, set PEERLORE_URL to an address that GitHub can reach, and start again."
            );
        } else {
            eprintln!("No GitHub App is registered yet, and none can be created: {flaw}.");
        }
        return Ok(());
    }
    let mut conn = pipeline.pool.acquire().await?;
    let key = setup::new_token(&mut conn, Purpose::Key, pipeline.clock.now()).await?;
    eprintln!(
        "No GitHub App is registered yet. Open {own}/setup and give it this key:\n\n    {}\n",
        key.text()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], "")]
    #[case(&[64], "")]
    #[case(&[8, 64], "")]
    #[case(&[64, 7], "is shorter than 8 characters")]
    #[case(&[64, 64, 64], "holds more than two secrets")]
    fn secrets_are_two_at_most_and_not_guessed(#[case] lengths: &[usize], #[case] said: &str) {
        let flaw = secret_flaw(lengths).unwrap_or_default();
        assert!(flaw.starts_with(said) && flaw.is_empty() == said.is_empty(), "{flaw}");
    }
}
