use super::*;
use crate::classify::read;

/// A comment that the next patch set follows, or leaves alone.
fn row(change: Option<u64>, (text, useful): (&str, bool), followed: bool) -> RatedComment {
    RatedComment {
        text: text.to_owned(),
        useful: u8::from(useful),
        file: "src/db.rs".to_owned(),
        change,
        landing: LaterChange {
            later_patchset_has_file: Some(true),
            dist_to_nearest_later_change: followed.then_some(1.0),
        },
    }
}

#[test]
fn what_signs_tell_in_other_changes_is_told_of_unseen_ones() {
    let rows: Vec<RatedComment> = (0..200)
        .map(|at| {
            let followed = at % 2 == 0;
            // One in nine is the other way about.
            row(
                Some(at / 4),
                ("This needs an index.", followed != (at % 9 == 3)),
                followed,
            )
        })
        .collect();
    let score = cross_validated(&rows, read).unwrap();
    assert!(
        score.auc > 0.85 && score.ece < 0.06 && score.minority_f1 > 0.85,
        "{score:?}"
    );
}

#[test]
fn what_holds_in_one_change_only_is_not_told_of_it() {
    // All comments of a change are alike, and what they are is of no use for any other.
    let rows: Vec<RatedComment> = (0..100)
        .flat_map(|change| (0..4).map(move |_| row(Some(change), ("This needs an index.", change % 3 == 0), true)))
        .collect();
    let score = cross_validated(&rows, read).unwrap();
    assert!(score.auc < 0.6, "{score:?}");
}

#[test]
fn comments_without_a_change_are_each_of_their_own() {
    let rows: Vec<RatedComment> = (0..40)
        .map(|at| row(None, ("Why?", at % 2 == 0), at % 2 == 0))
        .collect();
    assert!(cross_validated(&rows, read).unwrap().auc > 0.9);
}
