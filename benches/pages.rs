//! How long each page of the demo takes, and how big it is: `cargo bench --bench pages`.
//!
//! Starts `peerlore demo` as everybody does and asks it over loopback, as the learner whose page has most on it. Ends with 1 where the 95th
//! percentile of a page is 50 ms or more, or a page with its stylesheet has 100 KB or more. The first start makes the demo's year, which
//! stays in `target/tmp/pages`; delete that for a new one.
use std::collections::BTreeSet;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use axum::body::Body;
use axum::body::Bytes;
use axum::http::Request;
use axum::http::header;
use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use peerlore::demo::stories::STORIES;
use peerlore::web::looks_as::CHOSEN;

/// The 95th percentile that no page may reach.
const MOST_TIME: Duration = Duration::from_millis(50);
/// Bytes that no page with its stylesheet may reach, as they are sent.
const MOST_BYTES: usize = 100_000;
const STYLE: &str = "/style.css";

#[derive(Parser)]
struct Asked {
    /// How often each page is asked for
    #[arg(long, default_value_t = 200)]
    requests: usize,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

/// The demo, which ends with this.
struct Demo {
    process: Child,
    client: Client<HttpConnector, Body>,
    url: String,
    example: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let id = i32::try_from(self.process.id()).ok();
        if let Some(pid) = id.and_then(rustix::process::Pid::from_raw) {
            // As Ctrl-C does, so that it stops its Postgres.
            let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ended = self.process.wait();
    }
}

impl Demo {
    fn start() -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        let mut command = Command::new(env!("CARGO_BIN_EXE_peerlore"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PEERLORE_") {
                command.env_remove(name);
            }
        }
        command.env_remove("DATABASE_URL").arg("--data-dir").arg(folder);
        let mut process = command
            .args(["--listen", "127.0.0.1:0", "--log", "error", "demo"])
            .stderr(Stdio::piped())
            .spawn()?;
        let said = BufReader::new(process.stderr.take().context("its standard error")?);
        let (mut url, mut example) = (None, None);
        for line in said.lines() {
            let line = line?;
            println!("{line}");
            let address = line.split_whitespace().find(|word| word.starts_with("http://"));
            if line.starts_with("Ready after") {
                url = address.map(str::to_owned);
            } else if let (Some(url), true) = (&url, line.contains("/pulls/")) {
                example = address
                    .and_then(|address| address.strip_prefix(url.as_str()))
                    .map(str::to_owned);
                break;
            }
        }
        Ok(Self {
            process,
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: url.context("the demo ended before it was ready")?,
            example: example.context("the demo names no pull request")?,
        })
    }

    /// A page's bytes, and how long they took.
    async fn ask(&self, path: &str) -> anyhow::Result<(Bytes, Duration)> {
        let request = Request::get(format!("{}{path}", self.url))
            .header(header::COOKIE, format!("{CHOSEN}={}", STORIES.learner))
            .body(Body::empty())?;
        let begin = Instant::now();
        let answer = self.client.request(request).await?;
        anyhow::ensure!(answer.status().is_success(), "{path} answers {}", answer.status());
        let bytes = axum::body::to_bytes(Body::new(answer.into_body()), 10_000_000).await?;
        Ok((bytes, begin.elapsed()))
    }

    /// The first address on `page` that begins with `start`.
    async fn link(&self, page: &str, start: &str) -> anyhow::Result<String> {
        let (bytes, _) = self.ask(page).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let from = text.split(&format!("href=\"{start}")).nth(1);
        let rest = from.and_then(|rest| rest.split('"').next());
        rest.map(|rest| format!("{start}{rest}"))
            .with_context(|| format!("{page} leads to no {start}"))
    }

    async fn pages(&self) -> anyhow::Result<Vec<String>> {
        let alike = [
            "/",
            "/me",
            "/me/erase",
            "/me/export.json",
            "/teams",
            "/silent-experts",
            "/offboarding",
            "/flow",
            "/replay",
            "/replay.json",
            "/admin",
            "/docs",
            "/docs/skills",
            STYLE,
        ];
        let mut pages: BTreeSet<String> = alike.map(str::to_owned).into();
        pages.extend([
            self.example.clone(),
            self.link("/me", "/me/labels/").await?,
            self.link("/teams", "/teams/").await?,
            self.link("/replay", "/replay/").await?,
        ]);
        for login in [STORIES.silent_expert, STORIES.single_holder, STORIES.busy_expert] {
            pages.extend([format!("/people/{login}"), format!("/offboarding/{login}")]);
        }
        Ok(pages.into_iter().collect())
    }
}

/// What a page costs.
struct Cost {
    first: Duration,
    half: Duration,
    most: Duration,
    bytes: usize,
    packed: usize,
}

async fn cost(demo: &Demo, path: &str, requests: usize) -> anyhow::Result<Cost> {
    let (bytes, first) = demo.ask(path).await?;
    let mut times = Vec::new();
    for _ in 0..requests.max(20) {
        times.push(demo.ask(path).await?.1);
    }
    times.sort_unstable();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&bytes)?;
    Ok(Cost {
        first,
        half: times[times.len() / 2],
        most: times[times.len() * 95 / 100],
        bytes: bytes.len(),
        packed: packed.finish()?.len(),
    })
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<ExitCode> {
    let asked = Asked::parse();
    let demo = Demo::start()?;
    let style = demo.ask(STYLE).await?.0.len();
    let build = if cfg!(debug_assertions) { "; a debug build" } else { "" };
    println!("\n{} requests a page{build}\n", asked.requests);
    println!(
        "{:<44} {:>9} {:>9} {:>9} {:>8} {:>8}",
        "page", "first", "p50", "p95", "bytes", "gzip"
    );
    let mut too_much = Vec::new();
    for path in demo.pages().await? {
        let cost = cost(&demo, &path, asked.requests).await?;
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        println!(
            "{path:<44} {:>9} {:>9} {:>9} {:>8} {:>8}",
            ms(cost.first),
            ms(cost.half),
            ms(cost.most),
            cost.bytes,
            cost.packed
        );
        if cost.most >= MOST_TIME {
            too_much.push(format!("{path} takes {} at the 95th percentile", ms(cost.most)));
        }
        // Data needs no stylesheet.
        let whole = cost.bytes + if path.contains(".json") { 0 } else { style };
        if whole >= MOST_BYTES {
            too_much.push(format!("{path} has {whole} bytes with its stylesheet"));
        }
    }
    if too_much.is_empty() {
        println!(
            "\nEvery page is below {} ms and {MOST_BYTES} bytes.",
            MOST_TIME.as_millis()
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("\n{}", too_much.join("\n"));
    Ok(ExitCode::FAILURE)
}
