//! The loopback GitHub: what it answers over HTTP and what its webhooks carry.
#[path = "support/npm.rs"]
mod npm;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use chrono::{DateTime, Utc};
use peerlore::demo::github::failures::Failure;
use peerlore::demo::github::{
    AccountKind, Act, Change, FakeGithub, How, Loopback, NewComment, NewPull, NewReview, PullName, Push, UserSpec,
    Verdict,
};
use serde_json::Value;

fn at(minute: i64) -> DateTime<Utc> {
    "2026-01-05T09:00:00Z".parse::<DateTime<Utc>>().expect("a moment") + chrono::Duration::minutes(minute)
}

fn by(login: &str, minute: i64) -> Act<'_> {
    Act {
        by: login,
        at: at(minute),
    }
}

/// An organisation with two people, a team and a repository of one file.
fn small() -> FakeGithub {
    let github = FakeGithub::new("acme", 1, at(0));
    for login in ["ada", "ben"] {
        github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
        let _sent = github.add_member(by("ada", 0), login, login == "ada");
    }
    let files = [Change::write("src/a.rs", "one\ntwo\nthree\nfour\nfive\n")];
    let _sent = github.add_repository(by("ada", 0), "shop", "Rust", &files);
    let _sent = github.add_team(by("ada", 0), "Core Team", "all of us");
    let _sent = github.join_team(by("ada", 0), "core-team", "ada", true);
    let _sent = github.join_team(by("ada", 0), "core-team", "ben", false);
    github
}

fn change(text: &str) -> Vec<Change> {
    vec![Change::write("src/a.rs", text)]
}

fn open(github: &FakeGithub, text: &str) -> PullName {
    let new = NewPull {
        repo: "shop".into(),
        title: "Change a".into(),
        branch: "a".into(),
        changes: change(text),
        ..NewPull::default()
    };
    github.open_pull(by("ada", 1), &new).0
}

fn push(how: How, text: &str) -> Push {
    Push {
        message: "More".into(),
        how,
        changes: if text.is_empty() { Vec::new() } else { change(text) },
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

fn ask(server: &Loopback, method: &str, path: &str, body: &str) -> Answer {
    let host = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("the server listens");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer a.b.c\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("the request is sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the answer is text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    Answer {
        status,
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())),
    }
}

fn get(server: &Loopback, path: &str) -> Answer {
    ask(server, "GET", path, "")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_come_in_pages_with_links() {
    let github = small();
    let changes = (0..70)
        .map(|n| Change::write(format!("src/f{n:02}.rs"), "x\n"))
        .collect();
    let new = NewPull {
        repo: "shop".into(),
        title: "Many".into(),
        branch: "many".into(),
        changes,
        ..NewPull::default()
    };
    let _opened = github.open_pull(by("ada", 1), &new);
    let server = github.serve(0, None).await.expect("a free port");
    let first = get(&server, "/repos/acme/shop/pulls/1/files");
    assert_eq!(first.body.as_array().map(Vec::len), Some(30));
    assert!(
        first.head.contains("page=2>; rel=\"next\"") && first.head.contains("page=3>; rel=\"last\""),
        "{}",
        first.head
    );
    let last = get(&server, "/repos/acme/shop/pulls/1/files?per_page=50&page=2");
    assert_eq!(last.body.as_array().map(Vec::len), Some(20));
    assert!(last.head.contains("rel=\"prev\"") && !last.head.contains("rel=\"next\""));
    assert_eq!(last.body[0]["status"], "added");
    assert!(last.head.contains("x-ratelimit-remaining"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comparison_starts_where_the_branches_parted() {
    let github = small();
    let pull = open(&github, "one\nTWO\nthree\nfour\nfive\n");
    let _sent = github.push_to_base("shop", by("ben", 2), "Other", &[Change::write("src/b.rs", "b\n")]);
    let head = github.head_of(&pull).expect("a head");
    let server = github.serve(0, None).await.expect("a free port");
    let answer = get(&server, &format!("/repos/acme/shop/compare/main...{head}")).body;
    assert_eq!(
        (answer["status"].as_str(), answer["ahead_by"].as_u64()),
        (Some("diverged"), Some(1))
    );
    assert_eq!(answer["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        answer["files"][0]["patch"],
        "@@ -1,5 +1,5 @@\n one\n-two\n+TWO\n three\n four\n five"
    );
    assert_eq!(
        get(&server, "/repos/acme/shop/compare/main...main").body["status"],
        "identical"
    );
    assert_eq!(get(&server, "/repos/acme/shop/compare/main...nowhere").status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebase_drops_what_came_from_the_base_branch() {
    let github = small();
    let pull = open(&github, "one\nTWO\nthree\nfour\nfive\n");
    let before = github.head_of(&pull).expect("a head");
    let base = [Change::write("src/a.rs", "one\ntwo\nthree\nfour\nFIVE\n")];
    let _sent = github.push_to_base("shop", by("ben", 2), "Five", &base);
    let sent = github.push_to_pull(&pull, by("ada", 3), &push(How::Rebase, ""));
    let body = sent[0].json();
    assert_eq!(
        (body["action"].as_str(), body["before"].as_str()),
        (Some("synchronize"), Some(before.as_str()))
    );
    assert_eq!(body["after"], body["pull_request"]["head"]["sha"]);
    assert_eq!(
        github.text_at_head(&pull, "src/a.rs").as_deref(),
        Some("one\nTWO\nthree\nfour\nFIVE\n")
    );
    let server = github.serve(0, None).await.expect("a free port");
    let files = get(&server, "/repos/acme/shop/pulls/1/files").body;
    assert_eq!(
        (files[0]["additions"].as_u64(), files[0]["deletions"].as_u64()),
        (Some(1), Some(1))
    );
    let commits = get(&server, "/repos/acme/shop/pulls/1/commits").body;
    assert_eq!(commits.as_array().map(Vec::len), Some(1));
}

#[test]
fn a_comment_is_outdated_once_its_line_changes_and_moves_with_it_otherwise() {
    let github = small();
    let pull = open(&github, "one\nTWO\nthree\nfour\nfive\nsix\n");
    let comments = vec![
        NewComment::on("src/a.rs", 2, "why?"),
        NewComment::on("src/a.rs", 6, "and this?"),
    ];
    let review = NewReview {
        verdict: Verdict::Commented,
        body: String::new(),
        comments,
    };
    let posted = github.submit_review(&pull, by("ben", 2), &review);
    assert_eq!(posted.deliveries.len(), 3);
    assert_eq!(
        posted.deliveries[1].json()["comment"]["diff_hunk"],
        "@@ -1,5 +1,6 @@\n one\n-two\n+TWO"
    );
    let _sent = github.push_to_pull(
        &pull,
        by("ada", 3),
        &push(How::Amend, "zero\none\n2\nthree\nfour\nfive\nsix\n"),
    );
    let line = |root: u64| {
        let sent = github.resolve_thread(&pull, by("ada", 4), root);
        sent[0].json()["thread"]["comments"][0]["line"].clone()
    };
    assert_eq!(line(posted.comments[0]), Value::Null);
    assert_eq!(line(posted.comments[1]), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drafted_comment_appears_with_its_review_and_keeps_its_date_and_commit() {
    let github = small();
    let pull = open(&github, "one\nTWO\nthree\nfour\nfive\n");
    let head = github.head_of(&pull).expect("a head");
    let draft = NewComment::on("src/a.rs", 2, "Why?");
    let drafted = github.draft_comment(&pull, by("ben", 2), &draft).expect("a shown line");
    let _sent = github.push_to_pull(
        &pull,
        by("ada", 3),
        &push(How::Append, "zero\none\nTWO\nthree\nfour\nfive\n"),
    );
    let server = github.serve(0, None).await.expect("a free port");
    let shown = || get(&server, "/repos/acme/shop/pulls/1/comments").body;
    assert_eq!(shown(), serde_json::json!([]));
    let review = NewReview {
        verdict: Verdict::Commented,
        body: String::new(),
        comments: vec![NewComment::on("src/a.rs", 3, "And this?")],
    };
    let sent = github.submit_review(&pull, by("ben", 4), &review);
    assert_eq!(
        (sent.comments.len(), sent.comments[0], sent.deliveries.len()),
        (2, drafted, 3)
    );
    let (of_review, of_draft) = (sent.deliveries[0].json(), sent.deliveries[1].json());
    assert_eq!(of_review["review"]["submitted_at"], "2026-01-05T09:04:00Z");
    let comment = &of_draft["comment"];
    assert_eq!(comment["created_at"], "2026-01-05T09:02:00Z");
    assert_eq!(comment["pull_request_review_id"], of_review["review"]["id"]);
    assert_eq!((&comment["original_line"], &comment["line"]), (&2.into(), &3.into()));
    assert_eq!(comment["original_commit_id"], *head);
    assert_eq!(shown().as_array().map(Vec::len), Some(2));
}

#[test]
fn a_merge_closes_and_pushes_and_a_reply_names_its_root() {
    let github = small();
    let pull = open(&github, "one\nTWO\nthree\nfour\nfive\n");
    let root = github
        .review_comment(&pull, by("ben", 2), NewComment::on("src/a.rs", 2, "why?"))
        .comments[0];
    let reply = github.review_comment(&pull, by("ada", 3), NewComment::reply(root, "because"));
    let events: Vec<&str> = reply.deliveries.iter().map(|d| d.event.as_str()).collect();
    assert_eq!(events, ["pull_request_review", "pull_request_review_comment"]);
    assert_eq!(reply.deliveries[1].json()["comment"]["in_reply_to_id"], root);
    let sent = github.merge(&pull, by("ben", 4));
    assert_eq!(
        sent.iter().map(|d| d.event.as_str()).collect::<Vec<_>>(),
        ["pull_request", "push"]
    );
    assert_eq!(sent[0].json()["pull_request"]["merged"], true);
    assert_eq!(sent[1].json()["commits"][0]["modified"][0], "src/a.rs");
    assert_eq!(
        github.text_at_base("shop", "src/a.rs").as_deref(),
        Some("one\nTWO\nthree\nfour\nfive\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switches_fail_the_requests_they_name_and_no_others() {
    let github = small();
    let _pull = open(&github, "x\n");
    github.fail_next(Some("GET"), "/pulls/1", 1, Failure::Status(502));
    github.fail_next(None, "/rate_limit", 1, Failure::RateLimited { reset: at(90) });
    github.fail_next(None, "/rate_limit", 1, Failure::SlowDown { seconds: 7 });
    let server = github.serve(0, None).await.expect("a free port");
    assert_eq!(get(&server, "/repos/acme/shop").status, 200);
    assert_eq!(get(&server, "/repos/acme/shop/pulls/1").status, 502);
    assert_eq!(get(&server, "/repos/acme/shop/pulls/1").status, 200);
    let limited = get(&server, "/rate_limit");
    assert_eq!(limited.status, 403);
    assert!(limited.head.contains("x-ratelimit-remaining: 0"), "{}", limited.head);
    assert!(
        limited
            .head
            .contains(&format!("x-ratelimit-reset: {}", at(90).timestamp()))
    );
    assert!(get(&server, "/rate_limit").head.contains("retry-after: 7"));
    assert_eq!(get(&server, "/rate_limit").status, 200);
    assert_eq!(github.requests().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_app_gets_a_token_and_comments_as_itself() {
    let github = small();
    let pull = open(&github, "x\n");
    let server = github.serve(0, None).await.expect("a free port");
    let id = get(&server, "/repos/acme/shop/installation").body["id"]
        .as_u64()
        .expect("an id");
    let token = ask(&server, "POST", &format!("/app/installations/{id}/access_tokens"), "");
    assert_eq!(
        (token.status, token.body["permissions"]["pull_requests"].as_str()),
        (201, Some("write"))
    );
    let made = ask(
        &server,
        "POST",
        "/repos/acme/shop/issues/1/comments",
        r#"{"body":"hello"}"#,
    );
    assert_eq!(
        (made.status, made.body["user"]["login"].as_str()),
        (201, Some("peerlore[bot]"))
    );
    let path = format!("/repos/acme/shop/issues/comments/{}", made.body["id"]);
    assert_eq!(ask(&server, "PATCH", &path, r#"{"body":"hello again"}"#).status, 200);
    assert_eq!(
        github.comments_of(&pull),
        [("peerlore[bot]".to_owned(), "hello again".to_owned())]
    );
    let asked = ask(
        &server,
        "POST",
        "/repos/acme/shop/pulls/1/requested_reviewers",
        r#"{"reviewers":["ben"]}"#,
    );
    assert_eq!(asked.status, 201);
    assert_eq!(github.requested_reviewers(&pull), ["ben"]);
    let author = ask(
        &server,
        "POST",
        "/repos/acme/shop/pulls/1/requested_reviewers",
        r#"{"reviewers":["ada"]}"#,
    );
    assert_eq!(author.status, 422);
    let leads = get(&server, "/orgs/acme/teams/core-team/members?role=maintainer").body;
    assert_eq!(leads[0]["login"], "ada");
    assert_eq!(leads.as_array().map(Vec::len), Some(1));
    assert_eq!(
        get(&server, "/repos/acme/shop/collaborators/ben/permission").body["permission"],
        "write"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_repository_name_is_redirected_to_the_new_one() {
    let github = small();
    let sent = github.rename_repository(by("ada", 1), "shop", "store");
    assert_eq!(sent[0].json()["changes"]["repository"]["name"]["from"], "shop");
    let server = github.serve(0, None).await.expect("a free port");
    let moved = get(&server, "/repos/acme/shop");
    assert_eq!(moved.status, 301);
    let place = moved.body["url"]
        .as_str()
        .and_then(|u| u.strip_prefix(&server.url))
        .expect("an address here")
        .to_owned();
    assert_eq!(get(&server, &place).body["name"], "store");
    assert_eq!(get(&server, "/repos/acme/nothing").body["message"], "Not Found");
}

/// Keys of the published payloads that ours leave out on purpose: they need features the fake doesn't have.
const LEFT_OUT: [&str; 1] = ["assignee"];

#[test]
fn payloads_have_the_keys_that_github_publishes() {
    let Some(examples) = published() else {
        return;
    };
    let github = small();
    let mut sent = Vec::new();
    let new = NewPull {
        repo: "shop".into(),
        title: "t".into(),
        branch: "b".into(),
        changes: change("x\n"),
        ..NewPull::default()
    };
    let (pull, opened) = github.open_pull(by("ada", 1), &new);
    sent.extend(opened);
    sent.extend(github.request_reviewer(&pull, by("ada", 2), "ben"));
    let posted = github.review_comment(&pull, by("ben", 3), NewComment::on("src/a.rs", 1, "why?"));
    sent.extend(posted.deliveries);
    sent.extend(github.edit_review_comment(&pull, by("ben", 3), posted.comments[0], "why not?"));
    sent.extend(github.resolve_thread(&pull, by("ada", 4), posted.comments[0]));
    sent.extend(github.issue_comment(&pull, by("ada", 5), "hello").1);
    sent.extend(github.push_to_pull(&pull, by("ada", 6), &push(How::Append, "y\n")));
    sent.extend(github.merge(&pull, by("ada", 7)));
    sent.extend(github.add_team(by("ada", 8), "Two", "second"));
    sent.extend(github.join_team(by("ada", 8), "two", "ben", false));
    sent.extend(github.add_member(by("ada", 9), "ben", false));
    sent.extend(github.rename_repository(by("ada", 9), "shop", "store"));
    sent.extend(github.install(by("ada", 9)));
    let mut compared = 0;
    for delivery in &sent {
        let theirs = published_for(&examples, &delivery.event, &delivery.action());
        let Some(theirs) = theirs else { continue };
        let missing = missing_keys(&theirs, &delivery.json(), "");
        assert!(
            missing.is_empty(),
            "{} {} lacks {missing:?}",
            delivery.event,
            delivery.action()
        );
        compared += 1;
    }
    assert!(compared >= 12, "{compared}");
}

fn published() -> Option<Value> {
    let index = npm::package("@octokit/webhooks-examples")?.join("api.github.com/index.json");
    Some(serde_json::from_slice(&std::fs::read(index).expect("the package's index")).expect("JSON"))
}

/// The newest of GitHub's examples that has an organisation and an installation, or any at all.
fn published_for(all: &Value, event: &str, action: &str) -> Option<Value> {
    let examples = all.as_array()?.iter().find(|e| e["name"] == event)?["examples"].as_array()?;
    let fits = |e: &&Value| e["action"].as_str().unwrap_or_default() == action && e["deleted"] != true;
    let full = |e: &&Value| fits(e) && e["installation"].is_object() && e["organization"].is_object();
    examples
        .iter()
        .find(full)
        .or_else(|| examples.iter().find(fits))
        .cloned()
}

fn missing_keys(theirs: &Value, ours: &Value, at: &str) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    if let (Value::Object(theirs), Value::Object(ours)) = (theirs, ours) {
        for (key, value) in theirs {
            let place = format!("{at}.{key}");
            match ours.get(key) {
                _ if key == "permissions" || LEFT_OUT.contains(&key.as_str()) => {}
                None => {
                    missing.insert(place);
                }
                Some(own) => missing.extend(missing_keys(value, own, &place)),
            }
        }
    }
    if let (Value::Array(theirs), Value::Array(ours)) = (theirs, ours)
        && let (Some(first), Some(own)) = (theirs.first(), ours.first())
    {
        missing.extend(missing_keys(first, own, &format!("{at}[]")));
    }
    missing
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_to_what_was_said_lead_to_a_page_with_it() {
    let github = small();
    let pull = open(&github, "x\n");
    let posted = github.review_comment(&pull, by("ben", 3), NewComment::on("src/a.rs", 1, "Is <b> ever empty?"));
    let server = github.serve(0, None).await.expect("a free port");
    let page = get(&server, "/acme/shop/pull/1");
    let text = page.body.as_str().expect("a page");
    assert!(
        text.contains(&format!("id=\"discussion_r{}\"", posted.comments[0])),
        "{text}"
    );
    assert!(text.contains("Is &lt;b&gt; ever empty?"), "{text}");
    assert_eq!(get(&server, "/acme/shop/pull/99").status, 404);
}
