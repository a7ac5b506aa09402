//! The npm package `emulate`: a GitHub that nobody here wrote, on a free loopback port, stopped when it is dropped.
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use crate::npm;

/// The App's number at the emulator.
pub const APP_ID: u64 = 4242;
/// The App's installation on the organisation.
pub const INSTALLATION: i64 = 100;
/// The organisation that everything belongs to.
pub const ORG: &str = "acme";
/// Its repository.
pub const REPO: &str = "ledger";
/// What webhooks are signed with.
pub const WEBHOOK_SECRET: &str = "emulated-secret";
/// The App's private key; it opens nothing but the emulator.
pub const APP_KEY: &str = include_str!("../data/app-key.pem");

/// A running emulator.
pub struct Emulator {
    process: Child,
    seed: PathBuf,
    log: PathBuf,
    /// Its API's address.
    pub url: String,
}

impl Emulator {
    /// Starts one that sends its webhooks to `webhook_url`. None, said loudly, where npm is absent.
    ///
    /// People: `ada` (owner), `bo` and `cy` (members), each with the token `token-LOGIN`.
    pub async fn start(webhook_url: Option<&str>) -> Option<Self> {
        let package = npm::package("emulate")?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a free port")
            .port();
        let url = format!("http://127.0.0.1:{port}");
        let seed = package.join(format!("seed-{port}.json"));
        fs::write(&seed, seed_of(webhook_url).to_string()).expect("the seed file");
        let log_path = package.join(format!("log-{port}.txt"));
        let log = fs::File::create(&log_path).expect("a log file");
        let process = Command::new("node")
            .arg(package.join("dist/index.js"))
            .args([
                "--service",
                "github",
                "--port",
                &port.to_string(),
                "--base-url",
                &url,
                "--seed",
            ])
            .arg(&seed)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log file"))
            .stderr(log)
            .spawn()
            .expect("node, which comes with npm");
        let mut emulator = Self {
            process,
            seed,
            log: log_path,
            url,
        };
        emulator.wait_until_it_listens(port).await;
        Some(emulator)
    }

    async fn wait_until_it_listens(&mut self, port: u16) {
        let give_up = Instant::now() + Duration::from_mins(1);
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            let ended = self.process.try_wait().expect("the emulator's state");
            assert!(
                ended.is_none(),
                "the emulator ended at once: {ended:?}; see {}",
                self.log.display()
            );
            assert!(Instant::now() < give_up, "the emulator doesn't listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends a request as a person (by their token) and gives status and answer.
    pub async fn send_as(&self, login: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let client = octocrab::Octocrab::builder()
            .base_uri(self.url.as_str())
            .expect("an address");
        let client = client
            .personal_token(format!("token-{login}"))
            .build()
            .expect("a client");
        let response = match method {
            "GET" => client._get(path).await,
            "POST" => client._post(path, Some(body)).await,
            "PATCH" => client._patch(path, Some(body)).await,
            "PUT" => client._put(path, Some(body)).await,
            other => panic!("{other} is not used here"),
        }
        .expect("an answer");
        let status = response.status().as_u16();
        let text = client.body_to_string(response).await.expect("text");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        fs::remove_file(&self.seed).ok();
        if !std::thread::panicking() {
            fs::remove_file(&self.log).ok();
        }
    }
}

fn seed_of(webhook_url: Option<&str>) -> Value {
    let permissions = json!({
        "metadata": "read", "pull_requests": "write", "issues": "write", "members": "read",
        "checks": "write", "contents": "read",
    });
    let people = ["ada", "bo", "cy"];
    let tokens: serde_json::Map<String, Value> = people
        .iter()
        .map(|login| {
            (
                format!("token-{login}"),
                json!({ "login": login, "scopes": ["repo", "read:org", "admin:repo_hook"] }),
            )
        })
        .collect();
    json!({
        "tokens": tokens,
        "github": {
            "users": people.map(|login| json!({ "login": login, "name": login })),
            "orgs": [{ "login": ORG, "members": [
                { "login": "ada", "role": "admin" }, { "login": "bo" }, { "login": "cy" },
            ] }],
            "repos": [{ "owner": ORG, "name": REPO, "auto_init": true }],
            "apps": [{
                "app_id": APP_ID, "slug": "peerlore", "name": "Peerlore", "private_key": APP_KEY,
                "permissions": permissions, "events": ["*"],
                "webhook_url": webhook_url, "webhook_secret": WEBHOOK_SECRET,
                "installations": [{ "installation_id": INSTALLATION, "account": ORG, "repository_selection": "all" }],
            }],
        },
    })
}
