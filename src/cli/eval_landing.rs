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
use crate::teach::landing::Weights;
use crate::teach::refit::Fit;
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
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What an account's answers amount to.
#[derive(Debug, Serialize)]
struct Figures {
    account: String,
    answers: usize,
    people: usize,
    taught: f64,
    shipped: Fit,
    own: Fit,
    verdict: Verdict,
    what_it_means: String,
    base: Weighed,
    weights: BTreeMap<&'static str, Weighed>,
}

/// What a sign weighs.
#[derive(Debug, Serialize)]
struct Weighed {
    shipped: f64,
    own: f64,
    answers: usize,
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
    eval::print(&teach::eval::landing_score(&rows, classify::read), asked.json)
}

async fn figures(config: &Config, account: Option<&str>) -> anyhow::Result<Figures> {
    let database = database::open_to_read(config).await?;
    let found = async {
        let mut conn = database.pool.acquire().await?;
        let tenant = eval_corrections::the_account(&mut conn, account).await?;
        let (_, found) = refit::of_tenant(&mut conn, tenant.id).await?;
        anyhow::Ok((tenant.login, found))
    };
    let found = found.await;
    database.close().await?;
    let (account, found) = found?;
    let found = found.with_context(|| {
        format!("nobody of {account} has answered yet; people are asked on their own page, once a week at most")
    })?;
    Ok(told(account, &found))
}

fn told(account: String, found: &Refit) -> Figures {
    let shipped = Weights::shipped();
    let weighed = |sign: Sign| Weighed {
        shipped: shipped.of(sign).log_odds,
        own: found.weights.of(sign).log_odds,
        answers: found.with.get(&sign).copied().unwrap_or_default(),
    };
    Figures {
        account,
        answers: found.answers,
        people: found.people,
        taught: found.taught,
        shipped: found.shipped,
        own: found.own,
        verdict: found.verdict(),
        what_it_means: found.verdict().words(),
        base: Weighed {
            shipped: shipped.base(),
            own: found.weights.base(),
            answers: found.answers,
        },
        weights: Sign::ALL
            .into_iter()
            .map(|sign| (sign.words(), weighed(sign)))
            .collect(),
    }
}
