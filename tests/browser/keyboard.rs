//! Nothing but a keyboard: the way through a page, where the focus is, and what Enter does.
use peerlore::demo::stories::STORIES;
use serde_json::Value;
use serde_json::json;

use crate::driver::Browser;
use crate::driver::PHONE;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";

/// What has the focus: its place in the page, what it is called, and whether it and a ring around it can be seen.
async fn focus(browser: &Browser) -> Value {
    let look = "const one = document.activeElement;
        const style = getComputedStyle(one);
        const box = one.getBoundingClientRect();
        const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        const place = [...document.body.querySelectorAll('*')].indexOf(one);
        return { place, name: (one.getAttribute('aria-label') || one.innerText || one.name || '').trim(), ring, seen };";
    browser.asks(look, Vec::new()).await
}

/// Goes through a whole page by Tab and gives what had the focus, in order.
async fn walk(browser: &Browser, address: &str) -> Vec<Value> {
    browser.goto(address).await;
    let mut passed: Vec<Value> = Vec::new();
    for _ in 0..500 {
        browser.press(TAB).await;
        let one = focus(browser).await;
        // After the last element the focus leaves the page, and no trap holds it before.
        if one["place"] == -1 {
            return passed;
        }
        // A date has a stop for its day, its month and its year.
        if passed.last().is_none_or(|last| last["place"] != one["place"]) {
            passed.push(one);
        }
    }
    panic!("the focus never leaves {address}");
}

/// The places of what has to take the focus: of radio buttons one a group does.
async fn focusable(browser: &Browser) -> Vec<Value> {
    let look = "const groups = new Set();
        const all = [...document.body.querySelectorAll('*')];
        return all.filter(one => {
            if (!one.matches('a[href], button, input, select, textarea, summary, [tabindex]')) return false;
            if (one.tabIndex < 0 || one.disabled || one.type === 'hidden' || !one.checkVisibility()) return false;
            if (one.type !== 'radio') return true;
            const group = `${[...document.forms].indexOf(one.form)} ${one.name}`;
            const first = !groups.has(group);
            groups.add(group);
            return first && !document.querySelector(`input[type=radio][name='${one.name}']:checked`) || one.checked;
        }).map(one => all.indexOf(one));";
    browser.asks(look, Vec::new()).await.as_array().expect("a list").clone()
}

#[tokio::test]
async fn tab_leads_through_every_page_with_the_focus_always_in_sight() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, STORIES.learner).await;
    for width in [crate::driver::DESK, PHONE] {
        browser.looks(width, "light").await;
        for page in [
            "/",
            "/me",
            "/silent-experts",
            "/flow",
            "/replay",
            "/admin",
            "/docs",
            &stage.example(),
        ] {
            let passed = walk(&browser, &format!("{}{page}", stage.demo)).await;
            let places: Vec<&Value> = passed.iter().map(|one| &one["place"]).collect();
            let missed = focusable(&browser)
                .await
                .into_iter()
                .filter(|place| !places.contains(&place))
                .count();
            assert_eq!(missed, 0, "{page}: Tab leads past them");
            assert_eq!(passed[0]["name"], "Skip to the text", "{page}");
            assert_eq!(passed[1]["name"], "Peerlore", "{page}");
            assert_eq!(passed[2]["name"], "Pull requests", "{page}");
            let hidden: Vec<&Value> = passed
                .iter()
                .filter(|one| one["ring"] != true || one["seen"] != true)
                .collect();
            assert!(hidden.is_empty(), "{page} at {width} px: {hidden:?}");
        }
    }
    browser.close().await;
}

#[tokio::test]
async fn the_skip_link_leads_past_the_head() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, STORIES.learner).await;
    browser.goto(&format!("{}/me", stage.demo)).await;
    browser.press(TAB).await;
    browser.press(ENTER).await;
    assert_eq!(browser.path().await, "/me#text");
    browser.press(TAB).await;
    let inside = browser
        .asks(
            "return document.querySelector('main').contains(document.activeElement)",
            Vec::new(),
        )
        .await;
    assert_eq!(inside, json!(true));
    browser.close().await;
}

/// Presses Tab until what has the focus is called this.
async fn tab_to(browser: &Browser, name: &str) {
    for _ in 0..400 {
        browser.press(TAB).await;
        if focus(browser).await["name"] == name {
            return;
        }
    }
    panic!("Tab never reaches {name}");
}

/// Presses Enter where it leads to another page.
async fn enter(browser: &Browser) {
    let before = browser.one("html").await;
    browser.press(ENTER).await;
    browser.leaves(&before).await;
}

#[tokio::test]
async fn a_goal_a_correction_and_a_pull_request_take_no_mouse() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, "petrokoval").await;
    tab_to(&browser, "Learn testing").await;
    browser.press(SPACE).await;
    tab_to(&browser, "Save goals").await;
    enter(&browser).await;
    assert_eq!(browser.path().await, "/me?saved=goals");
    assert!(
        browser
            .one("input[name='learn'][value='testing']")
            .await
            .is_selected()
            .await
            .expect("a state")
    );
    let link = browser.one("#evidence a[href^='/me/labels/']").await;
    let label = link.attr("aria-label").await.expect("an attribute").expect("a label");
    tab_to(&browser, &label).await;
    enter(&browser).await;
    tab_to(&browser, "Only this: Security").await;
    enter(&browser).await;
    assert_eq!(browser.path().await, "/me?saved=label");
    tab_to(&browser, "Pull requests").await;
    enter(&browser).await;
    tab_to(&browser, STORIES.example_title).await;
    enter(&browser).await;
    assert_eq!(browser.path().await, stage.example());
    browser.close().await;
}

#[tokio::test]
async fn enter_in_the_field_sends_a_form() {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    stage.become_one(&browser, "petrokoval").await;
    browser.goto(&format!("{}/me/erase", stage.demo)).await;
    browser.one("#login").await.send_keys("nobody").await.expect("keys");
    enter(&browser).await;
    browser.one("[role='alert']").await;
    browser.close().await;
}
