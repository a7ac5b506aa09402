//! What each signal counts in one repository, learned from its own past.
//!
//! A candidate's score is the sum of `weight * value`; that somebody reviews is taken to be as likely as `exp(score)` over the sum of
//! that for everybody (`McFadden`'s conditional logit, 1974, section II). Each closed review moves the weights a step up its likelihood,
//! each by its own pace (`AdaGrad`: Duchi, Hazan and Singer 2011, section 1.1).

use clap::ValueEnum;
use serde::Deserialize;
use serde::Serialize;

/// One kind of evidence that somebody will review a change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Signal {
    /// Reviewed in its folders in the last weeks.
    PlacesLately,
    /// Reviewed in its folders at any time.
    Places,
    /// Reviewed files with such names in the last months.
    NamesLately,
    /// Reviewed files with such names at any time.
    Names,
    /// Wrote changes in its folders.
    Wrote,
    /// Reviews much here; less than nothing where that says little of this change.
    Activity,
    /// Reviews this author.
    Pair,
    /// Reviewed anything a short while ago.
    Lately,
    /// Reviewed this author a short while ago.
    PairLately,
    /// Wrote anything here a short while ago.
    WroteLately,
    /// Reviewed the change before.
    Last,
    /// Reviewed changes like it among the last few.
    Session,
    /// Reviews more often than the other signals tell.
    Answers,
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; SIGNALS] = [
        Self::PlacesLately,
        Self::Places,
        Self::NamesLately,
        Self::Names,
        Self::Wrote,
        Self::Activity,
        Self::Pair,
        Self::Lately,
        Self::PairLately,
        Self::WroteLately,
        Self::Last,
        Self::Session,
        Self::Answers,
    ];

    /// What it counts where nothing was learned (*judgement*): near what `android`, `eclipse`, `golang-tools` and `cargo` learn, and so that
    /// a first review of the file counts more than a first review of the author.
    fn prior(self) -> f64 {
        match self {
            Self::NamesLately | Self::Pair | Self::Last => 0.15,
            Self::PlacesLately => 0.25,
            Self::Places | Self::Names | Self::Wrote => 0.3,
            Self::Activity => -0.1,
            Self::Lately => 0.5,
            Self::PairLately => 0.2,
            Self::WroteLately => 0.4,
            Self::Session => 0.06,
            Self::Answers => 1.0,
        }
    }

    /// Whether it may speak against somebody. Only activity: who reviews everything has touched every folder.
    fn may_be_negative(self) -> bool {
        self == Self::Activity
    }
}

/// How many there are.
pub const SIGNALS: usize = 13;

/// The value of every signal for one person; 0 where nothing is known.
pub type Values = [f64; SIGNALS];

/// How far one review moves a weight.
const PACE: f64 = 0.15;

/// What each signal counts.
#[derive(Clone, PartialEq, Debug)]
pub struct Weights {
    counts: Values,
    moved: Values,
    /// Reviews learned from.
    pub reviews: u32,
}

impl Default for Weights {
    /// Where nothing was learned.
    fn default() -> Self {
        Self {
            counts: Signal::ALL.map(Signal::prior),
            moved: [1.0; SIGNALS],
            reviews: 0,
        }
    }
}

impl Weights {
    /// What one signal counts.
    #[must_use]
    pub fn of(&self, signal: Signal) -> f64 {
        self.counts[signal as usize]
    }

    /// The same without a signal, as an ablation does.
    #[must_use]
    pub fn without(mut self, signal: Signal) -> Self {
        self.counts[signal as usize] = 0.0;
        self.moved[signal as usize] = f64::INFINITY;
        self
    }

    /// A person's score.
    #[must_use]
    pub fn score(&self, values: &Values) -> f64 {
        self.counts
            .iter()
            .zip(values)
            .map(|(weight, value)| weight * value)
            .sum()
    }

    /// What some of the signals add to a person's score.
    #[must_use]
    pub fn told(&self, values: &Values, signals: &[Signal]) -> f64 {
        let told = signals.iter().map(|signal| self.of(*signal) * values[*signal as usize]);
        told.sum()
    }

    /// How likely each of these people is the one who reviews, by the signals that `takes` says yes to.
    #[must_use]
    pub fn chances(&self, of: &[Values], takes: impl Fn(Signal) -> bool) -> Vec<f64> {
        let weights: Values = std::array::from_fn(|at| if takes(Signal::ALL[at]) { self.counts[at] } else { 0.0 });
        let score = |values: &Values| -> f64 { weights.iter().zip(values).map(|(weight, value)| weight * value).sum() };
        let scores: Vec<f64> = of.iter().map(score).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let likely: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
        let all: f64 = likely.iter().sum();
        likely.into_iter().map(|likely| likely / all).collect()
    }

    /// Moves the weights, so that those who reviewed become likelier. `actual` are their places in `of`.
    pub fn learn(&mut self, of: &[Values], actual: &[usize]) {
        if actual.is_empty() || of.len() < 2 {
            return;
        }
        let chances = self.chances(of, |_| true);
        let each = 1.0 / float(actual.len());
        for at in 0..SIGNALS {
            let expected: f64 = of
                .iter()
                .zip(&chances)
                .map(|(values, chance)| values[at] * chance)
                .sum();
            let came: f64 = actual.iter().map(|place| of[*place][at] * each).sum();
            let step = came - expected;
            self.moved[at] += step * step;
            self.counts[at] += PACE * step / self.moved[at].sqrt();
            if !Signal::ALL[at].may_be_negative() {
                self.counts[at] = self.counts[at].max(0.0);
            }
        }
        self.reviews += 1;
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of reviewers are small")]
fn float(number: usize) -> f64 {
    number as f64
}
