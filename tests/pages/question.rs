//! "Did this teach you something?" in the browser: asked quietly, answered once, and nobody else's business.
use axum::http::StatusCode;

use crate::browser::Browser;
use crate::world::World;
use crate::world::today;

/// A world in which what Ada was told came to its end last week.
async fn last_week() -> World {
    let world = World::new().await;
    let closed = format!(
        "update pull set closed_at = '{}' where closed_at is not null",
        today() - chrono::Duration::days(6)
    );
    assert!(world.sql(&closed).await > 0);
    world
}

/// What the form of the question sends, but for the answer.
fn hidden(page: &str) -> String {
    let form = page.split_once("action=\"/me/question\"").expect("the question").1;
    let value = |name: &str| {
        let after = form.split_once(&format!("name=\"{name}\" value=\"")).expect(name).1;
        after.split('"').next().expect("a value")
    };
    format!("place={}&comment={}", value("place"), value("comment"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_click_answers_and_only_they_see_it() {
    let world = last_week().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let page = ada.get("/me").await;
    let text = page.text();
    assert!(
        text.contains("Did this teach you something? What ben told you about"),
        "{text}"
    );
    let form = hidden(&page.body);

    let odd = ada.post("/me", "/me/question", &format!("{form}&answer=perhaps")).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    assert!(odd.text().contains("choose one of the three"), "{}", odd.text());
    let other = ada.post("/me", "/me/question", "place=diff&comment=1&answer=yes").await;
    assert_eq!(other.location(), "/me?saved=no-question");
    let told = ada.get("/me?saved=no-question").await.text();
    assert!(
        told.contains("Nothing was saved: that question isn't open any more."),
        "{told}"
    );

    let sent = ada.post("/me", "/me/question", &format!("{form}&answer=no")).await;
    assert_eq!(sent.location(), "/me?saved=answer");
    let after = ada.get("/me?saved=answer").await;
    assert!(!after.body.contains("/me/question\""), "one a week");
    assert!(
        after
            .text()
            .contains("You answered 1 question. Nobody else sees your answers."),
        "{}",
        after.text()
    );
    let again = ada.post("/me", "/me/question", &format!("{form}&answer=yes")).await;
    assert_eq!(again.location(), "/me?saved=no-question");

    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let his = ben.get("/me").await;
    assert!(
        !his.text().contains("You answered") && !his.body.contains("/me/question\""),
        "{}",
        his.text()
    );
    let stolen = ben.post("/me", "/me/question", &format!("{form}&answer=yes")).await;
    assert_eq!(stolen.location(), "/me?saved=no-question");

    let gone = ada.post("/me", "/me/questions", "choice=forget").await;
    assert_eq!(gone.location(), "/me?saved=answers-gone");
    assert!(ada.get("/me").await.body.contains("/me/question\""), "it is open again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_want_to_be_asked_is_not_until_they_say_so() {
    let world = last_week().await;
    let router = world.for_members();
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let never = ada.post("/me", "/me/questions", "choice=never").await;
    assert_eq!(never.location(), "/me?saved=asking");
    let page = ada.get("/me?saved=asking").await;
    assert!(!page.body.contains("/me/question\""));
    assert!(
        page.text()
            .contains("You aren't asked whether comments taught you something."),
        "{}",
        page.text()
    );
    let odd = ada.post("/me", "/me/questions", "choice=always").await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    ada.post("/me", "/me/questions", "choice=again").await;
    assert!(ada.get("/me").await.body.contains("/me/question\""));
}
