//! Votes on a suggestion: by signed links, from people who are somebody here, one each.
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use peerlore::app::App;
use peerlore::app::Setup;
use peerlore::classify::Classifier;
use peerlore::demo::github::PullName;
use peerlore::pipeline::publish;
use peerlore::pipeline::registered::Registered;
use peerlore::web::access::Viewing;
use peerlore::web::hook::Secrets;
use tower::ServiceExt;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::SECRET;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

/// The pages of this Peerlore as a demo, where a visitor chooses who to be, and a comment with its links.
async fn shown() -> (Peerlore, PullName, App, Vec<String>) {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    let app = App::new(Setup {
        pool: peerlore.pool().clone(),
        forge: peerlore.app.pipeline.forge.clone(),
        registered: Registered::fixed(),
        classifier: Classifier::default(),
        clock: peerlore.clock.clone(),
        settings: peerlore.settings.clone(),
        addresses: peerlore.app.pipeline.addresses.clone(),
        secrets: Secrets::parse(&SECRET.to_owned().into()).expect("a secret"),
        viewing: Viewing::Demo,
        metrics: None,
    });
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    publish::comment(&app.pipeline, id, key).await.expect("GitHub is there");
    let links = links(&peerlore.said(&pull)[0]);
    (peerlore, pull, app, links)
}

/// The paths of the links for votes in a comment.
fn links(body: &str) -> Vec<String> {
    let parts = body.split("](https://peerlore.example").skip(1);
    let paths = parts.filter_map(|part| part.split_once(')').map(|(path, _)| path.to_owned()));
    paths.filter(|path| path.starts_with("/feedback/")).collect()
}

/// The field that the visitor's own page puts into forms.
async fn token(app: &App, login: &str) -> String {
    let (_, page) = Box::pin(send(app, "GET", "/me", Some(login))).await;
    let token = page
        .split_once("name=\"token\" value=\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    token.map_or_else(String::new, |(token, _)| format!("token={token}"))
}

/// Asks for a page, or sends its form with the token that this visitor's own page carries.
async fn send(app: &App, method: &str, path: &str, who: Option<&str>) -> (StatusCode, String) {
    let token = match who {
        Some(login) if method == "POST" => token(app, login).await,
        Some(_) | None => String::new(),
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "peerlore.example");
    if let Some(login) = who {
        request = request.header(header::COOKIE, format!("peerlore_demo_login={login}"));
    }
    if method == "POST" {
        request = request
            .header(header::ORIGIN, "https://peerlore.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let request = request.body(Body::from(token)).expect("a request");
    let answer = app.router.clone().oneshot(request).await.expect("an answer");
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

async fn votes(peerlore: &Peerlore) -> String {
    let list = "select coalesce(string_agg(concat_ws(' ', login, slot, verdict), ', ' order by login, slot), '')
                from feedback f join person p on p.installation_id = f.installation_id and p.id = f.voter_id";
    peerlore.one(list).await
}

#[tokio::test]
async fn a_link_asks_and_a_button_votes_once_a_person() {
    let (peerlore, _pull, pages, links) = shown().await;
    assert_eq!(links.len(), 4, "two for each place");
    let (status, page) = send(&pages, "GET", &links[0], Some("ada")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("<form method=\"post\"") && page.contains("Yes, it was good"),
        "{page}"
    );
    assert_eq!(votes(&peerlore).await, "", "whoever looks ahead votes for nothing");
    for link in [&links[0], &links[0], &links[1]] {
        assert_eq!(send(&pages, "POST", link, Some("ada")).await.0, StatusCode::OK);
    }
    send(&pages, "POST", &links[2], Some("dan")).await;
    assert_eq!(votes(&peerlore).await, "ada expert not_useful, dan learner good");
    let (_, page) = send(&pages, "GET", "/pulls/acme/shop/3", Some("eve")).await;
    assert!(
        !page.contains("said good") && !page.contains("said not useful"),
        "{page}"
    );
    for login in ["cleo", "eve", "finn"] {
        send(&pages, "POST", &links[2], Some(login)).await;
    }
    let (_, page) = send(&pages, "GET", "/pulls/acme/shop/3", Some("eve")).await;
    assert!(page.contains("4 said good and 1 said not useful"), "{page}");
}

#[tokio::test]
async fn nobody_votes_without_being_somebody_here() {
    let (peerlore, _pull, pages, links) = shown().await;
    for who in [None, Some("stranger")] {
        assert_eq!(send(&pages, "POST", &links[0], who).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(votes(&peerlore).await, "");
}

#[tokio::test]
async fn a_link_that_was_changed_or_is_old_is_none() {
    let (peerlore, _pull, pages, links) = shown().await;
    let changed = [
        links[0].replace("/good/", "/not_useful/"),
        links[0].replace("/expert/", "/learner/"),
        links[0].replace("/3/", "/1/"),
        links[0].replace("/good/", "/best/"),
        links[0].split_once('?').expect("a query").0.to_owned(),
        format!("{}0", links[0]),
    ];
    for link in &changed {
        assert_eq!(
            send(&pages, "POST", link, Some("ada")).await.0,
            StatusCode::NOT_FOUND,
            "{link}"
        );
    }
    peerlore.clock.move_to(at(TODAY + 61 * DAY));
    assert_eq!(
        send(&pages, "POST", &links[0], Some("ada")).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(votes(&peerlore).await, "");
}

#[tokio::test]
async fn links_stay_the_same_while_the_suggestion_does() {
    let (peerlore, pull, pages, before) = shown().await;
    peerlore
        .push(
            &pull,
            by("ada", TODAY + 1),
            peerlore::demo::github::How::Append,
            &[(21, "let more = 1;")],
        )
        .await;
    peerlore.clock.move_to(at(TODAY + 2 * DAY));
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    publish::comment(&pages.pipeline, id, key)
        .await
        .expect("GitHub is there");
    assert_eq!(links(&peerlore.said(&pull)[0]), before);
}

#[tokio::test]
async fn what_somebody_said_is_not_theirs_is_on_their_page_to_take_back() {
    let (peerlore, pull, pages, _links) = shown().await;
    let (_, sent) = peerlore
        .github
        .issue_comment(&pull, by("ben", TODAY + 1), "/peerlore not-me left that code");
    peerlore.tell(sent).await;
    let (_, page) = send(&pages, "GET", "/me", Some("ben")).await;
    assert!(
        page.contains("What you said is not yours") && page.contains("src/ledger/ in acme/shop"),
        "{page}"
    );
    let repo: i64 = peerlore.one("select repo_id from declined").await;
    let what = format!("repo={repo}&what=src%2Fledger%2F");
    for fields in ["repo=0&what=none", &what] {
        let token = token(&pages, "ben").await;
        let request = Request::post("/me/declined")
            .header(header::HOST, "peerlore.example")
            .header(header::ORIGIN, "https://peerlore.example")
            .header(header::COOKIE, "peerlore_demo_login=ben")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("{fields}&{token}")))
            .expect("a request");
        let answer = pages.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.headers()[header::LOCATION], "/me?saved=declined", "{fields}");
    }
    let (_, page) = send(&pages, "GET", "/me", Some("ben")).await;
    assert!(!page.contains("What you said is not yours"), "{page}");
}
