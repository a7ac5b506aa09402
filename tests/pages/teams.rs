//! The pages of teams in pictures: what they show, in words and in tables, and of whom they are silent.
use axum::http::StatusCode;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::TeamId;
use peerlore::model::skill::Area;
use peerlore::pipeline::at_risk::AtRiskSkill;
use peerlore::pipeline::flow::Between;
use peerlore::pipeline::flow::Count;
use peerlore::pipeline::flow::Flow;
use peerlore::pipeline::flow::WindowFlow;
use peerlore::pipeline::knowers::NotSeen;
use peerlore::pipeline::onboarding::Median;
use peerlore::pipeline::onboarding::Onboarding;
use peerlore::pipeline::onboarding::Row;
use peerlore::pipeline::onboarding::Share;
use peerlore::pipeline::participation::Participation;
use peerlore::pipeline::participation::Topic;
use peerlore::pipeline::team::Told;
use peerlore::pipeline::team::figures::Figures;
use peerlore::store::team_pages::Holder;
use peerlore::store::team_pages::Team;
use peerlore::web::pages::team_figures;
use peerlore::web::pages::teams;
use peerlore::web::pages::teams_map::Mapped;

use crate::browser::Browser;
use crate::world::World;
use crate::world::lines_of;
use crate::world::today;

const HOSTILE: &str = "\"><script>alert(1)</script>";

fn figures() -> Figures {
    let share = |share, low, high| Share {
        people: 6,
        share,
        low,
        high,
    };
    let row = |what, share, elsewhere| Row { what, share, elsewhere };
    let between = |from: &str, to: &str, lessons| Between {
        from: from.to_owned(),
        to: to.to_owned(),
        lessons,
        reachable: None,
    };
    Figures {
        at_risk: vec![
            AtRiskSkill {
                slug: "databases".to_owned(),
                name: "Databases".to_owned(),
                held_by: Some("ada".to_owned()),
                not_seen: Vec::new(),
            },
            AtRiskSkill {
                slug: "rust".to_owned(),
                name: "Rust".to_owned(),
                held_by: None,
                not_seen: vec![NotSeen {
                    login: "ben".to_owned(),
                    since: today(),
                }],
            },
        ],
        onboarding: Onboarding {
            first_review: Some(Median {
                people: 9,
                weeks: Some(3),
                interval: Some((Some(2), None)),
            }),
            first_landed: None,
            by_tenure: vec![
                row("in their first three months", Some(share(0.3, 0.1, 0.5)), "lowest"),
                row("to a year", None, "between the two"),
                row("after a year", Some(share(0.6, 0.55, 0.65)), "a plateau"),
            ],
            by_file: Vec::new(),
            notes: vec!["Joined is when somebody was first seen.".to_owned()],
        },
        participation: Participation {
            topics: vec![
                Topic {
                    area: Area::Testing,
                    threads: 12,
                    comments: 2.5,
                    people: 2.0,
                },
                Topic {
                    area: Area::Security,
                    threads: 3,
                    comments: 1.0,
                    people: 1.5,
                },
            ],
            gave: Some(Count { people: 7, of: 13 }),
            got: None,
        },
        flow: Flow {
            weeks: 4,
            windows: vec![WindowFlow {
                from: today(),
                to: today(),
                reach: None,
                between: vec![
                    between("Web", "Payments", 4),
                    between("Payments", "Web", 1),
                    between("Payments", HOSTILE, 2),
                    between("Web", HOSTILE, 9),
                ],
            }],
            teams: ["Payments", "Web", HOSTILE].map(str::to_owned).to_vec(),
            too_few_people: Vec::new(),
        },
    }
}

#[test]
fn each_figure_of_a_team_stands_in_words_in_a_picture_and_in_a_table() {
    let page = team_figures::render(&figures(), "Payments").into_string();
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(page.matches("role=\"img\"").count(), page.matches("<desc ").count());
    insta::assert_snapshot!(lines_of(&page), @r#"
    What hangs on one person
    Areas, languages and technologies that at most one active person of the whole organisation surely holds, where that is somebody of this team. First signs aren't counted, so others may know more of it than is told here.
    Databases
    Only ada holds it.
    Rust
    Nobody active holds it.
    How people come in
    First review: within 3 weeks for half of 9 people; of others like them probably between 2 weeks and more than half a year.
    First landed comment: too few people to say.
    Weeks from joining until half of the people had come to something
    First review: within 3 weeks for half of 9 people; of others like them probably between 2 weeks and more than half a year. First landed comment: too few people to say.
    First review
    3 weeks
    First landed comment
    too few people
    joined
    12 weeks
    half a year
    The figures as a table
    Weeks from joining until half of the people had come to something
    From joining to Half had within 90% interval People
    First review 3 weeks 2 weeks to more than half a year 9
    First landed comment too few people – –
    How much of what people say in reviews lands, by how long they have been here.
    Bars are 90% intervals: where two overlap, chance alone can make the difference.
    Share of people's review comments that land, by how long they have been here
    In their first three months: 30%, between 10% and 50%. To a year: too few people. After a year: 60%, between 55% and 65%.
    In their first three months
    30%
    To a year
    too few people
    After a year
    60%
    0%
    50%
    100%
    The figures as a table
    Share of people's review comments that land, by how long they have been here
    Comments That land 90% interval People Found elsewhere
    In their first three months 30% 10% to 50% 6 lowest
    To a year too few people – – between the two
    After a year 60% 55% to 65% 6 a plateau
    Joined is when somebody was first seen.
    How the team takes part
    In the last year 7 of 13 people gave feedback. How many got some would tell of too few people.
    What review threads are about in which somebody of the team spoke. An area is left out where that would tell of fewer than 5 people. Areas are read from the comments and now and then wrong, so small differences mean little.
    What the team's review threads are about
    Testing: 12 threads; Security: 3 threads.
    Testing
    12 threads
    Security
    3 threads
    The figures as a table
    What the team's review threads are about
    Area Threads Comments a thread People a thread
    Testing 12 2.5 2.0
    Security 3 1.0 1.5
    What flows in and out
    4 lessons came in from other teams and 3 lessons went out to them in the last year, each with a sign that it landed. Signs can be missed or mistaken, so small numbers say little.
    Lessons that landed between this team and others
    4 lessons in from Web; 1 lesson out to Web; 2 lessons out to "><script>alert(1)</script>.
    in from Web
    4 lessons
    out to Web
    1 lesson
    out to "><script>alert(1)</scr ..
    2 lessons
    The figures as a table
    Lessons that landed between this team and others
    Team In from it Out to it
    Web 4 1
    "><script>alert(1)</script> 0 2
    All teams beside each other.
    "#);
}

#[test]
fn where_there_is_too_little_to_draw_a_box_says_why() {
    let mut nothing = figures();
    nothing.at_risk.clear();
    nothing.onboarding.first_review = None;
    for row in &mut nothing.onboarding.by_tenure {
        row.share = None;
    }
    nothing.participation = Participation {
        topics: Vec::new(),
        gave: None,
        got: None,
    };
    nothing.flow.windows.clear();
    let page = team_figures::render(&nothing, "Payments").into_string();
    assert!(!page.contains("<table") && !page.contains("role=\"img\""), "{page}");
    insta::assert_snapshot!(lines_of(&page), @r"
    What hangs on one person
    Areas, languages and technologies that at most one active person of the whole organisation surely holds, where that is somebody of this team. First signs aren't counted, so others may know more of it than is told here.
    No skill is known that somebody of this team alone surely holds.
    How people come in
    Not enough evidence yet. A figure here speaks of 5 people or more who joined at least half a year ago, and of so many that no other team's figure gives them away.
    How the team takes part
    Not enough evidence yet. Nothing of the last year can be told that speaks of 5 people or more.
    What flows in and out
    Not enough evidence yet. No lesson of the last year landed between this team and another one that may be told of.
    All teams beside each other.
    ");
    nothing.flow.teams.clear();
    let alone = lines_of(&team_figures::render(&nothing, "Payments").into_string());
    assert!(alone.contains("The team isn't told of beside others"), "{alone}");
}

fn mapped(name: &str, people: i64, held: &[(&str, i64)], told: &[(&str, usize)]) -> Mapped {
    let holder = |(area, person): &(&str, i64)| Holder {
        area: (*area).to_owned(),
        person: PersonId(*person),
        login: format!("person{person}"),
        landed: Vec::new(),
    };
    Mapped {
        team: Team {
            id: TeamId(1),
            slug: "a-team".to_owned(),
            name: name.to_owned(),
            people,
        },
        holders: held.iter().map(holder).collect(),
        told: told
            .iter()
            .map(|(area, people)| Told {
                area: (*area).to_owned(),
                count: Count {
                    people: *people,
                    of: 12,
                },
            })
            .collect(),
    }
}

#[test]
fn the_skill_map_says_who_holds_what_without_naming_anybody() {
    let maps = vec![vec![
        mapped(
            "Payments",
            12,
            &[("testing", 1), ("testing", 2), ("databases", 1)],
            &[("security", 6)],
        ),
        mapped(HOSTILE, 7, &[("testing", 2)], &[]),
        mapped("Design", 4, &[], &[]),
    ]];
    let page = teams::render_list(&maps).into_string();
    assert!(!page.contains("<script") && !page.contains("person1"), "{page}");
    insta::assert_snapshot!(lines_of(&page), @r#"
    Teams
    If somebody were gone: what only one person knows, and who could take it up.
    Payments
    "><script>alert(1)</script>
    Design
    Who holds what
    2 of 17 areas are surely held by somebody in these teams, 1 of them by one person alone: databases.
    Surely means more than a first sign: lessons that landed with enough people, lately enough. First signs aren't counted.
    Slide the table sideways for the other teams.
    How many people of each team surely hold each area
    Area Payments "><script>alert(1)</script> Design
    Testing 2 people hold it 1 person holds it too few
    Security –nobody surely 6 of 12 others were told something –nobody surely too few
    Databases 1 person holds it –nobody surely too few
    Nobody in them surely holds correctness, error handling, performance, concurrency, API design, architecture, readability, language idiom, documentation, observability, build and CI, UI and accessibility, product thinking and collaboration.
    People who surely hold it, shaded more where there are more. Small: how many of the others were told something about it, where that may be said. A dash: nobody surely holds it, which doesn't mean that nobody knows it. Somebody in several teams is counted in each. “Too few”: fewer than five people.
    "#);
    let small = lines_of(&teams::render_list(&[vec![mapped("Design", 4, &[], &[])]]).into_string());
    assert!(
        small.contains("Not enough evidence yet. Each of these teams has fewer than five people"),
        "{small}"
    );
    let quiet = lines_of(&teams::render_list(&[vec![mapped("Web", 9, &[], &[])]]).into_string());
    assert!(
        quiet.contains("Not enough evidence yet. Somebody holds an area once"),
        "{quiet}"
    );
}

#[test]
fn what_a_team_was_told_sorts_both_ways() {
    let lines = |word: &str| {
        let Mapped { team, holders, told } =
            mapped("Web", 12, &[], &[("security", 6), ("databases", 6), ("testing", 5)]);
        let sort = teams::TOLD.asked(Some(word)).expect("a column");
        let view = teams::View {
            team,
            holders,
            told,
            sort,
            figures: None,
        };
        let page = lines_of(&teams::render(&view).into_string());
        page.split_once("Area People\n").expect("a table").1.replace('\n', "; ")
    };
    assert_eq!(lines("area"), "Databases 6 of 12; Security 6 of 12; Testing 5 of 12");
    assert_eq!(lines("-area"), "Testing 5 of 12; Security 6 of 12; Databases 6 of 12");
    assert_eq!(lines("people"), "Testing 5 of 12; Databases 6 of 12; Security 6 of 12");
    assert_eq!(lines("-people"), "Databases 6 of 12; Security 6 of 12; Testing 5 of 12");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_sees_the_figures_of_their_own_team_and_a_small_team_has_none() {
    let world = World::new().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let small = ben.get("/teams/payments").await;
    assert!(
        !small.body.contains("<figure") && !small.text().contains("How people come in"),
        "{}",
        small.text()
    );
    assert!(
        ben.get("/teams")
            .await
            .text()
            .contains("Each of these teams has fewer than five people")
    );
    let people = "insert into person (installation_id, id, login, kind, seen_at)
                  select i.id, 9000 + n, 'more' || n, 'human', now() from installation i, generate_series(1, 12) n where i.login = 'acme'";
    assert_eq!(world.sql(people).await, 12);
    let places = "insert into team_membership (installation_id, team_id, person_id, role, valid_from)
                  select t.installation_id, t.id, p.id, 'member', 'epoch' from team t join person p using (installation_id)
                  where p.login like 'more%' and (t.slug = 'storefront') = (p.id > 9006)";
    assert_eq!(world.sql(places).await, 12);
    assert_eq!(
        world
            .sql("update team set name = '\"><script>alert(1)</script>' where slug = 'storefront'")
            .await,
        1
    );
    let page = ben.get("/teams/payments").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.lines();
    assert!(
        text.contains("2 lessons came in from other teams and 0 lessons went out"),
        "{text}"
    );
    assert!(
        text.contains("in from \"><script>alert(1)</script>") && !page.body.contains("<script"),
        "{text}"
    );
    for person in ["cleo", "dan", "eve", "more1"] {
        assert!(!page.names(person), "{person} is named: {text}");
    }
    world.opt_out("cleo").await;
    let page = ben.get("/teams/payments").await.text();
    assert!(
        page.contains("No lesson of the last year landed between this team"),
        "{page}"
    );
}
