//! Who knows these paths: reviews and changes under every folder, counted less as they age.
//!
//! spread.md section 1, "path prefixes". At every prefix of every path of a change each person gains
//! `min(1, 2 * share of the change's files under it)`, halving every [`HALF_LIFE_DAYS`]. A pull request then asks, at
//! every prefix of its own paths: `ln(1 + reviews / reviews under it) * share of its files * weight / (sum + 1)`.
//! Writing a change counts like reviewing one: MRR in the strict order rose from .756 to .780 on `golang-tools`, .664 to
//! .685 on `eclipse` and .805 to .818 on `cargo`; half or double the weight did worse.
use std::collections::HashMap;
use std::collections::HashSet;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::decay::Decay;

/// Days in which a review loses half of its weight. 30 to 60 did better than 120 on `android` and `golang-tools`.
pub const HALF_LIFE_DAYS: f64 = 60.0;

/// What a person did with a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Reviewed it.
    Reviewed,
    /// Wrote it. Counts as much as a review, but not as a review of the folder.
    Wrote,
}

/// What one person did under one prefix.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Holding {
    /// Sum of weights as [`Decay`] keeps it.
    grown: f64,
    /// Changes reviewed.
    pub reviewed: u32,
    /// Changes written.
    pub written: u32,
    /// The first of them.
    pub first: Time,
    /// The last of them.
    pub last: Time,
}

#[derive(Clone, Default, Debug)]
struct Node {
    /// Sorted by name.
    children: Vec<(Box<str>, usize)>,
    reviews: u32,
    sum: f64,
    holders: HashMap<PersonId, Holding>,
}

/// Reviews and changes by path prefix. Grows one change at a time, each in time linear in its paths.
#[derive(Clone, Debug)]
pub struct PathIndex {
    decay: Decay,
    nodes: Vec<Node>,
    reviews: u32,
    /// Files of the current change under each touched node; empty between changes.
    counts: Vec<u32>,
}

/// The root: every path is under it.
const ROOT: usize = 0;

impl PathIndex {
    /// An index without anything.
    #[must_use]
    pub fn new(decay: Decay) -> Self {
        Self {
            decay,
            nodes: vec![Node::default()],
            reviews: 0,
            counts: vec![0],
        }
    }

    /// Counts one change. Each of `people` stands there at most once.
    pub fn add(&mut self, part: Part, at: Time, people: &[PersonId], files: &[String]) {
        self.reviews += u32::from(part == Part::Reviewed);
        let mut touched = Vec::new();
        for path in files {
            self.count_prefixes(path, &mut touched);
        }
        let gain = self.decay.gain(at);
        for node in touched {
            let share = share(self.counts[node], files.len());
            self.counts[node] = 0;
            self.nodes[node].gain(part, at, people, gain * (2.0 * share).min(1.0));
        }
    }

    /// The folders next to these paths' own ones, with a closing slash, and how many changes each person reviewed there: `billing/`
    /// beside `ledger/post.rs`.
    #[must_use]
    pub fn neighbours(&self, paths: &[&str]) -> Vec<(String, HashMap<PersonId, u32>)> {
        let mut own: HashMap<usize, &str> = HashMap::new();
        for path in paths {
            self.prefixes(path, |node, prefix| {
                own.insert(node, prefix);
            });
        }
        let mut neighbours = Vec::new();
        for (node, prefix) in &own {
            let beside = self.nodes[*node]
                .children
                .iter()
                .filter(|(_, child)| !own.contains_key(child));
            for (name, child) in beside.filter(|(_, child)| !self.nodes[*child].children.is_empty()) {
                let reviewed = self.nodes[*child]
                    .holders
                    .iter()
                    .filter(|(_, holding)| holding.reviewed > 0);
                let reviewed = reviewed.map(|(person, holding)| (*person, holding.reviewed)).collect();
                neighbours.push((format!("{prefix}{name}/"), reviewed));
            }
        }
        neighbours
    }

    /// What is known about the prefixes of these paths.
    #[must_use]
    pub fn view<'p>(&self, paths: &[&'p str], now: Time) -> View<'_, 'p> {
        let mut shares: HashMap<usize, usize> = HashMap::new();
        let mut places: Vec<Place<'_, 'p>> = Vec::new();
        for path in paths {
            self.prefixes(path, |at, prefix| {
                let place = *shares.entry(at).or_insert_with(|| {
                    let node = &self.nodes[at];
                    places.push(Place {
                        prefix,
                        files: 0,
                        rarity: rarity(self.reviews, node.reviews),
                        node,
                    });
                    places.len() - 1
                });
                places[place].files += 1;
            });
        }
        View {
            places,
            files: paths.len(),
            gain: self.decay.gain(now),
        }
    }

    fn add_node(&mut self, parent: usize, segment: &str) -> usize {
        let next = self.nodes.len();
        self.nodes.push(Node::default());
        self.counts.push(0);
        let children = &mut self.nodes[parent].children;
        let place = children.partition_point(|(name, _)| **name < *segment);
        children.insert(place, (segment.into(), next));
        next
    }

    /// Counts one file at each of its prefixes, and lists those that were touched first by it.
    fn count_prefixes(&mut self, path: &str, touched: &mut Vec<usize>) {
        let mut node = ROOT;
        self.count(node, touched);
        for segment in path.split('/') {
            node = match self.nodes[node].child(segment) {
                Some(next) => next,
                None => self.add_node(node, segment),
            };
            self.count(node, touched);
        }
    }

    fn count(&mut self, node: usize, touched: &mut Vec<usize>) {
        if self.counts[node] == 0 {
            touched.push(node);
        }
        self.counts[node] += 1;
    }

    /// Visits the known prefixes of a path from the root down, folders with their closing slash.
    fn prefixes<'p>(&self, path: &'p str, mut visit: impl FnMut(usize, &'p str)) {
        let mut node = ROOT;
        let mut end = 0;
        visit(node, "");
        for segment in path.split('/') {
            let Some(next) = self.nodes[node].child(segment) else {
                return;
            };
            node = next;
            end = (end + segment.len() + 1).min(path.len() + 1);
            visit(node, path.get(..end).unwrap_or(path));
        }
    }
}

impl Node {
    fn child(&self, name: &str) -> Option<usize> {
        let place = self.children.binary_search_by(|(other, _)| (**other).cmp(name));
        place.ok().map(|place| self.children[place].1)
    }

    fn gain(&mut self, part: Part, at: Time, people: &[PersonId], weight: f64) {
        self.reviews += u32::from(part == Part::Reviewed);
        for person in people {
            self.sum += weight;
            let holding = self.holders.entry(*person).or_insert(Holding {
                grown: 0.0,
                reviewed: 0,
                written: 0,
                first: at,
                last: at,
            });
            holding.grown += weight;
            holding.first = holding.first.min(at);
            holding.last = holding.last.max(at);
            match part {
                Part::Reviewed => holding.reviewed += 1,
                Part::Wrote => holding.written += 1,
            }
        }
    }
}

/// A prefix of the question's paths and what is known there.
#[derive(Clone, Copy, Debug)]
struct Place<'i, 'p> {
    prefix: &'p str,
    files: usize,
    rarity: f64,
    node: &'i Node,
}

impl Place<'_, '_> {
    fn is_root(&self) -> bool {
        self.prefix.is_empty()
    }
}

/// What is known about the paths of one pull request, read at one time.
#[derive(Debug)]
pub struct View<'i, 'p> {
    places: Vec<Place<'i, 'p>>,
    files: usize,
    gain: f64,
}

/// What one person knows of the paths asked about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Known<'p> {
    /// The sum over prefixes; only its proportion to other people's means something.
    pub score: f64,
    /// Decayed changes under the best known prefix below the root, times its share of the files. 1 is about one
    /// recent change that covers everything asked about.
    pub evidence: f64,
    /// The prefix that adds most, the root aside; empty where there is only the root. Folders end with a slash.
    pub prefix: &'p str,
    /// What they did there.
    pub holding: Holding,
    most: f64,
}

impl<'p> View<'_, 'p> {
    /// Everybody who knows any of it. Equal input gives equal numbers, whatever the order of a map.
    #[must_use]
    pub fn people(&self) -> HashMap<PersonId, Known<'p>> {
        let mut people: HashMap<PersonId, Known<'p>> = HashMap::new();
        for place in &self.places {
            let share = ratio(place.files, self.files);
            let factor = place.rarity * share / (place.node.sum / self.gain + 1.0);
            for (person, holding) in &place.node.holders {
                let weight = holding.grown / self.gain;
                let known = people.entry(*person).or_insert(Known {
                    score: 0.0,
                    evidence: 0.0,
                    prefix: "",
                    holding: *holding,
                    most: 0.0,
                });
                let adds = factor * weight;
                known.score += adds;
                if !place.is_root() {
                    known.evidence = known.evidence.max(share * weight);
                    if adds > known.most {
                        (known.most, known.prefix, known.holding) = (adds, place.prefix, *holding);
                    }
                }
            }
        }
        people
    }

    /// Changes that each person reviewed or wrote, undecayed, in the very folders of these files (the files themselves
    /// where they lie in the root), averaged over the files: how much somebody is at home here already.
    #[must_use]
    pub fn at_home(&self, paths: &[&str]) -> HashMap<PersonId, f64> {
        let by_prefix: HashMap<&str, &Place<'_, '_>> = self.places.iter().map(|p| (p.prefix, p)).collect();
        let mut home: HashMap<PersonId, f64> = HashMap::new();
        for path in paths {
            let Some(place) = by_prefix.get(home_of(path)) else {
                continue;
            };
            for (person, holding) in &place.node.holders {
                *home.entry(*person).or_default() +=
                    f64::from(holding.reviewed + holding.written) / ratio(paths.len(), 1);
            }
        }
        home
    }

    /// Everybody with decayed weight of at least `least` under a prefix of these paths.
    #[must_use]
    pub fn holders(&self, prefix: &str, least: f64) -> HashSet<PersonId> {
        let place = self.places.iter().find(|place| place.prefix == prefix);
        place.map_or_else(HashSet::new, |place| {
            let holders = place.node.holders.iter();
            holders
                .filter(|(_, holding)| holding.grown / self.gain >= least)
                .map(|(person, _)| *person)
                .collect()
        })
    }
}

/// The folder of a file with its closing slash, or the file itself where it lies in the root.
#[must_use]
pub fn home_of(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[..=slash])
}

/// How telling a prefix is: `ln(1 + reviews / reviews under it)`; without any as much as with one.
fn rarity(all: u32, under: u32) -> f64 {
    (1.0 + f64::from(all.max(1)) / f64::from(under.max(1))).ln()
}

fn share(part: u32, whole: usize) -> f64 {
    f64::from(part) / ratio(whole, 1)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are small")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
