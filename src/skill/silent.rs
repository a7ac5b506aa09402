//! Silent experts: people who know a part of the code and are hardly ever asked about it (science.md section 3).
//!
//! Per person and module over the last 365 days: E, the faded sum of own merged changes; their share of the module's
//! total; O, merged changes by others; R, reviews given on these. `R ~ NegBin(mu, k)` with
//! `mu = O * exp(b0 + b1 ln(1+E) + b2 ln(share + 0.001))`, fitted per organisation around defaults from a large public
//! project. theta = actual / expected has the posterior `Gamma(k + R, k + mu)`. An invitation to ask, never a verdict:
//! what is shown is the interval with the counts behind it, not a score.
pub mod eval;

use std::collections::BTreeMap;

use statrs::distribution::Beta;
use statrs::distribution::ContinuousCDF;
use statrs::distribution::Gamma;

use crate::model::ids::PersonId;
use crate::skill::negative_binomial::Fit;
use crate::skill::negative_binomial::Observation;
use crate::skill::negative_binomial::fit;

/// Coefficients from a public project of 14,000 changes; used alone where an organisation is too small.
pub const DEFAULTS: Fit = Fit {
    b: [-3.0, 0.5, 0.1],
    k: 0.5,
};
/// Fewer people than this with something to review, and the defaults are used without a fit.
pub const MIN_PEOPLE: usize = 10;
/// Flagged only among this many with the most evidence in a module.
pub const TOP: usize = 5;
/// Least evidence.
pub const MIN_EVIDENCE: f64 = 2.0;
/// Active within this many days.
pub const MAX_IDLE_DAYS: f64 = 180.0;
/// theta below this is "hardly asked".
pub const QUIET: f64 = 0.5;
/// How sure that must be.
pub const SURE: f64 = 0.9;

/// One person's year in one module.
#[derive(Clone, PartialEq, Debug)]
pub struct Work {
    /// Who.
    pub person: PersonId,
    /// The module or area.
    pub module: String,
    /// E: sum of `2^(-age/365 d)` over own merged changes of the last 365 days.
    pub evidence: f64,
    /// E as a share of the module's total, in [0, 1].
    pub share: f64,
    /// O: merged changes by others in the module.
    pub others_changes: u32,
    /// R: reviews given in the module, on the changes that O counts.
    pub reviews: u32,
    /// Days since the last sign of activity.
    pub idle_days: f64,
    /// Times asked to review, where the host says.
    pub asked: Option<u32>,
    /// Of these, times that a review was given.
    pub answered: Option<u32>,
    /// Away, gone or opted out: counts in ranks and in the fit, is never named.
    pub left_out: bool,
}

/// A person to ask, with what stands behind it.
#[derive(Clone, PartialEq, Debug)]
pub struct SilentExpert {
    /// What was counted.
    pub work: Work,
    /// Place by evidence in the module, from 1.
    pub rank: usize,
    /// Reviews that people with such evidence give in such a module.
    pub expected: f64,
    /// Lower end of the 90% interval of actual / expected.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Probability that actual / expected is below a half.
    pub quiet: f64,
}

/// Fits the coefficients to an organisation; the defaults where fewer than [`MIN_PEOPLE`] people have anything to review.
#[must_use]
pub fn fit_organisation(rows: &[Work]) -> Fit {
    let mut people: Vec<PersonId> = rows
        .iter()
        .filter(|row| row.others_changes > 0)
        .map(|row| row.person)
        .collect();
    people.sort_unstable();
    people.dedup();
    if people.len() < MIN_PEOPLE {
        return DEFAULTS;
    }
    let mut ordered: Vec<&Work> = rows.iter().collect();
    ordered.sort_by(|a, b| (&a.module, a.person).cmp(&(&b.module, b.person)));
    let observations: Vec<Observation> = ordered.into_iter().map(observation).collect();
    fit(&observations, DEFAULTS)
}

fn observation(row: &Work) -> Observation {
    Observation {
        count: f64::from(row.reviews),
        exposure: f64::from(row.others_changes),
        x: explained_by(row),
    }
}

fn explained_by(row: &Work) -> [f64; 2] {
    [row.evidence.max(0.0).ln_1p(), (row.share.clamp(0.0, 1.0) + 0.001).ln()]
}

/// The reviews that a person with this work is expected to give.
#[must_use]
pub fn expected(fit: &Fit, row: &Work) -> f64 {
    fit.mean(f64::from(row.others_changes), explained_by(row))
}

/// The posterior of actual / expected: mean, 90% interval, and the probability that it is below a half.
#[must_use]
pub fn posterior(fit: &Fit, reviews: u32, expected: f64) -> (f64, f64, f64, f64) {
    let (shape, rate) = (fit.k + f64::from(reviews), fit.k + expected);
    match Gamma::new(shape, rate) {
        Ok(gamma) => (
            shape / rate,
            gamma.inverse_cdf(0.05),
            gamma.inverse_cdf(0.95),
            gamma.cdf(QUIET),
        ),
        Err(_) => (1.0, 0.0, f64::INFINITY, 0.0),
    }
}

/// The silent experts among these rows, by module, then by evidence. Rows of everybody in a module are needed, since
/// ranks are taken over them; who is left out is never named.
#[must_use]
pub fn silent_experts(rows: &[Work]) -> Vec<SilentExpert> {
    let fit = fit_organisation(rows);
    let mut modules: BTreeMap<&str, Vec<&Work>> = BTreeMap::new();
    for row in rows {
        modules.entry(&row.module).or_default().push(row);
    }
    let mut found = Vec::new();
    for members in modules.values_mut() {
        members.sort_by(|a, b| b.evidence.total_cmp(&a.evidence).then(a.person.cmp(&b.person)));
        for (at, row) in members.iter().take(TOP).enumerate() {
            found.extend(flagged(&fit, row, at + 1));
        }
    }
    found
}

fn flagged(fit: &Fit, row: &Work, rank: usize) -> Option<SilentExpert> {
    let candidate =
        !row.left_out && row.evidence >= MIN_EVIDENCE && row.idle_days <= MAX_IDLE_DAYS && row.others_changes > 0;
    if !candidate || busy(row) {
        return None;
    }
    let expected = expected(fit, row);
    let (_, low, high, quiet) = posterior(fit, row.reviews, expected);
    (quiet >= SURE).then(|| SilentExpert {
        work: row.clone(),
        rank,
        expected,
        low,
        high,
        quiet,
    })
}

/// Asked and hardly answering: a busy expert, not a silent one. `Beta(1 + answered, 1 + asked - answered)` puts the
/// response below a half with probability 0.9. Where the host doesn't say who was asked, nobody counts as busy.
fn busy(row: &Work) -> bool {
    let (Some(asked), Some(answered)) = (row.asked, row.answered) else {
        return false;
    };
    let given = f64::from(answered.min(asked));
    Beta::new(1.0 + given, 1.0 + f64::from(asked) - given).is_ok_and(|response| response.cdf(QUIET) >= SURE)
}
