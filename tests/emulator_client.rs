//! Our client and our shapes against a GitHub that nobody here wrote.
#[path = "support/emulator.rs"]
mod emulator;
#[path = "support/npm.rs"]
mod npm;

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use emulator::APP_ID;
use emulator::APP_KEY;
use emulator::Emulator;
use emulator::INSTALLATION;
use emulator::ORG;
use emulator::REPO;
use peerlore::forge::Forge;
use peerlore::forge::ForgeError;
use peerlore::forge::Permission;
use peerlore::forge::RepoAt;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::forge::github::payload::parse_event;
use peerlore::model::clock::Clock;
use peerlore::model::event::Event;
use peerlore::model::event::PullAction;
use peerlore::model::event::PullShown;
use peerlore::model::event::What;
use serde_json::json;

const AT: RepoAt<'static> = RepoAt {
    installation: Some(INSTALLATION),
    owner: ORG,
    name: REPO,
};

type Hooks = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A place for webhooks to arrive: its address and what came.
async fn letter_box() -> (String, Hooks) {
    let hooks = Hooks::default();
    let kept = Arc::clone(&hooks);
    let handler = move |headers: HeaderMap, body: axum::body::Bytes| {
        let name = headers["x-github-event"].to_str().expect("text").to_owned();
        kept.lock().expect("the hooks").push((name, body.to_vec()));
        std::future::ready(())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, Router::new().route("/hooks", post(handler))).into_future());
    (url, hooks)
}

fn forge_at(emulator: &Emulator, key: &str) -> Result<Forge, ForgeError> {
    let credentials = Credentials::App {
        id: APP_ID,
        private_key: key.into(),
    };
    let mut settings = ForgeSettings::new(emulator.url.parse().expect("an address"), credentials);
    settings.pace = Pace::UNLIMITED;
    Forge::new(settings, Clock::Machine)
}

async fn opened_pull(emulator: &Emulator) -> i32 {
    let pulls = format!("/repos/{ORG}/{REPO}/pulls");
    let pull = json!({ "title": "Keep retries idempotent", "head": "retries", "base": "main", "body": "why" });
    let (status, answer) = emulator.send_as("ada", "POST", &pulls, &pull).await;
    assert_eq!(status, 201, "{answer:#}");
    i32::try_from(answer["number"].as_i64().expect("a number")).expect("a small number")
}

#[tokio::test]
async fn an_app_reads_and_comments_at_a_github_that_nobody_here_wrote() {
    let Some(emulator) = Emulator::start(None).await else {
        return;
    };
    let number = opened_pull(&emulator).await;
    let forge = forge_at(&emulator, APP_KEY).expect("a client");

    assert_eq!(forge.own_account().await.expect("the App").login, "peerlore[bot]");
    let pull = forge.pull(&AT, number).await.expect("the pull request");
    assert_eq!((pull.title.as_str(), pull.open), ("Keep retries idempotent", true));
    assert_eq!(pull.author.expect("an author").login, "ada");
    assert!(matches!(forge.pull(&AT, 999).await, Err(ForgeError::NotFound { .. })));

    // A stranger has copied the marker first.
    let comments = format!("/repos/{ORG}/{REPO}/issues/{number}/comments");
    let copied = json!({ "body": "<!-- mark --> copied" });
    assert_eq!(emulator.send_as("ada", "POST", &comments, &copied).await.0, 201);
    assert_eq!(forge.find_comment(&AT, number, "<!-- mark -->").await, Ok(None));
    let id = forge
        .post_comment(&AT, number, "<!-- mark --> first")
        .await
        .expect("posted");
    forge
        .edit_comment(&AT, id, "<!-- mark --> second")
        .await
        .expect("edited");
    let found = forge.find_comment(&AT, number, "<!-- mark -->").await;
    assert_eq!(found, Ok(Some((id, "<!-- mark --> second".to_owned()))));

    assert!(forge.permission(&AT, "ada").await.expect("a permission") >= Permission::Read);
    assert!(matches!(
        forge.permission(&AT, "nobody-here").await,
        Err(ForgeError::NotFound { .. })
    ));
    let members = forge.org_members(Some(INSTALLATION), ORG).await.expect("members");
    let logins: Vec<&str> = members.iter().map(|member| member.login.as_str()).collect();
    assert_eq!(logins, ["ada", "bo", "cy"]);
    forge.org_teams(Some(INSTALLATION), ORG).await.expect("teams");
    forge.rate_limit(Some(INSTALLATION)).await.expect("the rate limit");
    assert_eq!(forge.pull_contents(&AT, number).await.expect("contents").files, []);
}

#[tokio::test]
async fn a_foreign_key_is_refused() {
    let Some(emulator) = Emulator::start(None).await else {
        return;
    };
    let forge = forge_at(&emulator, include_str!("data/foreign-key.pem")).expect("a client");
    assert!(matches!(
        forge.own_account().await,
        Err(ForgeError::Forbidden { status: 401, .. })
    ));
    assert!(matches!(
        forge.pull(&AT, 1).await,
        Err(ForgeError::Forbidden { status: 401, .. })
    ));
}

#[tokio::test]
async fn its_webhooks_are_read() {
    let (url, hooks) = letter_box().await;
    let Some(emulator) = Emulator::start(Some(&url)).await else {
        return;
    };
    let number = opened_pull(&emulator).await;
    let remark =
        json!({ "body": "Why not a set?", "path": "README.md", "line": 1, "side": "RIGHT", "commit_id": "main" });
    let comments = format!("/repos/{ORG}/{REPO}/pulls/{number}/comments");
    let (status, answer) = emulator.send_as("ada", "POST", &comments, &remark).await;
    assert_eq!(status, 201, "{answer:#}");
    let said = json!({ "body": "Thanks, done." });
    let issue = format!("/repos/{ORG}/{REPO}/issues/{number}/comments");
    assert_eq!(emulator.send_as("ada", "POST", &issue, &said).await.0, 201);
    let give_up = std::time::Instant::now() + Duration::from_secs(20);
    let wanted = ["pull_request", "pull_request_review_comment", "issue_comment"];
    let came = || hooks.lock().expect("the hooks").clone();
    while !wanted.iter().all(|name| came().iter().any(|(came, _)| came == name)) {
        let names: Vec<String> = came().into_iter().map(|(name, _)| name).collect();
        assert!(std::time::Instant::now() < give_up, "only {names:?} came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut told = Vec::new();
    for (name, body) in came() {
        let event: Event = parse_event(&name, &body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            event.account.as_ref().map(|account| account.login.as_str()),
            Some(ORG),
            "{name}"
        );
        assert_eq!(event.installation, Some(INSTALLATION), "{name}");
        match event.what {
            What::Pull {
                action: PullAction::Opened,
                pull,
            } => told.push(format!("opened {}", pull.number)),
            What::Comment {
                pull: PullShown::Whole(pull),
                comment,
                ..
            } => {
                told.push(format!(
                    "{} on {}: {}",
                    comment.place.as_str(),
                    pull.number,
                    comment.body
                ));
            }
            What::Comment {
                pull: PullShown::Number(number),
                comment,
                ..
            } => {
                told.push(format!("{} on {number}: {}", comment.place.as_str(), comment.body));
            }
            _ => {}
        }
    }
    told.sort();
    // Its issue_comment lacks `issue.pull_request`, by which GitHub tells a pull request's conversation from an issue's:
    // such a comment is read without an error, and is nothing to us.
    let expected = ["diff on 1: Why not a set?", "opened 1"];
    assert_eq!(told, expected);
}
