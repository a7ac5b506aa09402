//! Who reviews this author: the reviews of each pair of people, counted less as they age.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::decay::Decay;

/// Days in which a review of this author loses half of its weight (spread.md section 1).
pub const HALF_LIFE_DAYS: f64 = 120.0;

/// Reviews by author and reviewer. Grows one review at a time.
#[derive(Clone, Debug)]
pub struct PairIndex {
    decay: Decay,
    authors: HashMap<PersonId, Reviewers>,
}

/// Who reviewed one author.
#[derive(Clone, Default, Debug)]
struct Reviewers {
    sum: f64,
    reviewers: HashMap<PersonId, Familiarity>,
}

/// What one reviewer did for one author.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Familiarity {
    grown: f64,
    /// Reviews of this author's changes.
    pub reviews: u32,
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
    pub fn add(&mut self, at: Time, author: PersonId, reviewers: &[PersonId]) {
        let gain = self.decay.gain(at);
        let entry = self.authors.entry(author).or_default();
        for reviewer in reviewers {
            entry.sum += gain;
            let familiarity = entry.reviewers.entry(*reviewer).or_default();
            familiarity.grown += gain;
            familiarity.reviews += 1;
        }
    }

    /// Everybody who reviewed this author.
    #[must_use]
    pub fn reviewers(&self, author: PersonId, now: Time) -> HashMap<PersonId, Familiar> {
        let gain = self.decay.gain(now);
        let Some(entry) = self.authors.get(&author) else {
            return HashMap::new();
        };
        let sum = entry.sum / gain;
        let familiar = entry.reviewers.iter().map(|(person, familiarity)| {
            let weight = familiarity.grown / gain;
            let share = weight / (sum + 1.0);
            let reviews = familiarity.reviews;
            (*person, Familiar { weight, share, reviews })
        });
        familiar.collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn familiarity_is_kept_by_author_and_fades() {
        let start = Time::default();
        let (ana, ben, eve) = (PersonId(1), PersonId(2), PersonId(3));
        let mut pairs = PairIndex::new(Decay::new(start, HALF_LIFE_DAYS));
        pairs.add(start, ana, &[ben, eve]);
        pairs.add(start, ana, &[ben]);
        pairs.add(start, eve, &[ana]);
        let later = pairs.reviewers(ana, start + TimeDelta::days(120));
        assert_eq!(later.len(), 2);
        assert_eq!(later[&ben].reviews, 2);
        assert!((later[&ben].weight - 1.0).abs() < 1e-9);
        assert!((later[&ben].share - 1.0 / 2.5).abs() < 1e-9);
        assert!(later[&ben].share > later[&eve].share);
        assert!(pairs.reviewers(ben, start).is_empty());
    }
}
