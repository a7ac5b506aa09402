use chrono::DateTime;
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::classify::read;
use crate::model::comment::CommentPlace;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::evidence::FollowUp;
use crate::model::evidence::Nearness;
use crate::model::evidence::Standing;
use crate::model::evidence::Thread;
use crate::model::evidence::ThreadComment;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::lesson::Refusal;
use crate::model::lesson::Sign;
use crate::teach::landing;
use crate::teach::landing::Answer;
use crate::teach::landing::Landing;
use crate::teach::landing::Signs;
use crate::teach::landing::Weight;
use crate::teach::landing::Weights;
use crate::teach::lesson;

mod corrected;
mod stances;

const AUTHOR: i64 = 1;
const REVIEWER: i64 = 2;
const OTHER: i64 = 3;
const RACE: &str = "There is a race here: both threads write the map, so it needs the lock.";
const CLEAN_UP: &str = "The lock is taken by the caller, because the thread pool already holds it when this runs.";

fn lessons(thread: &Thread) -> (Vec<Lesson>, Vec<(CommentId, Refusal)>) {
    lesson::lessons(thread, &Weights::shipped())
}

fn landing(signs: &Signs) -> Landing {
    landing::landing(signs, &Weights::shipped())
}

fn thread(says: &[(i64, &str)]) -> Thread {
    let comments = (0_i64..)
        .zip(says)
        .map(|(at, &(author, body))| ThreadComment {
            id: CommentId(100 + at),
            place: CommentPlace::Diff,
            author: PersonId(author),
            standing: Standing::Counts,
            at: DateTime::UNIX_EPOCH + TimeDelta::hours(at),
            reading: read(&CommentText {
                body,
                path: Some("src/pool.rs"),
                is_reply: at > 0,
                hunk: None,
            }),
            skills: vec![],
            said: None,
            declared: vec![],
            follow_up: FollowUp::NoDiffs,
            thumbs_up_by: vec![],
        })
        .collect();
    Thread {
        pull: PullKey {
            repo: RepoId(7),
            number: 8,
        },
        pull_author: Some(PersonId(AUTHOR)),
        author_standing: Standing::Counts,
        pull_closed: true,
        place: CommentPlace::Diff,
        path: Some("src/pool.rs".to_owned()),
        comments,
        resolved_by: None,
    }
}

fn followed(mut thread: Thread, nearness: Nearness) -> Thread {
    thread.comments[0].follow_up = FollowUp::Compared {
        nearness,
        applied: false,
    };
    thread
}

fn who(lessons: &[Lesson]) -> Vec<(i64, i64, Outcome)> {
    let mut seen: Vec<_> = lessons
        .iter()
        .map(|one| (one.teacher.0, one.learner.0, one.outcome))
        .collect();
    seen.dedup();
    seen
}

fn refusals(thread: &Thread) -> Vec<Refusal> {
    lessons(thread).1.into_iter().map(|(_, refusal)| refusal).collect()
}

#[test]
fn a_reviewer_who_explains_teaches_the_author() {
    let (found, refused) = lessons(&followed(thread(&[(REVIEWER, RACE)]), Nearness::Within3));
    assert_eq!(who(&found), [(REVIEWER, AUTHOR, Outcome::Landed)]);
    assert!(refused.is_empty() && found.len() <= 2 && found[0].diffs_known && !found[0].provisional);
}

#[test]
fn silence_without_a_change_is_given() {
    let (found, _) = lessons(&followed(thread(&[(REVIEWER, RACE)]), Nearness::Untouched));
    assert_eq!(who(&found), [(REVIEWER, AUTHOR, Outcome::Given)]);
}

#[test]
fn an_acknowledging_reply_lands_it() {
    let (found, refused) = lessons(&thread(&[(REVIEWER, RACE), (AUTHOR, "Good catch, fixed.")]));
    assert_eq!(who(&found), [(REVIEWER, AUTHOR, Outcome::Landed)]);
    assert_eq!(refused, [(CommentId(101), Refusal::Acknowledgement)]);
    assert!(!found[0].diffs_known);
}

#[test]
fn an_author_who_explains_teaches_the_reviewer_who_asked() {
    let asked = (REVIEWER, "Why is there no lock?");
    let (found, _) = lessons(&thread(&[
        asked,
        (AUTHOR, CLEAN_UP),
        (REVIEWER, "Ah, I didn't know that, thanks."),
    ]));
    assert_eq!(who(&found), [(AUTHOR, REVIEWER, Outcome::Landed)]);
    assert!(!found[0].diffs_known, "pushes say nothing about a reviewer");
    let (unanswered, refused) = lessons(&thread(&[asked, (AUTHOR, CLEAN_UP)]));
    assert_eq!(
        who(&unanswered),
        [(AUTHOR, REVIEWER, Outcome::Given)],
        "it landed with nobody yet"
    );
    assert_eq!(refused, [(CommentId(100), Refusal::Question)]);
}

/// Such as readings of an earlier version whose text is gone.
#[test]
fn what_was_read_before_manners_were_noted_goes_by_the_rules() {
    let mut old = thread(&[(REVIEWER, RACE), (AUTHOR, "Good catch, fixed.")]);
    for comment in &mut old.comments {
        comment.reading.manner = None;
    }
    assert_eq!(who(&lessons(&old).0), [(REVIEWER, AUTHOR, Outcome::Landed)]);
    let written = serde_json::to_value(&old.comments[0].reading).unwrap();
    assert_eq!(
        serde_json::from_value::<Reading>(written).unwrap(),
        old.comments[0].reading
    );
}

#[test]
fn an_answer_to_somebody_who_is_out_teaches_nobody_else() {
    for standing in [Standing::NotHuman, Standing::OptedOut] {
        let mut talk = thread(&[(REVIEWER, RACE), (OTHER, "Why is there no lock?"), (AUTHOR, CLEAN_UP)]);
        talk.comments[1].standing = standing;
        let found = lessons(&talk).0;
        assert!(found.iter().all(|one| one.teacher != PersonId(AUTHOR)), "{found:?}");
    }
}

#[test]
fn a_reviewer_can_teach_another_reviewer() {
    let says = [
        (REVIEWER, "Why is there no lock?"),
        (OTHER, CLEAN_UP),
        (REVIEWER, "Makes sense, thanks."),
    ];
    assert_eq!(who(&lessons(&thread(&says)).0), [(OTHER, REVIEWER, Outcome::Landed)]);
}

#[test]
fn follow_ups_of_one_teacher_are_one_lesson() {
    let more = "Also the thread that drains the queue takes the same lock, so this may deadlock when both run.";
    let (found, refused) = lessons(&thread(&[(REVIEWER, RACE), (REVIEWER, more)]));
    assert_eq!(who(&found).len(), 1);
    assert_eq!(refused, [(CommentId(100), Refusal::FollowUp)]);
}

#[test]
fn an_answer_that_names_no_area_goes_on_about_the_subject() {
    let vague =
        "Both of them come by this very place, because neither knows of the other one, and one of the two is lost.";
    assert_eq!(
        read(&CommentText {
            body: vague,
            path: None,
            is_reply: true,
            hunk: None,
        })
        .areas,
        []
    );
    let says = [(REVIEWER, RACE), (REVIEWER, vague)];
    let (on_diff, refused) = lessons(&thread(&says));
    assert_eq!(who(&on_diff), [(REVIEWER, AUTHOR, Outcome::Given)]);
    assert_eq!(refused.len(), 1, "one of them carries it");
    assert_eq!(refused[0].1, Refusal::FollowUp);
    let talk = Thread {
        place: CommentPlace::Conversation,
        ..thread(&says)
    };
    assert_eq!(refusals(&talk), [Refusal::NoArea]);
}

#[test]
fn what_teaches_nothing_says_why() {
    let table = [
        ("LGTM", Refusal::Praise),
        ("trailing whitespace", Refusal::Formatting),
        ("ditto", Refusal::Chatter),
        ("Why is this public?", Refusal::Question),
        ("Rename this.", Refusal::BareRequest),
        ("Done.", Refusal::Acknowledgement),
    ];
    for (body, refusal) in table {
        assert_eq!(refusals(&thread(&[(REVIEWER, body)])), [refusal], "{body}");
    }
    assert_eq!(refusals(&thread(&[(AUTHOR, CLEAN_UP)])), [Refusal::NobodyTaught]);
}

#[test]
fn bots_and_people_who_opted_out_stay_outside() {
    for (standing, refusal) in [
        (Standing::NotHuman, Refusal::NotHuman),
        (Standing::OptedOut, Refusal::OptedOut),
    ] {
        let mut by = thread(&[(REVIEWER, RACE)]);
        by.comments[0].standing = standing;
        assert_eq!(refusals(&by), [refusal]);
        let mut to = thread(&[(REVIEWER, RACE)]);
        to.author_standing = standing;
        assert_eq!(refusals(&to), [refusal]);
    }
    let mut gone = thread(&[(REVIEWER, RACE)]);
    gone.pull_author = None;
    assert_eq!(refusals(&gone), [Refusal::NotHuman]);
}

#[test]
fn a_lesson_is_provisional_until_a_push_or_the_close() {
    let mut open = thread(&[(REVIEWER, RACE)]);
    open.pull_closed = false;
    open.comments[0].follow_up = FollowUp::Waiting;
    assert!(lessons(&open).0[0].provisional);
    assert!(!lessons(&followed(open.clone(), Nearness::SameFile)).0[0].provisional);
    open.pull_closed = true;
    open.comments[0].follow_up = FollowUp::NoLaterPush;
    assert!(!lessons(&open).0[0].provisional);
}

const BARE: Signs = Signs {
    follow_up: None,
    has_code: false,
    proposes: false,
    chars: 0,
    answer: Answer::None,
    resolved_by_author: false,
    thumbs_up: false,
};

#[expect(clippy::unnecessary_wraps, reason = "as it stands in the signs")]
fn compared(nearness: Nearness, applied: bool) -> Option<FollowUp> {
    Some(FollowUp::Compared { nearness, applied })
}

#[test]
fn the_table_of_s_is_the_published_one() {
    let table = [
        (compared(Nearness::Within3, false), 0.95),
        (compared(Nearness::Within10, false), 0.63),
        (compared(Nearness::SameFile, false), -0.53),
        (compared(Nearness::Untouched, false), -0.44),
        (Some(FollowUp::NoLaterPush), -0.57),
        (Some(FollowUp::Waiting), 0.0),
        (Some(FollowUp::NoDiffs), 0.0),
        (None, 0.0),
        (compared(Nearness::SameFile, true), 1.55),
    ];
    for (follow_up, s) in table {
        let found = landing(&Signs { follow_up, ..BARE });
        assert!(
            (found.log_odds - 0.04 - s).abs() < 1e-12,
            "{follow_up:?}: {}",
            found.log_odds
        );
    }
    let text = landing(&Signs {
        has_code: true,
        proposes: true,
        chars: 99,
        ..BARE
    });
    assert!((text.log_odds - (0.04 + 0.56 + 0.58 + 0.27 * 100.0_f64.ln())).abs() < 1e-12);
}

#[test]
fn judgements_are_marked_and_limited() {
    let all = Signs {
        follow_up: compared(Nearness::Within3, true),
        answer: Answer::Acknowledged,
        thumbs_up: true,
        ..BARE
    };
    let Landing { parts, .. } = landing(&all);
    let judged: f64 = parts
        .iter()
        .filter(|part| !part.calibrated)
        .map(|part| part.weight)
        .sum();
    assert!((judged - 1.5).abs() < 1e-12);
    let resolved = |follow_up| {
        landing(&Signs {
            follow_up,
            resolved_by_author: true,
            ..BARE
        })
        .parts
        .iter()
        .any(|part| !part.calibrated)
    };
    assert!(resolved(compared(Nearness::Untouched, false)));
    assert!(!resolved(compared(Nearness::Within3, false)));
    assert!(
        !resolved(Some(FollowUp::NoDiffs)),
        "whether there was a change isn't known"
    );
}

#[test]
fn weights_of_an_organisation_take_the_place_of_shipped_ones_and_lift_the_limit_where_they_are_calibrated() {
    let all = Signs {
        follow_up: compared(Nearness::Within3, true),
        answer: Answer::Acknowledged,
        thumbs_up: true,
        ..BARE
    };
    let own = |log_odds| Weight {
        log_odds,
        calibrated: true,
    };
    let signs = [(Sign::Acknowledged, own(2.0)), (Sign::Within3, own(0.1))];
    let weights = Weights::new(-1.0, signs.into_iter().collect());
    let found = landing::landing(&all, &weights);
    // The base, the push, thanks; the applied suggestion and the thumbs-up weigh what they did, and are below the limit.
    assert!(
        (found.log_odds - (-1.0 + 0.1 + 2.0 + 0.6 + 0.4)).abs() < 1e-12,
        "{found:?}"
    );
    let stored = serde_json::to_value(&weights).unwrap();
    assert_eq!(serde_json::from_value::<Weights>(stored).unwrap(), weights);
}

#[test]
fn each_part_is_its_sign_s_weight_times_how_much_there_is_of_it() {
    let some = Signs {
        follow_up: compared(Nearness::SameFile, false),
        chars: 99,
        has_code: true,
        ..BARE
    };
    let words: Vec<String> = landing(&some)
        .parts
        .iter()
        .map(|part| format!("{:?} {:.2} {:.2}", part.sign, part.value, part.weight))
        .collect();
    assert_eq!(
        words,
        [
            "None 1.00 0.04",
            "Some(SameFile) 1.00 -0.53",
            "Some(Code) 1.00 0.56",
            "Some(Length) 4.61 1.24"
        ]
    );
}

#[test]
fn who_says_that_it_was_new_to_them_is_told_so_in_the_evidence() {
    let says = |reply| lessons(&thread(&[(REVIEWER, RACE), (AUTHOR, reply)])).0.remove(0);
    let new = says("Oh, I didn't know that the map isn't thread-safe. Thanks, learned something today! Fixed.");
    assert_eq!((new.outcome, new.said_new), (Outcome::Landed, true));
    let done = says("Done.");
    assert_eq!((done.outcome, done.said_new), (Outcome::Landed, false));
}

fn signs() -> impl Strategy<Value = Signs> {
    let follow_ups = vec![
        None,
        Some(FollowUp::NoDiffs),
        Some(FollowUp::Waiting),
        Some(FollowUp::NoLaterPush),
        compared(Nearness::Within3, true),
        compared(Nearness::Within10, false),
        compared(Nearness::SameFile, false),
        compared(Nearness::Untouched, false),
    ];
    let answers = vec![Answer::Acknowledged, Answer::Disagreed, Answer::None];
    (
        prop::sample::select(follow_ups),
        prop::sample::select(answers),
        any::<[bool; 4]>(),
        any::<u32>(),
    )
        .prop_map(
            |(follow_up, answer, [has_code, proposes, resolved_by_author, thumbs_up], chars)| Signs {
                follow_up,
                has_code,
                proposes,
                chars,
                answer,
                resolved_by_author,
                thumbs_up,
            },
        )
}

proptest! {
    #[test]
    fn parts_add_up_exactly_and_p_is_a_probability(signs in signs()) {
        let found = landing(&signs);
        let sum: f64 = found.parts.iter().map(|part| part.weight).sum();
        prop_assert!(sum.to_bits() == found.log_odds.to_bits());
        prop_assert!(found.p > 0.0 && found.p < 1.0);
        let judged: f64 = found.parts.iter().filter(|part| !part.calibrated).map(|part| part.weight).sum();
        prop_assert!(judged.abs() <= 1.5 + 1e-12);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_teaches_themselves_and_bots_never_teach(
        turns in prop::collection::vec((1..5_i64, 0..6_usize), 1..8),
        author in prop::option::of(1..5_i64),
        bot in 1..5_i64,
    ) {
        let bodies = [RACE, CLEAN_UP, "Done.", "Why?", "I disagree, since the caller holds the lock already.", "Thanks!"];
        let says: Vec<(i64, &str)> = turns.iter().map(|&(who, what)| (who, bodies[what])).collect();
        let mut thread = thread(&says);
        thread.pull_author = author.map(PersonId);
        for comment in &mut thread.comments {
            if comment.author == PersonId(bot) {
                comment.standing = Standing::NotHuman;
            }
        }
        if author == Some(bot) {
            thread.author_standing = Standing::NotHuman;
        }
        let (found, refused) = lessons(&thread);
        for one in &found {
            prop_assert!(one.teacher != one.learner);
            prop_assert!(one.teacher != PersonId(bot) && one.learner != PersonId(bot));
        }
        let mut carriers: Vec<CommentId> = found.iter().map(|one| one.comment).collect();
        carriers.dedup();
        prop_assert_eq!(carriers.len() + refused.len(), thread.comments.len());
    }
}
