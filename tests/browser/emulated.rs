//! Signing in at a GitHub that nobody here wrote: the npm package `emulate` shows its own page of consent, gives the code, takes it for a
//! token, says who it is and whether they belong to the organisation.
//!
//! It lacks two addresses that every sign-in needs, what of the App a user can reach; these two are answered here, and only these. So the
//! other tests, which are about our pages, sign in at the demo's GitHub.
use std::future::IntoFuture;
use std::time::Duration;
use std::time::Instant;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::login::LoginApp;
use peerlore::forge::github::pace::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::settings::Settings;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::registered::Registered;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use serde_json::Value;
use serde_json::json;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::database::fresh_database;
use crate::driver::Browser;
use crate::driver::Scripts;
use crate::emulator::APP_ID;
use crate::emulator::APP_KEY;
use crate::emulator::Emulator;
use crate::emulator::INSTALLATION;
use crate::emulator::ORG;
use crate::emulator::REPO;
use crate::emulator::WEBHOOK_SECRET;

const REMARK: &str = "This unwrap will panic when the result is an error; return the error with `?` instead, so that the caller can handle it.";

/// The emulator's API with the two addresses that it lacks.
async fn completed(emulator: &Emulator) -> String {
    let reachable = json!({ "total_count": 1, "installations": [{ "id": INSTALLATION }] });
    let nothing_private = json!({ "total_count": 0, "repositories": [] });
    let to = (Client::builder(TokioExecutor::new()).build_http(), emulator.url.clone());
    let router = Router::new()
        .route("/user/installations", get(async move || Json(reachable)))
        .route(
            "/user/installations/{id}/repositories",
            get(async move || Json(nothing_private)),
        )
        .fallback(passed_on)
        .with_state(to);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn passed_on(
    State((client, to)): State<(Client<HttpConnector, Body>, String)>,
    mut request: Request,
) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = format!("{to}{path}").parse::<Uri>().expect("an address");
    client
        .request(request)
        .await
        .expect("the emulator answers")
        .map(Body::new)
}

fn app(pool: PgPool, (emulator, api): (&Emulator, &str), own: String) -> App {
    let credentials = Credentials::App {
        id: APP_ID,
        private_key: APP_KEY.into(),
    };
    let settings = ForgeSettings {
        pace: Pace::UNLIMITED,
        login: Some(LoginApp {
            client_id: "Iv1.emulated".to_owned(),
            client_secret: "emulated".into(),
            web_url: emulator.url.clone(),
        }),
        ..ForgeSettings::new(api.parse().expect("an address"), credentials)
    };
    App::new(Setup {
        pool,
        forge: Forge::new(settings, Clock::Machine).expect("a client"),
        registered: Registered::fixed(),
        classifier: Classifier::default(),
        clock: Clock::Machine,
        settings: Settings::default(),
        addresses: Addresses {
            own,
            host: emulator.url.clone(),
        },
        secrets: Secrets::parse(&WEBHOOK_SECRET.into()).expect("a secret"),
        viewing: Viewing::SignIn,
        metrics: None,
    })
}

/// `ada` opens a pull request, `bo` tells her something about it, and she thanks him.
async fn a_review(emulator: &Emulator) {
    let asked = async |login: &str, path: String, body: Value| {
        let (status, answer) = emulator.send_as(login, "POST", &path, &body).await;
        assert!(status < 300, "{path}: {status} {answer:#}");
        answer
    };
    let pulls = format!("/repos/{ORG}/{REPO}/pulls");
    let new = json!({ "title": "Keep retries idempotent", "head": "retries", "base": "main", "body": "why" });
    let pull = asked("ada", pulls.clone(), new).await;
    let comments = format!("{pulls}/{}/comments", pull["number"]);
    let remark =
        json!({ "body": REMARK, "path": "README.md", "line": 1, "side": "RIGHT", "commit_id": pull["head"]["sha"] });
    let remark = asked("bo", comments.clone(), remark).await;
    let thanks = json!({ "body": "Good point, done.", "path": "README.md", "line": 1, "in_reply_to_id": remark["id"] });
    asked("ada", comments, thanks).await;
}

#[tokio::test]
async fn signing_in_at_an_emulated_github_shows_what_its_webhooks_told() {
    let Some(browser) = Browser::with(Scripts::Run).await else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let own = format!("http://{}", listener.local_addr().expect("an address"));
    let Some(emulator) = Emulator::start(Some(&format!("{own}/webhooks/github"))).await else {
        return;
    };
    let database = fresh_database().await;
    let api = completed(&emulator).await;
    let app = app(database.pool.clone(), (&emulator, &api), own.clone());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(app.serve(listener, 2, stop.clone()));
    a_review(&emulator).await;
    learned(&database.pool).await;

    browser.goto(&format!("{own}/me")).await;
    browser.click("Sign in with GitHub").await;
    let consent = "//button[contains(., 'ada')]";
    browser.at(consent).await.click().await.expect("ada agrees");
    browser.one("aside[aria-label='Signed in']").await;
    assert_eq!(browser.path().await, "/me");
    let page = browser.text().await;
    assert!(page.contains("Signed in as ada in acme"), "{page}");
    assert!(
        page.contains("to you from bo") && page.contains("acme/ledger#1"),
        "{page}"
    );
    browser.close().await;
    stop.cancel();
    serving.await.expect("the server ends").expect("and ends well");
}

/// Waits for the lesson; the emulator and our workers are on their own time.
async fn learned(pool: &PgPool) {
    let give_up = Instant::now() + Duration::from_mins(1);
    loop {
        let query = "select count(*) from lesson l join person p on p.id = l.learner_id where p.login = 'ada'";
        let found: i64 = sqlx::query_scalar(query).fetch_one(pool).await.expect("the database");
        if found > 0 {
            return;
        }
        assert!(Instant::now() < give_up, "the lesson doesn't come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
