//! Ours and the others at the same share of reviews with an extra reviewer.
//!
//! Hoarded-n and `TurnoverRec++` spend what the history lets them, so each is one point of share and files at risk. What they
//! would reach at another share is taken to be what a coin between two of them, or between one and nobody, would give: the
//! straight line between two points. Of all these lines the lowest counts, which is more than anybody could know beforehand.
use serde::Serialize;

use crate::suggest::spread::metrics::Figures;

/// Ours at one budget, and the best of the others at the share of reviews that ours came to.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Point {
    /// The share of reviews that may be given a learner.
    pub budget: f64,
    /// Ours.
    pub ours: Figures,
    /// The others; none where ours gave more than any of them.
    pub theirs: Option<Mixed>,
    /// How many points lower our change of files at risk is.
    pub ahead: Option<f64>,
}

/// A mixture of two policies of the others.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Mixed {
    /// Change of files at risk, in per cent.
    pub far: f64,
    /// Change of the concentration of reviews, in per cent.
    pub gini: f64,
    /// Change of expertise, in per cent.
    pub expertise: f64,
}

/// The others' points.
#[derive(Clone, PartialEq, Debug)]
pub struct Theirs(Vec<Figures>);

impl Theirs {
    /// Points of these policies, and of adding nobody.
    #[must_use]
    pub fn new(mut points: Vec<Figures>) -> Self {
        points.push(Figures::default());
        points.sort_by(|a, b| a.rev_plus.total_cmp(&b.rev_plus));
        Self(points)
    }

    /// Holds ours against them.
    #[must_use]
    pub fn point(&self, budget: f64, ours: Figures) -> Point {
        let theirs = self.at(ours.rev_plus);
        Point {
            budget,
            ahead: theirs.map(|theirs| theirs.far - ours.far),
            theirs,
            ours,
        }
    }

    /// The lowest that a mixture of two reaches at a share in per cent.
    #[must_use]
    pub fn at(&self, rev_plus: f64) -> Option<Mixed> {
        let split = self.0.partition_point(|point| point.rev_plus <= rev_plus);
        let (below, above) = self.0.split_at(split);
        let pairs = below.iter().flat_map(|low| above.iter().map(move |high| (low, high)));
        let mixed = pairs.map(|(low, high)| mix(low, high, rev_plus));
        let exact = below
            .iter()
            .filter(|point| point.rev_plus >= rev_plus)
            .map(|point| mix(point, point, rev_plus));
        mixed.chain(exact).min_by(|a, b| a.far.total_cmp(&b.far))
    }
}

fn mix(low: &Figures, high: &Figures, rev_plus: f64) -> Mixed {
    let span = high.rev_plus - low.rev_plus;
    let share = if span > 0.0 {
        (rev_plus - low.rev_plus) / span
    } else {
        0.0
    };
    let between = |of: fn(&Figures) -> f64| of(low) * (1.0 - share) + of(high) * share;
    Mixed {
        far: between(|figures| figures.far),
        gini: between(|figures| figures.gini),
        expertise: between(|figures| figures.expertise),
    }
}
