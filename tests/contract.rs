//! Each request that we send, held against GitHub's own published description of its API, and each answer read from the
//! description's examples.
#[path = "support/npm.rs"]
mod npm;
#[path = "support/simulator.rs"]
mod simulator;

use peerlore::forge::Forge;
use peerlore::forge::RepoAt;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::comment::CommentPlace;
use peerlore::model::ids::CommentId;
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
