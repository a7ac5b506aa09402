//! An organisation without teams: the settings' teams, else circles of people who review each other.
use std::collections::BTreeMap;

use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::model::suggestion::Slot;
use peerlore::pipeline::expire;
use peerlore::pipeline::places;
use peerlore::suggest::query::Grouping;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;

/// Two circles: `ada`, `ben` and `cleo` review each other on the ledger, `dan`, `eve` and `finn` on the pages.
async fn without_teams() -> Peerlore {
    let github = organisation("acme", 1);
    let _sent = github.delete_team(by("ada", 0), "payments");
    let _sent = github.delete_team(by("ada", 0), "web");
    let settings = Settings {
        surface: Surface::Comment,
        ..Settings::default()
    };
    let peerlore = Peerlore::empty(github, settings).await;
    peerlore.tell(peerlore.github.install(by("ada", 1))).await;
    let pairs = [
        ("ada", "ben", LEDGER),
        ("ben", "cleo", LEDGER),
        ("cleo", "ada", LEDGER),
        ("dan", "eve", PAGES),
        ("eve", "finn", PAGES),
        ("finn", "dan", PAGES),
    ];
    for (minute, (author, reviewer, path)) in (1..).zip(pairs) {
        peerlore
            .tell(peerlore.merged(author, reviewer, path, 10 * minute))
            .await;
    }
    peerlore
}

async fn known(peerlore: &Peerlore, chosen: &BTreeMap<String, Vec<String>>) -> places::Places {
    let id = peerlore.tenant().await;
    let found = places::known(&mut *peerlore.conn().await, id, chosen, (at(TODAY), true)).await;
    found.expect("the database")
}

#[tokio::test]
async fn the_learner_comes_from_another_circle_and_the_reason_says_so() {
    let peerlore = without_teams().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    let suggestion = peerlore.suggestion(&pull).await.expect("a suggestion");
    let Slot::Picked(learner) = &suggestion.learner else {
        panic!("{suggestion:?}")
    };
    assert!(
        ["dan", "eve", "finn"].contains(&learner.login.as_str()),
        "{}",
        learner.login
    );
    let said: Vec<&str> = learner.reasons.iter().map(|reason| reason.words.as_str()).collect();
    assert!(
        said.contains(&"from another circle of reviewers (no teams are set up)"),
        "{said:?}"
    );
    assert!(peerlore.said(&pull)[0].contains("no teams are set up"));
}

#[tokio::test]
async fn circles_are_found_daily_and_keep_their_numbers() {
    let peerlore = without_teams().await;
    let of = "select string_agg(p.login || c.circle, ' ' order by p.login) from circle_place c join person p on p.id = c.person_id";
    peerlore.clock.move_to(at(TODAY));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    peerlore.run_jobs().await;
    assert_eq!(peerlore.one::<String>(of).await, "ada1 ben1 cleo1 dan2 eve2 finn2");
    for minute in [1, 5] {
        peerlore
            .tell(peerlore.merged("dan", "eve", PAGES, TODAY + minute))
            .await;
    }
    peerlore
        .sql("update circle_place set circle = 7 where circle = 2")
        .await;
    peerlore.clock.move_to(at(TODAY + DAY + 10));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    peerlore.run_jobs().await;
    assert_eq!(peerlore.one::<String>(of).await, "ada1 ben1 cleo1 dan7 eve7 finn7");
    let stored = known(&peerlore, &BTreeMap::new()).await;
    assert_eq!((stored.grouping, stored.places.len()), (Grouping::Circles, 6));
}

#[tokio::test]
async fn the_settings_teams_come_before_circles_and_after_real_teams() {
    let peerlore = without_teams().await;
    let team = |logins: &[&str]| logins.iter().map(|login| (*login).to_owned()).collect::<Vec<_>>();
    let chosen = BTreeMap::from([
        ("Money".to_owned(), team(&["ada", "Eve", "nobody"])),
        ("Rest".to_owned(), team(&["dan"])),
    ]);
    let found = known(&peerlore, &chosen).await;
    let names: Vec<&str> = found.places.iter().map(|place| place.name.as_str()).collect();
    assert_eq!(
        (found.grouping, names),
        (Grouping::Teams, vec!["Money", "Money", "Rest"])
    );
    let real = Peerlore::with_history().await;
    assert!(
        known(&real, &chosen)
            .await
            .places
            .iter()
            .all(|place| place.name != "Money")
    );
}

#[tokio::test]
async fn an_outside_collaborator_is_evidence_and_no_candidate() {
    let peerlore = Peerlore::with_history().await;
    let id = peerlore.github.add_account(&peerlore::demo::github::UserSpec {
        login: "olga",
        name: "Olga",
        kind: peerlore::demo::github::AccountKind::User,
    });
    for minute in [100, 110, 120] {
        peerlore.tell(peerlore.merged("ada", "olga", LEDGER, minute)).await;
    }
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    let (expert, learner) = peerlore.picked(&pull).await;
    assert!(expert == "ben" && learner != "olga", "{expert} and {learner}");
    let seen = format!("select count(*) from review where reviewer_id = {id}");
    assert_eq!(peerlore.one::<i64>(&seen).await, 3);
}
