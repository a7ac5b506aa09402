//! `/api/v1`: what the pages show, to the same people, as JSON.
use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use serde_json::Value;
use serde_json::json;

use crate::api_tokens::ALL;
use crate::api_tokens::problem;
use crate::api_tokens::put;
use crate::api_tokens::token;
use crate::api_tokens::with;
use crate::browser::Browser;
use crate::world::Answer;
use crate::world::World;
use crate::world::ask;
use crate::world::get;
use crate::world::sealed;

/// A path of the document, an address of it, and what it answers to the owner ada, the lead ben, the member cleo, and zoe who owns another
/// organisation. Whoever brings nothing gets 401 everywhere.
type Row = (&'static str, &'static str, [u16; 4]);

const TABLE: [Row; 23] = [
    ("/me", "/me", [200, 200, 200, 200]),
    ("/me/evidence", "/me/evidence", [200, 200, 200, 200]),
    ("/me/export", "/me/export", [200, 200, 200, 200]),
    ("/people/{login}", "/people/dan", [200, 200, 200, 404]),
    ("/people/{login}", "/people/zoe", [404, 404, 404, 200]),
    ("/people/{login}", "/people/nobody", [404, 404, 404, 404]),
    ("/pulls", "/pulls", [200, 200, 200, 200]),
    ("/pulls", "/pulls?organisation=acme", [200, 200, 200, 404]),
    (
        "/pulls/{owner}/{repo}/{number}",
        "/pulls/acme/shop/7",
        [200, 200, 200, 404],
    ),
    (
        "/pulls/{owner}/{repo}/{number}",
        "/pulls/acme/sealed/2",
        [200, 200, 404, 404],
    ),
    (
        "/pulls/{owner}/{repo}/{number}",
        "/pulls/other/vault/1",
        [404, 404, 404, 200],
    ),
    ("/skills", "/skills", [200, 200, 200, 200]),
    ("/teams", "/teams", [200, 200, 403, 200]),
    ("/teams/{slug}", "/teams/payments", [200, 200, 403, 404]),
    ("/teams/{slug}", "/teams/storefront", [200, 403, 403, 404]),
    ("/teams/{slug}", "/teams/nothing", [404, 403, 403, 404]),
    ("/silent-experts", "/silent-experts", [200, 200, 200, 200]),
    ("/flow", "/flow", [200, 200, 403, 200]),
    ("/offboarding", "/offboarding", [200, 200, 403, 200]),
    ("/offboarding/{login}", "/offboarding/dan", [200, 200, 403, 404]),
    ("/offboarding/{login}", "/offboarding/cleo", [200, 403, 200, 404]),
    ("/replay", "/replay", [200, 200, 403, 200]),
    ("/admin/deliveries", "/admin/deliveries", [200, 403, 403, 200]),
];

pub fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store");
    serde_json::from_str(&answer.body).expect("JSON")
}

async fn document(router: &Router) -> Value {
    let answer = get(router, "/api/v1/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    serde_json::from_str(&answer.body).expect("JSON")
}

pub async fn world() -> World {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_what_their_pages_show_and_nothing_else() {
    let mut world = world().await;
    let router = world.for_members();
    let others = world.for_others().await;
    let mut browsers = [
        Browser::of(&router, &world.github, "ada").await,
        Browser::of(&router, &world.github, "ben").await,
        Browser::of(&router, &world.github, "cleo").await,
        Browser::of(&others, &world.other, "zoe").await.at(&router),
    ];
    let mut tokens = Vec::new();
    for browser in &mut browsers {
        tokens.push(token(browser, ALL).await);
    }
    for (_, address, statuses) in TABLE {
        let address = format!("/api/v1{address}");
        problem(&get(&router, &address, None).await, 401, "token-needed");
        for (who, browser) in browsers.iter_mut().enumerate() {
            let answer = with(&router, &tokens[who], &address).await;
            assert_eq!(
                answer.status.as_u16(),
                statuses[who],
                "{address} to {who}: {}",
                answer.body
            );
            let by_cookie = browser.clone().get(&address).await;
            assert_eq!(
                by_cookie.status.as_u16(),
                statuses[who],
                "{address} to {who}, by cookie"
            );
            let unknown: &[&str] = match who {
                0 | 1 => &["zoe", "vault", "Rotate"],
                2 => &["zoe", "vault", "Rotate", "sealed", "Hush"],
                _ => &["ada", "ben", "cleo", "dan", "eve", "shop", "sealed", "Hush", "Payments"],
            };
            for word in unknown {
                let named = answer
                    .body
                    .split(|letter: char| !letter.is_alphanumeric())
                    .any(|one| one == *word);
                assert!(!named, "{address} names {word} to {who}: {}", answer.body);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_in_the_table_and_says_its_scope_and_how_it_refuses() {
    let world = World::new().await;
    let document = document(&world.demo()).await;
    let paths = document["paths"].as_object().expect("paths");
    let told: BTreeSet<String> = TABLE.iter().map(|(path, ..)| format!("/api/v1{path}")).collect();
    let reads: BTreeSet<String> = paths
        .iter()
        .filter(|(_, item)| item.get("get").is_some())
        .map(|(path, _)| path.clone())
        .collect();
    assert_eq!(
        told, reads,
        "each operation needs a row that says what it answers to whom"
    );
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let scope = operation["security"][0]["token"][0].as_str().expect("a scope");
            assert_eq!(method == "put", scope.ends_with(":write"), "{path}");
            for status in ["200", "401", "403", "429", "503"] {
                assert!(
                    operation["responses"].get(status).is_some(),
                    "{method} {path} has no {status}"
                );
            }
            assert!(!operation["summary"].as_str().expect("a summary").is_empty());
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let choices = property["oneOf"].as_array().into_iter().flatten();
            let said = choices
                .chain([property])
                .any(|one| one["description"].as_str().is_some_and(|words| !words.is_empty()));
            assert!(said, "{name}.{field} has no description");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_and_its_json_say_the_same() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let bens = token(&mut ben, ALL).await;
    let page = ben.get("/me").await;
    let me = json(&with(&router, &bens, "/api/v1/me").await);
    assert_eq!(
        me["passed_on"][0]["area"],
        json!({"slug": "error-handling", "name": "Error handling"})
    );
    let said = format!(
        "Error handling landed in {} pull requests, with {} person,",
        me["passed_on"][0]["pull_requests"], me["passed_on"][0]["people"]
    );
    assert!(page.text().contains(&said), "{said}\n{}", page.text());
    assert_eq!(
        me["passed_on"][0]["useful"].is_null(),
        page.text().contains("First signs")
    );
    let evidence = json(&with(&router, &bens, "/api/v1/me/evidence").await);
    let lines = evidence["evidence"].as_array().expect("a list");
    assert_eq!((lines.len(), page.body.matches("#discussion_r").count()), (3, 3));
    for line in lines {
        assert!(page.body.contains(line["link"].as_str().expect("a link")), "{line}");
    }
    let pulls = json(&with(&router, &bens, "/api/v1/pulls").await);
    let home = ben.get("/").await;
    let listed: Vec<&str> = pulls["pull_requests"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["suggestion"].as_str())
        .collect();
    assert_eq!(listed.len(), 2);
    for address in listed {
        let path = address.strip_prefix("/api/v1").expect("ours");
        assert!(home.body.contains(&format!("href=\"{path}\"")), "{path}");
        let (page, one) = (ben.get(path).await, json(&with(&router, &bens, address).await));
        for slot in ["expert", "learner"] {
            let said = &one["suggestion"][slot];
            match said["kind"].as_str().expect("a kind") {
                "picked" => assert!(page.names(said["login"].as_str().expect("a login")), "{said}"),
                "nobody" => assert!(
                    page.text()
                        .to_lowercase()
                        .contains(said["why"].as_str().expect("words")),
                    "{said}"
                ),
                other => panic!("{other}"),
            }
        }
    }
    let teams = json(&with(&router, &bens, "/api/v1/teams").await);
    assert_eq!(teams, json!({"teams": [{"slug": "payments", "name": "Payments"}]}));
    let team = json(&with(&router, &bens, "/api/v1/teams/payments").await);
    assert_eq!(
        (&team["too_small"], &team["held"], &team["told"]),
        (&json!(true), &json!([]), &json!([]))
    );
    let gone = json(&with(&router, &bens, "/api/v1/offboarding/dan").await);
    let page = ben.get("/offboarding/dan").await.text();
    for module in gone["modules"].as_array().expect("a list") {
        assert!(page.contains(module["module"].as_str().expect("a name")), "{module}");
    }
    let list = json(&with(&router, &bens, "/api/v1/offboarding").await);
    assert_eq!(list["teams"][0]["people"], json!(["ada", "ben", "dan"]));
    assert_eq!(
        json(&with(&router, &bens, "/api/v1/replay").await),
        json(&ben.get("/replay.json").await)
    );
    let mut exports = [
        json(&with(&router, &bens, "/api/v1/me/export").await),
        json(&ben.get("/me/export.json").await),
    ];
    for export in &mut exports {
        export["made_at"] = Value::Null;
    }
    assert_eq!(exports[0], exports[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colleagues_read_what_somebody_shares_and_that_somebody_sees_who_looked() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let (bens, cleos) = (token(&mut ben, ALL).await, token(&mut cleo, ALL).await);
    let nothing = json!({"login": "ben", "own": false, "passed_on": null, "took_up": null, "goals": null});
    assert_eq!(json(&with(&router, &cleos, "/api/v1/people/ben").await), nothing);
    ben.post("/me", "/me/sharing", "share=helped").await;
    let seen = json(&with(&router, &cleos, "/api/v1/people/BEN").await);
    assert_eq!(
        seen["passed_on"][0]["pull_requests"], 2,
        "without the sealed one: {seen}"
    );
    assert!(seen["took_up"].is_null() && seen["goals"].is_null());
    let mine = json(&with(&router, &bens, "/api/v1/me").await);
    assert_eq!(
        mine["who_looked"],
        json!([{"login": "cleo", "at": "2026-11-12T12:00:00Z"}])
    );
    assert_eq!(mine["shared"], json!(["passed_on"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_out_of_everything_is_absent_everywhere() {
    let world = world().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let (adas, bens) = (token(&mut ada, ALL).await, token(&mut ben, ALL).await);
    let names = |answer: &Answer| {
        answer
            .body
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|one| one == "ben")
    };
    assert!(names(&with(&router, &adas, "/api/v1/me/evidence").await));
    assert!(names(&with(&router, &adas, "/api/v1/offboarding").await));
    world.opt_out("ben").await;
    for (_, address, _) in TABLE {
        let answer = with(&router, &adas, &format!("/api/v1{address}")).await;
        assert!(!names(&answer), "{address}: {}", answer.body);
    }
    for path in ["/api/v1/people/ben", "/api/v1/offboarding/ben"] {
        problem(&with(&router, &adas, path).await, 404, "not-found");
    }
    for path in ["/api/v1/me", "/api/v1/me/evidence"] {
        problem(&with(&router, &bens, path).await, 403, "out");
    }
    let body = "{\"learn\": [], \"teach\": [], \"shown\": true}";
    problem(&put(&router, Some(&bens), "/api/v1/me/goals", body).await, 403, "out");
    assert_eq!(
        json(&with(&router, &bens, "/api/v1/me/export").await)["out_of_everything"],
        true
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goals_and_availability_are_set_by_the_rules_of_the_forms() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let bens = token(&mut ben, ALL).await;
    let goals = "{\"learn\": [\"testing\", \"testing\"], \"teach\": [\"error-handling\"], \"shown\": true}";
    let kept = json(&put(&router, Some(&bens), "/api/v1/me/goals", goals).await);
    assert_eq!(
        kept,
        json!({"learn": ["testing"], "teach": ["error-handling"], "shown": true})
    );
    assert_eq!(json(&with(&router, &bens, "/api/v1/me").await)["goals"], kept);
    let page = ben.get("/me").await.body;
    assert!(page.contains("name=\"learn\" value=\"testing\" checked"));
    let availability = "{\"absences\": [{\"last_day\": \"2026-11-20\"}], \"capacity\": 3}";
    let kept = json(&put(&router, Some(&bens), "/api/v1/me/availability", availability).await);
    assert_eq!(
        kept,
        json!({"absences": [{"first_day": "2026-11-12", "last_day": "2026-11-20"}], "capacity": 3, "daily_cap": null, "mentoring_budget": null})
    );
    assert_eq!(json(&with(&router, &bens, "/api/v1/me").await)["availability"], kept);
    let over = "{\"absences\": [{\"first_day\": \"2026-11-01\", \"last_day\": \"2026-11-11\"}], \"capacity\": 101}";
    let refused = put(&router, Some(&bens), "/api/v1/me/availability", over).await;
    assert_eq!(
        problem(&refused, 422, "unusable"),
        "until-1: This absence is over. Empty the line, or enter a later day. capacity: Enter a whole number from 0 to 100, or leave it empty."
    );
    assert_eq!(
        json(&with(&router, &bens, "/api/v1/me").await)["availability"],
        kept,
        "nothing was changed"
    );
    // A browser sends its cookie by itself: that is not enough to change anything.
    let request = Request::put("/api/v1/me/goals")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, "https://peerlore.example")
        .header(
            header::COOKIE,
            format!("__Host-peerlore={}", ben.cookies["__Host-peerlore"]),
        );
    let answer = ask(
        &router,
        request
            .body(Body::from("{\"learn\": [], \"teach\": [], \"shown\": true}"))
            .expect("a request"),
    )
    .await;
    problem(&answer, 401, "token-needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_the_api_explains_each_operation_type_and_problem() {
    let world = World::new().await;
    let router = world.demo();
    let document = document(&router).await;
    let page = get(&router, "/docs/api", None).await;
    assert_eq!(page.status, StatusCode::OK);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let line = format!(
                "{} {path}, for {}",
                method.to_uppercase(),
                operation["security"][0]["token"][0].as_str().expect("a scope")
            );
            assert!(page.text().contains(&line), "{line}");
        }
    }
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        let address = format!("/docs/api/types/{name}");
        assert!(page.body.contains(&format!("href=\"{address}\"")), "{name}");
        let of_type = get(&router, &address, None).await;
        assert_eq!(of_type.status, StatusCode::OK, "{name}");
        for linked in of_type.body.split("href=\"/docs/api/types/").skip(1) {
            let linked = linked.split('"').next().expect("a name");
            assert!(document["components"]["schemas"].get(linked).is_some(), "{linked}");
        }
    }
    assert_eq!(
        get(&router, "/docs/api/types/Nothing", None).await.status,
        StatusCode::NOT_FOUND
    );
    // Every link within the page leads somewhere.
    for link in page
        .body
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(page.body.contains(&format!("id=\"{link}\"")), "{link}");
    }
    for answer in [
        get(&router, "/api/v1/nothing", None).await,
        get(&router, "/api/v1/me", None).await,
    ] {
        let said: Value = serde_json::from_str(&answer.body).expect("JSON");
        let id = said["type"]
            .as_str()
            .and_then(|kind| kind.split_once('#'))
            .expect("an anchor")
            .1;
        assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(
        page.text()
            .contains("curl -H \"Authorization: Bearer $TOKEN\" https://peerlore.example/api/v1/pulls/OWNER/REPO/7")
    );
    assert!(
        page.text().contains("-X PUT -H 'Content-Type: application/json' -d '{"),
        "{}",
        page.text()
    );
    assert!(get(&router, "/docs", None).await.body.contains("href=\"/docs/api\""));
    assert!(
        get(&router, "/me/tokens", Some("ben"))
            .await
            .body
            .contains("href=\"/docs/api\"")
    );
}

#[test]
fn no_two_types_have_one_name_in_the_document() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/api");
    let mut seen = std::collections::BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("the folder") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        let types = text.split("ToSchema)]").skip(1);
        let names = types.filter_map(|rest| {
            let (_, rest) = rest
                .split_once("pub struct ")
                .or_else(|| rest.split_once("pub enum "))?;
            rest.split(|letter: char| !letter.is_alphanumeric()).next()
        });
        for name in names {
            assert!(
                seen.insert(name.to_owned()),
                "{name} is two types, of which one would be lost"
            );
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}
