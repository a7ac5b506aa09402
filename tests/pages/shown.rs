//! What the pages show.
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use peerlore::web::access::Viewing;

use crate::world::PULL;
use crate::world::World;
use crate::world::ask;
use crate::world::get;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_request_shows_two_people_with_their_reasons() {
    let world = World::new().await;
    let page = get(&world.demo(), PULL, None).await;
    assert_eq!(page.status, StatusCode::OK);
    let lines = page.lines();
    let begin = lines.find("acme/shop #7").expect("the text");
    insta::assert_snapshot!(&lines[begin..], @r"
    acme/shop #7
    <script>alert(1)</script> Count late orders & ping @team
    Open
    by ada, opened 11 Nov 2026, 1 day ago
    On the code host
    Someone who knows
    cleo
    reviewed 2 changes under ledger/ since September
    has reviewed 2 of this author's changes
    taught error handling in 2 reviews
    reviewed 2 changes here in the last 90 days
    Someone who would learn
    dan
    in Payments, whose code this is
    knows Rust
    reviewed 2 changes under ledger/ since September
    taught error handling in 2 reviews
    to learn here: error handling in ledger/, from cleo
    To accept, request the review under Reviewers on the pull request; to decline, do nothing.
    How this was worked out
    A score is the sum of its parts, for this pull request only. One more of who knows is about 2.7 times as likely to be who reviews. The two scores have different parts and can't be compared with each other, nor with those on other pull requests. The formulas.
    Who knows: cleo
    Part Reason Adds
    Same paths reviewed 2 changes under ledger/ since September 7.292
    Same author has reviewed 2 of this author's changes 0.363
    Skill taught error handling in 2 reviews 0.183
    Active here reviewed 2 changes here in the last 90 days 0.054
    Sum 7.891
    Who would learn: dan
    Part Reason Adds
    Team in Payments, whose code this is 0.300
    Next to it knows Rust 0.133
    Next to it reviewed 2 changes under ledger/ since September 0.069
    Next to it taught error handling in 2 reviews 0.035
    What for to learn here: error handling in ledger/, from cleo 0.000
    Sum 0.536
    Who could not be considered
    1 no member with read access. Names and reasons of absences are never shown.
    Worked out 12 Nov 2026, just now for the head 2f40194289 by peerlore-learned-4. Shown here only.
    Suggestions are invitations, not verdicts: people decide. How it works, what is stored, who sees it.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_whole_safe_and_without_script() {
    let world = World::new().await;
    let router = world.demo();
    let pages = [
        "/",
        PULL,
        "/pulls/acme/shop/1",
        "/me",
        "/silent-experts",
        "/offboarding",
        "/offboarding/dan",
        "/offboarding/nobody",
        "/flow",
        "/replay",
        "/replay/acme/shop/6",
        "/docs",
        "/nowhere",
        "/pulls/acme/shop/0",
    ];
    for path in pages {
        let page = get(&router, path, Some("ben")).await;
        let html = &page.body;
        assert_eq!(html.matches("<h1").count(), 1, "{path}: one heading");
        for part in [
            "<html lang=\"en\">",
            "<main ",
            "<nav aria-label=",
            "<title>",
            "class=\"skip\"",
            "<header",
            "<footer",
        ] {
            assert!(html.contains(part), "{path} without {part}");
        }
        for never in [
            "<script",
            " style=",
            "<style",
            "javascript:",
            " onclick",
            " onload",
            "http://",
        ] {
            let addresses_nobody = html.replace("xmlns='http://www.w3.org/2000/svg'", "");
            assert!(!addresses_nobody.contains(never), "{path} with {never}");
        }
        for login in ["ada", "ben", "cleo", "dan", "eve"] {
            assert!(
                !html.replace("ping @team", "").contains(&format!("@{login}")),
                "{path} mentions {login}"
            );
        }
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-store", "{path}");
        let head = Request::head(path)
            .header(header::COOKIE, "peerlore_demo_login=ben")
            .body(Body::empty());
        let head = ask(&router, head.expect("a request")).await;
        assert_eq!((head.status, head.body.as_str()), (page.status, ""), "HEAD {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_title_is_only_text() {
    let world = World::new().await;
    for path in ["/", PULL] {
        let page = get(&world.demo(), path, None).await;
        assert!(
            page.body
                .contains("&lt;script&gt;alert(1)&lt;/script&gt; Count late orders &amp; ping"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_numbers_are_not_here() {
    let world = World::new().await;
    let router = world.demo();
    let paths = [
        "/pulls/acme/shop/abc",
        "/pulls/acme/shop/-1",
        "/pulls/acme/shop/79999999999999999999",
        "/pulls/acme/shop/1.5",
        "/pulls/acme/%ff/1",
        "/pulls/acme/shop",
        "/me?page=0",
        "/me?page=2",
        "/me?page=18446744073709551615",
        "/me?page=two",
        "/style.css/x",
    ];
    for path in paths {
        let page = get(&router, path, Some("ben")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            page.text().contains("Not here") && page.text().contains("Back to the first page"),
            "{path}"
        );
    }
    let wrong = ask(
        &router,
        Request::delete("/docs").body(Body::empty()).expect("a request"),
    )
    .await;
    assert!(wrong.status == StatusCode::METHOD_NOT_ALLOWED && wrong.body.contains("<h1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn my_page_shows_what_i_passed_on_with_the_evidence() {
    let world = World::new().await;
    let router = world.demo();
    let page = get(&router, "/me", Some("ben")).await;
    let text = page.lines();
    let begin = text.find("My page\nben").expect("the heading");
    let end = text.find("What you would like to learn and teach").expect("the goals");
    insta::assert_snapshot!(&text[begin..end], @r"
    My page
    ben
    Only you see this page; what colleagues see of it you choose below. Nothing on it is a score, and nobody is compared with anybody.
    Passed on
    Took up
    Timeline
    Evidence
    Goals
    Availability
    What others see
    Your data
    What you passed on
    First signs: too little lately to be sure.
    Error handling landed in 2 pull requests, with 1 person, on Rust.
    What you took up
    “Applied feedback” means that you changed something after a comment. “Learned” needs a later sign without the teacher.
    Nothing yet. When you change something after a comment on your pull request, or thank for it, it appears here.
    Your timeline
    Not enough evidence yet. Feedback that you apply appears here month by month, once there are three pieces of it in the last two years.
    The evidence
    Comments that passed something on, newest first
    When About Who Where What came of it
    18 Sep 2026 Error handling on Rust, 98% sure wrong label dispute you to ada acme/shop#4 Landed, 98% likely useful
    25 Aug 2026 Error handling on Rust, 98% sure wrong label dispute you to ada acme/shop#1 Landed, 98% likely useful
    ");
    assert!(
        page.body
            .contains("href=\"https://github.example/acme/shop/pull/1#discussion_r"),
        "the evidence is linked"
    );
    let taught = get(&router, "/me", Some("ada")).await.text();
    assert!(taught.contains("Applied feedback on error handling"), "{taught}");
    for nobody in [None, Some("mallory")] {
        let page = get(&router, "/me", nobody).await;
        assert!(page.status == StatusCode::OK && page.body.contains("<option value=\"ada\">ada</option>"));
        assert!(
            !page.text().contains("Landed"),
            "nobody's page shows nothing of anybody"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stylesheet_is_kept_under_its_own_address_only() {
    let world = World::new().await;
    let router = world.demo();
    let page = get(&router, "/docs", None).await.body;
    let begin = page.find("/style.css?v=").expect("the stylesheet's address");
    let address: String = page[begin..].chars().take_while(|c| *c != '"').collect();
    let style = get(&router, &address, None).await;
    assert_eq!(style.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(
        style.headers[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    for other in ["/style.css", "/style.css?v=old"] {
        let style = get(&router, other, None).await;
        assert_eq!(
            (style.status, &style.headers[header::CACHE_CONTROL]),
            (StatusCode::OK, &"no-cache".parse().expect("a value"))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_page_lists_what_is_open_and_says_how_to_connect() {
    let world = World::new().await;
    let demo = get(&world.demo(), "/", None).await.text();
    assert!(
        demo.contains("Who are you?") && demo.contains("acme/shop #7 by ada opened 11 Nov 2026, 1 day ago"),
        "{demo}"
    );
    let open = get(&world.app(Viewing::Open).router, "/", None).await.text();
    assert!(open.contains("https://peerlore.example/webhooks/github"));
    assert!(
        open.contains("Known so far: acme and other") && open.contains("Rotate the secret keys"),
        "{open}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_the_database_cannot_hold_leads_nowhere() {
    let demo = World::new().await.demo();
    for path in ["/people/%00", "/pulls/%00/x/1", "/pulls/acme/%00/1", "/teams/a%00b"] {
        let page = get(&demo, path, Some("ada")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
}
