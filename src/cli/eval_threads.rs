//! `peerlore eval threads`
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::eval;
use crate::cli::read_threads;
use crate::model::wording;
use crate::teach::eval::threads::SEED;
use crate::teach::eval::threads::ThreadScore;
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

/// Threads that a cross-validation needs.
const LEAST: usize = 20;

/// What a reader must know of the shipped model's figures.
const LEARNED: &str = "the shipped model learned from threads of bitcoin/bitcoin and bitcoin-core/secp256k1, so its figures on those say nothing; \
                       --cross-validate measures without them";

/// The score, with what a reader must know of it.
#[derive(Serialize)]
struct Measured {
    #[serde(flatten)]
    score: ThreadScore,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

/// Measures, and prints the figures.
///
/// # Errors
/// When a file can't be read or holds something else.
pub fn run(asked: &Threads) -> anyhow::Result<()> {
    let rows = read_threads::labelled(&asked.file)?;
    let measured = if asked.cross_validate {
        anyhow::ensure!(
            rows.len() >= LEAST,
            "{} holds {}, too few to learn from nine tenths and measure a tenth; it takes {LEAST}",
            asked.file.display(),
            wording::count(rows.len(), "thread")
        );
        let more = read_threads::more(&asked.file, asked.more.as_deref())?;
        Measured {
            score: cross_validated(&rows, &more, asked.seed)?,
            note: None,
        }
    } else {
        Measured {
            score: thread_score(&rows, model::shipped()),
            note: Some(LEARNED),
        }
    };
    eval::print(&measured, asked.json)
}
