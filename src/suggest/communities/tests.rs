use proptest::prelude::*;

use super::*;

fn ties(pairs: &[(i64, i64, f64)]) -> Vec<Tie> {
    pairs
        .iter()
        .map(|(one, other, weight)| (PersonId(*one), PersonId(*other), *weight))
        .collect()
}

fn ids(circle: &[PersonId]) -> Vec<i64> {
    circle.iter().map(|person| person.0).collect()
}

/// Two triangles, joined by one thin tie.
const TWO: &[(i64, i64, f64)] = &[
    (1, 2, 5.0),
    (2, 3, 5.0),
    (3, 1, 5.0),
    (4, 5, 5.0),
    (5, 6, 5.0),
    (6, 4, 5.0),
    (3, 4, 1.0),
];

#[test]
fn two_triangles_are_two_circles_whatever_the_seed() {
    for seed in 0..20 {
        let found = circles(&ties(TWO), seed);
        assert_eq!(
            found.iter().map(|circle| ids(circle)).collect::<Vec<_>>(),
            [[1, 2, 3], [4, 5, 6]]
        );
    }
}

#[test]
fn a_pair_is_no_circle_and_one_circle_tells_nobody_apart() {
    assert!(circles(&ties(&[(1, 2, 5.0), (2, 3, 5.0), (3, 1, 5.0)]), 1).is_empty());
    let pair = [TWO, &[(8, 9, 3.0)]].concat();
    assert_eq!(circles(&ties(&pair), 1).len(), 2);
    assert!(circles(&[], 1).is_empty());
}

/// Zachary's karate club (1977), whose split is known: Louvain finds two to four communities, and never puts both
/// leaders (1 and 34) into one.
#[test]
fn the_karate_club_is_split_between_its_leaders() {
    let club: &[(i64, &[i64])] = &[
        (1, &[2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32]),
        (2, &[3, 4, 8, 14, 18, 20, 22, 31]),
        (3, &[4, 8, 9, 10, 14, 28, 29, 33]),
        (4, &[8, 13, 14]),
        (5, &[7, 11]),
        (6, &[7, 11, 17]),
        (7, &[17]),
        (9, &[31, 33, 34]),
        (10, &[34]),
        (14, &[34]),
        (15, &[33, 34]),
        (16, &[33, 34]),
        (19, &[33, 34]),
        (20, &[34]),
        (21, &[33, 34]),
        (23, &[33, 34]),
        (24, &[26, 28, 30, 33, 34]),
        (25, &[26, 28, 32]),
        (26, &[32]),
        (27, &[30, 34]),
        (28, &[34]),
        (29, &[32, 34]),
        (30, &[33, 34]),
        (31, &[33, 34]),
        (32, &[33, 34]),
        (33, &[34]),
    ];
    let tied = club
        .iter()
        .flat_map(|(one, others)| others.iter().map(|other| (*one, *other, 1.0)));
    let tied: Vec<(i64, i64, f64)> = tied.collect();
    assert_eq!(tied.len(), 78);
    let found = circles(&ties(&tied), 3);
    assert!((2..=5).contains(&found.len()), "{found:?}");
    let of = |person| found.iter().position(|circle| circle.contains(&PersonId(person)));
    assert!(of(1).is_some() && of(34).is_some() && of(1) != of(34));
}

#[test]
fn circles_keep_their_numbers_while_people_come_and_go() {
    let people = |ids: &[i64]| ids.iter().copied().map(PersonId).collect::<Vec<_>>();
    let before = numbered(vec![people(&[1, 2, 3]), people(&[4, 5, 6])], &BTreeMap::new());
    assert_eq!(before.keys().copied().collect::<Vec<_>>(), [1, 2]);
    let before = before
        .into_iter()
        .map(|(number, circle)| (number, circle.into_iter().collect()))
        .collect();
    let after = numbered(
        vec![people(&[4, 5, 6, 7]), people(&[10, 11, 12]), people(&[1, 2, 9])],
        &before,
    );
    assert_eq!(ids(&after[&1]), [1, 2, 9]);
    assert_eq!(ids(&after[&2]), [4, 5, 6, 7]);
    assert_eq!(ids(&after[&3]), [10, 11, 12]);
}

proptest! {
    #[test]
    fn everybody_is_in_one_circle_at_most_and_the_order_of_ties_is_nothing(
        pairs in proptest::collection::vec((0_i64..14, 0_i64..14, -1.0_f64..5.0), 0..60),
        seed in any::<u64>(),
    ) {
        let whole: Vec<(i64, i64, f64)> = pairs.iter().map(|(a, b, w)| (*a, *b, w.round())).collect();
        let found = circles(&ties(&whole), seed);
        let mut all: Vec<PersonId> = found.concat();
        let people = all.len();
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(all.len(), people);
        prop_assert!(found.iter().all(|circle| circle.len() >= LEAST));
        let mut turned = whole.clone();
        turned.reverse();
        prop_assert_eq!(circles(&ties(&turned), seed), found);
    }
}
