//! `/replay.json`: the page's figures for programs, for the same people, and nothing that is kept outlives a right or a person.
use axum::http::StatusCode;
use axum::http::header;
use serde_json::Value;

use crate::browser::Browser;
use crate::replay::many;
use crate::replay_command::long_ago;
use crate::replay_command::peerlore;
use crate::world::Answer;
use crate::world::World;
use crate::world::get;
use crate::world::sealed;

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store");
    serde_json::from_str(&answer.body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_holds_the_figures_of_the_command_and_names_nobody() {
    let world = long_ago().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let answer = ben.get("/replay.json?last=500").await;
    let shown = json(&answer);
    let said = peerlore(&world, &["replay", "--org", "acme", "--last", "500", "--json"]);
    let said: Value = serde_json::from_slice(&said.stdout).expect("JSON");
    for field in said.as_object().expect("an object").keys() {
        if !["people", "pulls"].contains(&field.as_str()) {
            assert_eq!(shown[field], said[field], "{field}");
        }
    }
    assert!(
        said["people"].as_u64() < Some(5) && shown["people"].is_null(),
        "of so few people not even the number is told"
    );
    let (shown, said) = (&shown["pulls"], &said["pulls"]);
    assert_eq!(shown.as_array().map(Vec::len), said.as_array().map(Vec::len));
    for (shown, said) in shown
        .as_array()
        .into_iter()
        .flatten()
        .zip(said.as_array().expect("pulls"))
    {
        let reviewers = said["reviewers"].as_array().expect("reviewers");
        let outcome = match &said["ours"] {
            Value::Null => "nobody",
            pick if reviewers.contains(pick) => "who_reviewed",
            _ => "somebody_else",
        };
        assert_eq!(shown["ours"], outcome, "{said}");
        assert_eq!(shown["reviewers"], reviewers.len());
    }
    for login in ["ada", "ben", "cleo", "dan", "eve"] {
        assert!(!answer.body.contains(&format!("\"{login}\"")), "{login} is named");
        assert!(!answer.names(login), "{login} is named: {}", answer.body);
    }
    let page = ben.get("/replay?last=500").await;
    assert!(
        page.body.contains("href=\"/replay.json?last=500\""),
        "the page leads there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_few_pull_requests_it_holds_no_figure() {
    let world = World::new().await;
    let few = json(&get(&world.demo(), "/replay.json", None).await);
    assert_eq!(few["enough_evidence"], false);
    assert_eq!(few["policies"], serde_json::json!({}));
    for field in ["files", "parts", "people"] {
        assert!(few[field].is_null(), "{field}");
    }
    assert!(few["told"].to_string().contains("Not enough evidence yet"));
    assert!(!few["pulls"].as_array().expect("pulls").is_empty());
    for path in [
        "/replay.json?last=0",
        "/replay.json?repo=acme/nowhere",
        "/replay.json?last=1&last=2",
    ] {
        let nowhere = get(&world.demo(), path, None).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "{path}");
    }
    world.sql("delete from installation").await;
    let nothing = get(&world.demo(), "/replay.json", None).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_look_is_never_somebody_elses() {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    many(&world, "0 days").await;
    let router = world.for_members();
    world.github.only_for("sealed", &["ada"]);
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    for _ in 0..2 {
        let hers = ada.get("/replay.json").await;
        let his = ben.get("/replay.json").await;
        assert!(hers.body.contains("acme/sealed"), "{}", hers.body);
        assert!(!his.body.contains("sealed"), "{}", his.body);
        assert!(json(&hers)["asked"].as_u64() > json(&his)["asked"].as_u64());
    }
    world.github.only_for("sealed", &["ben"]);
    world.clock.move_to(world.clock.now() + chrono::Duration::minutes(10));
    assert!(!ada.get("/replay.json").await.body.contains("sealed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_looked_at_before_outlives_no_opt_out_no_erasure_and_no_setting() {
    let world = World::new().await;
    many(&world, "0 days").await;
    let router = world.demo();
    let look = async || json(&get(&router, "/replay.json", Some("ada")).await);
    let first = look().await;
    assert_eq!(look().await, first);
    world.opt_out("dan").await;
    let without_dan = look().await;
    assert_ne!(without_dan["policies"], first["policies"]);
    let gone = world.sql("delete from pull where number = 66").await;
    assert_eq!(gone, 1);
    let without_one = look().await;
    assert_eq!(
        without_one["asked"].as_u64().map(|asked| asked + 1),
        without_dan["asked"].as_u64()
    );
    world.opt_out("cleo").await;
    let without_both = look().await;
    assert!(without_both["asked"].as_u64() < without_one["asked"].as_u64());
    let page = get(&router, "/replay", Some("ada")).await.text();
    let asked = without_both["asked"].as_u64().expect("a number");
    assert!(
        page.contains(&format!("The last {asked} reviewed pull request")),
        "{page}"
    );
}
