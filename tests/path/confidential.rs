//! What only some may know is said on no pull request that others read: what was learned in a private repository, what
//! somebody would like to learn and shows nobody, the name of a secret team.
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Change;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::PullName;
use peerlore::demo::github::UserSpec;
use peerlore::pipeline::opt_out;
use peerlore::store::people;

use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::text;

/// A change of the public repository's ledger by `ada`.
async fn opened(peerlore: &Peerlore, minute: i64, line: usize) -> PullName {
    let new = NewPull {
        repo: "site".to_owned(),
        branch: format!("topic-{line}"),
        changes: vec![Change::write(LEDGER, text(&[(line, "let some = 1.0;")]))],
        ..NewPull::default()
    };
    let (pull, sent) = peerlore.github.open_pull(by("ada", minute), &new);
    peerlore.tell(sent).await;
    pull
}

/// `ben` taught concurrency where `private` says, and reviews in a public repository whose ledger is about it.
async fn taught(private: bool) -> (Peerlore, PullName) {
    let peerlore = Peerlore::with_history().await;
    if !private {
        peerlore
            .tell(peerlore.github.publicize(by("ada", TODAY - 50), "shop", true))
            .await;
    }
    for number in 0..3_i64 {
        let minute = TODAY - 40 + 5 * number;
        let line = 20 + usize::try_from(number).expect("a small number");
        let pull = peerlore
            .open(by("ada", minute), LEDGER, &[(line, "let one = 1.0;")])
            .await;
        let root = peerlore.comment(&pull, by("ben", minute + 1), line, LOCK).await;
        peerlore
            .reply(&pull, by("ada", minute + 2), root, "Good point, done.")
            .await;
        peerlore.tell(peerlore.github.close(&pull, by("ada", minute + 3))).await;
    }
    let files = [
        Change::write(LEDGER, text(&[])),
        Change::write(".github/peerlore.toml", "[skills]\n\"src/ledger/\" = [\"concurrency\"]"),
    ];
    let sent = peerlore
        .github
        .add_repository(by("ada", TODAY - 9), "site", "Rust", &files);
    peerlore.tell(sent).await;
    peerlore
        .tell(peerlore.github.publicize(by("ada", TODAY - 8), "site", true))
        .await;
    let first = opened(&peerlore, TODAY - 7, 10).await;
    let root = peerlore
        .comment(&first, by("ben", TODAY - 6), 10, "Looks good to me.")
        .await;
    assert!(root > 0);
    peerlore.tell(peerlore.github.merge(&first, by("ada", TODAY - 5))).await;
    let pull = opened(&peerlore, TODAY, 11).await;
    (peerlore, pull)
}

/// All that is said of a pull request: our comment, the answer to `why`, and what its page shows.
async fn told(peerlore: &Peerlore, pull: &PullName) -> String {
    let (_, sent) = peerlore
        .github
        .issue_comment(pull, by("ada", TODAY + 1), "/peerlore why");
    peerlore.tell(sent).await;
    let said = peerlore.said(pull);
    assert_eq!(said.len(), 2, "the comment and the answer: {said:?}");
    format!("{said:?} {:?}", peerlore.suggestion(pull).await)
}

#[tokio::test]
async fn what_was_taught_in_private_is_neither_named_nor_counted_in_public() {
    let (peerlore, pull) = taught(true).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
    let said = told(&peerlore, &pull).await;
    assert!(
        said.contains("knows related areas") && !said.contains("concurrency") && !said.contains("3 reviews"),
        "{said}"
    );
    let (peerlore, pull) = taught(false).await;
    let said = told(&peerlore, &pull).await;
    assert!(said.contains("taught concurrency in 3 reviews"), "{said}");
}

/// A change of another repository that `ben` knows; whatever else is written in Rust stands in the shop.
async fn a_change_beside_the_shop(private: bool) -> (Peerlore, PullName) {
    let peerlore = Peerlore::with_history().await;
    let files = [Change::write(LEDGER, text(&[]))];
    let made = peerlore
        .github
        .add_repository(by("ada", TODAY - 9), "site", "Rust", &files);
    peerlore.tell(made).await;
    for repo in ["site", "shop"] {
        let public = repo == "site" || !private;
        let said = peerlore.github.publicize(by("ada", TODAY - 8), repo, public);
        peerlore.tell(said).await;
    }
    let first = opened(&peerlore, TODAY - 7, 9).await;
    peerlore
        .comment(&first, by("ben", TODAY - 6), 9, "Looks good to me.")
        .await;
    peerlore.tell(peerlore.github.merge(&first, by("ada", TODAY - 5))).await;
    let pull = opened(&peerlore, TODAY, 10).await;
    (peerlore, pull)
}

#[tokio::test]
async fn a_language_that_was_used_in_private_is_not_told_in_public() {
    for (private, told) in [(true, false), (false, true)] {
        let (peerlore, pull) = a_change_beside_the_shop(private).await;
        let said = format!("{:?} {:?}", peerlore.said(&pull), peerlore.suggestion(&pull).await);
        assert_eq!(said.contains("knows Rust"), told, "{said}");
        assert_eq!(said.contains("knows related code"), !told, "{said}");
    }
}

/// A change by `ada` that `cleo` could learn from, who would like to learn about concurrency.
async fn wished(shown: bool) -> (Peerlore, PullName) {
    let peerlore = Peerlore::with_history().await;
    wishes(&peerlore, shown).await;
    let file = Change::write(".github/peerlore.toml", "[skills]\n\"src/ledger/\" = [\"concurrency\"]");
    peerlore
        .tell(
            peerlore
                .github
                .push_to_base("shop", by("ada", TODAY - 1), "Settings", &[file]),
        )
        .await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, &[(9, "let nine = 9.0;")]).await;
    assert_eq!(peerlore.picked(&pull).await.1, "cleo");
    (peerlore, pull)
}

async fn wishes(peerlore: &Peerlore, shown: bool) {
    let (id, cleo) = (peerlore.tenant().await, peerlore.person("cleo"));
    let wish = ["concurrency".to_owned()];
    people::set_goals(&mut *peerlore.conn().await, id, cleo, (&wish, &wish), shown)
        .await
        .expect("the database");
}

#[tokio::test]
async fn a_wish_is_told_and_used_only_while_it_is_shown() {
    let (peerlore, pull) = wished(false).await;
    let said = told(&peerlore, &pull).await;
    assert!(!said.contains("wants to learn") && !said.contains("Goal"), "{said}");
    let (peerlore, pull) = wished(true).await;
    assert!(
        peerlore.said(&pull)[0].contains("wants to learn"),
        "{:?}",
        peerlore.said(&pull)
    );
    wishes(&peerlore, false).await;
    let cleo = peerlore.person("cleo");
    let mut conn = peerlore.conn().await;
    opt_out::rewrite(&peerlore.app.pipeline, &mut conn, peerlore.tenant().await, cleo)
        .await
        .expect("the database");
    drop(conn);
    peerlore.run_jobs().await;
    let said = told(&peerlore, &pull).await;
    assert!(!said.contains("wants to learn") && said.contains("cleo"), "{said}");
}

#[tokio::test]
async fn a_secret_team_has_no_name_on_a_pull_request_also_where_it_is_hidden_later() {
    let peerlore = Peerlore::with_history().await;
    let before = peerlore
        .github
        .rename_team(by("ada", TODAY - 1), "payments", "Payments");
    let pull = peerlore.open(by("ada", TODAY), LEDGER, &[(9, "let nine = 9.0;")]).await;
    let said = peerlore.said(&pull);
    assert!(said[0].contains("outside Payments"), "{said:?}");
    peerlore
        .tell(peerlore.github.hide_team(by("ada", TODAY + 1), "payments"))
        .await;
    // Told late: of the time before it was hidden.
    peerlore.tell(before).await;
    let said = told(&peerlore, &pull).await;
    assert!(!said.contains("Payments"), "{said}");
    let asked = peerlore.github.request_team(&pull, by("ada", TODAY + 5), "payments");
    peerlore.tell(asked).await;
    let said = format!("{:?} {:?}", peerlore.said(&pull), peerlore.suggestion(&pull).await);
    assert!(!said.contains("Payments"), "{said}");
}

#[tokio::test]
async fn whose_code_it_is_goes_with_a_hidden_name() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.add_account(&UserSpec {
        login: "gil",
        name: "gil",
        kind: AccountKind::User,
    });
    let began = by("ada", TODAY - 1);
    peerlore.tell(peerlore.github.add_member(began, "gil", false)).await;
    peerlore
        .tell(peerlore.github.join_team(began, "payments", "gil", false))
        .await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, &[(9, "let nine = 9.0;")]).await;
    let said = format!("{:?}", peerlore.suggestion(&pull).await);
    assert!(said.contains("in Payments, whose code this is"), "{said}");
    peerlore
        .tell(peerlore.github.hide_team(by("ada", TODAY + 1), "payments"))
        .await;
    let said = told(&peerlore, &pull).await;
    assert!(said.contains("gil") && !said.contains("Payments"), "{said}");
}

#[tokio::test]
async fn open_reviews_in_private_are_not_counted_aloud_in_public() {
    let (peerlore, pull) = a_change_beside_the_shop(true).await;
    let elsewhere = peerlore
        .open(by("ada", TODAY + 2), LEDGER, &[(12, "let twelve = 12.0;")])
        .await;
    let asked = peerlore
        .github
        .request_reviewer(&elsewhere, by("ada", TODAY + 3), "ben");
    peerlore.tell(asked).await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 4))).await;
    let pull = opened(&peerlore, TODAY + 5, 11).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
    let said = format!("{:?}", peerlore.suggestion(&pull).await);
    assert!(
        said.contains("open reviews elsewhere") && !said.contains("1 open review"),
        "{said}"
    );
}

#[tokio::test]
async fn only_what_is_said_of_teams_goes_with_a_hidden_name_whatever_its_signs() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .tell(
            peerlore
                .github
                .rename_team(by("ada", TODAY - 2), "payments", "Payments @ HQ"),
        )
        .await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, &[(9, "let nine = 9.0;")]).await;
    assert!(peerlore.said(&pull)[0].contains("outside Payments"));
    // A secret team that is called as a folder is.
    peerlore
        .tell(peerlore.github.add_team(by("ada", TODAY + 1), "src", "a secret one"))
        .await;
    for team in ["src", "payments"] {
        peerlore
            .tell(peerlore.github.hide_team(by("ada", TODAY + 2), team))
            .await;
    }
    let said = format!("{:?}", peerlore.suggestion(&pull).await);
    assert!(
        !said.contains("Payments") && said.contains("under `src/ledger/`"),
        "{said}"
    );
}
