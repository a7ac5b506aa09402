//! The replay of an organisation's own past: its page, and what would have been said on one pull request.
use axum::http::StatusCode;
use peerlore::web::access::Viewing;

use crate::browser::Browser;
use crate::world::World;
use crate::world::get;
use crate::world::sealed;

/// Six times the six reviewed pull requests, each round a day later; `shift` moves them all.
pub async fn many(world: &World, shift: &str) {
    let when = format!("k * interval '1 day' - interval '{shift}'");
    let copied = world
        .sql(&format!(
            "insert into pull select (jsonb_populate_record(p, jsonb_build_object('number', p.number + 10 * k,
                 'created_at', p.created_at + {when}, 'closed_at', p.closed_at + {when}, 'merged_at', p.merged_at + {when}))).*
             from pull p join repo r on r.installation_id = p.installation_id and r.id = p.repo_id and r.name = 'shop', generate_series(1, 6) k where p.number <= 6"
        ))
        .await;
    assert_eq!(copied, 36);
    world
        .sql(&format!(
            "insert into review select (jsonb_populate_record(v, jsonb_build_object('number', v.number + 10 * k,
                 'id', v.id + k * 1000000000000, 'submitted_at', v.submitted_at + {when}))).*
             from review v join repo r on r.installation_id = v.installation_id and r.id = v.repo_id and r.name = 'shop', generate_series(1, 6) k where v.number <= 6"
        ))
        .await;
    world
        .sql(
            "insert into pull_file select (jsonb_populate_record(f, jsonb_build_object('number', f.number + 10 * k))).*
             from pull_file f join repo r on r.installation_id = f.installation_id and r.id = f.repo_id and r.name = 'shop', generate_series(1, 6) k where f.number <= 6",
        )
        .await;
}

/// The part of a text from one heading to another.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let begin = text.find(from).unwrap_or_else(|| panic!("{from:?} is not in {text}"));
    let rest = &text[begin..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("{to:?} is not in {rest}"))]
}

/// The words at which the curve of budgets begins, and those after it.
const CURVE: (&str, &str) = ("What a learner in more reviews", "Our pick is spared");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_curve_of_budgets_stands_in_words_in_a_picture_and_in_a_table() {
    let world = World::new().await;
    many(&world, "0 days").await;
    let page = get(&world.demo(), "/replay", None).await;
    insta::assert_snapshot!(between(&page.lines(), CURVE.0, CURVE.1), @r"
    What a learner in more reviews would bring
    3 of 3 files hang on one person or nobody at the end of what happened; with a learner in one review of 5 at most it would be 0, for 7 extra reviews.
    Each point is one replay of the same past and has no interval: a few files more or less may be chance. Where the line is steep, an extra review brings most.
    Files at risk, by reviews that a learner joined
    3 of 3 files at risk with 0 extra reviews; 2 of 3 files at risk with 1 extra review; 2 of 3 files at risk with 2 extra reviews; 0 of 3 files at risk with 7 extra reviews.
    0
    2
    4
    6
    8
    0
    1
    2
    3
    Reviews that a learner joined
    Files at risk
    The figures as a table
    Files at risk by budget for learners
    A learner in Reviews joined Files at risk, of 3
    no review 0 3
    one of 50 at most 0 3
    one of 20 at most 1 2
    one of 10 at most 2 2
    one of 5 at most 7 0
    ");
    assert_eq!(page.body.matches("<svg class=\"curve\"").count(), 1);
    assert!(
        !page.body.contains("kuva-clip") && page.body.contains("budget-drawn-clip"),
        "its own names"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_sees_figures_of_the_whole_and_nobody_by_name() {
    let world = World::new().await;
    many(&world, "0 days").await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    let page = ben.get("/replay").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.lines();
    let text = text.replace(between(&text, CURVE.0, CURVE.1), "");
    insta::assert_snapshot!(between(&text, "The last 42", "What limits this"), @r"
    The last 42 reviewed pull requests of 43 pull requests that you may read, opened from 24 Aug 2026 to 9 Oct 2026.
    Our pick really reviewed in 71% of these pull requests; whoever knows most did in 71%, somebody at random in 21%.
    3 of 3 files hang on one person or nobody; with a learner in 1 review it would be 2.
    Four ways of choosing, beside what happened: our pick, whoever knows most (expert only) or anybody (random) takes one reviewer's place; or with a learner, who joins one review of 20 at most.
    The pick was one of those who reviewed
    How well a pick fits your habits, not how good a review it would have been.
    our pick
    71%
    expert only
    71%
    random
    21%
    Files at risk at the end, of 3
    Fewer is better: at most one person who is still here ever reviewed them.
    what happened
    3
    our pick
    1
    with a learner
    2
    expert only
    1
    random
    0
    Files that a reviewer knew before
    More is better: expertise.
    what happened
    71%
    our pick
    57%
    with a learner
    71%
    expert only
    57%
    random
    50%
    Our pick is spared as in a real suggestion: open reviews make somebody less likely to be asked, and nobody is who has as many as the settings allow or was picked often enough that day; a review counts as open until its pull request is closed, 30 days at most.
    All figures
    All figures
    Measure what happened our pick with a learner expert only random
    The pick was one of those who reviewed – 71% – 71% 21%
    Mean reciprocal rank of the first who reviewed – 0.71 – 0.71 0.40
    Expertise: files that a reviewer knew before 71% 57% 71% 57% 50%
    Unevenness of reviews (Gini, 0 to 1) – – – – –
    Reviews done by the 10 busiest – – – – –
    Files at risk at the end, of 3 3 1 2 1 0
    Parts of the code at risk at the end, of 1 0 0 0 0 0
    Pull requests with a reviewer of another team 33% 24% 36% 24% 14%
    Reviews that nobody did in reality 0 0 1 0 0
    How sure this is
    Our pick was one of those who reviewed in 71% of these pull requests (between 56% and 83%, 95% interval), expert only in 71% (between 56% and 83%, 95% interval), random in 21% (between 12% and 36%, 95% interval). Whoever wasn't asked may have been as good: this tells how well a pick fits your habits, not how good a review would have been.
    Expertise with our pick in one reviewer's place: 14.3 points less than what happened (-25.0 to -3.6 points, 95% interval).
    Expertise with the pick by expertise only: 14.3 points less than what happened (-25.0 to -3.6 points, 95% interval).
    Expertise with a random pick: 21.4 points less than what happened (-34.0 to -8.9 points, 95% interval).
    3 files of 3 are at risk at the end of what happened; with 1 extra review by somebody who would learn, 2. That is one replay and has no interval: chance moves it, too.
    ");
    assert_eq!(
        page.body.matches("<svg class=\"bar").count(),
        3 + 5 + 5,
        "of nine people there is no busiest ten"
    );
    for login in ["ada", "cleo", "dan", "eve"] {
        assert!(!page.names(login), "{login} is named: {text}");
    }
    assert!(page.body.contains("href=\"/replay/acme/shop/66\""));
    let one = ben.get("/replay?repo=acme%2Fshop&last=35").await;
    assert!(
        one.text().contains("The last 35 reviewed pull requests of 43"),
        "{}",
        one.text()
    );
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let refused = cleo.get("/replay").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.text().contains("the replay is for the same people"),
        "{}",
        refused.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_have_been_said_uses_only_what_was_known_then() {
    let world = World::new().await;
    let router = world.for_members();
    let mut cleo = Browser::of(&router, &world.github, "cleo").await;
    let last = cleo.get("/replay/acme/shop/6").await;
    assert_eq!(last.status, StatusCode::OK);
    let text = last.lines();
    for words in [
        "What happened\nReviewed by cleo.",
        "What would have been said\nSomeone who knows\ncleo\nreviewed 1 change to ledger/part2.rs in September\n",
        "Someone who would learn\ndan\n",
        "As a comment\n**Knows this change:** `cleo`",
        "Nothing of this was posted.",
    ] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    assert!(
        !last.body.contains("peerlore:suggestion"),
        "the comment's marker stays out"
    );
    let first = cleo.get("/replay/acme/shop/1").await.text();
    assert!(first.contains("Reviewed by ben."), "{first}");
    assert!(
        first.contains("There would have been no comment"),
        "nothing was known before it: {first}"
    );
    assert!(
        !first.contains("cleo ") || !first.contains("reviewed 2 changes"),
        "{first}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opted_out_is_in_no_replay() {
    let world = World::new().await;
    many(&world, "0 days").await;
    let router = world.demo();
    let pages: Vec<String> = (1..=6).map(|number| format!("/replay/acme/shop/{number}")).collect();
    for login in ["ben", "cleo", "dan"] {
        let mut seen = 0;
        for path in &pages {
            seen += u32::from(get(&router, path, Some("ada")).await.names(login));
        }
        assert!(seen > 0, "{login} is named somewhere before");
        world.opt_out(login).await;
        for path in pages.iter().map(String::as_str).chain(["/replay"]) {
            assert!(
                !get(&router, path, Some("ada")).await.names(login),
                "{path} names {login}"
            );
        }
    }
    let page = get(&router, "/replay", Some("ada")).await.text();
    assert!(
        page.contains("No pull request that is closed and was reviewed is known."),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_pull_requests_give_no_figures_and_a_list() {
    let world = World::new().await;
    let page = get(&world.demo(), "/replay", None).await;
    let text = page.text();
    assert!(
        text.contains("Not enough evidence yet. Figures of fewer than about 30 pull requests mislead"),
        "{text}"
    );
    assert!(
        !text.contains("All figures") && !page.body.contains("<svg class=\"bar"),
        "{text}"
    );
    assert!(
        page.body.contains("href=\"/replay/acme/shop/6\"") && text.contains("Reviewed by 1 person"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_history_the_page_says_how_to_get_one() {
    let world = World::new().await;
    world.sql("delete from review").await;
    world.sql("delete from comment").await;
    let page = get(&world.demo(), "/replay?repo=acme/shop", None).await.text();
    assert!(
        page.contains("No pull request of acme/shop that is closed and was reviewed is known."),
        "{page}"
    );
    assert!(page.contains("peerlore import github-json FILE"), "{page}");
    world.sql("delete from installation").await;
    let page = get(&world.demo(), "/replay", None).await.text();
    assert!(page.contains("Nothing has arrived here yet."), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_asks_for_nonsense_is_not_here() {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    let router = world.demo();
    let nowhere = [
        "/replay?last=0",
        "/replay?last=501",
        "/replay?last=-1",
        "/replay?last=99999999999999999999",
        "/replay?last=ten",
        "/replay?page=0",
        "/replay?page=2",
        "/replay?page=501",
        "/replay?repo=acme",
        "/replay?repo=acme/nowhere",
        "/replay?repo=other/vault",
        "/replay?repo=%00",
        "/replay?repo=<script>alert(1)</script>",
        "/replay?repo=acme/shop&repo=acme/shop",
        "/replay?organisation=other",
        "/replay/acme/shop/0",
        "/replay/acme/shop/-1",
        "/replay/acme/shop/abc",
        "/replay/acme/shop/4711",
        "/replay/acme/shop",
        "/replay/other/vault/1",
        "/replay/%00/shop/1",
    ];
    for path in nowhere {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        let page = get(&router, &path, Some("ben")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.text());
        assert!(!page.body.contains("<script"), "{path}");
    }
    for path in [
        "/replay?repo=&last=&page=",
        "/replay?repo=ACME/Shop",
        "/replay?last=7",
        "/replay?repo=acme/sealed",
    ] {
        assert_eq!(get(&router, path, Some("ben")).await.status, StatusCode::OK, "{path}");
    }
    let operator = world.app(Viewing::Open).router;
    let page = get(&operator, "/replay?organisation=OTHER", None).await;
    assert!(
        page.status == StatusCode::OK && page.body.contains("href=\"/replay?organisation=acme\""),
        "{}",
        page.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_repository_counts_only_for_those_who_may_read_it() {
    let mut world = World::new().await;
    world.tell(sealed(&world.github.clone())).await;
    let router = world.for_members();
    let mut ben = Browser::of(&router, &world.github, "ben").await;
    assert!(ben.get("/replay").await.body.contains("/replay/acme/sealed/1"));
    assert_eq!(ben.get("/replay/acme/sealed/1").await.status, StatusCode::OK);
    world.github.only_for("sealed", &["ada"]);
    world.clock.move_to(world.clock.now() + chrono::Duration::minutes(10));
    let page = ben.get("/replay").await;
    assert!(
        page.status == StatusCode::OK && !page.body.contains("sealed"),
        "{}",
        page.text()
    );
    for path in ["/replay?repo=acme/sealed", "/replay/acme/sealed/1"] {
        assert_eq!(ben.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
