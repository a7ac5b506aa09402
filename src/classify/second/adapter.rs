//! What training adds to the encoder: a pair of narrow matrices beside each linear map of the upper layers, and the head
//! that turns a comment's mean into sums, answer by answer.
use candle_core::DType;
use candle_core::Tensor;

use crate::classify::linear::ANSWERS;
use crate::classify::linear::AREAS;
use crate::classify::linear::Row;
use crate::classify::second::SecondError;
use crate::classify::second::encoder::Encoder;

/// A linear map of a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Map {
    /// What a token asks others.
    Query,
    /// What it answers to.
    Key,
    /// What it gives them.
    Value,
    /// What is made of what it was given.
    AttentionOutput,
    /// Into the wider middle of the feed-forward part.
    Intermediate,
    /// And back.
    Output,
}

impl Map {
    /// All of them, in the order of their places.
    pub const ALL: [Self; 6] = [
        Self::Query,
        Self::Key,
        Self::Value,
        Self::AttentionOutput,
        Self::Intermediate,
        Self::Output,
    ];

    /// What BERT's weights call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "attention.self.query",
            Self::Key => "attention.self.key",
            Self::Value => "attention.self.value",
            Self::AttentionOutput => "attention.output.dense",
            Self::Intermediate => "intermediate.dense",
            Self::Output => "output.dense",
        }
    }

    /// Numbers that go in and come out, where a token has `width` and the middle `middle`.
    #[must_use]
    pub fn shape(self, width: usize, middle: usize) -> (usize, usize) {
        match self {
            Self::Query | Self::Key | Self::Value | Self::AttentionOutput => (width, width),
            Self::Intermediate => (width, middle),
            Self::Output => (middle, width),
        }
    }
}

/// Two narrow matrices whose product is added to a map: `down` is rank × in, `up` is out × rank.
#[derive(Clone, Debug)]
pub struct LowRank {
    /// First: to a few numbers.
    pub down: Tensor,
    /// Then: from them to what the map makes.
    pub up: Tensor,
}

/// All that training adds.
#[derive(Clone, Debug)]
pub struct Adapter {
    /// A pair a map, layer by layer from below.
    pub layers: Vec<[LowRank; Map::ALL.len()]>,
    /// Answers × width.
    pub head: Tensor,
    /// Where each answer starts.
    pub bias: Tensor,
}

impl Adapter {
    /// How many of the upper layers it changes.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// The pair of a map.
    #[must_use]
    pub fn of(&self, layer: usize, map: Map) -> &LowRank {
        &self.layers[layer][map as usize]
    }

    /// Sums of each answer, `texts` × answers, of means, `texts` × `width`.
    ///
    /// # Errors
    /// [`SecondError`] where shapes don't fit.
    pub fn sums(&self, means: &Tensor) -> Result<Tensor, SecondError> {
        Ok(means.matmul(&self.head.t()?)?.broadcast_add(&self.bias)?)
    }

    /// The same as numbers. Of the degrees of teaching only the differences were learned, so their mean is taken away: then they can be
    /// added to another model's.
    ///
    /// # Errors
    /// [`SecondError`] where shapes don't fit.
    pub fn rows(&self, means: &Tensor) -> Result<Vec<Row>, SecondError> {
        let sums = self.sums(means)?.to_vec2::<f32>()?;
        let row = |sums: &Vec<f32>| -> Result<Row, SecondError> {
            let mut row: Row = sums.as_slice().try_into().map_err(|_| SecondError::answers())?;
            let degrees = &mut row[AREAS..];
            #[expect(clippy::cast_precision_loss, reason = "three")]
            let mean = degrees.iter().sum::<f32>() / degrees.len() as f32;
            for degree in degrees {
                *degree -= mean;
            }
            Ok(row)
        };
        sums.iter().map(row).collect()
    }

    /// Whether it is one for this encoder.
    ///
    /// # Errors
    /// [`SecondError::Weights`] where a matrix has another shape.
    pub fn fits(&self, encoder: &Encoder) -> Result<(), SecondError> {
        let other = |what: &str| SecondError::Weights(format!("{what} was trained for another encoder"));
        if self.layers() > encoder.layers() {
            return Err(other("a layer"));
        }
        for (map, pair) in self.layers.iter().flat_map(|layer| Map::ALL.iter().zip(layer)) {
            let (into, out) = map.shape(encoder.width(), encoder.middle());
            let rank = pair.down.dims2()?.0;
            if pair.down.dims() != [rank, into] || pair.up.dims() != [out, rank] {
                return Err(other(map.name()));
            }
        }
        if self.head.dims() == [ANSWERS, encoder.width()] && self.bias.dims() == [ANSWERS] {
            Ok(())
        } else {
            Err(other("the head"))
        }
    }

    /// The same numbers, no longer bound to their training.
    #[must_use]
    pub fn detached(&self) -> Self {
        let detach = |pair: &LowRank| LowRank {
            down: pair.down.detach(),
            up: pair.up.detach(),
        };
        Self {
            layers: self.layers.iter().map(|layer| layer.each_ref().map(detach)).collect(),
            head: self.head.detach(),
            bias: self.bias.detach(),
        }
    }

    /// The same with numbers that half floats can hold.
    ///
    /// # Errors
    /// [`SecondError`] where the arithmetic fails.
    pub fn halved(mut self) -> Result<Self, SecondError> {
        let halve = |tensor: &mut Tensor| -> Result<(), SecondError> {
            *tensor = tensor.to_dtype(DType::F16)?.to_dtype(DType::F32)?;
            Ok(())
        };
        for LowRank { down, up } in self.layers.iter_mut().flatten() {
            halve(down)?;
            halve(up)?;
        }
        halve(&mut self.head)?;
        halve(&mut self.bias)?;
        Ok(self)
    }
}
