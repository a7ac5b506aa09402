//! `peerlore eval landing`
use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use crate::classify;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::eval;
use crate::cli::eval_corrections;
use crate::cli::labelled;
use crate::config::Config;
use crate::model::lesson::Sign;
use crate::pipeline::refit;
use crate::teach;
use crate::teach::eval::LandingScore;
use crate::teach::landing::Weights;
use crate::teach::refit::Fit;
use crate::teach::refit::MIN_ANSWERS;
use crate::teach::refit::MIN_PEOPLE;
use crate::teach::refit::Refit;
use crate::teach::refit::Verdict;

/// What the formula is measured on.
#[derive(Debug, Args)]
pub struct Landing {
    /// The file, plain or gzipped
    #[arg(required_unless_present = "from_answers", conflicts_with = "from_answers")]
    file: Option<PathBuf>,
    /// Measure on what people of an account answered to "did this teach you something?", and show what the signs weigh by it
    #[arg(long)]
    from_answers: bool,
    /// Whose answers, where several accounts are known; they are never mixed
    #[arg(long, value_name = "LOGIN", conflicts_with = "file", value_parser = arguments::login)]
    account: Option<String>,
    /// Fit weights anew on nine tenths of the changes and measure the last tenth, ten times, rather than use the shipped weights, which were
    /// fitted on such ratings
    #[arg(long, conflicts_with = "from_answers")]
    cross_validate: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What a reader must know of the shipped weights' figures.
const FITTED: &str =
    "the shipped weights were fitted on OpenDev Nova's ratings, so on those --cross-validate is the honest figure";

/// The score, with what a reader must know of it.
#[derive(Serialize)]
struct Measured {
    #[serde(flatten)]
    score: LandingScore,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

/// What an account's answers amount to, as of the last look at them: never of so few that one could be told.
#[derive(Debug, Serialize)]
struct Figures {
    account: String,
    answers: usize,
    people: usize,
    taught: f64,
    shipped: Fit,
    own: Fit,
    gain: f64,
    gain_error: f64,
    verdict: Verdict,
    what_it_means: String,
    base: Weighed,
    weights: BTreeMap<&'static str, Weighed>,
}

/// What a sign weighs, and how many answers that rests on; none of so few that they could be told apart.
#[derive(Debug, Serialize)]
struct Weighed {
    shipped: f64,
    own: f64,
    answers: Option<usize>,
}

/// Measures the landing formula, and prints the figures.
///
/// # Errors
/// When the file can't be read or holds something else, or nobody has answered yet.
pub async fn run(config: &Config, asked: &Landing) -> anyhow::Result<()> {
    let Some(file) = &asked.file else {
        return eval::print(&figures(config, asked.account.as_deref()).await?, asked.json);
    };
    let rows: Vec<teach::eval::RatedComment> = labelled::rows(file)?;
    let measured = if asked.cross_validate {
        Measured {
            score: teach::eval::cross_validated(&rows, classify::read)?,
            note: None,
        }
    } else {
        Measured {
            score: teach::eval::landing_score(&rows, classify::read),
            note: Some(FITTED),
        }
    };
    eval::print(&measured, asked.json)
}

async fn figures(config: &Config, account: Option<&str>) -> anyhow::Result<Figures> {
    let database = database::open_to_read(config).await?;
    let found = async {
        let mut conn = database.pool.acquire().await?;
        let tenant = eval_corrections::the_account(&mut conn, account).await?;
        let found = refit::found(&mut conn, tenant.id).await?;
        anyhow::Ok((tenant.login, found))
    };
    let found = found.await;
    database.close().await?;
    let (account, found) = found?;
    let (found, in_force) = found.with_context(|| {
        format!(
            "too few of {account} have answered yet: from {MIN_ANSWERS} answers of {MIN_PEOPLE} people on they are looked at, every hour. People are \
             asked on their own page, once a week at most"
        )
    })?;
    Ok(told(account, (&found, in_force)))
}

/// Coarse enough that two looks don't tell what one person answered in between.
fn hundredths(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

fn tens(count: usize) -> usize {
    count / 10 * 10
}

fn rounded(fit: Fit) -> Fit {
    Fit {
        log_loss: hundredths(fit.log_loss),
        auc: hundredths(fit.auc),
        ece: hundredths(fit.ece),
    }
}

fn told(account: String, (found, in_force): (&Refit, bool)) -> Figures {
    let verdict = if in_force { Verdict::Used } else { Verdict::NoBetter };
    let shipped = Weights::shipped();
    let weighed = |sign: Sign| Weighed {
        shipped: shipped.of(sign).log_odds,
        own: hundredths(found.weights.of(sign).log_odds),
        answers: found.with.get(&sign).copied().map(tens),
    };
    Figures {
        account,
        answers: tens(found.answers),
        people: found.people,
        taught: hundredths(found.taught),
        shipped: rounded(found.shipped),
        own: rounded(found.own),
        gain: hundredths(found.gain),
        gain_error: hundredths(found.gain_error),
        verdict,
        what_it_means: verdict.words(),
        base: Weighed {
            shipped: shipped.base(),
            own: hundredths(found.weights.base()),
            answers: Some(tens(found.answers)),
        },
        weights: Sign::ALL
            .into_iter()
            .map(|sign| (sign.words(), weighed(sign)))
            .collect(),
    }
}
