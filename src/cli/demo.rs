//! `peerlore demo`
use std::io::IsTerminal;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use clap::Args;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use secrecy::SecretString;
use serde::Deserialize;
use serde::Serialize;
use tokio::task::JoinSet;
use url::Url;

use crate::app;
use crate::app::App;
use crate::app::Setup;
use crate::classify::Classifier;
use crate::cli::database;
use crate::cli::database::Database;
use crate::cli::database::Private;
use crate::cli::serve;
use crate::config::Config;
use crate::demo::github::FakeGithub;
use crate::demo::github::delivery::Delivery;
use crate::demo::github::delivery::sign;
use crate::demo::stories::Found;
use crate::demo::stories::STORIES;
use crate::demo::year;
use crate::demo::year::ORGANISATION;
use crate::forge::Forge;
use crate::forge::github::app::Credentials;
use crate::forge::github::app::ForgeSettings;
use crate::forge::github::pace::Pace;
use crate::model::availability::Absence;
use crate::model::availability::Availability;
use crate::model::clock::Clock;
use crate::model::clock::Time;
use crate::model::job::Job;
use crate::model::settings::Settings;
use crate::model::settings::Surface;
use crate::pipeline::Addresses;
use crate::pipeline::Pipeline;
use crate::pipeline::registered::Registered;
use crate::store;
use crate::store::availability;
use crate::store::jobs;
use crate::store::people;
use crate::store::tenants;
use crate::telemetry;
use crate::web::access::Viewing;
use crate::web::hook::Secrets;

/// Show Peerlore with a made-up organisation and a year of its reviews.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: peerlore demo --listen 127.0.0.1:9000\n\nEverything stays in the folder `demo` of the data folder; delete that to begin anew."
)]
pub struct Demo {
    /// Prepare everything, say where it would be, and end
    #[arg(long)]
    prepare_only: bool,
}

/// The demo's year is the same for everybody who starts it on the same day.
const SEED: u64 = 20_261_123;
/// What the demo's deliveries are signed with; they never leave this machine.
const SECRET: &str = "demo-deliveries-stay-on-this-machine";
/// Deliveries under way at the same time.
const UNDER_WAY: usize = 16;

/// What a later start has to know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Made {
    seed: u64,
    /// The moment at which the year ends.
    today: Time,
    /// All of it went through the door.
    complete: bool,
}

/// Makes the organisation on the first start, serves it on every one.
///
/// # Errors
/// When the database or the address can't be had.
pub async fn run(mut config: Config, command: Demo) -> anyhow::Result<()> {
    let begun = Instant::now();
    let folder = database::data_dir(&config)?.join("demo");
    config.data_dir = Some(folder.clone());
    let listener = serve::listen(&config).await?;
    let here = listener.local_addr()?;
    let stop = app::stop_on_signal()?;
    let Some(database) = app::unless_stopped(&stop, database::open(&config, Private::FetchAndStart)).await else {
        return Ok(());
    };
    let database = database?;
    refuse_real_organisations(&database).await?;
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let note = folder.join("demo.json");
    let mut made = read_note(&note)?.unwrap_or(Made {
        seed: SEED,
        today: Clock::Machine.now(),
        complete: false,
    });
    write_note(&note, &made)?;

    let (github, mut found) = if made.complete {
        year::state_at_end(made.seed, made.today)
    } else {
        (year::organisation(made.seed, made.today).github(), Found::default())
    };
    let mut replay = (!made.complete).then(|| year::organisation(made.seed, made.today));
    let github = replay.as_ref().map_or(github, year::Year::github);
    let loopback = github
        .serve(0, None)
        .await
        .context("the demo's own GitHub can't be served")?;
    let app = build(&config, &database, (&loopback.url, here))?;
    let pipeline = app.pipeline.clone();
    let served = tokio::spawn(app.serve(listener, config.workers.into(), stop.clone()));

    if let Some(year) = &mut replay {
        eprintln!("Making {ORGANISATION}: a year of review goes through the door as signed webhooks.");
        let sent = app::unless_stopped(&stop, make(year, &pipeline, here)).await;
        match sent {
            Some(Ok(deliveries)) => {
                found = year.found().clone();
                app::unless_stopped(&stop, settle(&pipeline, &found, &github))
                    .await
                    .transpose()?;
                if !stop.is_cancelled() {
                    made.complete = true;
                    write_note(&note, &made)?;
                    eprintln!("{deliveries} deliveries in {:.0} s.", begun.elapsed().as_secs_f64());
                }
            }
            // What was being sent when the door closed is sent by the next start.
            Some(Err(_)) if stop.is_cancelled() => eprintln!("Stopped half-way; the next start goes on."),
            Some(Err(error)) => {
                stop.cancel();
                served.await??;
                database.close().await?;
                return Err(error);
            }
            None => eprintln!("Stopped half-way; the next start goes on."),
        }
    }
    if !stop.is_cancelled() {
        eprintln!(
            "{}",
            what_to_look_at(&format!("http://{here}"), &found, begun.elapsed())
        );
        if command.prepare_only {
            stop.cancel();
        }
    }
    served.await??;
    drop(loopback);
    database.close().await
}

fn build(config: &Config, database: &Database, (github, here): (&str, std::net::SocketAddr)) -> anyhow::Result<App> {
    let secret = SecretString::from(SECRET);
    let settings = ForgeSettings {
        pace: Pace::UNLIMITED,
        ..ForgeSettings::new(Url::parse(github)?, Credentials::Token(SecretString::from("demo")))
    };
    Ok(App::new(Setup {
        pool: database.pool.clone(),
        forge: Forge::new(settings, Clock::Machine)?,
        registered: Registered::fixed(),
        classifier: Classifier::default(),
        clock: Clock::Machine,
        settings: Settings {
            surface: Surface::Comment,
            ..Settings::default()
        },
        addresses: Addresses {
            own: config.url.clone().unwrap_or_else(|| format!("http://{here}")),
            host: github.to_owned(),
        },
        secrets: Secrets::parse(&secret).context("the demo's secret is empty")?,
        viewing: Viewing::Demo,
        metrics: Some(telemetry::start_metrics()?),
    }))
}

/// The demo shows everything to everybody, so it never opens a database that holds somebody else.
async fn refuse_real_organisations(database: &Database) -> anyhow::Result<()> {
    let tenants = tenants::all(&mut *database.pool.acquire().await?).await?;
    match tenants.iter().find(|tenant| tenant.login != ORGANISATION) {
        Some(other) => anyhow::bail!(
            "the database holds the organisation \"{}\"; the demo needs one of its own: unset DATABASE_URL, or name an empty one",
            other.login
        ),
        None => Ok(()),
    }
}

fn read_note(note: &Path) -> anyhow::Result<Option<Made>> {
    match std::fs::read(note) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .with_context(|| format!("{} can't be read; delete its folder to begin anew", note.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} can't be read", note.display())),
    }
}

fn write_note(note: &Path, made: &Made) -> anyhow::Result<()> {
    let next: PathBuf = note.with_extension("json.next");
    std::fs::write(&next, serde_json::to_vec_pretty(made)?)
        .and_then(|()| std::fs::rename(&next, note))
        .with_context(|| format!("{} can't be written", note.display()))
}

/// Sends the year through the door, then waits until all of it is learned from. Gives the number of deliveries.
async fn make(year: &mut year::Year, pipeline: &Pipeline, here: std::net::SocketAddr) -> anyhow::Result<usize> {
    let bar = bar("Sending ", 1_000)?;
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    let mut under_way = JoinSet::new();
    let mut deliveries = 0;
    while let Some(delivery) = year.next() {
        if under_way.len() >= UNDER_WAY
            && let Some(sent) = under_way.join_next().await
        {
            sent??;
        }
        under_way.spawn(send(client.clone(), here, delivery));
        deliveries += 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share in [0, 1] times 1,000"
        )]
        bar.set_position((year.passed() * 1_000.0) as u64);
    }
    while let Some(sent) = under_way.join_next().await {
        sent??;
    }
    bar.finish_and_clear();
    store::refresh_statistics(&pipeline.pool).await?;
    learned(pipeline).await?;
    Ok(deliveries)
}

async fn send(
    client: Client<HttpConnector, Body>,
    here: std::net::SocketAddr,
    delivery: Delivery,
) -> anyhow::Result<()> {
    let request = Request::post(format!("http://{here}/webhooks/github"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-github-event", &delivery.event)
        .header("x-github-delivery", &delivery.id)
        .header("x-hub-signature-256", sign(SECRET.as_bytes(), &delivery.body))
        .body(Body::from(delivery.body))?;
    let answer = client.request(request).await.context("the door can't be reached")?;
    let status = answer.status();
    anyhow::ensure!(
        status == StatusCode::ACCEPTED,
        "the door answered {status} to a {} delivery",
        delivery.event
    );
    Ok(())
}

/// Waits until no job is left to run.
async fn learned(pipeline: &Pipeline) -> anyhow::Result<()> {
    let waiting = async || {
        Ok::<_, anyhow::Error>(
            jobs::backlog(&mut *pipeline.pool.acquire().await?)
                .await?
                .waiting
                .unsigned_abs(),
        )
    };
    let all = waiting().await?;
    let bar = bar("Learning", all.max(1))?;
    loop {
        let left = waiting().await?;
        bar.set_position(all.saturating_sub(left));
        if left == 0 {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn bar(what: &'static str, length: u64) -> anyhow::Result<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        eprintln!("{} ..", what.trim_end());
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent:>3}%  {elapsed} so far, about {eta} to go")?;
    Ok(ProgressBar::new(length).with_style(style).with_message(what))
}

/// What people chose for themselves, and the suggestions that follow from it.
async fn settle(pipeline: &Pipeline, found: &Found, github: &FakeGithub) -> anyhow::Result<()> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    let Some(tenant) = tenants::by_login(&mut tx, &github.organisation()).await? else {
        anyhow::bail!("nothing of {ORGANISATION} arrived; the log says why");
    };
    if let Some(person) = people::by_login(&mut tx, tenant, STORIES.opted_out).await? {
        people::set_opt_out(&mut tx, tenant, person.id, Some(now)).await?;
    }
    if let Some(person) = people::by_login(&mut tx, tenant, STORIES.away).await? {
        let today = now.date_naive();
        let week = Absence {
            first_day: today,
            last_day: today + chrono::Duration::days(6),
        };
        let chosen = Availability {
            absences: vec![week],
            ..Availability::default()
        };
        availability::set(&mut tx, tenant, person.id, &chosen).await?;
    }
    for pull in &found.open {
        if let Some(repo) = tenants::repo_by_name(&mut tx, &github.organisation(), &pull.repo).await? {
            let key = crate::model::ids::PullKey {
                repo: repo.id,
                number: i32::try_from(pull.number)?,
            };
            pipeline
                .queue
                .add(
                    &mut tx,
                    &Job::Suggest {
                        installation: tenant,
                        pull: key,
                    }
                    .into(),
                )
                .await?;
        }
    }
    tx.commit().await?;
    learned(pipeline).await
}

fn what_to_look_at(here: &str, found: &Found, took: Duration) -> String {
    let example = found.example.as_ref().map_or_else(
        || format!("{here}/"),
        |pull| format!("{here}/pulls/{ORGANISATION}/{}/{}", pull.repo, pull.number),
    );
    format!(
        "\nReady after {:.1} s: {here}\n\n  A pull request and who could review it   {example}\n  \
         Your own page: choose who you are        {here}/me\n  \
         Who could be asked and hardly is         {here}/silent-experts\n\nCtrl-C stops everything; the next start keeps it.",
        took.as_secs_f64()
    )
}
