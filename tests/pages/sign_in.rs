//! Signing in, staying signed in, and every way in which it must not work.
use std::time::Duration as Moment;

use axum::http::StatusCode;
use axum::http::header;
use chrono::Duration;
use peerlore::demo::github::failures::Failure;
use peerlore::pipeline::expire;
use peerlore::web::access::Viewing;
use rstest::rstest;
use url::Url;

use crate::browser::Browser;
use crate::browser::at_github;
use crate::world::World;
use crate::world::by;

const SESSION: &str = "__Host-peerlore";
const BEGUN: &str = "__Host-peerlore-sign-in";

fn pass(world: &World, minutes: i64) {
    world.clock.move_to(world.clock.now() + Duration::minutes(minutes));
}

async fn status(browser: &mut Browser, path: &str) -> u16 {
    browser.get(path).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_goes_to_github_and_back_to_where_it_began() {
    let world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::new(&router);
    let closed = cleo.get("/pulls/acme/shop/7").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(
        closed
            .body
            .contains("href=\"/sign-in?next=%2Fpulls%2Facme%2Fshop%2F7\""),
        "{}",
        closed.body
    );
    world.github.consents("cleo");
    let begun = cleo.get("/sign-in?next=%2Fpulls%2Facme%2Fshop%2F7").await;
    assert_eq!(
        (begun.status, begun.headers.get(header::LOCATION)),
        (StatusCode::OK, None),
        "a redirect would be part of the form that led here, which may go nowhere else"
    );
    let set = begun.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
    assert!(
        set.starts_with("__Host-peerlore-sign-in=")
            && set.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"),
        "{set}"
    );
    let address = Url::parse(begun.location()).expect("an address");
    let asked = |name: &str| {
        address
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(asked("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(
        asked("redirect_uri").as_deref(),
        Some("https://peerlore.example/sign-in/callback")
    );
    assert_eq!(asked("scope"), None);
    assert_eq!(asked("state").expect("a state").len(), 43);
    let back = at_github(begun.location()).await;
    let end = cleo.get(&back).await;
    assert_eq!(end.location(), "/pulls/acme/shop/7");
    let sets: Vec<&str> = end
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|set| set.to_str().expect("text"))
        .collect();
    assert_eq!(sets.len(), 2);
    assert!(
        sets[0].starts_with("__Host-peerlore-sign-in=; ") && sets[0].contains("Max-Age=0"),
        "{sets:?}"
    );
    assert!(
        sets[1].starts_with("__Host-peerlore=")
            && sets[1].ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"),
        "{sets:?}"
    );
    let page = cleo.get("/pulls/acme/shop/7").await;
    assert!(page.text().contains("Signed in as cleo in acme."), "{}", page.text());
    assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-store");
    let id = cleo.cookies[SESSION].split('.').next().expect("a word").to_owned();
    let kept: String = sqlx::query_scalar("select string_agg(t::text, ' ') from (select s::text as t from session s union all select i::text from sign_in i) x")
        .fetch_one(world.pool())
        .await
        .expect("the database");
    assert!(
        !kept.contains(&id) && !kept.contains("ghu_"),
        "only digests are stored: {kept}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_is_good_once_and_in_its_own_browser_and_in_time() {
    let world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::new(&router);
    let back = cleo.agree(&world.github, "cleo", "/me").await;
    let with_both = cleo.clone();
    // A stranger's browser, without the cookie and with one of another sign-in.
    assert_eq!(status(&mut Browser::new(&router), &back).await, 400);
    let mut other = Browser::new(&router);
    other.agree(&world.github, "ben", "/me").await;
    assert_eq!(status(&mut other, &back).await, 400);
    assert_eq!(status(&mut cleo, &back).await, 303, "the right browser still may");
    let mut again = with_both;
    assert_eq!(status(&mut again, &back).await, 400, "a second time");
    assert!(!again.cookies.contains_key(SESSION));
    let late = again.agree(&world.github, "cleo", "/me").await;
    pass(&world, 10);
    assert_eq!(status(&mut again, &late).await, 400, "too late");
    let unsure = again.agree(&world.github, "cleo", "/me").await;
    let wrong = unsure.replace("state=", "state=x");
    assert_eq!(status(&mut again, &wrong).await, 400);
    world.github.nobody_consents();
    let begun = again.get("/sign-in").await.location().to_owned();
    let cancelled = at_github(&begun).await;
    assert!(cancelled.contains("error=access_denied"));
    assert_eq!(status(&mut again, &cancelled).await, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_without_its_verifier_or_of_somebody_else_is_refused() {
    let world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::new(&router);
    let back = cleo.agree(&world.github, "cleo", "/me").await;
    world.sql("update sign_in set verifier = repeat('x', 43)").await;
    assert_eq!(status(&mut cleo, &back).await, 400);
    let back = cleo.agree(&world.github, "cleo", "/me").await;
    let stolen = Browser::new(&router).agree(&world.github, "ben", "/me").await;
    let code = |path: &str| {
        path.split("code=")
            .nth(1)
            .expect("a code")
            .split('&')
            .next()
            .expect("a code")
            .to_owned()
    };
    let swapped = back.replace(&code(&back), &code(&stolen));
    assert_eq!(status(&mut cleo, &swapped).await, 400, "a code of another sign-in");
    assert_eq!(world.sql("delete from session").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_somebody_planted_is_worth_nothing() {
    let world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::new(&router);
    cleo.cookies
        .insert(SESSION.to_owned(), format!("{}.{}", "A".repeat(43), "0".repeat(64)));
    assert_eq!(status(&mut cleo, "/me").await, 403, "no tag of ours");
    let mallory = Browser::of(&router, &world.github, "dan").await;
    let planted = mallory.cookies[SESSION].clone();
    cleo.cookies.insert(SESSION.to_owned(), planted.clone());
    cleo.sign_in(&world.github, "cleo", "/me").await;
    assert_ne!(cleo.cookies[SESSION], planted, "a sign-in makes another id");
    assert!(cleo.get("/me").await.text().contains("Signed in as cleo"));
    assert_eq!(
        status(&mut mallory.clone(), "/me").await,
        403,
        "and the planted one ended"
    );
    let begun = cleo.cookies.get(BEGUN);
    assert_eq!(begun, None);
}

#[rstest]
#[case("https%3A%2F%2Fevil.example%2F")]
#[case("%2F%2Fevil.example")]
#[case("%2F%5Cevil.example")]
#[case("%2F%09%2Fevil.example")]
#[case("javascript%3Aalert(1)")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_ends_on_no_other_site(#[case] next: &str) {
    let world = World::new().await;
    let mut cleo = Browser::new(&world.for_members());
    assert_eq!(cleo.sign_in(&world.github, "cleo", next).await.location(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_counts_with_this_sessions_token_only() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let (mine, hers) = (ben.token("/me").await, cleo.token("/me").await);
    assert_ne!(mine, hers);
    let forms = [
        "/me/out",
        "/me/back",
        "/me/goals",
        "/me/availability",
        "/me/asked",
        "/me/declined",
        "/me/sharing",
        "/sign-out",
        "/sign-out/everywhere",
        "/sign-in/organisation",
        "/demo/me",
        "/admin/replay",
        "/admin/backfill",
    ];
    for path in forms {
        for token in [
            "",
            "token=",
            &format!("token={hers}"),
            &format!("token={}", "0".repeat(64)),
        ] {
            let answer = ben.post_bare(path, &format!("learn=testing&{token}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {token}");
            assert!(answer.text().contains("This form is out of date"), "{path}");
        }
    }
    let page = ben.get("/me").await;
    assert!(
        page.status == StatusCode::OK
            && !page.body.contains(" checked")
            && page.text().contains("Take me out of everything")
    );
    let saved = ben.post_bare("/me/goals", &format!("learn=testing&token={mine}")).await;
    assert_eq!(saved.location(), "/me?saved=goals");
    assert_eq!(
        Browser::new(&router).post_bare("/me/out", "").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_is_out_within_ten_minutes_even_if_nobody_tells() {
    let mut world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let mut dan = Browser::of(&router, &world.github, "dan").await;
    let untold = world.github.remove_member(by("ada", 0), "cleo");
    drop(untold);
    pass(&world, 9);
    assert_eq!(status(&mut cleo, "/silent-experts").await, 200);
    pass(&world, 1);
    let out = cleo.get("/silent-experts").await;
    assert!(
        out.status == StatusCode::FORBIDDEN && out.text().contains("You are no member"),
        "{}",
        out.text()
    );
    assert_eq!(status(&mut dan, "/silent-experts").await, 200);
    world
        .tell(world.github.clone().remove_member(by("ada", 0), "dan"))
        .await;
    assert_eq!(
        status(&mut dan, "/silent-experts").await,
        403,
        "told by webhook: at once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_let_in_for_long_while_github_cant_be_asked() {
    let world = World::new().await;
    let mut cleo = Browser::of(&world.for_members(), &world.github, "cleo").await;
    world.github.fail_next(None, "/memberships/", 3, Failure::Status(502));
    pass(&world, 10);
    assert_eq!(status(&mut cleo, "/me").await, 200, "for a short grace");
    pass(&world, 4);
    assert_eq!(status(&mut cleo, "/me").await, 200);
    pass(&world, 1);
    let closed = cleo.get("/me").await;
    assert!(
        closed.status == StatusCode::SERVICE_UNAVAILABLE && closed.text().contains("GitHub can't be asked"),
        "{}",
        closed.text()
    );
    assert_eq!(status(&mut cleo, "/me").await, 200, "GitHub is back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_asks_github_for_all_that_come_at_once() {
    let world = World::new().await;
    let cleo = Browser::of(&world.for_members(), &world.github, "cleo").await;
    pass(&world, 60);
    world.github.forget_requests();
    let mut at_once = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let mut cleo = cleo.clone();
        at_once.spawn(async move { cleo.get("/me").await.status });
    }
    let done = tokio::time::timeout(Moment::from_secs(30), at_once.join_all())
        .await
        .expect("in time");
    assert_eq!(done, [StatusCode::OK; 6]);
    let asked = world.github.requests();
    assert_eq!(
        asked.iter().filter(|one| one.path.contains("/memberships/")).count(),
        1,
        "{asked:?}"
    );
    pass(&world, 9);
    assert_eq!(status(&mut cleo.clone(), "/me").await, 200);
    let asked = world.github.requests();
    assert_eq!(
        asked.iter().filter(|one| one.path.contains("/memberships/")).count(),
        1,
        "not before ten minutes"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_owner_any_more_loses_the_owners_pages() {
    let world = World::new().await;
    let mut ada = Browser::of(&world.for_members(), &world.github, "ada").await;
    assert_eq!(status(&mut ada, "/teams/storefront").await, 200);
    let untold = world.github.add_member(by("ada", 0), "ada", false);
    drop(untold);
    pass(&world, 10);
    assert_eq!(status(&mut ada, "/teams/storefront").await, 403);
    assert_eq!(status(&mut ada, "/me").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_somebody_else_took_over_brings_nobody_in() {
    let world = World::new().await;
    let mut cleo = Browser::of(&world.for_members(), &world.github, "cleo").await;
    // The account of the session has another number than the one that has its login now.
    world.sql("update session set user_id = user_id + 1").await;
    assert_eq!(status(&mut cleo, "/silent-experts").await, 200);
    pass(&world, 10);
    assert_eq!(status(&mut cleo, "/silent-experts").await, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_app_shows_nothing() {
    let world = World::new().await;
    let mut ada = Browser::of(&world.for_members(), &world.github, "ada").await;
    world
        .sql("update installation set suspended_at = '2026-11-12' where login = 'acme'")
        .await;
    assert_eq!(status(&mut ada, "/me").await, 403);
    assert_eq!(
        ada.sign_in(&world.github, "ada", "/me").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_end_here_everywhere_and_by_themselves() {
    let world = World::new().await;
    let router = world.for_members();
    let mut here = Browser::of(&router, &world.github, "cleo").await;
    let mut there = Browser::of(&router, &world.github, "cleo").await;
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let copied = here.clone();
    assert_eq!(here.post("/me", "/sign-out", "").await.location(), "/");
    assert!(!here.cookies.contains_key(SESSION));
    assert_eq!(
        status(&mut copied.clone(), "/me").await,
        403,
        "a copied cookie ends with it"
    );
    assert_eq!(status(&mut there, "/me").await, 200);
    here.sign_in(&world.github, "cleo", "/me").await;
    assert_eq!(here.post("/me", "/sign-out/everywhere", "").await.location(), "/");
    assert_eq!(status(&mut there, "/me").await, 403);
    assert_eq!(status(&mut ben, "/me").await, 200, "others stay");
    pass(&world, 7 * 24 * 60);
    assert_eq!(status(&mut ben, "/me").await, 403, "idle for 7 days");
    ben.sign_in(&world.github, "ben", "/me").await;
    for day in 1..30 {
        pass(&world, 24 * 60);
        assert_eq!(status(&mut ben, "/me").await, 200, "day {day}");
    }
    pass(&world, 24 * 60);
    assert_eq!(status(&mut ben, "/me").await, 403, "30 days are all");
    expire::run(&world.app(Viewing::SignIn).pipeline)
        .await
        .expect("the clean-up");
    assert_eq!(
        world.sql("delete from session").await + world.sql("delete from sign_in").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_renewed_every_day_and_the_old_one_ends() {
    let world = World::new().await;
    let mut cleo = Browser::of(&world.for_members(), &world.github, "cleo").await;
    let token = cleo.token("/me").await;
    pass(&world, 24 * 60);
    let mut old = cleo.clone();
    let page = cleo.get("/me").await;
    assert!(page.headers.contains_key(header::SET_COOKIE));
    assert_ne!(cleo.cookies[SESSION], old.cookies[SESSION]);
    let with_old = old.get("/me").await;
    assert!(
        with_old.status == StatusCode::OK && !with_old.headers.contains_key(header::SET_COOKIE),
        "a request under way"
    );
    let form = cleo.post_bare("/me/goals", &format!("token={token}")).await;
    assert_eq!(form.location(), "/me?saved=goals", "a form that was open still counts");
    pass(&world, 2);
    assert_eq!(status(&mut old, "/me").await, 403, "the old id ended");
    assert_eq!(status(&mut cleo, "/me").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_github_did_not_confirm_for_a_day_has_to_be_asked_by_another_sign_in() {
    let world = World::new().await;
    let mut cleo = Browser::of(&world.for_members(), &world.github, "cleo").await;
    world.github.fail_next(None, "/permission", 100, Failure::Status(502));
    pass(&world, 24 * 60);
    let sent = cleo.get("/pulls/acme/shop/7").await;
    assert_eq!(sent.location(), "/sign-in?next=%2Fpulls%2Facme%2Fshop%2F7");
    assert_eq!(
        cleo.sign_in(&world.github, "cleo", "/pulls/acme/shop/7")
            .await
            .location(),
        "/pulls/acme/shop/7"
    );
    assert_eq!(status(&mut cleo, "/pulls/acme/shop/7").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_loses_a_repository_sees_nothing_of_it_from_the_event_on() {
    let mut world = World::new().await;
    let router = world.for_members();
    let (page, sign_in) = ("/pulls/acme/shop/7", "/sign-in?next=%2Fpulls%2Facme%2Fshop%2F7");
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    assert_eq!(
        (status(&mut cleo, page).await, status(&mut ben, page).await),
        (200, 200)
    );
    world.github.only_for("shop", &["ada", "ben"]);
    let told = world.github.remove_collaborator(by("ada", 1), "shop", "cleo");
    world.tell(told).await;
    assert_eq!(cleo.get(page).await.location(), sign_in, "nobody waits for ten minutes");
    assert_eq!(status(&mut ben, page).await, 200, "others go on");
    cleo.sign_in(&world.github, "cleo", page).await;
    assert_eq!(status(&mut cleo, page).await, 404, "GitHub says no");
    let told = world.github.remove_team_repository(by("ada", 1), "payments", "shop");
    world.tell(told).await;
    assert_eq!(ben.get(page).await.location(), sign_in, "whoever was in that team");
    ben.sign_in(&world.github, "ben", page).await;
    assert_eq!(status(&mut ben, page).await, 200, "GitHub says yes");
    let told = world.github.leave_team(by("ada", 1), "payments", "ben");
    world.tell(told).await;
    assert_eq!(
        ben.get(page).await.location(),
        sign_in,
        "a team may have been the way in"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_back_that_the_app_may_sign_them_in_is_out_everywhere() {
    let mut world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let mut elsewhere = Browser::of(&router, &world.github, "cleo").await;
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let told = world.github.revoke_sign_in(by("cleo", 0));
    world.tell(told).await;
    for browser in [&mut cleo, &mut elsewhere] {
        assert_eq!(status(browser, "/me").await, 403);
    }
    assert_eq!(status(&mut ben, "/me").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_that_refuses_us_keeps_its_members_out_of_no_other() {
    let world = World::new().await;
    let router = world.for_members();
    for refused in ["/user/installations/", "/memberships/"] {
        world.github.fail_next(None, refused, 1, Failure::Status(403));
        let mut cleo = Browser::new(&router);
        let back = cleo.agree(&world.github, "cleo", "/me").await;
        let page = cleo.get(&back).await;
        assert_eq!(
            page.status,
            StatusCode::FORBIDDEN,
            "{refused}: no place there, and no fault of ours"
        );
        assert!(page.text().contains("Not your organisation"), "{}", page.text());
    }
    Browser::of(&router, &world.github, "cleo").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_in_two_organisations_chooses_and_never_sees_both() {
    let world = World::new().await;
    let mut ada = Browser::of(&world.for_members(), &world.github, "ada").await;
    world
        .sql(
            "insert into session_place (installation_id, session_id, owner, checked_at)
              select i.id, s.id, true, s.begun_at from session s, installation i where i.login = 'other'",
        )
        .await;
    world
        .sql(
            "insert into session_repo (installation_id, session_id, repo_id, checked_at)
              select r.installation_id, s.id, r.id, s.begun_at from session s, repo r where r.name = 'vault'",
        )
        .await;
    world.sql("update session set installation_id = null").await;
    let sent = ada.get("/me").await;
    assert_eq!(sent.location(), "/sign-in/organisation?next=%2Fme");
    let page = ada.get("/sign-in/organisation?next=%2Fme").await;
    assert!(page.text().contains("acme") && page.text().contains("other"));
    let from = "/sign-in/organisation?next=%2Fsilent-experts";
    for (one, mine, theirs) in [
        ("acme", "/pulls/acme/shop/7", "/pulls/other/vault/1"),
        ("other", "/pulls/other/vault/1", "/pulls/acme/shop/7"),
    ] {
        let chosen = ada
            .post(from, "/sign-in/organisation", &format!("login={one}&next=%2Fdocs"))
            .await;
        assert_eq!(chosen.location(), "/docs");
        assert_eq!(
            (status(&mut ada, mine).await, status(&mut ada, theirs).await),
            (200, 404),
            "{one}"
        );
        assert!(
            ada.get("/")
                .await
                .text()
                .contains(&format!("Signed in as ada in {one}"))
        );
    }
    let wrong = ada.post(from, "/sign-in/organisation", "login=third").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_there_is_no_sign_in() {
    let world = World::new().await;
    for viewing in [Viewing::Demo, Viewing::Open, Viewing::Closed] {
        let mut anybody = Browser::new(&world.app(viewing).router);
        for path in ["/sign-in", "/sign-in/callback?code=a&state=b", "/sign-in/organisation"] {
            assert_eq!(status(&mut anybody, path).await, 404, "{path} in {viewing:?}");
        }
    }
}
