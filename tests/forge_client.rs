//! The GitHub client against a loopback server that answers as each test says.
use std::time::Duration;

use axum::http::Method;
use peerlore::forge::Forge;
use peerlore::forge::ForgeError;
use peerlore::forge::Permission;
use peerlore::forge::RepoAt;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::comment::CommentPlace;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::PersonId;
use serde_json::json;

#[path = "support/loopback.rs"]
mod loopback;

use loopback::Log;
use loopback::json_of;
use loopback::server;
use loopback::with_headers;

const KEY: &str = include_str!("data/app-key.pem");
const AT: RepoAt<'static> = RepoAt {
    installation: Some(7),
    owner: "a",
    name: "b",
};

fn app() -> Credentials {
    Credentials::App {
        id: 4242,
        private_key: KEY.into(),
    }
}

fn noon() -> Time {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

fn forge_at(address: &str, credentials: Credentials) -> Forge {
    let mut settings = ForgeSettings::new(address.parse().expect("an address"), credentials);
    settings.pace = Pace::UNLIMITED;
    settings.retry_pause = Duration::ZERO;
    Forge::new(settings, Clock::fixed(noon())).expect("a client")
}

fn paths(log: &Log) -> Vec<String> {
    log.lock()
        .expect("the log")
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.path))
        .collect()
}

#[tokio::test]
async fn lists_are_read_to_the_last_page() {
    let (address, _) = server(|seen, _| {
        if seen.path.contains("/commits") {
            return json_of(200, json!([
                { "commit": { "message": "x\n\nCo-authored-by: A <12+a@users.noreply.github.com>" },
                  "author": { "id": 3, "login": "carol", "type": "User" }, "committer": { "id": 19_864_447, "login": "web-flow", "type": "User" } },
                { "commit": { "message": "y", "author": { "email": "5+eve@users.noreply.github.com" } }, "author": null, "committer": null },
                { "commit": null, "author": { "id": 9, "login": "renovate[bot]", "type": "Bot" } },
            ]));
        }
        let page: usize = seen.path.rsplit("page=").next().expect("a page").parse().expect("a number");
        let body = json!([{ "filename": format!("{page}.rs"), "additions": 1, "deletions": 2, "unknown": [1] }]).to_string();
        let next = format!("<http://x/files?page={}>; rel=\"next\", <http://x/files?page=3>; rel=\"last\"", page + 1);
        if page < 3 { with_headers(200, &[("link", &next)], &body) } else { with_headers(200, &[], &body) }
    })
    .await;
    let contents = forge_at(&address, app())
        .pull_contents(&AT, 12)
        .await
        .expect("the contents");
    let files: Vec<&str> = contents.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["1.rs", "2.rs", "3.rs"]);
    assert_eq!(contents.committers, [PersonId(3), PersonId(5)]);
    assert_eq!(contents.co_authors, [PersonId(12)]);
}

#[tokio::test]
async fn attributes_are_read_from_base64_in_lines_or_not_at_all() {
    let (address, log) = server(|_, calls| match calls {
        1 => json_of(
            200,
            json!({ "sha": "b10b", "size": 24, "encoding": "base64", "content": "Ki5ycyBsaW5ndWlzdC1n\nZW5lcmF0ZWQK\n" }),
        ),
        2 => json_of(404, json!({ "message": "Not Found" })),
        _ => json_of(200, json!({ "sha": "b10b", "size": 1, "encoding": "base64", "content": "?" })),
    })
    .await;
    let forge = forge_at(&address, Credentials::Token("t".into()));
    assert_eq!(
        forge.attributes(&AT).await,
        Ok(Some("*.rs linguist-generated\n".to_owned()))
    );
    assert_eq!(forge.attributes(&AT).await, Ok(None));
    assert!(matches!(
        forge.attributes(&AT).await,
        Err(ForgeError::Unreadable { .. })
    ));
    assert_eq!(paths(&log)[0], "GET /repos/a/b/contents/.gitattributes");
}

#[tokio::test]
async fn an_app_asks_for_one_token_and_finds_its_installation() {
    let (address, log) = server(|seen, _| {
        if seen.path.ends_with("/installation") {
            json_of(200, json!({ "id": 7 }))
        } else {
            json_of(200, json!({ "permission": "write" }))
        }
    })
    .await;
    let forge = forge_at(&address, app());
    let unknown = RepoAt {
        installation: None,
        ..AT
    };
    assert_eq!(forge.permission(&unknown, "ada").await, Ok(Permission::Write));
    assert_eq!(forge.permission(&AT, "x/../y").await, Ok(Permission::Write));
    insta::assert_snapshot!(paths(&log).join("\n"), @r"
    GET /repos/a/b/installation
    POST /app/installations/7/access_tokens
    GET /repos/a/b/collaborators/ada/permission
    GET /repos/a/b/collaborators/x%2F..%2Fy/permission
    ");
    let bearers: Vec<String> = log
        .lock()
        .expect("the log")
        .iter()
        .map(|seen| seen.bearer.clone())
        .collect();
    assert!(
        bearers[0].starts_with("Bearer ey") && bearers[1].starts_with("Bearer ey"),
        "a signed JWT"
    );
    assert_eq!(
        bearers[2..],
        ["Bearer ghs_installation_secret", "Bearer ghs_installation_secret"]
    );
}

#[tokio::test]
async fn the_path_of_an_enterprise_server_is_kept() {
    let (address, log) = server(|_, _| json_of(200, json!({ "permission": "read" }))).await;
    let forge = forge_at(&format!("{address}/api/v3"), Credentials::Token("t".into()));
    assert_eq!(forge.permission(&AT, "ada").await, Ok(Permission::Read));
    assert_eq!(paths(&log), ["GET /api/v3/repos/a/b/collaborators/ada/permission"]);
}

#[tokio::test]
async fn errors_say_what_was_asked_and_keep_secrets() {
    for (status, text) in [
        (404, "knows no such thing"),
        (403, "refused it"),
        (401, "refused it"),
        (422, "declined it"),
    ] {
        let (address, _) =
            server(move |_, _| json_of(status, json!({ "message": "ghs_installation_secret leaked" }))).await;
        let error = forge_at(&address, Credentials::Token("ghp_secret".into()))
            .pull(&AT, 12)
            .await
            .expect_err("an error");
        let words = format!("{error} {error:?}");
        assert!(
            words.contains("reading pull request 12 of a/b") && words.contains(text),
            "{words}"
        );
        assert!(!words.contains("secret"), "{words}");
        assert!(!error.may_pass());
    }
}

#[tokio::test]
async fn a_refused_app_is_told_apart_from_a_broken_line() {
    let (address, _) = server(|_, _| json_of(401, json!({ "message": "bad" }))).await;
    let forge = forge_at(&address, app());
    assert!(matches!(
        forge.own_account().await,
        Err(ForgeError::Forbidden { status: 401, .. })
    ));
    let closed = forge_at("http://127.0.0.1:1", app());
    let error = closed.pull(&AT, 1).await.expect_err("nobody listens");
    assert!(
        matches!(&error, ForgeError::Transport { what, .. } if what.contains("refused")),
        "{error}"
    );
    assert!(error.may_pass());
}

#[tokio::test]
async fn a_used_up_rate_limit_says_until_when_and_is_not_pressed() {
    let reset = (noon() + Duration::from_mins(30)).timestamp().to_string();
    let (address, log) = server(move |_, _| {
        with_headers(
            403,
            &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)],
            "{}",
        )
    })
    .await;
    let forge = forge_at(&address, Credentials::Token("t".into()));
    for _ in 0..3 {
        let error = forge.pull(&AT, 1).await.expect_err("limited");
        assert!(matches!(error, ForgeError::RateLimited { until, .. } if until == noon() + Duration::from_mins(30)));
    }
    assert_eq!((paths(&log).len(), forge.calls_left()), (1, Some(0)));
}

#[tokio::test]
async fn secondary_limits_are_limits_too() {
    let cases = [
        (429, vec![("retry-after", "17")], "", 17),
        (403, vec![("retry-after", "5")], "", 5),
        (
            403,
            vec![],
            r#"{"message":"You have exceeded a secondary rate limit."}"#,
            60,
        ),
        (429, vec![], "", 60),
    ];
    for (status, headers, body, seconds) in cases {
        let (address, _) = server(move |_, _| with_headers(status, &headers, body)).await;
        let error = forge_at(&address, Credentials::Token("t".into()))
            .pull(&AT, 1)
            .await
            .expect_err("limited");
        let expected = noon() + Duration::from_secs(seconds);
        assert!(
            matches!(error, ForgeError::RateLimited { until, .. } if until == expected),
            "{error}"
        );
    }
}

#[tokio::test]
async fn reading_is_tried_again_and_writing_is_not() {
    let (address, log) = server(|seen, before| match (&seen.method, before) {
        (&Method::GET, 3) => json_of(200, json!({ "permission": "admin" })),
        _ => json_of(502, json!({})),
    })
    .await;
    let forge = forge_at(&address, Credentials::Token("t".into()));
    assert_eq!(forge.permission(&AT, "ada").await, Ok(Permission::Admin));
    let error = forge.post_comment(&AT, 12, "hello").await.expect_err("ill");
    assert!(matches!(error, ForgeError::Transport { .. }));
    let methods: Vec<Method> = log
        .lock()
        .expect("the log")
        .iter()
        .map(|seen| seen.method.clone())
        .collect();
    assert_eq!(methods, [Method::GET, Method::GET, Method::GET, Method::POST]);
}

#[tokio::test]
async fn only_our_own_comment_is_found_by_its_marker() {
    let (address, _) = server(|seen, _| match seen.path.as_str() {
        "/app" => json_of(200, json!({ "id": 4242, "slug": "peerlore", "name": "Peerlore" })),
        path if path.ends_with("page=1") => with_headers(
            200,
            &[("link", "<http://x?page=2>; rel=\"next\"")],
            &json!([
                { "id": 1, "body": "copied <!-- mark -->", "user": { "id": 5, "login": "mallory", "type": "User" } },
                { "id": 2, "body": null, "user": null },
                { "id": 3, "body": "no mark", "user": { "id": 6, "login": "peerlore[bot]", "type": "Bot" } },
            ])
            .to_string(),
        ),
        _ => json_of(
            200,
            json!([{ "id": 4, "body": "ours <!-- mark -->", "user": { "id": 6, "login": "peerlore[bot]" } }]),
        ),
    })
    .await;
    let forge = forge_at(&address, app());
    let found = forge.find_comment(&AT, 12, "<!-- mark -->").await;
    assert_eq!(found, Ok(Some((CommentId(4), "ours <!-- mark -->".to_owned()))));
    assert_eq!(forge.find_comment(&AT, 12, "<!-- other -->").await, Ok(None));
}

#[tokio::test]
async fn comments_are_posted_and_edited() {
    let (address, log) = server(|_, _| json_of(201, json!({ "id": 99 }))).await;
    let forge = forge_at(&address, Credentials::Token("t".into()));
    assert_eq!(forge.post_comment(&AT, 12, "hello \"you\"").await, Ok(CommentId(99)));
    assert_eq!(forge.edit_comment(&AT, CommentId(99), "again").await, Ok(()));
    let log = log.lock().expect("the log");
    let told: Vec<String> = log
        .iter()
        .map(|seen| format!("{} {} {}", seen.method, seen.path, seen.body))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    POST /repos/a/b/issues/12/comments {"body":"hello \"you\""}
    PATCH /repos/a/b/issues/comments/99 {"body":"again"}
    "#);
}

#[tokio::test]
async fn comparisons_reactions_and_teams_come_in_model_words() {
    let (address, _) = server(|seen, _| {
        let user = |id: i64, login: &str| json!({ "id": id, "login": login, "type": "User" });
        match seen.path.split('?').next().unwrap_or_default() {
            "/repos/a/b/compare/main...feature%2Fx" => json_of(
                200,
                json!({ "files": [
                { "filename": "a.rs", "sha": "1", "status": "modified", "changes": 2, "patch": "@@ -1 +1 @@\n-a\n+b" },
                { "filename": "new.rs", "previous_filename": "old.rs", "sha": "2", "status": "renamed", "changes": 0 },
                { "filename": "p.png", "sha": "3", "status": "modified", "changes": 0 }, null,
            ] }),
            ),
            "/repos/a/b/pulls/comments/5/reactions" => json_of(
                200,
                json!([
                { "user": user(1, "ada"), "content": "+1" }, { "user": null, "content": "heart" }]),
            ),
            "/orgs/a/teams/core/members" if seen.path.contains("role=maintainer") => {
                json_of(200, json!([user(1, "ada")]))
            }
            "/orgs/a/teams/core/members" => json_of(200, json!([user(1, "ada"), user(2, "bo")])),
            other => json_of(404, json!({ "message": other })),
        }
    })
    .await;
    let forge = forge_at(&address, Credentials::Token("t".into()));
    let files = forge.comparison(&AT, "main", "feature/x").await.expect("a comparison");
    let patches: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), file.patch.as_deref().map(str::len)))
        .collect();
    assert_eq!(patches, [("a.rs", Some(17)), ("new.rs", Some(0)), ("p.png", None)]);
    let reactions = forge.reactions(&AT, CommentPlace::Diff, CommentId(5)).await;
    assert_eq!(reactions, Ok(vec![(PersonId(1), "+1".to_owned())]));
    let members = forge.team_members(Some(7), "a", "core").await.expect("members");
    let roles: Vec<_> = members
        .iter()
        .map(|(actor, role)| (actor.login.as_str(), role.as_str()))
        .collect();
    assert_eq!(roles, [("ada", "maintainer"), ("bo", "member")]);
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_not_quoted() {
    let (address, _) = server(|_, _| with_headers(200, &[], "<html>private words</html>")).await;
    let error = forge_at(&address, Credentials::Token("t".into()))
        .pull(&AT, 1)
        .await
        .expect_err("not JSON");
    assert!(matches!(error, ForgeError::Unreadable { .. }));
    assert!(!error.to_string().contains("private"), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_left_after_the_timeout() {
    // It accepts connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", silent.local_addr().expect("an address"));
    let mut settings = ForgeSettings::new(address.parse().expect("an address"), Credentials::Token("t".into()));
    (settings.timeout, settings.retries) = (Duration::from_millis(50), 0);
    let forge = Forge::new(settings, Clock::fixed(noon())).expect("a client");
    let error = forge.pull(&AT, 1).await.expect_err("silence");
    assert!(
        matches!(&error, ForgeError::Transport { what, .. } if what == "no answer in time"),
        "{error}"
    );
}

#[tokio::test]
async fn without_credentials_every_call_says_so() {
    let forge = forge_at("http://127.0.0.1:1", Credentials::None);
    assert!(!forge.is_configured());
    for error in [
        forge.pull(&AT, 1).await.map(drop).expect_err("no credentials"),
        forge
            .post_comment(&AT, 1, "x")
            .await
            .map(drop)
            .expect_err("no credentials"),
        forge.org_teams(None, "a").await.map(drop).expect_err("no credentials"),
    ] {
        assert!(matches!(error, ForgeError::NotConfigured { .. }), "{error}");
        assert!(error.to_string().contains("PEERLORE_GITHUB_APP_ID"));
    }
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let (address, _) = server(|_, _| json_of(200, json!({ "permission": "none" }))).await;
    let forge = forge_at(&address, app());
    assert_eq!(forge.permission(&AT, "ada").await, Ok(Permission::None));
    let token = forge_at(&address, Credentials::Token("ghp_secret".into()));
    let shown = format!("{forge:?} {token:?}");
    let key_line = KEY.lines().nth(1).expect("a key");
    assert!(
        !shown.contains("ghp_") && !shown.contains("ghs_") && !shown.contains(key_line) && !shown.contains("PRIVATE"),
        "{shown}"
    );
    let settings = ForgeSettings::new(
        address.parse().expect("an address"),
        Credentials::App {
            id: 1,
            private_key: "no key".into(),
        },
    );
    let error = Forge::new(settings, Clock::Machine).expect_err("a bad key");
    assert!(
        matches!(&error, ForgeError::Setup { what } if what.contains("RSA key in PEM")),
        "{error}"
    );
}
