//! A repository's past as the forge reads it from the loopback GitHub: whole, in order, and with what goes wrong.
use axum::http::header::IF_NONE_MATCH;
use chrono::Duration;
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::FakeGithub;
use peerlore::demo::github::How;
use peerlore::demo::github::Loopback;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::PullName;
use peerlore::demo::github::Push;
use peerlore::demo::github::UserSpec;
use peerlore::demo::github::failures::Failure;
use peerlore::demo::github::graphql::GraphFault;
use peerlore::forge::Forge;
use peerlore::forge::ForgeError;
use peerlore::forge::RepoAt;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::forge::github::app::Pace;
use peerlore::forge::github::past::PastPage;
use peerlore::forge::github::past::Turn;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::event::PullAction;
use peerlore::model::event::What;
use peerlore::model::ids::PersonId;
use peerlore::model::person::PersonKind;

fn at(minute: i64) -> Time {
    "2099-01-05T09:00:00Z".parse::<Time>().expect("a time") + Duration::minutes(minute)
}

fn by(login: &str, minute: i64) -> Act<'_> {
    Act {
        by: login,
        at: at(minute),
    }
}

fn github() -> FakeGithub {
    let github = FakeGithub::new("acme", 1, at(0));
    for (login, kind) in [
        ("ada", AccountKind::User),
        ("ben", AccountKind::User),
        ("gone", AccountKind::User),
        ("lint[bot]", AccountKind::Bot),
    ] {
        github.add_account(&UserSpec {
            login,
            name: login,
            kind,
        });
        let _sent = github.add_member(by("ada", 0), login, false);
    }
    let _sent = github.add_repository(by("ada", 0), "shop", "Rust", &[Change::write("a.rs", "one\ntwo\n")]);
    github
}

fn opened(github: &FakeGithub, act: Act<'_>, changes: Vec<Change>) -> PullName {
    let new = NewPull {
        repo: "shop".to_owned(),
        title: "A change".to_owned(),
        branch: format!("topic-{}", act.at.timestamp()),
        changes,
        ..NewPull::default()
    };
    github.open_pull(act, &new).0
}

fn small(github: &FakeGithub, act: Act<'_>) -> PullName {
    opened(github, act, vec![Change::write("a.rs", "one\nTWO\n")])
}

fn forge(api: &str) -> Forge {
    let mut settings = ForgeSettings::new(api.parse().expect("an address"), Credentials::Token("token".into()));
    settings.pace = Pace::UNLIMITED;
    settings.retries = 0;
    Forge::new(settings, Clock::fixed(at(100))).expect("a client")
}

async fn served(github: &FakeGithub) -> (Loopback, Forge) {
    let loopback = github.serve(0, None).await.expect("a free port");
    let forge = forge(&loopback.url);
    (loopback, forge)
}

async fn page(forge: &Forge, pulls: u32, after: Option<&str>) -> Result<PastPage, ForgeError> {
    let at_shop = RepoAt {
        installation: None,
        owner: "acme",
        name: "shop",
    };
    let turn = Turn {
        after,
        since: at(-60),
        pulls,
    };
    forge.past_page(&at_shop, &turn).await
}

fn bodies(page: &PastPage) -> Vec<(String, Option<String>)> {
    let events = page.pulls.iter().flat_map(|pull| &pull.events);
    let comments = events.filter_map(|(_, event)| match &event.what {
        What::Comment { comment, .. } => {
            let author = comment.author.as_ref().map(|author| author.login.clone());
            Some((comment.body.clone(), author))
        }
        _ => None,
    });
    comments.collect()
}

#[tokio::test]
async fn pages_come_newest_first_and_end_at_the_time_asked_for() {
    let github = github();
    for minute in 1..=5 {
        small(&github, by("ada", minute));
    }
    small(&github, by("ada", -90));
    let (_served, forge) = served(&github).await;
    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let page = page(&forge, 2, after.as_deref()).await.expect("a page");
        assert_eq!(page.total, Some(5), "what is older isn't counted");
        seen.push(page.pulls.iter().map(|pull| pull.number).collect::<Vec<_>>());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [vec![5, 4], vec![3, 2], vec![1]]);
}

#[tokio::test]
async fn a_change_between_two_pages_neither_skips_nor_repeats_one() {
    let github = github();
    for minute in 1..=4 {
        small(&github, by("ada", minute));
    }
    let (_served, forge) = served(&github).await;
    let first = page(&forge, 2, None).await.expect("a page");
    small(&github, by("ben", 9));
    let second = page(&forge, 2, first.next.as_deref()).await.expect("a page");
    let numbers: Vec<i32> = second.pulls.iter().map(|pull| pull.number).collect();
    assert_eq!(numbers, [2, 1]);
}

#[tokio::test]
async fn lists_that_go_on_are_followed_to_their_ends() {
    let github = github();
    let files = (0..230).map(|number| Change::write(format!("src/{number}.rs"), "1\n"));
    let pull = opened(&github, by("ada", 1), files.collect());
    let posted = github.review_comment(&pull, by("ben", 2), NewComment::on("src/7.rs", 1, "Why?"));
    let root = posted.comments[0];
    for minute in 3..130 {
        let _posted = github.review_comment(&pull, by("ada", minute), NewComment::reply(root, "Because."));
    }
    github.react(&pull, by("ada", 131), root, "+1");
    let _sent = github.resolve_thread(&pull, by("ben", 132), root);
    let _sent = github.close(&pull, by("ada", 133));
    let (_served, forge) = served(&github).await;
    let page = page(&forge, 10, None).await.expect("a page");
    let pull = &page.pulls[0];
    let contents = pull.contents.as_ref().expect("its contents");
    assert_eq!(contents.files.len(), 230);
    let replies = pull
        .events
        .iter()
        .filter(|(_, event)| matches!(event.what, What::Comment { .. }));
    assert_eq!(replies.count(), 128, "the first and 127 replies");
    let reviews = pull
        .events
        .iter()
        .filter(|(_, event)| matches!(event.what, What::Review { .. }));
    assert_eq!(reviews.count(), 128);
    let (comment, resolved, who) = &pull.threads[0];
    assert_eq!(comment.0, i64::try_from(root).expect("a number"));
    assert_eq!(
        (*resolved, who.as_ref().map(|who| who.login.as_str())),
        (true, Some("ben"))
    );
    let reacted = pull.reactions.as_ref().expect("it is closed");
    assert_eq!((reacted.len(), reacted[0].1[0].1.as_str()), (1, "+1"));
    assert!(page.missing.is_empty(), "{:?}", page.missing);
}

#[tokio::test]
async fn the_story_is_told_with_force_pushes_requests_and_drafts() {
    let github = github();
    let pull = small(&github, by("ada", 1));
    let before = github.head_of(&pull).expect("a head");
    let push = Push {
        message: "Again".to_owned(),
        how: How::Amend,
        changes: vec![Change::write("a.rs", "one\n2\n")],
    };
    let _sent = github.push_to_pull(&pull, by("ada", 2), &push);
    let after = github.head_of(&pull).expect("a head");
    let _sent = github.request_reviewer(&pull, by("ada", 3), "ben");
    let _sent = github.remove_reviewer(&pull, by("ada", 4), "ben");
    let _sent = github.back_to_draft(&pull, by("ada", 5));
    let _sent = github.mark_ready(&pull, by("ada", 6));
    let _sent = github.retitle(&pull, by("ada", 7), "Another title");
    let _sent = github.label(&pull, by("ada", 8), "bug");
    let _sent = github.close(&pull, by("ada", 9));
    let _sent = github.reopen(&pull, by("ada", 10));
    let (_served, forge) = served(&github).await;
    let page = page(&forge, 10, None).await.expect("a page");
    let told = page.pulls[0]
        .events
        .iter()
        .filter_map(|(when, event)| match &event.what {
            What::Pull { action, .. } => Some(((*when - at(0)).num_minutes(), action)),
            _ => None,
        });
    let mut words = Vec::new();
    for (minute, action) in told {
        if let PullAction::Synchronized(push) = action {
            assert_eq!((push.before.as_deref(), push.after.as_str()), (Some(&*before), &*after));
            assert_eq!(push.forced, Some(true));
        }
        let word = format!("{action:?}");
        words.push(format!(
            "{minute} {}",
            word.split(['(', ' ', '{']).next().unwrap_or_default()
        ));
    }
    insta::assert_snapshot!(words.join("\n"), @r"
    1 Opened
    2 Synchronized
    3 ReviewRequested
    4 ReviewRequestRemoved
    5 ConvertedToDraft
    6 ReadyForReview
    7 Changed
    8 Changed
    9 Closed
    10 Reopened
    10 Changed
    ");
}

#[tokio::test]
async fn who_is_gone_a_bot_or_hidden_shows_as_on_github() {
    let github = github();
    let pull = small(&github, by("lint[bot]", 1));
    let comment = |login, minute, body: &str| {
        let posted = github.review_comment(&pull, by(login, minute), NewComment::on("a.rs", 2, body));
        posted.comments[0]
    };
    comment("gone", 2, "From somebody gone");
    comment("lint[bot]", 3, "From a bot");
    let spam = comment("ben", 4, "Buy!");
    let (talk, _sent) = github.issue_comment(&pull, by("ben", 5), "Buy more!");
    github.hide_comment(spam, "spam");
    github.hide_comment(talk, "spam");
    github.delete_user("gone");
    let (_served, forge) = served(&github).await;
    let page = page(&forge, 10, None).await.expect("a page");
    let said = bodies(&page);
    assert_eq!(
        said,
        [
            ("From somebody gone".to_owned(), None),
            ("From a bot".to_owned(), Some("lint[bot]".to_owned())),
        ]
    );
    let (_, opening) = &page.pulls[0].events[0];
    let What::Pull { pull, .. } = &opening.what else {
        panic!("{opening:?}");
    };
    let author = pull.author.as_ref().expect("an author");
    assert_eq!((author.login.as_str(), author.kind), ("lint[bot]", PersonKind::Bot));
}

#[tokio::test]
async fn co_authors_count_and_bots_that_commit_do_not() {
    let github = github();
    let pull = small(&github, by("lint[bot]", 1));
    let ben = github.id_of("ben").expect("ben");
    let push = Push {
        message: format!("More\n\nCo-authored-by: Ben <{ben}+ben@users.noreply.github.com>"),
        how: How::Append,
        changes: vec![Change::write("b.rs", "1\n")],
    };
    let _sent = github.push_to_pull(&pull, by("ada", 2), &push);
    let (_served, forge) = served(&github).await;
    let page = page(&forge, 10, None).await.expect("a page");
    let contents = page.pulls[0].contents.as_ref().expect("its contents");
    let mut wrote = contents.committers.clone();
    wrote.sort_unstable();
    let mut both: Vec<PersonId> = ["ada", "ben"]
        .iter()
        .map(|login| PersonId(i64::try_from(github.id_of(login).expect("somebody")).expect("a number")))
        .collect();
    both.sort_unstable();
    assert_eq!(wrote, both);
}

#[tokio::test]
async fn a_page_that_is_too_big_may_succeed_when_it_is_smaller() {
    let github = github();
    for minute in 1..=4 {
        small(&github, by("ada", minute));
    }
    let (_served, forge) = served(&github).await;
    github.fail_pages_over(Some(2));
    let error = page(&forge, 4, None).await.expect_err("502");
    assert!(
        error.may_pass() && matches!(error, ForgeError::TooBig { .. }),
        "{error:?}"
    );
    assert_eq!(page(&forge, 2, None).await.expect("a page").pulls.len(), 2);
    github.fault_next(GraphFault::HalfDone);
    let error = page(&forge, 2, None).await.expect_err("half a page");
    assert!(matches!(error, ForgeError::TooBig { .. }), "{error:?}");
    github.fault_next(GraphFault::OverLimits);
    let error = page(&forge, 2, None).await.expect_err("too costly");
    assert!(matches!(error, ForgeError::TooBig { .. }), "{error:?}");
    github.fault_next(GraphFault::Declines("MAX_NODE_LIMIT_EXCEEDED"));
    let error = page(&forge, 2, None).await.expect_err("too many nodes");
    assert!(matches!(error, ForgeError::TooBig { .. }), "{error:?}");
    assert_eq!(page(&forge, 2, None).await.expect("a page").pulls.len(), 2);
}

#[tokio::test]
async fn a_page_that_lacks_what_would_be_lost_is_no_page() {
    let github = github();
    for minute in 1..=3 {
        small(&github, by("ada", minute));
    }
    let (_served, forge) = served(&github).await;
    for fault in [
        GraphFault::LosesPull(2),
        GraphFault::Lacks("reviewThreads"),
        GraphFault::Lacks("files"),
    ] {
        github.fault_next(fault);
        let error = page(&forge, 10, None).await.expect_err("half a page");
        assert!(matches!(error, ForgeError::TooBig { .. }), "{fault:?}: {error:?}");
    }
    github.fault_next(GraphFault::Lacks("author"));
    let page = page(&forge, 10, None).await.expect("a page");
    let numbers: Vec<i32> = page.pulls.iter().map(|pull| pull.number).collect();
    assert_eq!(numbers, [3, 2, 1], "an account can be done without");
    assert_eq!(page.missing, ["repository.pullRequests.nodes.0.author"]);
}

#[tokio::test]
async fn the_rest_of_a_big_one_that_lacks_something_is_no_rest() {
    let github = github();
    let files = (0..130).map(|number| Change::write(format!("src/{number}.rs"), "1\n"));
    opened(&github, by("ada", 1), files.collect());
    let (_served, forge) = served(&github).await;
    for fault in [GraphFault::Lacks("files"), GraphFault::OverLimits] {
        github.fault_next(GraphFault::Lacks("author"));
        github.fault_next(fault);
        let error = page(&forge, 10, None).await.expect_err("half of it");
        assert!(matches!(error, ForgeError::TooBig { .. }), "{fault:?}: {error:?}");
    }
    let page = page(&forge, 10, None).await.expect("a page");
    let contents = page.pulls[0].contents.as_ref().expect("its contents");
    assert_eq!(contents.files.len(), 130);
}

#[tokio::test]
async fn limits_are_graphqls_own_until_github_slows_everything_down() {
    let github = github();
    small(&github, by("ada", 1));
    let (served, forge) = served(&github).await;
    github.fault_next(GraphFault::RateLimited { reset: at(130) });
    let error = page(&forge, 10, None).await.expect_err("no points");
    assert!(
        matches!(error, ForgeError::RateLimited { until, .. } if until == at(130)),
        "{error:?}"
    );
    forge.rate_limit(None).await.expect("REST goes on");
    let asked = github.requests().len();
    page(&forge, 10, None).await.expect_err("not before it is time");
    assert_eq!(github.requests().len(), asked, "and GitHub isn't bothered");
    let again = self::forge(&served.url);
    github.fail_next(None, "/graphql", 1, Failure::SlowDown { seconds: 60 });
    let error = page(&again, 10, None).await.expect_err("too fast");
    assert!(matches!(error, ForgeError::RateLimited { .. }), "{error:?}");
    again.rate_limit(None).await.expect_err("REST waits, too");
}

#[tokio::test]
async fn a_secondary_limit_is_known_by_its_words_whatever_the_status() {
    let github = github();
    small(&github, by("ada", 1));
    let (_served, forge) = served(&github).await;
    github.fault_next(GraphFault::SlowDown { seconds: 90 });
    let error = page(&forge, 10, None).await.expect_err("too fast");
    let until = at(100) + Duration::seconds(90);
    assert!(
        matches!(error, ForgeError::RateLimited { until: named, .. } if named == until),
        "{error:?}"
    );
    forge.rate_limit(None).await.expect_err("REST waits, too");
}

#[tokio::test]
async fn only_a_question_that_github_does_not_understand_is_given_up() {
    let github = github();
    small(&github, by("ada", 1));
    let (_served, forge) = served(&github).await;
    github.fault_next(GraphFault::Declines("SERVICE_UNAVAILABLE"));
    let error = page(&forge, 10, None).await.expect_err("no data");
    assert!(error.may_pass(), "{error:?}");
    github.fault_next(GraphFault::Declines("FORBIDDEN"));
    let error = page(&forge, 10, None).await.expect_err("no access");
    assert!(!error.may_pass(), "{error:?}");
}

#[tokio::test]
async fn an_unknown_repository_is_not_found_and_a_renamed_one_is() {
    let github = github();
    small(&github, by("ada", 1));
    let (_served, forge) = served(&github).await;
    let _sent = github.rename_repository(by("ada", 2), "shop", "store");
    assert_eq!(page(&forge, 10, None).await.expect("a page").pulls.len(), 1);
    let _sent = github.delete_repository(by("ada", 3), "store");
    let error = page(&forge, 10, None).await.expect_err("gone");
    assert!(matches!(error, ForgeError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn an_enterprise_server_is_asked_at_its_own_addresses_also_an_old_one() {
    let github = github();
    let pull = small(&github, by("ada", 1));
    let _posted = github.review_comment(&pull, by("ben", 2), NewComment::on("a.rs", 2, "Why?"));
    github.forget_full_ids();
    let loopback = github.serve_enterprise().await.expect("a free port");
    let forge = forge(&format!("{}/api/v3", loopback.url));
    let page = page(&forge, 10, None).await.expect("GraphQL at /api/graphql");
    assert_eq!(bodies(&page), [("Why?".to_owned(), Some("ben".to_owned()))]);
    let at_shop = RepoAt {
        installation: None,
        owner: "acme",
        name: "shop",
    };
    let seen = forge.pull(&at_shop, 1).await.expect("REST under /api/v3");
    assert_eq!(seen.number, 1);
    let elsewhere = self::forge(&loopback.url).pull(&at_shop, 1).await;
    assert!(matches!(elsewhere, Err(ForgeError::NotFound { .. })), "{elsewhere:?}");
}

#[tokio::test]
async fn an_answer_that_is_known_costs_nothing_with_the_same_token_only() {
    let github = github();
    let (served, _forge) = served(&github).await;
    let ask = async |token: &str, tag: Option<&str>| {
        let client = octocrab::Octocrab::builder()
            .base_uri(&served.url)
            .expect("an address")
            .personal_token(token.to_owned())
            .build()
            .expect("a client");
        let known = tag.map(|tag| [(IF_NONE_MATCH, tag.parse().expect("a tag"))].into_iter().collect());
        let response = client._get_with_headers("/orgs/acme/members", known).await;
        let response = response.expect("an answer");
        let header = |name: &str| {
            let value = response.headers().get(name).expect("a header");
            value.to_str().expect("text").to_owned()
        };
        (response.status().as_u16(), header("etag"), header("x-ratelimit-used"))
    };
    let (status, tag, _) = ask("one", None).await;
    assert_eq!(status, 200);
    let (_, _, before) = ask("one", None).await;
    assert_eq!(ask("one", Some(&tag)).await.0, 304);
    let (status, _, after) = ask("two", Some(&tag)).await;
    assert_eq!(status, 200, "another token's tag says nothing");
    let number = |text: &str| text.parse::<u32>().expect("a number");
    assert_eq!(number(&after), number(&before) + 1, "only the last one counted");
}

#[tokio::test]
async fn a_question_for_too_many_nodes_is_refused_and_points_are_counted_apart() {
    let github = github();
    small(&github, by("ada", 1));
    let (served, _forge) = served(&github).await;
    let client = octocrab::Octocrab::builder()
        .base_uri(&served.url)
        .expect("an address")
        .personal_token("token".to_owned())
        .build()
        .expect("a client");
    let ask = async |replies: u32| {
        let query = format!(
            "query PastPage($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ \
             pullRequests(first: 100) {{ nodes {{ reviewThreads(first: 100) {{ nodes {{ \
             comments(first: {replies}) {{ nodes {{ id }} }} }} }} }} }} }} }}"
        );
        let body = serde_json::json!({
            "query": query, "operationName": "PastPage", "variables": { "owner": "acme", "name": "shop" },
        });
        let response = client._post("/graphql", Some(&body)).await.expect("an answer");
        let header = |name: &str| {
            let value = response.headers().get(name).expect("a header");
            value.to_str().expect("text").to_owned()
        };
        let limits = (header("x-ratelimit-resource"), header("x-ratelimit-used"));
        let text = client.body_to_string(response).await.expect("text");
        let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        (answer, limits)
    };
    let (refused, (resource, used)) = ask(49).await;
    assert_eq!(
        refused["errors"][0]["type"], "MAX_NODE_LIMIT_EXCEEDED",
        "100 + 10,000 + 490,000"
    );
    assert_eq!(
        (refused.get("data"), resource.as_str(), used.as_str()),
        (None, "graphql", "0")
    );
    let (answered, (_, used)) = ask(48).await;
    assert_eq!(
        answered["data"]["repository"]["pullRequests"]["nodes"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(used, "102", "1 + 100 + 10,000 connections");
    let (refused, _) = ask(101).await;
    assert_eq!(refused["errors"][0]["type"], "EXCESSIVE_PAGINATION");
}
