//! Teams in teams, their maintainers, the organisation's owners, and who is found to have left.
use peerlore::demo::github::failures::Failure;
use peerlore::model::ids::PersonId;
use peerlore::model::person::OrgRole;
use peerlore::model::suggestion::Slot;
use peerlore::pipeline::expire;
use peerlore::store::members;
use peerlore::store::teams;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

/// Who is in which team at a minute: "ada in Payments", with "through" where only by a team in it.
async fn places(peerlore: &Peerlore, minute: i64) -> String {
    let found = teams::places(&mut *peerlore.conn().await, peerlore.tenant().await, at(minute)).await;
    let login = |person: PersonId| {
        let logins = ["ada", "ben", "cleo", "dan", "eve", "finn"];
        logins
            .into_iter()
            .find(|login| peerlore.person(login) == person)
            .expect("one of us")
    };
    let words = found.expect("the database").into_iter().map(|place| {
        let how = if place.direct { "in" } else { "through" };
        format!("{} {how} {}", login(place.person), place.name)
    });
    words.collect::<Vec<_>>().join(", ")
}

const FLAT: &str = "ada in Payments, ben in Payments, cleo in Web, dan in Web";
const NESTED: &str = "ada through Engineering, ben through Engineering, eve in Engineering, ada in Payments, ben in Payments, \
                      cleo in Web, dan in Web";

/// Payments lies in Engineering, of which `eve` is.
async fn nested() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    let github = &peerlore.github;
    peerlore
        .tell(github.add_team(by("ada", 100), "Engineering", "all"))
        .await;
    peerlore
        .tell(github.join_team(by("ada", 101), "engineering", "eve", false))
        .await;
    peerlore
        .tell(github.nest_team(by("ada", 102), "payments", Some("engineering")))
        .await;
    peerlore
}

async fn a_day_later(peerlore: &Peerlore) {
    peerlore.clock.move_to(at(TODAY + DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    peerlore.run_jobs().await;
}

async fn role(peerlore: &Peerlore, login: &str, minute: i64) -> Option<OrgRole> {
    let (id, person) = (peerlore.tenant().await, peerlore.person(login));
    let found = members::role_of(&mut *peerlore.conn().await, id, person, at(minute)).await;
    found.expect("the database")
}

async fn leads(peerlore: &Peerlore, login: &str) -> usize {
    let (id, person) = (peerlore.tenant().await, peerlore.person(login));
    let found = teams::led_by(&mut *peerlore.conn().await, id, person, peerlore.clock.now()).await;
    found.expect("the database").len()
}

#[tokio::test]
async fn children_count_into_the_parent_since_they_lie_in_it() {
    let peerlore = nested().await;
    assert_eq!(places(&peerlore, 103).await, NESTED);
    let before = format!("eve in Engineering, {FLAT}");
    assert_eq!(places(&peerlore, 101).await, before);
    peerlore
        .tell(peerlore.github.nest_team(by("ada", 200), "payments", None))
        .await;
    assert_eq!(places(&peerlore, 200).await, before);
    assert_eq!(places(&peerlore, 199).await, NESTED, "what was stays");
}

#[tokio::test]
async fn a_circle_of_teams_ends() {
    let peerlore = nested().await;
    peerlore
        .tell(
            peerlore
                .github
                .nest_team(by("ada", 103), "engineering", Some("payments")),
        )
        .await;
    let all = places(&peerlore, 104).await;
    assert!(
        all.contains("eve through Payments") && all.contains("ada through Engineering"),
        "{all}"
    );
    peerlore
        .tell(peerlore.github.delete_team(by("ada", 105), "payments"))
        .await;
    assert_eq!(places(&peerlore, 106).await, "cleo in Web, dan in Web");
}

#[tokio::test]
async fn a_list_that_holds_the_children_makes_them_no_direct_members() {
    let peerlore = Peerlore::with_history().await;
    let github = &peerlore.github;
    let _missed = github.add_team(by("ada", 100), "Engineering", "all");
    let _missed = github.join_team(by("ada", 101), "engineering", "eve", false);
    let _missed = github.nest_team(by("ada", 102), "payments", Some("engineering"));
    a_day_later(&peerlore).await;
    assert_eq!(places(&peerlore, TODAY + DAY).await, NESTED);
    peerlore
        .tell(
            peerlore
                .github
                .leave_team(by("ada", TODAY + DAY + 1), "payments", "ben"),
        )
        .await;
    let left = places(&peerlore, TODAY + DAY + 2).await;
    assert!(!left.contains("ben"), "who leaves the child leaves the parent: {left}");
}

#[tokio::test]
async fn whoever_deletes_a_team_deletes_those_in_it_and_a_new_name_is_taken_over() {
    let peerlore = nested().await;
    peerlore
        .tell(peerlore.github.rename_team(by("ada", 150), "payments", "Money"))
        .await;
    assert!(places(&peerlore, 151).await.contains("ada in Money"));
    peerlore
        .tell(peerlore.github.delete_team(by("ada", 160), "engineering"))
        .await;
    assert_eq!(places(&peerlore, 161).await, "cleo in Web, dan in Web");
    let added = peerlore.github.add_team_repository(by("ada", 170), "web", "shop");
    peerlore.tell(added).await;
    assert_eq!(places(&peerlore, 171).await, "cleo in Web, dan in Web");
}

#[tokio::test]
async fn a_department_above_both_makes_nobody_a_team_mate() {
    let peerlore = nested().await;
    peerlore
        .tell(peerlore.github.nest_team(by("ada", 104), "web", Some("engineering")))
        .await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    let suggestion = peerlore.suggestion(&pull).await.expect("a suggestion");
    let Slot::Picked(learner) = &suggestion.learner else {
        panic!("{suggestion:?}")
    };
    let said: Vec<&str> = learner.reasons.iter().map(|reason| reason.words.as_str()).collect();
    assert_eq!(learner.login, "cleo");
    assert!(said.iter().any(|words| words.contains("outside Payments")), "{said:?}");
}

#[tokio::test]
async fn owners_and_maintainers_are_read_with_since_when() {
    let peerlore = Peerlore::with_history().await;
    assert_eq!(role(&peerlore, "ada", 50).await, Some(OrgRole::Owner));
    assert_eq!(role(&peerlore, "ben", 50).await, Some(OrgRole::Member));
    assert_eq!((leads(&peerlore, "cleo").await, leads(&peerlore, "dan").await), (0, 0));
    peerlore.github.set_owner("ben", true);
    peerlore.github.set_owner("ada", false);
    let told = peerlore.github.join_team(by("ada", TODAY), "web", "cleo", true);
    peerlore.tell(told).await;
    assert_eq!(leads(&peerlore, "cleo").await, 0, "the event doesn't tell");
    a_day_later(&peerlore).await;
    assert_eq!(role(&peerlore, "ben", TODAY + DAY).await, Some(OrgRole::Owner));
    assert_eq!(role(&peerlore, "ada", TODAY + DAY).await, Some(OrgRole::Member));
    assert_eq!(
        role(&peerlore, "ben", 50).await,
        Some(OrgRole::Member),
        "what was stays"
    );
    assert_eq!((leads(&peerlore, "cleo").await, leads(&peerlore, "dan").await), (1, 0));
    peerlore
        .tell(peerlore.github.remove_member(by("ada", TODAY + DAY + 1), "ben"))
        .await;
    assert_eq!(role(&peerlore, "ben", TODAY + DAY + 1).await, None);
    peerlore
        .tell(peerlore.github.add_member(by("ada", TODAY + DAY + 2), "ben", true))
        .await;
    assert_eq!(role(&peerlore, "ben", TODAY + DAY + 2).await, Some(OrgRole::Owner));
}

async fn opens(peerlore: &Peerlore) -> (String, String) {
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let twenty = 20.0;")])
        .await;
    peerlore.picked(&pull).await
}

#[tokio::test]
async fn a_leaver_is_found_at_the_door_of_a_suggestion() {
    let peerlore = Peerlore::with_history().await;
    let _missed = peerlore.github.remove_member(by("ada", 100), "ben");
    assert_ne!(opens(&peerlore).await.0, "ben");
    assert_eq!(role(&peerlore, "ben", TODAY).await, None);
    assert!(!places(&peerlore, TODAY).await.contains("ben"));
}

#[tokio::test]
async fn who_changed_the_login_is_suggested_under_the_new_one() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.rename_user("ben", "benno");
    assert_eq!(opens(&peerlore).await.0, "benno");
}

#[tokio::test]
async fn the_name_of_an_account_that_is_gone_is_let_go() {
    let peerlore = Peerlore::with_history().await;
    let (ben, finn) = (peerlore.person("ben"), peerlore.person("finn"));
    peerlore.github.delete_user("ben");
    let (expert, learner) = opens(&peerlore).await;
    assert!(expert != "ben" && learner != "ben" && expert != "ghost");
    let login = |person: PersonId| format!("select login from person where id = {person}");
    assert_eq!(peerlore.one::<String>(&login(ben)).await, "ghost");
    let left = format!("select count(*) from membership where person_id = {ben} and valid_until is null");
    assert_eq!(peerlore.one::<i64>(&left).await, 0);
    peerlore.github.delete_user("finn");
    a_day_later(&peerlore).await;
    assert_eq!(
        peerlore.one::<String>(&login(finn)).await,
        "ghost",
        "found by the daily reading"
    );
    let named = "select count(*) from person where login in ('ben', 'finn')";
    assert_eq!(peerlore.one::<i64>(named).await, 0);
}

#[tokio::test]
async fn who_could_not_be_looked_up_is_looked_up_another_day() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.delete_user("dan");
    peerlore.github.delete_user("finn");
    peerlore
        .github
        .fail_next(Some("GET"), "/user/", 1, Failure::Status(403));
    a_day_later(&peerlore).await;
    let named = "select count(*) from person where login in ('dan', 'finn')";
    assert_eq!(peerlore.one::<i64>(named).await, 2);
    peerlore.clock.move_to(at(TODAY + 3 * DAY));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    peerlore.run_jobs().await;
    assert_eq!(peerlore.one::<i64>(named).await, 0);
}
