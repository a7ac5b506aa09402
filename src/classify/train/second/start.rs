//! Where training begins, and chance that is the same for the same seed.
use candle_core::DType;
use candle_core::Device;
use candle_core::Var;

use crate::classify::linear::ANSWERS;
use crate::classify::linear::AREAS;
use crate::classify::linear::Row;
use crate::classify::second::SecondError;
use crate::classify::second::adapter::Adapter;
use crate::classify::second::adapter::LowRank;
use crate::classify::second::adapter::Map;
use crate::classify::second::encoder::Encoder;
use crate::classify::train::second::Recipe;

/// Spread of the first matrix of a pair, times 1 over the root of its width.
const DOWN_SPREAD: f32 = 2.0;
/// Spread of the head at first.
const HEAD_SPREAD: f32 = 0.02;

/// An adapter that changes nothing yet, whose head answers as often as the labels of `some` do, and its parts that are learned: the
/// pairs, and the head.
pub(super) fn adapter(
    (encoder, recipe): (&Encoder, Recipe),
    answers: &[Row],
    some: &[usize],
    seed: u64,
) -> Result<(Adapter, Vec<Var>, Vec<Var>), SecondError> {
    let (mut pairs, mut drawn) = (Vec::new(), 0);
    let mut normal = |rows: usize, columns: usize, spread: f32| -> Result<Var, SecondError> {
        let numbers = (0..rows * columns).map(|_| {
            drawn += 2;
            spread * normal_number(seed, drawn)
        });
        Ok(Var::from_vec(numbers.collect(), (rows, columns), &Device::Cpu)?)
    };
    let mut layers = Vec::with_capacity(recipe.upper);
    for _ in 0..recipe.upper.min(encoder.layers()) {
        let mut layer = Vec::with_capacity(Map::ALL.len());
        for map in Map::ALL {
            let (into, out) = map.shape(encoder.width(), encoder.middle());
            #[expect(clippy::cast_precision_loss, reason = "a width")]
            let down = normal(recipe.rank, into, DOWN_SPREAD / (into as f32).sqrt())?;
            let up = Var::zeros((out, recipe.rank), DType::F32, &Device::Cpu)?;
            layer.push(LowRank {
                down: down.as_tensor().clone(),
                up: up.as_tensor().clone(),
            });
            pairs.extend([down, up]);
        }
        let layer = layer.try_into();
        layers.push(layer.map_err(|_| SecondError::Weights("a layer of another shape".to_owned()))?);
    }
    let head = normal(ANSWERS, encoder.width(), HEAD_SPREAD)?;
    let often: Vec<f32> = (0..ANSWERS)
        .map(|answer| {
            let yes: f32 = some.iter().map(|at| answers[*at][answer]).sum();
            #[expect(clippy::cast_precision_loss, reason = "comments")]
            let share = (yes / some.len().max(1) as f32).clamp(1e-3, 1.0 - 1e-3);
            // Of the degrees of teaching only the differences count.
            if answer < AREAS {
                (share / (1.0 - share)).ln()
            } else {
                0.0
            }
        })
        .collect();
    let bias = Var::from_vec(often, ANSWERS, &Device::Cpu)?;
    let adapter = Adapter {
        layers,
        head: head.as_tensor().clone(),
        bias: bias.as_tensor().clone(),
    };
    Ok((adapter, pairs, vec![head, bias]))
}

/// A number by chance, always the same for the same seed and place (`SplitMix64`; Steele et al., 2014).
pub(super) fn chance(seed: u64, at: u64) -> u64 {
    let mut mixed = seed.wrapping_add(at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number of the normal distribution by chance, from two places (Box and Muller, 1958).
fn normal_number(seed: u64, at: u64) -> f32 {
    let share = |at: u64| {
        #[expect(clippy::cast_precision_loss, reason = "24 bits of chance")]
        let share = ((chance(seed, at) >> 40) as f32 + 0.5) / (1_u32 << 24) as f32;
        share
    };
    (-2.0 * share(at).ln()).sqrt() * (std::f32::consts::TAU * share(at + 1)).cos()
}
