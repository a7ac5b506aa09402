//! `peerlore setup`
use clap::Args;
use sqlx::PgPool;

use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::the_app;
use crate::config::Config;
use crate::pipeline::setup;
use crate::store::registrations;

/// Make a key for the set-up page, or forget the App that it created.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore setup\n\nThe page is there while the server runs. An App that is forgotten here still has to be deleted at GitHub, by its owner."
)]
pub struct Setup {
    /// Forget the App that the set-up page created, with its key and secrets; what was learned stays
    #[arg(long)]
    forget: bool,
}

/// Prints where to create the App and a key for it, or forgets the one there is.
///
/// # Errors
/// When the database can't be used, GitHub could not reach our address, or there is nothing to forget.
pub async fn run(config: Config, command: Setup) -> anyhow::Result<()> {
    the_app::check(&config)?;
    if config.names_the_app() {
        anyhow::bail!(
            "the settings name the App already, and they win over one that the set-up page creates; unset \
             PEERLORE_WEBHOOK_SECRET, PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE first"
        );
    }
    let database = database::open(&config, Private::Join).await?;
    let done = if command.forget {
        forget(&config, &database.pool).await
    } else {
        renew(&config, &database.pool).await
    };
    database.close().await?;
    done
}

async fn forget(config: &Config, pool: &PgPool) -> anyhow::Result<()> {
    let host = database::addresses(config).host;
    let known = registrations::forget(&mut *pool.acquire().await?, &host).await?;
    anyhow::ensure!(
        known,
        "no App of {host} is registered here, so there is nothing to forget"
    );
    eprintln!(
        "The App is forgotten here; a `peerlore serve` that runs lets go of it within a minute. Delete it at {host} too: Settings, \
         Developer settings, GitHub Apps."
    );
    Ok(())
}

/// Prints a key that ends the earlier ones, unless there is an App.
async fn renew(config: &Config, pool: &PgPool) -> anyhow::Result<()> {
    let pipeline = the_app::pipeline(config, pool, Classifier::default()).await?;
    if let Some(app) = pipeline.registered.current() {
        eprintln!(
            "The App {} is registered. `peerlore doctor` checks it, `peerlore setup --forget` makes room for another.",
            app.slug
        );
        return Ok(());
    }
    let page = match (&config.url, the_app::url_flaw(config)) {
        (Some(_), Some(flaw)) => anyhow::bail!("no App can be created, so no key was made: {flaw}"),
        (Some(_), None) => format!("Open {}/setup", pipeline.addresses.own),
        // Whoever lost the key may stand in another shell than the one that serves.
        (None, _) => "Open /setup at the address of `peerlore serve` (its PEERLORE_URL; not set here)".to_owned(),
    };
    let key = setup::only_key(&pipeline).await?;
    eprintln!(
        "No GitHub App is registered yet. {page} and give it this key; earlier keys are good no more:\n\n    {}\n",
        key.text()
    );
    Ok(())
}
