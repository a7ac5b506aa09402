//! The second stage: a small transformer that reads a comment beside the linear model.
//!
//! Its weights are those of all-MiniLM-L6-v2, which come as bytes from a package; what training added, a few matrices beside each
//! map of the upper layers and a head, is in the binary. The sums of both stages are mixed, then calibrated together.
//! Milliseconds a comment, where the first stage takes microseconds.
pub mod adapter;
pub mod encoder;
pub mod file;
#[cfg(test)]
mod tests;
pub mod tokens;

use crate::classify::linear;
use crate::classify::linear::ANSWERS;
use crate::classify::linear::Answer;
use crate::classify::linear::Cuts;
use crate::classify::linear::Platt;
use crate::classify::linear::Row;
use crate::classify::markdown::Parts;
use crate::classify::second::adapter::Adapter;
use crate::classify::second::encoder::Encoder;
use crate::classify::second::encoder::Padded;
use crate::classify::second::file::About;
use crate::classify::second::file::Part;
use crate::classify::second::tokens::Tokens;

/// Why the second stage can't read.
#[derive(Debug, thiserror::Error)]
pub enum SecondError {
    /// Its weights aren't what they should be.
    #[error("the second stage's weights can't be used ({0}); fetch them anew with `peerlore model install`")]
    Weights(String),
    /// It was calibrated with another first stage.
    #[error(
        "the second stage {second} was made for another first stage than {first}; train both with `peerlore train classify --second-stage`"
    )]
    Other {
        /// The second stage's name.
        second: String,
        /// The first stage's name.
        first: String,
    },
    /// The arithmetic failed.
    #[error("the second stage failed: {0}")]
    Arithmetic(#[from] candle_core::Error),
}

impl SecondError {
    pub(super) fn answers() -> Self {
        Self::Weights("it was trained for other answers".to_owned())
    }
}

/// A pool of one thread, so that the arithmetic takes one core and leaves the others to whoever waits for a page.
pub(crate) fn one_core() -> Result<rayon::ThreadPool, SecondError> {
    let built = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    built.map_err(|error| SecondError::Weights(format!("no thread for it: {error}")))
}

/// The second stage, ready to read.
#[derive(Debug)]
pub struct Second {
    encoder: Encoder,
    tokens: Tokens,
    adapter: Adapter,
    about: About,
    platt: [Platt; ANSWERS],
    core: rayon::ThreadPool,
}

impl Second {
    /// Of the package's weights and tokenizer, and our part.
    ///
    /// # Errors
    /// [`SecondError::Weights`] where they don't go together.
    pub fn new(weights: &[u8], tokenizer: &[u8], part: Part) -> Result<Self, SecondError> {
        let encoder = Encoder::from_bytes(weights)?;
        part.adapter.fits(&encoder)?;
        Ok(Self {
            encoder,
            tokens: Tokens::from_bytes(tokenizer)?,
            adapter: part.adapter,
            platt: part
                .about
                .platt
                .as_slice()
                .try_into()
                .map_err(|_| SecondError::answers())?,
            about: part.about,
            core: one_core()?,
        })
    }

    /// What it is, beside its matrices.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Sums before calibration, answer by answer. Takes one core, whoever calls at once.
    ///
    /// # Errors
    /// [`SecondError`] where the arithmetic fails.
    pub fn sums(&self, parts: &Parts, path: Option<&str>, is_reply: bool) -> Result<Row, SecondError> {
        let ids = self.tokens.of(parts, path, is_reply)?;
        let rows = self.core.install(|| -> Result<Vec<Row>, SecondError> {
            let text = Padded::of(&[&ids])?;
            let hidden = self.encoder.below(&text, self.adapter.layers())?;
            self.adapter.rows(&self.encoder.above(&hidden, &text, &self.adapter)?)
        })?;
        Ok(rows[0])
    }

    /// Probabilities by both stages, given the first one's sums, and from which on an area is read and shown.
    ///
    /// # Errors
    /// [`SecondError`] where the arithmetic fails.
    pub fn answer(
        &self,
        first: &Row,
        parts: &Parts,
        path: Option<&str>,
        is_reply: bool,
    ) -> Result<(Answer, Cuts), SecondError> {
        let sums = mixed(self.about.first_share, first, &self.sums(parts, path, is_reply)?);
        Ok((linear::calibrated(&self.platt, &sums), self.about.cuts))
    }
}

/// Sums of both stages as one, the first's counting `first_share`.
#[must_use]
pub fn mixed(first_share: f32, first: &Row, second: &Row) -> Row {
    std::array::from_fn(|answer| first_share * first[answer] + (1.0 - first_share) * second[answer])
}
