//! Every page as everybody, at a desk and on a phone, in light and dark: held against axe and our own checks.
use std::collections::BTreeSet;

use peerlore::demo::stories::STORIES;
use peerlore::demo::year::ORGANISATION;
use rstest::rstest;

use crate::axe;
use crate::checks;
use crate::driver::Browser;
use crate::driver::DESK;
use crate::driver::PHONE;
use crate::stage::Stage;

/// Where routes are written.
const ROUTES: [&str; 2] = [
    include_str!("../../src/web/pages/mod.rs"),
    include_str!("../../src/web/pages/setup.rs"),
];

/// Routes that show no page: data, streams, a picture, a stylesheet, a script, and what goes on to GitHub by itself.
const NO_PAGES: [&str; 9] = [
    "/admin/live",
    "/cards/{file}",
    "/live.js",
    "/me/export.json",
    "/replay.json",
    "/schema/peerlore.json",
    "/setup/progress",
    "/sign-in",
    "/style.css",
];

/// Somebody of the demo who only develops, leads a team, owns the organisation, or isn't signed in.
pub const DEVELOPER: Option<&str> = Some(STORIES.learner);
pub const LEAD: Option<&str> = Some("dkarimi");
pub const OWNER: Option<&str> = Some("greta-holm");
pub const STRANGER: Option<&str> = None;

/// As whom pages are looked at.
#[derive(Clone, Copy, Debug)]
enum Where {
    /// In the demo, where every page is open, as the learner.
    Demo,
    /// Where members sign in.
    Members(Option<&'static str>),
    /// Where there is no App yet, as whoever may create one.
    Unregistered,
}

/// Each page's route, and an address of it; a label is somebody's own.
pub fn addresses(stage: &Stage, label: &str) -> Vec<(&'static str, String)> {
    let (repo, single) = (STORIES.example_repo, STORIES.single_holder);
    let example = stage.found.example.as_ref().expect("the example").number;
    let mut pages = vec![
        ("/pulls/{owner}/{repo}/{number}", stage.example()),
        ("/me/labels/{place}/{comment}", label.to_owned()),
        ("/people/{login}", format!("/people/{}", STORIES.busy_expert)),
        ("/teams/{slug}", "/teams/routing".to_owned()),
        (
            "/offboarding/{login}",
            format!("/offboarding/{}", STORIES.silent_expert),
        ),
        ("/offboarding/{login}", format!("/offboarding/{single}")),
        (
            "/replay/{owner}/{repo}/{number}",
            format!("/replay/{ORGANISATION}/{repo}/{}", example - 4),
        ),
        (
            "/feedback/{installation}/{repo}/{number}/{slot}/{verdict}/{until}",
            "/feedback/1/1/7/expert/good/9999999999?signature=00".to_owned(),
        ),
        ("/docs/api/types/{name}", "/docs/api/types/Me".to_owned()),
        ("nothing", "/nowhere".to_owned()),
    ];
    let alike = [
        "/",
        "/me",
        "/me/erase",
        "/me/tokens",
        "/teams",
        "/offboarding",
        "/flow",
        "/silent-experts",
        "/replay",
        "/admin",
        "/docs",
        "/docs/api",
        "/docs/skills",
        "/sign-in/callback",
        "/sign-in/organisation",
        "/setup",
        "/setup/created",
        "/setup/installed",
    ];
    pages.extend(alike.map(|route| (route, route.to_owned())));
    pages
}

/// The form of the newest comment on somebody's own page; one that isn't theirs where nobody is signed in.
pub async fn label_of(own: &str, browser: &Browser) -> String {
    browser.goto(&format!("{own}/me")).await;
    match browser.all("a[href^='/me/labels/']").await.first() {
        Some(link) => link.attr("href").await.expect("an attribute").expect("an address"),
        None => "/me/labels/diff/1".to_owned(),
    }
}

#[rstest]
#[case::demo(Where::Demo)]
#[case::developer(Where::Members(DEVELOPER))]
#[case::lead(Where::Members(LEAD))]
#[case::owner(Where::Members(OWNER))]
#[case::stranger(Where::Members(STRANGER))]
#[case::operator(Where::Unregistered)]
#[tokio::test]
async fn every_page_is_in_order(#[case] place: Where) {
    let Some((stage, browser)) = Browser::open().await else {
        return;
    };
    let Some(axe) = axe::source() else { return };
    let own = match place {
        Where::Demo => {
            stage.become_one(&browser, STORIES.learner).await;
            &stage.demo
        }
        Where::Members(login) => {
            if let Some(login) = login {
                stage.sign_in(&browser, login, "/me").await;
            }
            &stage.members
        }
        Where::Unregistered => &stage.unregistered,
    };
    let label = label_of(own, &browser).await;
    let mut faults = Vec::new();
    for (_, address) in addresses(stage, &label) {
        browser.looks(PHONE, "light").await;
        checks::forget_what_came(&browser).await;
        browser.goto(&format!("{own}{address}")).await;
        let mut found = checks::of_loading(&browser, own).await;
        axe::inject(&browser, &axe).await;
        for (width, scheme) in [(PHONE, "light"), (PHONE, "dark"), (DESK, "dark"), (DESK, "light")] {
            browser.looks(width, scheme).await;
            let mut here = checks::of_page(&browser, width).await;
            here.extend(axe::violations(&browser).await);
            found.extend(here.into_iter().map(|fault| format!("{width} px, {scheme}: {fault}")));
        }
        faults.extend(found.into_iter().map(|fault| format!("{address}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.close().await;
}

#[tokio::test]
async fn every_route_that_shows_a_page_is_looked_at() {
    if Browser::with(crate::driver::Scripts::Run).await.is_none() {
        return;
    }
    let stage = Stage::shared().await;
    let looked_at: BTreeSet<&str> = addresses(stage, "").into_iter().map(|(route, _)| route).collect();
    let routes = ROUTES.iter().flat_map(|file| file.split(".route(").skip(1));
    let shown = routes
        .filter(|route| route.contains("get("))
        .filter_map(|route| route.split('"').nth(1));
    let missing: Vec<&str> = shown
        .filter(|route| !looked_at.contains(route) && !NO_PAGES.contains(route))
        .collect();
    assert!(missing.is_empty(), "no browser looks at {missing:?}");
}
