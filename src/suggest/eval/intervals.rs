//! Figures of a list of ranks, and how far chance could have moved them: a paired bootstrap over questions.
use serde::Deserialize;
use serde::Serialize;

/// How often the questions are drawn anew.
const RESAMPLES: usize = 1_000;

/// Share of the resamples that is cut off at either end: 95% stay.
const TAIL: f64 = 0.025;

/// The rank of the first actual reviewer of each question, from 1; none where none was ranked.
pub(super) type Ranks = Vec<Option<usize>>;

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

/// A lower and an upper bound between which 95% of the resamples lie.
pub type Interval = [f64; 2];

/// The intervals of [`Figures`].
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Intervals {
    /// Of the share with an actual reviewer in the first place.
    pub top1: Interval,
    /// .. among the first three.
    pub top3: Interval,
    /// .. among the first five.
    pub top5: Interval,
    /// .. among the first ten.
    pub top10: Interval,
    /// Of the mean of 1 / rank.
    pub mrr: Interval,
}

impl Figures {
    /// The figures of these ranks; zeros where there are none.
    pub(super) fn of(ranks: &Ranks) -> Self {
        let mut counts = Counts::new(ranks);
        for rank in ranks {
            counts.0[rank.unwrap_or_default()] += 1;
        }
        counts.figures()
    }
}

/// How many questions had each rank; at 0 those where none was ranked.
struct Counts(Vec<u32>);

impl Counts {
    /// None yet, with room for these ranks.
    fn new(ranks: &Ranks) -> Self {
        let most = ranks.iter().flatten().max().copied().unwrap_or_default();
        Self(vec![0; most + 1])
    }

    fn figures(&self) -> Figures {
        let questions = f64::from(self.0.iter().sum::<u32>().max(1));
        let top = |k: usize| f64::from(self.0.iter().skip(1).take(k).sum::<u32>()) / questions;
        let ranked = self.0.iter().enumerate().skip(1);
        let reciprocal = ranked.map(|(rank, count)| f64::from(*count) / super::float(rank));
        Figures {
            top1: top(1),
            top3: top(3),
            top5: top(5),
            top10: top(10),
            mrr: reciprocal.sum::<f64>() / questions,
        }
    }
}

/// Figures of several models on the same redrawn questions, by model and resample (Efron and Tibshirani 1993, chapter 13:
/// percentile intervals). All models must have a rank for each question.
pub(super) struct Resampled(Vec<Vec<Figures>>);

impl Resampled {
    /// Draws as many questions as there are, with replacement, over and over; the same seed draws the same.
    pub(super) fn draw(models: &[&Ranks], seed: u64) -> Self {
        let questions = models.iter().map(|ranks| ranks.len()).min().unwrap_or_default();
        let mut random = SplitMix(seed);
        let mut drawn = vec![0_u32; questions];
        let mut figures: Vec<Vec<Figures>> = vec![Vec::with_capacity(RESAMPLES); models.len()];
        for _ in 0..RESAMPLES {
            drawn.fill(0);
            for _ in 0..questions {
                drawn[random.below(questions)] += 1;
            }
            for (ranks, figures) in models.iter().zip(&mut figures) {
                let mut counts = Counts::new(ranks);
                for (rank, times) in ranks.iter().zip(&drawn) {
                    counts.0[rank.unwrap_or_default()] += times;
                }
                figures.push(counts.figures());
            }
        }
        Self(figures)
    }

    /// The intervals of the model that stood at this place.
    pub(super) fn intervals(&self, model: usize) -> Intervals {
        let of = |figure: fn(&Figures) -> f64| interval(self.0[model].iter().map(figure).collect());
        Intervals {
            top1: of(|figures| figures.top1),
            top3: of(|figures| figures.top3),
            top5: of(|figures| figures.top5),
            top10: of(|figures| figures.top10),
            mrr: of(|figures| figures.mrr),
        }
    }

    /// The interval of how far the MRR of the one model is above that of the other on the same questions.
    pub(super) fn ahead(&self, model: usize, other: usize) -> Interval {
        let pairs = self.0[model].iter().zip(&self.0[other]);
        interval(pairs.map(|(model, other)| model.mrr - other.mrr).collect())
    }
}

/// What is left between the tails.
fn interval(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small share of a small number"
    )]
    let cut = (super::float(values.len()) * TAIL) as usize;
    let at = |place: usize| values.get(place).copied().unwrap_or_default();
    [at(cut), at(values.len().saturating_sub(cut + 1))]
}

/// splitmix64 (Steele, Lea and Flood 2014): the same numbers from the same seed on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`, by the high half of a product (Lemire 2019, without its correction, which would not
    /// show in 2^64).
    fn below(&mut self, end: usize) -> usize {
        let product = u128::from(self.next()) * u128::try_from(end).unwrap_or_default();
        usize::try_from(product >> 64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks() -> Ranks {
        (0..200_usize).map(|at| (at % 7 > 0).then_some(1 + at % 13)).collect()
    }

    #[test]
    fn figures_count_every_question() {
        let figures = Figures::of(&vec![Some(1), Some(4), None, Some(2)]);
        assert!((figures.top1 - 0.25).abs() < 1e-12 && (figures.top3 - 0.5).abs() < 1e-12);
        assert!((figures.top5 - 0.75).abs() < 1e-12 && (figures.mrr - 1.75 / 4.0).abs() < 1e-12);
        assert_eq!(Figures::of(&vec![]), Figures::default());
    }

    #[test]
    fn an_interval_contains_the_figure_itself() {
        let (ranks, figures) = (ranks(), Figures::of(&ranks()));
        let intervals = Resampled::draw(&[&ranks], 1).intervals(0);
        let holds = |[low, high]: Interval, figure| low < figure && figure < high && high - low < 0.2;
        assert!(holds(intervals.top1, figures.top1), "{intervals:?}");
        assert!(holds(intervals.top10, figures.top10), "{intervals:?}");
        assert!(holds(intervals.mrr, figures.mrr), "{intervals:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_another_one_another() {
        let ranks = ranks();
        let drawn = |seed| Resampled::draw(&[&ranks], seed).intervals(0);
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn a_model_is_ahead_of_itself_by_nothing_and_of_a_worse_one_surely() {
        let ranks = ranks();
        let worse: Ranks = ranks.iter().map(|rank| rank.map(|rank| rank + 1)).collect();
        let resampled = Resampled::draw(&[&ranks, &ranks, &worse], 3);
        let [low, high] = resampled.ahead(0, 1);
        assert!(low.abs() < 1e-12 && high.abs() < 1e-12);
        assert!(resampled.ahead(0, 2)[0] > 0.0);
    }

    #[test]
    fn without_questions_an_interval_is_zero() {
        assert_eq!(Resampled::draw(&[&vec![]], 1).intervals(0), Intervals::default());
    }
}
