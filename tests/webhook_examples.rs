//! Real payloads of every event, their mutations, and a real project's history go through our own shapes.
#[path = "support/npm.rs"]
mod npm;

use std::collections::BTreeMap;
use std::fs;

use peerlore::forge::github::payload::parse_event;
use peerlore::model::event::What;
use serde_json::Value;

/// The events that the App is sent.
const OURS: [&str; 19] = [
    "check_run",
    "check_suite",
    "github_app_authorization",
    "installation",
    "installation_repositories",
    "installation_target",
    "issue_comment",
    "issues",
    "member",
    "membership",
    "organization",
    "ping",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "push",
    "repository",
    "team",
];

/// Name and payload of each example, for github.com or all editions.
fn examples(editions: &[&str]) -> Option<Vec<(String, Value)>> {
    let package = npm::package("@octokit/webhooks-examples")?;
    let mut all = Vec::new();
    for edition in editions {
        let text = fs::read(package.join(edition).join("index.json")).expect("the edition's index");
        let events: Vec<Value> = serde_json::from_slice(&text).expect("JSON");
        for event in events {
            let name = event["name"].as_str().expect("a name").to_owned();
            let payloads = event["examples"].as_array().expect("examples").iter();
            all.extend(payloads.map(|payload| (name.clone(), payload.clone())));
        }
    }
    Some(all)
}

fn bytes(payload: &Value) -> Vec<u8> {
    serde_json::to_vec(payload).expect("JSON")
}

#[test]
fn every_example_of_our_events_is_read() {
    let Some(all) = examples(&["api.github.com"]) else {
        return;
    };
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, payload) in &all {
        let event = parse_event(name, &bytes(payload)).unwrap_or_else(|error| panic!("{name}: {error}\n{payload:#}"));
        if !OURS.contains(&name.as_str()) {
            assert_eq!(event.what, What::Nothing, "{name}");
            continue;
        }
        *read.entry(name).or_default() += 1;
        if !matches!(name.as_str(), "github_app_authorization" | "ping") {
            assert!(event.account.is_some(), "{name} without a tenant: {payload:#}");
        }
        if payload.get("installation").is_some() {
            assert!(event.installation.is_some(), "{name} without its installation");
        }
    }
    eprintln!("read: {read:?}");
    let unasked = ["check_run", "check_suite", "ping"];
    let asked: usize = read
        .iter()
        .filter(|(name, _)| !unasked.contains(name))
        .map(|(_, count)| count)
        .sum();
    assert_eq!((asked, read.values().sum::<usize>(), all.len()), (131, 153, 329));
}

#[test]
fn payloads_of_enterprise_servers_are_read_too() {
    let Some(all) = examples(&["ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"]) else {
        return;
    };
    eprintln!("{} payloads of enterprise servers", all.len());
    for (name, payload) in &all {
        parse_event(name, &bytes(payload)).unwrap_or_else(|error| panic!("{name}: {error}\n{payload:#}"));
    }
}

#[test]
fn examples_say_what_they_are_about() {
    let Some(all) = examples(&["api.github.com"]) else {
        return;
    };
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for (name, payload) in all.iter().filter(|(name, _)| OURS.contains(&name.as_str())) {
        let what = parse_event(name, &bytes(payload)).expect("read above").what;
        let words = format!("{what:?}");
        let word: String = words.chars().take_while(|letter| letter.is_alphanumeric()).collect();
        *told.entry(format!("{name} {word}")).or_default() += 1;
    }
    let table: Vec<String> = told.iter().map(|(what, count)| format!("{what} {count}")).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    check_run Nothing 9
    check_suite Nothing 9
    github_app_authorization SignInRevoked 2
    installation Installed 4
    installation Suspended 1
    installation Uninstalled 2
    installation_repositories Installed 3
    issue_comment Nothing 9
    issues Nothing 29
    member Access 1
    member Nothing 3
    membership TeamMember 5
    organization MemberAdded 3
    organization Nothing 2
    ping Nothing 4
    pull_request Pull 29
    pull_request_review Review 4
    pull_request_review_comment Comment 4
    pull_request_review_comment CommentDeleted 1
    pull_request_review_thread Thread 3
    push Push 7
    repository RepoChanged 10
    repository RepoTransferred 3
    team Team 3
    team TeamAccess 2
    team TeamDeleted 1
    ");
}

/// What an event can't be about without these: taken away, it is an error (and stays in the inbox), not a guess.
fn is_a_must(name: &str, path: &str) -> bool {
    let repo = path == "/repository" || path == "/repository/id";
    repo || match name {
        "pull_request" => path == "/pull_request",
        "pull_request_review" => {
            matches!(
                path,
                "/pull_request" | "/pull_request/number" | "/review" | "/review/id"
            )
        }
        "pull_request_review_comment" => matches!(
            path,
            "/comment" | "/comment/id" | "/pull_request" | "/pull_request/number"
        ),
        "pull_request_review_thread" => {
            path.starts_with("/thread") && !path.contains("/user")
                || matches!(path, "/pull_request" | "/pull_request/number")
        }
        "issue_comment" => {
            matches!(
                path,
                "/comment" | "/comment/id" | "/issue" | "/issue/number" | "/issue/pull_request"
            )
        }
        "push" => matches!(path, "/ref" | "/after"),
        "membership" => path == "/team" || path == "/team/id" || path.starts_with("/member"),
        // Of an account that is gone.
        "member" => path.starts_with("/member"),
        "team" => matches!(path, "/team" | "/team/id"),
        "organization" => path.starts_with("/membership"),
        _ => false,
    }
}

/// The payload without addresses and node ids, which make up most of it and which nothing reads.
fn shortened(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !name.ends_with("url") && *name != "node_id" && *name != "_links")
            .map(|(name, inner)| (name.clone(), shortened(inner)))
            .collect(),
        Value::Array(items) => items.iter().map(shortened).collect(),
        other => other.clone(),
    }
}

/// The paths of all fields, at any depth.
fn paths(value: &Value, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let path = format!("{here}/{}", name.replace('~', "~0").replace('/', "~1"));
                paths(inner, &path, found);
                found.push(path);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                paths(inner, &format!("{here}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every copy of a payload with one field null or absent, or the action unknown, at any depth; as bytes.
fn mutations(payload: &mut Value) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    paths(payload, "", &mut found);
    let mut all = Vec::new();
    for path in found {
        let field = payload.pointer_mut(&path).expect("a field");
        let kept = std::mem::take(field);
        all.push((path.clone(), bytes(payload)));
        let (parent, name) = path.rsplit_once('/').expect("a path");
        let name = name.replace("~1", "/").replace("~0", "~");
        payload
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("an object")
            .remove(&name);
        all.push((path.clone(), bytes(payload)));
        payload
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("an object")
            .insert(name, kept);
    }
    if payload.get("action").is_some() {
        payload["action"] = "never_heard_of".into();
        all.push(("/action".to_owned(), bytes(payload)));
    }
    all
}

#[test]
fn a_field_less_loses_no_event_that_can_be_acted_on() {
    let Some(all) = examples(&["api.github.com"]) else {
        return;
    };
    let (mut tried, mut survived, mut lacking) = (0, 0, 0);
    for (name, payload) in all.iter().filter(|(name, _)| OURS.contains(&name.as_str())) {
        let mut payload = shortened(payload);
        if name == "issue_comment" {
            // The examples stand on plain issues; with this field they stand on a pull request.
            payload["issue"]["pull_request"] = serde_json::json!({ "merged_at": null });
        }
        if matches!(
            parse_event(name, &bytes(&payload)).expect("read above").what,
            What::Nothing
        ) {
            continue;
        }
        for (path, mutated) in mutations(&mut payload) {
            tried += 1;
            let result = parse_event(name, &mutated);
            if result.as_ref().is_ok_and(|event| !matches!(event.what, What::Nothing)) {
                survived += 1;
            } else if is_a_must(name, &path) || path == "/action" {
                lacking += 1;
            } else {
                panic!("{name} without {path} is lost: {result:?}");
            }
        }
    }
    let rate = f64::from(survived) / f64::from(tried);
    eprintln!("{tried} mutations, {survived} kept ({rate:.4}), {lacking} lack what the event is about");
    assert!(rate > 0.97, "{survived} of {tried}");
}
