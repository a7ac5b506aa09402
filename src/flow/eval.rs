//! What published networks of reviews come to.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde::Serialize;

use crate::flow::diffusion::Diffusion;
use crate::flow::diffusion::Review;
use crate::flow::diffusion::median;
use crate::flow::diffusion::middle;

/// The most people that can be followed: a byte for each two of them.
pub const MOST_PEOPLE: usize = 30_000;

/// A network: reviews by any id, as Dorner et al. publish them.
pub type Network = BTreeMap<String, NetworkReview>;

/// One review of a network.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct NetworkReview {
    /// When it ended, without a zone.
    pub end: NaiveDateTime,
    /// Who took part.
    pub participants: Vec<Id>,
}

/// Somebody's id, whatever it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// A name.
    Name(String),
    /// A number.
    Number(i64),
}

/// What a network comes to.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Figures {
    /// Its reviews.
    pub reviews: usize,
    /// Its people.
    pub people: usize,
    /// How many others half of the people can have reached at most ([`median`]).
    pub reach_median: Option<u32>,
    /// How many others anybody can have reached at most.
    pub reach_max: u32,
    /// The middle one of the fewest reviews between two people.
    pub hops_median: Option<f64>,
}

/// Everybody in a network.
#[must_use]
pub fn people(network: &Network) -> BTreeSet<&Id> {
    network.values().flat_map(|review| &review.participants).collect()
}

/// What a network comes to.
#[must_use]
pub fn figures(network: &Network) -> Figures {
    let people = people(network);
    let numbers: BTreeMap<&Id, u32> = people.iter().copied().zip(0..).collect();
    let reviews: Vec<Review> = network
        .values()
        .map(|review| Review {
            end: review.end.and_utc(),
            people: review.participants.iter().map(|person| numbers[person]).collect(),
        })
        .collect();
    let diffusion = Diffusion::through(people.len(), &reviews);
    let reach = diffusion.reach();
    Figures {
        reviews: reviews.len(),
        people: people.len(),
        reach_median: median(&reach),
        reach_max: reach.iter().copied().max().unwrap_or_default(),
        hops_median: middle(&diffusion.ways()),
    }
}
