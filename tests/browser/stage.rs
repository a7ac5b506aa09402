//! The demo's organisation with its stories, served twice over TCP: as the demo, and for members who sign in at its GitHub.
use std::sync::OnceLock;
use std::sync::mpsc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use base64::Engine as _;
use chrono::Duration;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::Loopback;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::delivery::sign;
use peerlore::demo::github::sign_in::CLIENT_ID;
use peerlore::demo::github::sign_in::CLIENT_SECRET;
use peerlore::demo::stories::Found;
use peerlore::demo::stories::STORIES;
use peerlore::demo::year::ORGANISATION;
use peerlore::demo::year::organisation;
use peerlore::demo::year::state_at_end;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::login::LoginApp;
use peerlore::forge::github::pace::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::ids::PullKey;
use peerlore::model::job::Job;
use peerlore::model::settings::Settings;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::Pipeline;
use peerlore::pipeline::registered::Registered;
use peerlore::pipeline::work;
use peerlore::seal::Source;
use peerlore::store;
use peerlore::store::people;
use peerlore::store::tenants;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use secrecy::SecretString;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::database::TestDatabase;
use crate::database::fresh_database;
use crate::driver::Browser;
use crate::filled::filled_database;

const SECRET: &str = "browser";
const SEED: u64 = 7;
/// Of the year, what happened in its last days; the stories show in them, and a debug build takes them in within a minute.
const DAYS: i64 = 200;
/// Deliveries and jobs under way at the same time.
const WORKERS: usize = 4;

/// Where the organisation is served, and its GitHub.
pub struct Stage {
    /// Where everybody is whomever they choose.
    pub demo: String,
    /// Where members sign in.
    pub members: String,
    /// Where there is no App yet.
    pub unregistered: String,
    /// What became of the stories.
    pub found: Found,
    github: FakeGithub,
    at_github: tokio::sync::Mutex<()>,
    _kept: ([TestDatabase; 2], Loopback),
}

fn today() -> Time {
    "2026-11-12T12:00:00Z".parse().expect("a moment")
}

impl Stage {
    /// The one stage of this process, made on the first call.
    pub async fn shared() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        let made = tokio::task::spawn_blocking(|| STAGE.get_or_init(on_a_thread_of_its_own));
        made.await.expect("the stage is made")
    }

    /// Signs somebody in as GitHub's own pages do, and stands on `page` then.
    pub async fn sign_in(&self, browser: &Browser, login: &str, page: &str) {
        // GitHub has one person at its door at a time.
        let _alone = self.at_github.lock().await;
        self.github.consents(login);
        browser.goto(&format!("{}{page}", self.members)).await;
        browser.click("Sign in with GitHub").await;
        browser.one("aside[aria-label='Signed in']").await;
    }

    /// Is somebody in the demo, by the form of its first page.
    pub async fn become_one(&self, browser: &Browser, login: &str) {
        browser.goto(&format!("{}/", self.demo)).await;
        let form = browser.one(&format!("select#login option[value='{login}']")).await;
        form.click().await.expect("a choice");
        browser.click("Go to their page").await;
    }

    /// The pull request that the demo shows first.
    pub fn example(&self) -> String {
        let example = self.found.example.as_ref().expect("the example");
        format!("/pulls/{ORGANISATION}/{}/{}", example.repo, example.number)
    }
}

/// Tests end their runtimes, so the stage has one that lasts as long as the process.
fn on_a_thread_of_its_own() -> Stage {
    let (made, stage) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            made.send(build().await).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    stage.recv().expect("a stage")
}

async fn build() -> Stage {
    let database = filled_database(fill).await;
    let (github, found) = state_at_end(SEED, today());
    let loopback = github.serve(0, None).await.expect("a port");
    let clock = Clock::fixed(today());
    let make = |viewing, own: &str| app((database.pool.clone(), &loopback.url), clock.clone(), (viewing, own));
    let demo = serve(|own| make(Viewing::Demo, own).router).await;
    let members = serve(|own| make(Viewing::SignIn, own).router).await;
    let empty = fresh_database().await;
    let unregistered = serve(|_| without_an_app(empty.pool.clone(), &loopback.url).router).await;
    Stage {
        demo,
        members,
        unregistered,
        found,
        github,
        at_github: tokio::sync::Mutex::default(),
        _kept: ([database, empty], loopback),
    }
}

/// Sends the last part of the year through the door, and works on it meanwhile.
async fn fill(pool: &PgPool) {
    let mut year = organisation(SEED, today());
    let loopback = year.github().serve(0, None).await.expect("a port");
    let own = "http://127.0.0.1:1";
    let app = app(
        (pool.clone(), &loopback.url),
        Clock::fixed(today()),
        (Viewing::Demo, own),
    );
    let stop = CancellationToken::new();
    let working = tokio::spawn(work::work(app.pipeline.clone(), WORKERS, stop.clone()));
    let mut under_way = JoinSet::new();
    for delivery in year.by_ref() {
        if delivery.at > today() - Duration::days(DAYS) || of_the_organisation(&delivery) {
            under_way.spawn(bring(app.router.clone(), delivery));
        }
        if under_way.len() > WORKERS {
            under_way.join_next().await.expect("one of them").expect("it comes in");
        }
    }
    under_way.join_all().await;
    stop.cancel();
    working.await.expect("the worker ends");
    store::refresh_statistics(pool).await.expect("statistics");
    work::drain(&app.pipeline).await.expect("the jobs run");
    settle(&app.pipeline, year.found()).await;
}

/// People, teams and repositories are told at the beginning of the year.
fn of_the_organisation(delivery: &Delivery) -> bool {
    ["installation", "member", "organization", "repository", "team"]
        .iter()
        .any(|kind| delivery.event.starts_with(kind))
}

async fn bring(router: Router, delivery: Delivery) {
    let request = Request::post("/webhooks/github")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-github-event", &delivery.event)
        .header("x-github-delivery", &delivery.id)
        .header("x-hub-signature-256", sign(SECRET.as_bytes(), &delivery.body))
        .body(Body::from(delivery.body))
        .expect("a request");
    let answer = router.oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

/// Who opted out is out, and what is open gets its suggestion.
async fn settle(pipeline: &Pipeline, found: &Found) {
    let mut conn = pipeline.pool.acquire().await.expect("a connection");
    let tenant = tenants::by_login(&mut conn, ORGANISATION).await.expect("the database");
    let tenant = tenant.expect("the organisation");
    let out = people::by_login(&mut conn, tenant, STORIES.opted_out)
        .await
        .expect("the database");
    let (out, now) = (out.expect("somebody").id, pipeline.clock.now());
    people::set_opt_out(&mut conn, tenant, out, Some(now))
        .await
        .expect("the database");
    for pull in &found.open {
        let repo = tenants::repo_by_name(&mut conn, ORGANISATION, &pull.repo)
            .await
            .expect("the database");
        let pull = PullKey {
            repo: repo.expect("a repository").id,
            number: i32::try_from(pull.number).expect("a small number"),
        };
        let job = Job::Suggest {
            installation: tenant,
            pull,
        };
        pipeline.queue.add(&mut conn, &job.into()).await.expect("the queue");
    }
    drop(conn);
    work::drain(pipeline).await.expect("the jobs run");
}

/// A Peerlore in which nothing has arrived and every page is open, as long as the caller runs and keeps the database.
pub async fn empty_and_open() -> (String, TestDatabase) {
    let empty = fresh_database().await;
    let (pool, clock) = (empty.pool.clone(), Clock::fixed(today()));
    let own = serve(|own| app((pool, "http://127.0.0.1:1"), clock, (Viewing::Open, own)).router).await;
    (own, empty)
}

/// Serves what is made for the address that it will have; gives that.
async fn serve(router: impl FnOnce(&str) -> Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let own = format!("http://{}", listener.local_addr().expect("an address"));
    let service = router(&own).into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    own
}

/// A Peerlore in which the set-up hasn't begun, with an address that GitHub reaches.
fn without_an_app(pool: PgPool, github: &str) -> App {
    let key = base64::engine::general_purpose::STANDARD.encode([1; 32]).into();
    let seals = Source::of(Some(&key), std::path::Path::new("/nowhere")).expect("a key");
    let settings = ForgeSettings::new(github.parse().expect("an address"), Credentials::None);
    let clock = Clock::fixed(today());
    App::new(Setup {
        pool,
        forge: Forge::new(settings, clock.clone()).expect("a client"),
        registered: Registered::stored(github, seals),
        classifier: Classifier::default(),
        clock,
        settings: Settings::default(),
        addresses: Addresses {
            own: "https://peerlore.example".to_owned(),
            host: github.to_owned(),
        },
        secrets: Secrets::default(),
        viewing: Viewing::Closed,
        metrics: None,
    })
}

fn app((pool, github): (PgPool, &str), clock: Clock, (viewing, own): (Viewing, &str)) -> App {
    let login = LoginApp {
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::from(CLIENT_SECRET),
        web_url: github.to_owned(),
    };
    let settings = ForgeSettings {
        pace: Pace::UNLIMITED,
        retries: 0,
        login: (viewing == Viewing::SignIn).then_some(login),
        ..ForgeSettings::new(
            github.parse().expect("an address"),
            Credentials::Token(SecretString::from("t")),
        )
    };
    App::new(Setup {
        pool,
        forge: Forge::new(settings, clock.clone()).expect("a client"),
        registered: Registered::fixed(),
        classifier: Classifier::default(),
        clock,
        settings: Settings::default(),
        addresses: Addresses {
            own: own.to_owned(),
            host: github.to_owned(),
        },
        secrets: Secrets::parse(&SecretString::from(SECRET)).expect("a secret"),
        viewing,
        metrics: None,
    })
}
