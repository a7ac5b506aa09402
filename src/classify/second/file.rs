//! The second stage's own part as a file: adapters and head as half floats in `safetensors`, calibration and cuts beside
//! them as JSON. The same parts give the same bytes.
use std::collections::BTreeMap;
use std::collections::HashMap;

use candle_core::DType;
use candle_core::Device;
use candle_core::Tensor;
use safetensors::SafeTensors;
use serde::Deserialize;
use serde::Serialize;

use crate::classify::linear::ANSWERS;
use crate::classify::linear::Cuts;
use crate::classify::linear::Platt;
use crate::classify::second::SecondError;
use crate::classify::second::adapter::Adapter;
use crate::classify::second::adapter::LowRank;
use crate::classify::second::adapter::Map;

/// Under which name the JSON stands in the file.
const ABOUT: &str = "peerlore";

/// All that is ours of the second stage.
#[derive(Clone, Debug)]
pub struct Part {
    /// What isn't a matrix.
    pub about: About,
    /// The matrices.
    pub adapter: Adapter,
}

/// What isn't a matrix.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct About {
    /// Name and version, stored beside what it read.
    pub name: String,
    /// Name of the first stage that it was calibrated with; another one's sums would be taken for what they aren't.
    pub first: String,
    /// SHA-256 of the package's weights, without which it says nothing.
    pub weights: String,
    /// What the first stage's sums count beside the second's, in [0, 1].
    pub first_share: f32,
    /// Calibration of each answer's sum of both.
    pub platt: Vec<Platt>,
    /// From which probability on an area is taken for read, and shown.
    pub cuts: Cuts,
}

impl About {
    /// Of a part that isn't tuned yet: by itself it says what the first stage says, and shows nothing.
    #[must_use]
    pub fn new(name: String, first: String, weights: String) -> Self {
        Self {
            name,
            first,
            weights,
            first_share: 1.0,
            platt: vec![
                Platt {
                    slope: 1.0,
                    offset: 0.0,
                };
                ANSWERS
            ],
            cuts: Cuts {
                read_from: 1.0,
                shown_from: 1.0,
            },
        }
    }
}

/// Writes it.
///
/// # Errors
/// [`SecondError::Weights`] where it can't be packed.
pub fn write(part: &Part) -> Result<Vec<u8>, SecondError> {
    let mut matrices: BTreeMap<String, Tensor> = BTreeMap::new();
    let mut keep = |name: String, tensor: &Tensor| -> Result<(), SecondError> {
        matrices.insert(name, tensor.to_dtype(DType::F16)?);
        Ok(())
    };
    for (at, layer) in part.adapter.layers.iter().enumerate() {
        for (map, pair) in Map::ALL.iter().zip(layer) {
            keep(down(at, *map), &pair.down)?;
            keep(up(at, *map), &pair.up)?;
        }
    }
    keep("head.weight".to_owned(), &part.adapter.head)?;
    keep("head.bias".to_owned(), &part.adapter.bias)?;
    let in_words = |error: &dyn std::fmt::Display| SecondError::Weights(error.to_string());
    let about = serde_json::to_string(&part.about).map_err(|error| in_words(&error))?;
    let about = HashMap::from([(ABOUT.to_owned(), about)]);
    safetensors::serialize(&matrices, Some(about)).map_err(|error| in_words(&error))
}

/// Reads it.
///
/// # Errors
/// [`SecondError::Weights`] where it is none of ours.
pub fn parse(bytes: &[u8]) -> Result<Part, SecondError> {
    let in_words = |error: &dyn std::fmt::Display| SecondError::Weights(error.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| in_words(&error))?;
    let about = header.metadata().as_ref().and_then(|about| about.get(ABOUT));
    let about = about.ok_or_else(|| SecondError::Weights("nothing says what they are".to_owned()))?;
    let about: About = serde_json::from_str(about).map_err(|error| in_words(&error))?;
    let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu).map_err(|error| in_words(&error))?;
    let named = |name: &str| -> Result<Tensor, SecondError> {
        let found = tensors
            .get(name)
            .ok_or_else(|| in_words(&format!("{name} is missing")))?;
        Ok(found.to_dtype(DType::F32)?)
    };
    let layers = (0..)
        .take_while(|layer| tensors.contains_key(&down(*layer, Map::ALL[0])))
        .map(|layer| {
            let pairs = Map::ALL.map(|map| -> Result<LowRank, SecondError> {
                Ok(LowRank {
                    down: named(&down(layer, map))?,
                    up: named(&up(layer, map))?,
                })
            });
            let pairs: Vec<LowRank> = pairs.into_iter().collect::<Result<_, _>>()?;
            pairs
                .try_into()
                .map_err(|_| in_words(&"a layer has another count of maps"))
        })
        .collect::<Result<_, _>>()?;
    Ok(Part {
        about,
        adapter: Adapter {
            layers,
            head: named("head.weight")?,
            bias: named("head.bias")?,
        },
    })
}

/// The part in the binary.
///
/// # Errors
/// [`SecondError::Weights`] where it is none, which the tests rule out.
pub fn shipped() -> Result<Part, SecondError> {
    parse(include_bytes!("../model/areas.safetensors"))
}

fn down(layer: usize, map: Map) -> String {
    format!("layer.{layer}.{}.down", map.name())
}

fn up(layer: usize, map: Map) -> String {
    format!("layer.{layer}.{}.up", map.name())
}
