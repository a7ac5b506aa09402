//! One opt-out, everywhere.
use peerlore::cli::organisation;
use peerlore::model::ids::PullKey;
use peerlore::model::skill::Area;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::at_risk;
use peerlore::pipeline::buddies;
use peerlore::pipeline::flow;
use peerlore::pipeline::offboarding;
use peerlore::pipeline::onboarding;
use peerlore::pipeline::opt_out;
use peerlore::pipeline::participation;
use peerlore::pipeline::profile;
use peerlore::pipeline::rebuild;
use peerlore::pipeline::silent;
use peerlore::store::circles;
use peerlore::store::contents;
use peerlore::store::corrections;
use peerlore::store::edges;
use peerlore::store::file_work;
use peerlore::store::lessons;
use peerlore::store::members;
use peerlore::store::past;
use peerlore::store::people;
use peerlore::store::profiles;
use peerlore::store::pulls;
use peerlore::store::reader::Reader;
use peerlore::store::reviews;
use peerlore::store::suggestions;
use peerlore::store::team_pages;
use peerlore::store::teams;
use peerlore::store::tenants;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::order::learned;
use crate::order::story;

const LATER: i64 = TODAY + DAY;

/// All that people or the ranker are given about a tenant, by the function that gives it.
#[expect(
    clippy::too_many_lines,
    reason = "a list: one line for each function of the store that is read"
)]
pub async fn everything_read(peerlore: &Peerlore, keys: &[PullKey]) -> Vec<(&'static str, String)> {
    let id = peerlore.tenant().await;
    let now = at(LATER + 60);
    let mut conn = peerlore.conn().await;
    let conn = &mut *conn;
    let mut read: Vec<(&'static str, String)> = Vec::new();
    macro_rules! read {
        ($name:literal, $call:expr) => {{
            let found = $call.await.expect($name);
            read.push(($name, format!("{found:?}")));
            found
        }};
    }
    let span = |repo| past::Span {
        repo,
        since: at(0),
        before: now,
        limit: None,
    };
    let settings = &peerlore.settings;
    let vacancy = |key| past::Vacancy {
        key,
        author: None,
        at: now,
        past: false,
    };
    read!("tenants::repos", tenants::repos(conn, id));
    let everything = Reader::of_everything(id);
    read!("at_risk::of", at_risk::of(conn, &everything, None, now));
    read!(
        "at_risk::of, later",
        at_risk::of(conn, &everything, None, at(LATER + 95 * DAY))
    );
    read!("at_risk::skills", at_risk::skills(conn, &everything, now));
    read!(
        "at_risk::skills, later",
        at_risk::skills(conn, &everything, at(LATER + 95 * DAY))
    );
    read!("teams::places", teams::places(conn, id, now));
    for slug in ["payments", "web"] {
        read!("teams::people_of", teams::people_of(conn, id, slug, now));
    }
    read!("members::standing", members::standing(conn, id, None, now));
    read!("circles::known", circles::known(conn, id));
    read!("circles::co_reviews", circles::co_reviews(conn, id, (at(0), now)));
    let reader = Reader::of_everything(id);
    read!("team_pages::teams", team_pages::teams(conn, &reader, now));
    read!("team_pages::places", team_pages::places(conn, &reader, now));
    read!("team_pages::holders", team_pages::holders(conn, &reader, at(0)));
    read!("team_pages::told", team_pages::told(conn, &reader, at(0)));
    let standing = read!("people::standing", people::standing(conn, id));
    read!("profiles::logins", profiles::logins(conn, id)).len();
    read.last_mut().expect("a line").1 = {
        let mut logins: Vec<_> = profiles::logins(conn, id).await.expect("logins").into_iter().collect();
        logins.sort();
        format!("{logins:?}")
    };
    let which = profiles::Which {
        person: None,
        before: None,
        limit: 1_000,
    };
    read!(
        "profiles::lessons",
        profiles::lessons(conn, &Reader::of_everything(id), which)
    );
    let languages = ["Rust", "Markdown"];
    read!(
        "profiles::area_rates",
        profiles::area_rates(conn, &reader, &languages, at(0))
    );
    read!("edges::graph", edges::graph(conn, id, edges::Ends::Any));
    read!("corrections::labelled", corrections::labelled(conn, id));
    read!("lessons::totals", lessons::totals(conn, id));
    read!(
        "past::past_pulls",
        past::past_pulls(conn, &Reader::of_everything(id), span(None))
    );
    read!("past::who_left", past::who_left(conn, id, now));
    read!(
        "past::languages",
        past::languages(conn, &reader, &["Rust".to_owned(), "TypeScript".to_owned()], now)
    );
    read!("reviews::answers", reviews::answers(conn, &reader, at(0)));
    read!("pulls::open", pulls::open(conn, &Reader::of_everything(id), None, 100));
    read!(
        "silent::experts",
        silent::experts(conn, &Reader::of_everything(id), now)
    );
    for area in Area::ALL {
        read!("profile::holders", profile::holders(conn, id, area, now));
    }
    read!("flow::of", flow::of(conn, &reader, 4, now));
    read!("participation::of", participation::of(conn, &reader, None, now));
    read!("onboarding::of", onboarding::of(conn, &reader, None, now));
    for person in standing.iter().filter(|person| person.login != "ben") {
        let own = organisation::as_person(conn, id, person.id)
            .await
            .expect("the database");
        read!("buddies::buddies", buddies::buddies(conn, &own, now));
        read!(
            "participation::connections",
            participation::connections(conn, &own, now)
        );
        let month = chrono::NaiveDate::from_ymd_opt(2099, 1, 1).expect("a month");
        let over = at(30 * DAY);
        read!(
            "participation::thanks",
            participation::thanks(conn, &own, (month, over))
        );
    }
    let others = standing.iter().map(|person| person.login.clone());
    for login in others.filter(|login| login != "ben") {
        read!("offboarding::of", offboarding::of(conn, &reader, &login, now));
    }
    let addresses = Addresses {
        own: String::new(),
        host: String::new(),
    };
    for person in &standing {
        read!(
            "profile::profile",
            profile::profile(conn, &Reader::of_everything(id), person, (now, &addresses))
        );
        read!(
            "profiles::reviewed_pulls_of",
            profiles::reviewed_pulls_of(conn, &reader, person.id, at(0))
        );
        read!(
            "corrections::seen_by",
            corrections::seen_by(conn, &reader, person.id, 100)
        );
        read!("people::by_login", people::by_login(conn, id, &person.login));
    }
    if let Some(key) = keys.first() {
        read!("file_work::kept", file_work::kept(conn, id, key.repo));
        read!(
            "file_work::merged_since",
            file_work::merged_since(conn, id, key.repo, at(0))
        );
    }
    for key in keys {
        read!("suggestions::of_pull", suggestions::of_pull(conn, id, *key));
        read!("reviews::asked", reviews::asked(conn, id, *key, now));
        read!("past::candidates", past::candidates(conn, id, vacancy(*key), settings));
        read!("contents::committers", contents::committers(conn, id, *key));
        read!("corrections::in_force", corrections::in_force(conn, id, *key));
        read!("contents::files", contents::files(conn, id, *key));
        read!("pulls::pull", pulls::pull(conn, id, *key)).map(|pull| pull.author_login);
        let folders = ["src/ledger/".to_owned(), "src/pages/".to_owned()];
        read!(
            "past::areas_under",
            past::areas_under(conn, id, (key.repo, &folders), now)
        );
    }
    read
}

pub async fn keys(peerlore: &Peerlore) -> Vec<PullKey> {
    let keys = pulls::with_comments(&mut *peerlore.conn().await, peerlore.tenant().await).await;
    keys.expect("the database")
}

/// What still tells of somebody. The number of a pull request's author stays a fact of the path: what people read of it
/// is the login.
fn tells_of(read: &[(&'static str, String)], login: &str, number: &str) -> Vec<String> {
    let quoted = format!("\"{login}\"");
    let tells =
        |(name, text): &&(&str, String)| text.contains(&quoted) || (*name != "pulls::pull" && text.contains(number));
    read.iter()
        .filter(tells)
        .map(|(name, text)| format!("{name}: {text}"))
        .collect()
}

/// A day with `ben` in every part: author, teacher, learner, reviewer, asked, suggested, in a team, a co-author.
async fn with_ben_everywhere() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    peerlore.tell(story(&peerlore.github)).await;
    let own = peerlore
        .open(by("ben", LATER), LEDGER, &[(20, "let guard = pending.lock();")])
        .await;
    let told = peerlore
        .comment(&own, by("cleo", LATER + 1), 20, crate::harness::LOCK)
        .await;
    let heard = crate::corrections::say(&peerlore, "ben", told, &[Area::Concurrency, Area::Testing]).await;
    assert_eq!(heard, peerlore::pipeline::correct::Heard::Stored);
    peerlore
        .push(
            &own,
            by("ben", LATER + 2),
            peerlore::demo::github::How::Append,
            &[(20, "let done = 20;")],
        )
        .await;
    let suggested = peerlore
        .open(by("ada", LATER + 3), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    assert_eq!(peerlore.picked(&suggested).await.0, "ben");
    let asked = peerlore
        .open(by("ada", LATER + 4), LEDGER, &[(9, "let nine = 9.0;")])
        .await;
    peerlore
        .tell(peerlore.github.request_reviewer(&asked, by("ada", LATER + 5), "ben"))
        .await;
    assert_eq!(peerlore.picked(&asked).await.0, "asked: ben");
    peerlore
}

async fn all_keys(peerlore: &Peerlore) -> Vec<PullKey> {
    let repo = keys(peerlore).await[0].repo;
    let last: i32 = peerlore.one("select max(number) from pull").await;
    (1..=last).map(|number| PullKey { repo, number }).collect()
}

#[tokio::test]
async fn somebody_who_opted_out_is_absent_from_everything_that_is_read() {
    let peerlore = with_ben_everywhere().await;
    let (id, keys) = (peerlore.tenant().await, all_keys(&peerlore).await);
    let number = format!("PersonId({})", peerlore.person("ben").0);
    let before = everything_read(&peerlore, &keys).await;
    assert!(
        tells_of(&before, "ben", &number).len() > 10,
        "there was something to hide"
    );
    people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("ben"), Some(at(LATER)))
        .await
        .expect("the database");
    let after = everything_read(&peerlore, &keys).await;
    assert_eq!(tells_of(&after, "ben", &number), [""; 0]);
    rebuild::run(&peerlore.app.pipeline, id, |_, _| {})
        .await
        .expect("the database");
    let ben = peerlore.person("ben").0;
    for table in ["edge", "lesson"] {
        let left = format!("select count(*) from {table} where teacher_id = {ben} or learner_id = {ben}");
        assert_eq!(peerlore.one::<i64>(&left).await, 0, "not even stored in {table}");
    }
    assert_eq!(
        tells_of(&everything_read(&peerlore, &keys).await, "ben", &number),
        [""; 0]
    );
}

#[tokio::test]
async fn opting_back_in_and_a_rebuild_bring_everything_back() {
    let peerlore = with_ben_everywhere().await;
    let (id, before) = (peerlore.tenant().await, learned(&peerlore).await);
    let set = async |at| {
        people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("ben"), at)
            .await
            .expect("the database");
        rebuild::run(&peerlore.app.pipeline, id, |_, _| {})
            .await
            .expect("the database");
    };
    set(Some(at(LATER))).await;
    assert_ne!(learned(&peerlore).await, before);
    set(None).await;
    assert_eq!(learned(&peerlore).await, before);
}

#[tokio::test]
async fn coming_back_brings_the_lessons_back_without_a_rebuild() {
    let peerlore = with_ben_everywhere().await;
    let (pipeline, id) = (&peerlore.app.pipeline, peerlore.tenant().await);
    let before = peerlore.graph().await;
    opt_out::out(pipeline, id, peerlore.person("ben"))
        .await
        .expect("the database");
    rebuild::run(pipeline, id, |_, _| {}).await.expect("the database");
    peerlore.run_jobs().await;
    assert_ne!(peerlore.graph().await, before);
    opt_out::back(pipeline, id, peerlore.person("ben"))
        .await
        .expect("the database");
    peerlore.run_jobs().await;
    assert_eq!(peerlore.graph().await, before);
}

#[tokio::test]
async fn where_people_are_to_agree_who_did_not_is_not_named_for_what_hangs_on_them() {
    let peerlore = Peerlore::with_history().await;
    let later = TODAY + 95 * DAY;
    for (n, learner) in (0..).zip(["dan", "finn"]) {
        peerlore.lesson("ada", learner, later + 10 * n).await;
        peerlore.lesson("ada", learner, later + 10 * n + 5).await;
    }
    peerlore
        .tell(peerlore.merged("ada", "dan", "src/two/of.rs", later + 30))
        .await;
    peerlore.asks_first(later + 40).await;
    let reader = Reader::of_everything(peerlore.tenant().await);
    let told = async || {
        let (mut conn, now) = (peerlore.conn().await, at(later + DAY));
        let risk = at_risk::of(&mut conn, &reader, None, now).await.expect("the database");
        let of_ada = offboarding::of(&mut conn, &reader, "ada", now).await;
        (risk, of_ada.expect("the database").expect("she is shown"))
    };
    let (risk, of_ada) = told().await;
    assert!(
        !of_ada.may_be_named && of_ada.files + of_ada.only + of_ada.with_one == 0,
        "{of_ada:?}"
    );
    assert!(of_ada.notes[0].starts_with("They didn't say"), "{of_ada:?}");
    assert!(
        of_ada.modules.is_empty() && of_ada.areas.is_empty() && of_ada.skills.is_empty(),
        "whoever asks about one after the other would find who the one person is: {of_ada:?}"
    );
    let text = serde_json::to_string(&risk).expect("JSON");
    for login in ["ada", "ben", "cleo", "dan", "finn"] {
        assert!(!text.contains(&format!("\"{login}\"")), "{login}: {text}");
    }
    let pages = &risk.modules[0];
    assert_eq!((pages.module.as_str(), pages.files.at_risk), ("shop/pages", 1));
    assert_eq!(pages.at_risk[0].held_by.as_deref(), Some("one person"));
    assert_eq!(risk.areas[0].held_by.as_deref(), Some("one person"));

    peerlore.may_be_asked("ada", true).await;
    let (_, of_ada) = told().await;
    let two = of_ada.modules.iter().find(|module| module.module == "shop/two");
    let two = two.expect("she knows it");
    assert_eq!(
        (two.with_one[0].other.as_str(), two.nearest.as_slice()),
        ("one person", [].as_slice())
    );

    peerlore.may_be_asked("dan", true).await;
    let (risk, of_ada) = told().await;
    assert_eq!(risk.modules[0].at_risk[0].held_by.as_deref(), Some("dan"));
    assert_eq!(risk.areas[0].held_by.as_deref(), Some("ada"));
    let two = of_ada.modules.iter().find(|module| module.module == "shop/two");
    let two = two.expect("she knows it");
    assert_eq!(
        (two.with_one[0].other.as_str(), two.nearest[0].login.as_str()),
        ("dan", "dan")
    );
}
