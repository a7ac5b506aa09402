//! `peerlore dead`
use std::io::Write;

use anyhow::Context;
use clap::Args;
use clap::Subcommand;
use sqlx::PgPool;

use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::config::Config;
use crate::model::clock::Clock;
use crate::model::ids::InboxId;
use crate::model::wording;
use crate::pipeline::receive;
use crate::pipeline::replay;
use crate::store::inbox;
use crate::store::inbox::DeadLetter;

/// Look at webhooks that could not be processed, take them anew, or let them go.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore dead list\n         peerlore dead replay 17\n\nA dead letter rests for 7 days with its reason; page /admin shows the same. None holds up another one."
)]
pub struct Dead {
    /// What to do.
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List them, the latest to fail first
    #[command(after_help = "Example: peerlore dead list")]
    List(List),
    /// Show one, with what GitHub sent
    #[command(after_help = "Example: peerlore dead show 17 --body")]
    Show(Show),
    /// Take one anew, or all
    #[command(after_help = "Example: peerlore dead replay 17\n         peerlore dead replay --all")]
    Replay(Which),
    /// Let one go unread, or all; GitHub isn't asked for it again
    #[command(after_help = "Example: peerlore dead drop 17\n         peerlore dead drop --all")]
    Drop(Which),
}

#[derive(Debug, Args)]
struct List {
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Show {
    /// Its number, as `dead list` shows it
    #[arg(value_name = "ID")]
    id: i64,
    /// Also print what GitHub sent, as it came: it can hold names and source text
    #[arg(long)]
    body: bool,
}

#[derive(Debug, Args)]
struct Which {
    /// Its number, as `dead list` shows it
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    id: Option<i64>,
    /// All of them, a thousand at most
    #[arg(long)]
    all: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Which {
    fn only(&self) -> Option<InboxId> {
        self.id.map(InboxId)
    }
}

/// Runs one of them.
///
/// # Errors
/// Where there is no such dead letter, or the database is away.
pub async fn run(config: Config, command: Dead) -> anyhow::Result<()> {
    let database = match &command.what {
        What::List(_) | What::Show(_) => database::open_to_read(&config).await?,
        What::Replay(_) | What::Drop(_) => database::open(&config, Private::Join).await?,
    };
    let done = match &command.what {
        What::List(list) => list_of(&database.pool, list).await,
        What::Show(show) => shown(&database.pool, show).await,
        What::Replay(which) => replayed(&config, &database.pool, which).await,
        What::Drop(which) => dropped(&database.pool, which).await,
    };
    database.close().await?;
    done
}

async fn list_of(pool: &PgPool, list: &List) -> anyhow::Result<()> {
    let mut conn = pool.acquire().await?;
    let letters = inbox::dead(&mut conn, None, i64::from(list.limit)).await?;
    let all = inbox::state(&mut conn).await?.dead;
    let mut out = std::io::stdout().lock();
    if list.json {
        let letters: Vec<_> = letters.iter().map(as_json).collect();
        writeln!(out, "{}", serde_json::json!({ "dead": all, "letters": letters }))?;
        return Ok(());
    }
    if letters.is_empty() {
        writeln!(out, "No dead letter.")?;
    }
    for letter in &letters {
        writeln!(
            out,
            "{:>6}  {}  {}  {}",
            letter.id.0,
            letter.received_at.format("%Y-%m-%d %H:%M"),
            letter.event,
            plain(&letter.failure)
        )?;
    }
    let more = usize::try_from(all).unwrap_or_default().saturating_sub(letters.len());
    if more > 0 {
        writeln!(out, "And {}.", wording::count(more, "older one"))?;
    }
    Ok(())
}

fn as_json(letter: &DeadLetter) -> serde_json::Value {
    serde_json::json!({
        "id": letter.id.0, "delivery": letter.delivery, "event": letter.event, "received_at": letter.received_at, "failure": letter.failure,
    })
}

/// A reason can hold what somebody sent: nothing of it steers a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|one| if one.is_control() { '\u{fffd}' } else { one })
        .collect()
}

async fn shown(pool: &PgPool, show: &Show) -> anyhow::Result<()> {
    let found = inbox::dead_letter(&mut *pool.acquire().await?, InboxId(show.id)).await?;
    let (letter, body) = found.with_context(|| no_such(show.id))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Event:    {}", plain(&letter.event))?;
    writeln!(out, "Delivery: {}", plain(&letter.delivery))?;
    writeln!(out, "Received: {}", letter.received_at.format("%Y-%m-%d %H:%M:%S UTC"))?;
    writeln!(out, "Reason:   {}", plain(&letter.failure))?;
    if show.body {
        let bytes = receive::unpacked(&body).map_err(anyhow::Error::msg)?;
        out.write_all(&bytes)?;
        writeln!(out)?;
    } else {
        writeln!(out, "\nWhat GitHub sent: peerlore dead show {} --body", show.id)?;
    }
    Ok(())
}

fn no_such(id: i64) -> String {
    format!("there is no dead letter {id}; `peerlore dead list` shows which there are")
}

async fn replayed(config: &Config, pool: &PgPool, which: &Which) -> anyhow::Result<()> {
    let pipeline = database::pipeline(config, pool, Classifier::default())?;
    let number = replay::run(&pipeline, which.only()).await?;
    said(which, number, "replayed", "taken anew; `peerlore serve` works it off")
}

async fn dropped(pool: &PgPool, which: &Which) -> anyhow::Result<()> {
    let mut conn = pool.acquire().await?;
    let number = inbox::drop_dead(&mut conn, which.only(), (replay::MOST, Clock::Machine.now())).await?;
    said(which, number, "dropped", "let go")
}

fn said(which: &Which, number: usize, key: &str, words: &str) -> anyhow::Result<()> {
    if let (0, Some(id)) = (number, which.id) {
        anyhow::bail!(no_such(id));
    }
    let mut out = std::io::stdout().lock();
    if which.json {
        writeln!(out, "{}", serde_json::json!({ key: number }))?;
    } else {
        writeln!(out, "{} {words}.", wording::count(number, "dead letter"))?;
    }
    Ok(())
}
