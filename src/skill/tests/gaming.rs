//! Whoever wants to look better than they are.
use super::*;
use crate::skill::edge::BURST_PULLS;

/// A Monday, counted as the days of these tests.
const MONDAY: i64 = 3;

/// Landed lessons, one a pull request, on these days.
fn landed_on(days: impl IntoIterator<Item = i64>) -> Vec<Lesson> {
    let each = (1..).zip(days);
    each.map(|(number, at)| lesson(number, 0.9, Outcome::Landed, at))
        .collect()
}

#[test]
fn a_hundred_comments_on_one_change_are_one_change() {
    let many: Vec<Lesson> = (0..100).map(|at| lesson(1, 0.9, Outcome::Landed, at % 5)).collect();
    let edge = of(&many).unwrap();
    assert!(edge.sum <= 1.0 && edge.n == 1, "{edge:?}");
    assert_eq!(confidence(&edge, day(5)), Confidence::Low);
}

#[test]
fn praising_each_other_for_a_week_leaves_confidence_low() {
    let week: Vec<Lesson> = landed_on((0..40).map(|at| MONDAY + at % 7));
    let edge = of(&week).unwrap();
    assert_eq!(edge.pulls, 40, "the evidence itself stays");
    assert_eq!(confidence(&edge, day(MONDAY + 7)), Confidence::Low);
    let calm = of(&landed_on([0, 15, 30, 45, 60, 75])).unwrap();
    assert!(
        calm.sum > edge.sum,
        "six in as many fortnights tell more than forty in a week"
    );
    assert_eq!(confidence(&calm, day(75)), Confidence::Medium);
}

#[test]
fn what_was_declined_or_only_given_holds_nothing() {
    for outcome in [Outcome::Declined, Outcome::Given] {
        let lessons: Vec<Lesson> = (0..50)
            .map(|at| lesson(i32::try_from(at).unwrap(), 0.99, outcome, at * 20))
            .collect();
        assert_eq!(of(&lessons), None, "{outcome:?}");
    }
}

proptest! {
    /// However dense the evidence, it counts no more than so many pull requests a week, and more evidence never counts less.
    #[test]
    fn no_week_counts_for_more_than_its_share(days in prop::collection::vec(0..120_i64, 1..80), more in 0..120_i64) {
        let edge = of(&landed_on(days.iter().copied())).unwrap();
        let weeks = 120_u32.div_ceil(7) + 1;
        let most = f64::from(weeks) * f64::from(BURST_PULLS);
        prop_assert!(f64::from(edge.n) <= most && edge.sum <= most + 1e-9);
        let with = of(&landed_on(days.iter().copied().chain([more]))).unwrap();
        let now = day(400);
        prop_assert!(with.n >= edge.n && with.sum >= edge.sum - 1e-9);
        prop_assert!(strength(&with, now) >= strength(&edge, now) - 1e-9);
        prop_assert!(effective_n(&with, now) >= effective_n(&edge, now) - 1e-9);
    }
}
