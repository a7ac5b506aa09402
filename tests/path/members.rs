//! Members and teams: read at the first event, read again, whatever webhook was missed.
use std::path::Path;

use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Settings;
use peerlore::pipeline::expire;

use crate::commands;
use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::at;
use crate::harness::by;
use crate::harness::organisation;

/// A Peerlore that was started after the App was installed: no event told it of that.
async fn started_late() -> Peerlore {
    Peerlore::empty(organisation("acme", 1), Settings::default()).await
}

async fn opens(peerlore: &Peerlore, minute: i64) {
    peerlore
        .open(by("ada", minute), LEDGER, &[(4, "let four = 4.0;")])
        .await;
}

/// The logins of the members and the names of the teams that are known.
async fn known(peerlore: &Peerlore) -> (String, String) {
    let members = "select coalesce(string_agg(p.login, ' ' order by p.login), '') from membership m
        join person p on p.installation_id = m.installation_id and p.id = m.person_id where m.valid_until is null";
    let teams = "select coalesce(string_agg(name, ' ' order by name), '') from team where deleted_at is null";
    (peerlore.one(members).await, peerlore.one(teams).await)
}

fn everybody() -> (String, String) {
    ("ada ben cleo dan eve finn".to_owned(), "Payments Web".to_owned())
}

/// An hour's clean-up, so many minutes after the beginning.
async fn tick(peerlore: &Peerlore, minute: i64) {
    peerlore.clock.move_to(at(minute));
    expire::run(&peerlore.app.pipeline).await.expect("the clean-up");
    peerlore.run_jobs().await;
}

fn times_asked(peerlore: &Peerlore) -> usize {
    let asked = peerlore.github.requests();
    asked
        .iter()
        .filter(|one| one.path.starts_with("/orgs/acme/members?per_page"))
        .count()
}

/// The same event, from an installation with another number.
fn of_installation(mut one: Delivery, number: i64) -> Delivery {
    let mut body = one.json();
    body["installation"]["id"] = number.into();
    one.body = serde_json::to_vec(&body).expect("JSON");
    one
}

/// The App is taken out of the organisation; GitHub sends this under its old number.
fn uninstalled(peerlore: &Peerlore, minute: i64) -> Delivery {
    let mut one = peerlore.github.install(by("ada", minute)).remove(0);
    let mut body = one.json();
    body["action"] = "deleted".into();
    one.body = serde_json::to_vec(&body).expect("JSON");
    one
}

async fn is_removed(peerlore: &Peerlore) -> bool {
    peerlore.one("select removed_at is not null from installation").await
}

#[tokio::test]
async fn they_are_read_though_the_installing_was_missed() {
    let peerlore = started_late().await;
    opens(&peerlore, 1).await;
    assert_eq!(known(&peerlore).await, everybody());
    opens(&peerlore, 2).await;
    assert_eq!(times_asked(&peerlore), 1, "an event doesn't ask again");
}

#[tokio::test]
async fn they_are_read_again_a_day_later() {
    let peerlore = started_late().await;
    opens(&peerlore, 1).await;
    let _missed = peerlore.github.remove_member(by("ada", 2), "finn");
    tick(&peerlore, 1 + DAY).await;
    assert_eq!(known(&peerlore).await, everybody(), "a day isn't over");
    tick(&peerlore, 2 + DAY).await;
    assert_eq!(known(&peerlore).await.0, "ada ben cleo dan eve");
    assert_eq!(times_asked(&peerlore), 2);
    tick(&peerlore, 3 + DAY).await;
    assert_eq!(times_asked(&peerlore), 2);
}

#[tokio::test]
async fn what_could_not_be_read_is_asked_for_again_at_the_next_hour_and_not_at_each_event() {
    let peerlore = started_late().await;
    peerlore
        .github
        .fail_next(None, "/orgs/acme/members", 2, Failure::Status(403));
    for minute in 1..4 {
        opens(&peerlore, minute).await;
    }
    assert_eq!(times_asked(&peerlore), 1);
    tick(&peerlore, 60).await;
    assert_eq!(known(&peerlore).await.1, "", "refused again");
    tick(&peerlore, 120).await;
    assert_eq!(known(&peerlore).await, everybody());
}

#[tokio::test]
async fn a_team_whose_deletion_was_missed_goes() {
    let peerlore = started_late().await;
    opens(&peerlore, 1).await;
    peerlore
        .sql("insert into team (installation_id, id, slug, name) select id, 7, 'old', 'Old' from installation")
        .await;
    tick(&peerlore, 2 + DAY).await;
    assert_eq!(known(&peerlore).await, everybody());
}

#[tokio::test]
async fn an_event_of_a_new_installation_brings_back_an_account_that_had_removed_the_app() {
    let peerlore = Peerlore::start().await;
    peerlore.tell([uninstalled(&peerlore, 2)]).await;
    assert!(is_removed(&peerlore).await);
    let _missed = peerlore.github.remove_member(by("ada", 3), "finn");
    let late = peerlore
        .github
        .add_team(by("ada", 3), "Late", "of the old installation")
        .remove(0);
    peerlore.tell([late]).await;
    assert!(
        is_removed(&peerlore).await,
        "the old installation doesn't come back by a late event"
    );

    let again = peerlore
        .github
        .add_team(by("ada", 4), "New", "of the new one")
        .remove(0);
    peerlore.tell([of_installation(again, 777)]).await;
    assert!(!is_removed(&peerlore).await);
    assert_eq!(peerlore.one::<i64>("select external_id from installation").await, 777);
    assert_eq!(
        known(&peerlore).await.0,
        "ada ben cleo dan eve",
        "members are read anew"
    );

    let mut redelivered = uninstalled(&peerlore, 5);
    redelivered.id = "the-old-one-again".to_owned();
    peerlore.tell([redelivered]).await;
    assert!(
        !is_removed(&peerlore).await,
        "that the old one went is no news of the new one"
    );
}

#[tokio::test]
async fn an_uninstalling_whose_account_was_unknown_holds_against_late_events() {
    let peerlore = started_late().await;
    let late = peerlore.github.add_team(by("ada", 1), "Late", "told late").remove(0);
    peerlore.tell([uninstalled(&peerlore, 2), late]).await;
    assert!(is_removed(&peerlore).await);
    assert_eq!(times_asked(&peerlore), 0);
}

#[tokio::test]
async fn doctor_says_that_they_were_never_read() {
    let peerlore = Peerlore::start().await;
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/app-key.pem");
    let look = || {
        let mut doctor = commands::peerlore(&peerlore, &["doctor", "--json"]);
        doctor
            .env("PEERLORE_GITHUB_API_URL", "http://127.0.0.1:1")
            .env("PEERLORE_GITHUB_APP_ID", "1")
            .env("PEERLORE_GITHUB_PRIVATE_KEY_FILE", &key);
        commands::finding(&mut doctor, "members").expect("a finding")
    };
    assert_eq!(look()["verdict"], "ok");
    peerlore.sql("update installation set members_known_at = null").await;
    let found = look();
    assert_eq!(found["verdict"], "fail");
    assert!(found["said"].as_str().expect("words").contains("acme"), "{found:#}");
}
