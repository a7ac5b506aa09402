//! Silent experts: who could be asked, from the facts that deliveries brought.
use peerlore::demo::github::NewReview;
use peerlore::demo::github::Verdict;
use peerlore::pipeline::silent;
use peerlore::store::reader::Reader;

use crate::harness::DAY;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::pull;

/// A change of the ledger that somebody reviewed.
async fn changed(peerlore: &Peerlore, (author, reviewer): (&str, &str), minute: i64, merged: bool) {
    let github = &peerlore.github;
    let path = format!("src/ledger/entry_{minute}.rs");
    let (name, mut sent) = github.open_pull(by(author, minute), &pull("A change", &path, "1\n"));
    let review = NewReview {
        verdict: Verdict::Approved,
        body: String::new(),
        comments: Vec::new(),
    };
    sent.extend(
        github
            .submit_review(&name, by(reviewer, minute + 1), &review)
            .deliveries,
    );
    sent.extend(if merged {
        github.merge(&name, by(author, minute + 2))
    } else {
        github.close(&name, by(author, minute + 2))
    });
    peerlore.deliver(sent).await;
}

/// Who is listed for which module.
async fn listed(peerlore: &Peerlore) -> Vec<String> {
    let (id, mut conn) = (peerlore.tenant().await, peerlore.conn().await);
    let found = silent::experts(&mut conn, &Reader::of_everything(id), at(TODAY + 2 * DAY)).await;
    let told = |one: silent::CouldBeAsked| format!("{} in {}, {} reviews", one.login, one.module, one.reviews);
    found.expect("the database").into_iter().map(told).collect()
}

/// `finn` wrote much of the ledger and reviewed nothing that was merged.
async fn with_finn() -> Peerlore {
    let peerlore = Peerlore::start().await;
    for n in 0..10 {
        changed(&peerlore, ("finn", "ben"), TODAY + 10 * n, true).await;
    }
    for n in 10..40 {
        let (author, reviewer) = if n % 2 == 0 { ("ada", "ben") } else { ("ben", "ada") };
        changed(&peerlore, (author, reviewer), TODAY + 10 * n, true).await;
    }
    peerlore.run_jobs().await;
    assert_eq!(listed(&peerlore).await, ["finn in shop/ledger, 0 reviews"]);
    peerlore
}

#[tokio::test]
async fn who_left_is_not_asked() {
    let peerlore = with_finn().await;
    peerlore
        .tell(peerlore.github.remove_member(by("ada", TODAY + DAY), "finn"))
        .await;
    assert_eq!(listed(&peerlore).await, [""; 0]);
}

#[tokio::test]
async fn who_is_away_is_not_named_until_they_are_back() {
    let peerlore = with_finn().await;
    peerlore.is_away("finn", (at(TODAY), at(TODAY + DAY))).await;
    assert_eq!(listed(&peerlore).await.len(), 1, "yesterday is over");
    peerlore
        .is_away("finn", (at(TODAY + 2 * DAY), at(TODAY + 3 * DAY)))
        .await;
    assert_eq!(listed(&peerlore).await, [""; 0]);
}

#[tokio::test]
async fn a_repository_that_was_taken_away_has_no_experts() {
    let peerlore = with_finn().await;
    let mut taken = peerlore.github.install(by("ada", TODAY + DAY)).remove(0);
    let mut body = taken.json();
    body["action"] = "removed".into();
    body["repositories_removed"] = body["repositories"].take();
    taken.event = "installation_repositories".to_owned();
    taken.body = body.to_string().into_bytes();
    peerlore.tell([taken]).await;
    assert_eq!(listed(&peerlore).await, [""; 0]);
}

#[tokio::test]
async fn reviews_are_counted_on_what_is_counted_as_a_change() {
    let peerlore = with_finn().await;
    for n in 40..46 {
        changed(&peerlore, ("ada", "finn"), TODAY + 10 * n, false).await;
    }
    peerlore.run_jobs().await;
    assert_eq!(listed(&peerlore).await, ["finn in shop/ledger, 0 reviews"]);
}

#[tokio::test]
async fn where_the_organisation_says_so_only_who_agreed_is_named() {
    let peerlore = with_finn().await;
    peerlore.asks_first(TODAY + DAY).await;
    assert_eq!(listed(&peerlore).await, [""; 0]);
    peerlore.may_be_asked("finn", true).await;
    assert_eq!(listed(&peerlore).await, ["finn in shop/ledger, 0 reviews"]);
    peerlore.may_be_asked("finn", false).await;
    assert_eq!(listed(&peerlore).await, [""; 0]);
}
