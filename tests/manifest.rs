//! The App's manifest asks for what the events need, and for nothing else.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use peerlore::forge::github::payload::parse_event;
use serde_json::Value;
use url::Url;

/// What the App may ask for, ever. A permission that is added later makes every installation consent again.
const ALLOWED: [(&str, &str); 6] = [
    ("metadata", "read"),
    ("pull_requests", "write"),
    ("issues", "read"),
    ("members", "read"),
    ("checks", "write"),
    ("contents", "read"),
];

/// The permission that each event needs, at least to read. Source: GitHub's page "Webhook events and payloads", the
/// line on GitHub Apps under each event.
const NEEDS: [(&str, &str); 12] = [
    ("pull_request", "pull_requests"),
    ("pull_request_review", "pull_requests"),
    ("pull_request_review_comment", "pull_requests"),
    ("pull_request_review_thread", "pull_requests"),
    ("issue_comment", "issues"),
    ("issues", "issues"),
    ("push", "contents"),
    ("membership", "members"),
    ("team", "members"),
    ("organization", "members"),
    ("member", "members"),
    ("repository", "metadata"),
];

/// Asked for today, so that nobody has to consent again, and read by nothing yet.
const LATER: [&str; 1] = ["issues"];

/// Events that every App gets unasked; GitHub refuses a manifest that lists them.
const UNASKED: [&str; 5] = [
    "installation",
    "installation_repositories",
    "installation_target",
    "github_app_authorization",
    "ping",
];

fn manifest() -> Value {
    serde_json::from_str(include_str!("../app-manifest.json")).expect("JSON")
}

fn permissions() -> BTreeMap<String, String> {
    let asked = manifest()["default_permissions"].take();
    serde_json::from_value(asked).expect("permissions by name")
}

fn events() -> Vec<String> {
    let asked = manifest()["default_events"].take();
    serde_json::from_value(asked).expect("a list of events")
}

/// What is wrong with a set of events under some permissions.
fn uncovered(events: &[String], permissions: &BTreeMap<String, String>) -> Vec<String> {
    let covered = |event: &str| {
        let needed = NEEDS
            .iter()
            .find(|(name, _)| *name == event)
            .map(|(_, needed)| *needed)?;
        let level = permissions.get(needed)?;
        (level == "read" || level == "write").then_some(())
    };
    events
        .iter()
        .filter(|event| covered(event).is_none())
        .cloned()
        .collect()
}

/// Every text in a JSON value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn each_event_is_covered_by_a_permission() {
    assert_eq!(uncovered(&events(), &permissions()), Vec::<String>::new());
}

#[test]
fn an_event_without_its_permission_is_noticed() {
    let mut fewer = permissions();
    fewer.remove("issues");
    assert_eq!(uncovered(&events(), &fewer), ["issue_comment", "issues"]);
    assert_eq!(uncovered(&["deployment".to_owned()], &permissions()), ["deployment"]);
}

#[test]
fn nothing_beyond_the_published_permissions_is_asked_for() {
    let allowed: BTreeMap<String, String> = ALLOWED
        .iter()
        .map(|(name, level)| ((*name).to_owned(), (*level).to_owned()))
        .collect();
    assert_eq!(permissions(), allowed);
}

#[test]
fn the_app_can_never_write_contents() {
    assert_eq!(permissions().get("contents").map(String::as_str), Some("read"));
    for never in [
        "administration",
        "actions",
        "workflows",
        "secrets",
        "email_addresses",
        "emails",
    ] {
        assert!(!permissions().contains_key(never), "{never}");
    }
}

#[test]
fn each_event_is_asked_for_once_and_none_that_comes_anyway() {
    let events = events();
    let distinct: BTreeSet<&String> = events.iter().collect();
    assert_eq!(distinct.len(), events.len());
    assert!(events.iter().all(|event| !UNASKED.contains(&event.as_str())));
    let ours: BTreeSet<&str> = NEEDS.iter().map(|(event, _)| *event).collect();
    assert_eq!(events.iter().map(String::as_str).collect::<BTreeSet<_>>(), ours);
}

#[test]
fn each_event_is_one_that_our_parser_knows() {
    for event in events() {
        // A body that is no JSON is an error for an event that is read, and nothing for one that isn't.
        let known = parse_event(&event, b"no JSON").is_err();
        assert_eq!(known, !LATER.contains(&event.as_str()), "{event}");
    }
    assert!(
        parse_event("star", b"no JSON").is_ok(),
        "an event that nobody asked for"
    );
}

#[test]
fn its_addresses_are_filled_from_one_setting() {
    let filled = include_str!("../app-manifest.json").replace("{PEERLORE_URL}", "https://peerlore.example.com");
    let filled: Value = serde_json::from_str(&filled).expect("still JSON");
    let addresses: Vec<String> = texts(&filled).into_iter().filter(|text| text.contains("://")).collect();
    assert_eq!(addresses.len(), 5);
    for address in &addresses {
        let url = Url::parse(address).expect("an address");
        assert_eq!(url.host_str(), Some("peerlore.example.com"), "{address}");
    }
    assert_eq!(
        filled["hook_attributes"]["url"],
        "https://peerlore.example.com/webhooks/github"
    );
    assert!(texts(&filled).iter().all(|text| !text.contains('{')));
}

#[test]
fn it_is_nobodys_but_the_organisations() {
    assert_eq!(manifest()["public"], false);
}
