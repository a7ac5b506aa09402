//! `peerlore profile`
use std::io::Write;

use anyhow::Context;
use clap::Args;

use crate::classify::Classifier;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::terminal;
use crate::config::Config;
use crate::model::wording;
use crate::pipeline::profile;
use crate::store::people;
use crate::store::reader::Reader;
use crate::store::tenants;

/// Show what a person passed on and took from others, with the evidence.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore profile real-or-random --evidence 20")]
pub struct Profile {
    /// The person's login
    #[arg(value_parser = arguments::login)]
    login: String,
    /// The organisation, where the login is known in several
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// How many pieces of evidence to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    evidence: usize,
    /// Print the whole profile as JSON
    #[arg(long)]
    json: bool,
}

/// Prints a profile.
///
/// # Errors
/// When nobody is known by that login.
pub async fn run(config: Config, command: Profile) -> anyhow::Result<()> {
    let database = database::open_to_read(&config).await?;
    let pipeline = database::pipeline(&config, &database.pool, Classifier::default())?;
    let result = async {
        let mut conn = database.pool.acquire().await?;
        let mut tenants = tenants::all(&mut conn).await?;
        if let Some(org) = &command.org {
            tenants.retain(|tenant| org.eq_ignore_ascii_case(&tenant.login));
            anyhow::ensure!(!tenants.is_empty(), "no organisation is known by the login \"{org}\"");
        }
        let mut found = None;
        for tenant in tenants {
            if let Some(person) = people::by_login(&mut conn, tenant.id, &command.login).await? {
                found = Some((tenant.id, person));
                break;
            }
        }
        let (tenant, person) = found.with_context(|| format!("nobody is known by the login \"{}\"", command.login))?;
        let when = (pipeline.clock.now(), &pipeline.addresses);
        let profile = profile::profile(&mut conn, &Reader::of_everything(tenant), &person, when).await?;
        print(&profile, &command)
    };
    let result = result.await;
    database.close().await?;
    result
}

fn print(profile: &profile::Profile, command: &Profile) -> anyhow::Result<()> {
    if command.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, profile)?;
        writeln!(out)?;
        return Ok(());
    }
    let mut out = terminal::out();
    writeln!(out, "{}", profile.login)?;
    for note in &profile.notes {
        writeln!(out, "{note}")?;
    }
    writeln!(out, "\nPassed on:")?;
    if profile.helped.is_empty() {
        writeln!(out, "  not enough evidence yet")?;
    }
    for held in &profile.helped {
        writeln!(
            out,
            "  {:<18} {}, {}, confidence {}; about {:.0}% of such comments are useful (between {:.0}% and {:.0}%){}",
            held.area.name(),
            wording::count(held.pulls.unsigned_abs(), "pull request"),
            wording::count(held.people, "person"),
            held.confidence.as_str(),
            held.landing.mean * 100.0,
            held.landing.low * 100.0,
            held.landing.high * 100.0,
            on(&held.on).replacen(" on", "; on", 1)
        )?;
    }
    writeln!(out, "\nTaken from others:")?;
    if profile.taken.is_empty() {
        writeln!(out, "  not enough evidence yet")?;
    }
    for taken in &profile.taken {
        writeln!(
            out,
            "  {} {}{} ({} from {})",
            taken.claim,
            taken.area.name(),
            on(&taken.on),
            wording::count(taken.lessons, "lesson"),
            taken.from.join(", ")
        )?;
    }
    writeln!(out, "\nEvidence, newest first:")?;
    for evidence in profile.evidence.iter().take(command.evidence) {
        writeln!(
            out,
            "  {} {} {}{}{}: {:?}, p {:.2}\n    {}",
            evidence.at.format("%Y-%m-%d"),
            evidence.role,
            evidence.area.name(),
            on(&evidence.on),
            sureness(evidence),
            evidence.outcome,
            evidence.p,
            evidence.link
        )?;
    }
    let more = profile.evidence.len().saturating_sub(command.evidence);
    if more > 0 {
        writeln!(out, "  .. and {more} more (--evidence {})", profile.evidence.len())?;
    }
    Ok(())
}

/// What an area was on, as ` on C++, GoogleTest`; nothing where that isn't known.
fn on(skills: &[profile::Beside]) -> String {
    let names: Vec<&str> = skills.iter().map(|skill| skill.name.as_str()).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" on {}", names.join(", "))
    }
}

/// How sure the area is, in brackets.
fn sureness(evidence: &profile::Evidence) -> String {
    match (&evidence.said_by, evidence.area_probability) {
        (Some(by), _) => format!(" (said by {by})"),
        (None, Some(probability)) => format!(" ({:.0}% sure)", probability * 100.0),
        (None, None) => String::new(),
    }
}
