//! `peerlore eval silent`
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::cli::eval;
use crate::cli::labelled;
use crate::cli::terminal;
use crate::model::wording;
use crate::skill::silent::eval::MergedChange;
use crate::skill::silent::eval::Outcome;
use crate::skill::silent::eval::measure;

/// Which history.
#[derive(Debug, Args)]
pub struct Silent {
    /// The merged changes, plain or gzipped
    file: PathBuf,
    /// Chooses what is drawn for the interval
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Flags silent experts at yearly cuts of a history and prints what they did in the year after.
///
/// # Errors
/// When the file can't be read or holds something else, or spans less than two years.
pub fn run(asked: &Silent) -> anyhow::Result<()> {
    let changes: Vec<MergedChange> = labelled::rows(&asked.file)?;
    let Some(outcome) = measure(&changes, asked.seed) else {
        anyhow::bail!(
            "{} spans less than two years: it takes one to know people and one to see what they do",
            asked.file.display()
        );
    };
    if asked.json {
        return eval::print(&outcome, true);
    }
    told(&mut terminal::out(), &outcome)?;
    Ok(())
}

fn told(out: &mut impl Write, of: &Outcome) -> std::io::Result<()> {
    if of.people_compared == 0 {
        return writeln!(
            out,
            "At {} people were flagged as silent experts {}, and none of them can be compared: this history is too short to tell anything.",
            wording::count(of.cuts, "yearly cut"),
            wording::count(of.people_flagged, "time")
        );
    }
    writeln!(
        out,
        "At {} yearly cuts people were flagged as silent experts {} times, by what was known then. Of {} who can be compared {:.0}% reviewed there in the \
         year after, and of people who know little of it and had reviewed as much {:.0}%: a difference of {:+.0} points (95%: {:+.0} to {:+.0}).",
        of.cuts, of.people_flagged, of.people_compared, of.flagged, of.controls, of.difference, of.ci_low, of.ci_high
    )?;
    if of.ci_low <= 0.0 {
        writeln!(out, "That may be chance.")?;
    }
    let deviance = &of.deviance;
    writeln!(
        out,
        "\nThe reviews of the next year, {} of a person in a module, mean Poisson deviance (less is better):",
        wording::count(deviance.rows, "prediction")
    )?;
    for (name, figure) in [
        ("peerlore", deviance.peerlore),
        ("own ratio as it was", deviance.raw_ratio),
        ("no person effect", deviance.no_person),
    ] {
        writeln!(out, "  {name:<20} {figure:>6.2}")?;
    }
    Ok(())
}
