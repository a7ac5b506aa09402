//! Trains the second stage: the adapters of the encoder's upper layers, and the head.
//!
//! What lies below them is the same for all, so it is worked out once a comment ([`prepared`]), which takes about a gigabyte for the comments
//! of the shipped part; each epoch then goes through the upper layers only. The same comments, weights and seed give the same adapter on
//! the same kind of processor. Figures, cuts and calibration are those of adapters that hadn't seen a comment's project.
pub mod prepared;
mod start;

use crate::classify::eval;
use crate::classify::eval::ClassifyScore;
use crate::classify::linear::ANSWERS;
use crate::classify::linear::Row;
use crate::classify::second::SecondError;
use crate::classify::second::adapter::Adapter;
use crate::classify::second::encoder::Encoder;
use crate::classify::second::file::About;
use crate::classify::second::file::Part;
use crate::classify::second::mixed;
use crate::classify::second::one_core;
use crate::classify::second::tokens::Tokens;
use crate::classify::train::Examples;
use crate::classify::train::TrainError;
use crate::classify::train::Tuning;
use crate::classify::train::folds;
use crate::classify::train::second::prepared::Prepared;

/// How it is trained: measured, see the decision on the second stage.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Recipe {
    /// Upper layers that get adapters.
    pub upper: usize,
    /// Numbers between the two matrices of a pair.
    pub rank: usize,
    /// Times that each comment is seen.
    pub epochs: usize,
    /// Comments a step.
    pub batch: usize,
    /// Largest step of the adapters.
    pub rate: f64,
    /// Largest step of the head.
    pub head_rate: f64,
    /// How much of a weight each step of its rate takes away (Loshchilov and Hutter, Decoupled Weight Decay, 2019).
    pub decay: f64,
}

/// The recipe of the shipped adapter.
pub const RECIPE: Recipe = Recipe {
    upper: 3,
    rank: 16,
    epochs: 3,
    batch: 16,
    rate: 1e-3,
    head_rate: 2e-3,
    decay: 0.01,
};

/// What the first stage's sums count beside the second's, in [0, 1].
pub const FIRST_SHARE: f32 = 0.5;

/// What is heard of while it trains, which takes long.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Progress {
    /// The lower layers are worked out for so many comments.
    Read(usize),
    /// An epoch is over.
    Epoch {
        /// The fold that is held out; none: nothing is.
        fold: Option<usize>,
        /// Which epoch, from 1.
        epoch: usize,
        /// The mean loss in it.
        loss: f32,
    },
}

/// The second stage of all examples, with calibration and cuts from the sums of models that hadn't seen a comment's project; and how
/// well both stages did together. `first` are the first stage's sums of such models.
///
/// # Errors
/// [`TrainError`] where there are too few projects, or weights and comments don't fit.
pub fn trained(
    (encoder, tokens): (&Encoder, &Tokens),
    (examples, first): (&Examples<'_>, &[Row]),
    (about, seed): (About, u64),
    say: &(dyn Fn(Progress) + Sync),
) -> Result<(Part, ClassifyScore), TrainError> {
    let prepared = Prepared::of((encoder, tokens), examples, RECIPE)?;
    say(Progress::Read(examples.comments.len()));
    let second = cross_fitted(encoder, (examples, &prepared), seed, say)?;
    let adapter = of_all(encoder, (examples, &prepared), seed, say)?;
    tuned(examples, (first, &second), (about, adapter), seed)
}

/// How well both stages do together on comments of projects that they hadn't seen, given the first one's sums of such models.
///
/// # Errors
/// [`TrainError`] where there are too few projects, or weights and comments don't fit.
pub fn cross_validated(
    (encoder, tokens): (&Encoder, &Tokens),
    (examples, first): (&Examples<'_>, &[Row]),
    seed: u64,
    say: &(dyn Fn(Progress) + Sync),
) -> Result<ClassifyScore, TrainError> {
    let prepared = Prepared::of((encoder, tokens), examples, RECIPE)?;
    say(Progress::Read(examples.comments.len()));
    let second = cross_fitted(encoder, (examples, &prepared), seed, say)?;
    eval::of_cross_fitted(examples, &together(first, &second), seed)
}

/// The adapter of all examples.
///
/// # Errors
/// [`SecondError`] where the arithmetic fails.
pub(crate) fn of_all(
    encoder: &Encoder,
    (examples, prepared): (&Examples<'_>, &Prepared),
    seed: u64,
    say: &(dyn Fn(Progress) + Sync),
) -> Result<Adapter, SecondError> {
    let all: Vec<usize> = (0..examples.comments.len()).collect();
    let adapter = prepared.train(encoder, &all, seed, &|epoch, loss| {
        say(Progress::Epoch {
            fold: None,
            epoch,
            loss,
        });
    })?;
    // As its file keeps it.
    adapter.halved()
}

/// An adapter with calibration and cuts by both stages' sums, and how well they do.
///
/// # Errors
/// [`TrainError`] where there are too few projects.
pub(crate) fn tuned(
    examples: &Examples<'_>,
    (first, second): (&[Row], &[Row]),
    (about, adapter): (About, Adapter),
    seed: u64,
) -> Result<(Part, ClassifyScore), TrainError> {
    let sums = together(first, second);
    let score = eval::of_cross_fitted(examples, &sums, seed)?;
    let measured: Vec<usize> = (0..examples.measured).collect();
    let tuned = Tuning::of(examples, &sums, &measured)?;
    let about = About {
        first_share: FIRST_SHARE,
        platt: tuned.platt.to_vec(),
        cuts: tuned.cuts,
        ..about
    };
    Ok((Part { about, adapter }, score))
}

fn together(first: &[Row], second: &[Row]) -> Vec<Row> {
    let both = first.iter().zip(second);
    both.map(|(first, second)| mixed(FIRST_SHARE, first, second)).collect()
}

/// For each measured comment the sums of an adapter that was trained without its project.
///
/// # Errors
/// [`TrainError`] where there are too few projects.
pub(crate) fn cross_fitted(
    encoder: &Encoder,
    (examples, prepared): (&Examples<'_>, &Prepared),
    seed: u64,
    say: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Row>, TrainError> {
    let fold_of = examples.folds(seed)?;
    let of_fold = |fold: usize| -> Result<Vec<(usize, Row)>, SecondError> {
        let (held, learned) = examples.split(&fold_of, fold);
        // A core for each fold, since folds are worked out side by side.
        let sums = one_core()?.install(|| -> Result<Vec<Row>, SecondError> {
            let adapter = prepared.train(encoder, &learned, seed, &|epoch, loss| {
                let fold = Some(fold);
                say(Progress::Epoch { fold, epoch, loss });
            })?;
            prepared.sums(encoder, &adapter, &held)
        })?;
        Ok(held.into_iter().zip(sums).collect())
    };
    let mut sums = vec![[0.0; ANSWERS]; examples.measured];
    for of_fold in super::on_all_cores(folds::FOLDS, of_fold) {
        for (at, row) in of_fold? {
            sums[at] = row;
        }
    }
    Ok(sums)
}
