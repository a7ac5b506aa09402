//! `peerlore eval`
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use serde::Serialize;

use crate::cli::eval_classify;
use crate::cli::eval_flow;
use crate::cli::eval_landing;
use crate::cli::eval_reviewers;
use crate::cli::eval_silent;
use crate::cli::eval_spread;
use crate::cli::eval_threads;
use crate::cli::eval_truck_factor;
use crate::config::Config;

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
                            peerlore eval classify --from-corrections --account octo-org\n\nA line of the file is such as\n  \
                            {\"project\": \"octo/cat\", \"path\": \"src/db.rs\", \"body\": \"This needs an index.\", \
                            \"is_reply\": false, \"areas\": [\"databases\"], \"teaches\": 2}\nwhere path may be null, areas \
                            are at most three, and teaches is 0 nothing, 1 a request or 2 knowledge.")]
    Classify(eval_classify::Classify),
    /// How far knowledge can have come through networks of reviews
    #[command(
        after_help = "Example: peerlore eval flow spotify.json.gz trivago.json.gz --json\n\nA file is such as\n  \
                            {\"17\": {\"end\": \"2024-05-02T10:00:00\", \"participants\": [\"ann\", \"bob\"]}}"
    )]
    Flow(eval_flow::Flow),
    /// The landing formula on comments rated as useful or not, one JSON object a line, or on what people answered
    #[command(
        after_help = "Examples:\n  peerlore eval landing nova.jsonl.gz --cross-validate --json\n  \
                            peerlore eval landing --from-answers --account octo-org\n\nA line of the file is such as\n  \
                            {\"text\": \"This needs an index.\", \"useful\": 1, \"file\": \"src/db.rs\", \"change\": 7, \"landing\": \
                            {\"later_patchset_has_file\": true, \"dist_to_nearest_later_change\": 2}}\nwhere change may be left out."
    )]
    Landing(eval_landing::Landing),
    /// The ranker on a history of reviews, beside baselines
    #[command(
        after_help = "Examples:\n  peerlore eval reviewers android.jsonl.gz --published --json\n  \
                            peerlore eval reviewers cargo.jsonl.gz --without revfinder --last 1000\n\nA line of the file is such \
                            as\n  {\"id\": \"7\", \"created_at\": \"2024-05-01T09:00:00Z\", \"closed_at\": \"2024-05-02T10:00:00Z\", \
                            \"author\": \"ann\", \"reviewers\": [\"bob\"], \"files\": [\"src/db.rs\"]}\nwhere closed_at and author may \
                            be null."
    )]
    Reviewers(eval_reviewers::Reviewers),
    /// Whether silent experts are what they are said to be, on a history of merged changes
    #[command(
        after_help = "Example: peerlore eval silent kafka.jsonl.gz --json\n\nA line of the file is such as\n  \
                            {\"t\": 1714552800, \"author\": \"ann\", \"reviewers\": [\"bob\"], \"modules\": [\"core\"], \"files\": 3}\n\
                            where t are seconds since 1970."
    )]
    Silent(eval_silent::Silent),
    /// How far policies that choose reviewers would have spread knowledge through a history of reviews
    #[command(after_help = "Example: peerlore eval spread cargo.jsonl.gz --teams rust-teams.jsonl.gz --budget 0.05")]
    Spread(eval_spread::Spread),
    /// Who taught whom in review threads that people read, and what came of it, beside the rule that who began teaches the author
    #[command(
        after_help = "Example: peerlore eval threads dev.jsonl.gz --cross-validate --json\n\nA line of the file is such as\n  \
                            {\"path\": \"src/db.rs\", \"comments\": [{\"who\": \"R1\", \"created_at\": \"2024-05-01T09:00:00Z\", \
                            \"body\": \"This needs an index.\"}], \"lessons\": [{\"teacher\": \"R1\", \"learner\": \"PR-AUTHOR\", \
                            \"outcome\": \"open\"}]}\nwhere outcome is learned, accepted, declined or open."
    )]
    Threads(eval_threads::Threads),
    /// What maintainers said of truck factors that were worked out for their systems
    #[command(
        after_help = "Example: peerlore eval truck-factor survey.jsonl --json\n\nA line of the file is such as\n  \
                            {\"repo\": \"octo/cat\", \"tf\": 2, \"main_authors_agree\": \"Agree\", \"tf_problem_agree\": \"Disagree\", \"authors\": \
                            [\"Ann\", \"Bob\"]}\nwhere an answer is Agree, Partially agree, Disagree, Unclear or Not answered."
    )]
    TruckFactor(Input),
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
        What::Classify(asked) => eval_classify::run(config, asked).await,
        What::Flow(asked) => eval_flow::run(asked),
        What::Landing(asked) => eval_landing::run(config, asked).await,
        What::Reviewers(asked) => eval_reviewers::run(asked),
        What::Threads(asked) => eval_threads::run(asked),
        What::Silent(asked) => eval_silent::run(asked),
        What::TruckFactor(input) => eval_truck_factor::run(&input.file, input.json),
        What::Spread(asked) => eval_spread::run(asked),
    }
}

/// Prints figures, a line each or as JSON.
///
/// # Errors
/// When nobody reads them.
pub fn print(figures: &impl Serialize, json: bool) -> anyhow::Result<()> {
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
