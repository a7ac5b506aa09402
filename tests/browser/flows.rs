//! What people do: sign in, correct a label, set a goal, find who is hardly asked, take themselves out.
use peerlore::demo::stories::STORIES;
use peerlore::demo::year::ORGANISATION;
use serde_json::Value;

use crate::driver::Browser;
use crate::driver::Scripts;
use crate::pages::LEAD;
use crate::stage::Stage;

#[tokio::test]
async fn signing_in_at_github_leads_to_the_page_that_was_asked_for() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.sign_in(&browser, STORIES.learner, "/me").await;
    assert_eq!(browser.path().await, "/me");
    let page = browser.text().await;
    assert!(
        page.contains(STORIES.learner) && page.contains("What you took up"),
        "{page}"
    );
    assert!(page.contains("Databases"), "months of comments on indexes: {page}");
    browser.click("Sign out").await;
    browser.named("Sign in with GitHub").await;
    browser.goto(&format!("{}/me", stage.members)).await;
    assert!(!browser.text().await.contains("What you took up"));
    browser.close().await;
}

#[tokio::test]
async fn a_wrong_label_takes_two_clicks_and_undoing_it_one() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, STORIES.teacher).await;
    let wrong = browser.one("#evidence a[href^='/me/labels/']").await;
    let form = wrong.attr("href").await.expect("an attribute").expect("an address");
    browser.follow(wrong).await;
    browser.follow(browser.one("button[value='documentation']").await).await;
    let said = browser.one("[role='status']").await.text().await.expect("text");
    assert_eq!(browser.path().await, "/me?saved=label");
    let corrections = browser.one("#corrections").await.text().await.expect("text");
    assert!(
        corrections.contains("it is about Documentation"),
        "{said} {corrections}"
    );
    let line = format!("//tr[.//a[@href='{form}']]");
    let corrected = browser.texts_at(&line).await;
    assert!(
        corrected
            .iter()
            .all(|line| line.contains("Documentation") && line.contains("said by you")),
        "{corrected:?}"
    );
    browser.click("Undo").await;
    assert_eq!(browser.path().await, "/me?saved=label-back");
    assert!(browser.all("#corrections").await.is_empty());
    browser.close().await;
}

#[tokio::test]
async fn a_goal_is_set_and_stays() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, STORIES.newcomer).await;
    let goal = "input[name='learn'][value='security']";
    assert!(!browser.one(goal).await.is_selected().await.expect("a state"));
    browser.one(goal).await.click().await.expect("a tick");
    browser
        .one("#goals input[name='shown']")
        .await
        .click()
        .await
        .expect("a tick");
    browser.click("Save goals").await;
    browser.one("[role='status']").await;
    assert!(browser.one(goal).await.is_selected().await.expect("a state"));
    stage.become_one(&browser, STORIES.learner).await;
    browser
        .goto(&format!("{}/people/{}", stage.demo, STORIES.newcomer))
        .await;
    let page = browser.text().await;
    assert!(
        page.contains("Would like to learn security"),
        "colleagues see it: {page}"
    );
    browser.close().await;
}

#[tokio::test]
async fn a_lead_finds_the_silent_expert_and_opens_the_evidence() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.sign_in(&browser, LEAD.expect("a lead"), "/").await;
    browser.click("Silent experts").await;
    let (repo, _) = STORIES.silent_area;
    let expert = format!("//*[@class='person'][h3='{}']", STORIES.silent_expert);
    let found = browser.texts_at(&expert).await;
    assert!(found.iter().any(|one| one.contains("Their newest there")), "{found:?}");
    let evidence = browser.at(&format!("{expert}//a")).await;
    let pull = evidence.text().await.expect("text");
    assert!(pull.starts_with(&format!("{ORGANISATION}/{repo}#")), "{pull}");
    browser.follow(evidence).await;
    browser.one("article").await;
    let (_, number) = pull.split_once('#').expect("a number");
    assert_eq!(browser.path().await, format!("/{ORGANISATION}/{repo}/pull/{number}"));
    let page = browser.text().await;
    assert!(page.contains(&format!("{ORGANISATION}/{repo} #{number}")), "{page}");
    browser.close().await;
}

#[tokio::test]
async fn the_banner_of_the_demo_switches_roles_by_one_click() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    browser.goto(&stage.demo).await;
    for (role, page) in [("developer", "/me"), ("lead", "/teams/"), ("admin", "/admin")] {
        browser.click(role).await;
        let banner = browser.one("aside.demo").await.text().await.expect("text");
        assert!(
            browser.path().await.starts_with(page),
            "{role}: {}",
            browser.path().await
        );
        assert!(
            banner.contains("You look at it as") && banner.contains(role),
            "{banner}"
        );
    }
    browser.close().await;
}

#[tokio::test]
async fn a_download_has_what_the_page_shows() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, STORIES.single_holder).await;
    browser
        .one("a[href='/me/export.json']")
        .await
        .click()
        .await
        .expect("a click");
    let file = browser.folder.path().join("downloads/peerlore.json");
    let text = browser.downloaded(&file).await;
    let all: Value = serde_json::from_str(&text).expect("JSON");
    assert!(text.contains(STORIES.single_holder) && all.is_object(), "{all:#}");
    browser.close().await;
}

#[tokio::test]
async fn erasing_oneself_asks_first_and_keeps_whoever_leaves_the_question() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    let login = "thandi-dube";
    stage.become_one(&browser, login).await;
    browser.click("Erase me, after one more question").await;
    let erase = browser.named("Erase me for good").await;
    erase.click().await.expect("a click");
    assert_eq!(browser.path().await, "/me/erase", "the login has to be typed");
    browser.one("#login").await.send_keys("somebody").await.expect("keys");
    browser.click("Erase me for good").await;
    let alert = browser.one("[role='alert']").await.text().await.expect("text");
    assert!(alert.contains("Nothing was erased yet"), "{alert}");
    browser.click("Keep me").await;
    assert_eq!(browser.one("main h1").await.text().await.expect("text"), login);
    browser.click("Erase me, after one more question").await;
    browser.one("#login").await.send_keys(login).await.expect("keys");
    browser.click("Erase me for good").await;
    let done = browser.text().await;
    assert!(done.contains("You are erased"), "{done}");
    browser.goto(&stage.demo).await;
    assert!(!browser.source().await.contains(login), "nobody can be them any more");
    browser.close().await;
}

/// What a signed-out browser is shown names nobody.
#[tokio::test]
async fn a_stranger_gets_nothing_of_anybody() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    let people = peerlore::demo::people::PEOPLE.map(|person| person.login);
    for (_, address) in crate::pages::addresses(stage, "/me/labels/diff/1") {
        browser.goto(&format!("{}{address}", stage.members)).await;
        // The address that was asked for stands in the way to sign in.
        let source = browser.source().await.replace(&address.replace('/', "%2F"), "");
        let named = people
            .iter()
            .chain([&ORGANISATION])
            .find(|name| source.contains(**name));
        assert_eq!(named, None, "{address}");
    }
    browser.close().await;
}

#[tokio::test]
async fn everything_works_without_scripts() {
    let Some(browser) = Browser::with(Scripts::Off).await else {
        return;
    };
    let stage = Stage::shared().await;
    stage.sign_in(&browser, STORIES.busy_expert, "/me").await;
    browser
        .one("input[name='teach'][value='performance']")
        .await
        .click()
        .await
        .expect("a tick");
    browser.click("Save goals").await;
    browser.one("[role='status']").await;
    browser
        .follow(browser.one("#evidence a[href^='/me/labels/']").await)
        .await;
    browser.follow(browser.one("button[value='testing']").await).await;
    browser.one("#corrections").await;
    for way in [
        "Pull requests",
        "Silent experts",
        "Teams",
        "Replay",
        "Flow",
        "How it works",
    ] {
        browser.click(way).await;
        let current = browser
            .one("nav a[aria-current='page']")
            .await
            .text()
            .await
            .expect("text");
        assert_eq!(current, way);
    }
    browser.close().await;
}
