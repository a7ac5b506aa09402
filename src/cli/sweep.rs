//! `peerlore sweep`
use std::io::Write;

use chrono::NaiveDate;
use chrono::NaiveTime;
use clap::Args;

use crate::classify::Classifier;
use crate::cli::arguments;
use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::the_app;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::replay;
use crate::pipeline::sweep;
use crate::pipeline::sweep::Swept;

/// Have GitHub send again what never arrived.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore sweep\nExample: peerlore sweep --since 2026-11-20\n\nA server does this every hour. \
                  GitHub can send a delivery again for 3 days, an Enterprise Server for 7."
)]
pub struct Sweep {
    /// Look back to this day (UTC), also where that was done before
    #[arg(long, value_name = "DATE", value_parser = arguments::past_day)]
    since: Option<NaiveDate>,
    /// Also take dead letters anew
    #[arg(long)]
    replay: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Only an App can ask GitHub for deliveries.
const NO_APP: &str = "GitHub tells only an App of its deliveries, and none is configured here";

/// Looks for missed deliveries once and says what was done. Without an App, dead letters can still be taken anew.
///
/// # Errors
/// When there is nothing that can be done without an App, GitHub can't be asked or the database is away.
pub async fn run(config: Config, command: Sweep) -> anyhow::Result<()> {
    the_app::credentials(&config)?;
    let database = database::open(&config, Private::Join).await?;
    let done = go(&config, &database.pool, &command).await;
    database.close().await?;
    done
}

async fn go(config: &Config, pool: &sqlx::PgPool, command: &Sweep) -> anyhow::Result<()> {
    let pipeline = the_app::pipeline(config, pool, Classifier::default()).await?;
    let is_app = pipeline.forge.is_configured();
    if !is_app {
        anyhow::ensure!(
            command.replay,
            "{NO_APP}; set PEERLORE_GITHUB_APP_ID and PEERLORE_GITHUB_PRIVATE_KEY_FILE, or create one on the set-up page"
        );
        eprintln!("{NO_APP}: what never arrived isn't asked for, dead letters are taken anew.");
    }
    let mut replayed = None;
    if command.replay {
        let number = replay::run(&pipeline, None).await?;
        if !command.json {
            writeln!(
                std::io::stdout().lock(),
                "{} replayed.",
                wording::count(number, "dead letter")
            )?;
        }
        replayed = Some(number);
    }
    let since: Option<Time> = command.since.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let swept = if is_app {
        sweep::look(&pipeline, since).await?
    } else {
        None
    };
    let mut out = std::io::stdout().lock();
    if command.json {
        writeln!(out, "{}", as_json(swept.as_ref(), replayed))?;
    } else {
        for line in swept.iter().flat_map(lines) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn as_json(swept: Option<&Swept>, replayed: Option<usize>) -> serde_json::Value {
    let counts = swept.map(|swept| &swept.counts);
    let gap = swept.and_then(|swept| swept.gap);
    serde_json::json!({
        "attempts_read": counts.map(|counts| counts.listed), "lost": counts.map(|counts| counts.lost),
        "asked": counts.map(|counts| counts.asked), "given_up": counts.map(|counts| counts.given_up),
        "waiting": counts.map(|counts| counts.waiting), "gap": gap.map(|gap| [gap.from, gap.to]), "replayed": replayed,
    })
}

fn lines(swept: &Swept) -> Vec<String> {
    let counts = &swept.counts;
    let read = wording::count(counts.listed, "attempt");
    let mut lines = vec![match counts.lost {
        0 => format!("Read {read} to deliver a webhook: everything arrived."),
        1 => format!("Read {read} to deliver a webhook: 1 webhook never arrived."),
        lost => format!("Read {read} to deliver a webhook: {lost} webhooks never arrived."),
    }];
    if counts.asked > 0 {
        lines.push(format!("Asked GitHub to send {} again.", counts.asked));
    }
    if counts.waiting > 0 {
        lines.push(format!("{} left for the next look.", counts.waiting));
    }
    if counts.given_up > 0 {
        lines.push(format!(
            "{} failed three more times: see why in the App's settings at GitHub, under Advanced.",
            counts.given_up
        ));
    }
    if let Some(gap) = swept.gap {
        let day = |at: Time| at.format("%Y-%m-%d %H:%M UTC").to_string();
        lines.push(format!(
            "What happened from {} to {} can't be sent again; the next backfill reads it.",
            day(gap.from),
            day(gap.to)
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sweeps::Counts;
    use crate::store::sweeps::Gap;

    #[test]
    fn what_was_done_is_said_in_a_few_lines() {
        let quiet = Swept {
            counts: Counts {
                listed: 1,
                ..Counts::default()
            },
            gap: None,
            more: false,
        };
        insta::assert_snapshot!(lines(&quiet).join("\n"), @"Read 1 attempt to deliver a webhook: everything arrived.");
        let at = |text: &str| text.parse().expect("a time");
        let busy = Swept {
            counts: Counts {
                listed: 912,
                lost: 13,
                asked: 9,
                given_up: 1,
                waiting: 3,
            },
            gap: Some(Gap {
                from: at("2026-11-12T09:00:00Z"),
                to: at("2026-11-14T10:30:00Z"),
            }),
            more: false,
        };
        insta::assert_snapshot!(lines(&busy).join("\n"), @r"
        Read 912 attempts to deliver a webhook: 13 webhooks never arrived.
        Asked GitHub to send 9 again.
        3 left for the next look.
        1 failed three more times: see why in the App's settings at GitHub, under Advanced.
        What happened from 2026-11-12 09:00 UTC to 2026-11-14 10:30 UTC can't be sent again; the next backfill reads it.
        ");
    }
}
