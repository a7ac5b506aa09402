//! Which languages, technologies and own skills pages show beside areas, and to whom.
use axum::http::StatusCode;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::delivery::Delivery;

use crate::browser::Browser;
use crate::world::World;
use crate::world::by;
use crate::world::get;

const OWN: &str = "[skills]\n\"ledger/\" = [\"own:payments\"]\n\n[own_skills.payments]\nname = \"Payments & <b>tax</b>\"\n\
                   about = \"Money that moves.\"\nparent = \"domain\"\n";

/// A change of a header in `repo` by ada, and what cleo says about its C++, which lands.
fn taught(github: &FakeGithub, repo: &str) -> Vec<Delivery> {
    let path = "ledger/a.h";
    let new = NewPull {
        repo: repo.into(),
        title: "A header".into(),
        branch: "header".into(),
        changes: vec![Change::write(
            path,
            "#pragma once\nnamespace shop {\nclass Ledger;\n}\n",
        )],
        ..NewPull::default()
    };
    let (pull, mut sent) = github.open_pull(by("ada", 1), &new);
    let comment = "Without a gtest case for the error path this will break again; return the error instead, so that the caller \
                   can handle it.";
    let posted = github.review_comment(&pull, by("cleo", 1), NewComment::on(path, 3, comment));
    sent.extend(posted.deliveries);
    let reply = NewComment::reply(posted.comments[0], "Good point, done.");
    sent.extend(github.review_comment(&pull, by("ada", 1), reply).deliveries);
    sent
}

async fn world() -> World {
    let mut world = World::new().await;
    let file = [Change::write(".github/peerlore.toml", OWN)];
    let sent = world.github.add_repository(by("ada", 3), ".github", "TOML", &file);
    world.tell(sent).await;
    let sent = taught(&world.github, "shop");
    world.tell(sent).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_names_what_a_lesson_was_on() {
    let world = world().await;
    let page = get(&world.demo(), "/me", Some("cleo")).await;
    assert_eq!(page.status, StatusCode::OK);
    let lines = page.lines();
    let begin = lines.find("What you passed on").expect("the text");
    let end = lines.find("What you would like to learn").expect("the goals");
    insta::assert_snapshot!(&lines[begin..end], @r"
    What you passed on
    First signs: too little lately to be sure.
    Error handling landed in 3 pull requests, with 1 person, on Rust, C++, GoogleTest and Payments & <b>tax</b>.
    What you took up
    “Applied feedback” means that you changed something after a comment. “Learned” needs a later sign without the teacher.
    Nothing yet. When you change something after a comment on your pull request, or thank for it, it appears here.
    Your timeline
    Not enough evidence yet. Feedback that you apply appears here month by month, once there are three pieces of it in the last two years.
    The evidence
    For 1 of 3 lessons no diffs are known, so what the author changed is left out of the formula and confidence stays low.
    Comments that passed something on, newest first
    When About Who Where What came of it
    11 Nov 2026 Error handling on C++, GoogleTest and Payments & <b>tax</b>, 91% sure wrong label dispute you to ada acme/shop#8 Landed, 93% likely useful, may change, diffs unknown
    4 Oct 2026 Error handling on Rust, 98% sure wrong label dispute you to ada acme/shop#6 Landed, 98% likely useful
    10 Sep 2026 Error handling on Rust, 98% sure wrong label dispute you to ada acme/shop#3 Landed, 98% likely useful
    ");
    assert!(!page.body.contains("<b>tax"), "what the file says is text");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_of_skills_is_open_and_own_ones_are_the_members() {
    let mut world = world().await;
    let router = world.for_members();
    let others = world.for_others().await;
    let stranger = Browser::new(&router).get("/docs/skills").await;
    assert_eq!(stranger.status, StatusCode::OK);
    let lines = stranger.lines();
    for row in [
        "Testing testing practice Tests, fixtures, assertions and how testable the code is.",
        "PostgreSQL tech:postgresql database A relational database with many types and extensions.",
    ] {
        assert!(lines.contains(row), "{row} in {lines}");
    }
    let own = "Payments & <b>tax</b> own:payments domain Money that moves.";
    assert!(!lines.contains("own:payments"), "{lines}");
    let member = Browser::of(&router, &world.github, "cleo")
        .await
        .get("/docs/skills")
        .await;
    assert!(member.lines().contains(own), "{}", member.lines());
    let other = Browser::of(&others, &world.other, "zoe")
        .await
        .at(&router)
        .get("/docs/skills")
        .await;
    assert!(!other.names("payments"), "{}", other.lines());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taught_in_private_names_nothing_to_others() {
    let mut world = World::new().await;
    let start = [Change::write("README", "Hush")];
    let sent = world.github.add_repository(by("ada", 90), "sealed", "Rust", &start);
    world.tell(sent).await;
    world.github.only_for("sealed", &["ada", "cleo"]);
    let sent = taught(&world.github, "sealed");
    world.tell(sent).await;
    let router = world.for_members();
    let cleo = Browser::of(&router, &world.github, "cleo").await.get("/me").await;
    assert!(cleo.names("GoogleTest"), "{}", cleo.lines());
    world
        .sql("update person set shares = '{helped}' where login = 'cleo'")
        .await;
    for (login, sees) in [("ada", true), ("dan", false)] {
        let page = Browser::of(&router, &world.github, login)
            .await
            .get("/people/cleo")
            .await;
        assert_eq!(page.names("GoogleTest"), sees, "{login}: {}", page.lines());
    }
    world.opt_out("cleo").await;
    let ada = Browser::of(&router, &world.github, "ada").await.get("/me").await;
    assert!(!ada.names("GoogleTest"), "{}", ada.lines());
}
