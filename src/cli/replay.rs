//! `peerlore replay`
use std::collections::HashMap;
use std::io::Write;

use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::classify::Classifier;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::organisation;
use crate::cli::organisation::NO_HISTORY;
use crate::cli::terminal;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::wording;
use crate::pipeline::Pipeline;
use crate::pipeline::hindsight;
use crate::pipeline::hindsight::Asked;
use crate::pipeline::hindsight::History;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::Report;
use crate::pipeline::hindsight::Told;
use crate::pipeline::hindsight::summary;
use crate::pipeline::hindsight::summary::Of;
use crate::pipeline::hindsight::summary::Summary;
use crate::pipeline::hindsight::words;
use crate::store::reader::Reader;
use crate::store::tenants;

/// Show what our picks would have come to on your own past, before anything is posted.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore replay --last 500\n  peerlore replay --repo octo-org/hello --last 200 --json\n\nThe JSON is one object. \
                  Its shape is kept:\n  organisation, repository (or null), last, seed, asked, history, enough_evidence, files, parts, people: what was \
                  replayed\n  policies: by name (happened, ours, with_learner, expert_only, random): top1, mrr, expertise, expertise_change, gini, \
                  busiest_share,\n    files_at_risk, parts_at_risk, cross_team, reviews, extra; estimates are {value, low, high}, null where one makes no \
                  sense\n  budgets: reviews_a_learner, extra, files_at_risk: what a learner in more or fewer reviews comes to\n  told, limits: what the figures tell and what limits them, in sentences\n  pulls: repo, number, opened, author, reviewers, ours, \
                  expert_only, random, learner (logins, or null for nobody)"
)]
pub struct Replay {
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// Only this repository
    #[arg(long, value_name = "OWNER/NAME", value_parser = arguments::repo_name, conflicts_with = "org")]
    repo: Option<(String, String)>,
    /// Ask about so many of the last reviewed pull requests; those before count as history
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=2000))]
    last: u16,
    /// Chooses at random, between equals, and who is replaced
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    pulls: Vec<Line<'a>>,
}

/// One pull request.
#[derive(Serialize)]
struct Line<'a> {
    repo: String,
    number: i32,
    opened: Time,
    author: Option<&'a str>,
    reviewers: Vec<&'a str>,
    ours: Option<&'a str>,
    expert_only: Option<&'a str>,
    random: Option<&'a str>,
    learner: Option<&'a str>,
}

/// Replays, and prints what came of it.
///
/// # Errors
/// When nothing is known, or it isn't told of what.
pub async fn run(config: Config, command: Replay) -> anyhow::Result<()> {
    let database = database::open_to_read(&config).await?;
    let pipeline = database::pipeline(&config, &database.pool, Classifier::default())?;
    let result = async { replay(&pipeline, &mut *database.pool.acquire().await?, &command).await }.await;
    database.close().await?;
    result
}

async fn replay(pipeline: &Pipeline, conn: &mut PgConnection, command: &Replay) -> anyhow::Result<()> {
    let (tenant, repo) = chosen(conn, command).await?;
    let reader = Reader::of_everything(tenant.id);
    let at = (&pipeline.settings, pipeline.clock.now());
    let history = History::read(conn, &reader, repo, at).await?;
    let told = history.replay(usize::from(command.last), command.seed).await?;
    anyhow::ensure!(
        !told.report.asked.is_empty(),
        "no pull request that is closed and was reviewed is known {}; {NO_HISTORY}",
        command.repo.as_ref().map_or_else(
            || format!("of {}", tenant.login),
            |(owner, name)| format!("of {owner}/{name}")
        )
    );
    let repository = command.repo.as_ref().map(|(owner, name)| format!("{owner}/{name}"));
    if !command.json {
        return print(
            &mut terminal::out(),
            repository.as_deref().unwrap_or(&tenant.login),
            &told.report,
        );
    }
    let logins = hindsight::logins(conn, &reader).await?;
    let report = &told.report;
    let of = Of {
        organisation: &tenant.login,
        repository: repository.as_deref(),
        last: usize::from(command.last),
        seed: command.seed,
    };
    let answer = Answer {
        summary: Summary::shown(of, report),
        pulls: report.asked.iter().map(|asked| line(&told, asked, &logins)).collect(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &answer)?;
    writeln!(out)?;
    Ok(())
}

/// The organisation and repository that are meant.
async fn chosen(conn: &mut PgConnection, command: &Replay) -> anyhow::Result<(tenants::Installation, Option<RepoId>)> {
    if let Some((owner, name)) = &command.repo {
        let (tenant, repo) = organisation::of_repo(conn, (owner, name)).await?;
        return Ok((tenant, Some(repo.id)));
    }
    Ok((organisation::chosen(conn, command.org.as_deref()).await?, None))
}

fn line<'a>(told: &Told, asked: &Asked, logins: &'a HashMap<PersonId, String>) -> Line<'a> {
    let login = |person: PersonId| logins.get(&person).map(String::as_str);
    let pick = |policy: Policy| asked.picks.get(&policy).copied().flatten().and_then(login);
    let (owner, name) = told.repo(asked.key.repo);
    Line {
        repo: format!("{owner}/{name}"),
        number: asked.key.number,
        opened: asked.opened,
        author: login(asked.author),
        reviewers: asked.reviewers.iter().filter_map(|person| login(*person)).collect(),
        ours: pick(Policy::Ours),
        expert_only: pick(Policy::ExpertOnly),
        random: pick(Policy::Random),
        learner: asked.learner.and_then(login),
    }
}

/// A sentence, the table, what it tells and what limits it.
fn print(out: &mut impl Write, of: &str, report: &Report) -> anyhow::Result<()> {
    let asked = wording::count(report.asked.len(), "reviewed pull request");
    let history = wording::count(report.history, "pull request");
    writeln!(out, "{of}: the last {asked} of {history} that are known.")?;
    if report.is_enough() {
        for sentence in words::brief(report) {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out)?;
        write!(out, "{:<48}", "")?;
        for policy in Policy::ALL {
            write!(out, "{:>15}", policy.name())?;
        }
        writeln!(out)?;
        for row in words::table(report) {
            write!(out, "{:<48}", row.measure)?;
            for figure in row.figures {
                write!(out, "{:>15}", if figure.is_empty() { "-" } else { &figure })?;
            }
            writeln!(out)?;
        }
    }
    writeln!(out)?;
    for sentence in words::told(report) {
        writeln!(out, "{sentence}")?;
    }
    writeln!(out)?;
    for sentence in summary::limits(report) {
        writeln!(out, "- {sentence}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn help_names_every_field_of_the_json() {
        let help = <Replay as clap::Args>::augment_args(clap::Command::new("replay"));
        let help = help.get_after_help().map(ToString::to_string).unwrap_or_default();
        let words: Vec<&str> = help
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .collect();
        let summary = Summary {
            organisation: "",
            repository: None,
            last: 1,
            seed: 0,
            asked: 0,
            history: 0,
            enough_evidence: false,
            files: None,
            parts: None,
            people: None,
            policies: BTreeMap::new(),
            budgets: Vec::new(),
            told: Vec::new(),
            limits: Vec::new(),
        };
        let answer = Answer {
            summary,
            pulls: Vec::new(),
        };
        let answer = serde_json::to_value(&answer).unwrap();
        for key in answer.as_object().unwrap().keys() {
            assert!(words.contains(&key.as_str()), "{key}");
        }
    }
}
