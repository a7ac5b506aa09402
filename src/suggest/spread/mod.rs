//! Replays a history of reviews under policies that choose reviewers, and measures how far knowledge spreads.
//!
//! The replay of Mirsaeedi and Rigby (Sofia, ICSE 2020) and of `SofiaWL` (Hajari et al., TSE 2024), without their knowledge of
//! the future. Comes in: one [`Row`] a review in any order, charts of teams where known, and what is [`Asked`]. Goes out: an
//! [`Outcome`] with each policy's [`Figures`] against what happened, and the curve of files at risk by budget.
//!
//! Definitions. A change is decided on when it opens: its author knows its files from then on, and the policies see only what
//! happened until then. Whoever reviews it knows its files once it closes. *Knows*: wrote or reviewed. *Available*: recorded
//! activity, never a policy's pick, in the last 180 days. *At risk*: reviewed at least once, by at most one person who is
//! available (who owns lines isn't known here, and every file that was reviewed counts as existing). *Area*: the first two
//! folders of a path. Periods are quarters, the last one is dropped; changes are in per cent of what happened.
//!
//! - `history` numbers people, files and folders; `record` is what really happened; `knowledge` who knows what in a replay
//! - `policies` are those of the literature, `ours` is ours with `stay` (who stays) and `going` (the price in a short history), `run`
//!   replays one of them
//! - `metrics` are the measures, `teams` who was in which team when, `curve` compares at the same budget, `chart` draws
pub mod chart;
pub mod curve;
pub mod going;
pub mod history;
pub mod knowledge;
pub mod metrics;
pub mod ours;
pub mod policies;
pub mod record;
pub mod run;
pub mod stay;
pub mod teams;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::suggest::eval::Row;
use crate::suggest::spread::curve::Point;
use crate::suggest::spread::curve::Theirs;
use crate::suggest::spread::history::History;
use crate::suggest::spread::metrics::Figures;
use crate::suggest::spread::ours::Setting;
use crate::suggest::spread::policies::Policy;
use crate::suggest::spread::run::Played;
use crate::suggest::spread::run::Replayed;
use crate::suggest::spread::run::run;
use crate::suggest::spread::teams::TeamMonth;
use crate::suggest::spread::teams::Teams;

/// Shares of reviews at which ours is compared with the others at the same share.
pub const BUDGETS: [f64; 6] = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1];

/// The Hoarded-n that make the others' curve; 1 is `TurnoverRec++`.
pub const HOARDED: [usize; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 60];

/// .. and those of them that the table shows.
const SHOWN: [usize; 4] = [1, 2, 4, 8];

/// Our policy's name in a table.
pub const OURS: &str = "peerlore";

/// What is wanted of a measurement.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Our policy's setting, for the table; the curve takes other budgets.
    pub setting: Setting,
    /// How many seeds the figures are means of, at least one.
    pub seeds: u64,
    /// Names of policies that the table leaves out.
    pub without: Vec<String>,
}

/// A policy and its figures.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Named {
    /// The policy's name.
    pub policy: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What a measurement found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Outcome {
    /// The data's name.
    pub dataset: String,
    /// Changes that were replayed.
    pub changes: usize,
    /// People in them.
    pub people: usize,
    /// Files in them.
    pub files: usize,
    /// Quarters measured.
    pub quarters: usize,
    /// Seeds that the figures are means of.
    pub seeds: u64,
    /// Our policy's share of reviews that may be given a learner.
    pub budget: f64,
    /// How many reviews' worth of it may be spent ahead.
    pub advance: f64,
    /// How many times as much a learner from another team pays.
    pub cross_team: f64,
    /// Figures by policy.
    pub policies: Vec<Named>,
    /// Ours and the best of the others at the same share of reviews with an extra reviewer.
    pub curve: Vec<Point>,
}

/// All policies' names, in the order of the table.
#[must_use]
pub fn names() -> Vec<String> {
    shown().map(Policy::name).chain([OURS.to_owned()]).collect()
}

fn shown() -> impl Iterator<Item = Policy> {
    let replacing = [
        Policy::Happened,
        Policy::Random,
        Policy::Chrev,
        Policy::TurnoverRec,
        Policy::Sofia,
        Policy::SofiaWl,
    ];
    replacing.into_iter().chain(SHOWN.map(Policy::Hoarded))
}

/// Replays these rows under every policy.
#[must_use]
pub fn measure(dataset: &str, rows: &[Row], charts: &[TeamMonth], asked: &Asked) -> Outcome {
    let history = History::read(rows);
    let teams = Teams::read(&history, charts);
    let bench = Bench::new(&history, &teams, asked);
    let theirs: Vec<(Policy, Figures)> = HOARDED
        .map(Policy::Hoarded)
        .into_iter()
        .map(|policy| (policy, bench.figures(Replayed::Theirs(policy))))
        .collect();
    let listed = |name: &str| !asked.without.iter().any(|left_out| left_out == name);
    let figures = |policy: Policy| {
        let known = theirs.iter().find(|(other, _)| *other == policy);
        known.map_or_else(
            || bench.figures(Replayed::Theirs(policy)),
            |(_, figures)| figures.clone(),
        )
    };
    let named = shown().filter(|policy| listed(&policy.name())).map(|policy| Named {
        policy: policy.name(),
        figures: figures(policy),
    });
    let mut policies: Vec<Named> = named.collect();
    if listed(OURS) {
        policies.push(Named {
            policy: OURS.to_owned(),
            figures: bench.figures(Replayed::Ours(asked.setting)),
        });
    }
    let others = Theirs::new(theirs.into_iter().map(|(_, figures)| figures).collect());
    let curve = BUDGETS.map(|budget| {
        let setting = Setting {
            budget,
            ..asked.setting
        };
        others.point(budget, bench.figures(Replayed::Ours(setting)))
    });
    Outcome {
        dataset: dataset.to_owned(),
        changes: history.changes.len(),
        people: history.people.len(),
        files: history.folders.len(),
        quarters: bench.happened.quarters.len(),
        seeds: asked.seeds,
        budget: asked.setting.budget,
        advance: asked.setting.advance,
        cross_team: asked.setting.cross_team,
        policies,
        curve: curve.into(),
    }
}

/// What every replay is run with and held against.
struct Bench<'a> {
    history: &'a History,
    teams: &'a Teams,
    seeds: u64,
    happened: Played,
}

impl<'a> Bench<'a> {
    fn new(history: &'a History, teams: &'a Teams, asked: &Asked) -> Self {
        Self {
            history,
            teams,
            seeds: asked.seeds.max(1),
            happened: run(history, teams, Replayed::Theirs(Policy::Happened), 0),
        }
    }

    fn figures(&self, replayed: Replayed) -> Figures {
        let of_seed = |seed| Figures::of(&run(self.history, self.teams, replayed, seed), &self.happened);
        let of_seeds: Vec<Figures> = (1..=self.seeds).map(of_seed).collect();
        Figures::mean(&of_seeds)
    }
}
