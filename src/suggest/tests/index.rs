//! The path index against its formula.
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::suggest::paths::HalfLives;
use crate::suggest::paths::Known;
use crate::suggest::paths::PathIndex;

/// Numbers of people in these tests.
const ANA: usize = 0;
const BEN: usize = 1;
const EVE: usize = 2;

/// How many there are.
const PEOPLE: usize = 5;

/// An index in which all is forgotten alike.
fn index(epoch: Time) -> PathIndex {
    PathIndex::new(epoch, HalfLives([60.0; 4]))
}

fn number(person: usize) -> u32 {
    u32::try_from(person).unwrap()
}

fn reviewed(index: &mut PathIndex, at: Time, people: &[usize], files: &[&str]) {
    let people: Vec<u32> = people.iter().map(|person| number(*person)).collect();
    index.reviewed(at, &people, &owned(files));
}

fn known<'p>(index: &PathIndex, asked: &[&'p str]) -> Vec<Option<Known<'p>>> {
    index.view(asked.iter().copied(), now()).people(PEOPLE)
}

/// For each person, the folder beside what is asked in which they reviewed most, and how much.
fn beside(index: &PathIndex, asked: &[&str]) -> Vec<Option<(String, u32)>> {
    let beside = index.view(asked.iter().copied(), now()).beside(PEOPLE);
    let told = beside.into_iter().map(|most| {
        let most = most?;
        Some((format!("{}{}/", most.parent, most.name), most.reviewed))
    });
    told.collect()
}

fn owned(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn the_score_is_the_formula() {
    let mut index = index(now());
    reviewed(&mut index, days_ago(60), &[ANA], &["a/x", "b/y", "b/z"]);
    reviewed(&mut index, now(), &[BEN], &["b/y"]);
    let known = known(&index, &["a/x"]);
    let (ana, ben) = (known[ANA].unwrap(), known[BEN].unwrap());
    // Ana: 1 everywhere but under a, where it is 2/3; all of it halved by age. Ben is at the root only.
    let root = 2.0_f64.ln() * 0.5 / 2.5;
    let under = 3.0_f64.ln() * (1.0 / 3.0) / (1.0 / 3.0 + 1.0);
    assert!((ana.score - (root + 2.0 * under)).abs() < 1e-9, "{ana:?}");
    assert!((ben.score - 2.0_f64.ln() * 1.0 / 2.5).abs() < 1e-9);
    assert!(ben.evidence.abs() < 1e-12, "the root is no evidence");
    let scores = index.view(["a/x"], now()).scores(PEOPLE);
    for (person, known) in [(ANA, ana), (BEN, ben)] {
        let [lately, slowly, wrote] = scores[person];
        assert!((lately - known.score).abs() < 1e-9 && (slowly - known.score).abs() < 1e-9);
        assert!(wrote.abs() < 1e-12, "nobody wrote anything");
    }
}

#[test]
fn a_folder_of_a_similar_name_is_another_folder() {
    let mut index = index(now());
    reviewed(&mut index, now(), &[ANA], &["ledger-old/post.rs"]);
    assert!(known(&index, &["ledger/post.rs"])[ANA].unwrap().evidence.abs() < 1e-12);
    assert_eq!(
        beside(&index, &["ledger/post.rs"])[ANA],
        Some(("ledger-old/".to_owned(), 1))
    );
}

#[test]
fn folders_beside_are_those_next_to_what_is_asked() {
    let mut index = index(now());
    let files = [
        "src/billing/tax/a.rs",
        "src/billing/b.rs",
        "src/ledger/entry.rs",
        "src/main.rs",
        "docs/x/y.md",
    ];
    reviewed(&mut index, now(), &[ANA], &files);
    reviewed(&mut index, now(), &[ANA, BEN], &["docs/z.md"]);
    index.wrote(now(), number(EVE), &owned(&files));
    let beside = beside(&index, &["src/ledger/post.rs"]);
    assert_eq!(beside[ANA], Some(("docs/".to_owned(), 2)), "src/billing/ only once");
    assert_eq!(beside[BEN], Some(("docs/".to_owned(), 1)));
    assert_eq!(beside[EVE], None, "who wrote there isn't counted");
}

#[test]
fn changes_are_alike_by_the_places_that_they_share() {
    let mut index = index(now());
    let places = index.reviewed(now(), &[number(ANA)], &owned(&["src/a.rs", "src/b.rs"]));
    let likeness = |asked: &[&str]| index.view(asked.iter().copied(), now()).likeness(&places);
    // The root, src/ and two files.
    assert!((likeness(&["src/a.rs", "src/b.rs"]) - 1.0).abs() < 1e-9);
    assert!((likeness(&["src/a.rs"]) - 3.0 / 4.0).abs() < 1e-9);
    assert!(
        (likeness(&["src/new/c.rs", "src/new/d.rs"]) - 2.0 / 7.0).abs() < 1e-9,
        "what is new counts"
    );
}

fn path() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(&["a", "b", "c"][..]), 1..4).prop_map(|segments| segments.join("/"))
}

proptest! {
    #[test]
    fn the_order_of_the_past_does_not_matter(
        past in vec((0..300_i64, 0..PEOPLE, vec(path(), 1..4), any::<bool>()), 0..30),
        asked in vec(path(), 1..4),
    ) {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let (mut forwards, mut backwards) = (index(days_ago(300)), index(now()));
        let add = |index: &mut PathIndex, (days, person, files, wrote): &(i64, usize, Vec<String>, bool)| {
            if *wrote {
                index.wrote(days_ago(*days), number(*person), files);
            } else {
                index.reviewed(days_ago(*days), &[number(*person)], files);
            }
        };
        for change in &past {
            add(&mut forwards, change);
        }
        for change in past.iter().rev() {
            add(&mut backwards, change);
        }
        let (one, other) = (known(&forwards, &asked), known(&backwards, &asked));
        for (known, other) in one.iter().zip(&other) {
            prop_assert_eq!(known.is_some(), other.is_some());
            if let (Some(known), Some(other)) = (known, other) {
                prop_assert!((known.score - other.score).abs() < 1e-9);
                prop_assert!((known.evidence - other.evidence).abs() < 1e-9);
            }
        }
        prop_assert_eq!(beside(&forwards, &asked), beside(&backwards, &asked));
    }
}
