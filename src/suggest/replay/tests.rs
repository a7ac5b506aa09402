//! Replays of a handful of pull requests, worked out by hand.
mod sparing;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::suggest::replay::figures::gini;

const ADA: i64 = 1;
const BEN: i64 = 2;
const CLEO: i64 = 3;
const DAN: i64 = 4;

/// A merged pull request of a day, by somebody, that others reviewed and that was closed the day after.
fn pull(day: i64, author: i64, reviewers: &[i64], files: &[&str]) -> Pull {
    let opened = Time::default() + TimeDelta::days(day);
    Pull {
        key: PullKey {
            repo: RepoId(1),
            number: i32::try_from(day).unwrap() + 1,
        },
        author: Some(PersonId(author)),
        opened,
        closed: Some(opened + TimeDelta::days(1)),
        merged: true,
        reviewers: reviewers.iter().copied().map(PersonId).collect(),
        files_known: true,
        files: files.iter().map(|file| (*file).to_owned()).collect(),
    }
}

fn replayed(pulls: &[Pull], last: usize) -> Report {
    replay(&Past {
        pulls,
        teams: &BTreeMap::new(),
        settings: &BTreeMap::new(),
        last,
        seed: 7,
    })
}

fn picks(report: &Report, policy: Policy) -> Vec<Option<i64>> {
    report
        .asked
        .iter()
        .map(|asked| asked.picks[&policy].map(|person| person.0))
        .collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn expertise_is_the_share_of_files_that_a_reviewer_knew_before() {
    let pulls = [
        pull(0, ADA, &[BEN], &["a/one"]),
        // ben knows one of two files, cleo none; dan knows nothing here at all.
        pull(10, ADA, &[BEN], &["a/one", "b/two"]),
        pull(20, ADA, &[CLEO], &["c/three"]),
    ];
    let report = replayed(&pulls, 2);
    let happened = report.figures[&Policy::Happened].expertise.unwrap();
    assert!(close(happened.value, 0.25), "{happened:?}");
    assert_eq!((report.history, report.files, report.parts), (3, 3, 3));
}

#[test]
fn who_wrote_a_merged_change_knows_its_files_and_who_wrote_another_does_not() {
    let mut pulls = [pull(0, BEN, &[ADA], &["a/one"]), pull(10, ADA, &[BEN], &["a/one"])];
    let expertise = |pulls: &[Pull]| replayed(pulls, 1).figures[&Policy::Happened].expertise.unwrap().value;
    assert!(close(expertise(&pulls), 1.0));
    pulls[0].merged = false;
    assert!(close(expertise(&pulls), 0.0));
}

#[test]
fn only_what_was_closed_before_is_known() {
    let mut pulls = [pull(0, ADA, &[BEN], &["a/one"]), pull(10, ADA, &[CLEO], &["a/one"])];
    assert_eq!(picks(&replayed(&pulls, 1), Policy::Ours), [Some(BEN)]);
    for closed in [pulls[1].opened, pulls[1].opened + TimeDelta::days(3)] {
        pulls[0].closed = Some(closed);
        for policy in [Policy::Ours, Policy::ExpertOnly, Policy::Random] {
            let report = replayed(&pulls, 2);
            let place = report.asked.iter().position(|asked| asked.key == pulls[1].key).unwrap();
            assert_eq!(picks(&report, policy)[place], None, "closed {closed}: {policy:?}");
        }
    }
}

#[test]
fn who_did_nothing_for_half_a_year_is_not_picked() {
    let pulls = [pull(0, ADA, &[BEN], &["a/one"]), pull(190, ADA, &[CLEO], &["a/one"])];
    assert_eq!(picks(&replayed(&pulls, 1), Policy::Ours), [None]);
    let pulls = [pulls[0].clone(), pull(100, BEN, &[DAN], &["z/any"]), pulls[1].clone()];
    assert_eq!(picks(&replayed(&pulls, 1), Policy::ExpertOnly), [Some(BEN)]);
}

#[test]
fn nobody_is_picked_for_their_own_change_and_bots_changes_are_not_asked_about() {
    let mut pulls = vec![pull(0, ADA, &[BEN], &["a/one"]), pull(10, BEN, &[ADA, BEN], &["a/one"])];
    let report = replayed(&pulls, 1);
    assert_eq!(picks(&report, Policy::Random), [None]);
    assert_eq!(
        report.asked[0].reviewers,
        [PersonId(ADA)],
        "an own comment is no review"
    );
    pulls[1].author = None;
    pulls.push(Pull {
        closed: None,
        ..pull(20, ADA, &[BEN], &[])
    });
    pulls.push(pull(30, ADA, &[], &["a/one"]));
    assert_eq!(replayed(&pulls, 9).asked.len(), 1);
}

#[test]
fn a_file_is_at_risk_that_one_active_person_reviewed() {
    let at_risk = |pulls: &[Pull], last| {
        let happened = replayed(pulls, last).figures.remove(&Policy::Happened).unwrap();
        (happened.files_at_risk, happened.parts_at_risk)
    };
    // `a/one` was reviewed by two, `a/two` by one.
    let pulls = [
        pull(0, ADA, &[BEN, CLEO], &["a/one", "a/two"]),
        pull(10, ADA, &[BEN, DAN], &["a/one"]),
        pull(20, ADA, &[BEN], &["b/three"]),
    ];
    assert_eq!(at_risk(&pulls, 3), (1, 1), "b/three, and its folder");
    // By the end, what cleo did lies more than 180 days back; `a/two` is not asked about.
    let later = [
        pulls[0].clone(),
        pulls[1].clone(),
        pull(170, ADA, &[BEN, DAN], &["a/one"]),
        pull(190, ADA, &[BEN], &["a/two"]),
    ];
    assert_eq!(
        at_risk(&later, 2),
        (1, 0),
        "ben alone is left of those who reviewed a/two"
    );
}

#[test]
fn a_learner_joins_one_review_in_twenty_at_most_and_files_are_safer_for_it() {
    // ben reviews everything in `a`, dan everything in `b`, and both know something of either.
    let mut pulls = vec![pull(0, ADA, &[BEN, DAN], &["a/0", "b/0"])];
    let files = |folder: &str, day: i64| -> Vec<String> {
        (0..12).map(|n| format!("{folder}/{}", (day * 3 + n) % 60)).collect()
    };
    for day in 1..700 {
        let (folder, reviewer) = if day % 2 == 0 { ("a", BEN) } else { ("b", DAN) };
        let mut next = pull(day, if day % 3 == 0 { CLEO } else { ADA }, &[reviewer], &[]);
        next.files = files(folder, day);
        pulls.push(next);
    }
    let report = replayed(&pulls, 500);
    let (happened, learner) = (
        &report.figures[&Policy::Happened],
        &report.figures[&Policy::WithLearner],
    );
    assert!(learner.extra > 0 && learner.extra <= 35, "{}", learner.extra);
    assert_eq!(
        learner.extra,
        report.asked.iter().filter(|asked| asked.learner.is_some()).count()
    );
    assert_eq!(learner.reviews, happened.reviews + learner.extra);
    assert!(
        learner.files_at_risk < happened.files_at_risk,
        "{} of {}",
        learner.files_at_risk,
        happened.files_at_risk
    );
    for asked in &report.asked {
        let joins = asked.learner;
        assert!(
            joins.is_none_or(|one| one != asked.author && !asked.reviewers.contains(&one)),
            "{asked:?}"
        );
    }
}

#[test]
fn a_short_history_gets_learners_too() {
    for length in [60, 100, 200] {
        // Each reviews half of the files, and both have been in either folder.
        let mut pulls = vec![pull(0, ADA, &[BEN, DAN], &["a/0", "b/0"])];
        for day in 1..length {
            let (folder, reviewer) = if day % 2 == 0 { ("a", BEN) } else { ("b", DAN) };
            let mut next = pull(day, ADA, &[reviewer], &[]);
            next.files = (0..2).map(|n| format!("{folder}/{}", (day * 3 + n) % 40)).collect();
            pulls.push(next);
        }
        let report = replayed(&pulls, 500);
        let (happened, learner) = (
            &report.figures[&Policy::Happened],
            &report.figures[&Policy::WithLearner],
        );
        let most = usize::try_from(length / i64::from(REVIEWS_A_LEARNER)).unwrap();
        assert!((1..=most).contains(&learner.extra), "{length}: {}", learner.extra);
        assert!(learner.files_at_risk < happened.files_at_risk, "{length}");
        let usual = report
            .budgets
            .iter()
            .find(|one| one.reviews_a_learner == REVIEWS_A_LEARNER);
        let usual = usual.expect("the budget of the policy is on the curve");
        assert_eq!(
            (usual.extra, usual.files_at_risk),
            (learner.extra, learner.files_at_risk)
        );
        for one in &report.budgets {
            let most = usize::try_from(length / i64::from(one.reviews_a_learner)).unwrap();
            assert!(
                one.extra <= most && one.files_at_risk <= happened.files_at_risk,
                "{length}: {one:?}"
            );
        }
        let extras: Vec<usize> = report.budgets.iter().map(|one| one.extra).collect();
        assert!(extras.is_sorted() && extras[0] < extras[3], "{length}: {extras:?}");
        assert!(report.asked[..19].iter().all(|asked| asked.learner.is_none()));
    }
}

#[test]
fn where_nobody_would_learn_it_is_said_what_that_takes() {
    let pulls: Vec<Pull> = (0..31).map(|day| pull(day, ADA, &[BEN], &["a/one"])).collect();
    let report = replayed(&pulls, 500);
    insta::assert_snapshot!(words::brief(&report).pop().unwrap(), @"1 of 1 file hangs on one person or nobody. Nobody would have joined to learn: it takes more than 20 reviews, and somebody who knows code nearby and would make a file safer.");
    assert!(words::brief(&replayed(&pulls, 29)).is_empty(), "too few for any figure");
}

#[test]
fn another_team_is_told_where_both_are_in_one() {
    let pulls = [
        pull(0, ADA, &[BEN], &["a"]),
        pull(1, ADA, &[CLEO], &["a"]),
        pull(2, ADA, &[DAN], &["a"]),
    ];
    let teams = BTreeMap::from([(ADA, 1), (BEN, 1), (CLEO, 2)].map(|(who, team)| (PersonId(who), vec![TeamId(team)])));
    let past = Past {
        pulls: &pulls,
        teams: &teams,
        settings: &BTreeMap::new(),
        last: 3,
        seed: 0,
    };
    let crossing = replay(&past).figures[&Policy::Happened].cross_team.unwrap();
    assert!(
        close(crossing.value, 0.5),
        "of ben and cleo, since dan is in none: {crossing:?}"
    );
    assert_eq!(replayed(&pulls, 3).figures[&Policy::Happened].cross_team, None);
}

#[test]
fn the_best_who_does_not_review_already_takes_one_place() {
    let people = |numbers: &[i64]| -> Vec<PersonId> { numbers.iter().copied().map(PersonId).collect() };
    let after = |ranked: &[i64], chance| {
        let mut selected = people(&[ADA, BEN]);
        replace_one(&mut selected, &people(ranked), chance);
        selected
    };
    assert_eq!(after(&[BEN, CLEO], 0), people(&[CLEO, BEN]), "ben reviews already");
    assert_eq!(after(&[BEN, CLEO], 3), people(&[ADA, BEN]), "ben takes his own place");
    assert_eq!(after(&[], 0), people(&[ADA, BEN]));
}

#[test]
fn gini_is_nought_where_all_review_as_much_and_three_quarters_where_one_of_four_does_all() {
    assert!(close(gini(&[5, 5, 5, 5, 5]), 0.0));
    assert!(close(gini(&[0, 0, 0, 4]), 0.75));
}

#[test]
fn an_estimate_says_how_sure_it_is() {
    let half = Estimate::share(5, 10).unwrap();
    assert!(
        close(half.value, 0.5) && (half.low - 0.2366).abs() < 1e-4 && (half.high - 0.7634).abs() < 1e-4,
        "{half:?}"
    );
    assert_eq!(Estimate::share(0, 0), None);
    let mean = Estimate::mean(&[0.4, 0.6, 0.4, 0.6]).unwrap();
    assert!(
        close(mean.value, 0.5) && (mean.high - 0.5 - 1.959_964 * (0.04_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-9,
        "{mean:?}"
    );
    let one = Estimate::mean(&[0.5]).unwrap();
    assert!(close(one.low, -1.0) && close(one.high, 1.0));
}

#[test]
fn few_pull_requests_and_few_people_are_said_to_be_few() {
    let pulls: Vec<Pull> = (0..10).map(|day| pull(day * 2, ADA, &[BEN], &["a/one"])).collect();
    let report = replayed(&pulls, 500);
    assert!(!report.is_enough());
    insta::assert_snapshot!(words::told(&report).join("\n"), @"Not enough evidence yet: 10 reviewed pull requests were asked about, and figures of fewer than about 30 mislead; ask for more, or come back when there are more.");
    assert!(
        words::limits(&report)
            .iter()
            .any(|limit| limit.contains("Too few people"))
    );
    assert!(
        report
            .figures
            .values()
            .all(|figures| figures.gini.is_none() && figures.busiest_share.is_none())
    );
}

fn pulls() -> impl Strategy<Value = Vec<Pull>> {
    let one = (
        1..5_i64,
        proptest::collection::vec(1..7_i64, 0..3),
        proptest::sample::select(vec!["a/1", "a/2", "b/1"]),
        1..9_i64,
    );
    proptest::collection::vec(one, 1..30).prop_map(|rows| {
        let rows = rows.into_iter().zip(0..);
        rows.map(|((author, reviewers, file, open), day)| {
            let mut pull = pull(day, author, &reviewers, &[file]);
            pull.closed = Some(pull.opened + TimeDelta::days(open));
            pull
        })
        .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_the_input_does_not_matter(pulls in pulls(), seed in 0..9_u64) {
        let mut turned = pulls.clone();
        turned.reverse();
        let (teams, settings) = (BTreeMap::new(), BTreeMap::new());
        let of = |pulls: &[Pull]| replay(&Past { pulls, teams: &teams, settings: &settings, last: 20, seed });
        prop_assert_eq!(of(&pulls), of(&turned));
    }

    #[test]
    fn what_comes_later_changes_no_pick(pulls in pulls(), cut in 0..30_usize) {
        let cut = cut.min(pulls.len());
        let (all, some) = (replayed(&pulls, 99), replayed(&pulls[..cut], 99));
        for (one, other) in all.asked.iter().zip(&some.asked) {
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn figures_are_shares(pulls in pulls()) {
        let report = replayed(&pulls, 99);
        for figures in report.figures.values() {
            for estimate in [figures.top1, figures.mrr, figures.expertise, figures.cross_team].into_iter().flatten() {
                prop_assert!(0.0 <= estimate.low && estimate.low <= estimate.value + 1e-9);
                prop_assert!(estimate.value <= estimate.high + 1e-9 && estimate.high <= 1.0);
            }
            prop_assert!(figures.gini.is_none_or(|gini| (-1e-9..=1.0).contains(&gini)));
            prop_assert!(figures.files_at_risk <= report.files && figures.parts_at_risk <= report.parts);
        }
    }
}
