//! Circles of people who review each other: what stands in for teams where an organisation has none.
//!
//! Louvain's method on the weighted graph of who reviewed whom (Blondel, Guillaume, Lambiotte and Lefebvre, "Fast
//! unfolding of communities in large networks", J. Stat. Mech. 2008, P10008), the same for the same graph and seed.
//! Circles keep their numbers from day to day by how many people they share.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::ids::PersonId;

/// Fewer people than this are no circle.
pub const LEAST: usize = 3;

/// Rounds of moving, and of merging, at most: real graphs settle in a handful.
const ROUNDS: usize = 50;

/// Two people and how often one reviewed the other.
pub type Tie = (PersonId, PersonId, f64);

/// A graph whose nodes stand for one or more people.
struct Graph {
    /// Neighbours with weights, each edge at both its ends; an edge to itself carries twice its weight.
    ties: Vec<BTreeMap<usize, f64>>,
}

impl Graph {
    fn degree(&self, node: usize) -> f64 {
        self.ties[node].values().sum()
    }

    /// Moves each node to the neighbouring community that gains most, until none gains; gives each node's community.
    fn settle(&self, order: &[usize]) -> Vec<usize> {
        let degrees: Vec<f64> = (0..self.ties.len()).map(|node| self.degree(node)).collect();
        let all: f64 = degrees.iter().sum();
        let mut home: Vec<usize> = (0..self.ties.len()).collect();
        let mut weight = degrees.clone();
        for _ in 0..ROUNDS {
            let mut moved = false;
            for &node in order {
                let own = home[node];
                weight[own] -= degrees[node];
                let mut towards: BTreeMap<usize, f64> = BTreeMap::from([(own, 0.0)]);
                for (&other, &tie) in self.ties[node].iter().filter(|(other, _)| **other != node) {
                    *towards.entry(home[other]).or_default() += tie;
                }
                // Blondel et al., equation 2, without what is the same for every community.
                let gain = |community: usize, tie: f64| tie - weight[community] * degrees[node] / all;
                let mut best = (own, gain(own, towards.get(&own).copied().unwrap_or_default()));
                for (&community, &tie) in &towards {
                    let gained = gain(community, tie);
                    if gained > best.1 + 1e-12 {
                        best = (community, gained);
                    }
                }
                weight[best.0] += degrees[node];
                home[node] = best.0;
                moved |= best.0 != own;
            }
            if !moved {
                break;
            }
        }
        home
    }

    /// The graph whose nodes are the communities.
    fn merged(&self, home: &[usize], communities: usize) -> Self {
        let mut ties = vec![BTreeMap::new(); communities];
        for (node, neighbours) in self.ties.iter().enumerate() {
            for (&other, &tie) in neighbours {
                *ties[home[node]].entry(home[other]).or_default() += tie;
            }
        }
        Self { ties }
    }
}

/// The circles of at least [`LEAST`] people, each sorted, the largest first. None where everybody is in one: that tells
/// nobody apart.
#[must_use]
pub fn circles(ties: &[Tie], seed: u64) -> Vec<Vec<PersonId>> {
    let usable = |tie: &&Tie| tie.0 != tie.1 && tie.2 > 0.0 && tie.2.is_finite();
    let people: BTreeSet<PersonId> = ties.iter().filter(usable).flat_map(|tie| [tie.0, tie.1]).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let place: BTreeMap<PersonId, usize> = people.iter().enumerate().map(|(at, person)| (*person, at)).collect();
    let mut graph = Graph {
        ties: vec![BTreeMap::new(); people.len()],
    };
    for (one, other, weight) in ties.iter().filter(usable) {
        let (one, other) = (place[one], place[other]);
        *graph.ties[one].entry(other).or_default() += weight;
        *graph.ties[other].entry(one).or_default() += weight;
    }
    let mut home: Vec<usize> = (0..people.len()).collect();
    for _ in 0..ROUNDS {
        let mut order: Vec<usize> = (0..graph.ties.len()).collect();
        order.sort_by_key(|node| mixed(seed, *node));
        let settled = graph.settle(&order);
        let names: BTreeSet<usize> = settled.iter().copied().collect();
        if names.len() == graph.ties.len() {
            break;
        }
        let number: BTreeMap<usize, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let settled: Vec<usize> = settled.iter().map(|name| number[name]).collect();
        graph = graph.merged(&settled, names.len());
        for node in &mut home {
            *node = settled[*node];
        }
    }
    let mut found: BTreeMap<usize, Vec<PersonId>> = BTreeMap::new();
    for (at, person) in people.iter().enumerate() {
        found.entry(home[at]).or_default().push(*person);
    }
    let mut found: Vec<Vec<PersonId>> = found.into_values().filter(|circle| circle.len() >= LEAST).collect();
    found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    if found.len() < 2 { Vec::new() } else { found }
}

/// Gives each circle a number: that of the earlier circle it shares most people with, measured by Jaccard's index, where
/// no other circle shares more; else a new one, above all that were ever used.
#[must_use]
pub fn numbered(
    circles: Vec<Vec<PersonId>>,
    before: &BTreeMap<i64, BTreeSet<PersonId>>,
) -> BTreeMap<i64, Vec<PersonId>> {
    let mut pairs: Vec<(f64, i64, usize)> = Vec::new();
    for (at, circle) in circles.iter().enumerate() {
        for (number, people) in before {
            let shared = circle.iter().filter(|person| people.contains(person)).count();
            if shared > 0 {
                let either = circle.len() + people.len() - shared;
                // A few hundred people: no precision is lost.
                #[expect(clippy::cast_precision_loss)]
                pairs.push((shared as f64 / either as f64, *number, at));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut given: BTreeMap<usize, i64> = BTreeMap::new();
    let mut used: BTreeSet<i64> = BTreeSet::new();
    for (_, number, at) in pairs {
        if !given.contains_key(&at) && used.insert(number) {
            given.insert(at, number);
        }
    }
    let mut next = before.keys().copied().max().unwrap_or_default();
    let number = |at: usize| {
        given.get(&at).copied().unwrap_or_else(|| {
            next += 1;
            next
        })
    };
    let numbers: Vec<i64> = (0..circles.len()).map(number).collect();
    numbers.into_iter().zip(circles).collect()
}

/// A place in the order of visiting that depends on the seed only.
fn mixed(seed: u64, node: usize) -> u64 {
    // splitmix64's finaliser (Steele, Lea and Flood 2014).
    let mut z = seed ^ (node as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
