//! The encoder of BERT (Devlin et al., BERT, 2019, section 3; Vaswani et al., Attention Is All You Need, 2017) in the shape
//! of `MiniLM`, with low-rank adapters on its upper layers (Hu et al., `LoRA`, 2021, section 4.1).
//!
//! One forward pass serves reading and training, so that what was trained is what is read. The weights are those of a
//! package; only the adapters are ours.
use std::collections::HashMap;

use candle_core::D;
use candle_core::Device;
use candle_core::IndexOp as _;
use candle_core::Tensor;
use candle_nn::ops;

use crate::classify::second::SecondError;
use crate::classify::second::adapter::Adapter;
use crate::classify::second::adapter::LowRank;
use crate::classify::second::adapter::Map;

/// Numbers of one attention head: MiniLM-L6 has 12 heads over 384.
const HEAD_WIDTH: usize = 32;
/// Added to a variance before its root is taken, as BERT was trained.
const EPSILON: f32 = 1e-12;
/// Added to the attention of what is padding.
const FAR: f32 = -1e9;

/// A linear map, `out` × `in`, and its offset.
#[derive(Clone, Debug)]
struct Linear {
    weight: Tensor,
    bias: Tensor,
}

/// A scale and an offset after normalising.
#[derive(Clone, Debug)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
}

/// One layer: attention, then two maps with a bend between.
#[derive(Clone, Debug)]
struct Layer {
    maps: [Linear; Map::ALL.len()],
    after_attention: Norm,
    after_maps: Norm,
}

/// Texts of one length, padded: token ids (`texts` × `length`) and what is added to attention (`texts` × 1 × 1 × `length`).
#[derive(Clone, Debug)]
pub struct Padded {
    ids: Tensor,
    attention: Tensor,
    /// 1 for a token and 0 for padding, over the count of tokens: `texts` × `length` × 1.
    pooling: Tensor,
}

impl Padded {
    /// Pads texts to the longest.
    ///
    /// # Errors
    /// [`SecondError::Arithmetic`], which in memory doesn't happen.
    pub fn of(texts: &[&[u32]]) -> Result<Self, SecondError> {
        let length = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        let (mut ids, mut attention, mut pooling) = (Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            #[expect(clippy::cast_precision_loss, reason = "tokens of one comment")]
            let part = 1.0 / text.len().max(1) as f32;
            for at in 0..length {
                let token = text.get(at);
                ids.push(token.copied().unwrap_or(0));
                attention.push(if token.is_some() { 0.0 } else { FAR });
                pooling.push(if token.is_some() { part } else { 0.0 });
            }
        }
        let device = Device::Cpu;
        Ok(Self {
            ids: Tensor::from_vec(ids, (texts.len(), length), &device)?,
            attention: Tensor::from_vec(attention, (texts.len(), 1, 1, length), &device)?,
            pooling: Tensor::from_vec(pooling, (texts.len(), length, 1), &device)?,
        })
    }
}

/// The encoder with its weights.
#[derive(Clone, Debug)]
pub struct Encoder {
    words: Tensor,
    positions: Tensor,
    token_type: Tensor,
    after_embedding: Norm,
    layers: Vec<Layer>,
    width: usize,
}

impl Encoder {
    /// The encoder of a `safetensors` file of `MiniLM`.
    ///
    /// # Errors
    /// [`SecondError::Weights`] where a tensor is missing. Whether their shapes fit shows at the first comment; a digest tells before.
    pub fn from_bytes(weights: &[u8]) -> Result<Self, SecondError> {
        let tensors = candle_core::safetensors::load_buffer(weights, &Device::Cpu)
            .map_err(|error| SecondError::Weights(error.to_string()))?;
        let words = named(&tensors, "embeddings.word_embeddings.weight")?;
        let width = words.dim(1)?;
        if width % HEAD_WIDTH != 0 {
            return Err(SecondError::Weights(format!(
                "{width} numbers a token aren't whole heads of {HEAD_WIDTH}"
            )));
        }
        let layers = (0..)
            .take_while(|layer| tensors.contains_key(&format!("encoder.layer.{layer}.{}.weight", Map::ALL[0].name())))
            .map(|layer| Layer::from(&tensors, &format!("encoder.layer.{layer}")))
            .collect::<Result<Vec<_>, _>>()?;
        if layers.is_empty() {
            return Err(SecondError::Weights("there is no layer in them".to_owned()));
        }
        Ok(Self {
            words,
            positions: named(&tensors, "embeddings.position_embeddings.weight")?,
            token_type: named(&tensors, "embeddings.token_type_embeddings.weight")?.i(0)?,
            after_embedding: Norm::from(&tensors, "embeddings.LayerNorm")?,
            layers,
            width,
        })
    }

    /// Numbers a token.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Numbers in the middle of a layer.
    #[must_use]
    pub fn middle(&self) -> usize {
        self.layers[0].map(Map::Intermediate).bias.elem_count()
    }

    /// How many layers there are.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// What the layers below `upper` make of texts, which no adapter changes: `texts` × `length` × `width`.
    ///
    /// # Errors
    /// [`SecondError`] where a token isn't in the vocabulary or a text is too long.
    pub fn below(&self, texts: &Padded, upper: usize) -> Result<Tensor, SecondError> {
        let (count, length) = texts.ids.dims2()?;
        let words = self.words.index_select(&texts.ids.flatten_all()?, 0)?;
        let words = words.reshape((count, length, self.width))?;
        let positions = self.positions.narrow(0, 0, length)?;
        let embedded = words.broadcast_add(&positions)?.broadcast_add(&self.token_type)?;
        let mut hidden = self.after_embedding.over(&embedded)?;
        for layer in &self.layers[..self.layers.len() - upper.min(self.layers.len())] {
            hidden = layer.forward(&hidden, texts, &|_| None)?;
        }
        Ok(hidden)
    }

    /// What the upper layers make of it with their adapters, as the mean over a text's tokens: `texts` × `width`.
    ///
    /// # Errors
    /// [`SecondError`] where shapes don't fit.
    pub fn above(&self, hidden: &Tensor, texts: &Padded, adapter: &Adapter) -> Result<Tensor, SecondError> {
        let below = self.layers.len() - adapter.layers().min(self.layers.len());
        let mut hidden = hidden.clone();
        for (at, layer) in self.layers[below..].iter().enumerate() {
            hidden = layer.forward(&hidden, texts, &|map| Some(adapter.of(at, map)))?;
        }
        Ok(hidden.broadcast_mul(&texts.pooling)?.sum(1)?)
    }
}

impl Layer {
    fn from(tensors: &HashMap<String, Tensor>, name: &str) -> Result<Self, SecondError> {
        let mut maps = Vec::with_capacity(Map::ALL.len());
        for map in Map::ALL {
            maps.push(Linear {
                weight: named(tensors, &format!("{name}.{}.weight", map.name()))?,
                bias: named(tensors, &format!("{name}.{}.bias", map.name()))?,
            });
        }
        let maps = maps
            .try_into()
            .map_err(|_| SecondError::Weights(format!("{name} has another count of maps")))?;
        Ok(Self {
            maps,
            after_attention: Norm::from(tensors, &format!("{name}.attention.output.LayerNorm"))?,
            after_maps: Norm::from(tensors, &format!("{name}.output.LayerNorm"))?,
        })
    }

    fn map(&self, map: Map) -> &Linear {
        &self.maps[map as usize]
    }

    fn forward<'a>(
        &self,
        hidden: &Tensor,
        texts: &Padded,
        low_rank: &dyn Fn(Map) -> Option<&'a LowRank>,
    ) -> Result<Tensor, SecondError> {
        let (count, length, width) = hidden.dims3()?;
        // Maps work token by token: one matrix for all texts.
        let flat = hidden.reshape((count * length, width))?;
        let through = |map: Map, from: &Tensor| self.map(map).forward(from, low_rank(map));
        let heads = |map: Map| -> Result<Tensor, SecondError> {
            let mapped = through(map, &flat)?.reshape((count, length, width / HEAD_WIDTH, HEAD_WIDTH))?;
            Ok(mapped.transpose(1, 2)?.contiguous()?)
        };
        let (query, key, value) = (heads(Map::Query)?, heads(Map::Key)?, heads(Map::Value)?);
        #[expect(clippy::cast_precision_loss, reason = "32")]
        let scale = 1.0 / (HEAD_WIDTH as f64).sqrt();
        let scores = (query.matmul(&key.t()?)? * scale)?.broadcast_add(&texts.attention)?;
        let attended = soft_max(&scores)?.matmul(&value)?;
        let attended = attended.transpose(1, 2)?.reshape((count * length, width))?;
        let hidden = self
            .after_attention
            .over(&(through(Map::AttentionOutput, &attended)? + flat)?)?;
        let middle = through(Map::Intermediate, &hidden)?.gelu_erf()?;
        let hidden = self.after_maps.over(&(through(Map::Output, &middle)? + hidden)?)?;
        Ok(hidden.reshape((count, length, width))?)
    }
}

impl Linear {
    /// `x Wᵀ + b`, and `x Aᵀ Bᵀ` where there is an adapter.
    fn forward(&self, from: &Tensor, low_rank: Option<&LowRank>) -> Result<Tensor, SecondError> {
        let mut to = from.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)?;
        if let Some(LowRank { down, up }) = low_rank {
            to = (to + from.matmul(&down.t()?)?.matmul(&up.t()?)?)?;
        }
        Ok(to)
    }
}

impl Norm {
    fn from(tensors: &HashMap<String, Tensor>, name: &str) -> Result<Self, SecondError> {
        Ok(Self {
            weight: named(tensors, &format!("{name}.weight"))?,
            bias: named(tensors, &format!("{name}.bias"))?,
        })
    }

    fn over(&self, hidden: &Tensor) -> Result<Tensor, SecondError> {
        // The fused one has no gradient.
        let over = if hidden.track_op() {
            ops::layer_norm_slow
        } else {
            ops::layer_norm
        };
        Ok(over(hidden, &self.weight, &self.bias, EPSILON)?)
    }
}

fn soft_max(scores: &Tensor) -> Result<Tensor, SecondError> {
    Ok(if scores.track_op() {
        ops::softmax(scores, D::Minus1)?
    } else {
        ops::softmax_last_dim(scores)?
    })
}

fn named(tensors: &HashMap<String, Tensor>, name: &str) -> Result<Tensor, SecondError> {
    let found = tensors
        .get(name)
        .ok_or_else(|| SecondError::Weights(format!("{name} is missing")))?;
    Ok(found.to_dtype(candle_core::DType::F32)?)
}
