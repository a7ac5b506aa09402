//! Holds the thinking to figures on real, labelled data, which is not part of the repository. It is read from
//! `PEERLORE_SHARED`, or from `../shared` beside the crate; where there is none, each test says so and does nothing.
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use peerlore::classify::eval::LabelledComment;
use peerlore::classify::eval::classify_score;
use peerlore::teach::eval::RatedComment;
use peerlore::teach::eval::landing_score;
use serde::de::DeserializeOwned;

fn rows<T: DeserializeOwned>(file: &str) -> Option<Vec<T>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("PEERLORE_SHARED")
        .map_or_else(beside, PathBuf::from)
        .join("data")
        .join(file);
    let Ok(opened) = File::open(&path) else {
        eprintln!(
            "SKIPPED: no {}; set PEERLORE_SHARED to the folder that holds data/",
            path.display()
        );
        return None;
    };
    let lines = BufReader::new(GzDecoder::new(opened)).lines();
    Some(
        lines
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect(),
    )
}

/// Half of the projects: rules were tuned by looking at the first half only.
fn looked_at(row: &LabelledComment) -> bool {
    row.project == "bitcoin/bitcoin"
        || (row.project != "openstack/nova" && row.project.bytes().map(u32::from).sum::<u32>().is_multiple_of(2))
}

fn show(name: &str, figures: &impl serde::Serialize) {
    println!("{name}: {}", serde_json::to_string(figures).unwrap());
}

#[test]
fn areas_are_read_as_well_as_was_measured() {
    let Some(all) = rows::<LabelledComment>("comments/dev.jsonl.gz") else {
        return;
    };
    let (seen, unseen): (Vec<_>, Vec<_>) = all.iter().cloned().partition(looked_at);
    for (name, rows) in [("looked at", &seen), ("not looked at", &unseen), ("all", &all)] {
        show(name, &classify_score(rows));
    }
    let score = classify_score(&all);
    assert!(score.micro.f1 > 0.40, "{:?}", score.micro);
}

#[test]
fn usefulness_is_told_as_well_as_was_measured() {
    let Some(all) = rows::<RatedComment>("landing/nova.jsonl.gz") else {
        return;
    };
    let score = landing_score(&all);
    show("landing", &score);
    assert!(score.auc > 0.6, "{score:?}");
}
