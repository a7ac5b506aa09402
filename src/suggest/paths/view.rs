//! What an index of paths tells of one pull request.
use std::collections::BTreeSet;

use crate::model::clock::Time;
use crate::suggest::paths::Holding;
use crate::suggest::paths::Node;
use crate::suggest::paths::PathIndex;
use crate::suggest::paths::Place;
use crate::suggest::paths::ROOT;
use crate::suggest::paths::SIGNALLED;
use crate::suggest::paths::SUMS;
use crate::suggest::paths::Sum;
use crate::suggest::paths::home_of;
use crate::suggest::paths::ratio;

/// A known prefix of the question's paths.
#[derive(Clone, Copy, Debug)]
struct Seen<'i, 'p> {
    prefix: &'p str,
    place: Place,
    /// How many of the question's files lie under it.
    under: u32,
    node: &'i Node,
}

/// What is known about the paths of one pull request, read at one time.
#[derive(Debug)]
pub struct View<'i, 'p> {
    index: &'i PathIndex,
    /// Sorted by prefix.
    places: Vec<Seen<'i, 'p>>,
    /// How many prefixes nobody has touched.
    unknown: usize,
    files: usize,
    gains: [f64; SUMS],
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

/// A folder next to those asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beside<'i, 'p> {
    /// The folder that it lies in, with its slash; empty for the root.
    pub parent: &'p str,
    /// Its name.
    pub name: &'i str,
    /// Changes reviewed there.
    pub reviewed: u32,
}

impl<'i, 'p> View<'i, 'p> {
    pub(super) fn new(index: &'i PathIndex, paths: impl IntoIterator<Item = &'p str>, now: Time) -> Self {
        let (mut known, mut unknown): (Vec<(&str, Place)>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
        let mut files = 0;
        for path in paths {
            files += 1;
            index.prefixes(path, |prefix, place| match place {
                Some(place) => known.push((prefix, place)),
                None => {
                    unknown.insert(prefix);
                }
            });
        }
        // Sorted, so that sums are rounded alike in whatever order the files stand.
        known.sort_unstable();
        let mut places: Vec<Seen<'_, '_>> = Vec::new();
        for (prefix, place) in known {
            match places.last_mut().filter(|last| last.place == place) {
                Some(last) => last.under += 1,
                None => places.push(Seen {
                    prefix,
                    place,
                    under: 1,
                    node: &index.nodes[place as usize],
                }),
            }
        }
        View {
            index,
            places,
            unknown: unknown.len(),
            files,
            gains: index.decays.map(|decay| decay.gain(now)),
        }
    }

    /// How many files were asked about.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files
    }

    /// For each person, by number, the sums that signals are made of, each weighed as the head of this module says.
    #[must_use]
    pub fn scores(&self, people: usize) -> Vec<[f64; SIGNALLED]> {
        let mut scores = vec![[0.0; SIGNALLED]; people];
        for seen in &self.places {
            let factor = self.rarity(seen) * self.share(seen);
            let factors: [f64; SIGNALLED] = std::array::from_fn(|sum| factor / (seen.node.sums[sum] + self.gains[sum]));
            for (person, sums, _) in seen.node.holders() {
                for (score, (sum, factor)) in scores[person].iter_mut().zip(sums.iter().zip(factors)) {
                    *score += sum * factor;
                }
            }
        }
        scores
    }

    /// For each person, by number, what they know of it.
    #[must_use]
    pub fn people(&self, people: usize) -> Vec<Option<Known<'p>>> {
        let mut known: Vec<Option<Known<'p>>> = vec![None; people];
        let (gain, at) = (self.gains[Sum::Known as usize], Sum::Known as usize);
        for seen in &self.places {
            let share = self.share(seen);
            let factor = self.rarity(seen) * share / (seen.node.sums[at] / gain + 1.0);
            let is_root = seen.place == ROOT;
            for (person, sums, holding) in seen.node.holders() {
                let weight = sums[at] / gain;
                let known = known[person].get_or_insert(Known {
                    score: 0.0,
                    evidence: 0.0,
                    prefix: "",
                    holding,
                    most: 0.0,
                });
                let adds = factor * weight;
                known.score += adds;
                if !is_root {
                    known.evidence = known.evidence.max(share * weight);
                    if adds > known.most {
                        (known.most, known.prefix, known.holding) = (adds, seen.prefix, holding);
                    }
                }
            }
        }
        known
    }

    /// For each person, by number, the folder next to these paths' own ones in which they reviewed most changes: `billing/` beside
    /// `ledger/post.rs`. The first by name among equals.
    #[must_use]
    pub fn beside(&self, people: usize) -> Vec<Option<Beside<'i, 'p>>> {
        let mut own: Vec<Place> = self.places.iter().map(|seen| seen.place).collect();
        own.sort_unstable();
        let mut most: Vec<(u32, usize)> = vec![(0, 0); people];
        let mut folders: Vec<(&'p str, &'i Node)> = Vec::new();
        for seen in &self.places {
            let children = seen.node.children.iter();
            let others = children.filter(|child| own.binary_search(child).is_err());
            let nodes = others.map(|child| &self.index.nodes[*child as usize]);
            let beside = nodes.filter(|node| !node.children.is_empty());
            folders.extend(beside.map(|node| (seen.prefix, node)));
        }
        folders.sort_unstable_by_key(|(parent, node)| (*parent, &*node.name));
        for (at, (_, node)) in folders.iter().enumerate() {
            for holder in &node.people {
                let most = &mut most[holder.person as usize];
                if holder.reviewed > most.0 {
                    *most = (holder.reviewed, at);
                }
            }
        }
        let told = most.into_iter().map(|(reviewed, at)| {
            (reviewed > 0).then(|| Beside {
                parent: folders[at].0,
                name: &folders[at].1.name,
                reviewed,
            })
        });
        told.collect()
    }

    /// For each person, by number, the changes that they reviewed or wrote, undecayed, in the very folders of these files (the files
    /// themselves where they lie in the root), averaged over the files: how much somebody is at home here already.
    #[must_use]
    pub fn at_home(&self, paths: &[&str], people: usize) -> Vec<f64> {
        let mut home: Vec<f64> = vec![0.0; people];
        for path in paths {
            let Some(seen) = self.seen(home_of(path)) else {
                continue;
            };
            for (person, _, holding) in seen.node.holders() {
                home[person] += f64::from(holding.reviewed + holding.written) * ratio(1, paths.len());
            }
        }
        home
    }

    /// Everybody who did something under a prefix of these paths, by number, with the decayed weight of it.
    pub fn holders(&self, prefix: &str) -> impl Iterator<Item = (u32, f64)> {
        let (at, gain) = (Sum::Known as usize, self.gains[Sum::Known as usize]);
        let seen = self.seen(prefix).into_iter();
        seen.flat_map(move |seen| {
            let people = seen.node.people.iter();
            people.map(move |holder| (holder.person, seen.node.held[holder.held as usize].sums[at] / gain))
        })
    }

    /// How much another change touches the same places: shared prefixes over all, in [0, 1] (Jaccard). Its places are sorted.
    #[must_use]
    pub fn likeness(&self, others: &[Place]) -> f64 {
        let shared = self
            .places
            .iter()
            .filter(|seen| others.binary_search(&seen.place).is_ok());
        let shared = shared.count();
        let all = self.places.len() + self.unknown + others.len() - shared;
        ratio(u32::try_from(shared).unwrap_or(u32::MAX), all)
    }

    fn seen(&self, prefix: &str) -> Option<&Seen<'i, 'p>> {
        let place = self.places.binary_search_by(|seen| seen.prefix.cmp(prefix));
        place.ok().map(|place| &self.places[place])
    }

    fn share(&self, seen: &Seen<'_, '_>) -> f64 {
        ratio(seen.under, self.files)
    }

    /// How telling a prefix is: `ln(1 + reviews / reviews under it)`; without any as much as with one.
    fn rarity(&self, seen: &Seen<'_, '_>) -> f64 {
        (1.0 + f64::from(self.index.reviews.max(1)) / f64::from(seen.node.reviews.max(1))).ln()
    }
}
