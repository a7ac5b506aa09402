//! What one policy's choices come to.
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde::Serialize;

use crate::model::ids::PersonId;
use crate::suggest::replay::CORE;
use crate::suggest::replay::FEWEST_PEOPLE;
use crate::suggest::replay::Policy;
use crate::suggest::replay::float;

/// The normal distribution's 97.5% point.
const Z: f64 = 1.959_964;

/// A figure with its 95% interval: another such sample of pull requests would mostly give one within it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Estimate {
    /// A share of hits, with Wilson's score interval (1927); none of nothing.
    #[must_use]
    pub fn share(hits: usize, of: usize) -> Option<Self> {
        let (p, n) = (float(hits) / float(of), float(of));
        let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        (of > 0).then_some(Self {
            value: p,
            low: (centre - half).max(0.0),
            high: (centre + half).min(1.0),
        })
    }

    /// A mean, with the interval of the normal distribution; none of nothing. Of one value the interval is unbounded within [-1, 1], where
    /// all that is measured here lies.
    #[must_use]
    pub fn mean(values: &[f64]) -> Option<Self> {
        let n = float(values.len());
        let value = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|one| (one - value).powi(2)).sum();
        let half = if values.len() > 1 {
            Z * (squares / (n - 1.0) / n).sqrt()
        } else {
            2.0
        };
        (!values.is_empty()).then_some(Self {
            value,
            low: (value - half).max(-1.0),
            high: (value + half).min(1.0),
        })
    }

    /// The same, of values that are never below 0.
    fn mean_of_shares(values: &[f64]) -> Option<Self> {
        let mean = Self::mean(values)?;
        Some(Self {
            low: mean.low.max(0.0),
            ..mean
        })
    }
}

/// What came of one policy.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figures {
    /// Share of pull requests whose pick was one of those who really reviewed; none for policies that don't pick.
    pub top1: Option<Estimate>,
    /// Mean of 1 / rank of the first who really reviewed, 0 where none is ranked; none for policies that don't rank.
    pub mrr: Option<Estimate>,
    /// Mean share of a change's files that somebody of those selected knew before (spread.md section 2, `Expertise`).
    pub expertise: Option<Estimate>,
    /// How much more that is than of those who really reviewed; none for what happened.
    pub expertise_change: Option<Estimate>,
    /// How unevenly reviews are spread (Gini's coefficient: 0 when all review as much, near 1 when one does it all); none with fewer than
    /// [`FEWEST_PEOPLE`] people.
    pub gini: Option<f64>,
    /// Share of all reviews that the [`CORE`] busiest do; none where there are no more people than those.
    pub busiest_share: Option<f64>,
    /// Files that at most one active person reviewed, at the end.
    pub files_at_risk: usize,
    /// Parts of the code of which that is true.
    pub parts_at_risk: usize,
    /// Share of pull requests with a reviewer from another team than the author's, where both are in one.
    pub cross_team: Option<Estimate>,
    /// Reviews done.
    pub reviews: usize,
    /// Of these, how many nobody did in reality.
    pub extra: usize,
}

/// What is counted while a policy chooses.
#[derive(Default)]
pub(super) struct Measured {
    /// Of each ranking the rank of the first who really reviewed.
    ranks: Vec<Option<usize>>,
    known: Vec<Option<f64>>,
    crosses: Vec<bool>,
    loads: HashMap<PersonId, u32>,
    pub(super) extra: usize,
}

impl Measured {
    /// Counts where the first of those who really reviewed stands.
    pub(super) fn rank(&mut self, ranked: &[PersonId], actual: &[PersonId]) {
        let first = ranked.iter().position(|person| actual.contains(person));
        self.ranks.push(first.map(|first| first + 1));
    }

    /// Counts those who were selected for one pull request: how much they know and whether one is of another team.
    pub(super) fn count(&mut self, known: Option<f64>, selected: &[PersonId], crosses: Option<bool>) {
        self.known.push(known);
        self.crosses.extend(crosses);
        for person in selected {
            *self.loads.entry(*person).or_default() += 1;
        }
    }

    /// The figures so far, those of risk aside; `people` are those among whom reviews could be spread.
    pub(super) fn figures(&self, policy: Policy, happened: &Self, people: &BTreeSet<PersonId>) -> Figures {
        let reciprocals: Vec<f64> = self
            .ranks
            .iter()
            .map(|rank| rank.map_or(0.0, |rank| 1.0 / float(rank)))
            .collect();
        let hits = self.ranks.iter().filter(|rank| **rank == Some(1)).count();
        let known: Vec<f64> = self.known.iter().flatten().copied().collect();
        let pairs = self.known.iter().zip(&happened.known);
        let changes: Vec<f64> = pairs.filter_map(|(ours, theirs)| Some((*ours)? - (*theirs)?)).collect();
        let mut loads: Vec<u32> = people
            .iter()
            .map(|person| self.loads.get(person).copied().unwrap_or_default())
            .collect();
        loads.sort_unstable();
        let reviews: u32 = loads.iter().sum();
        let busiest: u32 = loads.iter().rev().take(CORE).sum();
        let crossing = self.crosses.iter().filter(|crosses| **crosses).count();
        Figures {
            top1: Estimate::share(hits, self.ranks.len()),
            mrr: Estimate::mean_of_shares(&reciprocals),
            expertise: Estimate::mean_of_shares(&known),
            expertise_change: Estimate::mean(&changes).filter(|_| policy != Policy::Happened),
            gini: (loads.len() >= FEWEST_PEOPLE && reviews > 0).then(|| gini(&loads)),
            busiest_share: (loads.len() > CORE && reviews > 0).then(|| f64::from(busiest) / f64::from(reviews)),
            files_at_risk: 0,
            parts_at_risk: 0,
            cross_team: Estimate::share(crossing, self.crosses.len()),
            reviews: usize::try_from(reviews).unwrap_or(usize::MAX),
            extra: self.extra,
        }
    }
}

/// Whoever reviews under any policy.
pub(super) fn people(all: &[Measured]) -> BTreeSet<PersonId> {
    all.iter().flat_map(|measured| measured.loads.keys().copied()).collect()
}

/// Gini's coefficient of loads in rising order: `sum (2i - n - 1) x_i / (n sum x_i)`, i from 1.
pub(super) fn gini(loads: &[u32]) -> f64 {
    let n = float(loads.len());
    let all: f64 = loads.iter().copied().map(f64::from).sum();
    let weighted = loads
        .iter()
        .zip(1..)
        .map(|(load, i)| (2.0 * float(i) - n - 1.0) * f64::from(*load));
    weighted.sum::<f64>() / (n * all)
}
