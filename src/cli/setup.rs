//! `peerlore setup`
use clap::Args;

use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::the_app;
use crate::config::Config;
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
/// When the database can't be used, or there is nothing to forget.
pub async fn run(config: Config, command: Setup) -> anyhow::Result<()> {
    the_app::check(&config)?;
    if config.names_the_app() {
        anyhow::bail!(
            "the settings name the App already, and they win over one that the set-up page creates; unset \
             PEERLORE_WEBHOOK_SECRET, PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE first"
        );
    }
    let database = database::open(&config, Private::Join).await?;
    if command.forget {
        let host = database::addresses(&config).host;
        let known = registrations::forget(&mut *database.pool.acquire().await?, &host).await?;
        anyhow::ensure!(
            known,
            "no App of {host} is registered here, so there is nothing to forget"
        );
        eprintln!("The App is forgotten here. Delete it at {host} too: Settings, Developer settings, GitHub Apps.");
        return database.close().await;
    }
    let pipeline = the_app::pipeline(&config, &database.pool).await?;
    match pipeline.registered.current() {
        Some(app) => eprintln!(
            "The App {} is registered. `peerlore doctor` checks it, `peerlore setup --forget` makes room for another.",
            app.slug
        ),
        None => the_app::invite(&config, &pipeline).await?,
    }
    database.close().await
}
