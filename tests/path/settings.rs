//! Settings as code: what is in force, what a broken file leaves, and what a pull request is told of its own.
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::How;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::PullName;
use peerlore::demo::github::Push;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::expire;
use peerlore::pipeline::settings;
use peerlore::store;
use serde_json::Value;
use tower::ServiceExt;

use crate::commands;
use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::text;

/// Where the file lies.
pub const FILE: &str = ".github/peerlore.toml";

/// Pushes the settings of `shop` to its default branch.
pub async fn set(peerlore: &Peerlore, minute: i64, text: &str) {
    change(peerlore, "shop", minute, Change::write(FILE, text)).await;
}

/// Pushes a change to the default branch.
pub async fn change(peerlore: &Peerlore, repo: &str, minute: i64, change: Change) {
    let sent = peerlore
        .github
        .push_to_base(repo, by("ada", minute), "Settings", &[change]);
    peerlore.tell(sent).await;
}

/// The organisation's own repository with its settings.
pub async fn organisation_sets(peerlore: &Peerlore, minute: i64, path: &str, text: &str) {
    let files = [Change::write(path, text)];
    let sent = peerlore
        .github
        .add_repository(by("ada", minute), ".github", "TOML", &files);
    peerlore.tell(sent).await;
}

/// What holds in `shop`.
pub async fn in_force(peerlore: &Peerlore) -> Settings {
    let (id, mut conn) = (peerlore.tenant().await, peerlore.conn().await);
    let repo = peerlore.key(&name(0)).await.repo;
    let found = settings::in_force(&mut conn, &peerlore.settings, id, repo).await;
    found.expect("the database")
}

/// What is wrong with the files on default branches.
async fn faults(peerlore: &Peerlore) -> Vec<String> {
    let (id, mut conn) = (peerlore.tenant().await, peerlore.conn().await);
    let broken = store::settings::broken(&mut conn, id).await.expect("the database");
    let told = |file: store::settings::Broken| {
        let source = file.source;
        file.faults.into_iter().map(move |fault| format!("{source} {fault}"))
    };
    broken.into_iter().flat_map(told).collect()
}

fn name(number: u64) -> PullName {
    PullName {
        repo: "shop".to_owned(),
        number,
    }
}

/// Opens a pull request that changes the settings and a line of the ledger.
async fn propose(peerlore: &Peerlore, act: Act<'_>, settings: &str) -> PullName {
    let new = NewPull {
        repo: "shop".to_owned(),
        title: "Other settings".to_owned(),
        branch: "settings".to_owned(),
        changes: vec![
            Change::write(FILE, settings),
            Change::write(LEDGER, text(&[(7, "let seven = 7.0;")])),
        ],
        ..NewPull::default()
    };
    let (pull, sent) = peerlore.github.open_pull(act, &new);
    peerlore.tell(sent).await;
    pull
}

/// A check run in words: its conclusion, title and annotations.
fn told(run: &Value) -> String {
    let output = &run["output"];
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    let lines: Vec<String> = annotations
        .iter()
        .map(|one| format!("{}:{} {}", one["path"], one["start_line"], one["message"]))
        .collect();
    format!(
        "{} {} {} {}",
        run["name"],
        run["conclusion"],
        output["title"],
        lines.join("; ")
    )
}

fn checks(peerlore: &Peerlore) -> Vec<String> {
    peerlore.github.check_runs().iter().map(told).collect()
}

#[tokio::test]
async fn a_push_with_a_good_file_changes_the_next_suggestion() {
    let peerlore = Peerlore::with_history().await;
    let before = peerlore
        .open(by("ada", TODAY), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    assert_eq!(peerlore.said(&before).len(), 1);
    assert_eq!(peerlore.picked(&before).await, ("ben".to_owned(), "cleo".to_owned()));
    set(&peerlore, TODAY + 1, "surface = \"web\"\nlearner = false\n").await;
    let after = peerlore
        .open(by("ada", TODAY + 2), LEDGER, &[(9, "let nine = 9.0;")])
        .await;
    assert_eq!(peerlore.said(&after), [""; 0]);
    assert_eq!(peerlore.picked(&after).await, ("ben".to_owned(), "-".to_owned()));
}

#[tokio::test]
async fn a_push_that_touches_other_files_asks_nothing() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.forget_requests();
    change(
        &peerlore,
        "shop",
        TODAY,
        Change::write(LEDGER, text(&[(4, "let four = 4.0;")])),
    )
    .await;
    let asked = peerlore.github.requests();
    assert!(!asked.iter().any(|one| one.path.contains("peerlore.toml")), "{asked:?}");
}

#[tokio::test]
async fn a_broken_file_keeps_the_last_good_one_in_force_and_leaves_its_faults() {
    let peerlore = Peerlore::with_history().await;
    set(&peerlore, TODAY, "daily_cap = 1").await;
    set(&peerlore, TODAY + 1, "# more\n\n\ndaily_cap = 51\nlerner = false").await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 1);
    let expected = [
        "shop/.github/peerlore.toml line 4: daily_cap must be between 0 and 50",
        "shop/.github/peerlore.toml line 5: there is no key lerner; did you mean learner?",
    ];
    assert_eq!(faults(&peerlore).await, expected);
    let mut doctor = commands::peerlore(&peerlore, &["doctor", "--json"]);
    let found = commands::finding(&mut doctor, "settings files").expect("a finding");
    assert_eq!(found["found"], format!("acme/{}", expected[0].replacen(' ', ": ", 1)));
    set(&peerlore, TODAY + 2, "daily_cap = 3").await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 3);
    assert_eq!(faults(&peerlore).await, [""; 0]);
}

#[tokio::test]
async fn a_file_that_is_gone_counts_no_more() {
    let peerlore = Peerlore::with_history().await;
    set(&peerlore, TODAY, "daily_cap = 1").await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 1);
    change(&peerlore, "shop", TODAY + 1, Change::remove(FILE)).await;
    assert_eq!(in_force(&peerlore).await, peerlore.settings);
}

#[tokio::test]
async fn a_repository_overrides_its_organisation_key_by_key() {
    let peerlore = Peerlore::with_history().await;
    organisation_sets(
        &peerlore,
        TODAY,
        FILE,
        "daily_cap = 1\ncapacity = 9\n[leads]\npayments = [\"eve\"]",
    )
    .await;
    set(&peerlore, TODAY + 1, "daily_cap = 2\nleads = { payments = [\"finn\"] }").await;
    let found = in_force(&peerlore).await;
    assert_eq!(
        (found.daily_cap, found.capacity),
        (1, 9),
        "who can write to a repository leads nobody by it"
    );
    assert_eq!(faults(&peerlore).await.len(), 1);
    set(&peerlore, TODAY + 2, "daily_cap = 2").await;
    let found = in_force(&peerlore).await;
    assert_eq!(
        (found.daily_cap, found.capacity, found.surface),
        (2, 9, Surface::Comment)
    );
    assert_eq!(found.leads["payments"], ["eve"]);
    change(&peerlore, ".github", TODAY + 3, Change::remove(FILE)).await;
    assert_eq!(in_force(&peerlore).await.capacity, 6);
}

#[tokio::test]
async fn the_organisations_file_may_lie_at_the_top() {
    let peerlore = Peerlore::with_history().await;
    organisation_sets(&peerlore, TODAY, "peerlore.toml", "capacity = 9").await;
    assert_eq!(in_force(&peerlore).await.capacity, 9);
    change(&peerlore, ".github", TODAY + 1, Change::write(FILE, "capacity = 8")).await;
    assert_eq!(in_force(&peerlore).await.capacity, 8, "the first of the two counts");
}

#[tokio::test]
async fn what_a_head_says_is_told_and_never_used() {
    let peerlore = Peerlore::with_history().await;
    let pull = propose(&peerlore, by("ada", TODAY), "surface = \"web\"").await;
    assert_eq!(
        checks(&peerlore),
        [r#""Peerlore configuration" "neutral" "surface \"comment\" -> \"web\"" "#]
    );
    assert_eq!(in_force(&peerlore).await.surface, Surface::Comment);
    assert_eq!(peerlore.said(&pull).len(), 1, "it is still shown as before");
    peerlore.tell(peerlore.github.merge(&pull, by("ada", TODAY + 5))).await;
    assert_eq!(in_force(&peerlore).await.surface, Surface::Web);
}

#[tokio::test]
async fn faults_are_told_where_they_were_made_and_once() {
    let peerlore = Peerlore::with_history().await;
    let act = by("ada", TODAY);
    let new = NewPull {
        repo: "shop".to_owned(),
        title: "Other settings".to_owned(),
        branch: "settings".to_owned(),
        changes: vec![Change::write(FILE, "learner = true\ndaly_cap = 2\nhalf_life = 1\n")],
        ..NewPull::default()
    };
    let (pull, sent) = peerlore.github.open_pull(act, &new);
    peerlore.tell(sent.clone()).await;
    let first = r#""Peerlore configuration" "neutral" "2 faults in the settings file" ".github/peerlore.toml":2 "there is no key daly_cap; did you mean daily_cap?"; ".github/peerlore.toml":3 "half_life must be between 7 and 730""#;
    assert_eq!(checks(&peerlore), [first]);
    // The same delivery under another number, and what a retried job would do.
    let again = sent.into_iter().map(|mut one| {
        one.id = one.id.replace('-', "+");
        one
    });
    peerlore.tell(again).await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    settings::check::run(&peerlore.app.pipeline, id, key)
        .await
        .expect("GitHub is there");
    assert_eq!(
        checks(&peerlore),
        [first],
        "neither a second run nor doubled annotations"
    );
    let push = Push {
        message: "Mend it".to_owned(),
        how: How::Append,
        changes: vec![Change::write(FILE, "daily_cap = 2\nlearner = false\n")],
    };
    peerlore
        .tell(peerlore.github.push_to_pull(&pull, by("ada", TODAY + 3), &push))
        .await;
    let second = r#""Peerlore configuration" "neutral" "2 keys change" "#;
    assert_eq!(checks(&peerlore), [first, second]);
    let summary = peerlore.github.check_runs()[1]["output"]["summary"].clone();
    insta::assert_snapshot!(summary.as_str().expect("a text"), @r"
    The file is good. Once this is merged into the default branch:

        daily_cap 4 -> 2
        learner true -> false
    ");
    assert_eq!(in_force(&peerlore).await, peerlore.settings);
}

#[tokio::test]
async fn a_pull_request_with_other_files_is_told_nothing() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .open(by("ada", TODAY), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    assert_eq!(checks(&peerlore), [""; 0]);
}

#[tokio::test]
async fn what_github_declines_for_good_stops_nothing() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .github
        .fail_next(Some("POST"), "check-runs", 1, Failure::Status(403));
    let pull = propose(&peerlore, by("ada", TODAY), "learner = false").await;
    assert_eq!(checks(&peerlore), [""; 0]);
    assert_eq!(peerlore.said(&pull).len(), 1);
}

#[tokio::test]
async fn a_failure_of_github_is_tried_again() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .github
        .fail_next(Some("GET"), "contents/.github/peerlore.toml", 1, Failure::Status(502));
    set(&peerlore, TODAY, "daily_cap = 1").await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 4);
    peerlore.let_time_pass().await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 1);
}

#[tokio::test]
async fn what_is_too_large_or_no_text_is_refused_plainly() {
    let peerlore = Peerlore::with_history().await;
    set(&peerlore, TODAY, &"# nothing\n".repeat(7_000)).await;
    assert_eq!(
        faults(&peerlore).await,
        ["shop/.github/peerlore.toml line 1: the file is larger than 64 KB; make it smaller"]
    );
    // The fake sends this character as a byte that is no UTF-8.
    set(&peerlore, TODAY + 1, "# fine\n# \u{fffd}").await;
    assert_eq!(
        faults(&peerlore).await,
        ["shop/.github/peerlore.toml line 2: this is not UTF-8; save the file as UTF-8"]
    );
    assert_eq!(in_force(&peerlore).await, peerlore.settings);
}

#[tokio::test]
async fn a_push_that_was_missed_is_made_good_within_a_day() {
    let peerlore = Peerlore::with_history().await;
    let _missed = peerlore.github.push_to_base(
        "shop",
        by("ada", TODAY),
        "Settings",
        &[Change::write(FILE, "daily_cap = 1")],
    );
    assert_eq!(in_force(&peerlore).await.daily_cap, 4);
    peerlore.clock.move_to(at(TODAY + 2 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the database");
    peerlore.run_jobs().await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 1);
}

#[tokio::test]
async fn an_installation_finds_the_files_that_are_there() {
    let peerlore = Peerlore::empty(crate::harness::organisation("acme", 1), Settings::default()).await;
    let github = &peerlore.github;
    let _before = github.push_to_base(
        "shop",
        by("ada", 1),
        "Settings",
        &[Change::write(FILE, "daily_cap = 1")],
    );
    peerlore.tell(github.install(by("ada", 2))).await;
    assert_eq!(in_force(&peerlore).await.daily_cap, 1);
}

#[tokio::test]
async fn the_schema_is_public() {
    let peerlore = Peerlore::start().await;
    let request = Request::get("/schema/peerlore.json")
        .body(Body::empty())
        .expect("a request");
    let answer = peerlore.app.router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=3600");
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    let schema: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(schema["properties"]["daily_cap"]["maximum"], 50);
}
