//! A replay of a handful of reviews.
use std::cell::Cell;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// A clock that stands still.
fn still() -> Duration {
    Duration::ZERO
}

fn row(day: i64, open_days: i64, author: &str, reviewer: &str, file: &str) -> Row {
    let created_at = Time::default() + TimeDelta::days(day);
    Row {
        id: day.to_string(),
        created_at,
        closed_at: Some(created_at + TimeDelta::days(open_days)),
        author: Some(author.to_owned()),
        reviewers: vec![reviewer.to_owned()],
        files: vec![file.to_owned()],
    }
}

#[test]
fn every_review_is_in_the_denominator() {
    let rows = [
        row(0, 1, "al", "ana", "a/x"),
        row(5, 1, "al", "ana", "a/x"),
        row(9, 1, "al", "ben", "b/x"),
        row(12, 1, "al", "ben", "b/x"),
    ];
    let outcome = replay(&rows, &Plan::new("small", Order::Strict), &still);
    assert_eq!(outcome.queries, 4);
    assert!((outcome.ceiling - 0.5).abs() < 1e-12);
    for name in ["peerlore", "chrev"] {
        let figures = outcome.models[name].figures;
        assert!(
            (figures.top1 - 0.5).abs() < 1e-12 && (figures.mrr - 0.5).abs() < 1e-12,
            "{name}: {figures:?}"
        );
    }
}

#[test]
fn a_review_that_is_still_open_counts_only_in_the_published_order() {
    let rows = [row(0, 30, "al", "ana", "a/x"), row(5, 1, "al", "ana", "a/x")];
    assert!(
        replay(&rows, &Plan::new("small", Order::Strict), &still).models["peerlore"]
            .figures
            .top1
            .abs()
            < 1e-12
    );
    assert!(
        (replay(&rows, &Plan::new("small", Order::Published), &still).models["peerlore"]
            .figures
            .top1
            - 0.5)
            .abs()
            < 1e-12
    );
}

#[test]
fn authors_are_never_ranked_for_their_own_change() {
    let rows = [
        row(0, 1, "al", "ana", "a/x"),
        row(3, 1, "al", "ana", "a/x"),
        row(5, 1, "ana", "ben", "a/x"),
        row(9, 1, "ana", "ben", "a/x"),
    ];
    let outcome = replay(&rows, &Plan::new("small", Order::Strict), &still);
    for (name, measured) in &outcome.models {
        let figures = measured.figures;
        assert!((figures.top1 - 0.5).abs() < 1e-12, "{name}: {figures:?}");
    }
}

#[test]
fn nothing_to_replay_is_zero_everywhere() {
    let outcome = replay(&[], &Plan::new("empty", Order::Strict), &still);
    assert_eq!(outcome.queries, 0);
    assert!(
        outcome
            .models
            .values()
            .all(|measured| measured.figures.mrr.abs() < 1e-12)
    );
}

#[test]
fn the_result_is_written_in_snake_case() {
    let json = serde_json::to_value(replay(&[], &Plan::new("empty", Order::Published), &still)).unwrap();
    assert_eq!(json["order"], "published");
    assert_eq!(json["models"]["active_90_days"]["top10"], 0.0);
}

/// A history in which most things happen: people who review several folders, shared days, long and unknown closings.
fn history() -> Vec<Row> {
    let people = ["ana", "ben", "cy", "dee"];
    let files = ["a/x", "a/y", "b/x", "b/c/z", "w"];
    let made = (0..60_usize).map(|at| {
        let day = i64::try_from(at).unwrap_or_default();
        let open = 1 + day * 7 % 20;
        let (author, reviewer) = (people[at * 5 % 4], people[(at * 5 + 1 + at % 3) % 4]);
        Row {
            closed_at: (at % 11 > 0).then(|| Time::default() + TimeDelta::days(day + open)),
            ..row(day, open, author, reviewer, files[at * 3 % 5])
        }
    });
    made.collect()
}

#[test]
fn the_order_of_the_rows_does_not_matter_unless_they_share_a_creation_time() {
    let rows = history();
    let mut turned = rows.clone();
    turned.reverse();
    for order in [Order::Published, Order::Strict] {
        let plan = Plan::new("made up", order);
        assert_eq!(replay(&rows, &plan, &still), replay(&turned, &plan, &still));
    }
}

#[test]
fn reviews_that_share_a_creation_time_keep_their_order() {
    let (first, second) = (row(0, 1, "al", "ana", "a/x"), row(0, 1, "al", "ben", "a/x"));
    let asked = row(5, 1, "al", "ana", "a/x");
    let top = |rows: [&Row; 3]| {
        let rows: Vec<Row> = rows.into_iter().cloned().collect();
        let plan = Plan {
            last: Some(1),
            ..Plan::new("small", Order::Published)
        };
        replay(&rows, &plan, &still).models["active_90_days"].figures.top1
    };
    assert!((top([&first, &second, &asked]) - 1.0).abs() < 1e-12);
    assert!(top([&second, &first, &asked]).abs() < 1e-12);
}

#[test]
fn a_model_that_is_left_out_is_not_in_the_result() {
    let plan = Plan {
        without: vec![Model::Revfinder, Model::Chrev],
        ..Plan::new("made up", Order::Strict)
    };
    let outcome = replay(&history(), &plan, &still);
    let names: Vec<&str> = outcome.models.keys().map(String::as_str).collect();
    assert_eq!(names, ["active_90_days", "author_pair", "path_prefixes", "peerlore"]);
    let whole = replay(&history(), &Plan::new("made up", Order::Strict), &still);
    assert_eq!(outcome.models["peerlore"], whole.models["peerlore"]);
}

#[test]
fn without_our_ranker_or_all_it_is_compared_with_nobody_is_ahead() {
    for without in [vec![Model::Peerlore], Model::TO_BEAT.to_vec()] {
        let plan = Plan {
            without,
            ..Plan::new("made up", Order::Strict)
        };
        assert_eq!(replay(&history(), &plan, &still).ahead, None);
    }
}

#[test]
fn our_ranker_is_compared_with_the_best_simple_one() {
    let outcome = replay(&history(), &Plan::new("made up", Order::Strict), &still);
    let ahead = outcome.ahead.expect("all models were measured");
    let mrr = |name: &str| outcome.models[name].figures.mrr;
    let best = Model::TO_BEAT
        .map(|model| mrr(model.name()))
        .into_iter()
        .fold(0.0, f64::max);
    assert!((mrr(&ahead.of) - best).abs() < 1e-12);
    assert!((ahead.mrr - (mrr("peerlore") - best)).abs() < 1e-12);
    assert!(ahead.ci[0] <= ahead.mrr && ahead.mrr <= ahead.ci[1], "{ahead:?}");
}

#[test]
fn the_last_reviews_are_asked_about_and_those_before_are_history() {
    let (rows, plan) = (history(), Plan::new("made up", Order::Strict));
    let all = Replayed::of(&rows, &plan, &still);
    let some = Plan { last: Some(7), ..plan };
    let last = Replayed::of(&rows, &some, &still);
    assert_eq!(last.queries, 7);
    for (all, last) in all.answers.iter().zip(&last.answers) {
        assert_eq!(all.ranks[53..], last.ranks, "{:?}", all.model);
    }
    let more = Plan { last: Some(99), ..some };
    assert_eq!(replay(&rows, &more, &still).queries, 60);
}

#[test]
fn a_model_is_timed_by_the_clock_that_is_given() {
    let ticks = Cell::new(0);
    let clock = || {
        ticks.set(ticks.get() + 1);
        Duration::from_micros(ticks.get() * 5)
    };
    let outcome = replay(&history(), &Plan::new("made up", Order::Strict), &clock);
    for (name, measured) in &outcome.models {
        assert!((measured.micros_per_query - 5.0).abs() < 1e-9, "{name}: {measured:?}");
    }
}

fn any_row() -> impl Strategy<Value = Row> {
    let people = ["ana", "ben", "cy", "dee"];
    let files = ["a/x", "a/y", "b/x", "b/c/z", "w"];
    let files = prop::collection::vec(prop::sample::select(files.to_vec()), 1..4);
    let reviewers = prop::sample::subsequence(people.to_vec(), 1..3);
    let author = prop::sample::select(people.to_vec());
    (0..300_i64, 0..60_i64, author, reviewers, files).prop_map(|(day, open, author, reviewers, files)| Row {
        reviewers: reviewers.into_iter().map(str::to_owned).collect(),
        files: files.into_iter().map(str::to_owned).collect(),
        ..row(day, open, author, "", "")
    })
}

fn all_ranks(rows: &[Row], order: Order) -> Vec<Ranks> {
    let replayed = Replayed::of(rows, &Plan::new("any", order), &still);
    replayed.answers.into_iter().map(|answers| answers.ranks).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn later_reviews_never_change_the_rank_of_an_earlier_question(
        rows in prop::collection::vec(any_row(), 1..25),
        later in prop::collection::vec(any_row(), 1..10),
    ) {
        let end = rows.iter().map(|row| row.created_at).max().unwrap_or_default();
        let mut more = rows.clone();
        // Some of these are said to be closed before they were created.
        more.extend(later.into_iter().map(|row| Row {
            created_at: end + (row.created_at - Time::default()),
            ..row
        }));
        for order in [Order::Published, Order::Strict] {
            for (before, after) in all_ranks(&rows, order).iter().zip(all_ranks(&more, order)) {
                prop_assert_eq!(&before[..], &after[..rows.len()]);
            }
        }
    }

    #[test]
    fn in_the_strict_order_what_was_still_open_says_nothing(
        rows in prop::collection::vec(any_row(), 2..25),
        other in any_row(),
    ) {
        let mut rows = rows;
        rows.sort_by_key(|row| row.created_at);
        let asked = rows.len() - 1;
        let at = rows[asked].created_at;
        let changed: Vec<Row> = rows.iter().enumerate().map(|(place, row)| {
            let open = row.closed_at.is_none_or(|closed| closed >= at);
            if place < asked && open {
                Row { reviewers: other.reviewers.clone(), files: other.files.clone(), ..row.clone() }
            } else {
                row.clone()
            }
        }).collect();
        for (before, after) in all_ranks(&rows, Order::Strict).iter().zip(all_ranks(&changed, Order::Strict)) {
            prop_assert_eq!(before[asked], after[asked]);
        }
    }
}
