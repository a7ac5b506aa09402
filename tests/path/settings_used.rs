//! What settings files do where they are in force: who and what is ignored, declared, and kept how long.
use peerlore::demo::github::Change;
use peerlore::demo::github::NewPull;
use peerlore::pipeline::expire;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::text;
use crate::settings::FILE;
use crate::settings::change;
use crate::settings::organisation_sets;
use crate::settings::set;

#[tokio::test]
async fn authors_labels_and_drafts_are_ignored_as_the_file_says() {
    let peerlore = Peerlore::with_history().await;
    let open = async |author: &str, minute: i64, labels: &[&str], draft: bool| {
        let new = NewPull {
            repo: "shop".to_owned(),
            title: "A change".to_owned(),
            branch: format!("topic-{minute}"),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            draft,
            changes: vec![Change::write(LEDGER, text(&[(8, "let eight = 8.0;")]))],
            ..NewPull::default()
        };
        let (pull, sent) = peerlore.github.open_pull(by(author, TODAY + minute), &new);
        peerlore.tell(sent).await;
        peerlore.suggestion(&pull).await.is_some()
    };
    assert!(open("dan", 0, &["wip"], false).await);
    assert!(!open("ada", 1, &[], true).await);
    set(
        &peerlore,
        TODAY + 2,
        "[ignore]\nauthors = [\"d*\"]\nlabels = [\"WIP\"]\ndrafts = false\n",
    )
    .await;
    assert!(!open("dan", 3, &[], false).await);
    assert!(!open("ada", 4, &["wip"], false).await);
    assert!(open("ada", 5, &[], true).await);
    assert!(open("ada", 6, &["other"], false).await);
}

#[tokio::test]
async fn ignored_paths_make_nobody_an_expert_and_teach_nothing() {
    let peerlore = Peerlore::with_history().await;
    set(&peerlore, TODAY, "[ignore]\npaths = [\"src/ledger/\"]").await;
    let pull = peerlore
        .open(by("ada", TODAY + 1), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    assert_eq!(peerlore.picked(&pull).await.0, "-");
    peerlore.comment(&pull, by("ben", TODAY + 2), 8, LOCK).await;
    assert_eq!(
        (peerlore.taught().await, peerlore.refused().await),
        (vec![], "mechanical".to_owned())
    );
}

#[tokio::test]
async fn areas_of_a_path_are_taught_beside_those_that_are_read() {
    let peerlore = Peerlore::with_history().await;
    set(&peerlore, TODAY, "[skills]\n\"src/ledger/\" = [\"databases\"]").await;
    let pull = peerlore
        .open(by("ada", TODAY + 1), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    peerlore.comment(&pull, by("ben", TODAY + 2), 8, LOCK).await;
    let mut taught = peerlore.taught().await;
    taught.sort();
    assert_eq!(
        taught,
        ["ben taught ada concurrency: given", "ben taught ada databases: given"]
    );
}

#[tokio::test]
async fn texts_stay_as_long_as_their_repository_says() {
    let peerlore = Peerlore::with_history().await;
    let other = [Change::write(LEDGER, text(&[]))];
    let sent = peerlore.github.add_repository(by("ada", TODAY), "site", "Rust", &other);
    peerlore.tell(sent).await;
    set(&peerlore, TODAY, "retention_days = 200").await;
    for repo in ["shop", "site"] {
        let new = NewPull {
            repo: repo.to_owned(),
            changes: vec![Change::write(LEDGER, text(&[(8, "let eight = 8.0;")]))],
            branch: "topic".to_owned(),
            ..NewPull::default()
        };
        let (pull, sent) = peerlore.github.open_pull(by("ada", TODAY + 1), &new);
        peerlore.tell(sent).await;
        peerlore.comment(&pull, by("ben", TODAY + 2), 8, LOCK).await;
    }
    let left = async |day: i64| {
        peerlore.clock.move_to(at(TODAY + day * DAY));
        expire::run(&peerlore.app.pipeline).await.expect("the database");
        peerlore.run_jobs().await;
        let names = "select coalesce(string_agg(r.name, ' ' order by r.name), '') from comment c
                     join repo r on r.installation_id = c.installation_id and r.id = c.repo_id where c.body is not null";
        peerlore.one::<String>(names).await
    };
    assert_eq!(left(60).await, "shop site");
    assert_eq!(left(100).await, "shop");
    change(&peerlore, "shop", TODAY + 100 * DAY + 1, Change::remove(FILE)).await;
    organisation_sets(&peerlore, TODAY + 100 * DAY + 2, FILE, "retention_days = 120").await;
    assert_eq!(left(119).await, "shop");
    assert_eq!(left(121).await, "");
}

#[tokio::test]
async fn a_longer_half_life_keeps_what_was_passed_on_long_ago() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    let root = peerlore.comment(&pull, by("ben", TODAY + 1), 8, LOCK).await;
    peerlore
        .reply(&pull, by("ada", TODAY + 2), root, "Good catch, thanks! Done.")
        .await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    let minute = TODAY + 150 * DAY;
    let later = peerlore
        .open(by("ada", minute), LEDGER, &[(9, "let nine = 9.0;")])
        .await;
    let before = format!("{:?}", peerlore.suggestion(&later).await);
    set(&peerlore, minute + 1, "half_life = 700").await;
    let after = peerlore
        .open(by("ada", minute + 2), LEDGER, &[(9, "let nine = 9.0;")])
        .await;
    assert_ne!(before, format!("{:?}", peerlore.suggestion(&after).await));
}
