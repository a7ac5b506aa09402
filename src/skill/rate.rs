//! Landing rates, with the interval that small counts deserve (science.md section 1).
use statrs::distribution::Beta;
use statrs::distribution::ContinuousCDF;

use crate::model::lesson::Lesson;
use crate::model::lesson::Outcome;

/// Prior lessons that landed, in the average over teachers.
pub const PRIOR_LANDED: f64 = 8.3;
/// Prior lessons that did not.
pub const PRIOR_NOT: f64 = 1.7;

/// A rate with what it rests on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    /// The posterior mean, in (0, 1).
    pub mean: f64,
    /// Lower end of the 90% interval.
    pub low: f64,
    /// Upper end of the 90% interval.
    pub high: f64,
    /// Threads behind it.
    pub threads: usize,
}

/// The landing rate of a teacher in an area: `Beta(8.3 + sum P, 1.7 + sum (1-P))` over landed and given lessons, mean and
/// 90% interval. The same to the last bit for any order of lessons.
#[must_use]
pub fn landing_rate(lessons: &[Lesson]) -> Rate {
    let mut probabilities: Vec<f64> = lessons
        .iter()
        .filter(|lesson| lesson.outcome != Outcome::Declined)
        .map(|lesson| lesson.p.clamp(0.0, 1.0))
        .collect();
    probabilities.sort_by(f64::total_cmp);
    let landed: f64 = probabilities.iter().sum();
    let not: f64 = probabilities.iter().map(|p| 1.0 - p).sum();
    let (mean, low, high) = beta_interval(PRIOR_LANDED + landed, PRIOR_NOT + not);
    Rate {
        mean,
        low,
        high,
        threads: probabilities.len(),
    }
}

/// Mean and central 90% interval of `Beta(a, b)`; both must be above 0 (they are sums with a prior), else (0.5, 0, 1).
pub(crate) fn beta_interval(a: f64, b: f64) -> (f64, f64, f64) {
    match Beta::new(a, b) {
        Ok(beta) => (a / (a + b), beta.inverse_cdf(0.05), beta.inverse_cdf(0.95)),
        Err(_) => (0.5, 0.0, 1.0),
    }
}
