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

use crate::classify::attributes::Attributes;
use crate::classify::mechanical::is_mechanical;
use crate::cli::terminal;
use crate::forge::github::bots::kind_of;
use crate::history::Asked;
use crate::history::Repository;
use crate::model::clock::Clock;
use crate::model::clock::Time;
use crate::model::history::History;
use crate::model::person::PersonKind;
use crate::model::wording;
use crate::skill::expertise::people::people;
use crate::skill::expertise::risk::Factor;
use crate::skill::expertise::risk::Risk as Found;
use crate::skill::expertise::risk::risk;
use crate::suggest::codeowners::revisions;

/// Most modules and names that are shown in a list.
const SHOWN: usize = 10;

/// Show what knowledge would leave with whom, by the history of a local git repository. Needs no database and sends nothing anywhere.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore risk --git .\n  peerlore risk --git hello.git --at 2025-12-31 --json\n\nThe JSON is one object:\n  \
                  at, commits, mechanical_commits, merges, odd_dates, shallow, files, files_left_out, people, active_people: what was read\n  \
                  avelino, ours: truck_factor, main_authors (name, files) and nobodys_files by either definition\n  \
                  files_at_risk, and modules by ours: path, files, files_at_risk, and the same as above"
)]
pub struct Risk {
    /// The repository: a work tree or a bare one
    #[arg(long, value_name = "PATH")]
    git: PathBuf,
    /// As it was at the end of that day, in UTC
    #[arg(long, value_name = "DATE", value_parser = day)]
    at: Option<NaiveDate>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Reads the history and prints what leaves with whom.
///
/// # Errors
/// When there is no git repository, or it can't be read.
pub fn run(command: &Risk) -> anyhow::Result<()> {
    let now = Clock::Machine.now();
    let until = command.at.and_then(end_of);
    let history = read(command, now, until.filter(|until| *until < now))?;
    let people = people(&history.identities, &|name| kind_of(None, name) == PersonKind::Bot);
    let found = risk(&history, &people);
    if command.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &found)?;
        writeln!(out)?;
        return Ok(());
    }
    told(&mut terminal::out(), &found)?;
    Ok(())
}

fn read(command: &Risk, now: Time, until: Option<Time>) -> anyhow::Result<History> {
    let repository = Repository::open(&command.git)?;
    let attributes = Attributes::read(&repository.file(".gitattributes")?.unwrap_or_default());
    let ignored = revisions(&repository.file(".git-blame-ignore-revs")?.unwrap_or_default());
    let ignored: BTreeSet<String> = ignored.into_iter().collect();
    let bar = progress()?;
    let history = repository.read(&Asked {
        now,
        until,
        ignored: &ignored,
        by_hand: &|path| !is_mechanical(path, &attributes),
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

fn told(out: &mut impl Write, found: &Found) -> std::io::Result<()> {
    writeln!(
        out,
        "As of {}: {}, {} and {}, {} of them active in the last 180 days.",
        found.at.format("%Y-%m-%d"),
        wording::count(found.commits, "commit"),
        wording::count(found.files, "file"),
        wording::count(found.people, "person"),
        found.active_people
    )?;
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
    for sentence in limits(found) {
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
    let mut limits = vec![
        "A truck factor is how many people would have to leave, those with most files first, before fewer than half of the files have anybody left who \
         knows them. Those people are the main authors."
            .to_owned(),
        "It tells whose leaving would be felt, not that it would be a disaster: when Avelino et al. asked 62 projects, 84% of clear answers agreed on the main \
         authors, wholly or in part, and 53% that it would be a problem if they left."
            .to_owned(),
        "By Avelino et al. nothing fades. By ours lines fade to a third in about 100 days, a review named in a commit (Reviewed-by) counts half, and who \
         did nothing for 180 days holds nothing. What git doesn't record, such as reviews on a web page and talks, isn't seen."
            .to_owned(),
        "The formula of ours tells people who still change the same files less apart than authorship does, so where many do, its truck factor is the higher \
         one; the files that at most one active person ever touched are the firmer sign."
            .to_owned(),
        "The same address, login or name is taken for the same person, after .mailmap; programs are nobody. Two people of one name count as one.".to_owned(),
        format!(
            "Left out: {}, {} with over 100 files or named in .git-blame-ignore-revs (renames are followed), {} that people don't write \
             (generated, vendored, binary or over 2 MiB).",
            wording::count(found.merges, "merge"),
            wording::count(found.mechanical_commits, "commit"),
            wording::count(found.files_left_out, "file"),
        ),
    ];
    if found.odd_dates > 0 {
        limits.push(format!(
            "{} a date from before 1970 or from the future; the committer's date was taken, or the nearest end.",
            if found.odd_dates == 1 {
                "1 commit has".to_owned()
            } else {
                format!("{} commits have", found.odd_dates)
            }
        ));
    }
    if found.shallow {
        limits.push(
            "This clone is shallow: who wrote what before its oldest commits isn't known, so people who know much may be missing. `git fetch --unshallow` brings \
             the rest."
                .to_owned(),
        );
    }
    limits
}
