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
    let mut index = PathIndex::of_everything(Decay::new(now(), HALF_LIFE_DAYS));
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
    let mut index = PathIndex::about(Decay::new(now(), HALF_LIFE_DAYS), ["ledger/post.rs"]);
    let files = owned(&["ledger-old/post.rs"]);
    assert_eq!(index.add(Part::Reviewed, now(), &[ANA], &files), ["ledger-old/"]);
    assert!(index.view(&["ledger/post.rs"], now()).people()[&ANA].evidence.abs() < 1e-12);
}

#[test]
fn neighbours_are_the_folders_next_to_what_is_asked() {
    let mut index = PathIndex::about(Decay::new(now(), HALF_LIFE_DAYS), ["src/ledger/post.rs"]);
    let files = owned(&[
        "src/billing/tax/a.rs",
        "src/billing/b.rs",
        "src/ledger/entry.rs",
        "src/main.rs",
        "docs/x/y.md",
    ]);
    assert_eq!(
        index.add(Part::Reviewed, now(), &[ANA], &files),
        ["docs/", "src/billing/"]
    );
}

fn path() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(&["a", "b", "c"][..]), 1..4).prop_map(|segments| segments.join("/"))
}

proptest! {
    #[test]
    fn an_index_of_one_question_answers_it_like_an_index_of_everything(
        past in vec((0..300_i64, 1..5_i64, vec(path(), 1..4), any::<bool>()), 0..30),
        asked in vec(path(), 1..4),
    ) {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let mut everything = PathIndex::of_everything(Decay::new(days_ago(300), HALF_LIFE_DAYS));
        let mut narrow = PathIndex::about(Decay::new(now(), HALF_LIFE_DAYS), asked.iter().copied());
        for (days, person, files, wrote) in &past {
            let part = if *wrote { Part::Wrote } else { Part::Reviewed };
            for index in [&mut everything, &mut narrow] {
                index.add(part, days_ago(*days), &[PersonId(*person)], files);
            }
        }
        let (all, some) = (everything.view(&asked, now()).people(), narrow.view(&asked, now()).people());
        prop_assert_eq!(all.len(), some.len());
        for (person, known) in all {
            prop_assert!((known.score - some[&person].score).abs() < 1e-9);
            prop_assert!((known.evidence - some[&person].evidence).abs() < 1e-9);
        }
    }
}
