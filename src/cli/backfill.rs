//! `peerlore backfill`
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use chrono::NaiveDate;
use chrono::NaiveTime;
use clap::Args;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::app;
use crate::cli::arguments;
use crate::cli::classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::the_app;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::model::reading;
use crate::model::wording;
use crate::pipeline::Pipeline;
use crate::pipeline::backfill;
use crate::pipeline::work;
use crate::store::backfills;
use crate::store::backfills::Progress;
use crate::store::backfills::State;
use crate::store::backfills::plan::Before;
use crate::store::jobs;
use crate::store::tenants;

/// How often the display is brought up to date.
const TICK: Duration = Duration::from_secs(1);

/// Read the past of repositories from GitHub.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore backfill\nExample: peerlore backfill --since 2026-01-01 --repo acme/shop\n\n\
                  Without --since, the last 365 days. Stopped half-way, it goes on where it stopped; a server \
                  beside it does no harm, and goes on with it by itself."
)]
pub struct Backfill {
    /// Read what changed since this day (UTC)
    #[arg(long, value_name = "DATE", value_parser = arguments::past_day)]
    since: Option<NaiveDate>,
    /// Only this repository; may be given several times
    #[arg(long = "repo", value_name = "OWNER/NAME", value_parser = arguments::repo_name)]
    repos: Vec<(String, String)>,
    /// Only this organisation's or person's repositories
    #[arg(long, value_name = "LOGIN", conflicts_with = "repos", value_parser = arguments::login)]
    org: Option<String>,
    /// Print each change as a line of JSON
    #[arg(long)]
    json: bool,
}

/// What of a tenant is read: these repositories, or all.
type Wanted = Vec<(InstallationId, Option<Vec<RepoId>>)>;

/// Plans, then works until all that was asked for is read, failed for good, or Ctrl-C comes.
///
/// # Errors
/// When a repository isn't known, there are no credentials, or the database is away.
pub async fn run(config: Config, command: Backfill) -> anyhow::Result<()> {
    the_app::credentials(&config)?;
    let classifier = classifier::load(&config)?;
    let stop = app::stop_on_signal()?;
    let database = database::open(&config, Private::Join).await?;
    let pipeline = the_app::pipeline(&config, &database.pool, classifier).await?;
    let done = go(&config, &pipeline, &command, &stop).await;
    database.close().await?;
    done
}

async fn go(config: &Config, pipeline: &Pipeline, command: &Backfill, stop: &CancellationToken) -> anyhow::Result<()> {
    anyhow::ensure!(
        pipeline.forge.is_configured(),
        "the past is read from GitHub, which needs credentials; set PEERLORE_GITHUB_APP_ID and \
         PEERLORE_GITHUB_PRIVATE_KEY_FILE, or create an App on the set-up page"
    );
    let wanted = wanted(pipeline, command).await?;
    let since = command.since.map_or_else(
        || pipeline.clock.now() - chrono::Duration::days(backfill::USUAL_DAYS),
        |day| day.and_time(NaiveTime::MIN).and_utc(),
    );
    let mut planned = 0;
    for (id, repos) in &wanted {
        let mut tx = pipeline.pool.begin().await?;
        planned += backfill::plan(pipeline, &mut tx, *id, repos.as_deref(), (since, Before::GoesOn)).await?;
        tx.commit().await?;
    }
    anyhow::ensure!(
        planned > 0,
        "no repository is known yet; install the App on an account first (peerlore doctor says how)"
    );
    eprintln!(
        "Reading what changed since {} in {}, newest first. Ctrl-C stops; the same command goes on from there.",
        since.format("%Y-%m-%d"),
        of_repositories(planned)
    );
    let ended = CancellationToken::new();
    let working = tokio::spawn(work::work(pipeline.clone(), config.workers.into(), ended.clone()));
    let shown = show(pipeline, &wanted, command.json, stop).await;
    ended.cancel();
    working.await.context("the worker ended badly")?;
    let stopped = stop.is_cancelled();
    let all = shown?;
    let mut out = std::io::stdout().lock();
    if !command.json {
        for line in summary(&all, stopped) {
            writeln!(out, "{line}")?;
        }
    }
    let failed = all.iter().filter(|one| one.state == State::Failed).count();
    anyhow::ensure!(failed == 0, "{} could not be read to the end", of_repositories(failed));
    Ok(())
}

/// The tenants and repositories that the command names.
async fn wanted(pipeline: &Pipeline, command: &Backfill) -> anyhow::Result<Wanted> {
    let mut conn = pipeline.pool.acquire().await?;
    let mut wanted: Wanted = Vec::new();
    for (owner, name) in &command.repos {
        let repo = tenants::repo_by_name(&mut conn, owner, name)
            .await?
            .with_context(|| format!("{owner}/{name} is not known; is the App installed on it?"))?;
        refuse_silent(&mut conn, repo.installation, owner).await?;
        match wanted.iter_mut().find(|(id, _)| *id == repo.installation) {
            Some((_, repos)) => repos.get_or_insert_default().push(repo.id),
            None => wanted.push((repo.installation, Some(vec![repo.id]))),
        }
    }
    if let Some(login) = &command.org {
        let id = tenants::by_login(&mut conn, login)
            .await?
            .with_context(|| format!("{login} is not known; is the App installed there?"))?;
        refuse_silent(&mut conn, id, login).await?;
        wanted.push((id, None));
    }
    if wanted.is_empty() {
        let all = tenants::all(&mut conn).await?.into_iter();
        wanted.extend(all.filter(|tenant| !tenant.silent).map(|tenant| (tenant.id, None)));
    }
    Ok(wanted)
}

async fn is_silent(conn: &mut PgConnection, id: InstallationId) -> anyhow::Result<bool> {
    let tenant = tenants::installation(conn, id).await?;
    Ok(tenant.is_none_or(|tenant| tenant.silent))
}

/// Nothing is read where the App may not be, so that nobody should wait for it.
async fn refuse_silent(conn: &mut PgConnection, id: InstallationId, login: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        !is_silent(conn, id).await?,
        "the App is suspended or removed on {login}, so nothing is read there; an owner can let it back in GitHub's settings"
    );
    Ok(())
}

/// Shows how far it is until nothing of it is left that goes on by itself soon, or `stop` comes; gives how it stands then.
async fn show(
    pipeline: &Pipeline,
    wanted: &Wanted,
    json: bool,
    stop: &CancellationToken,
) -> anyhow::Result<Vec<Progress>> {
    let bar = if json || !std::io::stderr().is_terminal() {
        ProgressBar::hidden()
    } else {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} pull requests  {msg}")?;
        ProgressBar::new(0).with_style(style)
    };
    let ids: Vec<InstallationId> = wanted.iter().map(|(id, _)| *id).collect();
    let mut told: Vec<Progress> = Vec::new();
    loop {
        let all = standing(pipeline, wanted).await?;
        if json {
            let mut out = std::io::stdout().lock();
            for one in all.iter().filter(|one| !told.contains(one)) {
                writeln!(out, "{}", as_json(one, pipeline.clock.now()))?;
            }
        }
        let sum = |each: fn(&Progress) -> i32| all.iter().map(|one| i64::from(each(one)).unsigned_abs()).sum::<u64>();
        bar.set_length(sum(|one| one.total.unwrap_or(one.done).max(one.done)));
        bar.set_position(sum(|one| one.done));
        bar.set_message(words(&all, pipeline.clock.now()));
        let is_over = all.iter().all(|one| match one.state {
            State::Waiting | State::Running => false,
            State::Done | State::Paused => true,
            // What is asked for again at once, half as big, is not over.
            State::Failed => one.next_try_at.is_none_or(|next| next > pipeline.clock.now()),
        });
        told = all;
        // What recent pull requests' pushes did is read by jobs of their own.
        let rests = is_over && jobs::ready_of(&mut *pipeline.pool.acquire().await?, &ids).await? == 0;
        if rests || stop.is_cancelled() {
            bar.finish_and_clear();
            return Ok(told);
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

async fn standing(pipeline: &Pipeline, wanted: &Wanted) -> anyhow::Result<Vec<Progress>> {
    let mut conn = pipeline.pool.acquire().await?;
    let mut all = Vec::new();
    for (id, repos) in wanted {
        if is_silent(&mut conn, *id).await? {
            // Suspended meanwhile, nothing of it goes on.
            continue;
        }
        let found = backfills::progress(&mut conn, *id).await?.into_iter();
        all.extend(found.filter(|one| repos.as_ref().is_none_or(|repos| repos.contains(&one.repo))));
    }
    Ok(all)
}

/// What is being done, in a line: the repositories that are read, and the longest time left.
fn words(all: &[Progress], now: Time) -> String {
    let done = all.iter().filter(|one| one.state == State::Done).count();
    let running = all
        .iter()
        .filter(|one| matches!(one.state, State::Running | State::Waiting));
    let slowest = running.max_by_key(|one| (one.waits_until, one.total.map(|total| total - one.done)));
    let eta = slowest.and_then(|one| backfill::eta(one, now));
    format!(
        "{done} of {} read; {}",
        of_repositories(all.len()),
        eta.as_deref().unwrap_or("time left not known yet")
    )
}

fn of_repositories(number: impl TryInto<u64>) -> String {
    match number.try_into().unwrap_or(0) {
        1 => "1 repository".to_owned(),
        number => format!("{number} repositories"),
    }
}

fn as_json(one: &Progress, now: Time) -> serde_json::Value {
    serde_json::json!({
        "repository": one.name, "state": one.state.as_str(), "pulls_done": one.done, "pulls_total": one.total,
        "pages": one.pages, "calls": one.calls, "since": one.since, "error": one.error, "next_try_at": one.next_try_at,
        "waits_until": one.waits_until, "left_out": one.left_out, "eta": backfill::eta(one, now).filter(|_| one.state != State::Done),
    })
}

fn summary(all: &[Progress], stopped: bool) -> Vec<String> {
    let done = all.iter().filter(|one| one.state == State::Done).count();
    let pulls: u64 = all.iter().map(|one| u64::from(one.done.unsigned_abs())).sum();
    let calls: i64 = all.iter().map(|one| one.calls).sum();
    let mut lines = vec![format!(
        "Read {} of {done} of {} with {}.",
        wording::count(pulls, "pull request"),
        of_repositories(all.len()),
        wording::count(calls, "call")
    )];
    for one in all.iter().filter(|one| one.state == State::Failed) {
        let why = one.error.as_deref().unwrap_or("it failed");
        let next = one.next_try_at.map_or_else(
            || "run the command again when that is mended".to_owned(),
            |next| format!("peerlore serve tries again at {}", next.format("%H:%M UTC")),
        );
        lines.push(format!("{}: {why}; {next}.", one.name));
    }
    for one in all.iter().filter(|one| !one.left_out.is_empty()) {
        lines.push(format!("{}: read {}.", one.name, reading::without(&one.left_out)));
    }
    if stopped {
        lines.push("Stopped. The same command goes on from here, and so does peerlore serve.".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repo(name: &str, state: State, error: Option<&str>) -> Progress {
        let at: Time = "2026-01-05T13:00:00Z".parse().expect("a time");
        Progress {
            repo: RepoId(7),
            name: format!("acme/{name}"),
            state,
            done: 30,
            total: Some(90),
            pages: 3,
            calls: 4,
            since: at,
            started_at: Some(at - chrono::Duration::minutes(6)),
            updated_at: at,
            error: error.map(str::to_owned),
            next_try_at: None,
            waits_until: None,
            left_out: Vec::new(),
        }
    }

    #[test]
    fn what_was_read_and_what_failed_is_said_in_a_few_lines() {
        let all = [
            repo("shop", State::Done, None),
            repo(
                "attic",
                State::Failed,
                Some("reading the past of acme/attic: GitHub refused it"),
            ),
        ];
        insta::assert_snapshot!(summary(&all, true).join("\n"), @r"
        Read 60 pull requests of 1 of 2 repositories with 8 calls.
        acme/attic: reading the past of acme/attic: GitHub refused it; run the command again when that is mended.
        Stopped. The same command goes on from here, and so does peerlore serve.
        ");
        let now = all[0].updated_at;
        let running = [repo("shop", State::Running, None)];
        assert_eq!(words(&running, now), "0 of 1 repository read; about 12 minutes left");
    }
}
