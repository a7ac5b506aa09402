//! `peerlore eval threads`
use std::path::PathBuf;

use clap::Args;

use crate::cli::eval;
use crate::cli::read_threads;
use crate::teach::eval::threads::SEED;
use crate::teach::eval::threads::cross_validated;
use crate::teach::eval::threads::thread_score;
use crate::teach::exchange::model;

/// What is asked for.
#[derive(Debug, Args)]
pub struct Threads {
    /// The threads, plain or gzipped
    file: PathBuf,
    /// Train on nine tenths of the threads and tell the last tenth, ten times, rather than use the shipped model, which may have
    /// learned from them
    #[arg(long)]
    cross_validate: bool,
    /// An export of pull requests with more threads to learn from, for which labels are shipped; else ../github/secp256k1.jsonl.gz
    /// beside the file, where that is
    #[arg(long, value_name = "EXPORT", requires = "cross_validate")]
    more: Option<PathBuf>,
    /// Which threads go into which tenth
    #[arg(long, default_value_t = SEED, requires = "cross_validate")]
    seed: u64,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Measures, and prints the figures.
///
/// # Errors
/// When a file can't be read or holds something else.
pub fn run(asked: &Threads) -> anyhow::Result<()> {
    let rows = read_threads::labelled(&asked.file)?;
    let score = if asked.cross_validate {
        let more = read_threads::more(&asked.file, asked.more.as_deref())?;
        cross_validated(&rows, &more, asked.seed)?
    } else {
        thread_score(&rows, model::shipped())
    };
    eval::print(&score, asked.json)
}
