//! Who knows these paths: reviews and changes under every folder, counted less as they age.
//!
//! spread.md section 1, "path prefixes". At every prefix of every path of a change each person gains
//! `min(1, 2 * share of the change's files under it)`, halving every so many days. A pull request then asks, at every prefix of its own
//! paths: `ln(1 + reviews / reviews under it) * share of its files * weight / (sum + 1)`.
//!
//! One index keeps four such sums of each person: reviews quickly and slowly forgotten and changes written, which the ranker's signals
//! are made of, and both together, by which it is said who knows a place.
use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;

use hashbrown::HashMap;

use crate::model::clock::Time;
use crate::suggest::decay::Decay;

/// Half-lives in days of the four sums, in the order of [`Sum`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HalfLives(pub [f64; SUMS]);

/// What is summed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sum {
    /// Reviews, quickly forgotten.
    ReviewedLately,
    /// Reviews, slowly forgotten.
    Reviewed,
    /// Changes written.
    Wrote,
    /// Reviews and changes alike.
    Known,
}

/// How many sums there are ..
const SUMS: usize = 4;
/// .. and how many of them the ranker's signals are made of.
pub const SIGNALLED: usize = 3;

/// Which sums a review adds to ..
const BY_REVIEWS: [f64; SUMS] = [1.0, 1.0, 0.0, 1.0];
/// .. and which a change that somebody wrote.
const BY_CHANGES: [f64; SUMS] = [0.0, 0.0, 1.0, 1.0];

/// What one person did under one prefix.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Holding {
    /// Changes reviewed.
    pub reviewed: u32,
    /// Changes written.
    pub written: u32,
    /// The first of them.
    pub first: Time,
}

/// The rest of it.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Sums of weights as [`Decay`] keeps them.
    sums: [f64; SUMS],
    written: u32,
    first: Time,
}

/// A prefix, as a number that stays while the index lives.
pub type Place = u32;

#[derive(Clone, Debug)]
struct Node {
    /// The last segment of its path.
    name: Box<str>,
    children: Vec<Place>,
    reviews: u32,
    sums: [f64; SUMS],
    /// Who did something here, sorted by number: what is read of many folders ..
    people: Vec<Holder>,
    /// .. and the rest of what each did, in the order in which they came.
    held: Vec<Held>,
}

/// Somebody who did something under a prefix.
#[derive(Clone, Copy, Debug)]
struct Holder {
    person: u32,
    reviewed: u32,
    /// Where the rest of it stands.
    held: u32,
}

/// Reviews and changes by path prefix, of people by number. Grows one change at a time, each in time linear in its paths.
#[derive(Clone, Debug)]
pub struct PathIndex {
    decays: [Decay; SUMS],
    nodes: Vec<Node>,
    /// By a hash of the folder's place and the segment. Of a million places two are the same once in forty thousand times.
    places: HashMap<u64, Place>,
    reviews: u32,
    /// Files of the current change under each touched node; zeros between changes.
    counts: Vec<u32>,
}

/// The root: every path is under it.
const ROOT: Place = 0;

impl PathIndex {
    /// An index without anything; `epoch` is any time near it.
    #[must_use]
    pub fn new(epoch: Time, half_lives: HalfLives) -> Self {
        Self {
            decays: half_lives.0.map(|half_life| Decay::new(epoch, half_life)),
            nodes: vec![Node::new("")],
            places: HashMap::new(),
            reviews: 0,
            counts: vec![0],
        }
    }

    /// Counts one review of a change with these files by each of `people`, who stand there at most once. Gives every prefix of the
    /// files, sorted.
    pub fn reviewed(&mut self, at: Time, people: &[u32], files: &[String]) -> Vec<Place> {
        self.reviews += 1;
        self.add(at, people, (files, BY_REVIEWS))
    }

    /// Counts one change that `person` wrote.
    pub fn wrote(&mut self, at: Time, person: u32, files: &[String]) {
        self.add(at, &[person], (files, BY_CHANGES));
    }

    fn add(&mut self, at: Time, people: &[u32], (files, to): (&[String], [f64; SUMS])) -> Vec<Place> {
        let mut touched = Vec::new();
        for path in files {
            self.count_prefixes(path, &mut touched);
        }
        touched.sort_unstable();
        let gains: [f64; SUMS] = std::array::from_fn(|sum| to[sum] * self.decays[sum].gain(at));
        for place in &touched {
            let under = std::mem::take(&mut self.counts[*place as usize]);
            let weight = (2.0 * ratio(under, files.len())).min(1.0);
            let node = &mut self.nodes[*place as usize];
            node.gain(at, people, (gains.map(|gain| gain * weight), to == BY_REVIEWS));
        }
        touched
    }

    /// What is known about the prefixes of these paths.
    #[must_use]
    pub fn view<'i, 'p>(&'i self, paths: impl IntoIterator<Item = &'p str>, now: Time) -> View<'i, 'p> {
        let (mut known, mut unknown): (Vec<(&str, Place)>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
        let mut files = 0;
        for path in paths {
            files += 1;
            self.prefixes(path, |prefix, place| match place {
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
                    node: &self.nodes[place as usize],
                }),
            }
        }
        View {
            index: self,
            places,
            unknown: unknown.len(),
            files,
            gains: self.decays.map(|decay| decay.gain(now)),
        }
    }

    /// Counts one file at each of its prefixes, and lists those that were touched first by it.
    fn count_prefixes(&mut self, path: &str, touched: &mut Vec<Place>) {
        let mut place = ROOT;
        self.count(place, touched);
        for segment in path.split('/') {
            let next = Place::try_from(self.nodes.len()).unwrap_or(Place::MAX);
            let parent = place;
            place = *self.places.entry(key(parent, segment)).or_insert(next);
            if place == next {
                self.nodes.push(Node::new(segment));
                self.counts.push(0);
                self.nodes[parent as usize].children.push(next);
            }
            self.count(place, touched);
        }
    }

    fn count(&mut self, place: Place, touched: &mut Vec<Place>) {
        let count = &mut self.counts[place as usize];
        if *count == 0 {
            touched.push(place);
        }
        *count += 1;
    }

    /// Visits the prefixes of a path from the root down, folders with their closing slash; those that aren't known have no place.
    fn prefixes<'p>(&self, path: &'p str, mut visit: impl FnMut(&'p str, Option<Place>)) {
        let mut place = Some(ROOT);
        let mut end = 0;
        visit("", place);
        for segment in path.split('/') {
            place = place.and_then(|place| self.places.get(&key(place, segment)).copied());
            end = (end + segment.len() + 1).min(path.len() + 1);
            visit(path.get(..end).unwrap_or(path), place);
        }
    }
}

impl Node {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            children: Vec::new(),
            reviews: 0,
            sums: [0.0; SUMS],
            people: Vec::new(),
            held: Vec::new(),
        }
    }

    fn gain(&mut self, at: Time, people: &[u32], (gains, reviewed): ([f64; SUMS], bool)) {
        self.reviews += u32::from(reviewed);
        for person in people {
            let place = self.people.binary_search_by_key(person, |holder| holder.person);
            let place = place.unwrap_or_else(|place| {
                let holder = Holder {
                    person: *person,
                    reviewed: 0,
                    held: u32::try_from(self.held.len()).unwrap_or(u32::MAX),
                };
                self.people.insert(place, holder);
                self.held.push(Held {
                    sums: [0.0; SUMS],
                    written: 0,
                    first: at,
                });
                place
            });
            let holder = &mut self.people[place];
            let held = &mut self.held[holder.held as usize];
            for (here, (sum, gain)) in self.sums.iter_mut().zip(held.sums.iter_mut().zip(gains)) {
                *here += gain;
                *sum += gain;
            }
            held.first = held.first.min(at);
            if reviewed {
                holder.reviewed += 1;
            } else {
                held.written += 1;
            }
        }
    }

    /// Everybody who did something here, by number, with what.
    fn holders(&self) -> impl Iterator<Item = (usize, &[f64; SUMS], Holding)> {
        self.people.iter().map(|holder| {
            let held = &self.held[holder.held as usize];
            let holding = Holding {
                reviewed: holder.reviewed,
                written: held.written,
                first: held.first,
            };
            (holder.person as usize, &held.sums, holding)
        })
    }
}

/// The same in every run of this build; nothing keeps it longer.
fn key(parent: Place, segment: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (parent, segment).hash(&mut hasher);
    hasher.finish()
}

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

/// The folder of a file with its closing slash, or the file itself where it lies in the root.
#[must_use]
pub fn home_of(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[..=slash])
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are small")]
fn ratio(part: u32, whole: usize) -> f64 {
    f64::from(part) / whole.max(1) as f64
}
