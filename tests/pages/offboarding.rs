//! What would be lost if somebody were gone: who may open it, what it shows, and what it says where there is little to show.
use axum::http::StatusCode;
use chrono::Duration;
use peerlore::pipeline::knowers::NotSeen;
use peerlore::pipeline::knowers::ONE_PERSON;
use peerlore::pipeline::offboarding::KnownByTwo;
use peerlore::pipeline::offboarding::ModuleLoss;
use peerlore::pipeline::offboarding::NOT_AGREED;
use peerlore::pipeline::offboarding::Nearest;
use peerlore::pipeline::offboarding::Offboarding;
use peerlore::pipeline::offboarding::Passing;
use peerlore::pipeline::offboarding::SkillLoss;
use peerlore::web::pages::offboarding;

use crate::browser::Browser;
use crate::world::World;
use crate::world::get;
use crate::world::lines_of;
use crate::world::sealed;
use crate::world::today;

/// A part of the page, from a word to another one.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let begin = text.find(from).unwrap_or_else(|| panic!("{from:?} is not in {text}"));
    let rest = &text[begin..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("{to:?} is not in {rest}"))]
}

/// The same world, in which cleo leads the storefront.
async fn world() -> World {
    let world = World::new().await;
    let leads = "update team_membership m set role = 'maintainer' from team t, person p
                 where t.installation_id = m.installation_id and t.id = m.team_id and t.slug = 'storefront'
                   and p.installation_id = m.installation_id and p.id = m.person_id and p.login = 'cleo'";
    assert_eq!(world.sql(leads).await, 1);
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_sees_what_would_be_lost_and_what_passes_it_on() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let page = ben.get("/offboarding/DAN").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.lines();
    insta::assert_snapshot!(between(&text, "What to pass on", "What this rests on"), @r"
    What to pass on in time
    If dan were gone
    dan sees that you looked.
    Of 3 known files, one person alone would know 1.
    Nothing here says that they go. Only repositories that you may read are counted.
    Parts of the code
    shop/ledger
    One other person knows 1 of 3 known files.
    Nearest: ada (Payments), 6 changes in shop/ledger.
    Nearest: ben (Payments), 2 reviews in shop/ledger.
    Ask ben to review acme/shop#7 <script>alert(1)</script> Count late orders & ping @team; dan reviews beside them.
    Which files
    shop/ledger/part1.rs ada, too
    ");
    assert!(page.body.contains("href=\"https://github.example/acme/shop/pull/7\""));
    assert!(
        page.body
            .contains("&lt;script&gt;alert(1)&lt;/script&gt; Count late orders")
    );
    assert!(!page.body.contains("<script"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lead_of_another_team_is_told_the_same_of_everybody_and_nobody() {
    let world = world().await;
    let router = world.for_members();
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let nobody = cleo.get("/offboarding/nobody-at-all").await;
    assert_eq!(nobody.status, StatusCode::FORBIDDEN);
    for login in ["ada", "ben", "dan", "DAN", "eve", "zoe"] {
        let page = cleo.get(&format!("/offboarding/{login}")).await;
        assert_eq!((page.status, &page.body), (nobody.status, &nobody.body), "{login}");
    }
    assert_eq!(cleo.get("/offboarding/cleo").await.status, StatusCode::OK);
    let mut dan = Browser::of(&router, &world.github, "dan").await;
    assert_eq!(dan.get("/offboarding").await.status, StatusCode::FORBIDDEN, "no lead");
    let other = dan.get("/offboarding/ben").await;
    assert_eq!((other.status, &other.body), (nobody.status, &nobody.body), "no lead");
    let mut owner = Browser::of(&router, &world.github, "ada").await;
    for login in ["ben", "cleo", "dan"] {
        let page = owner.get(&format!("/offboarding/{login}")).await;
        assert_eq!(page.status, StatusCode::OK, "{login}");
    }
    assert_eq!(owner.get("/offboarding/zoe").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_see_themselves_what_a_lead_sees_and_who_looked() {
    let world = world().await;
    let router = world.for_members();
    let mut dan = Browser::of(&router, &world.github, "dan").await;
    let before = dan.get("/me").await.lines();
    assert!(before.contains("Nobody in the last 90 days."), "{before}");
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let lead = ben.get("/offboarding/dan").await.lines();
    let own = dan.get("/offboarding/DAN").await.lines();
    assert!(
        own.contains("This is what owners and the leads of your teams can see of you"),
        "{own}"
    );
    for same in [
        "Of 3 known files, one person alone would know 1.",
        "One other person knows 1 of 3 known files.",
    ] {
        assert!(own.contains(same) && lead.contains(same), "{own}\n{lead}");
    }
    let text = between(&own, "If dan were gone", "How this is worked out");
    for word in ["Nearest", "Ask ", "ada", "ben"] {
        assert!(
            lead.contains(word) && !text.contains(word),
            "{word} is about others: {text}"
        );
    }
    let after = dan.get("/me").await.lines();
    let looks = between(&after, "Who looked", "Download");
    assert_eq!(looks.matches("ben, ").count(), 1, "{looks}");
    assert!(!looks.contains("dan, "), "their own look is none: {looks}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opted_out_is_as_somebody_who_is_not_there() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let mut owner = Browser::of(&router, &world.github, "ada").await;
    assert!(ben.get("/offboarding").await.names("dan"));
    assert_eq!(ben.get("/offboarding/dan").await.status, StatusCode::OK);
    world.opt_out("dan").await;
    for (browser, status) in [(&mut ben, StatusCode::FORBIDDEN), (&mut owner, StatusCode::NOT_FOUND)] {
        let out = browser.get("/offboarding/dan").await;
        let nobody = browser.get("/offboarding/nobody-at-all").await;
        assert_eq!((out.status, &out.body), (status, &nobody.body));
        for path in ["/offboarding", "/offboarding/ada", "/offboarding/ben"] {
            let page = browser.get(path).await;
            assert!(
                page.status == StatusCode::OK && !page.names("dan"),
                "{path}: {}",
                page.text()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_repositories_that_the_lead_may_read_count() {
    let mut world = world().await;
    world.tell(sealed(&world.github.clone())).await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let before = ben.get("/offboarding/ada").await;
    assert!(before.names("sealed") && before.names("Hush"), "{}", before.text());
    world.github.only_for("sealed", &["ada"]);
    world.clock.move_to(world.clock.now() + Duration::minutes(10));
    let after = ben.get("/offboarding/ada").await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(
        !after.body.contains("sealed") && !after.body.contains("Hush"),
        "{}",
        after.text()
    );
    assert!(
        after.text().contains("Only what you may read was looked at"),
        "{}",
        after.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_has_the_people_of_teams_that_the_visitor_leads() {
    let world = world().await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let page = ben.get("/offboarding").await;
    insta::assert_snapshot!(between(&page.lines(), "If somebody were gone\nWhat", "Suggestions are"), @r"
    If somebody were gone
    What only one person knows or holds, who is nearest to it, and which open pull requests would pass it on. Choose whom to ask about.
    Nothing here says that somebody goes. People stand by name.
    Payments
    ada
    ben
    dan
    ");
    assert!(page.body.contains("href=\"/offboarding/dan\""));
    let mut owner = Browser::of(&router, &world.github, "ada").await;
    let page = owner.get("/offboarding").await;
    assert!(
        page.names("cleo") && page.names("dan") && !page.names("eve"),
        "{}",
        page.text()
    );
    for path in ["/teams", "/teams/payments"] {
        assert!(ben.get(path).await.body.contains("href=\"/offboarding"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_address_leads_nowhere() {
    let world = world().await;
    let long = format!("/offboarding/{}", "a".repeat(60_000));
    let nowhere = [
        "/offboarding/%00",
        "/offboarding/dan%00",
        "/offboarding/%FF",
        "/offboarding/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/offboarding/..%2Fdan",
        "/offboarding/dan%2Fdan",
        "/offboarding/dan/dan",
        "/offboarding/%25",
        "/offboarding/dan%20",
        "/offboarding/%E2%80%AEnad",
        "/offboarding/'%20or%20true--",
        long.as_str(),
    ];
    let demo = world.demo();
    let members = world.for_members();
    let mut cleo = Browser::of(&members, &world.github, "cleo").await;
    for path in nowhere {
        let page = get(&demo, path, Some("ben")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.text());
        assert!(!page.body.contains("<script") && !page.names("dan"), "{path}");
        let page = cleo.get(path).await;
        assert!(
            page.status.is_client_error() && !page.names("dan"),
            "{path}: {}",
            page.text()
        );
    }
    assert_eq!(get(&demo, "/offboarding/%64an", None).await.status, StatusCode::OK);
}

fn found() -> Offboarding {
    Offboarding {
        login: "finn".to_owned(),
        may_be_named: true,
        files: 9,
        only: 0,
        with_one: 0,
        modules: Vec::new(),
        areas: Vec::new(),
        skills: Vec::new(),
        notes: Vec::new(),
    }
}

fn said(change: impl FnOnce(&mut Offboarding)) -> String {
    let mut found = found();
    change(&mut found);
    let host = "https://github.example".to_owned();
    let view = offboarding::View {
        found,
        sort: offboarding::PARTS.usual(),
        host,
        own: false,
    };
    lines_of(&offboarding::render(&view).into_string())
}

fn module(number: usize) -> ModuleLoss {
    let path = |file: &str| format!("shop/part{number}/{file}.rs");
    ModuleLoss {
        module: format!("shop/part{number}"),
        files: 6,
        only: ["a", "b", "c", "d"].map(path).to_vec(),
        not_seen: vec![NotSeen {
            login: "ben".to_owned(),
            since: today(),
        }],
        with_one: [("e", "ada"), ("f", ONE_PERSON)]
            .map(|(file, other)| KnownByTwo {
                path: path(file),
                other: other.to_owned(),
            })
            .to_vec(),
        nearest: vec![Nearest {
            login: "cleo".to_owned(),
            teams: vec!["Web".to_owned()],
            why: "2 reviews in shop/part1".to_owned(),
        }],
        pulls: vec![Passing {
            pull: "acme/shop#7".to_owned(),
            title: "  ".to_owned(),
            ask: "cleo".to_owned(),
            beside: "finn wrote it".to_owned(),
        }],
    }
}

fn skill(name: &str, other: Option<&str>) -> SkillLoss {
    SkillLoss {
        slug: name.to_lowercase(),
        name: name.to_owned(),
        other: other.map(str::to_owned),
        not_seen: Vec::new(),
        nearest: Vec::new(),
        pulls: Vec::new(),
    }
}

#[test]
fn each_loss_stands_with_its_remedy() {
    let page = said(|found| {
        (found.only, found.with_one) = (4, 2);
        found.modules = vec![module(1)];
        found.areas = vec![skill("Security", None), skill("Testing", Some("ada"))];
        found.skills = vec![skill("Rust", Some(ONE_PERSON))];
        found.notes = vec!["Known are the files of four years.".to_owned()];
    });
    insta::assert_snapshot!(page, @r"
    What to pass on in time
    If finn were gone
    finn sees that you looked.
    Of 9 known files, nobody active would know 4, and one person alone 2. At most one active person would hold Security, Testing and Rust.
    Nothing here says that they go. Only repositories that you may read are counted.
    Parts of the code
    shop/part1
    Nobody else active knows 4 of 6 known files. ben, who knew some of them, was not seen since 12 Nov 2026.
    One other person knows 2 of 6 known files.
    Nearest: cleo (Web), 2 reviews in shop/part1.
    Ask cleo to review acme/shop#7 without a title; finn wrote it.
    Which files
    shop/part1/a.rs nobody else
    shop/part1/b.rs nobody else
    shop/part1/c.rs nobody else
    shop/part1/d.rs nobody else
    shop/part1/e.rs ada, too
    shop/part1/f.rs one person, too
    Areas
    Security
    Nobody else active holds it.
    Nobody who could be named has to do with it yet: pair on the next change.
    Testing
    ada holds it, too, and nobody else active.
    Nobody who could be named has to do with it yet: pair on the next change.
    Languages, technologies and own skills
    Rust
    One other active person holds it.
    Nobody who could be named has to do with it yet: pair on the next change.
    What this rests on
    Known are the files of four years.
    How this is worked out.
    ");
}

#[test]
fn where_nothing_is_known_or_nothing_would_be_lost_it_says_so() {
    insta::assert_snapshot!(said(|found| found.files = 0), @r"
    What to pass on in time
    If finn were gone
    finn sees that you looked.
    Not enough evidence yet. No merged pull request of the last four years that you may read tells who knows which file. The page fills as they come in.
    Nothing here says that they go. Only repositories that you may read are counted.
    How this is worked out.
    ");
    insta::assert_snapshot!(said(|_| {}), @r"
    What to pass on in time
    If finn were gone
    finn sees that you looked.
    Nothing would be lost: two other active people or more know or hold whatever finn does.
    Nothing here says that they go. Only repositories that you may read are counted.
    How this is worked out.
    ");
    insta::assert_snapshot!(said(|found| found.areas = vec![skill("Security", None)]), @r"
    What to pass on in time
    If finn were gone
    finn sees that you looked.
    Two active people or more would still know each file. At most one active person would hold Security.
    Nothing here says that they go. Only repositories that you may read are counted.
    Areas
    Security
    Nobody else active holds it.
    Nobody who could be named has to do with it yet: pair on the next change.
    How this is worked out.
    ");
}

#[test]
fn of_somebody_who_did_not_agree_nothing_is_told() {
    let page = said(|found| {
        (found.may_be_named, found.files) = (false, 0);
        found.notes = vec![NOT_AGREED.to_owned()];
    });
    insta::assert_snapshot!(page, @r"
    What to pass on in time
    If finn were gone
    finn sees that you looked.
    Nothing here says that they go. Only repositories that you may read are counted.
    They didn't say that they may be named for what they know, so nothing is told here; they can tell themselves what they pass on.
    How this is worked out.
    ");
}

#[test]
fn many_parts_are_folded() {
    let page = said(|found| {
        found.only = 44;
        found.modules = (1..=11).map(module).collect();
    });
    let fold = page.find("3 more parts of the code").expect("a fold");
    assert!(page[..fold].contains("shop/part8\n") && page[fold..].contains("shop/part9\n"));
}
