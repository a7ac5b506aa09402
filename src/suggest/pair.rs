//! Who reviews this author: the reviews of each pair of people, counted less as they age.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::suggest::decay::Decay;

/// Reviews by author and reviewer, both by number. Grows one review at a time.
#[derive(Clone, Debug)]
pub struct PairIndex {
    decay: Decay,
    authors: HashMap<u32, Reviewers>,
}

/// Who reviewed one author.
#[derive(Clone, Default, Debug)]
struct Reviewers {
    sum: f64,
    /// Sorted by reviewer.
    reviewers: Vec<(u32, Familiarity)>,
}

/// What one reviewer did for one author.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Familiarity {
    grown: f64,
    reviews: u32,
    last: Time,
}

/// One reviewer's familiarity with an author, read at one time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Familiar {
    /// Decayed number of reviews.
    pub weight: f64,
    /// `weight / (sum over all reviewers + 1)`, below 1.
    pub share: f64,
    /// Reviews of this author's changes, undecayed.
    pub reviews: u32,
    /// The last of them.
    pub last: Time,
}

impl PairIndex {
    /// An index without reviews.
    #[must_use]
    pub fn new(decay: Decay) -> Self {
        Self {
            decay,
            authors: HashMap::new(),
        }
    }

    /// Counts one review by these people of a change of this author.
    pub fn add(&mut self, at: Time, author: u32, reviewers: &[u32]) {
        let gain = self.decay.gain(at);
        let entry = self.authors.entry(author).or_default();
        for reviewer in reviewers {
            entry.sum += gain;
            let place = entry.reviewers.binary_search_by_key(reviewer, |(person, _)| *person);
            let place = place.unwrap_or_else(|place| {
                let none = Familiarity {
                    grown: 0.0,
                    reviews: 0,
                    last: at,
                };
                entry.reviewers.insert(place, (*reviewer, none));
                place
            });
            let familiarity = &mut entry.reviewers[place].1;
            familiarity.grown += gain;
            familiarity.reviews += 1;
            familiarity.last = familiarity.last.max(at);
        }
    }

    /// For each person, by number, how familiar they are with this author.
    #[must_use]
    pub fn of(&self, author: Option<u32>, now: Time, people: usize) -> Vec<Option<Familiar>> {
        let mut familiar = vec![None; people];
        let gain = self.decay.gain(now);
        let Some(entry) = author.and_then(|author| self.authors.get(&author)) else {
            return familiar;
        };
        let sum = entry.sum / gain;
        for (person, familiarity) in &entry.reviewers {
            let weight = familiarity.grown / gain;
            familiar[*person as usize] = Some(Familiar {
                weight,
                share: weight / (sum + 1.0),
                reviews: familiarity.reviews,
                last: familiarity.last,
            });
        }
        familiar
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn familiarity_is_kept_by_author_and_fades() {
        let start = Time::default();
        let (ana, ben, eve) = (0, 1, 2);
        let mut pairs = PairIndex::new(Decay::new(start, 120.0));
        pairs.add(start, ana, &[ben, eve]);
        pairs.add(start, ana, &[ben]);
        pairs.add(start, eve, &[ana]);
        let later = pairs.of(Some(ana), start + TimeDelta::days(120), 3);
        assert_eq!(later[0], None);
        let (ben, eve) = (later[1].expect("reviewed her"), later[2].expect("reviewed her"));
        assert_eq!((ben.reviews, ben.last), (2, start));
        assert!((ben.weight - 1.0).abs() < 1e-9);
        assert!((ben.share - 1.0 / 2.5).abs() < 1e-9);
        assert!(ben.share > eve.share);
        assert_eq!(pairs.of(Some(1), start, 3), [None; 3]);
        assert_eq!(pairs.of(None, start, 3), [None; 3]);
    }
}
