//! `peerlore experts`
use std::io::Write;

use clap::Args;
use serde::Serialize;

use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::terminal;
use crate::config::Config;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::profile;
use crate::pipeline::profile::Holder;
use crate::store::tenants;

/// Show who holds a skill area.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore experts --area concurrency")]
pub struct Experts {
    /// The area, by its short name (a wrong one lists them all)
    #[arg(long, value_name = "AREA")]
    area: Area,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    organisation: String,
    area: Area,
    holders: Vec<Holder>,
}

/// Prints the holders of an area in every tenant.
///
/// # Errors
/// When the database is away.
pub async fn run(config: Config, command: Experts) -> anyhow::Result<()> {
    let database = database::open_to_read(&config).await?;
    let now = database::pipeline(&config, &database.pool, Classifier::default())?
        .clock
        .now();
    let mut conn = database.pool.acquire().await?;
    let mut answers = Vec::new();
    for tenant in tenants::all(&mut conn).await? {
        let holders = profile::holders(&mut conn, tenant.id, command.area, now).await?;
        answers.push(Answer {
            organisation: tenant.login,
            area: command.area,
            holders,
        });
    }
    drop(conn);
    database.close().await?;
    if command.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &answers)?;
        writeln!(out)?;
        return Ok(());
    }
    let mut out = terminal::out();
    if answers.is_empty() {
        writeln!(
            out,
            "Nobody is known yet. Read a history with `peerlore import github-json FILE`, or start `peerlore serve` and install the App."
        )?;
    }
    for answer in answers {
        writeln!(
            out,
            "{} in {}: {}",
            command.area.name(),
            answer.organisation,
            command.area.about()
        )?;
        if answer.holders.is_empty() {
            writeln!(out, "  nobody yet: no lesson in it has landed")?;
        }
        for holder in &answer.holders {
            let pulls = wording::count(holder.pulls.unsigned_abs(), "pull request");
            let people = wording::count(holder.people, "person");
            writeln!(
                out,
                "  {:<24} landed on {pulls}, with {people}; confidence {}",
                holder.login,
                holder.confidence.as_str()
            )?;
        }
    }
    Ok(())
}
