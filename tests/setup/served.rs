//! `peerlore serve` itself, as a process, before there is an App.
use std::process::Stdio;

use peerlore::model::clock::Clock;
use sqlx::ConnectOptions;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncReadExt;
use tokio::io::BufReader;

use crate::world::Browser;
use crate::world::OWN;
use crate::world::World;
use crate::world::key;

/// The process, its standard error as far as a line that contains `until`.
async fn served(
    world: &World,
    url: &str,
    until: &str,
) -> (tokio::process::Child, BufReader<tokio::process::ChildStderr>, String) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_peerlore"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PEERLORE_") {
            command.env_remove(name);
        }
    }
    let mut child = command
        .arg("serve")
        .env("DATABASE_URL", world.pool().connect_options().to_url_lossy().as_str())
        .env("PEERLORE_GITHUB_API_URL", &world.loopback.url)
        .env("PEERLORE_GITHUB_WEB_URL", &world.loopback.url)
        .env("PEERLORE_SEALING_KEY", key(1))
        .env("PEERLORE_LISTEN", "localhost:0")
        .env("PEERLORE_URL", url)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut errors = BufReader::new(child.stderr.take().expect("its standard error"));
    let mut said = String::new();
    while !said.contains(until) {
        let read = errors.read_line(&mut said).await.expect("a line");
        assert!(read > 0, "it ended: {said}");
    }
    (child, errors, said)
}

async fn ended(mut child: tokio::process::Child, mut errors: BufReader<tokio::process::ChildStderr>) -> String {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).expect("it runs");
    let pid = rustix::process::Pid::from_raw(id).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it gets the signal");
    let mut rest = String::new();
    errors.read_to_string(&mut rest).await.expect("text");
    assert_eq!(child.wait().await.expect("an end").code(), Some(0), "{rest}");
    rest
}

#[tokio::test]
async fn it_prints_a_key_once_and_the_key_opens_the_page_in_every_process() {
    let world = World::new().await;
    world.clock.move_to(Clock::Machine.now());
    let (child, errors, mut said) = served(&world, OWN, "give it this key:\n\n    ").await;
    assert!(said.contains(&format!("Open {OWN}/setup")), "{said}");
    let printed = said.lines().last().expect("the key").trim().to_owned();
    assert_eq!(printed.len(), 32, "{said}");
    let mut browser = Browser::new(&world.app.router);
    let answer = browser.post("/setup/key", &format!("key={printed}")).await;
    assert_eq!(answer.status, axum::http::StatusCode::SEE_OTHER);
    said.push_str(&ended(child, errors).await);
    assert_eq!(said.matches(&printed).count(), 1, "{said}");
    let stored: String = world.one("select string_agg(t::text, ' ') from setup_token t").await;
    assert!(!stored.contains(&printed));
}

#[tokio::test]
async fn without_an_address_that_github_reaches_it_prints_no_key() {
    let world = World::new().await;
    let (child, errors, said) = served(&world, "", "GitHub App is registered yet").await;
    assert!(
        said.contains("set PEERLORE_URL to an address that GitHub can reach"),
        "{said}"
    );
    let rest = ended(child, errors).await;
    assert!(!rest.contains("key"), "{rest}");
    assert_eq!(world.one::<i64>("select count(*) from setup_token").await, 0);
}

#[tokio::test]
async fn with_an_app_it_prints_no_key() {
    let world = World::new().await;
    world.registered().await;
    let (child, errors, said) = served(&world, OWN, "Peerlore listens on").await;
    let said = said + &ended(child, errors).await;
    assert!(!said.contains("/setup"), "{said}");
}
