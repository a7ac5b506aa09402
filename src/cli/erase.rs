//! `peerlore erase`
use std::io::IsTerminal;
use std::io::Write;

use anyhow::Context;
use anyhow::bail;
use clap::Args;

use crate::cli::arguments;
use crate::cli::classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::config::Config;
use crate::pipeline::Pipeline;
use crate::pipeline::erase;
use crate::store::lifecycle;
use crate::store::people;
use crate::store::tenants;

/// Erase everything of an organisation, or of one person, at once and for good.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore erase acme\n         peerlore erase --person octocat\n\nUninstalling the App erases an organisation, too, 7 days later. A person who was erased stays out of everything."
)]
pub struct Erase {
    /// The organisation's or user's login
    #[arg(required_unless_present = "person", value_parser = arguments::login)]
    org: Option<String>,
    /// Erase only this person; in every organisation where none is named
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    person: Option<String>,
    /// Don't ask first
    #[arg(long)]
    yes: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Erases, after asking.
///
/// # Errors
/// When there is nothing of that name, or nobody said yes.
pub async fn run(config: Config, command: Erase) -> anyhow::Result<()> {
    let whom = command.person.as_deref().or(command.org.as_deref()).unwrap_or_default();
    confirm(whom, command.yes)?;
    let database = database::open(&config, Private::Join).await?;
    // What others said beside an erased person is learned from anew.
    let pipeline = database::pipeline(&config, &database.pool, classifier::load(&config)?)?;
    let erased = match &command.person {
        Some(login) => person(&pipeline, command.org.as_deref(), login).await,
        None => account(&pipeline, whom).await,
    };
    database.close().await?;
    let erased = erased?;
    let mut out = std::io::stdout().lock();
    if command.json {
        writeln!(out, "{}", serde_json::json!({ "login": whom, "erased": erased }))?;
        return Ok(());
    }
    if command.person.is_some() {
        writeln!(
            out,
            "{whom} is erased and stays out of everything; our comments on GitHub follow while `peerlore serve` runs."
        )?;
    } else {
        writeln!(out, "Everything of {whom} is erased.")?;
        writeln!(
            out,
            "While the App is installed there, new events start it anew: uninstall it on GitHub if it should end."
        )?;
    }
    Ok(())
}

/// Has the name typed where there is a terminal; elsewhere `--yes` is needed.
fn confirm(whom: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("erasing {whom} can't be undone; say so with --yes");
    }
    eprint!("Erasing {whom} can't be undone. Type {whom} to go on: ");
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).context("reading the answer")?;
    if typed.trim() != whom {
        bail!("nothing was erased");
    }
    Ok(())
}

async fn account(pipeline: &Pipeline, login: &str) -> anyhow::Result<usize> {
    // First: what is being received just now is waited for, and may be the first that is known of it.
    let letters = erase::unread(pipeline, login).await?;
    let found = lifecycle::any_by_login(&mut *pipeline.pool.acquire().await?, login).await?;
    for id in &found {
        erase::account(pipeline, *id, login).await?;
    }
    if found.is_empty() && letters == 0 {
        bail!("no organisation is known by the login \"{login}\"");
    }
    Ok(found.len().max(1))
}

async fn person(pipeline: &Pipeline, org: Option<&str>, login: &str) -> anyhow::Result<usize> {
    let mut conn = pipeline.pool.acquire().await?;
    let tenants = match org {
        Some(org) => {
            let known = lifecycle::any_by_login(&mut conn, org).await?;
            anyhow::ensure!(!known.is_empty(), "no organisation is known by the login \"{org}\"");
            known
        }
        None => tenants::all(&mut conn)
            .await?
            .into_iter()
            .map(|tenant| tenant.id)
            .collect(),
    };
    let mut found = Vec::new();
    for id in tenants {
        for person in people::called(&mut conn, id, login).await? {
            found.push((id, person));
        }
    }
    drop(conn);
    for (id, number) in &found {
        erase::person(pipeline, *id, (*number, login)).await?;
    }
    (!found.is_empty())
        .then_some(found.len())
        .with_context(|| format!("nobody is known by the login \"{login}\""))
}
