//! Each request that we send, held against GitHub's own published description of its API, and each answer read from the
//! description's examples.
#[path = "support/npm.rs"]
mod npm;
#[path = "support/simulator.rs"]
mod simulator;

use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::UserSpec;
use peerlore::forge::Forge;
use peerlore::forge::ForgeError;
use peerlore::forge::RepoAt;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::forge::github::checks::Annotation;
use peerlore::forge::github::checks::CheckRun;
use peerlore::forge::github::past::Turn;
use peerlore::forge::github::respond::Reaction;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::comment::CommentPlace;
use peerlore::model::ids::CheckId;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::PersonId;
use peerlore::model::person::Actor;
use peerlore::model::person::PersonKind;
use simulator::Simulator;

const AT: RepoAt<'static> = RepoAt {
    installation: Some(1),
    owner: "github",
    name: "hello-world",
};

fn forge(simulator: &Simulator) -> Forge {
    let credentials = Credentials::App {
        id: 1,
        private_key: include_str!("data/app-key.pem").into(),
    };
    let mut settings = ForgeSettings::new(simulator.url.parse().expect("an address"), credentials);
    settings.pace = Pace::UNLIMITED;
    Forge::new(settings, Clock::Machine).expect("a client")
}

#[tokio::test]
async fn every_call_is_one_that_github_describes_and_its_example_is_read() {
    let Some(simulator) = Simulator::start().await else {
        return;
    };
    let forge = forge(&simulator);
    let account = forge.own_account().await.expect("who we are");
    assert_eq!(account.login, "octoapp[bot]");
    forge.rate_limit(Some(1)).await.expect("the rate limit");
    let members = forge.org_members(Some(1), "github").await.expect("members");
    assert!(members.iter().all(|member| !member.login.is_empty()));
    forge.org_teams(Some(1), "github").await.expect("teams");
    forge
        .team_members(Some(1), "github", "justice-league")
        .await
        .expect("a team's members");
    forge.permission(&AT, "octocat").await.expect("a permission");
    let pull = forge.pull(&AT, 1347).await.expect("a pull request");
    assert_eq!((pull.number, pull.title.as_str()), (1347, "Amazing new feature"));
    forge.pull_contents(&AT, 1347).await.expect("files and commits");
    forge.find_comment(&AT, 1347, "mark").await.expect("our comment");
    let comment = forge.post_comment(&AT, 1347, "words").await.expect("posted");
    forge.edit_comment(&AT, comment, "other words").await.expect("edited");
    forge.reactions_to_diff(&AT, 1347).await.expect("reactions");
    for place in [CommentPlace::Diff, CommentPlace::Conversation] {
        let reactions = forge.reactions(&AT, place, CommentId(1)).await.expect("reactions");
        assert_eq!(reactions.first().expect("the example's").1, "heart", "{place:?}");
    }
    let files = forge.comparison(&AT, "main", "topic").await.expect("a comparison");
    assert_eq!(files.len(), 1);
}

/// What is wrong with a call that GitHub's description or its example doesn't fit.
fn fault<T>(name: &str, answer: Result<T, ForgeError>) -> Option<String> {
    answer.err().map(|error| format!("{name}: {error}"))
}

#[tokio::test]
async fn what_the_app_asks_about_itself_and_people_is_described_by_github() {
    let Some(simulator) = Simulator::start().await else {
        return;
    };
    let forge = forge(&simulator);
    let octocat = Actor {
        id: PersonId(1),
        login: "octocat".to_owned(),
        kind: PersonKind::Human,
    };
    let faults: Vec<String> = [
        fault("app", forge.app().await),
        fault("app_installations", forge.app_installations().await),
        fault("app_installation", forge.app_installation(1).await),
        fault("installation", forge.installation(1).await),
        fault("granted", forge.granted(1).await),
        fault("is_installed_on", forge.is_installed_on("github", ".github").await),
        fault("hook", forge.hook().await),
        fault("last_attempt", forge.last_attempt().await),
        fault("attempts", forge.attempts(None).await),
        fault("attempts", forge.attempts(Some("v1_1")).await),
        fault("redeliver", forge.redeliver(12_345_678).await),
        fault(
            "convert_manifest",
            forge.convert_manifest("code", "https://github.com").await,
        ),
        fault("knock", forge.knock().await),
        fault("org_owners", forge.org_owners(Some(1), "github").await),
        fault("belongs", forge.belongs(Some(1), "github", &octocat).await),
        fault("is_member", forge.is_member(Some(1), "github", "octocat").await),
        fault("account", forge.account(Some(1), PersonId(1)).await),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn what_the_app_says_on_a_pull_request_is_described_by_github() {
    let Some(simulator) = Simulator::start().await else {
        return;
    };
    let forge = forge(&simulator);
    let run = CheckRun {
        name: "Peerlore".to_owned(),
        head_sha: "ce587453ced02b1526dfb4cb910479d431683101".to_owned(),
        title: "Who could review".to_owned(),
        summary: "Words".to_owned(),
        details_url: Some("https://peerlore.example/p".to_owned()),
        external_id: "1".to_owned(),
        annotations: vec![Annotation {
            path: ".github/peerlore.toml".to_owned(),
            line: 3,
            message: "No such setting".to_owned(),
        }],
    };
    let faults: Vec<String> = [
        fault("post_check", forge.post_check(&AT, &run).await),
        fault("edit_check", forge.edit_check(&AT, CheckId(4), &run).await),
        fault("find_check", forge.find_check(&AT, "main", "Peerlore").await),
        fault("pull_files", forge.pull_files(&AT, 1347).await),
        fault("role", forge.role(&AT, "octocat").await),
        fault("react", forge.react(&AT, CommentId(1), Reaction::Eyes).await),
        fault("react", forge.react(&AT, CommentId(1), Reaction::ThumbsUp).await),
        fault("request_review", forge.request_review(&AT, 1347, "octocat").await),
        fault("withdraw_request", forge.withdraw_request(&AT, 1347, "octocat").await),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// The description's example of a file has `\n` as two signs in its base64, so that all there is to read is that the
/// request is allowed and the answer has its parts where we look for them.
#[tokio::test]
async fn a_file_is_asked_for_as_github_describes() {
    let Some(simulator) = Simulator::start().await else {
        return;
    };
    let forge = forge(&simulator);
    for branch in [None, Some("main")] {
        let answer = forge.file(&AT, "README.md", branch, 100_000).await;
        assert!(
            matches!(&answer, Err(ForgeError::Unreadable { what, .. }) if what.starts_with("Invalid symbol 92")),
            "{answer:?}"
        );
    }
}

/// A GitHub with a pull request whose lists all go on, so that every question is asked.
async fn asked_everything() -> (FakeGithub, Vec<String>) {
    let at: Time = "2099-01-05T09:00:00Z".parse().expect("a time");
    let by = |login| Act { by: login, at };
    let github = FakeGithub::new("github", 1, at);
    for login in ["ada", "ben"] {
        github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
    }
    let _sent = github.add_repository(by("ada"), "hello-world", "Rust", &[Change::write("a.rs", "1\n")]);
    let files = (0..101).map(|number| Change::write(format!("src/{number}.rs"), "1\n"));
    let new = NewPull {
        repo: "hello-world".to_owned(),
        title: "Many files".to_owned(),
        branch: "topic".to_owned(),
        changes: files.collect(),
        ..NewPull::default()
    };
    let (pull, _sent) = github.open_pull(by("ada"), &new);
    let posted = github.review_comment(&pull, by("ben"), NewComment::on("src/0.rs", 1, "Why?"));
    let root = *posted.comments.first().expect("a comment");
    for _ in 0..10 {
        let _posted = github.review_comment(&pull, by("ada"), NewComment::reply(root, "Because."));
    }
    github.react(&pull, by("ada"), root, "+1");
    let _sent = github.close(&pull, by("ada"));
    let loopback = github.serve(0, None).await.expect("a free port");
    let mut settings = ForgeSettings::new(
        loopback.url.parse().expect("an address"),
        Credentials::Token("token".into()),
    );
    settings.pace = Pace::UNLIMITED;
    let forge = Forge::new(settings, Clock::fixed(at)).expect("a client");
    let turn = Turn {
        after: None,
        since: at - chrono::Duration::days(1),
        pulls: 25,
    };
    let page = forge.past_page(&AT, &turn).await.expect("a page");
    assert_eq!(page.calls, 4, "the page, the rest, the thread's rest, the reactions");
    let statuses = forge.statuses(Some(1), &["ada".to_owned(), "ben".to_owned()]).await;
    statuses.expect("the statuses");
    let left_out = forge.past_page_left_out(&AT, &turn).await.expect("a place");
    assert!(!left_out.left_out.is_empty());
    let questions = github.questions();
    (github, questions)
}

#[tokio::test]
async fn every_question_fits_githubs_published_schemas() {
    let (_github, questions) = asked_everything().await;
    assert_eq!(questions.len(), 6);
    let Some(faults) = simulator::faults_of_queries(&questions) else {
        return;
    };
    assert_eq!(faults.today, Vec::<String>::new());
    let wrong = questions[0].replace("isDraft", "isDrafty");
    let faults = simulator::faults_of_queries(&[wrong]).expect("npm");
    assert!(!faults.today.is_empty(), "a field that doesn't exist is found");
}

/// What servers lack that GitHub no longer maintains; the numbers are asked for by their older name there.
#[tokio::test]
async fn all_that_an_old_enterprise_server_lacks_is_known() {
    let (_github, questions) = asked_everything().await;
    let older: Vec<String> = questions
        .iter()
        .map(|question| question.replace("fullDatabaseId", "fullDatabaseId: databaseId"))
        .collect();
    let Some(faults) = simulator::faults_of_queries(&older) else {
        return;
    };
    assert_eq!(
        faults.old_server,
        [
            "Cannot query field \"changeType\" on type \"PullRequestChangedFile\".",
            "Cannot query field \"line\" on type \"PullRequestReviewComment\".",
            "Cannot query field \"originalLine\" on type \"PullRequestReviewComment\".",
            "Fragment cannot be spread here as objects of type \"RequestedReviewer\" can never be of type \"Bot\".",
        ]
    );
    assert_eq!(faults.today, Vec::<String>::new());
}
