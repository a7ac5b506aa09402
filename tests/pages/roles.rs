//! Every page as everybody: owner, lead, member, leaver, outsider, another organisation's owner, and signed out.
use std::collections::BTreeSet;

use axum::http::StatusCode;
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::UserSpec;

use crate::browser::Browser;
use crate::world::World;
use crate::world::by;
use crate::world::sealed;
use crate::world::today;

const PAGES: &str = include_str!("../../src/web/pages/mod.rs");

/// A page's route, an address of it, and what it answers to the owner ada, the lead ben, the member cleo, zoe who owns
/// another organisation, and somebody who isn't signed in.
type Row = (&'static str, &'static str, [u16; 5]);

const TABLE: [Row; 37] = [
    ("/", "/", [200, 200, 200, 200, 200]),
    (
        "/pulls/{owner}/{repo}/{number}",
        "/pulls/acme/shop/7",
        [200, 200, 200, 404, 403],
    ),
    (
        "/pulls/{owner}/{repo}/{number}",
        "/pulls/acme/sealed/2",
        [200, 200, 404, 404, 403],
    ),
    (
        "/pulls/{owner}/{repo}/{number}",
        "/pulls/other/vault/1",
        [404, 404, 404, 200, 403],
    ),
    ("/me", "/me", [200, 200, 200, 200, 403]),
    ("/me/export.json", "/me/export.json", [200, 200, 200, 200, 403]),
    ("/me/erase", "/me/erase", [200, 200, 200, 200, 403]),
    ("/me/tokens", "/me/tokens", [200, 200, 200, 200, 403]),
    // A comment by ben to ada.
    (
        "/me/labels/{place}/{comment}",
        "/me/labels/diff/1700000022",
        [200, 200, 404, 404, 403],
    ),
    ("/cards/{file}", "/cards/nobody.svg", [404, 404, 404, 404, 404]),
    ("/people/{login}", "/people/dan", [200, 200, 200, 404, 403]),
    ("/people/{login}", "/people/zoe", [404, 404, 404, 200, 403]),
    ("/teams", "/teams", [200, 200, 403, 200, 403]),
    ("/teams/{slug}", "/teams/payments", [200, 200, 403, 404, 403]),
    ("/teams/{slug}", "/teams/storefront", [200, 403, 403, 404, 403]),
    ("/silent-experts", "/silent-experts", [200, 200, 200, 200, 403]),
    ("/offboarding", "/offboarding", [200, 200, 403, 200, 403]),
    ("/offboarding/{login}", "/offboarding/dan", [200, 200, 403, 404, 403]),
    ("/offboarding/{login}", "/offboarding/cleo", [200, 403, 200, 404, 403]),
    ("/flow", "/flow", [200, 200, 403, 200, 403]),
    ("/replay", "/replay", [200, 200, 403, 200, 403]),
    ("/replay.json", "/replay.json", [200, 200, 403, 200, 401]),
    (
        "/replay/{owner}/{repo}/{number}",
        "/replay/acme/shop/6",
        [200, 200, 200, 404, 403],
    ),
    (
        "/replay/{owner}/{repo}/{number}",
        "/replay/acme/sealed/1",
        [200, 200, 404, 404, 403],
    ),
    ("/admin", "/admin", [200, 403, 403, 200, 403]),
    ("/admin/live", "/admin/live", [200, 403, 403, 200, 403]),
    ("/docs", "/docs", [200, 200, 200, 200, 200]),
    ("/docs/skills", "/docs/skills", [200, 200, 200, 200, 200]),
    ("/docs/api", "/docs/api", [200, 200, 200, 200, 200]),
    (
        "/docs/api/types/{name}",
        "/docs/api/types/Me",
        [200, 200, 200, 200, 200],
    ),
    ("/sign-in", "/sign-in", [200, 200, 200, 200, 200]),
    ("/sign-in/callback", "/sign-in/callback", [400, 400, 400, 400, 400]),
    (
        "/sign-in/organisation",
        "/sign-in/organisation",
        [200, 200, 200, 200, 403],
    ),
    ("/style.css", "/style.css", [200, 200, 200, 200, 200]),
    ("/live.js", "/live.js", [200, 200, 200, 200, 200]),
    (
        "/schema/peerlore.json",
        "/schema/peerlore.json",
        [200, 200, 200, 200, 200],
    ),
    // Only a signed link opens it: tests/path/feedback.rs.
    (
        "/feedback/{installation}/{repo}/{number}/{slot}/{verdict}/{until}",
        "/feedback/1/1/7/expert/good/9999999999?signature=00",
        [404, 404, 404, 404, 403],
    ),
];

/// The routes that answer to GET, as the router is written.
fn page_routes() -> BTreeSet<&'static str> {
    let routes = PAGES.split(".route(").skip(1);
    routes
        .filter(|route| route.contains("get("))
        .filter_map(|route| route.split('"').nth(1))
        .collect()
}

#[test]
fn every_page_is_in_the_table() {
    let told: BTreeSet<&str> = TABLE.iter().map(|(route, ..)| *route).collect();
    assert_eq!(
        told,
        page_routes(),
        "each page route needs a row that says what it answers to whom"
    );
}

async fn world() -> World {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_opens_what_is_theirs_and_nothing_else() {
    let mut world = world().await;
    let router = world.for_members();
    let others = world.for_others().await;
    let mut browsers = [
        Browser::of(&router, &world.github, "ada").await,
        Browser::of(&router, &world.github, "ben").await,
        Browser::of(&router, &world.github, "cleo").await,
        Browser::of(&others, &world.other, "zoe").await.at(&router),
        Browser::new(&router),
    ];
    for (_, address, statuses) in TABLE {
        for (who, browser) in browsers.iter_mut().enumerate() {
            let page = browser.clone().get(address).await;
            assert_eq!(
                page.status.as_u16(),
                statuses[who],
                "{address} to {who}: {}",
                page.text()
            );
            let unknown: &[&str] = match who {
                0 | 1 => &["zoe", "vault", "Rotate"],
                2 => &["zoe", "vault", "Rotate", "sealed", "Hush"],
                3 => &["ada", "ben", "cleo", "dan", "eve", "shop", "sealed", "Hush", "Payments"],
                _ => &[
                    "ada", "ben", "cleo", "dan", "eve", "shop", "sealed", "Hush", "zoe", "vault",
                ],
            };
            // Among the technologies, which everybody sees, there is one of that name.
            let hidden = unknown
                .iter()
                .filter(|word| **word != "vault" || address != "/docs/skills");
            for word in hidden {
                assert!(!page.names(word), "{address} names {word} to {who}: {}", page.text());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_link_in_the_head_leads_to_a_closed_page() {
    let world = world().await;
    let router = world.for_members();
    for login in ["ada", "ben", "cleo"] {
        let mut browser = Browser::of(&router, &world.github, login).await;
        let page = browser.get("/").await.body;
        let head = page.split_once("</nav>").expect("a head").0.to_owned();
        let links: Vec<&str> = head
            .split("href=\"/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(links.len() >= 4, "{links:?}");
        assert_eq!(links.contains(&"teams"), login != "cleo");
        for link in links.iter().filter(|link| !link.starts_with("style.css")) {
            assert_eq!(
                browser.get(&format!("/{link}")).await.status,
                StatusCode::OK,
                "{link} to {login}"
            );
        }
    }
    let head = Browser::new(&router).get("/").await.body;
    assert!(!head.contains("href=\"/me\"") && !head.contains("href=\"/silent-experts\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leavers_outside_collaborators_and_strangers_get_in_nowhere() {
    let world = world().await;
    let router = world.for_members();
    for login in ["mallory", "guest"] {
        world.github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
    }
    world.github.only_for("sealed", &["ada", "ben", "guest"]);
    for login in ["eve", "mallory", "guest"] {
        let mut browser = Browser::new(&router);
        let end = browser.sign_in(&world.github, login, "/me").await;
        assert_eq!(end.status, StatusCode::FORBIDDEN, "{login}");
        assert!(
            end.text().contains(&format!("{login} is no member of an organisation")),
            "{}",
            end.text()
        );
        assert!(
            !browser.cookies.contains_key("__Host-peerlore"),
            "{login} has a session"
        );
        assert_eq!(browser.get("/me").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(world.sql("delete from session").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_evidence_shows_only_to_whoever_may_read_it() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    assert!(ben.get("/").await.body.contains("Hush"));
    assert!(ben.get("/me").await.body.contains("acme/sealed#1"));
    let before = ben.get("/me").await.text();
    assert!(before.contains("landed in 3 pull requests"), "{before}");
    // Somebody takes ben out of the repository; nobody tells us.
    world.github.only_for("sealed", &["ada"]);
    world.clock.move_to(world.clock.now() + chrono::Duration::minutes(10));
    let after = ben.get("/me").await;
    assert!(!after.body.contains("sealed"), "{}", after.text());
    assert!(
        after.text().contains("landed in 2 pull requests"),
        "claims rest on what is shown: {}",
        after.text()
    );
    assert!(!ben.get("/").await.body.contains("Hush"));
    assert_eq!(ben.get("/pulls/acme/sealed/2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colleagues_see_what_somebody_shares_and_that_somebody_sees_who_looked() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let page = cleo.get("/people/ben").await.text();
    assert!(
        page.contains("ben shares nothing.") && !page.contains("Passed on"),
        "{page}"
    );
    let saved = ben.post("/me", "/me/sharing", "share=helped").await;
    assert_eq!(saved.location(), "/me?saved=sharing");
    let page = cleo.get("/people/BEN").await.text();
    assert!(
        page.contains("Passed on Error handling Landed in 2 pull requests."),
        "without the sealed one: {page}"
    );
    assert!(!page.contains("Took up") && !page.contains("Goals"), "{page}");
    let mine = ben.get("/me").await.text();
    assert_eq!(
        mine.matches("cleo, 12 Nov 2026, just now").count(),
        1,
        "once a day: {mine}"
    );
    ben.get("/people/ben").await;
    assert!(
        !ben.get("/me").await.text().contains("ben, 12 Nov 2026"),
        "own looks are none"
    );
    assert_eq!(
        ben.post("/me", "/me/sharing", "share=everything").await.status,
        StatusCode::BAD_REQUEST
    );
    world.opt_out("ben").await;
    assert_eq!(cleo.get("/people/ben").await.status, StatusCode::NOT_FOUND);
    assert!(ben.get("/me").await.text().contains("You are out of everything"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_page_names_holders_and_hides_small_counts() {
    let mut world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let small = ben.get("/teams/payments").await.text();
    assert!(
        small.contains("Too few people") && !small.contains("Held here"),
        "{small}"
    );
    let mut sent = Vec::new();
    for login in ["fay", "gus", "hal"] {
        world.github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
        sent.extend(world.github.add_member(by("ada", 1), login, false));
        sent.extend(world.github.join_team(by("ada", 1), "payments", login, false));
    }
    world.tell(sent).await;
    let first = ben.get("/teams/payments").await.text();
    assert!(
        first.contains("Nothing sure yet.") && !first.contains("Error handling"),
        "a lead isn't told of a first sign: {first}"
    );
    // What ben and dan said landed with four more each, lately.
    let more = format!(
        "insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, at, p, parts,
                             outcome, diffs_known, provisional)
         select l.installation_id, l.place, l.comment_id, l.area, p.id, l.teacher_id, l.repo_id, l.number, '{}', l.p, l.parts,
                'landed', true, false
         from (select distinct on (l.teacher_id) l.* from lesson l join person t on t.id = l.teacher_id
               where t.login in ('ben', 'dan') and l.area = 'error-handling') l,
              (select id from person where login = any('{{cleo,fay,gus,hal}}')) p
         where not exists (select 1 from lesson o where o.comment_id = l.comment_id and o.learner_id = p.id)",
        today() - chrono::Duration::days(1)
    );
    assert!(world.sql(&more).await >= 6);
    let page = ben.get("/teams/payments").await.text();
    assert!(page.contains("Error handling ben and dan"), "{page}");
    assert!(
        !page.contains("ada") && !page.contains(" of 4"),
        "only ada was told: {page}"
    );
    assert!(page.contains("Nothing that can be shown."), "{page}");
    let more = ["ida", "jon", "kim", "lea", "max", "nia", "oto"];
    let mut sent = Vec::new();
    for login in more {
        world.github.add_account(&UserSpec {
            login,
            name: login,
            kind: AccountKind::User,
        });
        sent.extend(world.github.add_member(by("ada", 1), login, false));
        sent.extend(world.github.join_team(by("ada", 1), "payments", login, false));
    }
    world.tell(sent).await;
    // Six of thirteen are told about testing, five about security, three about databases.
    for (area, people) in [("testing", 6), ("security", 5), ("databases", 3)] {
        let told = format!(
            "insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, at, p, parts,
                                 outcome, diffs_known, provisional)
             select l.installation_id, l.place, l.comment_id, '{area}', p.id, l.teacher_id, l.repo_id, l.number, l.at, l.p, l.parts,
                    'given', true, false
             from (select l.* from lesson l join person t on t.id = l.teacher_id join repo r on r.id = l.repo_id
                   where t.login = 'cleo' and r.name = 'shop' limit 1) l,
                  (select id from person where login = any('{{fay,gus,hal,ida,jon,kim,lea,max}}') order by login limit {people}) p"
        );
        assert_eq!(world.sql(&told).await, people);
    }
    let page = ben.get("/teams/payments").await.text();
    assert!(
        page.contains("Area People Security 5 of 13 Testing 6 of 13")
            || page.contains("Area People Testing 6 of 13 Security 5 of 13"),
        "{page}"
    );
    assert!(
        !page.contains("Databases") && !page.contains("fay"),
        "three would be too few: {page}"
    );
    // Ten of them make a team of their own: what the other three were told would be the difference.
    let mut sent = world.github.add_team(by("ada", 1), "Ledger", "");
    for login in ["ada", "fay", "gus", "hal", "ida", "jon", "kim", "lea", "nia", "oto"] {
        sent.extend(world.github.join_team(by("ada", 1), "ledger", login, false));
    }
    world.tell(sent).await;
    let mut owner = Browser::of(&router, &world.github, "ada").await;
    let ledger = owner.get("/teams/ledger").await.text();
    assert!(
        ledger.contains("Security 5 of 10") && !ledger.contains("Testing"),
        "four of ten were not told about testing: {ledger}"
    );
    let page = owner.get("/teams/payments").await.text();
    assert!(
        page.contains("Testing 6 of 13") && !page.contains("Security"),
        "five of ten here and five of thirteen there would tell of three: {page}"
    );
    world.opt_out("dan").await;
    assert!(ben.get("/teams/payments").await.text().contains("Error handling ben"));
    assert!(!ben.get("/teams/payments").await.names("dan"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_chooses_where_suggestions_are_shown_in_their_own_organisation_only() {
    let world = world().await;
    world.act_as_the_app();
    let router = world.for_members();
    let (own, other) = (58_210_447, 58_999_999);
    let page = |number: i64| format!("/setup/installed?installation_id={number}");
    let chosen = "update installation set login = login where chosen_surface is not null";
    for login in ["ben", "cleo"] {
        let mut member = Browser::of(&router, &world.github, login).await;
        assert!(member.get(&page(own)).await.text().contains("That was it"), "{login}");
        let form = format!("installation_id={own}&surface=comment");
        assert_eq!(member.post("/me", "/setup/surface", &form).await.status.as_u16(), 403);
    }
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    assert!(ada.get(&page(other)).await.text().contains("That was it"));
    let form = format!("installation_id={other}&surface=comment");
    assert_eq!(ada.post("/me", "/setup/surface", &form).await.status.as_u16(), 403);
    let bare = format!("installation_id={own}&surface=comment&token=none");
    assert_ne!(ada.post_bare("/setup/surface", &bare).await.status.as_u16(), 303);
    assert_eq!(world.sql(chosen).await, 0);
    let shown = ada.get(&page(own)).await;
    assert!(shown.body.contains("value=\"check\" checked"), "{}", shown.body);
    let form = format!("installation_id={own}&surface=comment");
    let kept = ada.post(&page(own), "/setup/surface", &form).await;
    assert_eq!(kept.location(), page(own));
    assert_eq!(world.sql(chosen).await, 1);
}
