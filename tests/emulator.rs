//! End to end with a GitHub that nobody here wrote: its signed webhooks come to our listening door, and our comment
//! stands on its pull request.
#[path = "support/database.rs"]
mod database;
#[path = "support/emulator.rs"]
mod emulator;
#[path = "support/npm.rs"]
mod npm;

use std::time::Duration;
use std::time::Instant;

use chrono::Duration as Days;
use emulator::APP_ID;
use emulator::APP_KEY;
use emulator::Emulator;
use emulator::ORG;
use emulator::REPO;
use emulator::WEBHOOK_SECRET;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::import;
use peerlore::pipeline::import::Imported;
use peerlore::pipeline::record::Seen;
use peerlore::pipeline::registered::Registered;
use peerlore::suggest::words::MARKER;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use serde_json::Value;
use serde_json::json;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

const REMARK: &str = "This holds the lock over an `.await`, so every other thread waits because the guard isn't dropped. \
                      You should drop the guard first, otherwise two threads can deadlock.";

fn app(emulator: &Emulator, pool: PgPool, surface: Surface) -> App {
    let credentials = Credentials::App {
        id: APP_ID,
        private_key: APP_KEY.into(),
    };
    let mut settings = ForgeSettings::new(emulator.url.parse().expect("an address"), credentials);
    settings.pace = Pace::UNLIMITED;
    App::new(Setup {
        pool,
        forge: Forge::new(settings, Clock::Machine).expect("a client"),
        registered: Registered::fixed(),
        classifier: Classifier::default(),
        clock: Clock::Machine,
        settings: Settings {
            surface,
            ..Settings::default()
        },
        addresses: Addresses {
            own: "https://peerlore.example".to_owned(),
            host: emulator.url.clone(),
        },
        secrets: Secrets::parse(&WEBHOOK_SECRET.into()).expect("a secret"),
        viewing: Viewing::Local,
        metrics: None,
    })
}

async fn asked(emulator: &Emulator, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = emulator.send_as("ada", method, path, &body).await;
    assert!(status < 300, "{method} {path}: {status} {answer:#}");
    answer
}

/// The emulator tells no files and sends no past, so the past comes as an import: `bo` reviewed three changes of `ada`.
async fn import_history(emulator: &Emulator, app: &App) {
    let repo = asked(emulator, "GET", &format!("/repos/{ORG}/{REPO}"), Value::Null).await;
    let ada = asked(emulator, "GET", "/users/ada", Value::Null).await;
    let bo = asked(emulator, "GET", "/users/bo", Value::Null).await;
    let user = |one: &Value| json!({ "id": one["id"], "login": one["login"], "type": "User" });
    let owner = json!({ "id": repo["owner"]["id"], "login": ORG, "type": "Organization" });
    let base = json!({ "id": repo["id"], "name": REPO, "full_name": format!("{ORG}/{REPO}"), "owner": owner });
    let mut seen = Seen::default();
    for number in 901_i64..904 {
        let at = |hour: i64| (Clock::Machine.now() - Days::days(950 - number) + Days::hours(hour)).to_rfc3339();
        let record = json!({
            "type": "pull",
            "pull": {
                "number": number, "title": "Earlier", "state": "closed", "user": user(&ada), "created_at": at(0),
                "updated_at": at(3), "closed_at": at(3), "merged_at": at(3),
                "base": { "ref": "main", "sha": "b", "repo": base }, "head": { "ref": "topic", "sha": "h" },
            },
            "events": [{ "event": "reviewed", "id": number, "user": user(&bo), "submitted_at": at(1), "state": "approved" }],
            "comments": [{ "id": number, "user": user(&bo), "created_at": at(1), "path": "README.md", "body": "Why?" }],
        });
        let line = record.to_string();
        let done = import::record(&app.pipeline, &mut seen, line.as_bytes(), ("history", number)).await;
        assert!(matches!(done, Ok(Imported::Pull { .. })), "{done:?}");
    }
}

/// Asks again until there is an answer; the emulator and our workers are on their own time.
async fn awaited<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + Duration::from_secs(40);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < give_up, "{what} doesn't come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_pull_request_opened_at_an_emulated_github_gets_our_comment_and_a_reviewer_who_teaches() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let door = format!("http://{}/webhooks/github", listener.local_addr().expect("an address"));
    let Some(emulator) = Emulator::start(Some(&door)).await else {
        return;
    };
    let database = database::fresh_database().await;
    let app = app(&emulator, database.pool.clone(), Surface::Request);
    import_history(&emulator, &app).await;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(app.serve(listener, 2, stop.clone()));

    let new = json!({ "title": "Keep retries idempotent", "head": "retries", "base": "main", "body": "why" });
    let pull = asked(&emulator, "POST", &format!("/repos/{ORG}/{REPO}/pulls"), new).await;
    let number = pull["number"].as_i64().expect("a number");
    let comments = format!("/repos/{ORG}/{REPO}/issues/{number}/comments");
    let ours = async || {
        let all = asked(&emulator, "GET", &comments, Value::Null).await;
        let all = all.as_array().expect("a list").clone();
        all.into_iter()
            .filter(|one| one["user"]["login"] == "peerlore[bot]")
            .collect::<Vec<Value>>()
    };
    let body = awaited("our comment", async || {
        let body = ours().await.first()?["body"].as_str()?.to_owned();
        Some(body)
    })
    .await;
    assert!(
        body.starts_with(MARKER) && body.contains("**Asked to review:** `bo`"),
        "{body}"
    );

    let requested = awaited("the review request", async || {
        let pull = asked(
            &emulator,
            "GET",
            &format!("/repos/{ORG}/{REPO}/pulls/{number}"),
            Value::Null,
        )
        .await;
        Some(pull["requested_reviewers"][0]["login"].as_str()?.to_owned())
    })
    .await;
    assert_eq!(requested, "bo", "who knows the change is asked, as the settings say");

    let review = format!("/repos/{ORG}/{REPO}/pulls/{number}/comments");
    let remark =
        json!({ "body": REMARK, "path": "README.md", "line": 1, "side": "RIGHT", "commit_id": pull["head"]["sha"] });
    let (status, remark) = emulator.send_as("bo", "POST", &review, &remark).await;
    assert_eq!(status, 201, "{remark:#}");
    let reply = json!({ "body": "Good point, done.", "path": "README.md", "line": 1, "in_reply_to_id": remark["id"] });
    asked(&emulator, "POST", &review, reply).await;
    let outcome = awaited("the lesson", async || {
        let query = "select t.login || ' taught ' || s.login || ' ' || l.area || ': ' || l.outcome from lesson l
                     join person t on t.id = l.teacher_id join person s on s.id = l.learner_id where l.number < 900";
        let found: Option<String> = sqlx::query_scalar(query)
            .fetch_optional(&database.pool)
            .await
            .expect("the database");
        found.filter(|words| words.ends_with("landed"))
    })
    .await;
    assert_eq!(outcome, "bo taught ada concurrency: landed");
    assert_eq!(ours().await.len(), 1, "one comment, whatever came after");

    stop.cancel();
    serving.await.expect("the server ends").expect("and ends well");
}

#[tokio::test]
async fn teams_are_read_and_a_check_run_stands_on_the_head() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let door = format!("http://{}/webhooks/github", listener.local_addr().expect("an address"));
    let Some(emulator) = Emulator::start(Some(&door)).await else {
        return;
    };
    let database = database::fresh_database().await;
    let app = app(&emulator, database.pool.clone(), Surface::Check);
    import_history(&emulator, &app).await;
    asked(
        &emulator,
        "POST",
        &format!("/orgs/{ORG}/teams"),
        json!({ "name": "Storefront" }),
    )
    .await;
    let place = format!("/orgs/{ORG}/teams/storefront/memberships/cy");
    asked(&emulator, "PUT", &place, json!({ "role": "maintainer" })).await;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(app.serve(listener, 2, stop.clone()));

    let new = json!({ "title": "Keep retries idempotent", "head": "retries", "base": "main", "body": "why" });
    let pull = asked(&emulator, "POST", &format!("/repos/{ORG}/{REPO}/pulls"), new).await;
    let head = pull["head"]["sha"].as_str().expect("a commit");
    let runs = format!("/repos/{ORG}/{REPO}/commits/{head}/check-runs");
    let run = awaited("the check run", async || {
        let all = asked(&emulator, "GET", &runs, Value::Null).await;
        all["check_runs"].as_array()?.first().cloned()
    })
    .await;
    assert_eq!(
        (&run["name"], &run["conclusion"]),
        (&json!("Peerlore"), &json!("neutral"))
    );
    let team = awaited("the team", async || {
        let query = "select p.login || ' ' || m.role || ' of ' || t.name from team_membership m
                     join team t on t.id = m.team_id join person p on p.id = m.person_id where p.login = 'cy' and t.name = 'Storefront'";
        sqlx::query_scalar::<_, String>(query)
            .fetch_optional(&database.pool)
            .await
            .expect("the database")
    })
    .await;
    assert_eq!(team, "cy maintainer of Storefront");

    stop.cancel();
    serving.await.expect("the server ends").expect("and ends well");
}
