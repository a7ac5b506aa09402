//! `peerlore risk`
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::io::Write;
use std::path::PathBuf;

use chrono::DateTime;
use chrono::NaiveDate;
use clap::Args;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde::Serialize;

use crate::classify::attributes::Attributes;
use crate::classify::mechanical::is_mechanical;
use crate::cli::arguments;
use crate::cli::risk_stored;
use crate::cli::terminal;
use crate::config::Config;
use crate::forge::github::bots::kind_of;
use crate::history::Asked;
use crate::history::Repository;
use crate::model::clock::Clock;
use crate::model::clock::Time;
use crate::model::history::History;
use crate::model::person::PersonKind;
use crate::model::wording;
use crate::skill::expertise::people::People;
use crate::skill::expertise::people::people;
use crate::skill::expertise::risk::Factor;
use crate::skill::expertise::risk::Risk as Found;
use crate::skill::expertise::risk::risk;
use crate::suggest::codeowners::revisions;

/// Said of a history whose beginning is missing.
pub(super) const SHALLOW: &str = "\nThis clone is shallow: who wrote what before its oldest commits isn't known, so whoever knows much may be missing, and figures say little. \
                                  `git fetch --unshallow` brings the rest.";
/// Most modules and names that are shown in a list.
const SHOWN: usize = 10;

/// Show what knowledge would leave with whom: by a local git repository, which needs no database and sends nothing anywhere, or by the store.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore risk --git .\n  peerlore risk --git hello.git --at 2025-12-31 --json\n  peerlore risk --repo octo-org/hello\n\n\
                  Without --git it is told by the store: the history that was imported, up to its last commit, and the pull requests that were merged into \
                  the default branch later than a minute after that commit, one change each, with their reviewers. Where clocks differ, or the history read isn't the default branch's, a change may count twice or not at all; what was \
                  pushed without a pull request counts after the next import.\n\nThe JSON is one object:\n  \
                  at, commits, mechanical_commits, merges, odd_dates, shallow, files, files_left_out, people, active_people: what was read\n  \
                  avelino, ours: truck_factor, main_authors (name, files) and nobodys_files by either definition\n  \
                  files_at_risk, and modules by ours: path, files, files_at_risk, and the same as above\n  \
                  by the store also: repository, last_commit, pulls, pulls_without_files, nameless (people of the import without a name here)"
)]
pub struct Risk {
    /// A repository on this machine: a work tree or a bare one
    #[arg(long, value_name = "PATH")]
    git: Option<PathBuf>,
    /// As it was at the end of that day, in UTC
    #[arg(long, value_name = "DATE", value_parser = day, requires = "git", conflicts_with = "repo")]
    at: Option<NaiveDate>,
    /// A repository whose history was imported; needed where several were
    #[arg(long, value_name = "OWNER/NAME", value_parser = arguments::repo_name, conflicts_with = "git")]
    repo: Option<(String, String)>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Reads the history and prints what leaves with whom.
///
/// # Errors
/// When there is no git repository or no imported history, or it can't be read.
pub async fn run(config: Config, command: &Risk) -> anyhow::Result<()> {
    let Some(path) = &command.git else {
        return risk_stored::run(config, command.repo.as_ref(), command.json).await;
    };
    let now = Clock::Machine.now();
    let until = command.at.and_then(end_of).filter(|until| *until < now);
    let history = read(&Repository::open(path)?, (now, until), &|_| false)?;
    let found = risk(&history, &joined(&history));
    if command.json {
        return as_json(&found);
    }
    let first = format!(
        "As of {}: {}, {} and {}, {} of them active in the last 180 days.{}",
        found.read.at.format("%Y-%m-%d"),
        wording::count(found.read.commits, "commit"),
        wording::count(found.files, "file"),
        wording::count(found.people, "person"),
        found.active_people,
        of_shallow(&found)
    );
    told(&mut terminal::out(), &found, (&first, &limits(&found)))?;
    Ok(())
}

/// Prints it as JSON.
pub(super) fn as_json(found: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, found)?;
    writeln!(out)?;
    Ok(())
}

/// The people of a history.
pub(super) fn joined(history: &History) -> People {
    people(&history.identities, &|name| kind_of(None, name) == PersonKind::Bot)
}

/// Reads a history, with a bar where somebody looks; without mechanical files and those that are to be left out.
pub(super) fn read(
    repository: &Repository,
    (now, until): (Time, Option<Time>),
    left_out: &(dyn Fn(&str) -> bool + Sync),
) -> anyhow::Result<History> {
    let attributes = Attributes::read(&repository.file(".gitattributes")?.unwrap_or_default());
    let ignored = revisions(&repository.file(".git-blame-ignore-revs")?.unwrap_or_default());
    let ignored: BTreeSet<String> = ignored.into_iter().collect();
    let bar = progress()?;
    let history = repository.read(&Asked {
        now,
        until,
        ignored: &ignored,
        by_hand: &|path| !is_mechanical(path, &attributes) && !left_out(path),
        progress: &|done, of| {
            bar.set_length(u64::try_from(of).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        },
    });
    bar.finish_and_clear();
    Ok(history?)
}

fn progress() -> anyhow::Result<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3}% of {len} commits, about {eta} to go")?;
    Ok(ProgressBar::new(1).with_style(style))
}

/// Reads a day that has begun.
fn day(text: &str) -> Result<NaiveDate, String> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| "write it as 2026-01-31".to_owned())?;
    let today = Clock::Machine.now().date_naive();
    if day > today {
        return Err(format!("that day is yet to come: today is {today} (UTC)"));
    }
    if day < DateTime::UNIX_EPOCH.date_naive() {
        return Err("git has nothing from before 1970".to_owned());
    }
    Ok(day)
}

fn end_of(day: NaiveDate) -> Option<Time> {
    Some(day.and_hms_opt(23, 59, 59)?.and_utc())
}

/// Prints what was found, between a first sentence and what limits it.
pub(super) fn told(out: &mut impl Write, found: &Found, (first, limits): (&str, &[String])) -> std::io::Result<()> {
    writeln!(out, "{first}")?;
    if found.files == 0 {
        writeln!(
            out,
            "No text file is left that people wrote, so there is nothing that could leave."
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "\nTruck factor by Avelino et al., whoever wrote it and however long ago: {}",
        factor(&found.avelino, found.files)
    )?;
    writeln!(
        out,
        "Truck factor by ours, active people only and reviews counted: {}",
        factor(&found.ours, found.files)
    )?;
    writeln!(
        out,
        "\nAt most one active person ever wrote or reviewed {} of {}.",
        found.files_at_risk,
        wording::count(found.files, "file"),
    )?;
    modules(out, found)?;
    writeln!(out)?;
    for sentence in limits {
        writeln!(out, "- {sentence}")?;
    }
    Ok(())
}

/// "2: Ann (30 files), Bob (20 files)", and what nobody knows.
fn factor(of: &Factor, files: usize) -> String {
    let mut names: Vec<String> = of
        .main_authors
        .iter()
        .take(SHOWN)
        .map(|one| format!("{} ({})", one.name, wording::count(one.files, "file")))
        .collect();
    if of.main_authors.len() > SHOWN {
        names.push(format!("{} more", of.main_authors.len() - SHOWN));
    }
    let names = if names.is_empty() {
        "more than half of the files have nobody as it is".to_owned()
    } else {
        names.join(", ")
    };
    format!(
        "{}\n  {names}\n  known to nobody: {} of {files}",
        of.truck_factor, of.nobodys_files
    )
}

fn modules(out: &mut impl Write, found: &Found) -> std::io::Result<()> {
    let at_risk: Vec<_> = found.modules.iter().filter(|module| module.at_risk()).collect();
    if at_risk.is_empty() {
        return writeln!(out, "No top-level folder hangs on one person.");
    }
    writeln!(
        out,
        "\nTop-level folders that hang on one person, or on nobody any more, by ours:"
    )?;
    writeln!(out, "  {:<30}{:>8}{:>10}  on whom", "folder", "files", "at risk")?;
    for module in at_risk.iter().take(SHOWN) {
        let whom = module
            .factor
            .main_authors
            .first()
            .map_or("nobody", |one| one.name.as_str());
        let path = wording::shortened(&wording::plain(&module.path), 27);
        writeln!(
            out,
            "  {path:<30}{:>8}{:>10}  {whom}",
            module.files, module.files_at_risk
        )?;
    }
    if at_risk.len() > SHOWN {
        writeln!(out, "  and {} more", at_risk.len() - SHOWN)?;
    }
    Ok(())
}

/// What the figures tell, and what they don't.
fn limits(found: &Found) -> Vec<String> {
    let mut limits = meaning();
    limits.extend([
        "By Avelino et al. nothing fades. By ours lines fade to a third in about 100 days, a review named in a commit (Reviewed-by) counts half, and who \
         did nothing for 180 days holds nothing. What git doesn't record, such as reviews on a web page and talks, isn't seen."
            .to_owned(),
        "The same address, login or name is taken for the same person, after .mailmap; programs are nobody. Two people of one name count as one.".to_owned(),
    ]);
    limits.extend(of_reading(found));
    limits
}

/// What a truck factor is.
pub(super) fn meaning() -> Vec<String> {
    vec![
        "A truck factor is how many people would have to leave, those with most files first, before fewer than half of the files have anybody left who \
         knows them. Those people are the main authors."
            .to_owned(),
        "It tells whose leaving would be felt, not that it would be a disaster: when Avelino et al. asked 62 projects, 84% of clear answers agreed on the main \
         authors, wholly or in part, and 53% that it would be a problem if they left."
            .to_owned(),
        "The formula of ours tells people who still change the same files less apart than authorship does, so where many do, its truck factor is the higher \
         one; the files that at most one active person ever touched are the firmer sign."
            .to_owned(),
    ]
}

/// What was left out of a history, and what is odd about it.
pub(super) fn of_reading(found: &Found) -> Vec<String> {
    let read = &found.read;
    let mut limits = vec![format!(
        "Left out: {}, {} with over 100 files or named in .git-blame-ignore-revs (renames are followed), {} that people don't write \
             (generated, vendored, binary or over 2 MiB).",
        wording::count(read.merges, "merge"),
        wording::count(read.mechanical_commits, "commit"),
        wording::count(read.files_left_out, "file"),
    )];
    if read.odd_dates > 0 {
        limits.push(format!(
            "{} a date from before 1970 or from the future; the committer's date was taken, or the nearest end.",
            if read.odd_dates == 1 {
                "1 commit has".to_owned()
            } else {
                format!("{} commits have", read.odd_dates)
            }
        ));
    }
    limits
}

/// What a reader must know of a shallow clone before any figure.
pub(super) fn of_shallow(found: &Found) -> &'static str {
    if found.read.shallow { SHALLOW } else { "" }
}
