//! `peerlore rebuild`
use std::io::IsTerminal;
use std::io::Write;

use clap::Args;
use indicatif::ProgressBar;

use crate::cli::classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::config::Config;
use crate::model::wording;
use crate::pipeline::rebuild;
use crate::store::tenants;

/// Make every projection again from the facts.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore rebuild\n\nComments whose text expired keep the classification they had.")]
pub struct Rebuild {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Rebuilds every tenant's readings, lessons and graph.
///
/// # Errors
/// When the database is away.
pub async fn run(config: Config, command: Rebuild) -> anyhow::Result<()> {
    let classifier = classifier::load(&config)?;
    let database = database::open(&config, Private::Join).await?;
    let pipeline = database::pipeline(&config, &database.pool, classifier)?;
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    let mut pulls = 0;
    let tenants = tenants::all(&mut *database.pool.acquire().await?).await?;
    for tenant in &tenants {
        pulls += rebuild::run(&pipeline, tenant.id, |done, of| {
            bar.set_length(u64::try_from(of).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        })
        .await?;
    }
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    if command.json {
        writeln!(
            out,
            "{}",
            serde_json::json!({ "organisations": tenants.len(), "pulls": pulls })
        )?;
    } else {
        writeln!(
            out,
            "Rebuilt {} of {}.",
            wording::count(pulls, "pull request"),
            wording::count(tenants.len(), "organisation")
        )?;
    }
    drop(out);
    database.close().await
}
