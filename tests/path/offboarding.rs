//! What would be lost if somebody were gone, from the facts that deliveries brought.
use peerlore::model::role::Roles;
use peerlore::pipeline::at_risk;
use peerlore::pipeline::offboarding;
use peerlore::pipeline::offboarding::Offboarding;
use peerlore::store::people;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

async fn of(peerlore: &Peerlore, login: &str) -> Option<Offboarding> {
    let reader = Reader::of_everything(peerlore.tenant().await);
    let found = offboarding::of(&mut *peerlore.conn().await, &reader, login, at(TODAY + DAY)).await;
    found.expect("the database")
}

/// `ben` reviewed the ledger and taught `ada` concurrency there, in two weeks; `cleo` opened a change of it.
async fn with_ben() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    for minute in [TODAY - 7 * DAY, TODAY - 7 * DAY + 10, TODAY - 10, TODAY] {
        peerlore.lesson("ben", "ada", minute).await;
    }
    peerlore
        .open(by("cleo", TODAY + 4), LEDGER, &[(30, "let three = 3.0;")])
        .await;
    peerlore
}

#[tokio::test]
async fn what_is_lost_comes_with_who_is_nearest_and_an_open_pull_request() {
    let peerlore = with_ben().await;
    let found = of(&peerlore, "Ben").await.expect("he is shown");
    assert_eq!((found.files, found.only, found.with_one), (2, 0, 1), "{found:?}");
    assert!(found.notes[0].contains("of the last four years"), "{:?}", found.notes);
    let ledger = &found.modules[0];
    assert_eq!(ledger.with_one[0].path, format!("shop/{LEDGER}"));
    assert_eq!(ledger.with_one[0].other, "ada");
    assert_eq!(ledger.nearest[0].login, "ada");
    assert_eq!(ledger.nearest[0].teams, ["Payments"]);
    assert_eq!(ledger.nearest[0].why, "5 changes in shop/ledger");
    assert_eq!((ledger.pulls.len(), ledger.pulls[0].ask.as_str()), (1, "ada"));
    assert_eq!(ledger.pulls[0].beside, "ben reviews beside them");
    let area = &found.areas[0];
    assert_eq!((area.slug.as_str(), area.other.as_deref()), ("concurrency", None));
    assert_eq!(
        area.nearest,
        [],
        "what ada applied is hers as long as she doesn't show it"
    );
    peerlore
        .sql("update person set shares = '{taken}' where login = 'ada'")
        .await;
    let shown = of(&peerlore, "ben").await.expect("he is shown");
    assert_eq!(shown.areas[0].nearest[0].why, "applied feedback on it");
    assert_eq!(shown.areas[0].pulls[0].ask, "ada");
}

#[tokio::test]
async fn who_is_away_is_asked_for_nothing_and_near_all_the_same() {
    let peerlore = with_ben().await;
    let before = of(&peerlore, "ben").await.expect("he is shown");
    peerlore.is_away("ada", (at(TODAY), at(TODAY + 3 * DAY))).await;
    let found = of(&peerlore, "ben").await.expect("he is shown");
    assert_eq!(
        found.modules[0].nearest, before.modules[0].nearest,
        "else who is away could be read from it"
    );
    assert!(
        found
            .modules
            .iter()
            .all(|module| module.pulls.iter().all(|pull| pull.ask != "ada"))
    );
    assert!(!serde_json::to_string(&found).expect("JSON").contains("away"));
}

#[tokio::test]
async fn nothing_is_shown_of_who_opted_out_or_is_nobody_and_nothing_by_their_name() {
    let peerlore = with_ben().await;
    let id = peerlore.tenant().await;
    people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("ada"), Some(at(TODAY)))
        .await
        .expect("the database");
    assert_eq!(of(&peerlore, "ada").await, None);
    assert_eq!(of(&peerlore, "nobody-at-all").await, None);
    let of_ben = of(&peerlore, "ben").await.expect("he is shown");
    assert_eq!((of_ben.only, of_ben.with_one), (1, 0));
    assert!(!serde_json::to_string(&of_ben).expect("JSON").contains("ada"));
}

#[tokio::test]
async fn who_may_not_read_a_repository_is_told_nothing_of_it() {
    let peerlore = with_ben().await;
    let stranger = Reader::member(
        peerlore.tenant().await,
        peerlore.person("finn"),
        Roles::owner(),
        Vec::new(),
    );
    let found = offboarding::of(&mut *peerlore.conn().await, &stranger, "ben", at(TODAY + DAY)).await;
    let found = found.expect("the database").expect("he is shown");
    assert_eq!(found.files, 0);
    let text = serde_json::to_string(&found).expect("JSON");
    assert!(
        !text.contains("shop") && !text.contains(PAGES) && !text.contains("concurrency"),
        "{text}"
    );
}

#[tokio::test]
async fn a_first_sign_of_a_skill_is_not_told() {
    let peerlore = Peerlore::with_history().await;
    peerlore.lesson("ben", "ada", TODAY).await;
    let found = of(&peerlore, "ben").await.expect("he is shown");
    assert_eq!(found.areas, []);
    let text = serde_json::to_string(&found).expect("JSON");
    assert!(!text.contains("oncurrency"), "{text}");
}

#[tokio::test]
async fn who_was_not_seen_is_told_as_by_what_is_at_risk() {
    let peerlore = with_ben().await;
    let later = TODAY + 95 * DAY;
    peerlore
        .tell(peerlore.merged("dan", "dan", "src/two/of.rs", later))
        .await;
    let (mut conn, reader) = (peerlore.conn().await, Reader::of_everything(peerlore.tenant().await));
    let risk = at_risk::of(&mut conn, &reader, None, at(later + DAY))
        .await
        .expect("the database");
    let found = offboarding::of(&mut conn, &reader, "dan", at(later + DAY)).await;
    let found = found.expect("the database").expect("he is shown");
    let pages = found.modules.iter().find(|module| module.module == "shop/pages");
    let pages = pages.expect("he knows it");
    assert_eq!(pages.only, [format!("shop/{PAGES}")]);
    let told = risk.modules.iter().find(|module| module.module == "shop/pages");
    assert_eq!(pages.not_seen, told.expect("it is at risk").held_by[0].not_seen);
    assert_eq!(pages.not_seen[0].login, "cleo");
}
