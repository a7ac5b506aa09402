//! `peerlore opt-out`
use std::io::Write;

use anyhow::Context;
use clap::Args;

use crate::cli::database;
use crate::cli::database::Private;
use crate::config::Config;
use crate::store::people;
use crate::store::tenants;

/// Take a person out of everything, or back in.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore opt-out octocat\n\nThe person is absent everywhere from then on, also from other people's edges."
)]
pub struct OptOut {
    /// The person's login
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
    let pipeline = database::pipeline(&config, &database.pool)?;
    let at = (!command.undo).then(|| pipeline.clock.now());
    let mut conn = database.pool.acquire().await?;
    let mut changed = 0;
    for tenant in tenants::all(&mut conn).await? {
        changed += usize::from(
            people::set_opt_out(&mut conn, tenant.id, &command.login, at)
                .await?
                .is_some(),
        );
    }
    drop(conn);
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
            "{} is back; `peerlore rebuild` brings the lessons back too.",
            command.login
        )?;
    } else {
        writeln!(out, "{} is absent everywhere from now on.", command.login)?;
    }
    Ok(())
}
