//! Opens the database that the configuration names, or the private one.
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use secrecy::ExposeSecret;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::classify::Classifier;
use crate::config::Config;
use crate::forge::Forge;
use crate::forge::github::app::Credentials;
use crate::forge::github::app::ForgeSettings;
use crate::model::clock::Clock;
use crate::model::settings::Settings;
use crate::pipeline::Addresses;
use crate::pipeline::Pipeline;
use crate::pipeline::Reach;
use crate::pipeline::hindsight::kept::Replays;
use crate::pipeline::pasts::Pasts;
use crate::pipeline::registered::Registered;
use crate::postgres;
use crate::store;
use crate::store::Schema;
use crate::store::StoreError;
use crate::store::jobs::Queue;

/// The way out where the schema is older than ours.
pub const OLDER: &str = "start `peerlore serve` of this version once, it brings the schema up to date";
/// The way out where it is newer.
pub const NEWER: &str = "use the version of Peerlore that wrote it";

/// An open database.
#[derive(Debug)]
pub struct Database {
    /// Connections to it.
    pub pool: PgPool,
    /// The private server that we started for it.
    pub server: Option<postgres::Server>,
}

impl Database {
    /// Closes the connections and stops the private server.
    ///
    /// # Errors
    /// When the server doesn't stop.
    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        if let Some(server) = self.server {
            server.stop().await?;
        }
        Ok(())
    }
}

/// How the private server may be come by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Private {
    /// Start it, and fetch its programs where there are none (`demo`).
    FetchAndStart,
    /// Start it (`serve`).
    Start,
    /// Use the one that runs on the data folder already, or start it (commands that end soon).
    Join,
}

/// The folder for everything that is kept.
///
/// # Errors
/// When there is no home folder to keep it in.
pub fn data_dir(config: &Config) -> anyhow::Result<PathBuf> {
    match &config.data_dir {
        Some(folder) => Ok(std::path::absolute(folder).context("finding the data folder")?),
        None => Ok(postgres::default_data_dir()?),
    }
}

/// Opens the database and brings its schema up to date.
///
/// # Errors
/// When there is none; the error names the way out.
pub async fn open(config: &Config, private: Private) -> anyhow::Result<Database> {
    let database = connect(config, private).await?;
    match store::migrate(&database.pool).await {
        Ok(()) => Ok(database),
        Err(error) => {
            let error = why(&database.pool, error).await;
            database.close().await?;
            Err(anyhow::Error::new(error).context(opening(config)))
        }
    }
}

/// Opens the database to look at it, whatever its schema is: a server that `DATABASE_URL` names is left as it is. The
/// private one is ours and brought up to date.
///
/// # Errors
/// When there is none; the error names the way out.
pub async fn open_as_it_is(config: &Config) -> anyhow::Result<Database> {
    if config.database_url.is_some() {
        connect(config, Private::Join).await
    } else {
        open(config, Private::Join).await
    }
}

/// Opens the database for a command that only reads, as [`open_as_it_is`].
///
/// # Errors
/// When there is none, or its schema isn't this version's; the error names the way out.
pub async fn open_to_read(config: &Config) -> anyhow::Result<Database> {
    let database = open_as_it_is(config).await?;
    let wrong = match store::schema(&database.pool).await {
        Ok(Schema::Current) => return Ok(database),
        Ok(Schema::Older) => anyhow::anyhow!("the database's schema is older than this version's; {OLDER}"),
        Ok(Schema::Newer) => anyhow::anyhow!("the database's schema is newer than this version's; {NEWER}"),
        Err(error) => anyhow::Error::new(why(&database.pool, error).await).context(opening(config)),
    };
    database.close().await?;
    Err(wrong)
}

async fn connect(config: &Config, private: Private) -> anyhow::Result<Database> {
    let (options, server) = match &config.database_url {
        Some(url) => (url_options(url.expose_secret())?, None),
        None => private_server(config, private).await?,
    };
    Ok(Database {
        pool: store::pool(options, config.database_connections),
        server,
    })
}

fn opening(config: &Config) -> &'static str {
    if config.database_url.is_some() {
        "opening the database that DATABASE_URL names"
    } else {
        "opening the private database"
    }
}

fn url_options(url: &str) -> anyhow::Result<PgConnectOptions> {
    if let Some((scheme, _)) = url.split_once("://")
        && !matches!(scheme, "postgres" | "postgresql")
    {
        anyhow::bail!(
            "DATABASE_URL names no Postgres (it begins with {scheme:?}); write it as postgres://user:password@host:5432/database"
        );
    }
    // The library's own message may repeat the address, and with it the password.
    PgConnectOptions::from_str(url).map_err(|_| {
        anyhow::anyhow!("DATABASE_URL can't be read; write it as postgres://user:password@host:5432/database")
    })
}

/// The reason behind a pool that got no connection in time: what one attempt says, such as "Connection refused".
pub async fn why(pool: &PgPool, error: StoreError) -> StoreError {
    if !matches!(error, StoreError::Away(sqlx::Error::PoolTimedOut)) {
        return error;
    }
    match store::fresh(pool).await {
        Err(reason) => reason,
        Ok(_) => error,
    }
}

async fn private_server(
    config: &Config,
    private: Private,
) -> anyhow::Result<(PgConnectOptions, Option<postgres::Server>)> {
    let folder = data_dir(config)?;
    if private == Private::Join
        && let Some(options) = postgres::connect_running(&folder).await
    {
        return Ok((options, None));
    }
    let engine = match postgres::find(&folder, config.pg_bindir.as_deref()) {
        Err(postgres::PostgresError::NoEngine) if private == Private::FetchAndStart => {
            postgres::install(&folder, &|line| eprintln!("{line}")).await?
        }
        found => found?,
    };
    // The demo can be made again, so its server need not wait for the disk at each of 17,000 deliveries.
    let settings: &[(&str, &str)] = if private == Private::FetchAndStart {
        &[("synchronous_commit", "off")]
    } else {
        &[]
    };
    let server = postgres::Server::start_with(&folder, &engine, settings).await?;
    Ok((server.connect_options(), Some(server)))
}

/// The pipeline that a command works with, without a code host: such commands read and write the database only.
///
/// # Errors
/// When an address of the configuration can't be read.
pub fn pipeline(config: &Config, pool: &PgPool, classifier: Classifier) -> anyhow::Result<Pipeline> {
    let nowhere = ForgeSettings::new(
        Url::parse(&config.github_api_url).context("PEERLORE_GITHUB_API_URL is no address")?,
        Credentials::None,
    );
    let forge = Forge::new(nowhere, Clock::Machine)?;
    Ok(Pipeline {
        queue: Queue::new(pool),
        pool: pool.clone(),
        forge,
        registered: Registered::fixed(),
        classifier,
        pasts: Pasts::default(),
        replays: Replays::default(),
        clock: Clock::Machine,
        settings: settings(config),
        addresses: addresses(config),
        reach: Reach::Nothing,
        history_days: None,
    })
}

/// The settings where a repository has none of its own.
#[must_use]
pub fn settings(config: &Config) -> Settings {
    Settings {
        surface: config.surface,
        ..Settings::default()
    }
}

/// Where things are in a browser.
#[must_use]
pub fn addresses(config: &Config) -> Addresses {
    let own = config
        .url
        .clone()
        .unwrap_or_else(|| format!("http://{}", config.listen));
    Addresses {
        own: own.trim_end_matches('/').to_owned(),
        host: config.github_web_url.trim_end_matches('/').to_owned(),
    }
}
