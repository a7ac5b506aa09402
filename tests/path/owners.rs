//! CODEOWNERS and ignored revisions, from the base branch.
use peerlore::demo::github::Change;
use peerlore::demo::github::NewPull;
use peerlore::model::suggestion::ScorePart;
use peerlore::model::suggestion::Slot;
use peerlore::pipeline::opt_out;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::pull;
use crate::harness::text;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];

/// A history, after which the base branch holds these files.
async fn with(files: &[(&str, &str)]) -> Peerlore {
    let peerlore = Peerlore::with_history().await;
    let changes: Vec<Change> = files.iter().map(|(path, text)| Change::write(*path, *text)).collect();
    let pushed = peerlore
        .github
        .push_to_base("shop", by("ada", TODAY - 5), "Own it", &changes);
    peerlore.tell(pushed).await;
    peerlore
}

async fn expert(files: &[(&str, &str)]) -> String {
    let peerlore = with(files).await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    peerlore.picked(&pull).await.0
}

#[tokio::test]
async fn an_owner_who_was_not_asked_is_preferred_and_the_reason_says_why() {
    let peerlore = with(&[(".github/CODEOWNERS", "* @dan\n/src/ledger/ @eve docs@example.com\n")]).await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    let suggestion = peerlore.suggestion(&pull).await.expect("a suggestion");
    let Slot::Picked(owner) = &suggestion.expert else {
        panic!("{suggestion:?}")
    };
    let why: Vec<_> = owner
        .reasons
        .iter()
        .map(|reason| (reason.part, reason.words.as_str()))
        .collect();
    assert_eq!(owner.login, "eve");
    assert_eq!(why, [(ScorePart::Owner, "owns `src/ledger/` by CODEOWNERS")]);
    assert_eq!(
        peerlore.picked(&pull).await.1,
        "cleo",
        "somebody learns beside the owner"
    );
    let kept: String = peerlore.one("select owners::text from base_branch").await;
    assert!(!kept.contains("example.com"), "no address is stored: {kept}");
}

#[tokio::test]
async fn an_owner_who_is_asked_fills_the_place_and_is_never_touched() {
    let peerlore = with(&[("CODEOWNERS", "/src/ledger/ @cleo\n")]).await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert_eq!(
        peerlore.picked(&pull).await.0,
        "cleo",
        "and not the learner, who would fit as well"
    );
    let asked = peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "cleo");
    peerlore.tell(asked).await;
    let (expert, learner) = peerlore.picked(&pull).await;
    assert_eq!(expert, "asked: cleo");
    assert_ne!(learner, "cleo");
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["cleo"]);
    let changed = |one: &&peerlore::demo::github::failures::Asked| one.path.contains("requested_reviewers");
    assert_eq!(peerlore.github.requests().iter().filter(changed).count(), 0);
}

#[tokio::test]
async fn a_team_that_owns_is_its_people_and_takes_the_place_once_asked() {
    let peerlore = with(&[("docs/CODEOWNERS", "ledger @acme/web\n")]).await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    let (expert, learner) = peerlore.picked(&pull).await;
    assert!(["cleo", "dan"].contains(&expert.as_str()), "{expert}");
    assert!(
        !["cleo", "dan"].contains(&learner.as_str()),
        "an owner doesn't learn here: {learner}"
    );
    let asked = peerlore.github.request_team(&pull, by("ada", TODAY + 1), "web");
    peerlore.tell(asked).await;
    assert_eq!(peerlore.picked(&pull).await.0, "asked: Web");
}

#[tokio::test]
async fn the_first_of_the_three_places_counts_and_the_last_line_in_it() {
    let first = (".github/CODEOWNERS", "* @eve\n");
    assert_eq!(expert(&[first, ("CODEOWNERS", "* @finn\n")]).await, "eve");
    let last = ("CODEOWNERS", "/src/ledger/ @finn\n* @eve\n");
    assert_eq!(expert(&[last, ("docs/CODEOWNERS", "* @finn\n")]).await, "eve");
    assert_eq!(
        expert(&[("CODEOWNERS", "* @eve\n/src/ledger/\n")]).await,
        "ben",
        "owned by nobody"
    );
    assert_eq!(
        expert(&[("CODEOWNERS", "/src/ledger/ @eve oops\n")]).await,
        "ben",
        "an invalid line is skipped"
    );
}

#[tokio::test]
async fn who_github_does_not_count_as_an_owner_is_none_here() {
    assert_eq!(expert(&[("CODEOWNERS", "* @other/web\n")]).await, "ben");
    for (role, first) in [("triage", "ben"), ("write", "eve")] {
        let peerlore = with(&[("CODEOWNERS", "* @eve\n")]).await;
        peerlore.github.set_role("eve", role);
        let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
        assert_eq!(peerlore.picked(&pull).await.0, first, "{role}");
    }
}

#[tokio::test]
async fn only_the_base_branch_says_who_owns() {
    let peerlore = Peerlore::with_history().await;
    let new = NewPull {
        changes: vec![
            Change::write(LEDGER, text(LINES)),
            Change::write("CODEOWNERS", "* @eve\n"),
        ],
        ..pull("Take it over", LEDGER, &text(LINES))
    };
    let (pull, sent) = peerlore.github.open_pull(by("ada", TODAY), &new);
    peerlore.tell(sent).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
}

#[tokio::test]
async fn an_owner_who_opted_out_or_is_full_is_not_suggested() {
    let peerlore = with(&[("CODEOWNERS", "* @eve\n")]).await;
    opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person("eve"))
        .await
        .expect("the database");
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
    assert!(!peerlore.said(&pull).concat().contains("`eve`"));
}

#[tokio::test]
async fn commits_that_blame_ignores_teach_nothing_and_make_nobody_an_expert() {
    let peerlore = Peerlore::with_history().await;
    let change = peerlore.open(by("eve", TODAY), LEDGER, LINES).await;
    peerlore.comment(&change, by("finn", TODAY + 1), 20, LOCK).await;
    peerlore
        .tell(peerlore.github.merge(&change, by("eve", TODAY + 2)))
        .await;
    assert_eq!(peerlore.taught().await.len(), 1);
    let next = peerlore
        .open(by("dan", TODAY + DAY), LEDGER, &[(9, "let nine = 9.0;")])
        .await;
    let known = peerlore.picked(&next).await;
    let merged: String = peerlore
        .one(&format!("select merge_sha from pull where number = {}", change.number))
        .await;
    let earlier: String = peerlore.one("select merge_sha from pull where number = 1").await;
    let list = format!("# moved by a tool\n{merged}\n{earlier} # this, too\n");
    let pushed = peerlore.github.push_to_base(
        "shop",
        by("ada", TODAY + DAY + 1),
        "Ignore",
        &[Change::write(".git-blame-ignore-revs", list)],
    );
    peerlore.tell(pushed).await;
    let after = peerlore
        .open(by("dan", TODAY + 2 * DAY), LEDGER, &[(8, "let eight = 8.0;")])
        .await;
    assert_eq!(peerlore.taught().await, [""; 0], "the lesson goes");
    assert!(peerlore.graph().await.is_empty());
    assert_ne!(known.0, "-");
    let (expert, _) = peerlore.picked(&after).await;
    assert!(!["ben", "finn"].contains(&expert.as_str()), "{expert}");
}
