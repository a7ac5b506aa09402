//! `peerlore opt-out`
use std::io::Write;

use anyhow::Context;
use clap::Args;

use crate::classify::Classifier;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::database::Private;
use crate::config::Config;
use crate::pipeline::opt_out;
use crate::store::people;
use crate::store::tenants;

/// Take a person out of everything, or back in.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore opt-out octocat\n\nThe person is absent everywhere from then on, also from other people's edges."
)]
pub struct OptOut {
    /// The person's login
    #[arg(value_parser = arguments::login)]
    login: String,
    /// Back in
    #[arg(long)]
    undo: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Opts a person out of every tenant, or in again.
///
/// # Errors
/// When nobody has that login.
pub async fn run(config: Config, command: OptOut) -> anyhow::Result<()> {
    let database = database::open(&config, Private::Join).await?;
    let pipeline = database::pipeline(&config, &database.pool, Classifier::default())?;
    let mut changed = 0;
    let known = tenants::all(&mut *database.pool.acquire().await?).await?;
    for tenant in known {
        let called = people::called(&mut *database.pool.acquire().await?, tenant.id, &command.login).await?;
        for person in called {
            let found = if command.undo {
                opt_out::back(&pipeline, tenant.id, person).await?
            } else {
                opt_out::out(&pipeline, tenant.id, person).await?
            };
            changed += usize::from(found);
        }
    }
    database.close().await?;
    (changed > 0)
        .then_some(())
        .with_context(|| format!("nobody is known by the login \"{}\"", command.login))?;
    let mut out = std::io::stdout().lock();
    if command.json {
        writeln!(
            out,
            "{}",
            serde_json::json!({ "login": command.login, "opted_out": !command.undo })
        )?;
    } else if command.undo {
        writeln!(
            out,
            "{} is back; the lessons follow while `peerlore serve` runs, or by `peerlore rebuild`.",
            command.login
        )?;
    } else {
        writeln!(
            out,
            "{} is absent everywhere from now on; comments on GitHub follow while `peerlore serve` runs.",
            command.login
        )?;
    }
    Ok(())
}
