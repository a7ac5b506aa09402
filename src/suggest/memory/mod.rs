//! What the reviews of one repository tell about who will review its next change, kept up one review at a time.
//!
//! Comes in: a [`Change`] as it is opened and as it is closed. Goes out: [`Signals`] for a change that is asked about, a value for each
//! person and [`Signal`], and the [`Weights`] that this repository taught. No path and no text is kept, only sums by hashed key, so it
//! grows with people and folders and not with reviews.
mod keys;
mod shelf;
#[cfg(test)]
mod tests;
mod weights;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use hashbrown::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::decay;
use crate::suggest::decay::Decay;
use crate::suggest::memory::keys::Touched;
use crate::suggest::memory::shelf::Key;
use crate::suggest::memory::shelf::Shelf;
pub use crate::suggest::memory::weights::SIGNALS;
pub use crate::suggest::memory::weights::Signal;
pub use crate::suggest::memory::weights::Values;
pub use crate::suggest::memory::weights::Weights;

/// Half-lives in days of reviews in folders (quickly, slowly) and of changes written there.
pub const PLACES: [f64; 3] = [15.0, 240.0, 120.0];
/// The same of names, which count reviews only.
pub const NAMES: [f64; 3] = [30.0, 240.0, 120.0];
/// Days in which a review counts half for how much somebody reviews here.
pub const ACTIVITY: f64 = 60.0;
/// Days in which a review counts half for a pair of author and reviewer (spread.md section 1).
pub const PAIR: f64 = 120.0;
/// Shares under this count little: a share's value is `ln(1 + share / LITTLE)`.
pub const LITTLE: f64 = 0.003;
/// Days after which "a short while ago" is half of what it was: its value is `1 / (1 + days / A_WHILE)`.
pub const A_WHILE: f64 = 2.0;
/// The last few changes that a session is told by ..
const SESSION: usize = 25;
/// .. each later one counting so much more than the one before.
const SESSION_FADES: f64 = 0.8;
/// Reviews that are taken for granted before the rate of answers moves from 1.
const ANSWERS_PRIOR: f64 = 3.0;
/// What an answer counts after one more review (half after about 350).
const ANSWERS_FADE: f64 = 0.998;

/// A change that somebody reviews.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// Who reviewed it, each once.
    pub reviewers: &'a [PersonId],
    /// The files it touches.
    pub files: &'a [String],
}

/// What one repository's reviews tell.
#[derive(Clone, Debug)]
pub struct Memory {
    places: Shelf,
    names: Shelf,
    numbers: HashMap<PersonId, u32>,
    people: Vec<Person>,
    /// Those who reviewed, in the order in which they were seen to.
    reviewers: Vec<u32>,
    pairs: HashMap<u32, BTreeMap<u32, Pair>>,
    recent: VecDeque<Recent>,
    activity: Decay,
    pair: Decay,
    weights: Weights,
}

/// What is known of one person here.
#[derive(Clone, Copy, Debug)]
struct Person {
    id: PersonId,
    activity: f64,
    reviewed: Option<Time>,
    wrote: Option<Time>,
    /// Reviews that they did and that the other signals expected of them, faded.
    answers: (f64, f64),
    /// After how many learned reviews these were faded last.
    faded: u32,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    weight: f64,
    last: Time,
}

/// One of the last changes.
#[derive(Clone, Debug)]
struct Recent {
    people: Vec<u32>,
    places: Vec<Key>,
}

/// The values of everybody who reviewed before, the author aside, for one change.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    people: Vec<(u32, PersonId)>,
    values: Vec<Values>,
}

impl Signals {
    /// People with their values, in the order in which they were seen to review.
    pub fn people(&self) -> impl Iterator<Item = (PersonId, &Values)> {
        self.people.iter().map(|(_, person)| *person).zip(&self.values)
    }
}

impl Memory {
    /// Nothing yet; `epoch` is any time near the reviews.
    #[must_use]
    pub fn new(epoch: Time) -> Self {
        Self::with(epoch, Weights::default())
    }

    /// Nothing yet, but for what signals count.
    #[must_use]
    pub fn with(epoch: Time, weights: Weights) -> Self {
        Self {
            places: Shelf::new(epoch, PLACES),
            names: Shelf::new(epoch, NAMES),
            numbers: HashMap::new(),
            people: Vec::new(),
            reviewers: Vec::new(),
            pairs: HashMap::new(),
            recent: VecDeque::new(),
            activity: Decay::new(epoch, ACTIVITY),
            pair: Decay::new(epoch, PAIR),
            weights,
        }
    }

    /// What signals count here by now.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Counts a change that was reviewed by `at`, also for who wrote it.
    pub fn add(&mut self, at: Time, change: Change<'_>) {
        self.reviewed(at, change);
        if let Some(author) = change.author {
            self.wrote(at, author, change.files);
        }
    }

    /// Counts a change that somebody wrote.
    pub fn wrote(&mut self, at: Time, author: PersonId, files: &[String]) {
        let touched = Touched::of(files.iter().map(String::as_str));
        let author = self.number(author);
        self.places.wrote(at, author, &touched.places, touched.files);
        let known = &mut self.people[author as usize];
        known.wrote = known.wrote.max(Some(at));
    }

    /// Counts a review that was done by `at`, and nothing for who wrote the change.
    pub fn reviewed(&mut self, at: Time, change: Change<'_>) {
        let touched = Touched::of(change.files.iter().map(String::as_str));
        let people: Vec<u32> = change.reviewers.iter().map(|person| self.number(*person)).collect();
        for person in &people {
            let known = &mut self.people[*person as usize];
            if known.reviewed.is_none() {
                self.reviewers.push(*person);
            }
            known.activity += self.activity.gain(at);
            known.reviewed = known.reviewed.max(Some(at));
        }
        self.places.reviewed(at, &people, &touched.places, touched.files);
        self.names.reviewed(at, &people, &touched.names, touched.files);
        if let Some(author) = change.author {
            let author = self.number(author);
            let gain = self.pair.gain(at);
            let pairs = self.pairs.entry(author).or_default();
            for person in &people {
                let pair = pairs.entry(*person).or_insert(Pair { weight: 0.0, last: at });
                pair.weight += gain;
                pair.last = pair.last.max(at);
            }
        }
        self.recent.push_back(Recent {
            people,
            places: touched.places.into_keys().collect(),
        });
        if self.recent.len() > SESSION {
            self.recent.pop_front();
        }
    }

    /// What is known at `now` about who will review these files of this author: of everybody who reviewed before, and of `also`.
    #[must_use]
    pub fn signals<'p>(
        &self,
        now: Time,
        author: Option<PersonId>,
        (paths, also): (impl IntoIterator<Item = &'p str>, &[PersonId]),
    ) -> Signals {
        let touched = Touched::of(paths);
        let author = author.and_then(|author| self.numbers.get(&author).copied());
        let mut places = vec![[0.0; 3]; self.people.len()];
        let mut names = places.clone();
        self.places.read(now, &touched.places, touched.files, &mut places);
        self.names.read(now, &touched.names, touched.files, &mut names);
        let session = self.session(&touched);
        let pairs = author.and_then(|author| self.pairs.get(&author));
        let also = also.iter().filter_map(|person| self.numbers.get(person).copied());
        let also = also.filter(|person| self.people[*person as usize].reviewed.is_none());
        // Sorted, so that sums are rounded alike in whatever order people are asked about.
        let also: BTreeSet<u32> = also.collect();
        let others = self.reviewers.iter().copied().chain(also);
        let others = others.filter(|person| Some(*person) != author);
        let people: Vec<(u32, PersonId)> = others.map(|person| (person, self.people[person as usize].id)).collect();
        let last = self.recent.back();
        let mut values: Vec<Values> = people
            .iter()
            .map(|(person, _)| {
                let (at, known) = (*person as usize, &self.people[*person as usize]);
                let pair = pairs.and_then(|pairs| pairs.get(person));
                let ago = |time: Option<Time>| time.map_or(0.0, |time| lately(now, time));
                let mut values = [0.0; SIGNALS];
                for (signal, value) in [
                    (Signal::PlacesLately, places[at][0]),
                    (Signal::Places, places[at][1]),
                    (Signal::NamesLately, names[at][0]),
                    (Signal::Names, names[at][1]),
                    (Signal::Wrote, places[at][2]),
                    (Signal::Activity, known.activity),
                    (Signal::Pair, pair.map_or(0.0, |pair| pair.weight)),
                    (Signal::Session, session[at]),
                    (Signal::Lately, ago(known.reviewed)),
                    (Signal::PairLately, ago(pair.map(|pair| pair.last))),
                    (Signal::WroteLately, ago(known.wrote)),
                    (
                        Signal::Last,
                        f64::from(u8::from(last.is_some_and(|last| last.people.contains(person)))),
                    ),
                    (Signal::Answers, self.answers(known)),
                ] {
                    values[signal as usize] = value;
                }
                values
            })
            .collect();
        for signal in SHARED {
            as_shares(&mut values, signal as usize);
        }
        Signals { people, values }
    }

    /// Learns from a review: what was known when it was asked for, and who reviewed in the end.
    pub fn learn(&mut self, asked: &Signals, reviewers: &[PersonId]) {
        let places = asked.people.iter().enumerate();
        let actual: Vec<usize> = places
            .filter(|(_, (_, person))| reviewers.contains(person))
            .map(|(at, _)| at)
            .collect();
        if actual.is_empty() {
            return;
        }
        let expected = self.weights.chances(&asked.values, |signal| signal != Signal::Answers);
        self.weights.learn(&asked.values, &actual);
        let learned = self.weights.reviews;
        let each = 1.0 / f64::from(u32::try_from(actual.len()).unwrap_or(u32::MAX));
        for ((person, _), expected) in asked.people.iter().zip(expected) {
            let known = &mut self.people[*person as usize];
            let fade = faded(known.faded, learned);
            known.answers = (known.answers.0 * fade, known.answers.1 * fade + expected);
            known.faded = learned;
        }
        for at in actual {
            self.people[asked.people[at].0 as usize].answers.0 += each;
        }
    }

    /// How much more often somebody reviews than the other signals tell: the logarithm of the ratio.
    fn answers(&self, known: &Person) -> f64 {
        let fade = faded(known.faded, self.weights.reviews);
        ((known.answers.0 * fade + ANSWERS_PRIOR) / (known.answers.1 * fade + ANSWERS_PRIOR)).ln()
    }

    /// How like the last few changes of each person this one is.
    fn session(&self, touched: &Touched) -> Vec<f64> {
        let mut session = vec![0.0; self.people.len()];
        let mut counts = 1.0;
        for recent in self.recent.iter().rev() {
            let likeness = counts * touched.likeness(&recent.places);
            for person in &recent.people {
                session[*person as usize] += likeness;
            }
            counts *= SESSION_FADES;
        }
        session
    }

    fn number(&mut self, id: PersonId) -> u32 {
        let next = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let people = &mut self.people;
        let learned = self.weights.reviews;
        *self.numbers.entry(id).or_insert_with(|| {
            people.push(Person {
                id,
                activity: 0.0,
                reviewed: None,
                wrote: None,
                answers: (0.0, 0.0),
                faded: learned,
            });
            next
        })
    }
}

/// The signals whose values are shares of everybody's.
const SHARED: [Signal; 8] = [
    Signal::PlacesLately,
    Signal::Places,
    Signal::NamesLately,
    Signal::Names,
    Signal::Wrote,
    Signal::Activity,
    Signal::Pair,
    Signal::Session,
];

fn as_shares(values: &mut [Values], signal: usize) {
    let all: f64 = values.iter().map(|values| values[signal]).sum();
    if all > 0.0 {
        for values in values {
            values[signal] = (1.0 + values[signal] / all / LITTLE).ln();
        }
    }
}

fn lately(now: Time, then: Time) -> f64 {
    1.0 / (1.0 + decay::days(now - then).max(0.0) / A_WHILE)
}

/// What is left of an answer when so many more reviews were learned from.
fn faded(from: u32, to: u32) -> f64 {
    ANSWERS_FADE.powi(i32::try_from(to.saturating_sub(from)).unwrap_or(i32::MAX))
}
