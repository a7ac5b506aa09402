//! The card that somebody can show: off at first, exactly what they saw, and gone when it is withdrawn.
use axum::http::StatusCode;
use axum::http::header;

use crate::browser::Browser;
use crate::world::Answer;
use crate::world::World;
use crate::world::get;

/// The card's address on somebody's page; none: it isn't shown.
async fn address(browser: &mut Browser) -> Option<String> {
    let page = browser.get("/me").await.body;
    let after = page.split_once("href=\"/cards/")?.1;
    Some(format!("/cards/{}", after.split('"').next()?))
}

/// What anybody gets at an address.
async fn seen(world: &World, address: &str) -> Answer {
    get(&world.for_members(), address, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_shown_when_switched_on_and_gone_when_switched_off() {
    let world = World::new().await;
    let mut dan = Browser::of(&world.for_members(), &world.github, "dan").await;
    assert_eq!(address(&mut dan).await, None, "off at first");
    let preview = dan.get("/me").await.body;
    let preview = preview.split_once("<figure class=\"card\">").expect("a preview").1;
    let preview = preview.split_once("</figure>").expect("its end").0.to_owned();

    let saved = dan.post("/me", "/me/card", "what=show").await;
    assert_eq!(saved.location(), "/me?saved=card");
    let first = address(&mut dan).await.expect("it is shown");
    let card = seen(&world, &first).await;
    assert_eq!(card.status, StatusCode::OK);
    assert_eq!(card.headers[header::CONTENT_TYPE], "image/svg+xml");
    assert_eq!(card.headers[header::CACHE_CONTROL], "no-cache");
    let alone = card.body.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    assert_eq!(alone, preview, "what was seen before");
    for hidden in ["acme", "shop", "ada", "ben", "cleo"] {
        assert!(!card.names(hidden), "{hidden}: {}", card.body);
    }

    let mine = dan.get("/api/v1/me").await.body;
    assert!(mine.contains(&format!("\"card\":\"{first}\"")), "{mine}");
    dan.post("/me", "/me/card", "what=move").await;
    let second = address(&mut dan).await.expect("it is shown");
    assert_ne!(first, second);
    assert_eq!(seen(&world, &first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(seen(&world, &second).await.status, StatusCode::OK);

    dan.post("/me", "/me/card", "what=withdraw").await;
    assert_eq!(address(&mut dan).await, None);
    assert_eq!(seen(&world, &second).await.status, StatusCode::NOT_FOUND);
    let unreadable = dan.post("/me", "/me/card", "what=everything").await;
    assert_eq!(unreadable.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_its_address_when_it_is_brought_up_to_date_and_says_when_it_is_old() {
    let world = World::new().await;
    let mut ben = Browser::of(&world.for_members(), &world.github, "ben").await;
    ben.post("/me", "/me/card", "what=show").await;
    let at = address(&mut ben).await.expect("it is shown");
    let page = ben.get("/me").await;
    assert!(!page.text().contains("Bring it up to date"), "{}", page.text());
    let older = "update card set passes_on = '{testing}', learned = '{api-design,no-area-any-more}'";
    assert_eq!(world.sql(older).await, 1);
    assert!(seen(&world, &at).await.text().contains("Testing"));
    let page = ben.get("/me").await;
    assert!(page.text().contains("Bring it up to date"), "{}", page.text());
    ben.post("/me", "/me/card", "what=show").await;
    assert_eq!(address(&mut ben).await.as_deref(), Some(at.as_str()));
    assert!(!seen(&world, &at).await.text().contains("Testing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_out_or_left_shows_no_card() {
    let world = World::new().await;
    let mut shown = Vec::new();
    for login in ["dan", "ben", "ada"] {
        let mut browser = Browser::of(&world.for_members(), &world.github, login).await;
        browser.post("/me", "/me/card", "what=show").await;
        shown.push(address(&mut browser).await.expect("it is shown"));
        let export = browser.get("/me/export.json").await.body;
        assert!(
            export.contains(shown.last().expect("one")),
            "{login} finds it in the export"
        );
        if login == "dan" {
            assert_eq!(browser.post("/me", "/me/out", "").await.status, StatusCode::SEE_OTHER);
            assert_eq!(seen(&world, &shown[0]).await.status, StatusCode::NOT_FOUND);
            browser.post("/me", "/me/back", "").await;
            assert_eq!(
                seen(&world, &shown[0]).await.status,
                StatusCode::NOT_FOUND,
                "coming back shows nothing by itself"
            );
        }
        if login == "ben" {
            browser.post("/me/erase", "/me/erase", "login=ben").await;
            assert_eq!(seen(&world, &shown[1]).await.status, StatusCode::NOT_FOUND);
            let rows = "update card set word = word where word like '%'";
            assert_eq!(world.sql(rows).await, 0, "nothing is left of dan's and ben's");
        }
    }
    assert_eq!(seen(&world, &shown[2]).await.status, StatusCode::OK);
    let left = "update membership m set valid_until = '2026-11-01' from person p
                where p.installation_id = m.installation_id and p.id = m.person_id and p.login = 'ada'";
    assert_eq!(world.sql(left).await, 1);
    assert_eq!(
        seen(&world, &shown[2]).await.status,
        StatusCode::NOT_FOUND,
        "they could not withdraw it any more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_address_shows_one() {
    let world = World::new().await;
    let mut dan = Browser::of(&world.for_members(), &world.github, "dan").await;
    dan.post("/me", "/me/card", "what=show").await;
    let at = address(&mut dan).await.expect("it is shown");
    let secret = at.trim_start_matches("/cards/").trim_end_matches(".svg");
    let others = [
        format!("/cards/{secret}"),
        format!("/cards/{}.svg", secret.to_uppercase()),
        format!("/cards/{}.svg", &secret[..40]),
        "/cards/.svg".to_owned(),
        "/cards/%25.svg".to_owned(),
        "/cards/%FF.svg".to_owned(),
    ];
    for other in others {
        assert_eq!(seen(&world, &other).await.status, StatusCode::NOT_FOUND, "{other}");
    }
    assert_eq!(seen(&world, &at).await.status, StatusCode::OK);
}
