//! `/api/v1`: every way of being told no, and lists in parts.
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header;
use rstest::rstest;
use serde_json::Value;
use serde_json::json;

use crate::api::json;
use crate::api::world;
use crate::api_tokens::ALL;
use crate::api_tokens::problem;
use crate::api_tokens::token;
use crate::api_tokens::with;
use crate::browser::Browser;
use crate::world::World;
use crate::world::ask;
use crate::world::get;

#[rstest]
#[case::no_such_path("GET", "/api/v1/nothing", "", 404, "not-found")]
#[case::the_root("GET", "/api/v1", "", 404, "not-found")]
#[case::a_nul("GET", "/api/v1/people/a%00b", "", 404, "not-found")]
#[case::no_utf8("GET", "/api/v1/people/%ff", "", 404, "not-found")]
#[case::no_number("GET", "/api/v1/pulls/acme/shop/seven", "", 404, "not-found")]
#[case::below_one("GET", "/api/v1/pulls/acme/shop/0", "", 404, "not-found")]
#[case::a_wrong_method("DELETE", "/api/v1/me", "", 405, "method")]
#[case::of_the_document("POST", "/api/v1/openapi.json", "", 405, "method")]
#[case::limit_0("GET", "/api/v1/pulls?limit=0", "", 400, "query")]
#[case::limit_101("GET", "/api/v1/me/evidence?limit=101", "", 400, "query")]
#[case::no_limit("GET", "/api/v1/pulls?limit=many", "", 400, "query")]
#[case::twice("GET", "/api/v1/pulls?limit=1&limit=2", "", 400, "query")]
#[case::made_up("GET", "/api/v1/pulls?after=bnVsbA", "", 400, "query")]
#[case::no_cursor("GET", "/api/v1/admin/deliveries?after=%E2%82%AC", "", 400, "query")]
// [year 250000, 1, 1]
#[case::far_away(
    "GET",
    "/api/v1/pulls?after=WyIrMjUwMDAwLTAxLTAxVDAwOjAwOjAwWiIsMSwxXQ",
    "",
    400,
    "query"
)]
#[case::no_such_parameter("GET", "/api/v1/flow?week=4", "", 400, "query")]
#[case::no_such_area("GET", "/api/v1/me/evidence?area=magic", "", 400, "query")]
#[case::too_many_pulls("GET", "/api/v1/replay?last=501", "", 400, "query")]
#[case::no_such_repository("GET", "/api/v1/replay?repo=other%2Fvault", "", 404, "not-found")]
#[case::no_json("PUT", "/api/v1/me/goals", "{", 400, "body")]
#[case::not_enough("PUT", "/api/v1/me/goals", "{}", 422, "unusable")]
#[case::too_much(
    "PUT",
    "/api/v1/me/goals",
    r#"{"learn": [], "teach": [], "shown": true, "x": 1}"#,
    422,
    "unusable"
)]
#[case::no_area(
    "PUT",
    "/api/v1/me/goals",
    r#"{"learn": ["magic"], "teach": [], "shown": true}"#,
    422,
    "unusable"
)]
#[case::no_day(
    "PUT",
    "/api/v1/me/availability",
    r#"{"absences": [{"last_day": "soon\u0000"}]}"#,
    422,
    "unusable"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_said_as_a_problem(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: &'static str,
    #[case] status: u16,
    #[case] kind: &str,
) {
    let world = World::new().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let adas = token(&mut ada, ALL).await;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {adas}"))
        .header(header::CONTENT_TYPE, "application/json");
    let answer = ask(&router, request.body(Body::from(body)).expect("a request")).await;
    problem(&answer, status, kind);
    if status == 405 {
        assert!(answer.headers[header::ALLOW].to_str().expect("text").contains("GET"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_bodies_and_other_times_are_said_as_problems_too() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let adas = token(&mut ada, ALL).await;
    let send = async |kind: &str, body: String| {
        let request = Request::put("/api/v1/me/goals")
            .header(header::AUTHORIZATION, format!("Bearer {adas}"))
            .header(header::CONTENT_TYPE, kind);
        ask(&router, request.body(Body::from(body)).expect("a request")).await
    };
    problem(&send("text/plain", "{}".to_owned()).await, 415, "media-type");
    problem(&send("application/json", " ".repeat(3_000_000)).await, 413, "too-long");
    problem(&get(&router, "/replay.json", None).await, 401, "token-needed");
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    problem(&cleo.get("/replay.json").await, 403, "for-leads");
    world.pool().close().await;
    let answer = with(&router, &adas, "/api/v1/me").await;
    problem(&answer, 503, "not-now");
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
}

/// Everything of a list, asked for in parts; `between` happens after the first.
async fn walk(router: &Router, token: &str, (path, list): (&str, &str), between: impl AsyncFnOnce()) -> Vec<Value> {
    let mut all = Vec::new();
    let mut between = Some(between);
    let mut next = Some(path.to_owned());
    while let Some(address) = next {
        let answer = with(router, token, &address).await;
        let part = json(&answer);
        all.extend(part[list].as_array().expect("a list").iter().cloned());
        next = part["next"].as_str().map(str::to_owned);
        let link = answer
            .headers
            .get(header::LINK)
            .map(|link| link.to_str().expect("text").to_owned());
        assert_eq!(link, next.as_ref().map(|next| format!("<{next}>; rel=\"next\"")));
        if let Some(between) = between.take() {
            between().await;
        }
        assert!(all.len() < 100, "it has no end");
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_in_parts_give_everything_once_whatever_comes_in() {
    let world = world().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let adas = token(&mut ada, ALL).await;
    let whole = json(&with(&router, &adas, "/api/v1/me/evidence").await);
    assert_eq!(
        (whole["evidence"].as_array().map(Vec::len), &whole["next"]),
        (Some(7), &Value::Null)
    );
    for limit in [1, 2, 7] {
        let path = format!("/api/v1/me/evidence?limit={limit}&area=error-handling");
        let parts = walk(&router, &adas, (&path, "evidence"), async || ()).await;
        assert_eq!(Value::from(parts), whole["evidence"], "{limit} at a time");
    }
    let other = "/api/v1/me/evidence?area=testing";
    assert_eq!(json(&with(&router, &adas, other).await)["evidence"], json!([]));
    let newer = "insert into pull (installation_id, repo_id, number, title, open, draft, created_at, updated_at, base_ref, base_sha, head_ref, head_sha)
        select installation_id, repo_id, 99, 'Newer', true, false, now() + interval '1 year', updated_at, '', '', '', '' from pull
        where number = 7 and title like '%late orders%'";
    let pulls = walk(&router, &adas, ("/api/v1/pulls?limit=1", "pull_requests"), async || {
        assert_eq!(world.sql(newer).await, 1);
    })
    .await;
    let numbers: Vec<&Value> = pulls.iter().map(|pull| &pull["number"]).collect();
    assert_eq!(numbers.len(), 2, "{pulls:?}");
    assert!(numbers.contains(&&json!(7)) && numbers.contains(&&json!(2)));
    assert_eq!(
        json(&with(&router, &adas, "/api/v1/pulls?limit=1").await)["pull_requests"][0]["number"],
        99
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_come_in_parts_where_one_organisation_is_all_there_is() {
    let mut world = World::new().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let adas = token(&mut ada, ALL).await;
    let letters = "insert into inbox (delivery_id, event, content_type, body, received_at, failed_at, failure)
        select 'd' || n, 'push', 'application/json', '', '2026-11-12', '2026-11-12', 'unreadable' from generate_series(1, 5) n";
    assert_eq!(world.sql(letters).await, 5);
    let path = ("/api/v1/admin/deliveries?limit=2", "dead_letters");
    assert!(
        walk(&router, &adas, path, async || ()).await.is_empty(),
        "there is another organisation"
    );
    assert!(json(&with(&router, &adas, path.0).await)["instance"].is_null());
    world.sql("delete from installation where login = 'other'").await;
    let all = walk(&router, &adas, path, async || ()).await;
    let ids: Vec<&str> = all.iter().filter_map(|one| one["delivery"].as_str()).collect();
    assert_eq!(ids, ["d5", "d4", "d3", "d2", "d1"], "all of one moment");
    assert_eq!(json(&with(&router, &adas, path.0).await)["instance"]["dead"], 5);
    world.tell(Vec::new()).await;
}
