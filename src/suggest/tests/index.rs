//! The path index against its formula.
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::suggest::decay::Decay;
use crate::suggest::paths::HALF_LIFE_DAYS;
use crate::suggest::paths::Part;
use crate::suggest::paths::PathIndex;

fn owned(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn the_score_is_the_formula() {
    let mut index = PathIndex::new(Decay::new(now(), HALF_LIFE_DAYS));
    index.add(Part::Reviewed, days_ago(60), &[ANA], &owned(&["a/x", "b/y", "b/z"]));
    index.add(Part::Reviewed, now(), &[BEN], &owned(&["b/y"]));
    let known = index.view(&["a/x"], now()).people();
    // Ana: 1 everywhere but under a, where it is 2/3; all of it halved by age. Ben is at the root only.
    let root = 2.0_f64.ln() * 0.5 / 2.5;
    let under = 3.0_f64.ln() * (1.0 / 3.0) / (1.0 / 3.0 + 1.0);
    assert!(
        (known[&ANA].score - (root + 2.0 * under)).abs() < 1e-9,
        "{:?}",
        known[&ANA]
    );
    assert!((known[&BEN].score - 2.0_f64.ln() * 1.0 / 2.5).abs() < 1e-9);
    assert!(known[&BEN].evidence.abs() < 1e-12, "the root is no evidence");
}

#[test]
fn a_folder_of_a_similar_name_is_another_folder() {
    let mut index = PathIndex::new(Decay::new(now(), HALF_LIFE_DAYS));
    index.add(Part::Reviewed, now(), &[ANA], &owned(&["ledger-old/post.rs"]));
    assert!(index.view(&["ledger/post.rs"], now()).people()[&ANA].evidence.abs() < 1e-12);
    assert_eq!(
        index.neighbours(&["ledger/post.rs"])[&ANA],
        ("ledger-old/".to_owned(), 1)
    );
}

#[test]
fn neighbours_are_the_folders_next_to_what_is_asked() {
    let mut index = PathIndex::new(Decay::new(now(), HALF_LIFE_DAYS));
    let files = owned(&[
        "src/billing/tax/a.rs",
        "src/billing/b.rs",
        "src/ledger/entry.rs",
        "src/main.rs",
        "docs/x/y.md",
    ]);
    index.add(Part::Reviewed, now(), &[ANA], &files);
    index.add(Part::Reviewed, now(), &[ANA, BEN], &owned(&["docs/z.md"]));
    index.add(Part::Wrote, now(), &[EVE], &files);
    let neighbours = index.neighbours(&["src/ledger/post.rs"]);
    assert_eq!(neighbours[&ANA], ("docs/".to_owned(), 2), "src/billing/ only once");
    assert_eq!(neighbours[&BEN], ("docs/".to_owned(), 1));
    assert_eq!(neighbours.get(&EVE), None, "who wrote there isn't counted");
}

fn path() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(&["a", "b", "c"][..]), 1..4).prop_map(|segments| segments.join("/"))
}

proptest! {
    #[test]
    fn the_order_of_the_past_does_not_matter(
        past in vec((0..300_i64, 1..5_i64, vec(path(), 1..4), any::<bool>()), 0..30),
        asked in vec(path(), 1..4),
    ) {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let mut forwards = PathIndex::new(Decay::new(days_ago(300), HALF_LIFE_DAYS));
        let mut backwards = PathIndex::new(Decay::new(now(), HALF_LIFE_DAYS));
        let add = |index: &mut PathIndex, (days, person, files, wrote): &(i64, i64, Vec<String>, bool)| {
            let part = if *wrote { Part::Wrote } else { Part::Reviewed };
            index.add(part, days_ago(*days), &[PersonId(*person)], files);
        };
        for change in &past {
            add(&mut forwards, change);
        }
        for change in past.iter().rev() {
            add(&mut backwards, change);
        }
        let (one, other) = (forwards.view(&asked, now()).people(), backwards.view(&asked, now()).people());
        prop_assert_eq!(one.len(), other.len());
        for (person, known) in one {
            prop_assert!((known.score - other[&person].score).abs() < 1e-9);
            prop_assert!((known.evidence - other[&person].evidence).abs() < 1e-9);
        }
        prop_assert_eq!(forwards.neighbours(&asked), backwards.neighbours(&asked));
    }
}
