//! The doctor in a healthy world, and in one broken world after the other.
use std::path::PathBuf;

use chrono::Duration;
use peerlore::demo::github::failures::Failure;
use peerlore::model::clock::Clock;
use serde_json::Value;
use serde_json::json;
use sqlx::ConnectOptions;

use crate::world::OWN;
use crate::world::World;
use crate::world::by;
use crate::world::key;

/// A world with an App that is installed and told of, and the settings of whoever runs the doctor.
pub struct Patient {
    pub world: World,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
}

/// What the doctor said.
pub struct Said {
    pub code: Option<i32>,
    pub text: String,
    pub errors: String,
}

impl Patient {
    async fn healthy() -> Self {
        let world = World::new().await;
        world.registered().await;
        let _sent = world.github.add_repository(by("ada"), ".github", "Text", &[]);
        world
            .github
            .remember_delivery("2026-11-12T12:00:00Z".parse().expect("a time"), 202);
        Self::of(world)
    }

    pub fn of(world: World) -> Self {
        let name = world
            .pool()
            .connect_options()
            .get_database()
            .expect("a name")
            .to_owned();
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{name}"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let settings = vec![
            (
                "DATABASE_URL",
                world.pool().connect_options().to_url_lossy().to_string(),
            ),
            ("PEERLORE_DATA_DIR", folder.display().to_string()),
            ("PEERLORE_GITHUB_API_URL", world.loopback.url.clone()),
            ("PEERLORE_GITHUB_WEB_URL", world.loopback.url.clone()),
            ("PEERLORE_SEALING_KEY", key(1)),
            ("PEERLORE_URL", OWN.to_owned()),
        ];
        Self {
            world,
            folder,
            settings,
        }
    }

    /// The same with another setting.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value.to_owned()));
    }

    pub async fn asked(&self, arguments: &[&str]) -> Said {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_peerlore"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PEERLORE_") {
                command.env_remove(name);
            }
        }
        let settings = self.settings.iter().map(|(name, value)| (*name, value));
        let output = command.envs(settings).args(arguments).output().await.expect("it runs");
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .replace(&self.world.loopback.url, "http://github.test")
                .replace(&self.folder.display().to_string(), "/data")
        };
        Said {
            code: output.status.code(),
            text: text(&output.stdout),
            errors: text(&output.stderr),
        }
    }

    /// Everything that isn't as it should be; the exit code is checked with it.
    pub async fn complaints(&self) -> String {
        let said = self.asked(&["doctor"]).await;
        let wrong = said.text.contains("MEND ");
        assert_eq!(said.code, Some(i32::from(wrong)), "{}{}", said.text, said.errors);
        let lines: Vec<&str> = said.text.lines().filter(|line| !line.starts_with("ok ")).collect();
        lines.join("\n")
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

#[tokio::test]
async fn a_healthy_world() {
    let patient = Patient::healthy().await;
    let said = patient.asked(&["doctor"]).await;
    let (findings, left) = said.text.split_once("\nok   calls left: ").expect("the last line");
    assert!(
        left.starts_with("49") && left.ends_with(" of 5000 for acme\n"),
        "{left}"
    );
    insta::assert_snapshot!(findings, @r#"
    ok   Postgres programs: not needed: DATABASE_URL names a server
    ok   data folder: /data can be written to, with room on its disk
    ok   own address: https://peerlore.example
    ok   classifier: comments are read by areas-2
    ok   database: answers, and its schema is this version's
    ok   inbox: 0 webhooks and 0 jobs waiting
    ok   sealing key: 1 key in use, for nobody else to read
    ok   members: read, where there are any to read
    ok   settings files: none is broken
    ok   readings: what was read was read by it, as far as texts are kept
    ok   GitHub: http://github.test answers
    ok   clock: agrees with GitHub's
    ok   App: GitHub knows it as "peerlore-for-acme" (peerlore-for-acme), as the set-up page created it
    ok   permissions of the App: what it needs and nothing else
    ok   events: subscribed to all that are needed
    ok   webhook: signed, and sent to https://peerlore.example/webhooks/github
    ok   last delivery: pull_request at 2026-11-12 12:00 UTC was answered with 202
    ok   installations: 1 installation: acme
    ok   permissions granted: acme granted all that is needed
    ok   organisation's configuration: acme/.github can be read
    "#);
    assert_eq!((said.code, said.errors.as_str()), (Some(0), ""));
    let said = patient.asked(&["doctor", "--json"]).await;
    let found: Vec<Value> = serde_json::from_str(&said.text).expect("JSON");
    assert_eq!(found[2], json!({ "name": "own address", "verdict": "ok", "said": OWN }));
    assert!(found.iter().all(|one| one["verdict"] == "ok"));
    let secret = patient.world.github.webhook_secret().expect("a secret");
    assert!(!said.text.contains(&secret) && !said.text.contains(&key(1)));
}

#[tokio::test]
async fn before_the_set_up_it_says_where_to_go() {
    let mut patient = Patient::of(World::new().await);
    patient.settings.retain(|(name, _)| *name != "PEERLORE_SEALING_KEY");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND App: no GitHub App is registered, so no webhook is accepted
         run `peerlore serve` and open https://peerlore.example/setup; `peerlore setup` prints a key for it
    ");
    patient.set("PEERLORE_URL", "");
    insta::assert_snapshot!(patient.complaints().await, @r"
    note own address: PEERLORE_URL is not set, so pages and links are for this machine only
         set it to the address that GitHub and your colleagues reach, such as https://peerlore.example.com
    MEND App: no GitHub App is registered, so no webhook is accepted
         set PEERLORE_URL to an address that GitHub can reach, then run `peerlore serve` and open its page /setup
    ");
}

#[tokio::test]
async fn sealing_keys_that_are_wrong_or_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let mut patient = Patient::healthy().await;
    patient.set("PEERLORE_SEALING_KEY", &key(2));
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND sealing key: the stored private key of the App doesn't open with this sealing key
         give the key that sealed it (PEERLORE_SEALING_KEY, the same for every process); if it is lost, `peerlore setup --forget` and set the App up anew
    ");
    patient.set("PEERLORE_SEALING_KEY", "nonsense");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND sealing key: PEERLORE_SEALING_KEY holds no key
         give 32 bytes in base64, as `openssl rand -base64 32` makes them; two with a comma while rotating, the new one first
    ");
    patient.set("PEERLORE_SEALING_KEY", "");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND sealing key: there is no sealing key at /data/sealing-key
         it was there when the App was set up, so put it back, or set PEERLORE_SEALING_KEY
    ");
    let file = patient.folder.join("sealing-key");
    std::fs::write(&file, key(1)).expect("a file");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND sealing key: /data/sealing-key holds the sealing key and has mode 644, so that others can read it
         chmod 600 /data/sealing-key
    ");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    assert_eq!(patient.complaints().await, "");
}

#[tokio::test]
async fn a_classifier_that_is_not_there() {
    let mut patient = Patient::healthy().await;
    patient.set("PEERLORE_CLASSIFIER", "/nowhere/ours.gz");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND classifier: /nowhere/ours.gz can't be read; PEERLORE_CLASSIFIER names a file that `peerlore train classify` made: No such file or directory (os error 2)
         mend what it names, or read with the one in the binary: unset PEERLORE_CLASSIFIER, `peerlore model remove`
    ");
    let refused = patient.asked(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(
        refused.code == Some(1) && refused.errors.contains("/nowhere/ours.gz can't be read"),
        "{}",
        refused.errors
    );
}

#[tokio::test]
async fn addresses_that_github_cannot_reach() {
    let mut patient = Patient::healthy().await;
    patient.set("PEERLORE_URL", "nonsense");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND own address: PEERLORE_URL is no address
         write it as https://peerlore.example.com
    MEND webhook: GitHub sends them to https://peerlore.example/webhooks/github, and we are nonsense/webhooks/github
         set one of the two right: PEERLORE_URL here, or the address on the App's page at GitHub, under Webhook
    ");
    let refused = patient.asked(&["serve"]).await;
    insta::assert_snapshot!(refused.errors, @"peerlore: PEERLORE_URL is no address: write it as https://peerlore.example.com");
    patient.set("PEERLORE_URL", "http://localhost:8080");
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND own address: PEERLORE_URL names this machine only, so GitHub can't send its webhooks there
         set it to an address that GitHub can reach, such as https://peerlore.example.com
    MEND webhook: GitHub sends them to https://peerlore.example/webhooks/github, and we are http://localhost:8080/webhooks/github
         set one of the two right: PEERLORE_URL here, or the address on the App's page at GitHub, under Webhook
    ");
}

#[tokio::test]
async fn a_database_that_is_away_or_none() {
    let mut patient = Patient::healthy().await;
    patient.set("DATABASE_URL", "postgres://someone:hunter2@127.0.0.1:1/peerlore");
    let said = patient.complaints().await;
    assert!(!said.contains("hunter2"));
    insta::assert_snapshot!(said, @r"
    MEND database: the database can't be reached: error communicating with database: Connection refused (os error 111)
         check the address, whether the server runs there, and the database's log
    ");
    patient.set("DATABASE_URL", "mysql://someone:hunter2@127.0.0.1/peerlore");
    let said = patient.complaints().await;
    assert!(!said.contains("hunter2"));
    insta::assert_snapshot!(said, @r#"
    MEND database: DATABASE_URL names no Postgres (it begins with "mysql"); write it as postgres://user:password@host:5432/database
         set DATABASE_URL to a Postgres that runs, or unset it to use the private one
    "#);
}

#[tokio::test]
async fn a_clock_that_is_off_and_credentials_that_are_refused() {
    let patient = Patient::healthy().await;
    let github = &patient.world.github;
    // Half a minute in the middle, so that the seconds which pass in between don't matter.
    github.set_date(Clock::Machine.now() - Duration::seconds(600));
    let said = patient.complaints().await;
    assert!(said.starts_with("MEND clock: this machine's clock is 6"), "{said}");
    assert!(
        said.contains("s ahead of GitHub's, and tokens are refused over 60\n     let the machine keep time"),
        "{said}"
    );
    github.set_date(Clock::Machine.now() + Duration::seconds(40));
    let said = patient.complaints().await;
    assert!(
        said.starts_with("note clock: ") && said.contains("s behind GitHub's"),
        "{said}"
    );
    github.set_date(Clock::Machine.now());
    github.fail_next(Some("GET"), "/app", 1, Failure::Status(401));
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND App: GitHub doesn't take the App's number and key
         see the clock above; else make a new private key on the App's page, or, if the App is gone, `peerlore setup --forget` and create another
    ");
    github.fail_next(None, "", 3, Failure::Status(502));
    let said = patient.complaints().await;
    assert!(
        said.starts_with("MEND GitHub: reaching GitHub: GitHub could not be reached or failed (status 502)"),
        "{said}"
    );
}

#[tokio::test]
async fn permissions_and_events_that_are_missing() {
    let patient = Patient::healthy().await;
    let github = &patient.world.github;
    github.grant_permissions(
        json!({ "metadata": "read", "pull_requests": "read", "issues": "read", "contents": "write" }),
    );
    github.subscribe(json!(["push", "pull_request"]));
    github.select_repositories();
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND permissions of the App: it doesn't ask for checks: write, members: read, pull_requests: write
         add that on the App's page at http://github.test: Permissions and events; then each owner has to accept it
    MEND events: not subscribed to pull_request_review, pull_request_review_comment, pull_request_review_thread, issue_comment, membership, team, organization, member, repository, issues
         subscribe on the App's page at GitHub: Permissions and events
    MEND permissions granted: acme hasn't granted checks: write, members: read, pull_requests: write
         an owner of acme accepts the new permissions in the organisation's settings: GitHub Apps, Review request
    ");
}

#[tokio::test]
async fn without_a_repository_for_the_configuration() {
    let world = World::new().await;
    world.registered().await;
    world
        .github
        .remember_delivery("2026-11-12T12:00:00Z".parse().expect("a time"), 202);
    let patient = Patient::of(world);
    assert_eq!(
        patient.complaints().await,
        "",
        "an organisation without .github is fine"
    );
    patient.world.github.select_repositories();
    insta::assert_snapshot!(patient.complaints().await, @r"
    note organisation's configuration: acme/.github isn't among the App's repositories, or isn't there: defaults hold
         to configure the whole organisation, give the App that repository in the organisation's settings: GitHub Apps
    ");
}

#[tokio::test]
async fn webhooks_that_go_elsewhere_or_fail() {
    let patient = Patient::healthy().await;
    let github = &patient.world.github;
    let ours = format!("{OWN}/webhooks/github");
    github.set_hook("https://old.example/webhooks/github", Some("x"), true);
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND webhook: GitHub sends them to https://old.example/webhooks/github, and we are https://peerlore.example/webhooks/github
         set one of the two right: PEERLORE_URL here, or the address on the App's page at GitHub, under Webhook
    ");
    github.set_hook(&ours, None, true);
    github.remember_delivery("2026-11-12T12:00:00Z".parse().expect("a time"), 401);
    insta::assert_snapshot!(patient.complaints().await, @r"
    MEND webhook: they are not signed, so every one is refused
         set a secret on the App's page at GitHub, under Webhook; the set-up page sets one by itself
    MEND last delivery: pull_request at 2026-11-12 12:00 UTC was answered with 401
         the secret differs: it must be the same on the App's page at GitHub and here
    ");
    github.set_hook(&ours, Some("x"), false);
    github.remember_delivery("2026-11-12T12:00:00Z".parse().expect("a time"), 0);
    insta::assert_snapshot!(patient.complaints().await, @r"
    note webhook: GitHub doesn't check our certificate before it sends
         enable SSL verification on the App's page at GitHub, under Webhook
    MEND last delivery: GitHub reached nobody with pull_request at 2026-11-12 12:00 UTC (failed to connect)
         PEERLORE_URL has to be an address that GitHub reaches, with a certificate that it trusts
    ");
}

#[tokio::test]
async fn settings_that_name_the_app_are_said_to_win() {
    let mut patient = Patient::healthy().await;
    let pem = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/app-key.pem");
    patient.set("PEERLORE_GITHUB_APP_ID", "1");
    patient.set("PEERLORE_GITHUB_PRIVATE_KEY_FILE", &pem.display().to_string());
    patient.set("PEERLORE_WEBHOOK_SECRET", "0123456789abcdef");
    let said = patient.asked(&["doctor"]).await;
    assert!(
        said.text.contains("from the settings; they win over a stored App"),
        "{}",
        said.text
    );
    assert!(
        said.text.contains("from the settings, which win over a stored one"),
        "{}",
        said.text
    );
    patient.set("PEERLORE_WEBHOOK_SECRET", "fifteen letters");
    let said = patient.complaints().await;
    assert!(
        said.contains("MEND webhook secret: it is shorter than 16 characters"),
        "{said}"
    );
}

#[tokio::test]
async fn an_app_can_be_forgotten_on_the_command_line() {
    let patient = Patient::healthy().await;
    let said = patient.asked(&["setup"]).await;
    assert!(
        said.errors.starts_with("The App peerlore-for-acme is registered."),
        "{}",
        said.errors
    );
    let forgotten = patient.asked(&["setup", "--forget"]).await;
    assert_eq!(forgotten.code, Some(0), "{}", forgotten.errors);
    let again = patient.asked(&["setup", "--forget"]).await;
    assert_eq!(again.code, Some(1), "{}", again.errors);
    let invited = patient.asked(&["setup"]).await;
    let line = invited.errors.lines().nth(2).expect("a key").trim().to_owned();
    assert_eq!(line.len(), 32, "{}", invited.errors);
    patient.world.clock.move_to(Clock::Machine.now());
    let mut browser = crate::world::Browser::new(&patient.world.replica(&key(1)).router);
    let answer = browser.post("/setup/key", &format!("key={line}")).await;
    assert_eq!(answer.status, axum::http::StatusCode::SEE_OTHER, "the key is good");
}
