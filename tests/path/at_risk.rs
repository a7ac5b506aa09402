//! What hangs on one person, from the facts that deliveries brought.
use peerlore::model::role::Roles;
use peerlore::pipeline::at_risk;
use peerlore::pipeline::at_risk::AtRisk;
use peerlore::store::people;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

async fn found(peerlore: &Peerlore, minute: i64) -> AtRisk {
    let reader = Reader::of_everything(peerlore.tenant().await);
    found_by(peerlore, &reader, minute).await
}

async fn found_by(peerlore: &Peerlore, reader: &Reader, minute: i64) -> AtRisk {
    let found = at_risk::of(&mut *peerlore.conn().await, reader, None, at(minute)).await;
    found.expect("the database")
}

fn json(found: &AtRisk) -> String {
    serde_json::to_string(found).expect("JSON")
}

/// Files at risk with who holds them.
fn files(found: &AtRisk) -> Vec<(String, Option<String>)> {
    let files = found.modules.iter().flat_map(|module| &module.at_risk);
    files.map(|file| (file.path.clone(), file.held_by.clone())).collect()
}

/// `ben` taught `ada` concurrency.
async fn with_a_lesson() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    peerlore.lesson("ben", "ada", TODAY).await;
    peerlore
}

/// `ben` taught four people concurrency twice: enough to be sure of for a quarter.
async fn with_lessons() -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    for (n, learner) in (0..).zip(["ada", "cleo", "dan", "eve"]) {
        peerlore.lesson("ben", learner, TODAY - 20 + 10 * n).await;
        peerlore.lesson("ben", learner, TODAY - 15 + 10 * n).await;
    }
    peerlore
}

#[tokio::test]
async fn a_file_is_at_risk_once_only_one_who_knows_it_is_active() {
    let peerlore = with_lessons().await;
    let now = found(&peerlore, TODAY + DAY).await;
    assert_eq!((now.files.at_risk, now.files.of), (0, 2));
    assert_eq!(now.areas.len(), 1, "{:?}", now.areas);
    assert_eq!(now.areas[0].held_by.as_deref(), Some("ben"));

    // A quarter later only `ada` and `dan` were seen.
    let later = TODAY + 95 * DAY;
    peerlore.tell(peerlore.merged("ada", "dan", LEDGER, later)).await;
    peerlore.is_away("ben", (at(later - DAY), at(later + 9 * DAY))).await;
    let then = found(&peerlore, later + DAY).await;
    assert_eq!(
        files(&then),
        [(format!("shop/{PAGES}"), Some("dan".to_owned()))],
        "ada and dan know the ledger"
    );
    let held = &then.modules[0].held_by[0];
    assert_eq!((held.login.as_str(), held.not_seen[0].login.as_str()), ("dan", "cleo"));
    let area = &then.areas[0];
    assert_eq!(area.held_by, None);
    assert_eq!(area.not_seen[0].login, "ben");
    assert_eq!(
        area.not_seen[0].since,
        at(TODAY + 16),
        "seen, and nothing of being away"
    );
    assert!(!json(&then).contains("away"));
}

#[tokio::test]
async fn who_gave_a_first_sign_of_a_skill_is_not_named_for_it() {
    let peerlore = with_a_lesson().await;
    let one = found(&peerlore, TODAY + DAY).await;
    assert_eq!((one.areas.as_slice(), one.areas_unsure), ([].as_slice(), 1));
    assert!(!json(&one).contains("\"ben\""));
    peerlore.lesson("ben", "dan", TODAY + 10).await;
    peerlore.lesson("ben", "dan", TODAY + 20).await;
    let three = found(&peerlore, TODAY + DAY).await;
    assert_eq!(three.areas_unsure, 1, "a little less than three lately");
    peerlore.lesson("ben", "ada", TODAY + 30).await;
    let four = found(&peerlore, TODAY + DAY).await;
    assert_eq!((four.areas.len(), four.areas_unsure), (1, 0));
    assert_eq!(four.areas[0].held_by.as_deref(), Some("ben"));
}

#[tokio::test]
async fn who_opted_out_or_left_is_not_in_it() {
    let peerlore = with_a_lesson().await;
    let id = peerlore.tenant().await;
    people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("ben"), Some(at(TODAY)))
        .await
        .expect("the database");
    let without_ben = found(&peerlore, TODAY + DAY).await;
    assert_eq!(
        files(&without_ben),
        [(format!("shop/{LEDGER}"), Some("ada".to_owned()))]
    );
    assert_eq!(
        (without_ben.areas.as_slice(), without_ben.areas_unsure),
        ([].as_slice(), 0)
    );
    assert!(!json(&without_ben).contains("\"ben\""));
    peerlore
        .tell(peerlore.github.remove_member(by("ada", TODAY + 10), "ada"))
        .await;
    let without_both = found(&peerlore, TODAY + DAY).await;
    assert_eq!(files(&without_both), [(format!("shop/{LEDGER}"), None)]);
    assert!(!json(&without_both).contains("\"ada\""));
}

#[tokio::test]
async fn who_may_not_read_a_repository_is_told_nothing_of_it() {
    let peerlore = with_a_lesson().await;
    let id = peerlore.tenant().await;
    let stranger = Reader::member(id, peerlore.person("finn"), Roles::owner(), Vec::new());
    let told = found_by(&peerlore, &stranger, TODAY + 95 * DAY).await;
    assert_eq!((told.files.of, told.whole_modules.of), (0, 0));
    assert_eq!(json(&told).matches("shop").count(), 0);
    assert_eq!((told.areas.len(), told.skills.len()), (0, 0));
    assert_eq!((told.areas_unsure, told.skills_unsure), (0, 0));
    peerlore
        .tell(peerlore.github.publicize(by("ada", TODAY + 20), "shop", true))
        .await;
    assert_eq!(found_by(&peerlore, &stranger, TODAY + 95 * DAY).await.files.of, 2);
}

#[tokio::test]
async fn what_is_older_than_very_many_pull_requests_counts_all_the_same() {
    let peerlore = Peerlore::with_history().await;
    let more = format!(
        "insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at, closed_at, merged_at,
                           base_ref, base_sha, head_ref, head_sha, changed_files, contents_head)
         select r.installation_id, r.id, 1000 + n, p.id, 'More', false, false, t.at, t.at, t.at, t.at, '', '', '', '', 0, 'head'
         from repo r join person p on p.installation_id = r.installation_id and p.login = 'ada'
         cross join (select '{}'::timestamptz as at) t cross join generate_series(1, 50001) n where r.name = 'shop'",
        at(TODAY)
    );
    assert_eq!(peerlore.sql(&more).await, 50_001);
    assert_eq!(found(&peerlore, TODAY + DAY).await.files.of, 2);
}
