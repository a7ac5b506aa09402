//! The suggestion as a neutral check run: one on each head, edited in place, never failing anything.
use insta::assert_snapshot;
use peerlore::app::App;
use peerlore::demo::github::How;
use peerlore::demo::github::PullName;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::suggest;

use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];

async fn checked() -> (Peerlore, PullName) {
    let peerlore = Peerlore::with(Settings {
        surface: Surface::Check,
        ..Settings::default()
    })
    .await;
    peerlore.history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    (peerlore, pull)
}

/// What each check run says, title and summary, oldest first.
fn texts(peerlore: &Peerlore) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let runs = peerlore.github.check_runs();
    runs.iter()
        .map(|run| (text(&run["output"]["title"]), text(&run["output"]["summary"])))
        .collect()
}

fn writes(peerlore: &Peerlore, method: &str) -> usize {
    let asked = peerlore.github.requests();
    asked
        .iter()
        .filter(|one| one.method == method && one.path.contains("/check-runs"))
        .count()
}

#[tokio::test]
async fn it_names_two_and_says_why() {
    let (peerlore, pull) = checked().await;
    let runs = peerlore.github.check_runs();
    assert_eq!(
        (runs.len(), &runs[0]["conclusion"], &runs[0]["status"]),
        (1, &"neutral".into(), &"completed".into())
    );
    assert_eq!(runs[0]["head_sha"].as_str(), peerlore.github.head_of(&pull).as_deref());
    assert_eq!(peerlore.said(&pull), [""; 0], "and no comment");
    let (title, summary) = texts(&peerlore).remove(0);
    assert!(!summary.contains('@'));
    assert_snapshot!(format!("{title}\n\n{summary}"), @r#"
    ben knows this, cleo would learn

    **Knows this change:** `ben` – reviewed 1 change under `src/ledger/` in January; has reviewed one of this author's changes; reviewed 1 change here in the last 90 days

    **Would learn from it:** `cleo` – to learn here: `src/ledger/`, from `ben`; reviewed 1 change under `src/pages/`; would be the first person outside Payments to know `src/ledger/`

    Someone who knows: `ben`

    - reviewed 1 change under `src/ledger/` in January
    - has reviewed one of this author's changes
    - reviewed 1 change here in the last 90 days

    Someone who would learn, beside a reviewer who knows: `cleo`

    - would be the first person outside Payments to know `src/ledger/`
    - reviewed 1 change under `src/pages/`
    - knows Rust
    - reviewed 1 change under `src/` in January
    - to learn here: `src/ledger/`, from `ben`

    What you can do:

    - To accept, comment `/peerlore assign`, or request the review under Reviewers in the sidebar. Peerlore has asked and notified nobody.
    - To decline, do nothing; `/peerlore reroll` looks for others, and `/peerlore not-me` leaves you out here.
    - To be left out of everything, ask whoever runs Peerlore for `acme/shop` to run `peerlore opt-out LOGIN`.
    - To turn this off for `acme/shop`, set `surface = "web"` in its `.github/peerlore.toml` on the default branch.
    - [How this works, what is stored and who sees it](https://peerlore.example/docs)
    "#);
}

#[tokio::test]
async fn it_is_edited_in_place_and_only_when_it_changes() {
    let (peerlore, pull) = checked().await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    suggest::run(&peerlore.app.pipeline, id, key)
        .await
        .expect("GitHub is there");
    assert_eq!((writes(&peerlore, "POST"), writes(&peerlore, "PATCH")), (1, 0));
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "finn"))
        .await;
    assert_eq!((writes(&peerlore, "POST"), writes(&peerlore, "PATCH")), (1, 1));
    assert!(texts(&peerlore)[0].1.contains("`finn` already asked"));
}

#[tokio::test]
async fn a_new_head_has_one_of_its_own() {
    let (peerlore, pull) = checked().await;
    peerlore
        .push(&pull, by("ada", TODAY + 1), How::Append, &[(21, "let more = 21.0;")])
        .await;
    let runs = peerlore.github.check_runs();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[1]["head_sha"].as_str(), peerlore.github.head_of(&pull).as_deref());
}

#[tokio::test]
async fn two_replicas_at_the_same_moment_do_not_double_it() {
    let (peerlore, pull) = checked().await;
    peerlore
        .push(&pull, by("ada", TODAY + 1), How::Append, &[(21, "let more = 21.0;")])
        .await;
    peerlore.sql("delete from suggestion_check").await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    let run = |app: App| async move { suggest::run(&app.pipeline, id, key).await.expect("a suggestion") };
    tokio::join!(run(peerlore.replica()), run(peerlore.replica()));
    assert_eq!(
        peerlore.github.check_runs().len(),
        2,
        "the one that was not noted was found"
    );
}

#[tokio::test]
async fn whoever_opts_out_goes_out_of_the_runs_of_all_heads() {
    let (peerlore, pull) = checked().await;
    peerlore
        .push(&pull, by("ada", TODAY + 1), How::Append, &[(21, "let more = 21.0;")])
        .await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 2))).await;
    assert!(
        texts(&peerlore)
            .iter()
            .all(|(title, summary)| title.contains("ben") && summary.contains("`ben`"))
    );
    opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person("ben"))
        .await
        .expect("the database is there");
    peerlore.run_jobs().await;
    let texts = texts(&peerlore);
    assert!(
        texts
            .iter()
            .all(|(title, summary)| !title.contains("ben") && !summary.contains("ben")),
        "{texts:?}"
    );
    assert!(texts[1].1.contains("`cleo`"), "others stay: {texts:?}");
}

#[tokio::test]
async fn a_github_that_fails_is_asked_again_and_one_that_refuses_is_not() {
    let peerlore = Peerlore::with(Settings {
        surface: Surface::Check,
        ..Settings::default()
    })
    .await;
    peerlore.history().await;
    peerlore
        .github
        .fail_next(Some("POST"), "/check-runs", 1, Failure::Status(502));
    let _pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    peerlore.let_time_pass().await;
    assert_eq!(peerlore.github.check_runs().len(), 1);
    peerlore
        .github
        .fail_next(Some("POST"), "/check-runs", 9, Failure::Status(403));
    let refused = peerlore.open(by("ada", TODAY + 1), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&refused).await.0, "ben", "the page shows it");
    assert_eq!(writes(&peerlore, "POST"), 3);
}
