//! "Wrong label" in the browser: who may, what the form says, and that it counts on the page that answers.
use axum::http::StatusCode;

use crate::browser::Browser;
use crate::world::Answer;
use crate::world::World;
use crate::world::lines_of;
use crate::world::sealed;

/// The address of the first form that a page of somebody's own leads to.
fn first_form(page: &Answer) -> String {
    let after = page.body.split_once("href=\"/me/labels/").expect("a link").1;
    format!("/me/labels/{}", after.split('"').next().expect("an address"))
}

/// What the form of a page would send, but for areas.
fn hidden(page: &Answer) -> String {
    let value = |name: &str| {
        let after = page
            .body
            .split_once(&format!("name=\"{name}\" value=\""))
            .expect(name)
            .1;
        after.split('"').next().expect("a value").to_owned()
    };
    let fields = ["place", "comment", "edited"].map(|name| format!("{name}={}", value(name)));
    fields.join("&")
}

/// The lines of evidence about one comment, each as one line.
fn about<'a>(page: &'a str, pull: &str) -> Vec<&'a str> {
    page.lines()
        .filter(|line| line.contains(pull) && line.contains("likely useful"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clicks_correct_a_label_and_a_third_takes_it_back() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let before = ben.get("/me").await;
    let (form, read) = (first_form(&before), before.lines());
    assert!(about(&read, "acme/shop#4")[0].contains("% sure wrong label"), "{read}");
    let page = ben.get(&form).await;
    let text = page.lines();
    assert!(
        text.contains("Your comment on acme/shop#4, 18 Sep 2026.") && text.contains("It was read as "),
        "{text}"
    );
    assert_eq!(page.body.matches("type=\"checkbox\" name=\"area\"").count(), 17);
    assert!(text.contains("Tests, fixtures, assertions and how testable the code is."));
    assert!(
        page.body.contains("value=\"error-handling\" checked"),
        "what was read is ticked"
    );
    assert!(!page.body.contains("value=\"testing\" checked") && !page.body.contains("<script"));

    let only = format!("{}&area=testing", hidden(&page));
    let sent = ben.post(&form, "/me/labels", &only).await;
    assert_eq!(sent.location(), "/me?saved=label");
    let after = ben.get("/me?saved=label").await;
    let lines = after.lines();
    assert_eq!(
        about(&lines, "acme/shop#4"),
        [
            "18 Sep 2026 Testing on Rust, said by you wrong label dispute you to ada acme/shop#4 Landed, 98% likely useful"
        ]
    );
    assert!(after.text().contains("Thank you: the label is corrected."));
    let list = lines.split_once("Corrections you made\n").expect("a list").1;
    let list = list.split_once("What you would like").expect("its end").0;
    assert!(
        list.starts_with("acme/shop#4: it is about Testing, 12 Nov 2026, just now. It was read as "),
        "{list}"
    );
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let hers = ada.get("/me").await.lines();
    assert!(
        about(&hers, "acme/shop#4")[0].contains("Testing on Rust, said by ben wrong label dispute to you from ben"),
        "{hers}"
    );
    assert!(!hers.contains("Corrections you made"), "{hers}");

    let undone = ben.post("/me", "/me/labels/undo", &hidden(&page)).await;
    assert_eq!(undone.location(), "/me?saved=label-back");
    assert_eq!(lines_of(&ben.get("/me").await.body), read);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_that_is_none_any_more_is_found_by_both() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    let form = first_form(&ben.get("/me").await);
    let page = ada.get(&form).await;
    assert!(
        page.text().contains("The comment by ben on acme/shop#4, 18 Sep 2026."),
        "{}",
        page.text()
    );
    let unsaid = ada.post(&form, "/me/labels", &hidden(&page)).await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
    assert!(unsaid.text().contains("No area is ticked"), "{}", unsaid.text());
    let sent = ada
        .post(&form, "/me/labels", &format!("{}&nothing=yes", hidden(&page)))
        .await;
    assert_eq!(sent.location(), "/me?saved=label", "{}", sent.text());
    let hers = ada.get("/me").await.lines();
    assert_eq!(about(&hers, "acme/shop#4"), [""; 0]);
    assert!(hers.contains("acme/shop#4: it teaches nothing about a skill"), "{hers}");
    let his = ben.get("/me").await;
    assert!(
        his.text()
            .contains("Corrections to what you wrote Somebody whom a comment of yours told something may say what it is about. Your own word counts before theirs. acme/shop#4: ada said that it teaches nothing about a skill"),
        "{}",
        his.text()
    );
    let own = ben.get(&form).await;
    assert!(
        own.text().contains("ada said that it teaches nothing about a skill."),
        "{}",
        own.text()
    );
    let sends = format!("{}&area=security&area=testing&teaches=knowledge", hidden(&own));
    ben.post(&form, "/me/labels", &sends).await;
    let hers = ada.get("/me").await.lines();
    assert_eq!(about(&hers, "acme/shop#4").len(), 2, "{hers}");
    assert!(
        hers.contains("Somebody whose word counts before yours says otherwise."),
        "{hers}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comment_of_others_is_as_one_that_does_not_exist() {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    let router = world.for_members();
    let others = world.for_others().await;
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut dan = Browser::of(&router, &world.github, "dan").await;
    let form = first_form(&dan.get("/me").await);
    let page = dan.get(&form).await;
    let sends = format!("{}&area=testing", hidden(&page));
    let mut strangers = [
        // The lead of the team that dan is in, a member, and another organisation's owner.
        ben.clone(),
        Browser::of(&router, &world.github, "cleo").await,
        Browser::of(&others, &world.other, "zoe").await.at(&router),
    ];
    for stranger in &mut strangers {
        let nothing = stranger.get("/me/labels/diff/999999999").await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        let shown = stranger.get(&form).await;
        assert_eq!((shown.status, shown.text()), (nothing.status, nothing.text()));
        let sent = stranger.post("/me", "/me/labels", &sends).await;
        assert_eq!((sent.status, sent.text()), (nothing.status, nothing.text()));
        stranger.post("/me", "/me/labels/undo", &sends).await;
    }
    for odd in ["/me/labels/elsewhere/1", "/me/labels/diff/one"] {
        assert_eq!(ben.get(odd).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
    let kept = "update correction set at = at";
    assert_eq!(world.sql(kept).await, 0);

    // What ben may not read any more isn't his to correct, though he wrote it.
    let mine = ben.get("/me").await;
    assert!(mine.body.contains("acme/sealed#1"));
    let hush = first_form(&mine);
    assert_eq!(ben.get(&hush).await.status, StatusCode::OK);
    world.github.only_for("sealed", &["ada"]);
    world.clock.move_to(world.clock.now() + chrono::Duration::minutes(10));
    assert_eq!(ben.get(&hush).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_makes_no_sense_changes_nothing_and_says_why() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let form = first_form(&ben.get("/me").await);
    let page = ben.get(&form).await;
    let base = hidden(&page);
    let edited = base.split_once("&edited=").expect("a field").0.to_owned();
    for (sends, says) in [
        (format!("{base}&area=sorcery"), "There is no such skill area."),
        (
            format!("{base}&area=testing&area=security&area=databases&area=concurrency"),
            "three areas at most",
        ),
        (format!("{base}&area=testing&teaches=wisdom"), "What the comment gives"),
        (
            format!("{edited}&edited=1&area=testing"),
            "edited since you opened this form",
        ),
        ("area=testing".to_owned(), "The form can't be read."),
    ] {
        let answer = ben.post(&form, "/me/labels", &sends).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{sends}");
        let text = answer.text();
        assert!(
            text.contains("Nothing was changed") && text.contains(says) && text.contains("Back to the first page"),
            "{text}"
        );
    }
    world.sql("delete from reading").await;
    let answer = ben.post("/me", "/me/labels", &format!("{base}&area=testing")).await;
    assert!(
        answer.text().contains("has not been read again yet"),
        "{}",
        answer.text()
    );
    assert!(ben.get(&form).await.text().contains("has not been read again yet"));
    assert_eq!(world.sql("update correction set at = at").await, 0);
}
