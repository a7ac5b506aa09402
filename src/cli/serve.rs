//! `peerlore serve`
use anyhow::Context;
use clap::Args;
use secrecy::SecretString;
use tokio::net::TcpListener;
use url::Url;

use crate::app;
use crate::app::App;
use crate::app::Setup;
use crate::cli::database;
use crate::cli::database::Private;
use crate::config::Config;
use crate::forge::Forge;
use crate::forge::github::app::Credentials;
use crate::forge::github::app::ForgeSettings;
use crate::forge::github::login::LoginApp;
use crate::model::clock::Clock;
use crate::model::settings::Surface;
use crate::telemetry;
use crate::web::access;
use crate::web::access::Viewing;
use crate::web::hook::Secrets;

/// Receive webhooks, learn from them and show the pages.
#[derive(Debug, Args)]
#[command(after_help = "Example: PEERLORE_WEBHOOK_SECRET=... peerlore serve --listen 127.0.0.1:8080")]
pub struct Serve {}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// When the database, the address or the credentials can't be used.
pub async fn run(config: Config, _: Serve) -> anyhow::Result<()> {
    let secrets = config.webhook_secret.as_ref().and_then(Secrets::parse).context(
        "PEERLORE_WEBHOOK_SECRET is not set; give it the secret that the GitHub App signs its webhooks with",
    )?;
    let forge = forge(&config)?;
    if config.surface == Surface::Comment && !forge.is_configured() {
        anyhow::bail!(
            "suggestions can't be posted without the App's credentials; set PEERLORE_GITHUB_APP_ID and \
             PEERLORE_GITHUB_PRIVATE_KEY_FILE, or leave PEERLORE_SURFACE at web"
        );
    }
    let listener = listen(&config).await?;
    let stop = app::stop_on_signal()?;
    let Some(database) = app::unless_stopped(&stop, database::open(&config, Private::Start)).await else {
        return Ok(());
    };
    let database = database?;
    let viewing = viewing(&config, &forge)?;
    let app = App::new(Setup {
        pool: database.pool.clone(),
        forge,
        clock: Clock::Machine,
        settings: database::settings(&config),
        addresses: database::addresses(&config),
        secrets,
        viewing,
        metrics: Some(telemetry::start_metrics()?),
    });
    eprintln!(
        "Peerlore listens on http://{}; webhooks go to /webhooks/github. Ctrl-C stops it.",
        listener.local_addr()?
    );
    if let Some(server) = &database.server {
        // A private server that dies takes the app with it: whoever watches us starts both again.
        let stop_too = stop.clone();
        tokio::select! {
            () = server.ended() => {
                stop_too.cancel();
                anyhow::bail!("the private Postgres ended; its log is postgres.log in the data folder");
            }
            served = app.serve(listener, config.workers.into(), stop.clone()) => served?,
        }
    } else {
        app.serve(listener, config.workers.into(), stop.clone()).await?;
    }
    database.close().await
}

/// Takes the address, before anything else is started.
///
/// # Errors
/// When somebody else has it.
pub async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "{} can't be listened on; is another Peerlore running? choose another with --listen",
            config.listen
        )
    })
}

/// The code host that the configuration names.
///
/// # Errors
/// When the App's key can't be read, or only half of the credentials are there.
pub fn forge(config: &Config) -> anyhow::Result<Forge> {
    let credentials = match (config.github_app_id, &config.github_private_key_file) {
        (Some(id), Some(file)) => {
            let pem = std::fs::read_to_string(file)
                .with_context(|| format!("the App's private key can't be read from {}", file.display()))?;
            Credentials::App {
                id,
                private_key: SecretString::from(pem),
            }
        }
        (None, None) => Credentials::None,
        (Some(_), None) => {
            anyhow::bail!("PEERLORE_GITHUB_APP_ID is set, PEERLORE_GITHUB_PRIVATE_KEY_FILE is not; set both")
        }
        (None, Some(_)) => {
            anyhow::bail!("PEERLORE_GITHUB_PRIVATE_KEY_FILE is set, PEERLORE_GITHUB_APP_ID is not; set both")
        }
    };
    let api = Url::parse(&config.github_api_url)
        .context("PEERLORE_GITHUB_API_URL is no address; write it as https://api.github.com")?;
    let settings = ForgeSettings {
        login: login_app(config)?,
        ..ForgeSettings::new(api, credentials)
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

/// Who may see the pages: whoever reaches them where the operator said so, else members who sign in, else this machine.
fn viewing(config: &Config, forge: &Forge) -> anyhow::Result<Viewing> {
    let own = database::addresses(config).own;
    if config.open_pages {
        return Ok(Viewing::Open);
    }
    if !forge.can_sign_in() {
        return Ok(Viewing::without_sign_in(&own));
    }
    anyhow::ensure!(
        forge.is_configured(),
        "sign-in needs the App's own credentials too, to ask who is a member; set PEERLORE_GITHUB_APP_ID and \
         PEERLORE_GITHUB_PRIVATE_KEY_FILE"
    );
    anyhow::ensure!(
        access::is_safe_for_sign_in(&own),
        "sign-in needs https; set PEERLORE_URL to the address that people use, such as https://peerlore.example.com"
    );
    Ok(Viewing::SignIn)
}
