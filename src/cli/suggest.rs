//! `peerlore suggest`
use std::io::Write;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::classify::Classifier;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::terminal;
use crate::config::Config;
use crate::model::ids::PullKey;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::pipeline::Pipeline;
use crate::pipeline::gather;
use crate::pipeline::gather::Knowledge;
use crate::pipeline::gather::Question;
use crate::pipeline::settings;
use crate::store::contents;
use crate::store::people;
use crate::store::pulls;
use crate::store::tenants;

/// Suggest reviewers for files or for a pull request.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore suggest --repo bitcoin-core/secp256k1 --files src/field.h,src/group.h --author sipa\n  peerlore suggest --repo bitcoin-core/secp256k1 --pull 1332 --files CMakeLists.txt"
)]
pub struct Suggest {
    /// The repository
    #[arg(long, value_name = "OWNER/NAME", value_parser = arguments::repo_name)]
    repo: (String, String),
    /// The files that change, separated by commas
    #[arg(long, value_name = "FILE", value_delimiter = ',', required_unless_present = "pull")]
    files: Option<Vec<String>>,
    /// Who wrote the change
    #[arg(long, value_name = "LOGIN", conflicts_with = "pull", value_parser = arguments::login)]
    author: Option<String>,
    /// A pull request: only what was known before it was opened is used
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(1..))]
    pull: Option<i32>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    repo: String,
    pull: Option<i32>,
    files: &'a [String],
    author: Option<&'a str>,
    as_of: crate::model::clock::Time,
    #[serde(flatten)]
    suggestion: &'a Suggestion,
}

/// Suggests, and prints the reasons.
///
/// # Errors
/// When the repository, the pull request or its files aren't known.
pub async fn run(config: Config, command: Suggest) -> anyhow::Result<()> {
    let database = database::open_to_read(&config).await?;
    let pipeline = database::pipeline(&config, &database.pool, Classifier::default())?;
    let result = async { answer(&pipeline, &mut *database.pool.acquire().await?, &command).await }.await;
    database.close().await?;
    result
}

async fn answer(pipeline: &Pipeline, conn: &mut PgConnection, command: &Suggest) -> anyhow::Result<()> {
    let (owner, name) = &command.repo;
    let repo = tenants::repo_by_name(conn, owner, name)
        .await?
        .with_context(|| format!("{owner}/{name} isn't known; import its history or install the App there first"))?;
    let given: Option<Vec<String>> = command.files.as_ref().map(|files| {
        files
            .iter()
            .map(|file| file.trim().trim_start_matches("./").to_owned())
            .filter(|file| !file.is_empty())
            .collect()
    });
    let (mut question, author) = if let Some(number) = command.pull {
        let key = PullKey { repo: repo.id, number };
        let pull = pulls::pull(conn, repo.installation, key)
            .await?
            .with_context(|| format!("pull request {number} of {owner}/{name} isn't known"))?;
        let at = pull.created_at;
        (
            Question {
                key,
                author: pull.author,
                files: None,
                at,
                knowledge: Knowledge::Then,
            },
            pull.author_login,
        )
    } else {
        let author = match &command.author {
            Some(login) => people::by_login(conn, repo.installation, login).await?,
            None => None,
        };
        if let (Some(login), None) = (&command.author, &author) {
            eprintln!("Nobody is known by the login \"{login}\"; going on as for a newcomer.");
        }
        let key = PullKey {
            repo: repo.id,
            number: 0,
        };
        let (id, login) = author.map_or((None, None), |person| (Some(person.id), Some(person.login)));
        let at = pipeline.clock.now();
        (
            Question {
                key,
                author: id,
                files: None,
                at,
                knowledge: Knowledge::Now,
            },
            login,
        )
    };
    let files = match given {
        Some(files) if !files.is_empty() => files,
        Some(_) => anyhow::bail!("--files names no file"),
        None => contents::files(conn, repo.installation, question.key)
            .await?
            .into_iter()
            .map(|file| file.path)
            .collect(),
    };
    if files.is_empty() {
        anyhow::bail!(
            "the files of pull request {} aren't known (this history has none); name them with --files",
            question.key.number
        );
    }
    question.files = Some(files.clone());
    let settings = settings::in_force(conn, &pipeline.settings, repo.installation, repo.id).await?;
    let known = gather::known(conn, repo.installation, &question, (&settings, &pipeline.pasts)).await?;
    let seed = question.key.number.unsigned_abs().into();
    let suggestion = known.suggest(&settings, question.at, seed).told();
    let answer = Answer {
        repo: format!("{}/{}", repo.owner, repo.name),
        pull: command.pull,
        files: &files,
        author: author.as_deref(),
        as_of: question.at,
        suggestion: &suggestion,
    };
    print(&answer, command.json)
}

fn print(answer: &Answer<'_>, json: bool) -> anyhow::Result<()> {
    if json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, answer)?;
        writeln!(out)?;
        return Ok(());
    }
    let mut out = terminal::out();
    if answer.pull.is_some() {
        writeln!(out, "As it was known on {}:", answer.as_of.format("%Y-%m-%d"))?;
    }
    for (title, slot) in [
        ("Knows this change", &answer.suggestion.expert),
        ("Would learn from it", &answer.suggestion.learner),
    ] {
        match slot {
            Slot::Picked(pick) => {
                writeln!(out, "{title}: {}", pick.login)?;
                for reason in &pick.reasons {
                    writeln!(out, "  - {} ({:+.2})", reason.words, reason.weight)?;
                }
            }
            Slot::AlreadyAsked { who } if who.is_empty() => writeln!(out, "{title}: somebody is asked already")?,
            Slot::AlreadyAsked { who } => writeln!(out, "{title}: already asked: {}", who.join(", "))?,
            Slot::Nobody { why } => writeln!(out, "{title}: {why}")?,
        }
    }
    Ok(())
}
