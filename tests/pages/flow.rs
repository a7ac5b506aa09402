//! What flows between teams: who may open it, what it shows, and what it says where there is little to show.
use axum::http::StatusCode;
use chrono::Duration;
use peerlore::pipeline::flow::Between;
use peerlore::pipeline::flow::Count;
use peerlore::pipeline::flow::Flow;
use peerlore::pipeline::flow::Reach;
use peerlore::pipeline::flow::WindowFlow;
use peerlore::web::access::Viewing;
use peerlore::web::pages::flow;

use crate::browser::Browser;
use crate::world::World;
use crate::world::get;
use crate::world::lines_of;
use crate::world::today;

/// The same world, with six people more in each team.
async fn world() -> World {
    let world = World::new().await;
    let people = "insert into person (installation_id, id, login, kind, seen_at)
                  select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 12) n where i.login = 'acme'";
    assert_eq!(world.sql(people).await, 12);
    let places = "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
                  select t.installation_id, t.id, p.id, 'member', 'epoch' from team t join person p using (installation_id)
                  where p.login like 'more%' and (t.slug = 'storefront') = (p.id > 9006)";
    assert_eq!(world.sql(places).await, 12);
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leads_and_owners_see_what_landed_between_teams_and_nobody_by_name() {
    let world = world().await;
    let router = world.for_members();
    for login in ["ada", "ben"] {
        let mut browser = Browser::of(&router, &world.github, login).await;
        let page = browser.get("/flow").await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.lines();
        assert!(
            text.contains("Most landed from Storefront to Payments: 2 lessons."),
            "{text}"
        );
        assert!(
            page.body.contains("<table class=\"matrix\">") && page.body.contains("<th scope=\"row\">Storefront</th>")
        );
        assert_eq!(page.body.matches("class=\"shade4\"").count(), 1, "{text}");
        for person in ["cleo", "dan", "eve", "more1"] {
            assert!(!page.names(person), "{person} is named: {text}");
        }
        assert!(browser.get("/teams/payments").await.body.contains("href=\"/flow\""));
    }
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let refused = cleo.get("/flow").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.names("Storefront"));
    assert!(!cleo.get("/").await.body.contains("href=\"/flow\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opted_out_and_what_the_lead_may_not_read_carries_nothing() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut ada = Browser::of(&router, &world.github, "ada").await;
    world.sql("update repo set private = true where name = 'shop'").await;
    world.github.only_for("shop", &["ada"]);
    world.clock.move_to(world.clock.now() + Duration::minutes(10));
    let page = ben.get("/flow").await.text();
    assert!(page.contains("No lesson landed from one team to another"), "{page}");
    assert!(
        ada.get("/flow")
            .await
            .text()
            .contains("Storefront to Payments: 2 lessons.")
    );
    world.opt_out("cleo").await;
    let page = ada.get("/flow").await.text();
    assert!(page.contains("No lesson landed from one team to another"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_teams_are_not_told_and_nonsense_is_not_here() {
    let world = World::new().await;
    let demo = world.demo();
    let text = get(&demo, "/flow", None).await.text();
    assert!(text.contains("Fewer than two teams have 5 people or more"), "{text}");
    assert!(
        text.contains("Left out, for too few people") && text.contains("Payments and Storefront"),
        "{text}"
    );
    for path in [
        "/flow?organisation=other",
        "/flow?organisation=%00",
        "/flow?organisation=%3Cscript%3E",
        "/flow?organisation=acme&organisation=acme",
        "/flow/acme",
    ] {
        let page = get(&demo, path, None).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.body.contains("<script"), "{path}");
    }
    let long = format!("/flow?organisation={}", "a".repeat(60_000));
    assert_eq!(get(&demo, &long, None).await.status, StatusCode::NOT_FOUND);
    let operator = world.app(Viewing::Open).router;
    let page = get(&operator, "/flow?organisation=OTHER", None).await;
    assert!(page.status == StatusCode::OK && page.body.contains("href=\"/flow?organisation=acme\""));
}

fn window(weeks_ago: i64, reach: Option<Reach>, between: Vec<Between>) -> WindowFlow {
    let from = today() - Duration::weeks(weeks_ago);
    WindowFlow {
        from,
        to: from + Duration::weeks(4),
        reach,
        between,
    }
}

fn pair(from: &str, to: &str, lessons: usize, reachable: Option<(usize, usize)>) -> Between {
    Between {
        from: from.to_owned(),
        to: to.to_owned(),
        lessons,
        reachable: reachable.map(|(people, of)| Count { people, of }),
    }
}

fn told(teams: &[&str], windows: Vec<WindowFlow>) -> Flow {
    Flow {
        weeks: 4,
        windows,
        teams: teams.iter().map(|team| (*team).to_owned()).collect(),
        too_few_people: vec!["Design".to_owned()],
    }
}

fn page(flow: Option<Flow>) -> String {
    let view = flow::View {
        organisation: flow.as_ref().map(|_| "acme".to_owned()),
        others: Vec::new(),
        flow,
        sort: flow::WINDOWS.asked(None).expect("the usual order"),
    };
    flow::render(&view).into_string()
}

#[test]
fn what_landed_stands_in_a_matrix_beside_the_upper_bound() {
    let reach = Reach {
        reviews: 40,
        people: 21,
        median: Some(15),
        share: Some(0.75),
    };
    let first = vec![pair("Payments", "Web", 2, Some((9, 9))), pair("Web", "Data", 1, None)];
    let last = vec![
        pair("Payments", "Web", 5, Some((5, 11))),
        pair("Data", "Web", 0, Some((6, 11))),
    ];
    let windows = vec![window(8, None, first), window(4, Some(reach), last)];
    let page = page(Some(told(&["Data", "Payments", "Web"], windows)));
    insta::assert_snapshot!(lines_of(&page), @r"
    Flow
    What one team passed on to another in reviews over the last year, in acme.
    Most landed from Payments to Web: 7 lessons. Each row is where knowledge came from, each column where it went.
    Slide the table sideways for the other teams.
    Lessons that landed in the last year, from the row's team to the column's
    From, to Data Payments Web
    Data the same team –nothing told 0 lessons 6 of 11
    Payments –nothing told the same team 7 lessons 5 of 11
    Web 1 lesson –nothing told the same team
    Lessons that landed in the last year, shaded more where there are more. Small: how many people of the column's team knowledge can have reached from the row's team in the last 4 weeks at most, of those who are in it and not in the row's. A dash: nothing that may be told, or one team lies in the other.
    How far it can have come
    From 15 Oct 2026 on, in 4 weeks, 21 people took part in 40 reviews; half of them can have reached 15 others at most, 75% of all others.
    Not enough evidence yet. A line over the year takes 3 windows of 4 weeks with a figure.
    Window by window
    Reach in each window
    From Reviews People Median reach Of the others
    15 Oct 2026 40 21 15 75%
    What limits this
    Reach is an upper bound: who takes part in a review may learn what the others know, and need not. Lessons are those that landed.
    Only repositories that you may read are counted, up to the last Monday (UTC), and teams as they are now. No team of fewer than 5 people is told of, nor one whose counts would tell of a few of another; a count of lessons can be small.
    Left out, for too few people or since it would tell of a few beside other teams: Design.
    How this is worked out.
    ");
    assert!(
        page.contains("<details><summary>Window by window"),
        "folded as long as nobody sorts it"
    );
    let shades: Vec<&str> = page.split("class=\"shade").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(shades, ["0", "4", "1"], "none, most, and few of the most");
}

#[test]
fn where_there_is_little_it_says_so() {
    let none = || vec![window(4, None, Vec::new())];
    let nothing = lines_of(&page(None));
    assert!(nothing.contains("Nothing has arrived here yet."), "{nothing}");
    let alone = lines_of(&page(Some(told(&["Web"], none()))));
    assert_eq!(alone.matches("Not enough evidence yet").count(), 2, "{alone}");
    assert!(
        alone.contains("Fewer than two teams") && alone.contains("beside other teams: Design."),
        "{alone}"
    );
    let quiet = page(Some(told(&["Data", "Web"], none())));
    assert!(quiet.contains("No lesson landed from one team to another in the last year") && !quiet.contains("<table"));
    let only_reach = vec![window(4, None, vec![pair("Data", "Web", 0, Some((6, 11)))])];
    let only_reach = lines_of(&page(Some(told(&["Data", "Web"], only_reach))));
    assert!(
        only_reach.contains("No lesson landed from one team to another yet; knowledge can have come"),
        "{only_reach}"
    );
}

fn reach(people: usize, median: u32, share: f64) -> Reach {
    Reach {
        reviews: 2 * people,
        people,
        median: Some(median),
        share: Some(share),
    }
}

fn of_a_year(sort: Option<&str>) -> String {
    let windows = vec![
        window(20, Some(reach(10, 3, 0.25)), Vec::new()),
        window(16, Some(reach(12, 6, 0.5)), Vec::new()),
        window(12, None, Vec::new()),
        window(8, Some(reach(9, 2, 0.25)), Vec::new()),
        window(4, Some(reach(21, 15, 0.75)), Vec::new()),
    ];
    let view = flow::View {
        organisation: Some("acme".to_owned()),
        others: vec!["other".to_owned()],
        flow: Some(told(&["Data"], windows)),
        sort: flow::WINDOWS.asked(sort).expect("a column"),
    };
    flow::render(&view).into_string()
}

#[test]
fn reach_over_the_year_is_a_line_with_a_gap_and_a_table_that_sorts() {
    let page = of_a_year(None);
    assert_eq!(
        page.matches("<circle").count(),
        2 + 4,
        "those of the empty box, and four windows of five"
    );
    let lines = lines_of(&page);
    let drawn = lines.split_once("How far it can have come\n").expect("the section").1;
    let (before, rest) = drawn.split_once("Of the others\n").expect("an axis");
    let table = rest.split_once("What limits this").expect("its end").0;
    insta::assert_snapshot!(before, @r"
    From 15 Oct 2026 on, in 4 weeks, 21 people took part in 42 reviews; half of them can have reached 15 others at most, 75% of all others.
    An upper bound: whoever takes part in a review may learn what the others know, and need not. A gap is a window of which too little can be told.
    Share of the others that half of the people can have reached at most, by when a window began
    from 25 Jun 2026 25%, from 23 Jul 2026 50%, from 17 Sep 2026 25%, from 15 Oct 2026 75%.
    Jun
    Sep
    0%
    25%
    50%
    75%
    100%
    When a window began, from Jun 2026 on
    ");
    insta::assert_snapshot!(table, @r"
    The figures as a table
    Reach in each window
    From Reviews People Median reach Of the others
    15 Oct 2026 42 21 15 75%
    17 Sep 2026 18 9 2 25%
    23 Jul 2026 24 12 6 50%
    25 Jun 2026 20 10 3 25%
    ");
    assert!(page.contains(
        "aria-sort=\"descending\"><a class=\"sort\" href=\"/flow?organisation=acme&amp;sort=from#reach\">From</a>"
    ));
    assert!(
        page.contains("<details><summary>The figures as a table"),
        "folded as long as nobody sorts it"
    );
    let sorted = of_a_year(Some("people"));
    assert!(sorted.contains("<details open><summary>The figures as a table"));
    let people: Vec<String> = ["9", "10", "12", "21"]
        .map(|people| format!("<td class=\"number\">{people}</td>"))
        .to_vec();
    let places: Vec<Option<usize>> = people.iter().map(|cell| sorted.find(cell)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
}
