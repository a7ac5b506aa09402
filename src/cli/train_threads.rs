//! `peerlore train threads`
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::cli::read_threads;
use crate::cli::train;
use crate::teach::eval::threads::SEED;
use crate::teach::eval::threads::cross_validated;
use crate::teach::exchange::model::Model;
use crate::teach::exchange::train::trained;

/// What is asked for.
#[derive(Debug, Args)]
pub struct Threads {
    /// The threads, plain or gzipped
    file: PathBuf,
    /// An export of pull requests with more threads, for which labels are shipped; else ../github/secp256k1.jsonl.gz beside the
    /// file, where that is
    #[arg(long, value_name = "EXPORT")]
    more: Option<PathBuf>,
    /// Where the model goes
    #[arg(long, default_value = "threads.json")]
    out: PathBuf,
}

/// Trains, and writes the model.
///
/// # Errors
/// When the data can't be read or doesn't do, or the file can't be written.
pub fn run(asked: &Threads) -> anyhow::Result<()> {
    anyhow::ensure!(
        std::path::absolute(&asked.out)? != std::path::absolute(&asked.file)?,
        "--out names the threads themselves; name another file, such as threads.json"
    );
    let rows = read_threads::labelled(&asked.file)?;
    let more = read_threads::more(&asked.file, asked.more.as_deref())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Learning from {} threads and {} more ..", rows.len(), more.len())?;
    let score = cross_validated(&rows, &more, SEED)?;
    let bytes = trained(rows.iter().chain(&more))?
        .write()
        .context("writing the model")?;
    Model::parse(&bytes).context("reading the model that was just made")?;
    train::write(&asked.out, &bytes)?;
    writeln!(
        out,
        "Wrote {} ({} bytes).\nOn threads that it hadn't seen: F1 of pairs {:.3} (the naive rule {:.3}), outcomes right {:.3}, their macro-F1 {:.3}.",
        asked.out.display(),
        bytes.len(),
        score.pairs.pair_f1,
        score.naive.pair_f1,
        score.outcome_accuracy,
        score.outcome_macro_f1,
    )?;
    Ok(())
}
