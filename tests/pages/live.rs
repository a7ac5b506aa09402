//! Pages that renew themselves: what their streams say, to whom, and when they end.
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::body::BodyDataStream;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use futures_util::StreamExt;
use peerlore::web::access::Viewing;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::browser::Browser;
use crate::world::World;

/// One delivery waits, so that the page moves.
const WAITING: &str = "insert into inbox (delivery_id, event, content_type, body, received_at)
     values ('waits', 'ping', 'application/json', '\\x02000000207b7d', '2026-11-12T11:00:00Z')";

/// A world of one organisation in which something waits.
async fn moving() -> World {
    let world = World::new().await;
    assert_eq!(world.sql("delete from installation where login = 'other'").await, 1);
    assert_eq!(world.sql(WAITING).await, 1);
    world
}

async fn open(browser: &Browser, world: &World, path: &str) -> Response {
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::get(path)
        .header(header::HOST, "peerlore.example")
        .header(header::COOKIE, cookies.join("; "))
        .body(Body::empty())
        .expect("a request");
    world.for_members().oneshot(request).await.expect("an answer")
}

/// What comes until one event of this name is whole.
async fn until(stream: &mut BodyDataStream, event: &str) -> String {
    let mut text = String::new();
    while let Some(bytes) = stream.next().await {
        text.push_str(std::str::from_utf8(&bytes.expect("bytes")).expect("text"));
        if text.contains(&format!("event: {event}\n")) && text.ends_with("\n\n") {
            return text;
        }
    }
    panic!("it ended before {event}: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_page_renews_what_moves_and_stops_when_nothing_does() {
    let world = moving().await;
    let mut ada = Browser::of(&world.for_members(), &world.github, "ada").await;
    let page = ada.get("/admin").await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(
        policy.contains("script-src 'self'; connect-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(page.body.contains(r#"data-live="/admin/live""#), "{}", page.body);
    assert!(
        page.body
            .contains(r#"<noscript><meta http-equiv="refresh" content="10; url=/admin"></noscript>"#),
        "{}",
        page.body
    );

    let answer = open(&ada, &world, "/admin/live").await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = answer.into_body().into_data_stream();
    let first = until(&mut stream, "history").await;
    assert!(
        first.contains("event: now\n") && first.contains("<dt>Waiting</dt><dd>1,"),
        "{first}"
    );
    let done = "update inbox set processed_at = '2026-11-12T12:00:00Z', body = null where delivery_id = 'waits'";
    assert_eq!(world.sql(done).await, 1);
    let rest = until(&mut stream, "end").await;
    assert!(
        rest.contains("event: now\n") && rest.contains("<dt>Waiting</dt><dd>0</dd>"),
        "{rest}"
    );
    assert!(!rest.contains("event: history"), "only what changed: {rest}");
    // Browsers hear of no event without data.
    assert!(rest.contains("event: end\ndata: nothing moves\n\n"), "{rest}");
    assert!(stream.next().await.is_none(), "and then it is over");

    let still = ada.get("/admin").await;
    assert!(
        !still.body.contains("data-live") && !still.body.contains("<script") && !still.body.contains("refresh"),
        "{}",
        still.body
    );
    let policy = still.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(!policy.contains("script-src"), "{policy}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_for_owners_and_ends_with_the_right_to_it() {
    let world = moving().await;
    let router = world.for_members();
    let mut stranger = Browser::new(&router);
    let refused = stranger.get("/admin/live").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let refused = ben.get("/admin/live").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("Waiting"), "{}", refused.body);

    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let mut stream = open(&ada, &world, "/admin/live").await.into_body().into_data_stream();
    until(&mut stream, "history").await;
    assert_eq!(ada.post("/me", "/sign-out", "").await.status, StatusCode::SEE_OTHER);
    let later = "update inbox set received_at = received_at - interval '1 hour' where delivery_id = 'waits'";
    assert_eq!(world.sql(later).await, 1);
    let mut rest = String::new();
    let ends = async {
        while let Some(bytes) = stream.next().await {
            rest.push_str(std::str::from_utf8(&bytes.expect("bytes")).expect("text"));
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(8), ends).await;
    ended.expect("it ends with the next look");
    assert!(!rest.contains("event:"), "nothing after the sign-out: {rest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_due_is_not_renewed_where_no_cookie_can_be_brought() {
    let world = moving().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let mut stream = open(&ada, &world, "/admin/live").await.into_body().into_data_stream();
    until(&mut stream, "history").await;
    // A day on, the next look of the stream finds the session due.
    let older =
        "update session set renewed_at = renewed_at - interval '25 hours', begun_at = begun_at - interval '25 hours'";
    assert_eq!(world.sql(older).await, 1);
    assert_eq!(
        world
            .sql("update inbox set received_at = received_at - interval '1 hour' where delivery_id = 'waits'")
            .await,
        1
    );
    until(&mut stream, "now").await;
    drop(stream);
    let page = ada.get("/admin").await;
    assert_eq!(page.status, StatusCode::OK, "still signed in: {}", page.text());
    assert!(
        page.headers.contains_key(header::SET_COOKIE),
        "the page brings the new word"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_keeps_nobody_waiting() {
    let world = moving().await;
    // Nothing works the delivery off: it rests.
    world
        .sql("update inbox set failed_at = '2026-11-12T11:01:00Z', failure = 'x'")
        .await;
    let running = "insert into backfill (installation_id, repo_id, since, state, planned_at, updated_at)
         select installation_id, id, '2025-11-12', 'running', '2026-11-12', '2026-11-12' from repo limit 1";
    assert_eq!(world.sql(running).await, 1);
    let app = world.app(Viewing::Open);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let serving = tokio::spawn(app.serve(listener, 1, stop.clone()));
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("a connection");
    socket
        .write_all(b"GET /admin/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .expect("sent");
    let mut said = String::new();
    while !said.contains("event: history") {
        let mut some = [0; 4096];
        let read = socket.read(&mut some).await.expect("bytes");
        assert!(read > 0, "it ended: {said}");
        said.push_str(&String::from_utf8_lossy(&some[..read]));
    }
    stop.cancel();
    // Whoever is cut off was waited for, for five seconds.
    let ended = tokio::time::timeout(Duration::from_secs(4), serving).await;
    ended.expect("it waits for nobody").expect("no panic").expect("served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_may_look_and_no_more() {
    let world = moving().await;
    let router = world.app(Viewing::Open).router;
    let ask = async || {
        let mut request = Request::get("/admin/live").body(Body::empty()).expect("a request");
        let peer: SocketAddr = "127.0.0.1:9".parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request).await.expect("an answer")
    };
    let mut open = Vec::new();
    for _ in 0..64 {
        let answer = ask().await;
        assert_eq!(answer.status(), StatusCode::OK);
        open.push(answer);
    }
    assert_eq!(ask().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    open.pop();
    assert_eq!(ask().await.status(), StatusCode::OK, "one who leaves makes room");
}

#[tokio::test]
async fn the_script_is_kept_under_its_own_address_only() {
    let world = World::new().await;
    let router = world.for_members();
    let page = crate::world::get(&router, "/live.js", None).await;
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-cache");
}
