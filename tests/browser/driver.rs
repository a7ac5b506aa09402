//! One Chromium with a profile of its own, driven through Debian's chromedriver.
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use fantoccini::Client;
use fantoccini::ClientBuilder;
use fantoccini::Locator;
use fantoccini::actions::InputSource;
use fantoccini::actions::KeyAction;
use fantoccini::actions::KeyActions;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use serde_json::Value;
use serde_json::json;
use url::ParseError;
use url::Url;

use crate::stage::Stage;

/// A browser window's inner width that no phone goes below, and one of a desk.
pub const PHONE: u32 = 360;
pub const DESK: u32 = 1280;

/// A running browser; it ends when it is closed or dropped.
pub struct Browser {
    client: Client,
    driver: Child,
    chromium: Option<Pid>,
    /// Profile and downloads.
    pub folder: tempfile::TempDir,
}

/// What runs in the browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scripts {
    Run,
    /// As for somebody who switched them off.
    Off,
}

impl Browser {
    /// Opens one, and the stage. None, said loudly, where Chromium isn't installed.
    pub async fn open() -> Option<(&'static Stage, Self)> {
        let browser = Self::with(Scripts::Run).await?;
        Some((Stage::shared().await, browser))
    }

    /// Opens one in which scripts run or don't.
    pub async fn with(scripts: Scripts) -> Option<Self> {
        let (chromium, driver) = installed()?;
        let folder = tempfile::tempdir().expect("a folder");
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let port = port_of(&mut driver);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let wanted = capabilities(&chromium, &folder, scripts);
        let connected = builder
            .capabilities(wanted.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        let client = match connected {
            Ok(client) => client,
            Err(error) => {
                driver.kill().ok();
                panic!("Chromium doesn't start: {error}");
            }
        };
        let chromium = client
            .capabilities()
            .and_then(|own| own.get("goog:processID")?.as_i64());
        let chromium = chromium.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let browser = Self {
            client,
            driver,
            chromium,
            folder,
        };
        browser.looks(DESK, "light").await;
        Some(browser)
    }

    /// Ends it; dropping it does so less gently.
    pub async fn close(mut self) {
        self.client.clone().close().await.expect("the browser ends");
        self.chromium = None;
    }

    /// From now on the window is this wide, and its person prefers `light` or `dark`.
    pub async fn looks(&self, width: u32, scheme: &str) {
        let phone = width < 600;
        let height = if phone { 780 } else { 900 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Opens an address and gives its title.
    pub async fn goto(&self, address: &str) -> String {
        let gone = self.client.goto(address).await;
        gone.unwrap_or_else(|error| panic!("{address}: {error}"));
        self.client.title().await.expect("a title")
    }

    /// The path with its query and fragment that is open.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url[url::Position::BeforePath..].to_owned()
    }

    /// What a reader sees of the page.
    pub async fn text(&self) -> String {
        self.one("body").await.text().await.expect("text")
    }

    /// The element, once it is there.
    pub async fn one(&self, css: &str) -> Element {
        let found = self.client.wait().for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// All elements that are there now.
    pub async fn all(&self, css: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(css)).await.expect("elements")
    }

    /// The link or button with these words, once it is there.
    pub async fn named(&self, words: &str) -> Element {
        self.at(&format!(
            "//*[self::a or self::button or self::summary][normalize-space()='{words}']"
        ))
        .await
    }

    /// The element at an `XPath`, once it is there.
    pub async fn at(&self, path: &str) -> Element {
        let found = self.client.wait().for_element(Locator::XPath(path)).await;
        found.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// What is read in each element at an `XPath`, of which there must be one.
    pub async fn texts_at(&self, path: &str) -> Vec<String> {
        self.at(path).await;
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::XPath(path)).await.expect("elements") {
            texts.push(element.text().await.expect("text"));
        }
        texts
    }

    /// The page as it came.
    pub async fn source(&self) -> String {
        self.client.source().await.expect("a source")
    }

    /// What a finished download holds.
    pub async fn downloaded(&self, file: &Path) -> String {
        let give_up = Instant::now() + Duration::from_secs(30);
        loop {
            // Chromium renames it when it is whole.
            if let Ok(text) = std::fs::read_to_string(file) {
                return text;
            }
            assert!(Instant::now() < give_up, "{} doesn't come", file.display());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Clicks what carries these words, and waits for the page that it leads to.
    pub async fn click(&self, words: &str) {
        self.follow(self.named(words).await).await;
    }

    /// Clicks a link or button, and waits for the page that it leads to.
    pub async fn follow(&self, element: Element) {
        let before = self.one("html").await;
        let clicked = element.click().await;
        clicked.unwrap_or_else(|error| panic!("it can't be clicked: {error}"));
        self.leaves(&before).await;
    }

    /// Waits until another page than the one with this element is open.
    pub async fn leaves(&self, before: &Element) {
        let give_up = Instant::now() + Duration::from_secs(30);
        while before.tag_name().await.is_ok() {
            assert!(Instant::now() < give_up, "no other page opens");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.one("body").await;
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: &str) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value });
            actions = actions.then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.expect("keys are pressed");
    }

    /// What a function's body returns in the page.
    pub async fn asks(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.expect("an answer")
    }

    /// What a function's body gives to its last argument, a callback.
    pub async fn awaits(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.expect("an answer")
    }

    /// What the `DevTools` answer to a command.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let of = OfChromium {
            path: "goog/cdp/execute",
            body: json!({ "cmd": command, "params": parameters }),
        };
        self.client
            .issue_cmd(of)
            .await
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What a log of this kind gained since it was last asked for: `browser` or `performance`.
    pub async fn log(&self, kind: &'static str) -> Vec<Value> {
        let of = OfChromium {
            path: "se/log",
            body: json!({ "type": kind }),
        };
        let lines = self.client.issue_cmd(of).await.expect("a log");
        lines.as_array().expect("lines").clone()
    }

    /// What the page looks like.
    pub async fn picture(&self, shot: Shot) -> Vec<u8> {
        let wanted = match shot {
            Shot::Whole => json!({ "format": "png", "captureBeyondViewport": true, "clip": self.whole().await }),
            Shot::First(quality) => {
                let clip = json!({ "x": 0, "y": 0, "width": DESK, "height": 760, "scale": 1 });
                json!({ "format": "webp", "quality": quality, "clip": clip })
            }
        };
        let taken = self.devtools("Page.captureScreenshot", wanted).await;
        let text = taken["data"].as_str().expect("a picture");
        base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
    }

    async fn whole(&self) -> Value {
        let size = "const page = document.documentElement;
            return { x: 0, y: 0, width: innerWidth, height: page.scrollHeight, scale: 1 };";
        self.asks(size, Vec::new()).await
    }
}

/// Which part of a page is taken, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shot {
    /// All of it, as PNG.
    Whole,
    /// What is seen first, as a WebP of this quality.
    First(u8),
}

impl Drop for Browser {
    fn drop(&mut self) {
        // After a test that failed it still runs, and it outlives its driver.
        if let Some(chromium) = self.chromium {
            kill_process(chromium, Signal::KILL).ok();
        }
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

/// A command that only Chromium's driver has.
#[derive(Debug)]
struct OfChromium {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for OfChromium {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.body.to_string()))
    }
}

fn capabilities(chromium: &Path, folder: &tempfile::TempDir, scripts: Scripts) -> Value {
    let mut preferences = json!({
        "download.default_directory": folder.path().join("downloads"),
        "download.prompt_for_download": false,
    });
    if scripts == Scripts::Off {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    json!({
        "goog:chromeOptions": {
            "binary": chromium,
            // No sandbox: it can't be had as root, which CI is, and only our own pages are opened.
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--no-first-run", profile,
            ],
            "prefs": preferences,
        },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

/// The port that chromedriver says it listens on.
fn port_of(driver: &mut Child) -> u16 {
    let said = BufReader::new(driver.stdout.take().expect("its standard output"));
    for line in said.lines() {
        let line = line.expect("text");
        let port = line.split_once("started successfully on port ").map(|(_, port)| port);
        if let Some(port) = port.and_then(|port| port.trim_end_matches('.').parse().ok()) {
            return port;
        }
    }
    panic!("chromedriver ended before it listened");
}

/// Chromium and its driver; none, said loudly, where they aren't installed.
fn installed() -> Option<(PathBuf, PathBuf)> {
    if let (Some(chromium), Some(driver)) = (on_path("chromium"), on_path("chromedriver")) {
        return Some((chromium, driver));
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "Chromium is needed in CI: apt-get install chromium chromium-driver"
    );
    // Not by eprintln!, since what a passing test prints that way is never shown.
    let said = "SKIPPED: no chromium and chromedriver here, so tests in a browser prove nothing; apt-get install chromium chromium-driver\n";
    std::io::stderr().write_all(said.as_bytes()).expect("a standard error");
    None
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
