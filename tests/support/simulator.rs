//! GitHub's own published descriptions, as npm packages serve them: its REST API as a server that refuses what the
//! description doesn't allow, and its GraphQL schemas.
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::npm;

const PACKAGE: &str = "@simulacrum/github-api-simulator";

/// A running server, stopped when it is dropped.
pub struct Simulator {
    process: Child,
    /// Its API's address.
    pub url: String,
}

impl Simulator {
    /// Starts one. None, said loudly, where npm is absent.
    pub async fn start() -> Option<Self> {
        let home = home()?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a free port")
            .port();
        let process = Command::new("node")
            .arg(script(&home, "simulator.mjs"))
            .arg(port.to_string())
            .current_dir(&home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node, which comes with npm");
        let mut simulator = Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
        };
        let give_up = Instant::now() + Duration::from_mins(2);
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            let ended = simulator.process.try_wait().expect("the simulator's state");
            assert!(ended.is_none(), "the simulator ended at once: {ended:?}");
            assert!(Instant::now() < give_up, "the simulator doesn't listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(simulator)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// What a published GraphQL schema doesn't allow, each once.
#[derive(serde::Deserialize)]
pub struct Faults {
    /// By github.com's schema of today.
    pub today: Vec<String>,
    /// By that of an Enterprise Server which GitHub no longer maintains.
    pub old_server: Vec<String>,
}

/// What GitHub's schemas don't allow in these queries; none where npm is absent.
pub fn faults_of_queries(queries: &[String]) -> Option<Faults> {
    let home = home()?;
    let mut process = Command::new("node")
        .arg(script(&home, "validate.mjs"))
        .current_dir(&home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node, which comes with npm");
    let input = serde_json::to_vec(queries).expect("texts");
    let mut pipe = process.stdin.take().expect("its standard input");
    pipe.write_all(&input).expect("the queries are sent");
    drop(pipe);
    let output = process.wait_with_output().expect("an answer");
    assert!(output.status.success(), "the validation failed");
    Some(serde_json::from_slice(&output.stdout).expect("lists of faults"))
}

/// The folder in which npm installed the package.
fn home() -> Option<PathBuf> {
    let package = npm::package(PACKAGE)?;
    Some(package.ancestors().nth(3).expect("node_modules' folder").to_owned())
}

/// A script of ours, beside the packages that it imports.
fn script(home: &Path, name: &str) -> PathBuf {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm").join(name);
    let copy = home.join(name);
    fs::copy(ours, &copy).expect("a copy of the script");
    copy
}
