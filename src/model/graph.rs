//! The skill graph: edges of teaching, aggregated from lessons, decaying with time.
use serde::Deserialize;
use serde::Serialize;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::skill::Area;

/// What one pull request adds to an edge: `P = 1 - prod(1-p)` over its lessons (science.md section 1).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PullEvidence {
    /// The pull request.
    pub pull: PullKey,
    /// When its last lesson was given.
    pub at: Time,
    /// Noisy-or over the landed lessons, in [0, 1].
    pub landed: f64,
    /// Noisy-or over the lessons given without landing, in [0, 1].
    pub given: f64,
    /// Its diffs are known.
    pub diffs_known: bool,
}

/// An edge: teacher, learner, area, as sums that decay by a formula from `as_of` on, so that no clock has to tick.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Edge {
    /// Who taught.
    pub teacher: PersonId,
    /// Who was taught.
    pub learner: PersonId,
    /// About what.
    pub area: Area,
    /// The time the decayed sums stand for: the last lesson's.
    pub as_of: Time,
    /// Distinct pull requests with a landed lesson.
    pub pulls: i32,
    /// Sum of P, undecayed.
    pub sum: f64,
    /// Sum of `P * 2^(-age/52 d)` at `as_of`.
    pub sum_52: f64,
    /// Sum of `P * 2^(-age/365 d)` at `as_of`.
    pub sum_365: f64,
    /// Sum of `2^(-age/52 d)` over distinct pull requests whose diffs are known, at `as_of`: what confidence rests on.
    pub n_52: f64,
    /// Distinct pull requests whose diffs are known.
    pub n: i32,
}

/// How much evidence stands behind an edge or a claim (by effective n: < 3, 3 to 8, > 8). Low is hidden from leads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Fewer than 3 effective pull requests, or no diffs known.
    Low,
    /// 3 to 8.
    Medium,
    /// More than 8.
    High,
}

impl Confidence {
    /// The word that people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
