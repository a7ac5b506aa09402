//! Who was seen under a key, a folder or a name, counted less as it ages.
use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::model::clock::Time;
use crate::suggest::decay::Decay;

/// A key as 64 bits: no path is kept. Of a million keys two are the same once in forty thousand times.
pub type Key = u64;

/// Three sums that halve at three speeds: reviews, forgotten quickly; reviews, forgotten slowly; changes written.
type Sums = [f64; 3];

/// Decayed reviews and changes of people by key. Grows one change at a time, each in time linear in its keys.
#[derive(Clone, Debug)]
pub struct Shelf {
    decays: [Decay; 3],
    places: HashMap<Key, Place>,
    reviews: u32,
}

/// One key.
#[derive(Clone, Debug, Default)]
struct Place {
    reviews: u32,
    sums: Sums,
    /// Sorted by person.
    people: Vec<(u32, Sums)>,
}

/// The keys of a change with the number of its files under each, in order of the key.
pub type Keys = BTreeMap<Key, u32>;

impl Shelf {
    /// An empty one; half-lives in days of reviews quickly and slowly forgotten, and of changes written.
    #[must_use]
    pub fn new(epoch: Time, half_lives: [f64; 3]) -> Self {
        Self {
            decays: half_lives.map(|half_life| Decay::new(epoch, half_life)),
            places: HashMap::new(),
            reviews: 0,
        }
    }

    /// Counts one review of a change with these keys and so many files: `min(1, 2 * share of its files)` for each of `people`.
    pub fn reviewed(&mut self, at: Time, people: &[u32], keys: &Keys, files: usize) {
        self.reviews += 1;
        let gains = [self.decays[0].gain(at), self.decays[1].gain(at), 0.0];
        for (key, under) in keys {
            let place = self.places.entry(*key).or_default();
            place.reviews += 1;
            place.gain(people, gains.map(|gain| gain * weight(*under, files)));
        }
    }

    /// Counts one change that `person` wrote.
    pub fn wrote(&mut self, at: Time, person: u32, keys: &Keys, files: usize) {
        let gains = [0.0, 0.0, self.decays[2].gain(at)];
        for (key, under) in keys {
            let place = self.places.entry(*key).or_default();
            place.gain(&[person], gains.map(|gain| gain * weight(*under, files)));
        }
    }

    /// Adds to `scores`, by person, what the keys of a change tell:
    /// `ln(1 + reviews / reviews under the key) * share of its files * weight / (sum of weights + 1)` (spread.md section 1).
    pub fn read(&self, now: Time, keys: &Keys, files: usize, scores: &mut [Sums]) {
        let gains = self.decays.map(|decay| decay.gain(now));
        for (key, under) in keys {
            let Some(place) = self.places.get(key) else { continue };
            let rarity = (1.0 + f64::from(self.reviews.max(1)) / f64::from(place.reviews.max(1))).ln();
            let share = f64::from(*under) / float(files);
            let factors: Sums = std::array::from_fn(|at| rarity * share / (place.sums[at] + gains[at]));
            for (person, sums) in &place.people {
                let scores = &mut scores[*person as usize];
                for (score, (sum, factor)) in scores.iter_mut().zip(sums.iter().zip(factors)) {
                    *score += sum * factor;
                }
            }
        }
    }
}

impl Place {
    fn gain(&mut self, people: &[u32], gains: Sums) {
        for person in people {
            let at = match self.people.binary_search_by_key(person, |(person, _)| *person) {
                Ok(at) => at,
                Err(at) => {
                    self.people.insert(at, (*person, [0.0; 3]));
                    at
                }
            };
            for (at_place, (sum, gain)) in self.sums.iter_mut().zip(self.people[at].1.iter_mut().zip(gains)) {
                *at_place += gain;
                *sum += gain;
            }
        }
    }
}

fn weight(under: u32, files: usize) -> f64 {
    (2.0 * f64::from(under) / float(files)).min(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are small")]
fn float(files: usize) -> f64 {
    files.max(1) as f64
}
