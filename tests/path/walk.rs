//! The path: from an opened pull request to a suggestion, and from a comment to the graph.
use peerlore::demo::github::Act;
use peerlore::demo::github::Change;
use peerlore::demo::github::How;
use peerlore::demo::github::NewComment;
use peerlore::demo::github::NewPull;
use peerlore::demo::github::PullName;
use peerlore::model::suggestion::ScorePart;
use peerlore::model::suggestion::Slot;
use peerlore::store::reader::Reader;
use peerlore::store::reviews;

use crate::harness::DAY;
use crate::harness::LEDGER;
use crate::harness::LOCK;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::pull;
use crate::harness::text;

const BEFORE: &[(usize, &str)] = &[(20, "let guard = pending.lock();")];
const AFTER: &[(usize, &str)] = &[(20, "let latest = pending.lock().latest();")];

/// `ada` opened a pull request on the ledger and `ben` commented on its line 20.
async fn commented(body: &str) -> (Peerlore, PullName, u64) {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    let comment = peerlore.comment(&pull, by("ben", TODAY + 1), 20, body).await;
    (peerlore, pull, comment)
}

fn soon(login: &str, minutes: i64) -> Act<'_> {
    by(login, TODAY + minutes)
}

#[tokio::test]
async fn an_opened_pull_request_gets_somebody_who_knows_and_somebody_who_would_learn() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    assert_eq!(peerlore.picked(&pull).await, ("ben".to_owned(), "cleo".to_owned()));
    let suggestion = peerlore.suggestion(&pull).await.expect("a suggestion");
    let (Slot::Picked(expert), Slot::Picked(learner)) = (&suggestion.expert, &suggestion.learner) else {
        panic!("both are picked: {suggestion:?}")
    };
    let says = |pick: &peerlore::model::suggestion::Pick, part, words: &str| {
        pick.reasons
            .iter()
            .any(|reason| reason.part == part && reason.words.contains(words))
    };
    assert!(says(expert, ScorePart::Paths, "`src/ledger/`"), "{expert:?}");
    assert!(says(learner, ScorePart::Adjacent, "Rust"), "{learner:?}");
    assert!(says(learner, ScorePart::OtherTeam, "outside Payments"), "{learner:?}");
}

#[tokio::test]
async fn a_comment_that_changed_the_line_lands_and_moves_the_graph() {
    let (peerlore, pull, comment) = commented(LOCK).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: given"]);
    assert_eq!(peerlore.graph().await, [], "nothing has landed yet");
    peerlore
        .reply(&pull, soon("ada", 2), comment, "Good point, done.")
        .await;
    peerlore.push(&pull, soon("ada", 3), How::Append, AFTER).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    let graph = peerlore.graph().await;
    assert_eq!(graph.len(), 1);
    assert_eq!(
        (graph[0].teacher, graph[0].learner),
        (peerlore.person("ben"), peerlore.person("ada"))
    );
    assert_eq!(
        (graph[0].pulls, graph[0].n),
        (1, 1),
        "one pull request whose diffs are known"
    );
    assert!(peerlore.parts().await.contains("the next push changed a line within 3"));
}

#[tokio::test]
async fn what_the_author_declines_does_not_move_the_graph() {
    let (peerlore, pull, comment) = commented(LOCK).await;
    let no = "No, I'd rather keep it as it is: the guard is only held for a read here, this is by design.";
    peerlore.reply(&pull, soon("ada", 2), comment, no).await;
    peerlore.tell(peerlore.github.merge(&pull, soon("ada", 3))).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: declined"]);
    assert_eq!(peerlore.graph().await, []);
}

#[tokio::test]
async fn praise_teaches_nothing() {
    let (peerlore, pull, _) = commented("Nice work, LGTM!").await;
    peerlore.push(&pull, soon("ada", 3), How::Append, AFTER).await;
    assert_eq!(peerlore.taught().await, [""; 0]);
    assert_eq!(peerlore.refused().await, "praise");
}

#[tokio::test]
async fn a_bot_teaches_nothing() {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    peerlore.comment(&pull, soon("lint[bot]", 1), 20, LOCK).await;
    peerlore.push(&pull, soon("ada", 3), How::Append, AFTER).await;
    assert_eq!(peerlore.taught().await, [""; 0]);
    assert_eq!(peerlore.refused().await, "not_human");
}

#[tokio::test]
async fn a_reviewer_who_takes_an_explanation_is_the_learner() {
    let (peerlore, pull, comment) = commented("Why do we need a lock here?").await;
    let why = "Because two threads write both fields: with an atomic the reader would see one without the other, so \
               the lock keeps them together. An atomic should only be used for a single value.";
    peerlore.reply(&pull, soon("ada", 2), comment, why).await;
    assert_eq!(
        peerlore.taught().await,
        ["ada taught ben concurrency: given"],
        "nobody has answered yet"
    );
    peerlore
        .reply(&pull, soon("ben", 3), comment, "Ah, makes sense, thanks!")
        .await;
    assert_eq!(peerlore.taught().await, ["ada taught ben concurrency: landed"]);
}

#[tokio::test]
async fn same_here_is_about_what_its_writer_said_before() {
    let (peerlore, pull, _) = commented(LOCK).await;
    let ditto = peerlore.comment(&pull, soon("ben", 2), 21, "Same here.").await;
    let why = "This one stays, since only the main one ever comes by: whoever waits there would have been done before, \
               so nobody else is kept from going on.";
    peerlore.reply(&pull, soon("ada", 3), ditto, why).await;
    peerlore
        .reply(&pull, soon("ben", 4), ditto, "Ah, makes sense, thanks!")
        .await;
    let taught = peerlore.taught().await;
    assert!(
        taught.contains(&"ada taught ben concurrency: landed".to_owned()),
        "{taught:?}"
    );
}

#[tokio::test]
async fn an_applied_suggestion_counts_as_applied() {
    let body = format!("{LOCK}\n```suggestion\nlet latest = pending.lock().latest();\n```");
    let (peerlore, pull, _) = commented(&body).await;
    peerlore.push(&pull, soon("ada", 3), How::Append, AFTER).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
    assert!(peerlore.parts().await.contains("the suggestion was applied"));
}

#[tokio::test]
async fn a_rebase_onto_a_moved_base_is_no_touch() {
    let (peerlore, pull, _) = commented(LOCK).await;
    let moved = [(19, "let moved = 19;"), (22, "let also_moved = 22;")];
    let base = [Change::write(LEDGER, text(&moved))];
    peerlore
        .tell(peerlore.github.push_to_base("shop", soon("dan", 2), "Move", &base))
        .await;
    peerlore.push(&pull, soon("ada", 3), How::Rebase, &[]).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: given"]);
    assert!(
        peerlore.parts().await.contains("the next push left the file unchanged"),
        "{}",
        peerlore.parts().await
    );
}

#[tokio::test]
async fn a_force_push_that_changes_the_line_lands() {
    let (peerlore, pull, _) = commented(LOCK).await;
    peerlore.push(&pull, soon("ada", 3), How::Amend, AFTER).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: landed"]);
}

#[tokio::test]
async fn a_push_elsewhere_in_the_file_does_not_land() {
    let (peerlore, pull, _) = commented(LOCK).await;
    let elsewhere = [BEFORE[0], (39, "let far = 39.0;")];
    peerlore.push(&pull, soon("ada", 3), How::Append, &elsewhere).await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: given"]);
    assert!(
        peerlore
            .parts()
            .await
            .contains("the next push changed the file elsewhere")
    );
}

#[tokio::test]
async fn reactions_are_read_when_the_pull_request_closes() {
    let (peerlore, pull, comment) = commented(LOCK).await;
    peerlore.github.react(&pull, soon("ada", 2), comment, "+1");
    peerlore
        .push(
            &pull,
            soon("ada", 3),
            How::Append,
            &[BEFORE[0], (38, "let far = 38.0;")],
        )
        .await;
    assert!(
        !peerlore.parts().await.contains("a thumbs-up of the learner"),
        "reactions send no webhook"
    );
    peerlore.tell(peerlore.github.merge(&pull, soon("ada", 4))).await;
    assert!(peerlore.parts().await.contains("a thumbs-up of the learner"));
}

#[tokio::test]
async fn reactions_given_before_a_second_close_are_read_too() {
    let (peerlore, pull, comment) = commented(LOCK).await;
    peerlore.tell(peerlore.github.close(&pull, soon("ada", 2))).await;
    peerlore.tell(peerlore.github.reopen(&pull, soon("ada", 3))).await;
    peerlore.github.react(&pull, soon("ada", 4), comment, "+1");
    peerlore.tell(peerlore.github.close(&pull, soon("ada", 5))).await;
    assert!(peerlore.parts().await.contains("a thumbs-up of the learner"));
}

#[tokio::test]
async fn reactions_to_a_comment_that_we_have_not_heard_of_yet_do_no_harm() {
    let peerlore = Peerlore::start().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    let late = peerlore.github.review_comment(
        &pull,
        soon("ben", 1),
        peerlore::demo::github::NewComment::on(LEDGER, 20, LOCK),
    );
    peerlore.github.react(&pull, soon("ada", 2), late.comments[0], "+1");
    peerlore.tell(peerlore.github.merge(&pull, soon("ada", 3))).await;
    peerlore.tell(late.deliveries).await;
    assert!(peerlore.parts().await.contains("a thumbs-up of the learner"));
}

#[tokio::test]
async fn the_lesson_of_a_deleted_comment_goes_with_it() {
    let (peerlore, pull, comment) = commented(LOCK).await;
    assert_eq!(peerlore.taught().await.len(), 1);
    peerlore
        .tell(peerlore.github.delete_review_comment(&pull, soon("ben", 2), comment))
        .await;
    assert_eq!(peerlore.taught().await, [""; 0]);
    assert_eq!(
        peerlore
            .one::<i64>("select count(*) from comment where body is not null")
            .await,
        0
    );
}

#[tokio::test]
async fn an_edited_comment_is_read_again() {
    let (peerlore, pull, comment) = commented("Nice!").await;
    peerlore
        .tell(
            peerlore
                .github
                .edit_review_comment(&pull, soon("ben", 2), comment, LOCK),
        )
        .await;
    assert_eq!(peerlore.taught().await, ["ben taught ada concurrency: given"]);
}

#[tokio::test]
async fn a_mega_change_teaches_nothing_and_makes_nobody_an_expert() {
    let peerlore = Peerlore::start().await;
    let mut changes: Vec<Change> = (0..120)
        .map(|n| Change::write(format!("src/ledger/gen_{n}.rs"), "1\n"))
        .collect();
    changes.push(Change::write(LEDGER, text(BEFORE)));
    let new = NewPull {
        changes,
        ..pull("Move everything", LEDGER, "")
    };
    let (mega, sent) = peerlore.github.open_pull(by("ada", 100), &new);
    peerlore.tell(sent).await;
    peerlore.comment(&mega, by("ben", 101), 20, LOCK).await;
    peerlore.tell(peerlore.github.merge(&mega, by("ada", 102))).await;
    assert_eq!(
        (peerlore.taught().await.len(), peerlore.refused().await.as_str()),
        (0, "mechanical")
    );
    let pull = peerlore.open(by("dan", TODAY), LEDGER, AFTER).await;
    assert_eq!(peerlore.picked(&pull).await.0, "-");
}

#[tokio::test]
async fn a_draft_waits_for_its_suggestion_until_it_is_ready() {
    let peerlore = Peerlore::with_history().await;
    let new = NewPull {
        draft: true,
        ..pull("A draft", LEDGER, &text(BEFORE))
    };
    let (pull, sent) = peerlore.github.open_pull(by("ada", TODAY), &new);
    peerlore.tell(sent).await;
    assert_eq!(peerlore.suggestion(&pull).await, None);
    peerlore.tell(peerlore.github.mark_ready(&pull, soon("ada", 1))).await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben");
}

#[tokio::test]
async fn a_bots_pull_request_gets_no_suggestion() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("lint[bot]", TODAY), LEDGER, BEFORE).await;
    assert_eq!(peerlore.suggestion(&pull).await, None);
    assert_eq!(peerlore.said(&pull), [""; 0]);
}

#[tokio::test]
async fn a_pull_request_that_was_closed_meanwhile_gets_no_suggestion() {
    let peerlore = Peerlore::with_history().await;
    let (pull, mut sent) = peerlore
        .github
        .open_pull(by("ada", TODAY), &pull("A change", LEDGER, &text(BEFORE)));
    sent.extend(peerlore.github.close(&pull, soon("ada", 1)));
    peerlore.tell(sent).await;
    assert_eq!(peerlore.suggestion(&pull).await, None);
}

#[tokio::test]
async fn nobody_waits_for_a_suggestion_two_weeks_later() {
    let peerlore = Peerlore::with_history().await;
    let (pull, sent) = peerlore
        .github
        .open_pull(by("ada", TODAY), &pull("A change", LEDGER, &text(BEFORE)));
    peerlore.clock.move_to(crate::harness::at(TODAY + 14 * DAY + 1));
    peerlore.tell(sent).await;
    assert_eq!(peerlore.suggestion(&pull).await, None);
}

#[tokio::test]
async fn who_is_asked_by_hand_takes_the_place_of_who_knows() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, soon("ada", 1), "finn"))
        .await;
    assert_eq!(
        peerlore.picked(&pull).await,
        ("asked: finn".to_owned(), "cleo".to_owned())
    );
    peerlore
        .tell(peerlore.github.remove_reviewer(&pull, soon("ada", 2), "finn"))
        .await;
    assert_eq!(peerlore.picked(&pull).await.0, "ben", "and gives it back");
    peerlore
        .tell(peerlore.github.request_team(&pull, soon("ada", 3), "web"))
        .await;
    assert_eq!(peerlore.picked(&pull).await.0, "asked: Web");
}

#[tokio::test]
async fn only_who_was_asked_counts_as_asked() {
    let peerlore = Peerlore::with_history().await;
    let answers = async || {
        let reader = Reader::of_everything(peerlore.tenant().await);
        let found = reviews::answers(&mut *peerlore.conn().await, &reader, crate::harness::at(0)).await;
        let told = |one: reviews::Answers| (one.person, one.asked, one.answered);
        found.expect("the database").into_iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(answers().await, [], "ben and cleo reviewed without being asked");
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    peerlore
        .tell(peerlore.github.request_reviewer(&pull, soon("ada", 1), "ben"))
        .await;
    assert_eq!(answers().await, [(peerlore.person("ben"), 1, 0)]);
    peerlore.comment(&pull, soon("ben", 2), 20, LOCK).await;
    assert_eq!(answers().await, [(peerlore.person("ben"), 1, 1)]);
    let open: bool = peerlore.one("select bool_or(asked) from pull_asked").await;
    assert!(!open, "the review answered the request");
}

#[tokio::test]
async fn a_repository_that_was_taken_away_does_not_come_back_with_a_late_comment() {
    let (peerlore, pull, comment) = commented(LOCK).await;
    let late = peerlore
        .github
        .review_comment(&pull, soon("ada", 2), NewComment::reply(comment, "Good point, done."));
    let mut taken = peerlore.github.install(by("ada", TODAY + 3)).remove(0);
    let mut body = taken.json();
    body["action"] = "removed".into();
    body["repositories_removed"] = body["repositories"].take();
    taken.event = "installation_repositories".to_owned();
    taken.body = body.to_string().into_bytes();
    peerlore.tell([taken]).await;
    peerlore.tell(late.deliveries).await;
    assert!(peerlore.one::<bool>("select removed_at is not null from repo").await);
    peerlore.tell(peerlore.github.install(by("ada", TODAY + 4))).await;
    assert!(peerlore.one::<bool>("select removed_at is null from repo").await);
}

#[tokio::test]
async fn what_the_repository_calls_generated_teaches_nothing() {
    let peerlore = Peerlore::start().await;
    let files = [
        Change::write(".gitattributes", "src/ledger/** linguist-generated\n"),
        Change::write(LEDGER, text(&[])),
    ];
    peerlore
        .tell(
            peerlore
                .github
                .add_repository(by("ada", TODAY - 1), "schema", "Rust", &files),
        )
        .await;
    let change = NewPull {
        repo: "schema".to_owned(),
        ..pull("A change", LEDGER, &text(BEFORE))
    };
    let (pull, sent) = peerlore.github.open_pull(by("ada", TODAY), &change);
    peerlore.tell(sent).await;
    peerlore.comment(&pull, by("ben", TODAY + 1), 20, LOCK).await;
    peerlore.push(&pull, soon("ada", 5), How::Append, AFTER).await;
    assert_eq!(peerlore.taught().await, [""; 0]);
    assert_eq!(peerlore.refused().await, "mechanical");
}

#[tokio::test]
async fn only_a_new_reviewer_changes_the_suggestion_and_not_each_comment() {
    let peerlore = Peerlore::with_history().await;
    let pull = peerlore.open(by("ada", TODAY), LEDGER, BEFORE).await;
    let root = peerlore.comment(&pull, soon("dan", 1), 20, LOCK).await;
    peerlore.sql("delete from suggestion").await;
    peerlore
        .reply(&pull, soon("ada", 2), root, "Where would you drop it?")
        .await;
    peerlore.reply(&pull, soon("dan", 3), root, "Before the call.").await;
    assert_eq!(peerlore.suggestion(&pull).await, None);
    peerlore.comment(&pull, soon("ben", 4), 20, LOCK).await;
    assert_eq!(peerlore.picked(&pull).await.0, "asked: ben, dan");
}
