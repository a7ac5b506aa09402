//! Replays a history of reviews and measures who would have been suggested against who reviewed.
//!
//! Comes in: one [`Row`] a review, in any order. Goes out: [`Outcome`], with top-k (share of reviews with an actual
//! reviewer among the first k) and MRR (mean of 1 / rank of the first actual reviewer, 0 where none is ranked), for our
//! ranker and for baselines in the same run, with bootstrap intervals. Every review asked about is in the denominator.
//! Definitions: spread.md section 1. The state grows with each review; nothing is read twice.
//!
//! - `state` is what is known at a point of time; `ours` and `baselines` score from it, with `chrev` and `revfinder`
//! - `intervals` makes figures and intervals of ranks
mod baselines;
pub(in crate::suggest) mod chrev;
mod intervals;
mod model;
mod ours;
mod revfinder;
mod state;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::model::clock::Time;
pub use crate::suggest::eval::intervals::Figures;
pub use crate::suggest::eval::intervals::Interval;
pub use crate::suggest::eval::intervals::Intervals;
use crate::suggest::eval::intervals::Ranks;
use crate::suggest::eval::intervals::Resampled;
pub use crate::suggest::eval::model::Model;
use crate::suggest::eval::ours::Ours;
use crate::suggest::eval::state::Event;
use crate::suggest::eval::state::State;
use crate::suggest::memory::Signal;

/// One review of the past.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Row {
    /// Its name in the data.
    pub id: String,
    /// When it was opened.
    pub created_at: Time,
    /// When it was closed; not known in time for anything where missing.
    #[serde(default)]
    pub closed_at: Option<Time>,
    /// Who wrote the change.
    #[serde(default)]
    pub author: Option<String>,
    /// Who reviewed it.
    pub reviewers: Vec<String>,
    /// The files it touched.
    pub files: Vec<String>,
}

/// Which past reviews count for a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// All that were created earlier: the literature's order, with a small leak.
    Published,
    /// Those that were closed before the question was asked: what a product can know.
    Strict,
}

/// What is asked of a replay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The data's name.
    pub dataset: String,
    /// Which past reviews count.
    pub order: Order,
    /// Models that are left out.
    pub without: Vec<Model>,
    /// Signals that count nothing in our ranker.
    pub ours_without: Vec<Signal>,
    /// Ask about only so many of the reviews, the last by creation; those before still count as history. All where
    /// missing.
    pub last: Option<usize>,
    /// Chooses what the bootstrap draws.
    pub seed: u64,
}

impl Plan {
    /// All models on all reviews of this data.
    #[must_use]
    pub fn new(dataset: &str, order: Order) -> Self {
        Self {
            dataset: dataset.to_owned(),
            order,
            without: Vec::new(),
            ours_without: Vec::new(),
            last: None,
            seed: 0,
        }
    }
}

/// How well and how fast one model answered.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// Their 95% intervals.
    pub ci: Intervals,
    /// Mean time of scoring and ranking for one question, in microseconds; taking in the history is not in it.
    pub micros_per_query: f64,
}

/// How far our ranker is ahead of the best simple model.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ahead {
    /// The best by MRR of [`Model::TO_BEAT`].
    pub of: String,
    /// Our MRR less its; below 0 where ours is behind.
    pub mrr: f64,
    /// The 95% interval of that difference, both models asked the same questions.
    pub ci: Interval,
}

/// What a replay measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The data's name.
    pub dataset: String,
    /// Which past reviews counted.
    pub order: Order,
    /// Reviews asked about.
    pub queries: usize,
    /// Share of them with an actual reviewer who had reviewed before: what no ranker of past reviewers can exceed.
    pub ceiling: f64,
    /// By model; ours is `peerlore`.
    pub models: BTreeMap<String, Measured>,
    /// How ours compares; missing where it, or all that it is compared with, was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<Ahead>,
    /// What each of our ranker's signals counted in the end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<Signal, f64>,
}

/// The time passed since a fixed moment, by which models are timed.
pub type Stopwatch<'c> = &'c dyn Fn() -> Duration;

/// Replays these reviews by their creation; those that share a creation time keep their order. The clock only times the
/// models and changes no rank.
#[must_use]
pub fn replay(rows: &[Row], plan: &Plan, clock: Stopwatch<'_>) -> Outcome {
    let replayed = Replayed::of(rows, plan, clock);
    let ranks: Vec<&Ranks> = replayed.answers.iter().map(|answers| &answers.ranks).collect();
    let resampled = Resampled::draw(&ranks, plan.seed);
    let models = replayed.answers.iter().enumerate().map(|(at, answers)| {
        let measured = Measured {
            figures: Figures::of(&answers.ranks),
            ci: resampled.intervals(at),
            micros_per_query: answers.took.as_secs_f64() * 1e6 / float(replayed.queries.max(1)),
        };
        (answers.model.name().to_owned(), measured)
    });
    Outcome {
        dataset: plan.dataset.clone(),
        order: plan.order,
        queries: replayed.queries,
        ceiling: float(replayed.reachable) / float(replayed.queries.max(1)),
        models: models.collect(),
        ahead: ahead(&replayed.answers, &resampled),
        weights: replayed.weights,
    }
}

/// Compares our ranker with the best of those that it has to be ahead of; the first of equals.
fn ahead(answers: &[Answers], resampled: &Resampled) -> Option<Ahead> {
    let ours = answers.iter().position(|answers| answers.model == Model::Peerlore)?;
    let mrr = |at: usize| Figures::of(&answers[at].ranks).mrr;
    let others = (0..answers.len()).filter(|at| Model::TO_BEAT.contains(&answers[*at].model));
    let other = others.max_by(|a, b| mrr(*a).total_cmp(&mrr(*b)).then(b.cmp(a)))?;
    Some(Ahead {
        of: answers[other].model.name().to_owned(),
        mrr: mrr(ours) - mrr(other),
        ci: resampled.ahead(ours, other),
    })
}

/// What one model answered.
struct Answers {
    model: Model,
    ranks: Ranks,
    took: Duration,
}

/// A replay's answers before they are summed up.
struct Replayed {
    queries: usize,
    /// Queries with an actual reviewer who had reviewed before.
    reachable: usize,
    answers: Vec<Answers>,
    weights: BTreeMap<Signal, f64>,
}

impl Replayed {
    fn of(rows: &[Row], plan: &Plan, clock: Stopwatch<'_>) -> Self {
        let mut reviews: Vec<&Row> = rows.iter().collect();
        reviews.sort_by_key(|row| row.created_at);
        // Whatever the data says, nothing is known of a review before it is created.
        let closing = |row: &Row| row.closed_at.map(|closed| closed.max(row.created_at));
        let mut closings: Vec<(Time, &Row)> = reviews.iter().filter_map(|row| Some((closing(row)?, *row))).collect();
        closings.sort_by_key(|(closed, _)| *closed);
        let mut closings = closings.into_iter().peekable();

        let queries = plan.last.unwrap_or(reviews.len()).min(reviews.len());
        let mut replayed = Self::new(plan, queries);
        let epoch = reviews.first().map_or_else(Time::default, |row| row.created_at);
        let is_asked = !plan.without.contains(&Model::Peerlore);
        let mut state = State::new(epoch, is_asked.then(|| Ours::new(epoch, &plan.ours_without)));
        for (at, row) in reviews.iter().enumerate() {
            if plan.order == Order::Strict {
                while let Some((at, row)) = closings.next_if(|(at, _)| *at < row.created_at) {
                    state.add(&Event { at, row });
                }
            }
            state.move_to(row.created_at);
            if at + queries >= reviews.len() {
                replayed.ask(&state, row, clock);
            }
            state.ask(row);
            if plan.order == Order::Published {
                let at = row.created_at;
                state.add(&Event { at, row });
            }
        }
        let weights = state.ours.as_ref().map(Ours::weights);
        replayed.weights = Signal::ALL
            .into_iter()
            .filter_map(|signal| Some((signal, weights?.of(signal))))
            .collect();
        replayed
    }

    fn new(plan: &Plan, queries: usize) -> Self {
        let models = Model::ALL.into_iter().filter(|model| !plan.without.contains(model));
        let answers = models.map(|model| Answers {
            model,
            ranks: Vec::with_capacity(queries),
            took: Duration::ZERO,
        });
        Self {
            queries,
            reachable: 0,
            answers: answers.collect(),
            weights: BTreeMap::new(),
        }
    }

    fn ask(&mut self, state: &State, row: &Row, clock: Stopwatch<'_>) {
        let actual = state.places(&row.reviewers);
        self.reachable += usize::from(!actual.is_empty());
        let author = state.seen(row.author.as_deref());
        for answers in &mut self.answers {
            let start = clock();
            let scores = answers.model.scores(state, row);
            answers.ranks.push(state.rank(&scores, &actual, author));
            answers.took += clock().saturating_sub(start);
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of reviews and of files are far below 2^53"
)]
fn float(number: usize) -> f64 {
    number as f64
}
