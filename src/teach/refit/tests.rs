use super::*;
use crate::model::ids::RepoId;

/// A number in [0, 1) from a seed: the same in every run.
fn chance(seed: u64) -> f64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let bits = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap();
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

/// Answers of an organisation in which `truth` holds, from `people`.
fn organisation(count: u64, people: u64, truth: &Weights) -> Vec<Answered> {
    (0..count)
        .map(|at| {
            let luck = |of: u64| chance(at * 16 + of);
            let push = Sign::ALL[[0, 1, 2, 3, 4][usize::try_from(at % 5).unwrap()]];
            let mut signs = vec![(push, 1.0)];
            for (of, sign) in [
                (1, Sign::Code),
                (2, Sign::Proposes),
                (3, Sign::Acknowledged),
                (4, Sign::ThumbsUp),
            ] {
                if luck(of) < 0.4 {
                    signs.push((sign, 1.0));
                }
            }
            signs.push((Sign::Length, 3.0 + 3.0 * luck(5)));
            signs.sort_by_key(|(sign, _)| *sign);
            let mut answer = Answered {
                person: PersonId(i64::try_from(at % people).unwrap()),
                pull: PullKey {
                    repo: RepoId(1),
                    number: i32::try_from(at / 2).unwrap(),
                },
                signs,
                taught: false,
            };
            answer.taught = luck(6) < probability(truth, &answer);
            answer
        })
        .collect()
}

/// An organisation where thanks mean much, code in a comment nothing, and much less of all teaches something.
fn another() -> Weights {
    let shipped = Weights::shipped();
    let signs = Sign::ALL.into_iter().map(|sign| {
        let log_odds = match sign {
            Sign::Acknowledged => 2.0,
            Sign::Code => 0.0,
            other => shipped.of(other).log_odds,
        };
        (
            sign,
            Weight {
                log_odds,
                calibrated: true,
            },
        )
    });
    Weights::new(-2.0, signs.collect())
}

#[test]
fn nothing_comes_of_no_answers() {
    assert_eq!(refit(&[]).unwrap(), None);
}

#[test]
fn many_answers_find_what_holds_in_an_organisation() {
    let found = refit(&organisation(2_500, 60, &another())).unwrap().unwrap();
    assert!((found.weights.base() + 2.0).abs() < 0.5, "{}", found.weights.base());
    for sign in [
        Sign::Acknowledged,
        Sign::Code,
        Sign::Proposes,
        Sign::Within3,
        Sign::Length,
    ] {
        let (is, holds) = (found.weights.of(sign).log_odds, another().of(sign).log_odds);
        assert!((is - holds).abs() < 0.3, "{sign:?}: {is:.2}, and {holds} holds");
    }
    assert_eq!(found.verdict(), Verdict::Used);
    assert!(
        found.own.log_loss < found.shipped.log_loss - 0.3,
        "{:?} {:?}",
        found.own,
        found.shipped
    );
    assert!(found.own.ece < 0.03 && found.own.auc > 0.7, "{:?}", found.own);
}

#[test]
fn few_answers_move_little_and_a_sign_that_none_bears_keeps_its_weight() {
    let shipped = Weights::shipped();
    let found = refit(&organisation(20, 10, &another())).unwrap().unwrap();
    for sign in [Sign::Code, Sign::Within3, Sign::Untouched] {
        assert!(
            (found.weights.of(sign).log_odds - shipped.of(sign).log_odds).abs() < 0.5,
            "{sign:?}"
        );
    }
    assert!((found.weights.of(Sign::Applied).log_odds - shipped.of(Sign::Applied).log_odds).abs() < 1e-6);
    assert_eq!(found.verdict(), Verdict::TooFewAnswers);
}

#[test]
fn a_judgement_is_calibrated_once_thirty_answers_bear_it() {
    let calibrated = |count| {
        refit(&organisation(count, 60, &another()))
            .unwrap()
            .unwrap()
            .weights
            .of(Sign::ThumbsUp)
            .calibrated
    };
    assert!(!calibrated(40));
    assert!(calibrated(200));
    let found = refit(&organisation(400, 60, &another())).unwrap().unwrap();
    assert!(!found.weights.of(Sign::Applied).calibrated, "no answer bears it");
}

#[test]
fn where_the_shipped_weights_hold_they_stay() {
    let found = refit(&organisation(400, 60, &Weights::shipped())).unwrap().unwrap();
    assert_eq!(
        found.verdict(),
        Verdict::NoBetter,
        "{:?} {:?}",
        found.own,
        found.shipped
    );
}

#[test]
fn nine_people_are_too_few_however_much_they_answer() {
    let found = refit(&organisation(600, 9, &another())).unwrap().unwrap();
    assert_eq!(found.verdict(), Verdict::TooFewPeople);
}

#[test]
fn one_person_who_answers_no_to_everything_has_a_tenth_of_the_say() {
    let honest = organisation(400, 40, &Weights::shipped());
    let mut cheated = honest.clone();
    cheated.extend(
        organisation(400, 1, &Weights::shipped())
            .into_iter()
            .map(|answer| Answered {
                person: PersonId(-1),
                taught: false,
                ..answer
            }),
    );
    let share = |answers: &[Answered]| {
        let weights = refit(answers).unwrap().unwrap().weights;
        honest.iter().map(|answer| probability(&weights, answer)).sum::<f64>() / eval::size(honest.len())
    };
    let (before, after) = (share(&honest), share(&cheated));
    // 400 noes weigh as 80 answers beside 400: at most a sixth of the way down.
    assert!(after > before * 400.0 / 480.0 - 0.02, "{before:.3} {after:.3}");
    assert!(after < before);
}

#[test]
fn the_order_of_answers_says_nothing() {
    let mut answers = organisation(300, 20, &another());
    let first = refit(&answers).unwrap().unwrap();
    answers.reverse();
    let second = refit(&answers).unwrap().unwrap();
    for sign in Sign::ALL {
        let (one, other) = (first.weights.of(sign).log_odds, second.weights.of(sign).log_odds);
        assert!((one - other).abs() < 0.02, "{sign:?}: {one} {other}");
    }
}
