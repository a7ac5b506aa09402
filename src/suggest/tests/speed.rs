//! How long a question takes on a long history.
use std::time::Instant;

use super::*;

/// 3,000 reviews of 10 files by 200 people; the question touches 10 files.
pub fn long_history() -> World {
    let mut world = World::ledger();
    world.history = (0..3_000)
        .map(|i| {
            let files = (0..10).map(|f| format!("src/part{}/sub{}/file{}.rs", i % 40, (i + f) % 7, f));
            PastReview {
                author: Some(PersonId(i64::from(i % 199))),
                files: files.collect(),
                ..review(
                    i,
                    900 - i64::from(i) * 3 / 10,
                    &[PersonId(i64::from(i % 200)), PersonId(i64::from(i % 23))],
                    "",
                )
            }
        })
        .collect();
    world.candidates = (2..200)
        .map(|id| candidate(PersonId(id), &id.to_string(), SEARCH))
        .collect();
    world.pull.number = -1;
    world.pull.files = (0..10)
        .map(|f| rust_file(&format!("src/part3/sub{}/file{f}.rs", f % 7)))
        .collect();
    world
}

#[test]
fn a_long_history_is_ranked_in_an_eye_blink() {
    let world = long_history();
    let past = world.past();
    let start = Instant::now();
    let suggestion = world.suggest_by(&past);
    let took = start.elapsed();
    assert!(who(&suggestion.expert).is_some());
    eprintln!("3,000 reviews of 10 files: {took:?}");
    // Far above what it takes, so that a busy machine doesn't fail it; a quadratic step would.
    assert!(took.as_millis() < 1_000, "{took:?}");
}
