//! `peerlore eval`
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use serde::Serialize;

use crate::classify;
use crate::classify::Classifier;
use crate::classify::eval::ClassifyScore;
use crate::classify::eval::LabelledComment;
use crate::classify::train;
use crate::classify::train::Examples;
use crate::cli::arguments;
use crate::cli::classifier;
use crate::cli::eval_corrections;
use crate::cli::labelled;
use crate::config::Config;
use crate::suggest;
use crate::teach;

/// Measure a model on labelled data.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore eval classify dev.jsonl.gz --json")]
pub struct Eval {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The classifier on comments labelled by skill area: a file with one JSON object a line, or what people corrected
    #[command(after_help = "Examples:\n  peerlore eval classify dev.jsonl.gz --json\n  \
                            peerlore eval classify --from-corrections --account octo-org")]
    Classify(Labelled),
    /// The landing formula on comments rated as useful or not, one JSON object a line
    #[command(after_help = "Example: peerlore eval landing nova.jsonl.gz --json")]
    Landing(Input),
    /// The ranker on a history of reviews, beside three simple baselines
    #[command(after_help = "Example: peerlore eval reviewers android.jsonl.gz --published --json")]
    Reviewers {
        #[command(flatten)]
        input: Input,
        /// The literature's order: earlier by creation (leaks a little); without it, only reviews closed before count
        #[arg(long)]
        published: bool,
    },
}

#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
#[derive(Debug, Args)]
struct Labelled {
    /// The file, plain or gzipped
    #[arg(required_unless_present = "from_corrections", conflicts_with = "from_corrections")]
    file: Option<PathBuf>,
    /// Measure on comments whose labels people corrected and whose text is still kept: a biased sample, since only what
    /// somebody found wrong is in it
    #[arg(long)]
    from_corrections: bool,
    /// Whose corrections, where several accounts are known; they are never mixed
    #[arg(long, value_name = "LOGIN", requires = "from_corrections", value_parser = arguments::login)]
    account: Option<String>,
    /// Train in folds by project and measure each fold with a model that saw nothing of it: the only honest figure on the
    /// training data, which takes about a minute. `unlabelled.jsonl.gz` beside the file is learned from, too
    #[arg(long, conflicts_with = "from_corrections")]
    cross_validate: bool,
    /// Which of projects of the same size go into which fold
    #[arg(long, default_value_t = classify::eval::SEED, requires = "cross_validate")]
    seed: u64,
    /// With the second stage beside the first, which takes what `peerlore model install` fetched; with --cross-validate that takes
    /// about two hours of one core
    #[arg(long)]
    second_stage: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Input {
    /// The file, plain or gzipped
    file: PathBuf,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Measures, and prints the figures.
///
/// # Errors
/// When the file can't be read or holds something else, or there are no corrections to measure on.
pub async fn run(config: &Config, command: &Eval) -> anyhow::Result<()> {
    match &command.what {
        What::Classify(asked) => match &asked.file {
            None => {
                let classifier = asked.classifier(config)?;
                let account = asked.account.as_deref();
                print(
                    &eval_corrections::figures(config, &classifier, account).await?,
                    asked.json,
                )
            }
            Some(file) => print(&classify(config, file, asked)?, asked.json),
        },
        What::Landing(input) => {
            let rows: Vec<teach::eval::RatedComment> = labelled::rows(&input.file)?;
            print(
                &Figures {
                    rows: rows.len(),
                    peerlore: teach::eval::landing_score(&rows, classify::read),
                },
                input.json,
            )
        }
        What::Reviewers { input, published } => {
            let order = if *published {
                suggest::eval::Order::Published
            } else {
                suggest::eval::Order::Strict
            };
            let name = input
                .file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            let dataset = name.trim_end_matches(".gz").trim_end_matches(".jsonl");
            print(
                &suggest::eval::replay(dataset, &labelled::rows(&input.file)?, order),
                input.json,
            )
        }
    }
}

#[derive(Serialize)]
struct Figures<T> {
    rows: usize,
    peerlore: T,
}

impl Labelled {
    /// What is measured.
    fn classifier(&self, config: &Config) -> anyhow::Result<Classifier> {
        if !self.second_stage {
            return classifier::first(config);
        }
        if let Some(why) = classifier::why_alone(config)? {
            anyhow::bail!(why);
        }
        classifier::load(config)
    }
}

/// The classifier's figures: of the one that reads, or of models trained in folds by project.
fn classify(config: &Config, file: &Path, asked: &Labelled) -> anyhow::Result<ClassifyScore> {
    let rows: Vec<LabelledComment> = labelled::rows(file)?;
    if !asked.cross_validate {
        let learned = classifier::card(config)?.is_some_and(|card| card.data.digest == labelled::digest(&rows));
        anyhow::ensure!(
            !learned,
            "the model was trained on {}, so its figures there would say nothing; --cross-validate trains anew, without the \
             projects that it measures",
            file.display()
        );
        return Ok(classify::eval::classify_score(&asked.classifier(config)?, &rows)?);
    }
    let more = labelled::more_beside(file)?;
    let examples = Examples::new(&rows, &more);
    if !asked.second_stage {
        return Ok(classify::eval::cross_validated(&examples, asked.seed)?);
    }
    let (encoder, tokens) = classifier::base(config)?;
    let first = train::cross_fitted(&examples, asked.seed)?;
    let base = (&encoder, &tokens);
    Ok(train::second::cross_validated(
        base,
        (&examples, &first),
        asked.seed,
        &labelled::tell,
    )?)
}

fn print(figures: &impl Serialize, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let value = serde_json::to_value(figures)?;
    if json {
        writeln!(out, "{value:#}")?;
    } else {
        lines(&mut out, "", &value)?;
    }
    Ok(())
}

fn lines(out: &mut impl Write, name: &str, value: &serde_json::Value) -> anyhow::Result<()> {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, inner) in fields {
                let inner_name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                lines(out, &inner_name, inner)?;
            }
        }
        serde_json::Value::Number(number) if number.is_f64() => {
            writeln!(out, "{name:<44} {:.4}", number.as_f64().unwrap_or_default())?;
        }
        other => writeln!(out, "{name:<44} {other}")?,
    }
    Ok(())
}
