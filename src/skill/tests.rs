use chrono::DateTime;
use chrono::TimeDelta;
use proptest::prelude::*;
use rstest::rstest;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::graph::Confidence;
use crate::model::graph::PullEvidence;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;
use crate::model::skill::Area;
use crate::skill::decay;
use crate::skill::edge::confidence;
use crate::skill::edge::confidence_in;
use crate::skill::edge::confidence_of;
use crate::skill::edge::edge;
use crate::skill::edge::effective_n;
use crate::skill::edge::profile_strength;
use crate::skill::edge::pull_evidence;
use crate::skill::edge::strength;
use crate::skill::learned::CameUp;
use crate::skill::learned::Claim;
use crate::skill::learned::LaterWork;
use crate::skill::learned::claim;
use crate::skill::learned::expected;
use crate::skill::negative_binomial::Fit;
use crate::skill::negative_binomial::Observation;
use crate::skill::negative_binomial::fit;
use crate::skill::rate::landing_rate;
use crate::skill::silent::DEFAULTS;
use crate::skill::silent::Work;
use crate::skill::silent::fit_organisation;
use crate::skill::silent::posterior;
use crate::skill::silent::silent_experts;

mod gaming;

fn day(days: i64) -> Time {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + days)
}

fn lesson(number: i32, p: f64, outcome: Outcome, at: i64) -> Lesson {
    Lesson {
        pull: PullKey {
            repo: RepoId(1),
            number,
        },
        place: CommentPlace::Diff,
        comment: CommentId(i64::from(number) * 100 + at),
        teacher: PersonId(1),
        learner: PersonId(2),
        area: Area::Testing,
        area_probability: Some(0.9),
        said_by: None,
        language: None,
        skills: vec![],
        at: day(at),
        p,
        parts: vec![],
        outcome,
        diffs_known: true,
        provisional: false,
        said_new: false,
    }
}

fn of(lessons: &[Lesson]) -> Option<crate::model::graph::Edge> {
    edge(PersonId(1), PersonId(2), Area::Testing, &pull_evidence(lessons))
}

#[test]
fn lessons_of_one_pull_request_are_capped_by_noisy_or() {
    let lessons = [
        lesson(1, 0.5, Outcome::Landed, 0),
        lesson(1, 0.5, Outcome::Landed, 1),
        lesson(1, 0.9, Outcome::Given, 2),
    ];
    let [evidence] = pull_evidence(&lessons)[..] else {
        panic!("one pull request")
    };
    assert!((evidence.landed - 0.75).abs() < 1e-12);
    assert!((evidence.given - 0.9).abs() < 1e-12);
    assert_eq!(evidence.at, day(1));
}

#[test]
fn what_was_declined_or_only_given_makes_no_edge() {
    assert_eq!(of(&[lesson(1, 0.9, Outcome::Declined, 0)]), None);
    assert_eq!(of(&[lesson(1, 0.9, Outcome::Given, 0)]), None);
    assert_eq!(pull_evidence(&[lesson(1, 0.9, Outcome::Declined, 0)]), []);
}

#[test]
fn strength_is_the_sum_of_p_times_its_weight() {
    let edge = of(&[lesson(1, 0.8, Outcome::Landed, 0), lesson(2, 0.6, Outcome::Landed, 52)]).unwrap();
    let by_hand = 0.8 * (0.15 + 0.85 * 0.25) + 0.6 * (0.15 + 0.85 * 0.5);
    assert!((strength(&edge, day(104)) - by_hand).abs() < 1e-12);
    let profile = 0.8 * (-104.0_f64 / 365.0).exp2() + 0.6 * (-52.0_f64 / 365.0).exp2();
    assert!((profile_strength(&edge, day(104)) - profile).abs() < 1e-12);
}

#[test]
fn three_and_eight_pull_requests_are_the_limits_of_confidence() {
    let table = [
        (0.0, Confidence::Low),
        (2.99, Confidence::Low),
        (3.0, Confidence::Medium),
        (8.0, Confidence::Medium),
        (8.01, Confidence::High),
    ];
    for (n, expected) in table {
        assert_eq!(confidence_of(n), expected, "{n}");
    }
}

#[test]
fn without_diffs_confidence_stays_low() {
    let lessons: Vec<Lesson> = (0..20)
        .map(|n| Lesson {
            diffs_known: false,
            ..lesson(n, 0.9, Outcome::Landed, 0)
        })
        .collect();
    let edge = of(&lessons).unwrap();
    assert_eq!((edge.pulls, edge.n), (20, 0));
    assert_eq!(confidence(&edge, day(0)), Confidence::Low);
}

#[test]
fn a_landing_rate_starts_at_the_average_and_narrows() {
    let none = landing_rate(&[]);
    assert!((none.mean - 0.83).abs() < 1e-12);
    assert!(none.low < none.mean && none.mean < none.high);
    let many: Vec<Lesson> = (0..100).map(|n| lesson(n, 0.5, Outcome::Given, 0)).collect();
    let rate = landing_rate(&many);
    assert!((rate.mean - 58.3 / 110.0).abs() < 1e-12);
    assert!(rate.high - rate.low < none.high - none.low);
    assert_eq!(rate.threads, 100);
}

#[test]
fn having_been_taught_alone_is_applied_feedback() {
    assert_eq!(claim(&LaterWork::default()), Claim::AppliedFeedback);
    let quiet = LaterWork {
        expected: 3.0,
        ..LaterWork::default()
    };
    let told = LaterWork { told_again: 1, ..quiet };
    let teaches = LaterWork {
        taught_others: 1,
        ..told
    };
    assert_eq!(claim(&quiet), Claim::LearnedByWork);
    assert_eq!(claim(&LaterWork { expected: 2.9, ..quiet }), Claim::AppliedFeedback);
    assert_eq!(claim(&told), Claim::AppliedFeedback);
    assert_eq!(claim(&teaches), Claim::LearnedByTeaching);
    assert_eq!(Claim::LearnedByWork.words(), "learned");
}

#[rstest]
#[case::on_the_ground_of_the_lessons(30, &["Rust"], 3.0)]
#[case::on_other_ground(30, &["Markdown"], 0.0)]
#[case::by_the_highest_rate_of_several(10, &["Markdown", "Rust", "SQL"], 5.0)]
#[case::where_it_never_came_up(30, &["Go"], 0.0)]
#[case::where_nothing_was_reviewed(30, &["C"], 0.0)]
#[case::without_files(30, &[], 0.0)]
fn comments_are_expected_where_the_area_was_taught(
    #[case] pulls: usize,
    #[case] languages: &[&str],
    #[case] comments: f64,
) {
    let rates = [("Rust", 100, 10), ("SQL", 4, 2), ("Go", 50, 0), ("C", 0, 0)];
    let rates = rates.map(|(language, pulls, told)| (language, CameUp { pulls, told }));
    let languages: Vec<String> = languages.iter().map(|&language| language.to_owned()).collect();
    let found = expected(vec![languages.as_slice(); pulls], &rates.into());
    assert!((found - comments).abs() < 1e-9, "{found} for {comments}");
}

#[test]
fn the_fit_finds_the_coefficients_that_made_the_data() {
    let truth = Fit {
        b: [-2.0, 0.6, 0.2],
        k: 5.0,
    };
    let rows: Vec<Observation> = (0..600_u32)
        .map(|at| {
            let x = [f64::from(at % 7) / 2.0, -f64::from(at % 5)];
            let exposure = 50.0 + f64::from(at % 11) * 20.0;
            let spread = if at.is_multiple_of(2) { 1.3 } else { 0.7 };
            Observation {
                count: (truth.mean(exposure, x) * spread).round(),
                exposure,
                x,
            }
        })
        .collect();
    let found = fit(&rows, DEFAULTS);
    for (found, truth) in found.b.iter().zip(truth.b) {
        assert!((found - truth).abs() < 0.15, "{found} for {truth}");
    }
    assert_eq!(fit(&[], DEFAULTS), DEFAULTS);
}

fn work(person: i64, evidence: f64, reviews: u32) -> Work {
    Work {
        person: PersonId(person),
        module: "ledger".to_owned(),
        evidence,
        share: evidence / 100.0,
        others_changes: 200,
        reviews,
        idle_days: 10.0,
        asked: None,
        answered: None,
        left_out: false,
    }
}

fn team() -> Vec<Work> {
    let mut rows: Vec<Work> = (2..30_u32)
        .map(|n| work(i64::from(n), f64::from(n) / 2.0, 8 + n))
        .collect();
    rows.push(work(1, 30.0, 0));
    rows
}

#[test]
fn who_knows_much_and_is_never_asked_is_a_silent_expert() {
    let found = silent_experts(&team());
    assert_eq!(found.iter().map(|one| one.work.person.0).collect::<Vec<_>>(), [1]);
    let one = &found[0];
    assert!(one.rank == 1 && one.quiet >= 0.9 && one.low < one.high && one.high < 1.0);
    assert!(one.expected > 1.0, "{}", one.expected);
}

#[test]
fn nobody_is_flagged_who_is_away_idle_busy_or_knows_little() {
    let changed = |change: fn(&mut Work)| {
        let mut rows = team();
        rows.iter_mut().filter(|row| row.person.0 == 1).for_each(change);
        silent_experts(&rows).len()
    };
    assert_eq!(changed(|_| ()), 1);
    assert_eq!(changed(|row| row.left_out = true), 0);
    assert_eq!(changed(|row| row.idle_days = 181.0), 0);
    assert_eq!(changed(|row| row.evidence = 1.9), 0);
    assert_eq!(changed(|row| (row.asked, row.answered) = (Some(12), Some(0))), 0);
    assert_eq!(changed(|row| (row.asked, row.answered) = (Some(2), Some(2))), 1);
}

#[test]
fn a_small_organisation_uses_the_defaults() {
    assert_eq!(fit_organisation(&team()[..5]), DEFAULTS);
    assert_ne!(fit_organisation(&team()), DEFAULTS);
}

#[test]
fn the_posterior_of_an_unseen_person_is_wide() {
    let (mean, low, high, _) = posterior(&Fit { b: [0.0; 3], k: 1.0 }, 0, 0.0);
    assert!((mean - 1.0).abs() < 1e-12 && low < 0.1 && high > 2.5);
}

fn evidence() -> impl Strategy<Value = Vec<PullEvidence>> {
    prop::collection::vec((0.0..1.0_f64, 0..900_i64, any::<bool>()), 1..20).prop_map(|rows| {
        (0..)
            .zip(rows)
            .map(|(number, (landed, at, diffs_known))| PullEvidence {
                pull: PullKey {
                    repo: RepoId(1),
                    number,
                },
                at: day(at),
                landed,
                given: 0.0,
                diffs_known,
            })
            .collect()
    })
}

#[test]
fn somebody_is_sure_of_what_they_taught_several_people_lately() {
    let taught = |learners: &[i64]| {
        let landed: Vec<(PersonId, Time)> = learners.iter().map(|one| (PersonId(*one), day(0))).collect();
        (confidence_in(&landed, day(0)), confidence_in(&landed, day(100)))
    };
    assert_eq!(taught(&[]), (Confidence::Low, Confidence::Low));
    assert_eq!(
        taught(&[2, 2, 2, 2, 2]),
        (Confidence::Low, Confidence::Low),
        "in one week"
    );
    assert_eq!(taught(&[2, 2, 3]), (Confidence::Medium, Confidence::Low));
    assert_eq!(
        taught(&[2, 2, 3, 3, 4, 4, 5, 5, 6]),
        (Confidence::High, Confidence::Medium)
    );
}

proptest! {
    #[test]
    fn the_order_of_evidence_changes_nothing(rows in evidence(), turn in 0..20_usize) {
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        turned.reverse();
        let make = |rows: &[PullEvidence]| edge(PersonId(1), PersonId(2), Area::Testing, rows);
        prop_assert_eq!(make(&rows), make(&turned));
    }

    #[test]
    fn the_order_of_lessons_changes_nothing(
        rows in prop::collection::vec((1..4_i32, 0.01..0.99_f64, 0..3_usize, 0..400_i64), 1..20),
    ) {
        let outcome = [Outcome::Landed, Outcome::Given, Outcome::Declined];
        let lessons: Vec<Lesson> = rows.iter().map(|&(pull, p, o, at)| lesson(pull, p, outcome[o], at)).collect();
        let mut turned = lessons.clone();
        turned.reverse();
        prop_assert_eq!(pull_evidence(&lessons), pull_evidence(&turned));
        prop_assert_eq!(landing_rate(&lessons), landing_rate(&turned));
    }

    #[test]
    fn an_edge_never_grows_with_age(rows in evidence(), first in 0..2_000_i64, later in 0..2_000_i64) {
        if let Some(edge) = edge(PersonId(1), PersonId(2), Area::Testing, &rows) {
            let (now, then) = (day(900 + first), day(900 + first + later));
            prop_assert!(strength(&edge, then) <= strength(&edge, now) + 1e-12);
            prop_assert!(profile_strength(&edge, then) <= profile_strength(&edge, now) + 1e-12);
            prop_assert!(effective_n(&edge, then) <= effective_n(&edge, now) + 1e-12);
            prop_assert!(confidence(&edge, then) <= confidence(&edge, now));
        }
    }

    #[test]
    fn what_one_edge_holds_is_as_sure_as_the_edge(rows in evidence(), later in 0..2_000_i64) {
        let now = day(900 + later);
        let known = rows.iter().filter(|one| one.landed > 0.0 && one.diffs_known);
        let mut landed: Vec<(PersonId, Time)> = known.map(|one| (PersonId(2), one.at)).collect();
        landed.sort();
        let edge = edge(PersonId(1), PersonId(2), Area::Testing, &rows);
        let sure = edge.map_or(Confidence::Low, |edge| confidence(&edge, now));
        prop_assert_eq!(confidence_in(&landed, now), sure);
    }

    #[test]
    fn more_evidence_never_lowers_confidence(rows in evidence()) {
        let make = |rows: &[PullEvidence]| edge(PersonId(1), PersonId(2), Area::Testing, rows);
        let n = |rows: &[PullEvidence]| make(rows).map_or(0.0, |edge| effective_n(&edge, day(2_000)));
        prop_assert!(n(&rows[1..]) <= n(&rows) + 1e-12);
    }

    #[test]
    fn weights_fade_and_stay_in_bounds(age in 0.0..10_000.0_f64, more in 0.0..10_000.0_f64) {
        prop_assert!(decay::current(age + more) <= decay::current(age));
        prop_assert!(decay::profile(age + more) <= decay::profile(age));
        prop_assert!((decay::FLOOR..=1.0).contains(&decay::current(age)));
    }
}
