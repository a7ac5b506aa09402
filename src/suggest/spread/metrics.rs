//! Measures of one replay, and of its difference from what happened.
use std::collections::HashMap;

use serde::Serialize;

use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::float;
use crate::suggest::spread::run::Played;

/// The busiest so many people are the core.
const CORE: usize = 10;

/// What one quarter of a replay was like.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Quarter {
    /// Sum over reviews of the share of the files that some reviewer knew before.
    pub expertise: f64,
    /// Reviews done by each person.
    pub load: HashMap<Person, u32>,
    /// Extra reviews given to each person.
    pub extra: HashMap<Person, u32>,
    /// Reviews.
    pub reviews: usize,
    /// Files at risk at the end.
    pub far: usize,
    /// .. as the papers count it, who look ahead at who leaves.
    pub far_oracle: usize,
    /// Areas at risk at the end.
    pub areas: usize,
    /// Reviews where teams of the author and of a reviewer were known as it happened.
    pub teams: usize,
    /// .. of them, those with a reviewer from another team than the author.
    pub crossing: usize,
    /// .. of them, those that were given an extra reviewer.
    pub teams_extra: usize,
    /// Pairs of person and area with any knowledge at the end.
    pub pairs: usize,
}

impl Quarter {
    /// Reviews done by the busiest.
    #[must_use]
    pub fn core_workload(&self) -> u32 {
        let mut loads: Vec<u32> = self.load.values().copied().collect();
        loads.sort_unstable_by(|a, b| b.cmp(a));
        loads.iter().take(CORE).sum()
    }
}

/// The area between the concentration curve of these loads and equality, in squared per cent (spread.md, section 2).
#[must_use]
pub fn concentration(loads: &[u32]) -> f64 {
    let mut loads: Vec<f64> = loads.iter().copied().map(f64::from).collect();
    if loads.is_empty() {
        return 0.0;
    }
    loads.sort_unstable_by(|a, b| b.total_cmp(a));
    let all: f64 = loads.iter().sum();
    let step = 100.0 / float(loads.len());
    let (mut area, mut before) = (0.0, 0.0);
    for load in &loads {
        let after = before + load / all * 100.0;
        area += step * f64::midpoint(before, after);
        before = after;
    }
    area - 5000.0
}

/// Change in per cent; none where there was nothing to change.
#[must_use]
pub fn change(simulated: f64, real: f64) -> Option<f64> {
    (real > 0.0).then(|| (simulated / real - 1.0) * 100.0)
}

/// The middle of these numbers; 0 where there are none.
#[must_use]
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        count if count % 2 == 1 => numbers[middle],
        _ => f64::midpoint(numbers[middle - 1], numbers[middle]),
    }
}

/// A policy's figures, changes in per cent of what happened; means over seeds.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Figures {
    /// Median change of expertise over the quarters.
    pub expertise: f64,
    /// Median change of the core's workload.
    pub core_workload: f64,
    /// Median change of files at risk. A quarter in which nothing was at risk is left out, here and below.
    pub far: f64,
    /// .. in the worst quarter.
    pub far_worst: f64,
    /// .. the median of the luckiest seed.
    pub far_least: f64,
    /// .. and that of the unluckiest.
    pub far_most: f64,
    /// .. as the papers count it: available is who will be active later.
    pub far_oracle: f64,
    /// Median change of areas at risk.
    pub areas: f64,
    /// Change of the concentration of reviews.
    pub gini: f64,
    /// Per cent of reviews with an extra reviewer.
    pub rev_plus: f64,
    /// How many more pairs of person and area there are at the end.
    pub new_pairs: f64,
    /// The most extra reviews that one person had in a quarter.
    pub most_extra: f64,
    /// The mean of extra reviews in a quarter of those who had any.
    pub mean_extra: f64,
    /// Per cent of reviews with a reviewer from another team than the author, where teams were known; 0 without charts.
    pub cross_team: f64,
    /// Per cent of those reviews with an extra reviewer.
    pub cross_team_rev_plus: f64,
}

impl Figures {
    /// What a replay comes to against what happened.
    #[must_use]
    pub fn of(played: &Played, happened: &Played) -> Self {
        let changes = |of: &dyn Fn(&Quarter) -> f64| -> Vec<f64> {
            let quarters = played.quarters.iter().zip(&happened.quarters);
            quarters
                .filter_map(|(simulated, real)| change(of(simulated), of(real)))
                .collect()
        };
        let sum = |of: &dyn Fn(&Quarter) -> usize| -> f64 { float(played.quarters.iter().map(of).sum()) };
        let far = changes(&|quarter| float(quarter.far));
        let (loads, real_loads) = (loads(played), loads(happened));
        let extra: Vec<f64> = played
            .quarters
            .iter()
            .flat_map(|quarter| quarter.extra.values())
            .map(|n| f64::from(*n))
            .collect();
        let all = extra.iter().fold(0.0, |sum, extra| sum + extra);
        let pairs = |played: &Played| played.quarters.last().map_or(0.0, |quarter| float(quarter.pairs));
        let teams = sum(&|quarter| quarter.teams);
        let median_far = median(far.clone());
        Self {
            expertise: median(changes(&|quarter| quarter.expertise)),
            core_workload: median(changes(&|quarter| f64::from(quarter.core_workload()))),
            far: median_far,
            far_worst: far.iter().copied().reduce(f64::max).unwrap_or_default(),
            far_least: median_far,
            far_most: median_far,
            far_oracle: median(changes(&|quarter| float(quarter.far_oracle))),
            areas: median(changes(&|quarter| float(quarter.areas))),
            gini: change(concentration(&loads), concentration(&real_loads)).unwrap_or_default(),
            rev_plus: per_cent(all, sum(&|quarter| quarter.reviews)),
            new_pairs: change(pairs(played), pairs(happened)).unwrap_or_default(),
            most_extra: extra.iter().copied().fold(0.0, f64::max),
            mean_extra: all / float(extra.len().max(1)),
            cross_team: per_cent(sum(&|quarter| quarter.crossing), teams),
            cross_team_rev_plus: per_cent(sum(&|quarter| quarter.teams_extra), teams),
        }
    }

    /// The mean of each figure; the least and most are those of the medians.
    #[must_use]
    pub fn mean(of_seeds: &[Self]) -> Self {
        let mean = |of: &dyn Fn(&Self) -> f64| of_seeds.iter().map(of).sum::<f64>() / float(of_seeds.len().max(1));
        let medians = || of_seeds.iter().map(|figures| figures.far);
        Self {
            expertise: mean(&|figures| figures.expertise),
            core_workload: mean(&|figures| figures.core_workload),
            far: mean(&|figures| figures.far),
            far_worst: mean(&|figures| figures.far_worst),
            far_least: medians().reduce(f64::min).unwrap_or_default(),
            far_most: medians().reduce(f64::max).unwrap_or_default(),
            far_oracle: mean(&|figures| figures.far_oracle),
            areas: mean(&|figures| figures.areas),
            gini: mean(&|figures| figures.gini),
            rev_plus: mean(&|figures| figures.rev_plus),
            new_pairs: mean(&|figures| figures.new_pairs),
            most_extra: mean(&|figures| figures.most_extra),
            mean_extra: mean(&|figures| figures.mean_extra),
            cross_team: mean(&|figures| figures.cross_team),
            cross_team_rev_plus: mean(&|figures| figures.cross_team_rev_plus),
        }
    }
}

fn loads(played: &Played) -> Vec<u32> {
    played
        .quarters
        .iter()
        .flat_map(|quarter| quarter.load.values().copied())
        .collect()
}

fn per_cent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole * 100.0 } else { 0.0 }
}
