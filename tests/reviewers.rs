//! Holds the baselines of `peerlore eval reviewers` to the figures that were measured before on the same data: only then
//! does a comparison with our ranker mean anything. The data is not part of the repository, see `measured.rs`.
#[path = "support/shared.rs"]
mod shared;

use std::io::BufRead;
use std::io::BufReader;
use std::time::Duration;

use flate2::read::GzDecoder;
use peerlore::suggest::eval::Model;
use peerlore::suggest::eval::Order;
use peerlore::suggest::eval::Outcome;
use peerlore::suggest::eval::Plan;
use peerlore::suggest::eval::Row;
use peerlore::suggest::eval::replay;

/// How far a figure may be from the one written down, which is rounded to three places.
const NEAR: f64 = 0.0055;

/// Top-1, top-10 and MRR.
type Told = [f64; 3];

fn measure(plan: &Plan) -> Option<Outcome> {
    let opened = shared::open(&format!("reviews/{}.jsonl.gz", plan.dataset))?;
    let lines = BufReader::new(GzDecoder::new(opened)).lines();
    let rows: Vec<Row> = lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    Some(replay(&rows, plan, &|| Duration::ZERO))
}

/// All four baselines of spread.md's table: active 90 days, author pair, cHRev, path prefixes and pair; and the ceiling.
fn holds(dataset: &str, order: Order, told: [Option<Told>; 4], ceiling: f64) {
    let plan = Plan {
        without: vec![Model::Peerlore, Model::Revfinder],
        ..Plan::new(dataset, order)
    };
    let Some(outcome) = measure(&plan) else { return };
    let models = [
        Model::Active90Days,
        Model::AuthorPair,
        Model::Chrev,
        Model::PathPrefixes,
    ];
    for (model, told) in models.into_iter().zip(told) {
        near(&outcome, model, told);
    }
    assert!((outcome.ceiling - ceiling).abs() < NEAR, "{}", outcome.ceiling);
}

fn near(outcome: &Outcome, model: Model, told: Option<Told>) {
    let figures = outcome.models[model.name()].figures;
    let ours = [figures.top1, figures.top10, figures.mrr];
    println!(
        "{} {:?} {}: {ours:.3?}, was {told:?}",
        outcome.dataset,
        outcome.order,
        model.name()
    );
    for (ours, told) in ours.iter().zip(told.into_iter().flatten()) {
        assert!((ours - told).abs() < NEAR, "{}: {ours:.4} is not {told}", model.name());
    }
}

#[test]
fn the_baselines_do_on_android_as_was_measured() {
    let published = [
        Some([0.173, 0.704, 0.332]),
        None,
        Some([0.576, 0.879, 0.693]),
        Some([0.578, 0.922, 0.709]),
    ];
    holds("android", Order::Published, published, 0.984);
    let strict = [
        Some([0.156, 0.651, 0.308]),
        None,
        Some([0.520, 0.831, 0.641]),
        Some([0.519, 0.883, 0.657]),
    ];
    holds("android", Order::Strict, strict, 0.964);
}

#[test]
fn the_baselines_do_on_eclipse_as_was_measured() {
    let published = [
        Some([0.437, 0.967, 0.611]),
        Some([0.470, 0.974, 0.651]),
        Some([0.499, 0.976, 0.665]),
        Some([0.505, 0.980, 0.681]),
    ];
    holds("eclipse", Order::Published, published, 0.988);
    let strict = [
        Some([0.426, 0.961, 0.602]),
        Some([0.444, 0.964, 0.628]),
        Some([0.441, 0.968, 0.624]),
        Some([0.479, 0.972, 0.660]),
    ];
    holds("eclipse", Order::Strict, strict, 0.980);
}

#[test]
fn the_baselines_do_on_golang_tools_as_was_measured() {
    let published = [
        Some([0.550, 0.935, 0.691]),
        Some([0.605, 0.947, 0.734]),
        Some([0.588, 0.941, 0.721]),
        Some([0.634, 0.962, 0.762]),
    ];
    holds("golang-tools", Order::Published, published, 0.993);
    let strict = [
        Some([0.544, 0.925, 0.685]),
        Some([0.593, 0.939, 0.720]),
        Some([0.563, 0.931, 0.700]),
        Some([0.616, 0.954, 0.747]),
    ];
    holds("golang-tools", Order::Strict, strict, 0.991);
}

#[test]
fn the_baselines_do_on_cargo_as_was_measured() {
    // Created and closed are the same time in every row, so both orders give the same.
    let either = [
        Some([0.648, 0.990, 0.801]),
        Some([0.650, 0.991, 0.797]),
        Some([0.557, 0.988, 0.723]),
        Some([0.637, 0.994, 0.793]),
    ];
    holds("cargo", Order::Strict, either, 0.995);
}

#[test]
fn revfinder_does_on_eclipse_as_was_measured() {
    let plan = Plan {
        without: Model::ALL
            .into_iter()
            .filter(|model| *model != Model::Revfinder)
            .collect(),
        ..Plan::new("eclipse", Order::Published)
    };
    if let Some(outcome) = measure(&plan) {
        near(&outcome, Model::Revfinder, Some([0.411, 0.956, 0.609]));
    }
}

#[test]
fn ours_is_ahead_as_was_measured() {
    let plan = Plan {
        without: vec![Model::Revfinder, Model::PathPrefixes],
        ..Plan::new("eclipse", Order::Strict)
    };
    let Some(outcome) = measure(&plan) else { return };
    let ahead = outcome.ahead.expect("ours was asked");
    println!("{ahead:?}");
    assert_eq!(ahead.of, "author_pair");
    assert!(ahead.mrr > 0.06 && ahead.ci[0] > 0.05, "{ahead:?}");
}
