//! Who reviewed files of such names, wherever they lie, counted less as it ages.
use hashbrown::HashMap;

use crate::model::clock::Time;
use crate::suggest::decay::Decay;
use crate::suggest::memory::keys::Key;
use crate::suggest::memory::keys::Keys;

/// Two sums that halve at two speeds: reviews, forgotten quickly and slowly.
type Sums = [f64; 2];

/// Decayed reviews of people, by number, under each name. Grows one review at a time, each in time linear in its names.
#[derive(Clone, Debug)]
pub struct Names {
    decays: [Decay; 2],
    kept: HashMap<Key, Name>,
    reviews: u32,
}

/// One name.
#[derive(Clone, Debug, Default)]
struct Name {
    reviews: u32,
    sums: Sums,
    /// Sorted by person.
    people: Vec<(u32, Sums)>,
}

impl Names {
    /// None yet; half-lives in days of reviews quickly and slowly forgotten.
    #[must_use]
    pub fn new(epoch: Time, half_lives: [f64; 2]) -> Self {
        Self {
            decays: half_lives.map(|half_life| Decay::new(epoch, half_life)),
            kept: HashMap::new(),
            reviews: 0,
        }
    }

    /// Counts one review of a change with these names: `min(1, 2 * share of its files)` for each of `people`.
    pub fn reviewed(&mut self, at: Time, people: &[u32], keys: &Keys) {
        self.reviews += 1;
        let gains = self.decays.map(|decay| decay.gain(at));
        for (key, under) in &keys.names {
            let name = self.kept.entry(*key).or_default();
            let weight = (2.0 * ratio(*under, keys.files)).min(1.0);
            name.gain(people, gains.map(|gain| gain * weight));
        }
    }

    /// For each person, by number, what the names of a change tell:
    /// `ln(1 + reviews / reviews under the name) * share of its files * weight / (sum of weights + 1)` (spread.md section 1).
    #[must_use]
    pub fn scores(&self, now: Time, keys: &Keys, people: usize) -> Vec<Sums> {
        let mut scores = vec![Sums::default(); people];
        let gains = self.decays.map(|decay| decay.gain(now));
        for (key, under) in &keys.names {
            let Some(name) = self.kept.get(key) else { continue };
            let rarity = (1.0 + f64::from(self.reviews.max(1)) / f64::from(name.reviews.max(1))).ln();
            let factor = rarity * ratio(*under, keys.files);
            let factors: Sums = std::array::from_fn(|at| factor / (name.sums[at] + gains[at]));
            for (person, sums) in &name.people {
                for (score, (sum, factor)) in scores[*person as usize].iter_mut().zip(sums.iter().zip(factors)) {
                    *score += sum * factor;
                }
            }
        }
        scores
    }
}

impl Name {
    fn gain(&mut self, people: &[u32], gains: Sums) {
        self.reviews += 1;
        for person in people {
            let at = match self.people.binary_search_by_key(person, |(person, _)| *person) {
                Ok(at) => at,
                Err(at) => {
                    self.people.insert(at, (*person, Sums::default()));
                    at
                }
            };
            for (at_name, (sum, gain)) in self.sums.iter_mut().zip(self.people[at].1.iter_mut().zip(gains)) {
                *at_name += gain;
                *sum += gain;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are small")]
fn ratio(part: u32, whole: usize) -> f64 {
    f64::from(part) / whole.max(1) as f64
}
