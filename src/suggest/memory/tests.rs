//! What a repository's past teaches, on a handful of reviews.
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::model::clock::Time;
use crate::suggest::past::Past;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;
use crate::suggest::tests::days_ago;
use crate::suggest::tests::now;

const ANA: PersonId = PersonId(1);
const BEN: PersonId = PersonId(2);
const EVE: PersonId = PersonId(3);

fn review(pull: i32, days: i64, reviewer: PersonId, file: &str) -> PastReview {
    PastReview {
        pull,
        author: Some(EVE),
        at: days_ago(days),
        closed_at: Some(days_ago(days) + TimeDelta::hours(20)),
        reviewers: vec![reviewer],
        files: vec![file.to_owned()],
    }
}

fn of(reviews: &[PastReview]) -> Arc<Memory> {
    Past::of(reviews, &[], now()).memory
}

fn value(memory: &Memory, file: &str, person: PersonId, signal: Signal) -> f64 {
    let signals = memory.signals(now(), Some(EVE), ([file], &[]));
    let (_, values) = signals.people().find(|(one, _)| *one == person).expect("a reviewer");
    values[signal as usize]
}

#[test]
fn who_reviewed_in_the_folder_is_known_there_and_who_reviewed_such_names_by_them() {
    let memory = of(&[
        review(1, 20, ANA, "ledger/post.rs"),
        review(2, 20, BEN, "billing/post.rs"),
    ]);
    let places = |person| value(&memory, "ledger/entry.rs", person, Signal::Places);
    assert!(places(ANA) > places(BEN));
    let names = |person| value(&memory, "web/post.rs", person, Signal::Names);
    assert!(
        names(BEN) > 0.0 && (names(ANA) - names(BEN)).abs() < 1e-9,
        "both know such a name"
    );
    let elsewhere = |person| value(&memory, "web/view.ts", person, Signal::Names);
    assert!(elsewhere(ANA).abs() < 1e-12);
}

#[test]
fn words_of_a_name_are_told_apart_as_people_write_them() {
    let ledger = of(&[
        review(1, 20, ANA, "a/parseHTTPHeader_test.go"),
        review(2, 20, BEN, "b/x.rs"),
    ]);
    for name in ["c/header.py", "c/http.py", "c/Parse.py", "c/my-test.py"] {
        assert!(value(&ledger, name, ANA, Signal::Names) > 0.0, "{name}");
        assert!(value(&ledger, name, BEN, Signal::Names).abs() < 1e-12, "{name}");
    }
}

#[test]
fn a_share_is_everybody_s_and_a_time_fades() {
    let memory = of(&[review(1, 2, ANA, "a/x"), review(2, 40, BEN, "a/x")]);
    let sum: f64 = [ANA, BEN]
        .into_iter()
        .map(|person| (value(&memory, "a/x", person, Signal::Pair).exp() - 1.0) * LITTLE)
        .sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    assert!(value(&memory, "a/x", ANA, Signal::Lately) > 5.0 * value(&memory, "a/x", BEN, Signal::Lately));
    assert!((value(&memory, "a/x", ANA, Signal::Last) - 1.0).abs() < 1e-12);
    assert!(value(&memory, "a/x", BEN, Signal::Last).abs() < 1e-12);
}

#[test]
fn who_wrote_a_change_and_never_reviewed_is_known_when_asked_about() {
    let wrote = PastChange {
        pull: 5,
        author: BEN,
        at: days_ago(3),
        files: vec!["ledger/post.rs".to_owned()],
    };
    let memory = Past::of(&[review(1, 20, ANA, "ledger/post.rs")], &[wrote], now()).memory;
    let people = |also: &[PersonId]| {
        let signals = memory.signals(now(), None, (["ledger/post.rs"], also));
        signals.people().map(|(person, _)| person).collect::<Vec<_>>()
    };
    assert_eq!(people(&[]), [ANA]);
    assert_eq!(
        people(&[BEN, ANA]),
        people(&[ANA, BEN]),
        "in whatever order they are asked about"
    );
    assert_eq!(people(&[ANA, BEN, PersonId(99)]), [ANA, BEN]);
}

/// In `regular`, whoever reviewed the folder reviews it; in `paired`, Ana reviews everything of Eve.
#[test]
fn each_repository_learns_what_counts_in_it() {
    let folders = ["a/x", "b/x"];
    let regular: Vec<PastReview> = (0..200_usize)
        .map(|at| {
            let days = 200 - i64::try_from(at).unwrap();
            // Of three reviews in a row two are in the other folder, so that the last one tells little.
            let folder = usize::from(at % 3 == 0);
            review(i32::try_from(at).unwrap(), days, [ANA, BEN][folder], folders[folder])
        })
        .collect();
    let random: Vec<PastReview> = regular
        .iter()
        .enumerate()
        .map(|(at, review)| PastReview {
            files: vec![folders[(at / 7 + at / 3) % 2].to_owned()],
            ..review.clone()
        })
        .collect();
    let (regular, random) = (of(&regular), of(&random));
    assert_eq!(
        regular.weights().reviews,
        198,
        "the first has nobody, the second one person to choose from"
    );
    assert!(
        regular.weights().of(Signal::Places) > random.weights().of(Signal::Places) + 0.1,
        "{:?} {:?}",
        regular.weights(),
        random.weights()
    );
}

#[test]
fn who_reviews_more_than_the_signals_tell_is_known_to() {
    // Ana and Ben reviewed the same folder long ago; since then it is always Ben.
    let mut reviews: Vec<PastReview> = (0..10)
        .map(|at| review(at, 300, [ANA, BEN][usize::from(at % 2 == 0)], "a/x"))
        .collect();
    reviews.extend((10..40).map(|at| review(at, 200 - i64::from(at), BEN, "a/x")));
    let memory = of(&reviews);
    assert!(value(&memory, "a/x", BEN, Signal::Answers) > 0.0);
    assert!(value(&memory, "a/x", ANA, Signal::Answers) < 0.0);
}

#[test]
fn only_activity_may_speak_against_somebody() {
    let mut weights = Weights::default();
    for signal in Signal::ALL {
        let mut values = [[0.0; SIGNALS]; 2];
        values[0][signal as usize] = 5.0;
        for _ in 0..200 {
            weights.learn(&values, &[1]);
        }
        let counts = weights.of(signal);
        assert_eq!(counts < 0.0, signal == Signal::Activity, "{signal:?}: {counts}");
        assert!(counts.is_finite());
    }
}

#[test]
fn a_signal_that_is_left_out_stays_out() {
    let mut weights = Weights::default().without(Signal::Pair);
    let mut values = [[0.0; SIGNALS]; 2];
    values[0][Signal::Pair as usize] = 5.0;
    weights.learn(&values, &[0]);
    assert!(weights.of(Signal::Pair).abs() < 1e-12);
}

fn any_review(pull: i32) -> impl Strategy<Value = PastReview> {
    let files = proptest::collection::vec(proptest::sample::select(&["a/x", "a/b/y", "c", ""][..]), 0..3);
    (
        1_i64..300,
        0_i64..40,
        proptest::option::of(1_i64..4),
        proptest::collection::vec(1_i64..5, 0..3),
        files,
    )
        .prop_map(move |(days, open, author, reviewers, files)| PastReview {
            pull,
            author: author.map(PersonId),
            at: days_ago(days),
            closed_at: Some(days_ago(days - open)).filter(|_| open > 0),
            reviewers: reviewers.into_iter().map(PersonId).collect(),
            files: files.into_iter().map(str::to_owned).collect(),
        })
}

fn any_past() -> impl Strategy<Value = Vec<PastReview>> {
    (0..12).map(any_review).collect::<Vec<_>>()
}

fn told(memory: &Memory, at: Time) -> Vec<(PersonId, Values)> {
    let signals = memory.signals(at, Some(PersonId(1)), (["a/x", "c"], &[]));
    let mut told: Vec<_> = signals.people().map(|(person, values)| (person, *values)).collect();
    told.sort_by_key(|(person, _)| *person);
    told
}

#[test]
fn a_long_past_taken_in_at_once_is_the_same_as_one_review_after_the_other() {
    let file = |at: i64| vec![format!("part{}/file{}.rs", at % 7, at % 31)];
    let files: Vec<Vec<String>> = (0..1_500).map(file).collect();
    let people: Vec<[PersonId; 1]> = (0..1_500).map(|at| [PersonId(at % 11)]).collect();
    let done: Vec<(Time, Done<'_>)> = (0..1_500)
        .map(|at| {
            let (number, files) = (i64::try_from(at).unwrap(), files[at].as_slice());
            let done = if at % 3 == 0 {
                Done::Wrote(PersonId(number % 5), files)
            } else {
                Done::Reviewed(Change {
                    author: Some(PersonId(number % 5)),
                    reviewers: &people[at],
                    files,
                })
            };
            (days_ago(400) + TimeDelta::hours(number), done)
        })
        .collect();
    let (mut at_once, mut singly) = (Memory::new(now()), Memory::new(now()));
    at_once.take(&done);
    for done in &done {
        singly.take(std::slice::from_ref(done));
    }
    let told = |memory: &Memory| {
        let signals = memory.signals(now(), Some(PersonId(1)), (["part3/file3.rs", "part1/new.rs"], &[]));
        let told: Vec<(PersonId, Values)> = signals.people().map(|(person, values)| (person, *values)).collect();
        told
    };
    assert_eq!(told(&at_once), told(&singly));
    assert!(told(&at_once).len() > 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_number_is_finite(past in any_past()) {
        let memory = of(&past);
        for (_, values) in told(&memory, now()) {
            prop_assert!(values.iter().all(|value| value.is_finite()));
            prop_assert!(memory.weights().score(&values).is_finite());
        }
    }

    #[test]
    fn the_order_in_which_the_past_is_handed_in_does_not_matter(past in any_past(), turn in 0..12_usize) {
        let mut turned = past.clone();
        turned.rotate_left(turn);
        turned.reverse();
        prop_assert_eq!(told(&of(&past), now()), told(&of(&turned), now()));
    }

    #[test]
    fn what_happened_later_is_not_known(past in any_past(), at in 0_i64..300) {
        let then = days_ago(at);
        let before: Vec<PastReview> = past.iter()
            .filter(|review| review.at <= then && review.closed_at.is_some_and(|closed| closed <= then))
            .cloned()
            .collect();
        let of_all = Past::of(&past, &[], then).memory;
        let of_before = Past::of(&before, &[], then).memory;
        prop_assert_eq!(told(&of_all, then), told(&of_before, then));
        prop_assert_eq!(of_all.weights(), of_before.weights());
    }

    #[test]
    fn what_comes_step_by_step_is_learned_as_if_it_came_at_once(past in any_past(), pauses in proptest::collection::btree_set(0_i64..300, 0..6)) {
        let at_once = Past::of(&past, &[], now());
        let mut grown = Past::new(now());
        let mut before: Option<Time> = None;
        for pause in pauses.into_iter().rev().map(days_ago).chain([now()]) {
            let news = |time: Option<Time>| time.is_some_and(|time| time <= pause && before.is_none_or(|before| time > before));
            let moved: Vec<PastReview> = past.iter()
                .filter(|review| news(Some(review.at)) || news(review.closed_at))
                .cloned()
                .collect();
            grown.grow(&moved, &[], pause);
            before = Some(pause);
        }
        let (one, other) = (told(&at_once.memory, now()), told(&grown.memory, now()));
        prop_assert_eq!(one.len(), other.len());
        for ((person, values), (same, others)) in one.iter().zip(&other) {
            prop_assert_eq!(person, same);
            for (value, other) in values.iter().zip(others) {
                prop_assert!((value - other).abs() < 1e-9, "{:?} {:?}", values, others);
            }
        }
        for signal in Signal::ALL {
            let (one, other) = (at_once.memory.weights().of(signal), grown.memory.weights().of(signal));
            prop_assert!((one - other).abs() < 1e-9, "{:?}", signal);
        }
        prop_assert_eq!(at_once.memory.weights().reviews, grown.memory.weights().reviews);
    }

    #[test]
    fn what_comes_late_counts_all_the_same(past in any_past()) {
        let at_once = Past::of(&past, &[], now());
        let mut late = Past::new(now());
        for review in &past {
            late.grow(std::slice::from_ref(review), &[], now());
        }
        let learned = [Signal::Answers as usize];
        let (one, other) = (told(&at_once.memory, now()), told(&late.memory, now()));
        for ((_, values), (_, others)) in one.iter().zip(&other) {
            for signal in (0..SIGNALS).filter(|signal| !learned.contains(signal)) {
                prop_assert!((values[signal] - others[signal]).abs() < 1e-9, "{:?} {:?}", values, others);
            }
        }
    }

    #[test]
    fn chances_are_of_one(past in any_past()) {
        let memory = of(&past);
        let values: Vec<Values> = told(&memory, now()).into_iter().map(|(_, values)| values).collect();
        let chances = memory.weights().chances(&values, |_| true);
        let sum: f64 = chances.iter().sum();
        prop_assert!(values.is_empty() || (sum - 1.0).abs() < 1e-9);
    }
}
