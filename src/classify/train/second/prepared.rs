//! What is the same in every epoch and fold: comments as tokens, through the layers that no adapter changes.
use candle_core::Device;
use candle_core::IndexOp as _;
use candle_core::Tensor;
use candle_nn::AdamW;
use candle_nn::Optimizer as _;
use candle_nn::ParamsAdamW;
use candle_nn::ops;

use crate::classify::eval::LabelledComment;
use crate::classify::linear::ANSWERS;
use crate::classify::linear::AREAS;
use crate::classify::linear::Row;
use crate::classify::markdown;
use crate::classify::second::SecondError;
use crate::classify::second::adapter::Adapter;
use crate::classify::second::encoder::Encoder;
use crate::classify::second::encoder::Padded;
use crate::classify::second::tokens::Tokens;
use crate::classify::train::Examples;
use crate::classify::train::says;
use crate::classify::train::second::Recipe;
use crate::classify::train::second::start;
use crate::classify::train::second::start::chance;

/// Share of the steps in which the rate grows; then it falls in a line.
const WARM_UP: f64 = 0.1;

/// Comments ready to be learned from: what the lower layers make of each, and its labels.
#[derive(Debug)]
pub struct Prepared {
    tokens: Vec<Vec<u32>>,
    hidden: Vec<Tensor>,
    answers: Vec<Row>,
    recipe: Recipe,
}

impl Prepared {
    /// Works out the lower layers of every example.
    ///
    /// # Errors
    /// [`SecondError`] where weights and comments don't fit.
    pub fn of(
        (encoder, tokens): (&Encoder, &Tokens),
        examples: &Examples<'_>,
        recipe: Recipe,
    ) -> Result<Self, SecondError> {
        let comments = &examples.comments;
        let ids = comments
            .iter()
            .map(|one| tokens.of(&markdown::parts(&one.body), one.path.as_deref(), one.is_reply))
            .collect::<Result<Vec<_>, _>>()?;
        let mut by_length: Vec<usize> = (0..ids.len()).collect();
        by_length.sort_by_key(|at| ids[*at].len());
        let mut hidden: Vec<Option<Tensor>> = vec![None; ids.len()];
        for some in by_length.chunks(recipe.batch) {
            let texts: Vec<&[u32]> = some.iter().map(|at| ids[*at].as_slice()).collect();
            let below = encoder.below(&Padded::of(&texts)?, recipe.upper)?;
            for (row, at) in some.iter().enumerate() {
                // A copy of its own: a part of the batch would keep all of it.
                hidden[*at] = Some(below.i(row)?.narrow(0, 0, ids[*at].len())?.force_contiguous()?);
            }
        }
        let answers = |one: &&LabelledComment| std::array::from_fn(|answer| f32::from(u8::from(says(one, answer))));
        Ok(Self {
            tokens: ids,
            hidden: hidden.into_iter().flatten().collect(),
            answers: comments.iter().map(answers).collect(),
            recipe,
        })
    }

    /// Trains on some of them. `say` hears of each epoch: its number and the mean loss.
    ///
    /// # Errors
    /// [`SecondError`] where the arithmetic fails.
    pub fn train(
        &self,
        encoder: &Encoder,
        some: &[usize],
        seed: u64,
        say: &dyn Fn(usize, f32),
    ) -> Result<Adapter, SecondError> {
        let recipe = self.recipe;
        let (adapter, pairs, head) = start::adapter((encoder, recipe), &self.answers, some, seed)?;
        let adam = |vars, lr| {
            let settings = ParamsAdamW {
                lr,
                weight_decay: recipe.decay,
                ..ParamsAdamW::default()
            };
            AdamW::new(vars, settings)
        };
        let (mut of_pairs, mut of_head) = (adam(pairs, recipe.rate)?, adam(head, recipe.head_rate)?);
        let steps = recipe.epochs * some.len().div_ceil(recipe.batch);
        let mut step = 0;
        for epoch in 0..recipe.epochs {
            let mut losses = Vec::new();
            for batch in self.batches(some, recipe.batch, seed ^ (epoch as u64 + 1)) {
                let share = share_of_rate(step, steps);
                of_pairs.set_learning_rate(recipe.rate * share);
                of_head.set_learning_rate(recipe.head_rate * share);
                let loss = self.loss(encoder, &adapter, &batch)?;
                let grads = loss.backward()?;
                of_pairs.step(&grads)?;
                of_head.step(&grads)?;
                losses.push(loss.to_scalar::<f32>()?);
                step += 1;
            }
            #[expect(clippy::cast_precision_loss, reason = "some hundred steps")]
            let mean = losses.iter().sum::<f32>() / losses.len().max(1) as f32;
            say(epoch + 1, mean);
        }
        Ok(adapter.detached())
    }

    /// Sums of some of them under an adapter.
    ///
    /// # Errors
    /// [`SecondError`] where shapes don't fit.
    pub fn sums(&self, encoder: &Encoder, adapter: &Adapter, some: &[usize]) -> Result<Vec<Row>, SecondError> {
        let mut sums = Vec::with_capacity(some.len());
        for batch in some.chunks(self.recipe.batch) {
            let (hidden, texts) = self.padded(batch)?;
            sums.extend(adapter.rows(&encoder.above(&hidden, &texts, adapter)?)?);
        }
        Ok(sums)
    }

    /// Batches of comments of about the same length, in the order of chance.
    fn batches(&self, some: &[usize], batch: usize, seed: u64) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = some.to_vec();
        // A few tokens more or less, so that each epoch has other batches.
        order.sort_by_cached_key(|at| {
            let drawn = chance(seed, *at as u64);
            (self.tokens[*at].len() as u64 + drawn % 5, drawn)
        });
        let mut batches: Vec<Vec<usize>> = order.chunks(batch).map(<[usize]>::to_vec).collect();
        batches.sort_by_cached_key(|batch| chance(!seed, batch[0] as u64));
        batches
    }

    /// What the lower layers made of some, padded with zeros.
    fn padded(&self, some: &[usize]) -> Result<(Tensor, Padded), SecondError> {
        let ids: Vec<&[u32]> = some.iter().map(|at| self.tokens[*at].as_slice()).collect();
        let length = ids.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let rows = some
            .iter()
            .map(|at| self.hidden[*at].pad_with_zeros(0, 0, length - self.tokens[*at].len()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok((Tensor::stack(&rows, 0)?, Padded::of(&ids)?))
    }

    /// Cross entropy of each area's yes or no, summed, and of the three degrees of teaching; the mean over the comments.
    fn loss(&self, encoder: &Encoder, adapter: &Adapter, batch: &[usize]) -> Result<Tensor, SecondError> {
        let (hidden, texts) = self.padded(batch)?;
        let sums = adapter.sums(&encoder.above(&hidden, &texts, adapter)?)?;
        let answers: Vec<f32> = batch.iter().flat_map(|at| self.answers[*at]).collect();
        let answers = Tensor::from_vec(answers, (batch.len(), ANSWERS), &Device::Cpu)?;
        let (about, is_about) = (sums.narrow(1, 0, AREAS)?, answers.narrow(1, 0, AREAS)?);
        // max(x, 0) - x y + ln(1 + e^-|x|), which no x makes infinite.
        let doubt = (about.abs()?.neg()?.exp()? + 1.0)?.log()?;
        let of_areas = ((about.relu()? - (&about * is_about)?)? + doubt)?.sum(1)?;
        let degrees = ops::log_softmax(&sums.narrow(1, AREAS, ANSWERS - AREAS)?, 1)?;
        let of_degrees = (degrees * answers.narrow(1, AREAS, ANSWERS - AREAS)?)?.sum(1)?.neg()?;
        Ok((of_areas + of_degrees)?.mean_all()?)
    }
}

/// How large a step's rate is, as a share of the largest: growing, then falling in a line to nothing.
#[expect(clippy::cast_precision_loss, reason = "some thousand steps")]
fn share_of_rate(step: usize, steps: usize) -> f64 {
    let (step, steps) = (step as f64 + 1.0, steps as f64 + 1.0);
    let warm = (steps * WARM_UP).max(1.0);
    (step / warm)
        .min((steps - step) / (steps - warm).max(1.0))
        .clamp(0.0, 1.0)
}
