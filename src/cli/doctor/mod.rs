//! `peerlore doctor`: everything that a person would otherwise debug, each finding with its mend.
//!
//! Each file looks at one side of things. What is found out (by I/O) and what it means (a plain function that gives a
//! `Finding`) are kept apart. No finding holds a secret.
mod app;
mod hook;
mod installations;
mod machine;
mod missed;
mod stored;

use std::io::Write;

use clap::Args;
use serde::Serialize;

use crate::config::Config;
use crate::model::wording;

/// Check everything that has to be right.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore doctor\n\nEnds with 1 when something has to be mended.")]
pub struct Doctor {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Warn,
    /// It has to be mended.
    Fail,
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Finding {
    /// What was checked.
    name: &'static str,
    verdict: Verdict,
    /// What was found, in a sentence.
    said: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, said: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Ok,
            said: said.into(),
            mend: None,
        }
    }

    fn warn(name: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warn,
            mend: Some(mend.into()),
            ..Self::ok(name, said)
        }
    }

    fn fail(name: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fail,
            ..Self::warn(name, said, mend)
        }
    }

    /// A failure whose sentence names the way out behind its last semicolon.
    fn said_with_mend(name: &'static str, error: &str, otherwise: &str) -> Self {
        match error.rsplit_once("; ") {
            Some((said, mend)) => Self::fail(name, said, mend),
            None => Self::fail(name, error, otherwise),
        }
    }

    /// A failure whose sentence names the way out behind its first colon.
    fn failed(name: &'static str, error: &dyn std::fmt::Display, otherwise: &str) -> Self {
        let error = error.to_string();
        match error.split_once(": ") {
            Some((said, mend)) => Self::fail(name, said, mend),
            None => Self::fail(name, error, otherwise),
        }
    }
}

/// Checks, prints what was found and how to mend it.
///
/// # Errors
/// When something has to be mended.
pub async fn run(config: Config, command: Doctor) -> anyhow::Result<()> {
    let (mut findings, classifier) = machine::checked(&config);
    let (stored, forge) = stored::checked(&config, classifier.as_deref()).await;
    findings.extend(stored);
    if let Some(forge) = forge {
        findings.extend(app::checked(&config, &forge).await);
    }
    let to_mend = findings.iter().filter(|one| one.verdict == Verdict::Fail).count();
    print(&findings, command.json)?;
    anyhow::ensure!(
        to_mend == 0,
        "{} to mend, of {}",
        wording::count(to_mend, "finding"),
        wording::count(findings.len(), "check")
    );
    Ok(())
}

fn print(findings: &[Finding], json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, findings)?;
        writeln!(out)?;
        return Ok(());
    }
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Ok => "ok  ",
            Verdict::Warn => "note",
            Verdict::Fail => "MEND",
        };
        writeln!(out, "{mark} {}: {}", finding.name, finding.said)?;
        if let Some(mend) = &finding.mend {
            writeln!(out, "     {mend}")?;
        }
    }
    Ok(())
}
