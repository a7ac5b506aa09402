//! Who knows these paths: reviews and changes under every folder, counted less as they age.
//!
//! spread.md section 1, "path prefixes". At every prefix of every path of a change each person gains
//! `min(1, 2 * share of the change's files under it)`, halving every so many days. A pull request then asks, at every prefix of its own
//! paths: `ln(1 + reviews / reviews under it) * share of its files * weight / (sum + 1)`.
//!
//! One index keeps four such sums of each person: reviews quickly and slowly forgotten and changes written, which the ranker's signals
//! are made of, and both together, by which it is said who knows a place.
mod view;

use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;

use hashbrown::HashMap;

use crate::model::clock::Time;
use crate::suggest::decay::Decay;
pub use crate::suggest::paths::view::Beside;
pub use crate::suggest::paths::view::Known;
pub use crate::suggest::paths::view::View;

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
        View::new(self, paths, now)
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

/// The folder of a file with its closing slash, or the file itself where it lies in the root.
#[must_use]
pub fn home_of(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[..=slash])
}

#[expect(clippy::cast_precision_loss, reason = "numbers of files are small")]
fn ratio(part: u32, whole: usize) -> f64 {
    f64::from(part) / whole.max(1) as f64
}
