//! Access tokens: made on a page, good for as long as their owner is, and for what they were made for.
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use chrono::Duration;
use peerlore::demo::github::failures::Failure;
use peerlore::pipeline::erase;
use peerlore::pipeline::expire;
use peerlore::store::people;
use peerlore::store::tenants;
use peerlore::web::access::Viewing;
use rstest::rstest;
use serde_json::Value;

use crate::browser::Browser;
use crate::world::Answer;
use crate::world::OURS;
use crate::world::World;
use crate::world::ask;
use crate::world::by;
use crate::world::get;
use crate::world::post;
use crate::world::sealed;

pub const ALL: &str = "scope=me:read&scope=me:write&scope=people:read&scope=lead:read&scope=admin:read";

/// The token that a page shows.
fn shown(page: &Answer) -> String {
    let (_, after) = page
        .body
        .split_once("<code>plore_")
        .unwrap_or_else(|| panic!("{}", page.text()));
    format!("plore_{}", after.split_once('<').expect("an end").0)
}

/// A token that this browser's owner makes.
pub async fn token(browser: &mut Browser, scopes: &str) -> String {
    let form = format!("name=A+report&{scopes}&days=30");
    let page = browser.post("/me/tokens", "/me/tokens", &form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    shown(&page)
}

/// What is answered to whoever brings a token.
pub async fn with(router: &Router, token: &str, path: &str) -> Answer {
    let request = Request::get(path)
        .header(header::HOST, "peerlore.example")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    ask(router, request.body(Body::empty()).expect("a request")).await
}

pub async fn put(router: &Router, token: Option<&str>, path: &str, body: &str) -> Answer {
    let mut request = Request::put(path)
        .header(header::HOST, "peerlore.example")
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    ask(router, request.body(Body::from(body.to_owned())).expect("a request")).await
}

/// What a problem says, after what all problems have.
pub fn problem(answer: &Answer, status: u16, kind: &str) -> String {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    let said: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(said["status"], status);
    assert_eq!(said["type"], format!("/docs/api#problem-{kind}"), "{}", answer.body);
    assert!(!said["title"].as_str().expect("a title").is_empty());
    said["detail"].as_str().expect("a detail").to_owned()
}

async fn status(router: &Router, token: &str) -> u16 {
    with(router, token, "/api/v1/me").await.status.as_u16()
}

fn pass(world: &World, time: Duration) {
    world.clock.move_to(world.clock.now() + time);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_shown_once_and_only_its_digest_is_kept() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let token = token(&mut ben, "scope=me:read&scope=people:read").await;
    assert!(token.starts_with("plore_") && token.len() == 55, "{token}");
    let kept = sqlx::query_scalar::<_, String>(
        "select row_to_json(s)::text || row_to_json(t)::text from session s join access_token t on t.session_id = s.id",
    )
    .fetch_all(world.pool())
    .await
    .expect("the database");
    assert!(kept.len() == 1 && !kept[0].contains(&token[6..49]), "{kept:?}");
    let page = ben.get("/me/tokens").await;
    assert!(!page.body.contains("plore_"), "it is shown once: {}", page.text());
    assert!(
        page.text()
            .contains("A report me:read, people:read Made 12 Nov 2026, just now, ends 12 Dec 2026. Never used."),
        "{}",
        page.text()
    );
    assert_eq!(status(&router, &token).await, 200);
    let page = ben.get("/me/tokens").await.text();
    assert!(
        page.contains("Last used 12 Nov 2026 in the hour from 12:00 UTC."),
        "{page}"
    );
    let export: Value = serde_json::from_str(&ben.get("/me/export.json").await.body).expect("JSON");
    assert_eq!(
        export["access_tokens"],
        serde_json::json!([{
            "name": "A report", "scopes": ["me:read", "people:read"], "made_at": "2026-11-12T12:00:00Z",
            "used_at": "2026-11-12T12:00:00Z", "expires_at": "2026-12-12T12:00:00Z"
        }])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_reads_what_its_scopes_say_and_names_the_one_that_is_missing() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    for (scope, path) in [
        ("me:read", "/api/v1/me"),
        ("people:read", "/api/v1/people/ben"),
        ("lead:read", "/api/v1/silent-experts"),
        ("lead:read", "/api/v1/teams"),
        ("admin:read", "/api/v1/admin/deliveries"),
    ] {
        let others: Vec<String> = ["me:read", "me:write", "people:read", "lead:read", "admin:read"]
            .iter()
            .filter(|one| **one != scope)
            .map(|one| format!("scope={one}"))
            .collect();
        let without = token(&mut ada, &others.join("&")).await;
        let refused = with(&router, &without, path).await;
        assert!(problem(&refused, 403, "scope").contains(scope), "{path}");
        let challenge = refused.headers[header::WWW_AUTHENTICATE].to_str().expect("text");
        assert!(
            challenge.contains(&format!("error=\"insufficient_scope\", scope=\"{scope}\"")),
            "{challenge}"
        );
        let only = token(&mut ada, &format!("scope={scope}")).await;
        assert_eq!(with(&router, &only, path).await.status, StatusCode::OK, "{path}");
    }
    let reads = token(&mut ada, "scope=me:read").await;
    let body = "{\"learn\": [\"testing\"], \"teach\": [], \"shown\": false}";
    let refused = put(&router, Some(&reads), "/api/v1/me/goals", body).await;
    assert!(problem(&refused, 403, "scope").contains("me:write"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_good_token_opens_nothing() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let good = token(&mut ben, ALL).await;
    let mut tampered = good.clone();
    tampered.replace_range(10..11, if &good[10..11] == "A" { "B" } else { "A" });
    let cookie = ben.cookies["__Host-peerlore"].clone();
    let without_tag = cookie.split('.').next().expect("a word").to_owned();
    for bad in [
        "",
        "plore_",
        "nonsense",
        &tampered,
        &cookie,
        &without_tag,
        &format!("{good} {good}"),
    ] {
        let refused = with(&router, bad, "/api/v1/me").await;
        problem(&refused, 401, "token");
        assert_eq!(
            refused.headers[header::WWW_AUTHENTICATE],
            "Bearer realm=\"Peerlore\", error=\"invalid_token\"",
            "{bad}"
        );
    }
    let none = get(&router, &format!("/api/v1/me?access_token={good}&token={good}"), None).await;
    problem(&none, 401, "token-needed");
    assert_eq!(none.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"Peerlore\"");
    // A token is no cookie, and a page takes none.
    let mut browser = Browser::new(&router);
    browser
        .cookies
        .insert("__Host-peerlore".to_owned(), format!("{good}.{}", "0".repeat(64)));
    assert_eq!(browser.get("/me").await.status, StatusCode::FORBIDDEN);
    assert_eq!(with(&router, &good, "/me").await.status, StatusCode::FORBIDDEN);
    // With a bad token a good cookie doesn't help.
    let request = Request::get("/api/v1/me")
        .header(header::COOKIE, format!("__Host-peerlore={cookie}"))
        .header(header::AUTHORIZATION, format!("bearer {tampered}"));
    problem(
        &ask(&router, request.body(Body::empty()).expect("a request")).await,
        401,
        "token",
    );
}

#[rstest]
#[case::revoked("revoked")]
#[case::ended("ended")]
#[case::signed_out_everywhere("signed out everywhere")]
#[case::erased("erased")]
#[case::left("left")]
#[case::left_unheard("left unheard")]
#[case::taken_back("taken back")]
#[case::the_app_is_gone("the App is gone")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_dies_with(#[case] what: &str) {
    let mut world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut dan = Browser::of(&router, &world.github, "dan").await;
    let (token, other) = (token(&mut ben, ALL).await, token(&mut dan, ALL).await);
    assert_eq!(
        (status(&router, &token).await, status(&router, &other).await),
        (200, 200)
    );
    match what {
        "revoked" => {
            let page = ben.get("/me/tokens").await.body;
            let id = page.split_once("name=\"id\" value=\"").expect("a number").1;
            let form = format!("id={}", id.split_once('"').expect("an end").0);
            dan.post("/me/tokens", "/me/tokens/revoke", &form).await;
            assert_eq!(status(&router, &token).await, 200, "it isn't dan's");
            ben.post("/me/tokens", "/me/tokens/revoke", &form).await;
        }
        "ended" => {
            pass(&world, Duration::days(29));
            assert_eq!(
                status(&router, &token).await,
                200,
                "a month's token isn't tied to a sign-in"
            );
            pass(&world, Duration::days(1));
        }
        "signed out everywhere" => {
            ben.post("/me", "/sign-out/everywhere", "").await;
        }
        "erased" => {
            let mut conn = world.pool().acquire().await.expect("the database");
            let tenant = tenants::all(&mut conn).await.expect("the database").remove(0);
            let person = people::by_login(&mut conn, tenant.id, "ben")
                .await
                .expect("the database");
            let pipeline = world.app(Viewing::SignIn).pipeline;
            let whom = (person.expect("ben").id, "ben");
            erase::person(&pipeline, tenant.id, whom).await.expect("erased");
            assert_eq!(world.sql("update access_token set name = name").await, 1, "dan's stays");
        }
        "left" => {
            let sent = world.github.remove_member(by("ada", 0), "ben");
            world.tell(sent).await;
        }
        "left unheard" => {
            drop(world.github.remove_member(by("ada", 0), "ben"));
            pass(&world, Duration::minutes(9));
            assert_eq!(status(&router, &token).await, 200, "as a session would");
            pass(&world, Duration::minutes(1));
        }
        "taken back" => {
            let sent = world.github.revoke_sign_in(by("ben", 0));
            world.tell(sent).await;
        }
        _ => {
            world
                .sql("update installation set removed_at = now() where login = 'acme'")
                .await;
        }
    }
    problem(&with(&router, &token, "/api/v1/me").await, 401, "token");
    let others = if ["ended", "the App is gone"].contains(&what) {
        401
    } else {
        200
    };
    assert_eq!(status(&router, &other).await, others);
    assert_eq!(status(&router, &token).await, 401, "and stays so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_github_cannot_be_asked_nothing_is_told() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let token = token(&mut ben, ALL).await;
    world.github.fail_next(None, "/memberships/", 2, Failure::Status(502));
    pass(&world, Duration::minutes(11));
    assert_eq!(status(&router, &token).await, 200, "five minutes of grace");
    pass(&world, Duration::minutes(5));
    let answer = with(&router, &token, "/api/v1/me").await;
    problem(&answer, 503, "not-now");
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(status(&router, &token).await, 200, "GitHub is back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_needs_a_new_token() {
    let mut world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let token = token(&mut ben, ALL).await;
    let sent = world.github.remove_member(by("ada", 0), "ben");
    world.tell(sent).await;
    assert_eq!(status(&router, &token).await, 401);
    let sent = world.github.add_member(by("ada", 0), "ben", false);
    world.tell(sent).await;
    let mut again = Browser::of(&router, &world.github, "ben").await;
    assert_eq!(status(&router, &token).await, 401);
    assert!(again.get("/me/tokens").await.text().contains("Your tokens None."));
    expire::run(&world.app(Viewing::SignIn).pipeline)
        .await
        .expect("it runs");
    assert_eq!(world.sql("update access_token set name = name").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_tokens_are_forgotten_and_long_ones_outlive_sessions() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    ben.post("/me/tokens", "/me/tokens", "name=week&scope=me:read&days=7")
        .await;
    let year = shown(
        &ben.post("/me/tokens", "/me/tokens", "name=year&scope=me:read&days=365")
            .await,
    );
    pass(&world, Duration::days(40));
    expire::run(&world.app(Viewing::SignIn).pipeline)
        .await
        .expect("it runs");
    assert_eq!(world.sql("update access_token set name = name").await, 1);
    assert_eq!(
        world.sql("update session set login = login").await,
        1,
        "the browser's is gone"
    );
    assert_eq!(status(&router, &year).await, 200);
    pass(&world, Duration::days(325));
    assert_eq!(status(&router, &year).await, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_private_repositories_a_token_reads_what_github_confirms() {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let (ben, cleo) = (token(&mut ben, ALL).await, token(&mut cleo, ALL).await);
    let sealed = async |token: &str| {
        with(&router, token, "/api/v1/me/evidence")
            .await
            .body
            .contains("acme/sealed#1")
    };
    assert!(sealed(&ben).await && !sealed(&cleo).await);
    // The App asks again where nobody signs in: a day later, and where somebody was taken out unheard.
    pass(&world, Duration::hours(30));
    assert!(sealed(&ben).await, "the App confirms it");
    world.github.only_for("sealed", &["ada"]);
    pass(&world, Duration::minutes(10));
    assert!(!sealed(&ben).await);
    // What somebody can read since is for a new token.
    world.github.only_for("sealed", &["ada", "ben", "cleo"]);
    pass(&world, Duration::minutes(10));
    assert!(!sealed(&cleo).await && !sealed(&ben).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_counts_in_its_own_organisation_only() {
    let mut world = World::new().await;
    let router = world.for_members();
    let others = world.for_others().await;
    let mut zoe = Browser::of(&others, &world.other, "zoe").await.at(&router);
    let zoes = token(&mut zoe, ALL).await;
    for path in [
        "/api/v1/people/ben",
        "/api/v1/pulls/acme/shop/7",
        "/api/v1/pulls?organisation=acme",
    ] {
        let answer = with(&router, &zoes, path).await;
        problem(&answer, 404, "not-found");
    }
    let pulls = with(&router, &zoes, "/api/v1/pulls").await;
    assert!(
        pulls.body.contains("vault") && !pulls.body.contains("shop"),
        "{}",
        pulls.body
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_is_lost_is_lost_for_tokens() {
    let mut world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let token = token(&mut ben, ALL).await;
    assert_eq!(
        with(&router, &token, "/api/v1/teams/payments").await.status,
        StatusCode::OK
    );
    problem(
        &with(&router, &token, "/api/v1/admin/deliveries").await,
        403,
        "for-owners",
    );
    let sent = world.github.join_team(by("ada", 0), "payments", "ben", false);
    world.tell(sent).await;
    world
        .sql(
            "update team_membership set role = 'member' where person_id in (select id from person where login = 'ben')",
        )
        .await;
    problem(&with(&router, &token, "/api/v1/teams/payments").await, 403, "for-leads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_can_have_twenty_and_a_faulty_wish_comes_back_as_it_was_typed() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let faulty = ben.post("/me/tokens", "/me/tokens", "name=%3Cb%3E&days=7").await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        faulty
            .text()
            .contains("No token was made. Please look at: Choose at least one thing that it may do.")
    );
    assert!(faulty.body.contains("value=\"&lt;b&gt;\"") && faulty.body.contains("<option value=\"7\" selected>"));
    for _ in 0..20 {
        token(&mut ben, "scope=me:read").await;
    }
    let refused = ben
        .post("/me/tokens", "/me/tokens", "name=x&scope=me:read&days=7")
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("You have 20 tokens, which is the most."));
    assert_eq!(world.sql("update access_token set name = name").await, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_asks_too_often_waits() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let (busy, calm) = (
        token(&mut ben, "scope=me:read").await,
        token(&mut ben, "scope=people:read").await,
    );
    // Whatever it may not see counts, too.
    let mut last = with(&router, &busy, "/api/v1/people/ben").await;
    for _ in 0..1_000 {
        if last.status != StatusCode::FORBIDDEN {
            break;
        }
        last = with(&router, &busy, "/api/v1/people/ben").await;
    }
    problem(&last, 429, "too-many");
    let seconds: u64 = last.headers[header::RETRY_AFTER]
        .to_str()
        .expect("text")
        .parse()
        .expect("a number");
    assert!((1..=60).contains(&seconds));
    assert_eq!(with(&router, &calm, "/api/v1/people/ben").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_tokens_are_of_whom_somebody_chose_to_be() {
    let world = World::new().await;
    let router = world.demo();
    let made = post(&router, "/me/tokens", "ben", (OURS, "name=x&scope=me:read&days=7")).await;
    let bens = shown(&made);
    let me: Value = serde_json::from_str(&with(&router, &bens, "/api/v1/me").await.body).expect("JSON");
    assert_eq!(me["login"], "ben");
    assert_eq!(
        get(&router, "/api/v1/me", Some("cleo")).await.status,
        StatusCode::OK,
        "by the cookie"
    );
    problem(&get(&router, "/api/v1/pulls", None).await, 401, "token-needed");
    assert!(
        get(&router, "/me/tokens", Some("cleo"))
            .await
            .text()
            .contains("Your tokens None.")
    );
    // Where nobody can sign in there are none.
    let open = world.app(Viewing::Open).router;
    problem(&with(&open, &bens, "/api/v1/me").await, 401, "token");
    assert_eq!(get(&open, "/api/v1/pulls", None).await.status, StatusCode::OK);
    problem(&get(&open, "/api/v1/me", None).await, 403, "nobody");
    problem(
        &get(&world.app(Viewing::Closed).router, "/api/v1/pulls", None).await,
        403,
        "closed",
    );
}
