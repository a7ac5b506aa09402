//! How long all projections of an organisation take, and what one event costs: `cargo bench --bench projections`.
//!
//! The goal is that of a big organisation: `cargo bench --bench projections -- --people 5000 --pulls 200000 --comments 1000000` in 10 minutes
//! and 2 GB of our process on two cores, and 50 ms at the 99th percentile for a new comment. It needs some gigabytes of disk for that, and
//! nothing but a Postgres of its own. `--test` makes a tiny one and holds that every step finds something.
mod events;
mod measure;
mod organisation;
mod steps;

use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

use clap::Parser;
use peerlore::model::clock::Time;

use crate::measure::Cost;
use crate::measure::measured;
use crate::organisation::Database;
use crate::organisation::Size;

/// All projections together.
const MOST_TIME: Duration = Duration::from_mins(10);
/// Of our process.
const MOST_MEMORY: u64 = 2 << 30;
/// One new comment, at the 99th percentile.
const MOST_AN_EVENT: Duration = Duration::from_millis(50);

#[derive(Parser)]
struct Asked {
    #[command(flatten)]
    size: Size,
    /// New comments that are timed
    #[arg(long, default_value_t = 300)]
    events: u32,
    /// People whose profiles are made; none: everybody's
    #[arg(long)]
    profiles: Option<usize>,
    /// Make a tiny organisation and hold that every step finds something
    #[arg(long)]
    test: bool,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<ExitCode> {
    let mut asked = Asked::parse();
    if asked.test {
        asked.size = Size {
            people: 60,
            pulls: 600,
            comments: 3_000,
        };
        asked.events = 20;
    }
    let now: Time = "2026-11-30T12:00:00Z".parse()?;
    let database = Database::start().await?;
    let measured = all(&database, &asked, now).await;
    database.end().await?;
    measured
}

async fn all(database: &Database, asked: &Asked, now: Time) -> anyhow::Result<ExitCode> {
    let size = asked.size;
    let begin = Instant::now();
    database.fill(size, now).await?;
    println!(
        "{} people, {} pull requests, {} comments: made in {:.0?}{}\n",
        size.people,
        size.pulls,
        size.comments,
        begin.elapsed(),
        if cfg!(debug_assertions) { "; a debug build" } else { "" }
    );
    print!("{}", measure::head());
    let costs = steps::all(&database.pool, now, (asked.profiles, asked.test)).await?;
    let mut events = Vec::new();
    let one_by_one = async {
        events = events::one_by_one(&database.pool, asked.events, now).await?;
        anyhow::Ok(format!("{} comments and all that follows", events.len()))
    };
    let live = measured("new comments", one_by_one).await?;
    let met = told((&costs, &live), &events);
    // A tiny one is for finding something at all, on whatever machine.
    let good = met || asked.test;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says whether the goal was met.
fn told((costs, live): (&[Cost], &Cost), events: &[Duration]) -> bool {
    let time: Duration = costs.iter().map(|cost| cost.time).sum();
    let memory = costs.iter().chain([live]).filter_map(|cost| cost.memory);
    let memory = memory.max().unwrap_or_default();
    let at = |share: usize| events.get(events.len() * share / 100).copied().unwrap_or_default();
    println!(
        "\nall but the new comments: {:.1} s (at most {} s)",
        time.as_secs_f64(),
        MOST_TIME.as_secs()
    );
    println!("memory: {} MB (at most {} MB)", memory >> 20, MOST_MEMORY >> 20);
    println!(
        "one new comment, of {}: p50 {:.1?}, p99 {:.1?} (at most {:?})",
        events.len(),
        at(50),
        at(99),
        MOST_AN_EVENT
    );
    let met = time <= MOST_TIME && memory <= MOST_MEMORY && at(99) <= MOST_AN_EVENT;
    println!("The goal was {}.", if met { "met" } else { "missed" });
    met
}
