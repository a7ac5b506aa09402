//! Replays a history of reviews and measures who would have been suggested against who reviewed.
//!
//! Comes in: one [`Row`] a review, in any order. Goes out: [`Outcome`], with top-k (share of reviews with an actual
//! reviewer among the first k) and MRR (mean of 1 / rank of the first actual reviewer, 0 where none is ranked), for our
//! ranker and for baselines in the same run. Every review is in the denominator. Definitions: spread.md section 1.
//! The state grows with each review; nothing is read twice.
mod baselines;
mod chrev;
mod state;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::model::clock::Time;
use crate::suggest::eval::baselines::MODELS;
use crate::suggest::eval::state::Event;
use crate::suggest::eval::state::State;

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

/// How well one model did.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Share with an actual reviewer in the first place.
    pub top1: f64,
    /// .. among the first three.
    pub top3: f64,
    /// .. among the first five.
    pub top5: f64,
    /// .. among the first ten.
    pub top10: f64,
    /// Mean of 1 / rank of the first actual reviewer.
    pub mrr: f64,
}

/// What a replay measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The data's name.
    pub dataset: String,
    /// Which past reviews counted.
    pub order: Order,
    /// Reviews asked about: all of them.
    pub queries: usize,
    /// Share of them with an actual reviewer who had reviewed before: what no ranker of past reviewers can exceed.
    pub ceiling: f64,
    /// Figures by model; ours is `peerlore`.
    pub models: BTreeMap<String, Figures>,
}

/// Replays these reviews. Those that share a creation time keep their order.
#[must_use]
pub fn replay(dataset: &str, rows: &[Row], order: Order) -> Outcome {
    let mut queries: Vec<&Row> = rows.iter().collect();
    queries.sort_by_key(|row| row.created_at);
    let mut closings: Vec<(Time, &Row)> = queries.iter().filter_map(|row| Some((row.closed_at?, *row))).collect();
    closings.sort_by_key(|(closed, _)| *closed);
    let mut closings = closings.into_iter().peekable();

    let mut state = State::new(queries.first().map_or_else(Time::default, |row| row.created_at));
    let mut sums = vec![Figures::default(); MODELS.len()];
    let mut reachable = 0_u32;
    for row in &queries {
        if order == Order::Strict {
            while let Some((at, closed)) = closings.next_if(|(at, _)| *at < row.created_at) {
                state.add(&Event { at, row: closed });
            }
        }
        state.move_to(row.created_at);
        let actual = state.places(&row.reviewers);
        reachable += u32::from(!actual.is_empty());
        let author = state.seen(row.author.as_deref());
        for (model, sum) in MODELS.iter().zip(&mut sums) {
            let scores = (model.score)(&state, row);
            sum.count(state.rank(&scores, &actual, author));
        }
        if order == Order::Published {
            state.add(&Event {
                at: row.created_at,
                row,
            });
        }
    }
    let share = |sum: f64| {
        if queries.is_empty() {
            0.0
        } else {
            sum / float(queries.len())
        }
    };
    let models = MODELS
        .iter()
        .zip(&sums)
        .map(|(model, sum)| (model.name.to_owned(), sum.map(share)));
    Outcome {
        dataset: dataset.to_owned(),
        order,
        queries: queries.len(),
        ceiling: share(f64::from(reachable)),
        models: models.collect(),
    }
}

impl Figures {
    /// Counts one question whose first actual reviewer had this rank, from 1; none where none was ranked.
    fn count(&mut self, rank: Option<usize>) {
        let Some(rank) = rank else { return };
        let hit = |k| if rank <= k { 1.0 } else { 0.0 };
        self.top1 += hit(1);
        self.top3 += hit(3);
        self.top5 += hit(5);
        self.top10 += hit(10);
        self.mrr += 1.0 / float(rank);
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            top1: f(self.top1),
            top3: f(self.top3),
            top5: f(self.top5),
            top10: f(self.top10),
            mrr: f(self.mrr),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of reviews are far below 2^53")]
fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn row(day: i64, open_days: i64, author: &str, reviewer: &str, file: &str) -> Row {
        let created_at = Time::default() + TimeDelta::days(day);
        Row {
            id: day.to_string(),
            created_at,
            closed_at: Some(created_at + TimeDelta::days(open_days)),
            author: Some(author.to_owned()),
            reviewers: vec![reviewer.to_owned()],
            files: vec![file.to_owned()],
        }
    }

    #[test]
    fn every_review_is_in_the_denominator() {
        let rows = [
            row(0, 1, "al", "ana", "a/x"),
            row(5, 1, "al", "ana", "a/x"),
            row(9, 1, "al", "ben", "b/x"),
            row(12, 1, "al", "ben", "b/x"),
        ];
        let outcome = replay("small", &rows, Order::Strict);
        assert_eq!(outcome.queries, 4);
        assert!((outcome.ceiling - 0.5).abs() < 1e-12);
        for name in ["peerlore", "chrev"] {
            let figures = outcome.models[name];
            assert!(
                (figures.top1 - 0.5).abs() < 1e-12 && (figures.mrr - 0.5).abs() < 1e-12,
                "{name}: {figures:?}"
            );
        }
    }

    #[test]
    fn a_review_that_is_still_open_counts_only_in_the_published_order() {
        let rows = [row(0, 30, "al", "ana", "a/x"), row(5, 1, "al", "ana", "a/x")];
        assert!(replay("small", &rows, Order::Strict).models["peerlore"].top1.abs() < 1e-12);
        assert!((replay("small", &rows, Order::Published).models["peerlore"].top1 - 0.5).abs() < 1e-12);
    }

    #[test]
    fn authors_are_never_ranked_for_their_own_change() {
        let rows = [
            row(0, 1, "al", "ana", "a/x"),
            row(3, 1, "al", "ana", "a/x"),
            row(5, 1, "ana", "ben", "a/x"),
            row(9, 1, "ana", "ben", "a/x"),
        ];
        let outcome = replay("small", &rows, Order::Strict);
        for (name, figures) in &outcome.models {
            assert!((figures.top1 - 0.5).abs() < 1e-12, "{name}: {figures:?}");
        }
    }

    #[test]
    fn nothing_to_replay_is_zero_everywhere() {
        let outcome = replay("empty", &[], Order::Strict);
        assert_eq!(outcome.queries, 0);
        assert!(outcome.models.values().all(|figures| figures.mrr.abs() < 1e-12));
    }

    #[test]
    fn the_result_is_written_in_snake_case() {
        let json = serde_json::to_value(replay("empty", &[], Order::Published)).unwrap();
        assert_eq!(json["order"], "published");
        assert_eq!(json["models"]["active_90_days"]["top10"], 0.0);
    }
}
