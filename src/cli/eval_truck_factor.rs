//! `peerlore eval truck-factor`
use std::io::Write;
use std::path::Path;

use crate::cli::eval;
use crate::cli::labelled;
use crate::cli::terminal;
use crate::skill::expertise::survey::Answer;
use crate::skill::expertise::survey::Share;
use crate::skill::expertise::survey::survey;

/// Prints what maintainers said of the truck factors of their systems.
///
/// # Errors
/// When the file can't be read or holds something else, or no clear answer.
pub fn run(file: &Path, json: bool) -> anyhow::Result<()> {
    let answers: Vec<Answer> = labelled::rows(file)?;
    let Some(found) = survey(&answers) else {
        anyhow::bail!("{} holds no clear answer to one of the questions", file.display());
    };
    if json {
        return eval::print(&found, true);
    }
    let mut out = terminal::out();
    writeln!(
        out,
        "{} systems answered; the middle truck factor is {}.",
        found.systems, found.median_truck_factor
    )?;
    writeln!(out, "{}", words("these are the main authors", &found.main_authors))?;
    writeln!(out, "{}", words("it would be a problem if they left", &found.problem))?;
    Ok(())
}

fn words(what: &str, share: &Share) -> String {
    format!(
        "{:.0}% agree that {what} (95%: {:.0} to {:.0}): {} of {} with a clear answer, {} of them only in part.",
        share.share, share.ci_low, share.ci_high, share.agree, share.of, share.partly
    )
}
