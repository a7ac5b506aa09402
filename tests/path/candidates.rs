//! Who may be suggested: one test for each reason to leave somebody out. Without it `ben` would be the one who knows and
//! `cleo` the one who would learn.
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::PullName;
use peerlore::demo::github::UserSpec;
use peerlore::model::ids::PullKey;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::model::suggestion::LeftOut;
use peerlore::model::suggestion::Slot;
use peerlore::pipeline::gather;
use peerlore::pipeline::gather::Knowledge;
use peerlore::pipeline::gather::Question;
use peerlore::pipeline::suggest;
use peerlore::store::people;
use peerlore::store::suggestions;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;
use crate::harness::pull;
use crate::harness::text;
use crate::harness::who;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];

async fn asked(peerlore: &Peerlore) -> PullName {
    peerlore.open(by("ada", TODAY), LEDGER, LINES).await
}

/// `ben` isn't suggested, and this is how those left out are counted.
async fn without_ben(peerlore: &Peerlore, pull: &PullName) -> LeftOut {
    let (expert, learner) = peerlore.picked(pull).await;
    assert!(expert != "ben" && learner != "ben", "{expert} and {learner}");
    let body = peerlore.said(pull).concat();
    assert!(!body.contains("`ben`"), "{body}");
    peerlore.suggestion(pull).await.expect("a suggestion").left_out
}

async fn with(change: impl FnOnce(&mut Settings)) -> Peerlore {
    let mut settings = Settings {
        surface: Surface::Comment,
        ..Settings::default()
    };
    change(&mut settings);
    let peerlore = Peerlore::with(settings).await;
    peerlore.history().await;
    peerlore
}

#[tokio::test]
async fn somebody_who_is_away() {
    let peerlore = Peerlore::with_history().await;
    peerlore.is_away("ben", (at(TODAY), at(TODAY))).await;
    let pull = asked(&peerlore).await;
    assert_eq!(without_ben(&peerlore, &pull).await.away, 1);
    peerlore
        .tell(
            peerlore
                .github
                .request_reviewer(&pull, by("ada", TODAY + 2 * DAY), "finn"),
        )
        .await;
    peerlore
        .tell(
            peerlore
                .github
                .remove_reviewer(&pull, by("ada", TODAY + 2 * DAY + 1), "finn"),
        )
        .await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben", "back again");
}

#[tokio::test]
async fn somebody_at_their_own_capacity() {
    let peerlore = Peerlore::with_history().await;
    peerlore.sql("update person set capacity = 1 where login = 'ben'").await;
    let other = peerlore.open(by("dan", TODAY - 1), "src/pages/other.rs", LINES).await;
    peerlore
        .tell(peerlore.github.request_reviewer(&other, by("dan", TODAY - 1), "ben"))
        .await;
    let pull = asked(&peerlore).await;
    assert_eq!(without_ben(&peerlore, &pull).await.at_capacity, 1);
}

#[tokio::test]
async fn somebody_with_as_many_open_reviews_as_the_settings_allow() {
    let peerlore = with(|settings| settings.capacity = 1).await;
    let other = peerlore.open(by("dan", TODAY - 1), "src/pages/other.rs", LINES).await;
    peerlore
        .tell(peerlore.github.request_reviewer(&other, by("dan", TODAY - 1), "ben"))
        .await;
    let pull = asked(&peerlore).await;
    assert_eq!(without_ben(&peerlore, &pull).await.at_capacity, 1);
    peerlore.tell(peerlore.github.close(&other, by("dan", TODAY + 1))).await;
    let pull = peerlore.open(by("ada", TODAY + 2), LEDGER, LINES).await;
    assert_eq!(
        peerlore.picked(&pull).await.0,
        "ben",
        "a closed pull request doesn't wait for a review"
    );
}

#[tokio::test]
async fn somebody_who_was_suggested_often_enough_today() {
    let peerlore = with(|settings| settings.daily_cap = 1).await;
    let first = asked(&peerlore).await;
    assert_eq!(peerlore.picked(&first).await.0, "ben");
    let second = peerlore.open(by("ada", TODAY + 1), LEDGER, LINES).await;
    assert!(without_ben(&peerlore, &second).await.daily_cap >= 1);
    let next_day = peerlore.open(by("ada", TODAY + DAY + 1), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&next_day).await.0, "ben");
}

#[tokio::test]
async fn a_learner_whose_week_is_full() {
    let peerlore = with(|settings| settings.mentoring_budget = 1).await;
    let first = asked(&peerlore).await;
    assert_eq!(peerlore.picked(&first).await.1, "cleo");
    let second = peerlore.open(by("ada", TODAY + 1), LEDGER, LINES).await;
    assert_ne!(peerlore.picked(&second).await.1, "cleo");
    assert!(
        peerlore
            .suggestion(&second)
            .await
            .expect("a suggestion")
            .left_out
            .mentoring_budget
            >= 1
    );
    let next_week = peerlore.open(by("ada", TODAY + 7 * DAY + 1), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&next_week).await.1, "cleo");
}

#[tokio::test]
async fn somebody_new_learns_first_where_the_code_is_their_own_teams() {
    let peerlore = Peerlore::with_history().await;
    peerlore.github.add_account(&UserSpec {
        login: "gil",
        name: "gil",
        kind: AccountKind::User,
    });
    let began = by("ada", 5 * DAY);
    peerlore.tell(peerlore.github.add_member(began, "gil", false)).await;
    peerlore
        .tell(peerlore.github.join_team(began, "payments", "gil", false))
        .await;
    let pull = asked(&peerlore).await;
    assert_eq!(peerlore.picked(&pull).await, ("ben".to_owned(), "gil".to_owned()));
    let later = peerlore.open(by("ada", 5 * DAY + 91 * DAY), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&later).await.1, "cleo", "nobody is new for ever");
}

#[tokio::test]
async fn somebody_who_left_the_organisation() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .tell(peerlore.github.remove_member(by("ada", 100), "ben"))
        .await;
    let pull = asked(&peerlore).await;
    assert!(without_ben(&peerlore, &pull).await.not_members >= 1);
}

#[tokio::test]
async fn somebody_who_cannot_read_the_repository_any_more() {
    let peerlore = Peerlore::with_history().await;
    let _nobody_told_us = peerlore.github.remove_member(by("ada", 100), "ben");
    let pull = asked(&peerlore).await;
    assert!(without_ben(&peerlore, &pull).await.not_members >= 1);
}

#[tokio::test]
async fn somebody_who_opted_out() {
    let peerlore = Peerlore::with_history().await;
    let id = peerlore.tenant().await;
    people::set_opt_out(&mut *peerlore.conn().await, id, peerlore.person("ben"), Some(at(100)))
        .await
        .expect("the database");
    let pull = asked(&peerlore).await;
    without_ben(&peerlore, &pull).await;
}

#[tokio::test]
async fn the_author() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ben", TODAY), LEDGER, LINES).await;
    without_ben(&peerlore, &pull).await;
}

#[tokio::test]
async fn a_co_author() {
    let peerlore = Peerlore::with_history().await;
    let title = format!(
        "A change\n\nCo-authored-by: Ben <{}+ben@users.noreply.github.com>",
        peerlore.person("ben").0
    );
    let new = NewPull {
        title,
        ..pull("", LEDGER, &text(LINES))
    };
    let (pull, sent) = peerlore.github.open_pull(by("ada", TODAY), &new);
    peerlore.tell(sent).await;
    without_ben(&peerlore, &pull).await;
}

#[tokio::test]
async fn somebody_who_pushed_to_it() {
    let peerlore = Peerlore::with_history().await;
    let pull = asked(&peerlore).await;
    peerlore
        .push(
            &pull,
            by("ben", TODAY + 1),
            peerlore::demo::github::How::Append,
            &[(21, "let more = 21.0;")],
        )
        .await;
    without_ben(&peerlore, &pull).await;
}

#[tokio::test]
async fn a_bot() {
    let peerlore = Peerlore::start().await;
    let sent = peerlore.merged("ada", "lint[bot]", LEDGER, 10);
    peerlore.tell(sent).await;
    let pull = peerlore.open(by("dan", TODAY), LEDGER, LINES).await;
    assert_ne!(peerlore.picked(&pull).await.0, "lint[bot]");
}

#[tokio::test]
async fn nobody_left_says_why() {
    let peerlore = Peerlore::with_history().await;
    peerlore
        .sql("update person set away_until = '2100-01-01' where login <> 'ada'")
        .await;
    let pull = asked(&peerlore).await;
    let suggestion = peerlore.suggestion(&pull).await.expect("a suggestion");
    let Slot::Nobody { why } = &suggestion.expert else {
        panic!("{suggestion:?}")
    };
    assert_eq!(why, "nobody: 5 away");
    assert_eq!(
        peerlore.said(&pull),
        [""; 0],
        "nothing is said where nobody is suggested"
    );
}

/// Who is a member is known since the App was connected, not since the person joined: before that, whoever was active
/// counts, and what hinders people today says nothing about then.
#[tokio::test]
async fn a_question_about_the_past_is_answered_as_of_then() {
    let peerlore = Peerlore::with_history().await;
    let pull = asked(&peerlore).await;
    let (id, key) = (peerlore.tenant().await, peerlore.key(&pull).await);
    peerlore
        .sql("update membership set valid_from = now() + interval '10 years'")
        .await;
    peerlore.is_away("ben", (at(TODAY), at(TODAY + 9 * DAY))).await;
    let expert = async |knowledge| {
        let question = Question {
            key,
            author: Some(peerlore.person("ada")),
            files: Some(vec![LEDGER.to_owned()]),
            at: at(TODAY),
            knowledge,
        };
        let known = gather::known(
            &mut *peerlore.conn().await,
            id,
            &question,
            (&peerlore.settings, &peerlore.app.pipeline.pasts),
        )
        .await
        .expect("the database");
        who(&known.suggest(&peerlore.settings, at(TODAY), 1).expert)
    };
    assert_eq!(expert(Knowledge::Then).await, "ben");
    assert_ne!(expert(Knowledge::Now).await, "ben");
}

/// Two pull requests that would name the same people, not suggested yet.
async fn two_at_once(peerlore: &Peerlore) -> [PullKey; 2] {
    let first = asked(peerlore).await;
    let second = peerlore.open(by("ada", TODAY + 1), LEDGER, LINES).await;
    peerlore.sql("delete from suggested").await;
    peerlore.sql("delete from suggestion").await;
    [peerlore.key(&first).await, peerlore.key(&second).await]
}

/// Suggests on both, so that each has picked before either is stored.
async fn suggest_together(peerlore: &Peerlore, keys: [PullKey; 2]) {
    let id = peerlore.tenant().await;
    let mut held = peerlore.pool().begin().await.expect("the database");
    suggestions::hold_limits(&mut held, id).await.expect("the lock");
    let run = |key| {
        let pipeline = peerlore.replica().pipeline;
        async move { suggest::run(&pipeline, id, key).await.expect("a suggestion") }
    };
    let both_wait = async {
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                       and database = (select oid from pg_database where datname = current_database())";
        while peerlore.one::<i64>(waiting).await < 2 {}
        held.rollback().await.expect("the database");
    };
    tokio::join!(run(keys[0]), run(keys[1]), both_wait);
}

#[tokio::test]
async fn two_pull_requests_at_once_do_not_overrun_the_daily_cap() {
    let peerlore = with(|settings| settings.daily_cap = 1).await;
    let keys = two_at_once(&peerlore).await;
    suggest_together(&peerlore, keys).await;
    let most = "select max(n) from (select count(distinct number) as n from suggested group by person_id) as each";
    assert_eq!(peerlore.one::<i64>(most).await, 1);
    assert_eq!(peerlore.one::<i64>("select count(*) from suggestion").await, 2);
}

#[tokio::test]
async fn two_pull_requests_at_once_do_not_overrun_the_mentoring_budget() {
    let peerlore = with(|settings| settings.mentoring_budget = 1).await;
    let keys = two_at_once(&peerlore).await;
    suggest_together(&peerlore, keys).await;
    let learners = "select count(*), count(distinct person_id) from suggested where slot = 'learner'";
    let learners: i64 = peerlore
        .one(&format!("select count - n from ({learners}) as l (count, n)"))
        .await;
    assert_eq!(learners, 0, "nobody is the learner of both");
    let experts = "select count(*) from suggested where slot = 'expert'";
    assert_eq!(peerlore.one::<i64>(experts).await, 2, "who knows is suggested on both");
}
