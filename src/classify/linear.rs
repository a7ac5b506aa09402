//! The linear model: what each counted thing says for and against every area, added up, and turned into a probability.
use std::sync::Arc;
use std::sync::LazyLock;

use hashbrown::HashMap;
use serde::Deserialize;
use serde::Serialize;

use crate::classify::features;
use crate::classify::features::Kind;
use crate::classify::file;
use crate::classify::markdown::Parts;
use crate::classify::phrases;
use crate::classify::words::Words;
use crate::model::correction::Teaches;
use crate::model::skill::Area;

/// Practice areas.
pub const AREAS: usize = Area::ALL.len();
/// What the model answers: each area, then the three degrees of teaching (nothing, a request, knowledge).
pub const ANSWERS: usize = AREAS + Teaches::ALL.len();
/// How much a matching phrase counts, beside a block of text of length 1.
pub const PHRASE: f32 = 0.45;
/// How much a sign of form counts.
pub const FORM: f32 = 0.5;

/// One number for each answer.
pub type Row = [f32; ANSWERS];

/// One counted text.
#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    /// Its kind.
    pub kind: Kind,
    /// The text.
    pub text: Box<str>,
    /// How telling it is by its rarity: `ln((1 + n) / (1 + comments with it)) + 1`.
    pub rarity: f32,
    /// Log-odds that it adds to each answer.
    pub weights: Row,
}

/// Slope and offset that turn a sum into calibrated log-odds (Platt scaling).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Platt {
    /// Factor.
    pub slope: f32,
    /// Added after it.
    pub offset: f32,
}

/// Probabilities from which on something is done with an area.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cuts {
    /// It is taken for read, where nothing is shown: the best balance of precision and recall.
    pub read_from: f32,
    /// It is shown to people. Below it, the model abstains.
    pub shown_from: f32,
}

/// All that training found.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// Name and version, stored beside what it read.
    pub name: String,
    /// Counted texts, by kind and text.
    pub texts: Vec<Text>,
    /// Weights of [`phrases`], by their place.
    pub phrases: Vec<Row>,
    /// Weights of [`features::FORM`], by their place. They say nothing of areas.
    pub form: Vec<Row>,
    /// Where each answer starts.
    pub bias: Row,
    /// Calibration of each answer.
    pub platt: [Platt; ANSWERS],
    /// From which probability on an area is taken for read, and shown.
    pub cuts: Cuts,
}

/// What the model makes of a comment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Answer {
    /// Probability of each area, in the order of [`Area::ALL`].
    pub areas: [f32; AREAS],
    /// Probabilities of what it gives, in the order of [`Teaches::ALL`]; they add up to 1.
    pub teaches: [f32; Teaches::ALL.len()],
}

impl Answer {
    /// What it most likely gives.
    #[must_use]
    pub fn gives(&self) -> Teaches {
        let by_chance = |one: &Teaches, other: &Teaches| self.chance_of(*one).total_cmp(&self.chance_of(*other));
        Teaches::ALL.into_iter().max_by(by_chance).unwrap_or(Teaches::None)
    }

    /// How likely it gives this.
    #[must_use]
    pub fn chance_of(&self, teaches: Teaches) -> f32 {
        self.teaches[teaches as usize]
    }
}

/// A model with its texts laid out for looking up.
#[derive(Debug)]
pub struct Reader {
    places: [HashMap<Box<str>, u32>; Kind::ALL.len()],
    model: Model,
}

static SHIPPED: LazyLock<Arc<Reader>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant file, read in the tests")]
    let model = file::parse(include_bytes!("model/areas.gz")).expect("the shipped model reads");
    Arc::new(Reader::new(model))
});

/// The model in the binary. The first call unpacks it.
#[must_use]
pub fn shipped() -> Arc<Reader> {
    Arc::clone(&SHIPPED)
}

impl Reader {
    /// Lays a model out.
    #[must_use]
    pub fn new(model: Model) -> Self {
        let mut places: [HashMap<Box<str>, u32>; Kind::ALL.len()] = std::array::from_fn(|_| HashMap::new());
        for (place, text) in (0_u32..).zip(&model.texts) {
            places[text.kind as usize].insert(text.text.clone(), place);
        }
        Self { places, model }
    }

    /// The model itself.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Sums before calibration, answer by answer.
    #[must_use]
    pub fn sums(&self, parts: &Parts, path: Option<&str>, is_reply: bool) -> Row {
        let words = Words::of(&parts.prose);
        let mut sums = self.model.bias;
        let mut seen: Vec<u32> = Vec::with_capacity(4 * words.iter().len());
        features::each(&words, |kind, text| {
            seen.extend(self.places[kind as usize].get(text));
        });
        seen.sort_unstable();
        self.add_texts(&seen, &mut sums);
        for (at, times) in phrases::matching(&words, &parts.prose, path) {
            add(&mut sums, &self.model.phrases[at], PHRASE * often(times));
        }
        for at in features::form(parts, &words, is_reply) {
            add(&mut sums, &self.model.form[at], FORM);
        }
        sums
    }

    /// Adds counted texts, sorted by place: each block is brought to its length, a repeated text counts by its logarithm.
    fn add_texts(&self, seen: &[u32], sums: &mut Row) {
        let mut blocks = [(0.0_f32, [0.0_f32; ANSWERS]); 2];
        for same in seen.chunk_by(|one, next| one == next) {
            let text = &self.model.texts[same[0] as usize];
            let value = often(same.len()) * text.rarity;
            let (square, of_block) = &mut blocks[text.kind.block() as usize];
            *square += value * value;
            add(of_block, &text.weights, value);
        }
        for (block, (square, of_block)) in [features::Block::Text, features::Block::Ends].into_iter().zip(blocks) {
            if square > 0.0 {
                add(sums, &of_block, block.length() / square.sqrt());
            }
        }
    }

    /// Reads a comment.
    #[must_use]
    pub fn answer(&self, parts: &Parts, path: Option<&str>, is_reply: bool) -> Answer {
        calibrated(&self.model.platt, &self.sums(parts, path, is_reply))
    }
}

/// Probabilities of sums.
#[must_use]
pub fn calibrated(platt: &[Platt; ANSWERS], sums: &Row) -> Answer {
    let chance = |at: usize| 1.0 / (1.0 + (-(platt[at].slope * sums[at] + platt[at].offset)).exp());
    let teaches: [f32; Teaches::ALL.len()] = std::array::from_fn(|degree| chance(AREAS + degree));
    let all: f32 = teaches.iter().sum();
    Answer {
        areas: std::array::from_fn(chance),
        teaches: teaches.map(|one| one / all.max(f32::MIN_POSITIVE)),
    }
}

/// A text that occurs several times says little more than once: `1 + ln(times)`.
#[must_use]
pub fn often(times: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "words of one comment")]
    let times = times as f32;
    1.0 + times.ln()
}

fn add(sums: &mut Row, weights: &Row, factor: f32) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += factor * weight;
    }
}
