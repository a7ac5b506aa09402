use serde_json::Value;
use serde_json::json;

use super::*;

fn parsed(name: &str, body: &Value) -> Event {
    parse_event(name, body.to_string().as_bytes()).expect("an event")
}

fn pull(action: &str) -> Value {
    json!({
        "action": action,
        "repository": { "id": 1, "name": "b", "private": false, "owner": { "id": 2, "login": "a", "type": "Organization" } },
        "sender": { "id": 3, "login": "ada", "type": "User" },
        "pull_request": {
            "number": 12, "title": "t", "state": "open", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-02T00:00:00Z", "user": null,
            "base": { "ref": "main", "sha": "b1" }, "head": { "ref": "x", "sha": "h2", "repo": null },
        },
    })
}

#[test]
fn forms_are_unwrapped_and_other_types_refused() {
    let body = br#"{"zen":"a & b"}"#;
    assert_eq!(
        body_of("application/json; charset=utf-8", body),
        Ok(Cow::Borrowed(&body[..]))
    );
    let form = b"x=1&payload=%7B%22zen%22%3A%22a+%26+b%22%7D";
    assert_eq!(
        body_of("application/x-www-form-urlencoded", form).as_deref(),
        Ok(&body[..])
    );
    assert_eq!(
        body_of("application/x-www-form-urlencoded", b"x=1"),
        Err(ParseError::NoPayloadField)
    );
    assert_eq!(body_of("text/plain", body), Err(ParseError::ContentType));
}

#[test]
fn a_pull_request_without_a_number_of_its_own_takes_the_inner_one() {
    let event = parsed("pull_request", &pull("opened"));
    let What::Pull {
        action: PullAction::Opened,
        pull,
    } = event.what
    else {
        panic!("{:?}", event.what)
    };
    assert_eq!((pull.number, pull.author), (12, None));
    assert_eq!(
        event.account.map(|account| (account.id, account.is_organisation)),
        Some((2, true))
    );
}

#[test]
fn a_push_to_the_head_says_from_where_to_where() {
    let mut body = pull("synchronize");
    body["before"] = "h1".into();
    let What::Pull {
        action: PullAction::Synchronized(push),
        ..
    } = parsed("pull_request", &body).what
    else {
        panic!("no push")
    };
    assert_eq!(
        (push.before.as_deref(), push.after.as_str(), push.base.as_deref()),
        (Some("h1"), "h2", Some("b1"))
    );
}

#[test]
fn a_comment_names_the_line_that_was_looked_at() {
    let mut body = pull("created");
    body["comment"] = json!({
        "id": 9, "body": "why?", "created_at": "2026-01-02T00:00:00Z", "path": "a.rs", "side": "LEFT",
        "line": 7, "commit_id": "h9", "original_line": 5, "original_commit_id": "h2", "in_reply_to_id": 8,
    });
    let What::Comment {
        comment, edited: false, ..
    } = parsed("pull_request_review_comment", &body).what
    else {
        panic!("no comment")
    };
    assert_eq!(
        (comment.line, comment.commit.as_deref(), comment.on_old_side),
        (Some(5), Some("h2"), true)
    );
    assert_eq!(comment.in_reply_to, Some(CommentId(8)));
}

#[test]
fn a_thread_is_named_by_its_first_comment() {
    for comments in [
        json!([{ "id": 5 }, { "id": 6, "in_reply_to_id": 5 }]),
        json!([{ "id": 6, "in_reply_to_id": 5 }]),
    ] {
        let mut body = pull("resolved");
        body["thread"] = json!({ "comments": comments });
        let what = parsed("pull_request_review_thread", &body).what;
        assert_eq!(
            what,
            What::Thread {
                number: 12,
                root: CommentId(5),
                resolved: true,
                at: None
            }
        );
    }
}

#[test]
fn a_comment_on_a_plain_issue_is_nothing_and_on_a_pull_request_is_one() {
    let mut body = pull("created");
    body["issue"] = json!({ "number": 12 });
    body["comment"] = json!({ "id": 9, "body": "hi", "created_at": "2026-01-02T00:00:00Z" });
    assert_eq!(parsed("issue_comment", &body).what, What::Nothing);
    body["issue"]["pull_request"] = json!({});
    let what = parsed("issue_comment", &body).what;
    assert!(
        matches!(
            what,
            What::Comment {
                pull: PullShown::Number(12),
                ..
            }
        ),
        "{what:?}"
    );
}

#[test]
fn unknown_events_are_nothing_whatever_they_hold() {
    assert_eq!(
        parse_event("sponsorship", br#"{"action":5,"repository":[]}"#).map(|event| event.what),
        Ok(What::Nothing)
    );
}

#[test]
fn errors_name_the_place_and_never_quote() {
    let error = parse_event("push", br#"{"ref": {"secret": 1}}"#)
        .expect_err("no text")
        .to_string();
    assert!(
        error.contains("push payload") && error.contains("line 1") && !error.contains("secret"),
        "{error}"
    );
    let error = parse_event("push", b"{}").expect_err("no ref").to_string();
    assert!(error.starts_with("the push payload has no ref"), "{error}");
}
