//! Long lists: each page of them, in an order that the visitor chose; people by name and in no other order.
use std::collections::BTreeSet;

use axum::Router;
use axum::http::StatusCode;
use peerlore::web::access::Viewing;
use peerlore::web::pages::admin_backfill;
use peerlore::web::pages::admin_letters;
use peerlore::web::pages::flow;
use peerlore::web::pages::offboarding;
use peerlore::web::pages::offboarding_list;
use peerlore::web::pages::replay_figures;
use peerlore::web::pages::silent;
use peerlore::web::pages::teams;
use peerlore::web::table::Holds;
use peerlore::web::table::Rows;
use peerlore::web::table::Table;

use crate::world::World;
use crate::world::get;

/// Each table and list that sorts, by where it is.
const TABLES: [(&str, &Table); 8] = [
    ("src/web/pages/admin_letters.rs", &admin_letters::LETTERS),
    ("src/web/pages/admin_backfill.rs", &admin_backfill::REPOS),
    ("src/web/pages/flow.rs", &flow::WINDOWS),
    ("src/web/pages/offboarding_list.rs", &offboarding_list::PEOPLE),
    ("src/web/pages/offboarding.rs", &offboarding::PARTS),
    ("src/web/pages/replay_figures.rs", &replay_figures::PULLS),
    ("src/web/pages/silent.rs", &silent::AREAS),
    ("src/web/pages/teams.rs", &teams::TOLD),
];

#[test]
fn no_table_offers_to_sort_people_by_a_number() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/pages");
    let mut found = 0;
    for file in std::fs::read_dir(pages).expect("the pages") {
        let text = std::fs::read_to_string(file.expect("a page").path()).expect("text");
        found += text.matches(": Table = Table {").count();
    }
    assert_eq!(found, TABLES.len(), "each table that sorts stands in this list");
    for (file, table) in TABLES {
        let names: Vec<&str> = table.columns.iter().map(|column| column.key).collect();
        match table.rows {
            Rows::People => {
                assert!(
                    names.iter().all(|key| ["name", "area"].contains(key)),
                    "{file}: {names:?}"
                );
                assert!(
                    table.columns.iter().all(|column| column.holds == Holds::Words),
                    "{file}"
                );
            }
            Rows::Things => assert!(
                !names.iter().any(|key| ["name", "login", "person", "who"].contains(key))
                    || file.ends_with("admin_backfill.rs"),
                "{file}: whose rows are people's has to say so: {names:?}"
            ),
        }
        assert!(table.asked(None).is_ok(), "{file}: the usual order");
    }
}

/// The texts of what stands between two words of the address' pages, page after page, as long as there is a next one.
async fn walked(router: &Router, from: &str, (before, after): (&str, &str)) -> Vec<String> {
    let mut entries = Vec::new();
    let mut address = from.to_owned();
    for _ in 0..20 {
        let page = get(router, &address, Some("ben")).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.text());
        let found = page.body.split(before).skip(1);
        entries.extend(found.filter_map(|rest| rest.split(after).next()).map(str::to_owned));
        let next = page.body.split("rel=\"next\" href=\"").nth(1);
        let Some(next) = next.and_then(|rest| rest.split(['"', '#']).next()) else {
            return entries;
        };
        address = next.replace("&amp;", "&");
    }
    panic!("{from} has no last page");
}

fn each_once(entries: &[String], number: usize) {
    let all: BTreeSet<&String> = entries.iter().collect();
    assert_eq!((entries.len(), all.len()), (number, number), "{entries:?}");
}

async fn with_open_pulls(world: &World, number: usize) {
    let many = format!(
        "insert into pull (installation_id, repo_id, number, title, open, draft, created_at, updated_at, base_ref, base_sha, head_ref, head_sha)
         select installation_id, repo_id, 100 + n, 'Change ' || n, true, false, created_at - interval '1 day', updated_at, base_ref, base_sha,
                head_ref, head_sha
         from pull, generate_series(1, {number}) n where title like '%Count late orders%'"
    );
    let number = u64::try_from(number).expect("a few");
    assert_eq!(world.sql(&many).await, number);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_open_pull_request_is_on_one_page_of_the_first_list() {
    let world = World::new().await;
    with_open_pulls(&world, 119).await;
    let demo = world.demo();
    let first = get(&demo, "/", None).await.text();
    assert!(first.contains("Page 1 of 3") && !first.contains("Newer"), "{first}");
    let shown = walked(&demo, "/", ("class=\"title\" href=\"", "\"")).await;
    each_once(&shown, 120);
    assert_eq!(shown[0], "/pulls/acme/shop/7", "the newest first");
    // All of them at the same time still have an order; those of two organisations are one list.
    let operator = world.app(Viewing::Open).router;
    each_once(&walked(&operator, "/", ("class=\"title\" href=\"", "\"")).await, 121);
    for page in ["0", "4", "-1", "x", "99999999999999999999999"] {
        let answer = get(&demo, &format!("/?page={page}"), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}");
        assert!(answer.text().contains("There is no such page of this list."), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looked_and_what_was_corrected_go_on_for_pages() {
    let world = World::new().await;
    let looks = "insert into page_view (installation_id, person_id, viewer_id, day, at)
                 select b.installation_id, b.id, c.id, '2026-11-12'::date - n, '2026-11-12T10:00:00Z'::timestamptz - n * interval '1 day'
                 from person b join person c using (installation_id), generate_series(1, 60) n where b.login = 'ben' and c.login = 'cleo'";
    assert_eq!(world.sql(looks).await, 60);
    let demo = world.demo();
    let looked = walked(
        &demo,
        "/me?looked=1",
        ("<li>cleo, <time class=\"date\" datetime=\"", "\""),
    )
    .await;
    each_once(&looked, 60);
    let second = get(&demo, "/me?looked=2", Some("ben")).await;
    assert!(second.body.contains("href=\"/me?looked=3#looked\""), "{}", second.body);
    for path in ["/me?looked=4", "/me?looked=x", "/me?corrections=2", "/me?page=2"] {
        assert_eq!(
            get(&demo, path, Some("ben")).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_go_on_for_pages_in_the_order_that_was_asked_for() {
    let world = World::new().await;
    for letter in 0..120 {
        let put = format!(
            "insert into inbox (delivery_id, event, content_type, body, received_at, failed_at, failure)
             values ('letter-{letter}', '{}', 'application/json', '\\x02000000207b7d', '2026-11-12T11:00:00Z'::timestamptz - {letter} * interval '1 hour',
                     '2026-11-12T11:01:00Z', 'no number')",
            ["ping", "push", "<script>"][letter % 3]
        );
        assert_eq!(world.sql(&put).await, 1);
    }
    let operator = world.app(Viewing::Open).router;
    let id = ("name=\"id\" value=\"", "\"");
    let usual = walked(&operator, "/admin", id).await;
    each_once(&usual, 120);
    let first = walked(&operator, "/admin?letters=received", id).await;
    let last = walked(&operator, "/admin?letters=-received", id).await;
    each_once(&first, 120);
    assert_eq!(
        first,
        last.iter().rev().cloned().collect::<Vec<_>>(),
        "the other way round"
    );
    assert_eq!(
        first, usual,
        "the oldest were put last, and the last to fail stand first"
    );
    let by_event = get(&operator, "/admin?letters=event", None).await;
    let text = by_event.text();
    assert!(
        text.rfind("<script>, ") < text.find("ping, ")
            && text.contains("<script>, ")
            && !by_event.body.contains("<script>"),
        "{text}"
    );
    assert!(
        by_event.body.contains("href=\"/admin?letters=-event#dead-letters\""),
        "{}",
        by_event.body
    );
    for path in [
        "/admin?letters=failure",
        "/admin?letter_page=4",
        "/admin?letter_page=0",
        "/admin?repos=people",
    ] {
        assert_eq!(get(&operator, path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_a_large_team_stand_by_name_on_pages() {
    let world = World::new().await;
    let people = "insert into person (installation_id, id, login, kind, seen_at)
                  select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 230) n where i.login = 'acme'";
    assert_eq!(world.sql(people).await, 230);
    let places = "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
                  select t.installation_id, t.id, p.id, 'member', 'epoch' from team t join person p using (installation_id)
                  where p.login like 'more%' and t.slug = 'payments'";
    assert_eq!(world.sql(places).await, 230);
    let demo = world.demo();
    let link = ("<li><a href=\"/offboarding/", "\"");
    let by_name = walked(&demo, "/offboarding", link).await;
    // Those of Payments, and cleo; eve left.
    each_once(&by_name, 230 + 3 + 1);
    let payments = walked(&demo, "/offboarding?team=PAYMENTS", link).await;
    each_once(&payments, 233);
    let mut sorted = payments.clone();
    sorted.sort();
    assert_eq!(payments, sorted);
    let back = walked(&demo, "/offboarding?team=payments&sort=-name", link).await;
    assert_eq!(back, payments.iter().rev().cloned().collect::<Vec<_>>());
    for path in [
        "/offboarding?sort=-only",
        "/offboarding?sort=files",
        "/offboarding?sort=people",
        "/offboarding?page=4",
        "/silent-experts?sort=-evidence",
        "/silent-experts?sort=reviews",
        "/silent-experts?page=2",
        "/offboarding/dan?sort=person",
        "/flow?sort=person",
        "/teams/payments?sort=holders",
        "/replay?sort=author",
    ] {
        assert_eq!(
            get(&demo, path, Some("ben")).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in [
        "/silent-experts?sort=-area",
        "/offboarding/dan?sort=-part",
        "/flow?sort=share",
        "/teams/payments?sort=-people",
        "/replay?sort=-reviewers&page=1",
    ] {
        let page = get(&demo, path, Some("ben")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    }
    assert_eq!(
        get(&demo, "/offboarding?team=nobodys", None).await.status,
        StatusCode::FORBIDDEN,
        "as a team that the visitor doesn't lead"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pull_requests_of_a_replay_sort_both_ways() {
    let world = World::new().await;
    let demo = world.demo();
    let link = ("<th scope=\"row\"><a href=\"/replay/", "\"");
    let newest = walked(&demo, "/replay", link).await;
    let oldest = walked(&demo, "/replay?sort=opened", link).await;
    each_once(&newest, 6);
    assert_eq!(newest, oldest.iter().rev().cloned().collect::<Vec<_>>());
    let page = get(&demo, "/replay?sort=opened", None).await;
    assert!(page.body.contains("aria-sort=\"ascending\"><a class=\"sort\" href=\"/replay?last=500&amp;sort=-opened&amp;page=1#pulls\">Pull request</a>"), "{}", page.body);
}
