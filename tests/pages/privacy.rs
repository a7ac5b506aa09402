//! What the pages show to nobody, or not to everybody.
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use chrono::Duration;
use peerlore::demo::github::FakeGithub;
use peerlore::web::access::Viewing;
use std::net::SocketAddr;

use crate::world::OURS;
use crate::world::PULL;
use crate::world::World;
use crate::world::ask;
use crate::world::by;
use crate::world::get;
use crate::world::history;
use crate::world::open_pull;
use crate::world::post;
use crate::world::today;

/// Pages that show people's data.
const PEOPLES: [&str; 10] = [
    "/",
    PULL,
    "/me",
    "/silent-experts",
    "/offboarding",
    "/offboarding/dan",
    "/flow",
    "/replay",
    "/replay.json",
    "/replay/acme/shop/6",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opted_out_is_on_no_page() {
    let world = World::new().await;
    let router = world.demo();
    let pages = [
        "/",
        PULL,
        "/pulls/acme/shop/2",
        "/me",
        "/silent-experts",
        "/offboarding",
        "/offboarding/ada",
        "/docs",
    ];
    for login in ["ben", "cleo", "dan"] {
        let mut seen = 0;
        for path in pages {
            seen += u32::from(get(&router, path, Some("ada")).await.names(login));
        }
        assert!(seen > 0, "{login} is named somewhere before");
        world.opt_out(login).await;
        for path in pages {
            assert!(
                !get(&router, path, Some("ada")).await.names(login),
                "{path} names {login}"
            );
        }
    }
    world.opt_out("ada").await;
    for path in ["/", PULL, "/pulls/acme/shop/2", "/silent-experts"] {
        assert!(!get(&router, path, None).await.names("ada"), "{path} names the author");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_asked_already_and_opted_out_is_not_named() {
    let mut world = World::new().await;
    let acme = FakeGithub::new("acme", 1, today() - Duration::days(400));
    let _told_before = (history(&acme), open_pull(&acme));
    let pull = peerlore::demo::github::PullName {
        repo: "shop".into(),
        number: 7,
    };
    world.tell(acme.request_reviewer(&pull, by("ada", 0), "dan")).await;
    let router = world.demo();
    let before = get(&router, PULL, None).await.text();
    assert!(before.contains("dan Asked already"), "{before}");
    world.opt_out("dan").await;
    let page = get(&router, PULL, None).await;
    assert!(
        !page.names("dan") && page.text().contains("Somebody is asked already"),
        "{}",
        page.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_pages_are_closed_to_visitors_from_elsewhere() {
    let world = World::new().await;
    let router = world.app(Viewing::Local).router;
    let from = async |peer: &str, host: &str, path: &str| {
        let peer: SocketAddr = peer.parse().expect("an address");
        let request = Request::get(path)
            .header(header::HOST, host)
            .extension(ConnectInfo(peer))
            .body(Body::empty());
        ask(&router, request.expect("a request")).await
    };
    for path in PEOPLES {
        for (peer, host) in [("192.0.2.7:5000", "localhost"), ("127.0.0.1:5000", "peerlore.example")] {
            let page = from(peer, host, path).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} to {peer} for {host}");
            assert!(!page.names("ada") && !page.names("shop"), "{path} tells something");
        }
    }
    assert_eq!(from("192.0.2.7:5000", "x", "/docs").await.status, StatusCode::OK);
    for path in ["/", PULL, "/silent-experts"] {
        assert_eq!(
            from("127.0.0.1:5000", "localhost:8080", path).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    let me = from("127.0.0.1:5000", "localhost", "/me").await;
    assert!(me.status == StatusCode::FORBIDDEN && me.text().contains("peerlore profile LOGIN"));
    let form = post(&router, "/me/out", "ben", (OURS, "")).await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_pages_leave_open_what_comments_link_to() {
    let world = World::new().await;
    let router = world.app(Viewing::Closed).router;
    for path in PEOPLES {
        assert_eq!(get(&router, path, None).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/docs", "/style.css"] {
        assert_eq!(get(&router, path, None).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_organisation_is_as_unknown_as_nothing() {
    let world = World::new().await;
    let router = world.demo();
    let missing = get(&router, "/pulls/acme/shop/4711", None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    for path in [
        "/pulls/other/vault/1",
        "/pulls/acme/vault/1",
        "/pulls/other/shop/7",
        "/pulls/nobody/nothing/1",
    ] {
        let page = get(&router, path, None).await;
        assert_eq!(
            (page.status, page.body.as_str()),
            (StatusCode::NOT_FOUND, missing.body.as_str()),
            "{path}"
        );
    }
    let page = get(&router, "/silent-experts?organisation=other", None).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    for path in ["/", "/silent-experts", "/me"] {
        let page = get(&router, path, Some("zoe")).await;
        assert!(!page.body.contains("vault") && !page.body.contains("Rotate"), "{path}");
    }
    let operator = world.app(Viewing::Open).router;
    assert_eq!(
        get(&operator, "/pulls/other/vault/1", None).await.status,
        StatusCode::OK
    );
    assert_eq!(
        get(&operator, "/silent-experts?organisation=OTHER", None).await.status,
        StatusCode::OK
    );
}
