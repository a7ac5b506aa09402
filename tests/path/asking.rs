//! Commands in comments: who may give them, what they do, and that each is done once.
use insta::assert_snapshot;
use peerlore::demo::github::AccountKind;
use peerlore::demo::github::Act;
use peerlore::demo::github::PullName;
use peerlore::demo::github::UserSpec;
use peerlore::demo::github::delivery::Delivery;
use peerlore::demo::github::failures::Failure;
use peerlore::model::settings::Settings;
use peerlore::model::settings::Surface;
use peerlore::pipeline::opt_out;
use serde_json::Value;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::PAGES;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::at;
use crate::harness::by;

const LINES: &[(usize, &str)] = &[(20, "let twenty = 20.0;")];
const EYES: &str = "eyes";
const DONE: &str = "+1";

/// A pull request of `ada` for which `ben` is suggested, and `cleo` to learn.
async fn suggested(surface: Surface) -> (Peerlore, PullName) {
    let peerlore = Peerlore::with(Settings {
        surface,
        ..Settings::default()
    })
    .await;
    peerlore.history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&pull).await, ("ben".to_owned(), "cleo".to_owned()));
    (peerlore, pull)
}

/// Comments, and lets everything happen that follows, at GitHub too.
async fn says(peerlore: &Peerlore, pull: &PullName, act: Act<'_>, words: &str) -> u64 {
    let (comment, sent) = peerlore.github.issue_comment(pull, act, words);
    peerlore.tell(sent).await;
    follow(peerlore).await;
    comment
}

async fn follow(peerlore: &Peerlore) {
    peerlore.tell(peerlore.github.take_webhooks()).await;
}

fn reactions(peerlore: &Peerlore, pull: &PullName, comment: u64) -> Vec<String> {
    let all = peerlore.github.reactions_to(pull, comment);
    all.into_iter().map(|(_, content)| content).collect()
}

/// The answers to commands, without their markers.
fn answers(peerlore: &Peerlore, pull: &PullName) -> Vec<String> {
    let said = peerlore.said(pull).into_iter();
    let answers = said.filter(|body| body.starts_with("<!-- peerlore:reply:"));
    let words = |body: String| body.split_once('\n').map(|(_, words)| words.trim().to_owned());
    answers.filter_map(words).collect()
}

/// The comment that shows the suggestion.
fn shown(peerlore: &Peerlore, pull: &PullName) -> String {
    let said = peerlore.said(pull);
    let mut shown: Vec<_> = said
        .into_iter()
        .filter(|body| body.contains("peerlore:suggestion"))
        .collect();
    assert_eq!(shown.len(), 1);
    shown.remove(0)
}

fn calls(peerlore: &Peerlore, method: &str, part: &str) -> usize {
    let asked = peerlore.github.requests();
    asked
        .iter()
        .filter(|one| one.method == method && one.path.contains(part))
        .count()
}

#[tokio::test]
async fn assign_asks_the_expert_and_our_comment_says_why() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    let comment = says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore assign").await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["ben"]);
    assert_eq!(reactions(&peerlore, &pull, comment), [EYES, DONE]);
    let shown = shown(&peerlore, &pull);
    assert!(
        shown.contains("**Asked to review:** `ben` – reviewed 1 change under `src/ledger/`"),
        "{shown}"
    );
    assert!(shown.contains("Someone who knows: `ben`, asked by Peerlore"), "{shown}");
    assert!(
        shown.contains("**Would learn from it:** `cleo`") && !shown.contains('@'),
        "{shown}"
    );
    assert_eq!(answers(&peerlore, &pull), [""; 0], "nobody needs a second comment");
    let again = says(&peerlore, &pull, by("ada", TODAY + 2), "/peerlore assign").await;
    assert_eq!(reactions(&peerlore, &pull, again), [EYES, DONE]);
    assert_eq!(calls(&peerlore, "POST", "requested_reviewers"), 1);
    peerlore
        .tell(peerlore.github.remove_reviewer(&pull, by("ada", TODAY + 3), "ben"))
        .await;
    assert!(!self::shown(&peerlore, &pull).contains("Asked to review"));
}

#[tokio::test]
async fn strangers_command_nothing_on_a_public_repository_but_whoever_opened_the_pull_request_may_ask() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    peerlore
        .tell(peerlore.github.publicize(by("ada", TODAY + 1), "shop", true))
        .await;
    peerlore.github.add_account(&UserSpec {
        login: "mallory",
        name: "mallory",
        kind: AccountKind::User,
    });
    for words in ["suggest", "why", "help", "not-me", "assign", "reroll"] {
        let comment = says(
            &peerlore,
            &pull,
            by("mallory", TODAY + 2),
            &format!("/peerlore {words}"),
        )
        .await;
        assert_eq!(reactions(&peerlore, &pull, comment), [""; 0], "{words}");
    }
    assert_eq!(peerlore.said(&pull), [""; 0]);
    let kept = "select (select count(*) from refused_pick) + (select count(*) from declined)";
    assert_eq!(peerlore.one::<i64>(kept).await, 0);
    let member = says(&peerlore, &pull, by("cleo", TODAY + 3), "/peerlore why").await;
    assert_eq!(reactions(&peerlore, &pull, member)[0], EYES);
    let own = peerlore
        .open(by("mallory", TODAY + 4), LEDGER, &[(22, "let own = 1.0;")])
        .await;
    let theirs = says(&peerlore, &own, by("mallory", TODAY + 5), "/peerlore help").await;
    assert_eq!(reactions(&peerlore, &own, theirs)[0], EYES);
}

#[tokio::test]
async fn who_had_their_share_by_the_settings_file_is_not_asked_by_name() {
    let (peerlore, _) = suggested(Surface::Comment).await;
    crate::settings::set(&peerlore, TODAY + 1, "daily_cap = 1").await;
    let second = peerlore
        .open(by("ada", TODAY + 2), LEDGER, &[(30, "let thirty = 30.0;")])
        .await;
    says(&peerlore, &second, by("ada", TODAY + 3), "/peerlore assign ben").await;
    assert_eq!(peerlore.github.requested_reviewers(&second), [""; 0]);
    assert!(answers(&peerlore, &second)[0].contains("ben"));
}

#[tokio::test]
async fn where_nothing_is_posted_the_answer_says_why() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    says(
        &peerlore,
        &pull,
        by("dan", TODAY + 1),
        "/peerlore assign learner, please",
    )
    .await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["cleo"]);
    let answers = answers(&peerlore, &pull);
    assert!(
        answers.len() == 1 && answers[0].starts_with("**Asked to review:** `cleo` – "),
        "{answers:?}"
    );
}

#[tokio::test]
async fn each_role_may_do_its_part() {
    let roles: [(&str, &str, bool); 12] = [
        ("write", "assign", true),
        ("triage", "assign", true),
        ("read", "assign", false),
        ("write", "reroll", true),
        ("triage", "reroll", true),
        ("read", "reroll", false),
        ("read", "suggest", true),
        ("read", "why", true),
        ("read", "help", true),
        ("read", "not-me", true),
        ("none", "help", false),
        ("none", "assign", false),
    ];
    let (peerlore, pull) = suggested(Surface::Comment).await;
    let mut minute = TODAY;
    for (role, command, may) in roles {
        minute += 10;
        peerlore.github.set_role("eve", role);
        let comment = says(&peerlore, &pull, by("eve", minute), &format!("/peerlore {command}")).await;
        let done = reactions(&peerlore, &pull, comment).contains(&DONE.to_owned());
        assert_eq!(done, may, "{role} {command}");
    }
    let refused = answers(&peerlore, &pull);
    let refused = refused.iter().filter(|words| words.starts_with("Only whoever wrote"));
    assert_eq!(refused.count(), 2, "readers are told, and whoever can't read isn't");
}

#[tokio::test]
async fn the_author_may_do_everything_with_read_access() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    peerlore.github.set_role("ada", "read");
    let comment = says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore reroll").await;
    assert_eq!(reactions(&peerlore, &pull, comment), [EYES, DONE]);
}

#[tokio::test]
async fn reroll_suggests_others_until_nobody_is_left() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore reroll").await;
    let (expert, learner) = peerlore.picked(&pull).await;
    assert!(expert != "ben" && learner != "cleo", "{expert} {learner}");
    for minute in 2..10 {
        says(&peerlore, &pull, by("ada", TODAY + minute), "/peerlore reroll").await;
    }
    assert_eq!(peerlore.picked(&pull).await, ("-".to_owned(), "-".to_owned()));
    let answers = answers(&peerlore, &pull);
    assert!(
        answers.iter().any(|words| words.starts_with("Nobody else.")),
        "{answers:?}"
    );
    assert!(
        answers
            .iter()
            .any(|words| words.starts_with("Others were looked for often enough")),
        "{answers:?}"
    );
}

#[tokio::test]
async fn not_me_picks_again_and_counts_less_afterwards() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore assign").await;
    let comment = says(
        &peerlore,
        &pull,
        by("ben", TODAY + 2),
        "/peerlore not-me left that code. My doctor says so",
    )
    .await;
    assert_eq!(reactions(&peerlore, &pull, comment), [EYES, DONE]);
    assert_eq!(
        peerlore.github.requested_reviewers(&pull),
        [""; 0],
        "what Peerlore asked is taken back"
    );
    assert!(!shown(&peerlore, &pull).contains("`ben`"));
    let other = peerlore.open(by("ada", TODAY + DAY), LEDGER, LINES).await;
    assert_ne!(peerlore.picked(&other).await.0, "ben", "on other pull requests too");
    let kept: String = peerlore
        .one("select string_agg(concat_ws(' ', kind, what, reason), ', ') from declined")
        .await;
    assert_eq!(kept, "folder src/ledger/ left_that_code");
    let bodies: String = peerlore
        .one("select string_agg(body, ' ') from comment where place = 'conversation'")
        .await;
    assert!(
        bodies.contains("/peerlore not-me left-that-code") && !bodies.contains("doctor"),
        "{bodies}"
    );
}

#[tokio::test]
async fn busy_says_nothing_about_what_somebody_knows() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    says(&peerlore, &pull, by("ben", TODAY + 1), "/peerlore not-me busy").await;
    assert_ne!(peerlore.picked(&pull).await.0, "ben");
    let other = peerlore.open(by("ada", TODAY + DAY), LEDGER, LINES).await;
    assert_eq!(peerlore.picked(&other).await.0, "ben");
}

#[tokio::test]
async fn not_me_is_heard_however_many_commands_came_before() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    for _ in 0..11 {
        says(&peerlore, &pull, by("ben", TODAY + 1), "/peerlore help").await;
    }
    let comment = says(&peerlore, &pull, by("ben", TODAY + 2), "/peerlore not-me busy").await;
    assert_eq!(reactions(&peerlore, &pull, comment), [EYES, DONE]);
    assert_ne!(peerlore.picked(&pull).await.0, "ben");
}

#[tokio::test]
async fn a_request_of_somebody_else_stays_after_not_me() {
    let (peerlore, pull) = suggested(Surface::Comment).await;
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, by("ada", TODAY + 1), "ben"))
        .await;
    says(&peerlore, &pull, by("ben", TODAY + 2), "/peerlore not-me").await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["ben"]);
}

#[tokio::test]
async fn why_and_help_are_answered() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    says(&peerlore, &pull, by("dan", TODAY + 1), "/peerlore why").await;
    says(&peerlore, &pull, by("dan", TODAY + 2), "/peerlore assing @ben").await;
    assert_snapshot!(answers(&peerlore, &pull).join("\n---\n"), @r#"
    Someone who knows: `ben`

    - reviewed 1 change under `src/ledger/` in January
    - has reviewed one of this author's changes
    - reviewed 1 change here in the last 90 days

    Someone who would learn, beside a reviewer who knows: `cleo`

    - would be the first person outside Payments to know `src/ledger/`
    - reviewed 1 change under `src/pages/`
    - knows Rust
    - reviewed 1 change under `src/` in January
    - to learn here: `src/ledger/`, from `ben`
    ---
    There is no such command. Did you mean `/peerlore assign`?

    - `/peerlore suggest` works the suggestion out anew and shows it
    - `/peerlore assign` requests the review of whoever is suggested; `assign learner` and `assign LOGIN` work too (author, triage or write)
    - `/peerlore reroll` suggests others (author, triage or write)
    - `/peerlore why` says why these, and who was left out in general terms
    - `/peerlore not-me` leaves you out here; say `busy`, `not-my-area` or `left-that-code` if you like
    - `/peerlore help` says this
    "#);
}

#[tokio::test]
async fn suggest_answers_where_nothing_is_posted() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    says(&peerlore, &pull, by("dan", TODAY + 1), "/peerlore suggest").await;
    let answers = answers(&peerlore, &pull);
    assert!(
        answers[0].starts_with("**Knows this change:** `ben`") && answers[0].lines().count() == 2,
        "{answers:?}"
    );
}

#[tokio::test]
async fn somebody_by_name_is_asked_only_where_every_rule_lets_them() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person("finn"))
        .await
        .expect("the database is there");
    peerlore.sql("update person set capacity = 0 where login = 'eve'").await;
    let commands = ["@ada", "@nobody-here", "@finn", "@eve", "@acme/web", "@lint[bot]"];
    for (minute, login) in (1..).zip(commands) {
        says(
            &peerlore,
            &pull,
            by("ada", TODAY + minute),
            &format!("/peerlore assign {login}"),
        )
        .await;
    }
    assert_eq!(peerlore.github.requested_reviewers(&pull), [""; 0]);
    assert_snapshot!(answers(&peerlore, &pull).join("\n"), @r#"
    `ada` wrote this, at least in part, and nobody reviews their own change.
    `nobody-here` can't be asked here: nobody of that login can be suggested in this repository.
    `finn` can't be asked here: nobody of that login can be suggested in this repository.
    `eve` has enough on their hands for now. Ask somebody else, or ask again another day.
    Name one person, as in `/peerlore assign LOGIN`; teams and bots can't be asked this way.
    Name one person, as in `/peerlore assign LOGIN`; teams and bots can't be asked this way.
    "#);
}

#[tokio::test]
async fn who_is_away_can_be_asked_by_name() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    peerlore
        .sql("update person set away_until = '2200-01-01' where login = 'dan'")
        .await;
    says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore assign @Dan").await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["dan"]);
}

#[tokio::test]
async fn edits_quotes_bots_and_late_ones_command_nothing() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    let (comment, sent) = peerlore.github.issue_comment(&pull, by("ada", TODAY + 1), "Hello");
    peerlore.tell(sent).await;
    peerlore
        .tell(
            peerlore
                .github
                .edit_issue_comment(&pull, by("ada", TODAY + 2), comment, "/peerlore assign"),
        )
        .await;
    let quoted = says(&peerlore, &pull, by("ada", TODAY + 3), "> /peerlore assign").await;
    let robot = says(&peerlore, &pull, by("lint[bot]", TODAY + 4), "/peerlore assign").await;
    let (late, sent) = peerlore
        .github
        .issue_comment(&pull, by("ada", TODAY + 5), "/peerlore assign");
    peerlore.clock.move_to(at(TODAY + 4 * DAY));
    peerlore.tell(sent).await;
    for one in [comment, quoted, robot, late] {
        assert_eq!(reactions(&peerlore, &pull, one), [""; 0]);
    }
    assert_eq!(peerlore.github.requested_reviewers(&pull), [""; 0]);
}

#[tokio::test]
async fn the_same_delivery_twice_is_done_once() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    let (_, sent) = peerlore
        .github
        .issue_comment(&pull, by("ada", TODAY + 1), "/peerlore reroll");
    let mut again = sent.clone();
    for one in &mut again {
        one.id.replace_range(..1, "f");
    }
    peerlore.tell(sent).await;
    let picked = peerlore.picked(&pull).await;
    peerlore.tell(again).await;
    assert_eq!(peerlore.picked(&pull).await, picked);
    assert_eq!(answers(&peerlore, &pull).len(), 1);
}

#[tokio::test]
async fn dying_half_way_does_nothing_twice() {
    let failing = [
        ("assign", "GET", "/permission"),
        ("assign", "POST", "/reactions"),
        ("assign", "POST", "requested_reviewers"),
        ("reroll", "POST", "/issues/3/comments"),
        ("reroll", "GET", "/issues/3/comments"),
        ("why", "POST", "/issues/3/comments"),
    ];
    for (command, method, path) in failing {
        let (peerlore, pull) = suggested(Surface::Web).await;
        peerlore.github.fail_next(Some(method), path, 1, Failure::Status(502));
        let comment = says(&peerlore, &pull, by("ada", TODAY + 1), &format!("/peerlore {command}")).await;
        peerlore.let_time_pass().await;
        follow(&peerlore).await;
        assert_eq!(reactions(&peerlore, &pull, comment), [EYES, DONE], "{command} {path}");
        assert_eq!(answers(&peerlore, &pull).len(), 1, "{command} {path}");
        let refused: i64 = peerlore.one("select count(*) from refused_pick").await;
        assert_eq!(refused, if command == "reroll" { 2 } else { 0 }, "{command} {path}");
    }
}

#[tokio::test]
async fn one_that_was_finished_but_not_noted_is_not_answered_twice() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    let comment = says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore assign").await;
    peerlore
        .sql("update command set state = 'waiting', reply_id = null")
        .await;
    let id = peerlore.tenant().await;
    let comment = peerlore::model::ids::CommentId(i64::try_from(comment).expect("a small number"));
    peerlore::pipeline::command::run(&peerlore.app.pipeline, id, comment)
        .await
        .expect("GitHub is there");
    assert_eq!(answers(&peerlore, &pull).len(), 1);
    assert_eq!(calls(&peerlore, "POST", "requested_reviewers"), 1);
}

#[tokio::test]
async fn a_locked_conversation_takes_no_answer_and_the_command_is_done() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    peerlore.github.lock_conversation(&pull);
    let comment = says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore assign").await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["ben"]);
    assert_eq!(
        (reactions(&peerlore, &pull, comment), answers(&peerlore, &pull)),
        (vec![], vec![])
    );
}

#[tokio::test]
async fn a_review_that_github_declines_is_said() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    peerlore
        .github
        .fail_next(Some("POST"), "requested_reviewers", 1, Failure::Status(422));
    says(&peerlore, &pull, by("ada", TODAY + 1), "/peerlore assign").await;
    assert!(answers(&peerlore, &pull)[0].starts_with("GitHub declined to ask `ben`"));
}

#[tokio::test]
async fn closed_ones_and_drafts_are_told_so() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    peerlore
        .tell(peerlore.github.back_to_draft(&pull, by("ada", TODAY + 1)))
        .await;
    says(&peerlore, &pull, by("ada", TODAY + 2), "/peerlore suggest").await;
    peerlore.tell(peerlore.github.close(&pull, by("ada", TODAY + 3))).await;
    says(&peerlore, &pull, by("ada", TODAY + 4), "/peerlore assign").await;
    says(&peerlore, &pull, by("ada", TODAY + 5), "/peerlore reroll").await;
    let answers = answers(&peerlore, &pull);
    assert!(answers[0].starts_with("This is a draft."), "{answers:?}");
    assert!(
        answers[1..]
            .iter()
            .all(|words| words.starts_with("This pull request is closed")),
        "{answers:?}"
    );
    assert_eq!(peerlore.github.requested_reviewers(&pull), [""; 0]);
}

#[tokio::test]
async fn an_issue_is_no_pull_request() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    let (comment, mut sent) = peerlore
        .github
        .issue_comment(&pull, by("ada", TODAY + 1), "/peerlore suggest");
    sent.iter_mut().for_each(as_issue);
    peerlore.tell(sent).await;
    assert_eq!(reactions(&peerlore, &pull, comment), [""; 0]);
}

/// The same comment on an issue.
fn as_issue(one: &mut Delivery) {
    let mut body: Value = serde_json::from_slice(&one.body).expect("JSON");
    if let Some(issue) = body["issue"].as_object_mut() {
        issue.remove("pull_request");
    }
    one.body = serde_json::to_vec(&body).expect("JSON");
}

#[tokio::test]
async fn hostile_words_come_back_harmless() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    let hostile = [
        "/peerlore assign `x`](https://evil.example)<img src=x>@everyone".to_owned(),
        format!("/peerlore {}", "x".repeat(60_000)),
        "/peerlore assign \u{1F600}".to_owned(),
        "/peerlore <!-- peerlore:suggestion -->".to_owned(),
    ];
    for (minute, words) in (1..).zip(hostile) {
        says(&peerlore, &pull, by("ada", TODAY + minute), &words).await;
    }
    let answers = answers(&peerlore, &pull);
    assert_eq!(answers.len(), 4);
    for words in answers {
        let harmless =
            !words.contains("evil") && !words.contains('<') && !words.contains("@everyone") && words.len() < 1_000;
        assert!(harmless, "{words}");
    }
}

#[tokio::test]
async fn more_than_anybody_needs_are_not_answered() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    for minute in 1..=12 {
        says(&peerlore, &pull, by("dan", TODAY + minute), "/peerlore help").await;
    }
    assert_eq!(answers(&peerlore, &pull).len(), 10);
}

#[tokio::test]
async fn whoever_opts_out_goes_out_of_answers() {
    let (peerlore, pull) = suggested(Surface::Web).await;
    says(&peerlore, &pull, by("dan", TODAY + 1), "/peerlore why").await;
    assert!(answers(&peerlore, &pull)[0].contains("`ben`"));
    opt_out::out(&peerlore.app.pipeline, peerlore.tenant().await, peerlore.person("ben"))
        .await
        .expect("the database is there");
    peerlore.run_jobs().await;
    let answers = answers(&peerlore, &pull);
    assert!(answers.len() == 1 && !answers[0].contains("ben"), "{answers:?}");
}

#[tokio::test]
async fn a_pull_request_from_before_we_came_is_read_first() {
    let peerlore = Peerlore::with(Settings::default()).await;
    peerlore.history().await;
    let new = crate::harness::pull("A change", LEDGER, &crate::harness::text(LINES));
    let (pull, _untold) = peerlore.github.open_pull(by("dan", TODAY), &new);
    says(&peerlore, &pull, by("dan", TODAY + 1), "/peerlore suggest").await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
    assert!(answers(&peerlore, &pull)[0].contains("`ben`"));
}

#[tokio::test]
async fn configured_to_request_it_asks_once_and_never_after_a_removal() {
    let (peerlore, pull) = suggested(Surface::Request).await;
    follow(&peerlore).await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), ["ben"]);
    assert!(shown(&peerlore, &pull).contains("**Asked to review:** `ben` – "));
    assert_eq!(calls(&peerlore, "POST", "/issues/"), 1);
    peerlore
        .tell(peerlore.github.remove_reviewer(&pull, by("ada", TODAY + 1), "ben"))
        .await;
    follow(&peerlore).await;
    assert_eq!(peerlore.github.requested_reviewers(&pull), [""; 0]);
    assert_eq!(calls(&peerlore, "POST", "requested_reviewers"), 1);
    peerlore
        .sql("update person set away_until = '2200-01-01' where login <> 'ben'")
        .await;
    let pages = peerlore.open(by("ben", TODAY + 2), PAGES, LINES).await;
    follow(&peerlore).await;
    assert_eq!(
        peerlore.github.requested_reviewers(&pages),
        [""; 0],
        "nobody who is away"
    );
}

#[tokio::test]
async fn a_request_that_github_declines_leaves_the_comment() {
    let peerlore = Peerlore::with(Settings {
        surface: Surface::Request,
        ..Settings::default()
    })
    .await;
    peerlore.history().await;
    peerlore
        .github
        .fail_next(Some("POST"), "requested_reviewers", 1, Failure::Status(422));
    let pull = peerlore.open(by("ada", TODAY), LEDGER, LINES).await;
    assert!(shown(&peerlore, &pull).contains("**Knows this change:** `ben`"));
    peerlore
        .push(
            &pull,
            by("ada", TODAY + 1),
            peerlore::demo::github::How::Append,
            &[(21, "let more = 1;")],
        )
        .await;
    assert_eq!(
        calls(&peerlore, "POST", "requested_reviewers"),
        1,
        "nor is it tried again"
    );
}
