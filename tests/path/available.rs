//! When and how much people can be asked: their status, their own days and numbers.
use chrono::Duration;
use peerlore::demo::github::failures::Failure;
use peerlore::model::availability::Absence;
use peerlore::model::availability::Availability;
use peerlore::store::availability;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];

async fn picked(peerlore: &Peerlore, minute: i64) -> (String, String) {
    let pull = peerlore.open(by("ada", minute), LEDGER, LINES).await;
    peerlore.picked(&pull).await
}

async fn chooses(peerlore: &Peerlore, login: &str, chosen: &Availability) {
    let (id, person) = (peerlore.tenant().await, peerlore.person(login));
    let set = availability::set(&mut *peerlore.conn().await, id, person, chosen).await;
    set.expect("the database");
}

fn statuses_asked(peerlore: &Peerlore) -> usize {
    let asked = peerlore.github.requests();
    asked.iter().filter(|one| one.path == "/graphql").count()
}

#[tokio::test]
async fn who_says_to_be_busy_is_not_suggested_and_nobody_learns_why() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.set_busy("ben", None);
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    let suggestion = peerlore.suggestion(&pull).await.expect("a suggestion");
    assert_eq!(suggestion.left_out.away, 1);
    assert!(!format!("{suggestion:?}").contains("ben"));
    assert!(!peerlore.said(&pull).concat().contains("busy"));
    assert_eq!(statuses_asked(&peerlore), 1, "one call for all");
    picked(&peerlore, TODAY + 10).await;
    assert_eq!(statuses_asked(&peerlore), 1, "remembered for an hour");
    picked(&peerlore, TODAY + 70).await;
    assert_eq!(statuses_asked(&peerlore), 2);
}

#[tokio::test]
async fn a_status_that_is_over_or_unknown_hinders_nobody() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.set_busy("ben", Some(at(TODAY - 1)));
    assert_eq!(picked(&peerlore, TODAY).await.0, "ben");
    peerlore.github.set_busy("ben", None);
    for failure in [Failure::Status(403), Failure::Status(404), Failure::Status(502)] {
        peerlore.sql("delete from shown_status").await;
        peerlore.github.fail_next(Some("POST"), "/graphql", 1, failure);
        assert_eq!(picked(&peerlore, TODAY + 1).await.0, "ben", "{failure:?}");
    }
}

#[tokio::test]
async fn one_login_that_is_unknown_leaves_what_is_known_of_the_others() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.set_busy("ben", None);
    peerlore.github.rename_user("cleo", "clio");
    let (expert, learner) = picked(&peerlore, TODAY).await;
    assert_ne!(expert, "ben");
    assert_ne!(learner, "ben");
}

#[tokio::test]
async fn an_absence_holds_from_its_first_day_to_its_last() {
    let peerlore = Peerlore::with_history().await;
    // The tests' first minute is nine in the morning.
    let midnight = TODAY + 15 * 60;
    let day = at(midnight).date_naive();
    let chosen = Availability {
        absences: vec![Absence {
            first_day: day,
            last_day: day + Duration::days(1),
        }],
        ..Availability::default()
    };
    chooses(&peerlore, "ben", &chosen).await;
    assert_eq!(picked(&peerlore, midnight - 1).await.0, "ben", "the evening before");
    let pull = peerlore.open(by("ada", midnight), LEDGER, LINES).await;
    assert_ne!(peerlore.picked(&pull).await.0, "ben", "the first minute");
    assert_eq!(peerlore.suggestion(&pull).await.expect("a suggestion").left_out.away, 1);
    assert_ne!(
        picked(&peerlore, midnight + 2 * DAY - 1).await.0,
        "ben",
        "the last minute"
    );
    assert_eq!(picked(&peerlore, midnight + 2 * DAY).await.0, "ben", "back");
    let (id, ben) = (peerlore.tenant().await, peerlore.person("ben"));
    let today = at(midnight + 2 * DAY).date_naive();
    let shown = availability::of_person(&mut *peerlore.conn().await, id, ben, today).await;
    assert_eq!(shown.expect("the database").absences, [], "what is over isn't shown");
}

#[tokio::test]
async fn being_away_is_no_obstacle_to_a_direct_ask() {
    let peerlore = Peerlore::with_history().await;
    let day = at(TODAY).date_naive();
    let chosen = Availability {
        absences: vec![Absence {
            first_day: day,
            last_day: day,
        }],
        ..Availability::default()
    };
    chooses(&peerlore, "ben", &chosen).await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    let asked = peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "ben");
    peerlore.tell(asked).await;
    assert_eq!(peerlore.picked(&pull).await.0, "asked: ben");
}

#[tokio::test]
async fn own_numbers_are_stricter_than_the_settings_and_never_looser() {
    let peerlore = Peerlore::with_history().await;
    let one_a_day = Availability {
        daily_cap: Some(1),
        ..Availability::default()
    };
    chooses(&peerlore, "ben", &one_a_day).await;
    assert_eq!(picked(&peerlore, TODAY).await.0, "ben");
    let pull = peerlore.open(by("ada", TODAY + 1), LEDGER, LINES).await;
    assert_ne!(peerlore.picked(&pull).await.0, "ben");
    assert!(
        peerlore
            .suggestion(&pull)
            .await
            .expect("a suggestion")
            .left_out
            .daily_cap
            >= 1
    );
    let many = Availability {
        daily_cap: Some(90),
        ..Availability::default()
    };
    chooses(&peerlore, "ben", &many).await;
    let mut last = String::new();
    for minute in 2..8 {
        last = picked(&peerlore, TODAY + minute).await.0;
    }
    assert_ne!(last, "ben", "four a day is what the settings allow");
}

#[tokio::test]
async fn no_mentoring_budget_is_no_learner_s_place_but_still_an_expert_s() {
    let peerlore = Peerlore::with_history().await;
    let never = Availability {
        mentoring_budget: Some(0),
        ..Availability::default()
    };
    chooses(&peerlore, "cleo", &never).await;
    chooses(&peerlore, "ben", &never).await;
    let (expert, learner) = picked(&peerlore, TODAY).await;
    assert_eq!(expert, "ben");
    assert_ne!(learner, "cleo");
}
