//! `peerlore train`
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use clap::Subcommand;

use crate::classify::card;
use crate::classify::card::Card;
use crate::classify::card::Data;
use crate::classify::eval;
use crate::classify::eval::LabelledComment;
use crate::classify::file;
use crate::classify::linear::Model;
use crate::classify::train;
use crate::classify::train::Examples;
use crate::cli::labelled;

/// Train a model on labelled data.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore train classify dev.jsonl.gz --out areas.gz")]
pub struct Train {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The classifier, on comments labelled by skill area, one JSON object a line
    #[command(after_help = "Example: peerlore train classify dev.jsonl.gz --out areas.gz")]
    Classify(Classify),
}

#[derive(Debug, Args)]
struct Classify {
    /// The labelled comments, plain or gzipped; `unlabelled.jsonl.gz` beside it is learned from, too
    file: PathBuf,
    /// Where the model goes; its card goes beside it, as .json
    #[arg(long, default_value = "areas.gz")]
    out: PathBuf,
    /// Which of projects of the same size go into which fold; the same seed gives the same model
    #[arg(long, default_value_t = eval::SEED)]
    seed: u64,
}

/// Trains, and writes the model and its card.
///
/// # Errors
/// When the data can't be read or doesn't do, or the files can't be written.
pub fn run(command: &Train) -> anyhow::Result<()> {
    let What::Classify(command) = &command.what;
    let rows: Vec<LabelledComment> = labelled::rows(&command.file)?;
    let more = labelled::more_beside(&command.file)?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Learning from {} labelled comments and {} more ..",
        rows.len(),
        more.len()
    )?;
    let examples = Examples::new(&rows, &more);
    let (model, score) = train::trained(card::NAME, &examples, command.seed)?;
    let packed = file::write(&model).context("packing the model")?;
    let card = Card {
        model: model.name.clone(),
        seed: command.seed,
        data: Data {
            labelled: rows.len(),
            more: more.len(),
            projects: examples.projects(),
            digest: labelled::digest(&rows),
        },
        texts: model.texts.len(),
        bytes: packed.len(),
        score,
    };
    write(&command.out, &packed)?;
    let card_file = command.out.with_extension("json");
    write(&card_file, format!("{:#}\n", serde_json::to_value(&card)?).as_bytes())?;
    writeln!(
        out,
        "Wrote {} ({} bytes, {} counted texts) and {}.\nBy projects that it hadn't seen: micro-F1 {:.3}, macro-F1 {:.3}; \
         shown for {:.0}% of the comments, right in {:.0}%.",
        command.out.display(),
        packed.len(),
        model.texts.len(),
        card_file.display(),
        card.score.micro_f1,
        card.score.macro_f1,
        card.score.coverage * 100.0,
        card.score.precision * 100.0,
    )?;
    reads_again(&model, &packed)
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("{} can't be written", file.display()))
}

/// What was written is what was trained.
fn reads_again(model: &Model, packed: &[u8]) -> anyhow::Result<()> {
    let read = file::parse(packed).context("reading the model that was just written")?;
    anyhow::ensure!(read == *model, "the model that was written reads as another one");
    Ok(())
}
