//! Check runs at GitHub: posted, edited and found again, and what GitHub declines.
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::Loopback;
use peerlore::forge::Forge;
use peerlore::forge::ForgeError;
use peerlore::forge::RepoAt;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::forge::github::checks::Annotation;
use peerlore::forge::github::checks::CheckRun;
use peerlore::model::clock::Clock;
use peerlore::model::ids::CheckId;

use crate::harness::LEDGER;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;
use crate::harness::pull;
use crate::harness::text;

const AT: RepoAt<'static> = RepoAt {
    installation: None,
    owner: "acme",
    name: "shop",
};

async fn world() -> (FakeGithub, Loopback, Forge, CheckRun) {
    let github = organisation("acme", 1);
    let new = pull("A change", LEDGER, &text(&[(3, "let three = 3.0;")]));
    let (opened, _sent) = github.open_pull(by("ada", 1), &new);
    let loopback = github.serve(0, None).await.expect("a free port");
    let address = loopback.url.parse().expect("an address");
    let mut settings = ForgeSettings::new(address, Credentials::Token("token".into()));
    settings.pace = Pace::UNLIMITED;
    let forge = Forge::new(settings, Clock::fixed(at(0))).expect("a client");
    let run = CheckRun {
        name: "Peerlore".to_owned(),
        head_sha: github.head_of(&opened).expect("a head"),
        title: "A title".to_owned(),
        summary: "Words".to_owned(),
        details_url: None,
        external_id: "1".to_owned(),
        annotations: Vec::new(),
    };
    (github, loopback, forge, run)
}

fn annotations(number: u32) -> Vec<Annotation> {
    let one = |line| Annotation {
        path: ".github/peerlore.toml".to_owned(),
        line,
        message: format!("line {line}"),
    };
    (1..=number).map(one).collect()
}

#[tokio::test]
async fn one_is_posted_neutral_found_and_edited_in_place() {
    let (github, _loopback, forge, mut run) = world().await;
    assert_eq!(forge.find_check(&AT, &run.head_sha, &run.name).await, Ok(None));
    let id = forge.post_check(&AT, &run).await.expect("GitHub is there");
    assert_eq!(forge.find_check(&AT, &run.head_sha, &run.name).await, Ok(Some(id)));
    run.title = "Another title".to_owned();
    run.details_url = Some("https://peerlore.example/x".to_owned());
    forge.edit_check(&AT, id, &run).await.expect("GitHub is there");
    let runs = github.check_runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (&runs[0]["status"], &runs[0]["conclusion"], &runs[0]["output"]["title"]),
        (&"completed".into(), &"neutral".into(), &"Another title".into())
    );
    assert_eq!(runs[0]["details_url"], "https://peerlore.example/x");
}

#[tokio::test]
async fn more_annotations_than_a_call_takes_follow_by_edits() {
    let (github, _loopback, forge, mut run) = world().await;
    run.annotations = annotations(120);
    forge.post_check(&AT, &run).await.expect("GitHub is there");
    let runs = github.check_runs();
    let kept = runs[0]["output"]["annotations"].as_array().expect("a list");
    assert_eq!((runs.len(), kept.len()), (1, 120));
    assert_eq!(
        (&kept[119]["start_line"], &kept[119]["end_line"]),
        (&120.into(), &120.into())
    );
    let writes = github.requests().iter().filter(|one| one.method != "GET").count();
    assert_eq!(writes, 3);
}

#[tokio::test]
async fn an_unknown_commit_is_declined() {
    let (github, _loopback, forge, mut run) = world().await;
    run.head_sha = "0".repeat(40);
    let refused = forge.post_check(&AT, &run).await;
    assert!(
        matches!(refused, Err(ForgeError::Declined { status: 422, .. })),
        "{refused:?}"
    );
    assert_eq!(github.check_runs().len(), 0);
}

#[tokio::test]
async fn another_apps_run_of_the_same_name_is_not_ours() {
    let (github, _loopback, forge, run) = world().await;
    let theirs = github.check_by_another_app("shop", &run.head_sha, &run.name);
    assert_eq!(forge.find_check(&AT, &run.head_sha, &run.name).await, Ok(None));
    let theirs = CheckId(i64::try_from(theirs).expect("a small number"));
    let refused = forge.edit_check(&AT, theirs, &run).await;
    assert!(
        matches!(refused, Err(ForgeError::Forbidden { status: 403, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_summary_of_any_length_is_taken() {
    let (github, _loopback, forge, mut run) = world().await;
    run.summary = "ż".repeat(70_000);
    forge.post_check(&AT, &run).await.expect("GitHub is there");
    assert!(
        github.check_runs()[0]["output"]["summary"]
            .as_str()
            .expect("text")
            .ends_with('…')
    );
}
