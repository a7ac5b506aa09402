//! The demo organisation's year: deterministic, big enough, and with its stories in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::{DateTime, Duration, Utc};
use peerlore::demo::github::{FakeGithub, PullName};
use peerlore::demo::people::{PEOPLE, TEAMS};
use peerlore::demo::repositories::REPOSITORIES;
use peerlore::demo::stories::{Found, STORIES};
use peerlore::demo::year::{organisation, state_at_end};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What the tests look at, taken from one playing of the year.
#[derive(Default)]
struct Played {
    ids: BTreeSet<String>,
    deliveries: usize,
    in_order: bool,
    events: BTreeMap<String, usize>,
    comments: Vec<Comment>,
    files: BTreeMap<String, Vec<(String, String)>>,
    asked: BTreeMap<String, usize>,
    merged: Vec<(String, String)>,
    open: BTreeSet<PullName>,
    digest: String,
    github: Option<FakeGithub>,
    found: Found,
}

/// Deliveries that are compared byte by byte; about two months.
const COMPARED: usize = 3_000;

struct Comment {
    at: DateTime<Utc>,
    by: String,
    author: String,
    body: String,
    path: String,
    root: bool,
}

fn end() -> DateTime<Utc> {
    "2026-03-20T12:00:00Z".parse().expect("a moment")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn played() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let mut played = Played {
            in_order: true,
            ..Played::default()
        };
        let mut last = None;
        let mut hasher = Sha256::new();
        let mut year = organisation(7, end());
        for delivery in year.by_ref() {
            if played.deliveries < COMPARED {
                hasher.update(&delivery.body);
            }
            played.in_order &= last.is_none_or(|l| l <= delivery.at);
            last = Some(delivery.at);
            played.deliveries += 1;
            played.ids.insert(delivery.id.clone());
            let body = delivery.json();
            *played
                .events
                .entry(format!("{} {}", delivery.event, text(&body["action"])))
                .or_default() += 1;
            note(&mut played, &delivery.event, &body);
        }
        played.digest = hex::encode(hasher.finalize());
        played.github = Some(year.github());
        played.found = year.found().clone();
        played
    })
}

fn note(played: &mut Played, event: &str, body: &Value) {
    let pull = || PullName {
        // The repository that is renamed during the year counts under its later name.
        repo: text(&body["repository"]["name"]).replace("eta-lab", "eta-models"),
        number: body["number"].as_u64().unwrap_or_default(),
    };
    match (event, body["action"].as_str().unwrap_or_default()) {
        ("pull_request_review_comment", "created") => played.comments.push(Comment {
            at: body["comment"]["created_at"]
                .as_str()
                .and_then(|t| t.parse().ok())
                .expect("a moment"),
            by: text(&body["comment"]["user"]["login"]),
            author: text(&body["pull_request"]["user"]["login"]),
            body: text(&body["comment"]["body"]),
            path: text(&body["comment"]["path"]),
            root: body["comment"]["in_reply_to_id"].is_null(),
        }),
        ("pull_request", "opened" | "reopened") => {
            played.open.insert(pull());
        }
        ("pull_request", "closed") => {
            played.open.remove(&pull());
            if body["pull_request"]["merged"] == true {
                played.merged.push((
                    text(&body["pull_request"]["user"]["login"]),
                    text(&body["repository"]["name"]),
                ));
            }
        }
        ("pull_request", "review_requested") => {
            *played
                .asked
                .entry(text(&body["requested_reviewer"]["login"]))
                .or_default() += 1;
        }
        ("push", _) => {
            let author = text(&body["head_commit"]["author"]["username"]);
            let touched = body["head_commit"]["modified"].as_array().into_iter().flatten();
            let repo = text(&body["repository"]["name"]);
            played
                .files
                .entry(author)
                .or_default()
                .extend(touched.map(|p| (repo.clone(), text(p))));
        }
        _ => {}
    }
}

#[test]
fn the_same_seed_and_end_give_the_same_bytes() {
    let mut hasher = Sha256::new();
    for delivery in organisation(7, end()).take(COMPARED) {
        hasher.update(&delivery.body);
    }
    assert_eq!(hex::encode(hasher.finalize()), played().digest);
}

#[test]
fn another_seed_gives_another_year() {
    let first = |seed| {
        organisation(seed, end())
            .filter(|d| d.event == "pull_request")
            .take(3)
            .collect::<Vec<_>>()
    };
    assert_ne!(first(1), first(2));
}

#[test]
fn the_year_is_as_big_as_promised_and_in_order() {
    let played = played();
    assert_eq!((PEOPLE.len(), TEAMS.len(), REPOSITORIES.len()), (40, 6, 8));
    assert!(played.in_order);
    assert_eq!(played.ids.len(), played.deliveries);
    let pulls = played.events["pull_request opened"];
    assert!((900..=1_200).contains(&pulls), "{pulls}");
    let comments = played.comments.len();
    assert!((3_500..=5_000).contains(&comments), "{comments}");
    let roots: BTreeSet<&str> = played
        .comments
        .iter()
        .filter(|c| c.root)
        .map(|c| c.body.as_str())
        .collect();
    assert!(roots.len() > 600, "{}", roots.len());
}

#[test]
fn a_second_start_has_the_same_state_without_sending_it() {
    let (github, found) = state_at_end(7, end());
    let first = played().github.as_ref().expect("the year was played");
    assert_eq!(found, played().found);
    for pull in &found.open {
        assert_eq!(github.head_of(pull), first.head_of(pull));
    }
    let repo = STORIES.silent_area.0;
    for path in github.paths_at_base(repo, "") {
        assert_eq!(github.text_at_base(repo, &path), first.text_at_base(repo, &path));
    }
}

#[test]
fn seven_or_eight_pull_requests_are_left_open_and_one_is_the_example() {
    let found = &played().found;
    assert!((7..=8).contains(&found.open.len()));
    let open: BTreeSet<PullName> = found.open.iter().cloned().collect();
    let by_accident: Vec<&PullName> = played().open.difference(&open).collect();
    assert!(
        by_accident.is_empty() && open.is_subset(&played().open),
        "{by_accident:?}"
    );
    let example = found.example.as_ref().expect("the example was opened");
    assert_eq!(example.repo, STORIES.example_repo);
}

#[test]
fn the_silent_expert_writes_the_solver_and_is_hardly_asked() {
    let (repo, folder) = STORIES.silent_area;
    let count = |login: &str| {
        let files = played().files.get(login).map_or(&[][..], Vec::as_slice);
        files.iter().filter(|(r, p)| r == repo && p.starts_with(folder)).count()
    };
    let silent = count(STORIES.silent_expert);
    let next = PEOPLE
        .iter()
        .filter(|p| p.login != STORIES.silent_expert)
        .map(|p| count(p.login))
        .max();
    assert!(silent > 2 * next.unwrap_or(0), "{silent} v. {next:?}");
    let asked = &played().asked;
    assert!(asked.get(STORIES.silent_expert).copied().unwrap_or(0) * 8 < asked[STORIES.busy_expert]);
    assert_eq!(asked.values().max(), asked.get(STORIES.busy_expert));
}

#[test]
fn terraform_has_a_single_holder() {
    let infra = |login: &str| {
        played()
            .merged
            .iter()
            .filter(|(a, r)| a == login && r == STORIES.single_holder_repo)
            .count()
    };
    let others = PEOPLE
        .iter()
        .filter(|p| p.login != STORIES.single_holder)
        .map(|p| infra(p.login))
        .sum::<usize>();
    assert!(
        infra(STORIES.single_holder) >= 5 * others.max(1),
        "{} v. {others}",
        infra(STORIES.single_holder)
    );
}

/// Whether a comment is about an index: the demo's index cards all speak of one of these.
fn is_about_an_index(comment: &Comment) -> bool {
    let words = [
        "index",
        "b-tree",
        "CONCURRENTLY",
        "pg_trgm",
        "Equality first",
        "Low-cardinality",
    ];
    comment.root && comment.path.rsplit('.').next() == Some("sql") && words.iter().any(|w| comment.body.contains(w))
}

#[test]
fn the_learner_is_taught_indexing_then_needs_it_no_more_and_passes_it_on() {
    let learned = end() - Duration::days(STORIES.learned_days_ago);
    let about: Vec<&Comment> = played().comments.iter().filter(|c| is_about_an_index(c)).collect();
    let got = |after: bool| {
        let mine = about
            .iter()
            .filter(|c| c.author == STORIES.learner && c.by == STORIES.teacher);
        mine.filter(|c| (c.at > learned + Duration::days(10)) == after).count()
    };
    let given = about
        .iter()
        .filter(|c| c.by == STORIES.learner && c.at > learned)
        .count();
    assert!(got(false) >= 6, "{}", got(false));
    let late = about
        .iter()
        .find(|c| c.author == STORIES.learner && c.by == STORIES.teacher && c.at > learned + Duration::days(10));
    assert_eq!(got(true), 0, "{:?}", late.map(|c| (c.at, &c.path, &c.body)));
    assert!(given >= 4, "{given}");
}

#[test]
fn the_newcomer_is_silent_before_joining_and_the_away_one_at_the_end() {
    let joined = end() - Duration::days(STORIES.joined_days_ago);
    let away = end() - Duration::days(STORIES.away_days);
    for comment in &played().comments {
        assert!(comment.by != STORIES.newcomer || comment.at >= joined);
    }
    assert!(
        played()
            .comments
            .iter()
            .any(|c| c.by == STORIES.newcomer || c.author == STORIES.newcomer)
    );
    let late = played()
        .comments
        .iter()
        .filter(|c| c.by == STORIES.away && c.root && c.at > away)
        .count();
    assert_eq!(late, 0);
}

#[test]
fn no_slot_is_left_unfilled_in_a_comment() {
    let slots = [
        "{noun}", "{nouns}", "{Noun}", "{fn}", "{verb}", "{state}", "{n}", "{other}",
    ];
    let bad = played()
        .comments
        .iter()
        .find(|c| slots.iter().any(|s| c.body.contains(s)));
    assert!(bad.is_none(), "{:?}", bad.map(|c| &c.body));
}
