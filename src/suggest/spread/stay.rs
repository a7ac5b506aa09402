//! How likely somebody stays, learned from who stayed so far.
//!
//! A logistic regression of "is available so many quarters later" on what somebody was like lately, kept up one outcome at
//! a time by Newton steps on the growing sum of curvatures (the extended Kalman filter for a logistic response; Fahrmeir and
//! Tutz 2001, section 8.3). It learns at the ends of quarters, from looks at the same people at earlier ends, so nothing later
//! is ever in it. Before the first outcomes the weights are a guess: whoever is regular stays, ever less so with the years.
use std::collections::VecDeque;

use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::float;
use crate::suggest::spread::record::Record;
use crate::suggest::spread::record::Traits;

/// So many quarters ahead are foreseen.
pub const HORIZON: usize = 12;

/// Chances to be available at the ends of the coming quarters.
pub type Chances = [f64; HORIZON];

const SIZE: usize = 10;

type Vector = [f64; SIZE];

/// The guess: constant, months, work, since, lately, reviews; distance, and distance x months, since and lately.
const GUESS: Vector = [0.0, 1.0, 0.5, -1.0, 1.5, 0.0, -1.5, 1.0, 0.0, 0.0];

/// Who stays.
#[derive(Clone, Debug)]
pub struct Stay {
    looks: VecDeque<Vec<(Person, Traits)>>,
    weights: Vector,
    /// How uncertain the weights are: the inverse of the sum of curvatures.
    uncertain: [Vector; SIZE],
}

impl Default for Stay {
    fn default() -> Self {
        let of_row = |row: usize| std::array::from_fn(|column| if row == column { 1.0 } else { 0.0 });
        Self {
            looks: VecDeque::new(),
            weights: GUESS,
            uncertain: std::array::from_fn(of_row),
        }
    }
}

impl Stay {
    /// Looks at who is available: once a quarter, at its end.
    pub fn look(&mut self, record: &Record) {
        let looks = std::mem::take(&mut self.looks);
        for (ahead, look) in looks.iter().rev().enumerate() {
            for (person, traits) in look {
                self.learn(&features(*traits, ahead), record.available(*person));
            }
        }
        self.looks = looks;
        let look = record.everybody().map(|person| (person, record.traits(person)));
        self.looks.push_back(look.collect());
        if self.looks.len() > HORIZON {
            self.looks.pop_front();
        }
    }

    /// Chances of somebody who is available now.
    #[must_use]
    pub fn chances(&self, traits: Traits) -> Chances {
        std::array::from_fn(|ahead| self.chance(&features(traits, ahead)))
    }

    fn learn(&mut self, features: &Vector, stayed: bool) {
        let chance = self.chance(features);
        let curvature = chance * (1.0 - chance);
        let along: Vector = std::array::from_fn(|row| dot(&self.uncertain[row], features));
        let scale = curvature / (1.0 + curvature * dot(&along, features));
        for (row, of_row) in self.uncertain.iter_mut().zip(along) {
            for (cell, of_column) in row.iter_mut().zip(along) {
                *cell -= scale * of_row * of_column;
            }
        }
        let wrong = f64::from(u8::from(stayed)) - chance;
        let step: Vector = std::array::from_fn(|row| wrong * dot(&self.uncertain[row], features));
        for (weight, step) in self.weights.iter_mut().zip(step) {
            *weight += step;
        }
    }

    fn chance(&self, features: &Vector) -> f64 {
        1.0 / (1.0 + (-dot(&self.weights, features)).exp())
    }
}

fn dot(one: &Vector, other: &Vector) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn features(traits: Traits, ahead: usize) -> Vector {
    let Traits {
        months,
        lately,
        work,
        reviews,
        since,
    } = traits;
    let far = float(ahead + 1).ln() / float(HORIZON).ln();
    [
        1.0,
        months,
        work,
        since,
        lately,
        reviews,
        far,
        far * months,
        far * since,
        far * lately,
    ]
}
