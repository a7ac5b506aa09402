//! What the reviews of one repository tell about who will review its next change, kept up one review at a time.
//!
//! Comes in: a [`Change`] as it is opened and as it is closed. Goes out: [`Signals`] for a change that is asked about, a value for each
//! person and [`Signal`], and the [`Weights`] that this repository taught. Of texts only the names of folders and files are kept, beside sums, so it
//! grows with people and folders and not with reviews.
mod keys;
mod names;
mod signals;
#[cfg(test)]
mod tests;
mod weights;

use std::collections::VecDeque;

use hashbrown::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::decay::Decay;
use crate::suggest::memory::keys::Keys;
use crate::suggest::memory::names::Names;
pub use crate::suggest::memory::signals::Signals;
pub use crate::suggest::memory::weights::SIGNALS;
pub use crate::suggest::memory::weights::Signal;
pub use crate::suggest::memory::weights::Values;
pub use crate::suggest::memory::weights::Weights;
use crate::suggest::pair::Familiar;
use crate::suggest::pair::PairIndex;
use crate::suggest::paths::HalfLives;
use crate::suggest::paths::PathIndex;
use crate::suggest::paths::Place;
use crate::suggest::paths::View;

/// Half-lives in days of reviews in folders (quickly, slowly), of changes written there, and of both where it is said who knows a folder:
/// 30 to 60 did better than 120 on `android` and `golang-tools`.
pub const PLACES: [f64; 4] = [15.0, 240.0, 120.0, 60.0];
/// Half-lives in days of reviews of files with such names, quickly and slowly.
pub const NAMES: [f64; 2] = [30.0, 240.0];
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

/// Something that was done.
#[derive(Clone, Copy, Debug)]
pub enum Done<'a> {
    /// A change was reviewed; nothing is said of who wrote it.
    Reviewed(Change<'a>),
    /// Somebody wrote a change of these files.
    Wrote(PersonId, &'a [String]),
}

/// From so many on, what is taken in at once is taken in on two threads.
const MANY: usize = 1_000;
/// So many at most at once, so that what is noted of them stays small.
const AT_ONCE: usize = 20_000;

/// What one repository's reviews tell.
#[derive(Clone, Debug)]
pub struct Memory {
    places: PathIndex,
    names: Names,
    numbers: HashMap<PersonId, u32>,
    people: Vec<Person>,
    /// Those who reviewed, in the order in which they were seen to.
    reviewers: Vec<u32>,
    pairs: PairIndex,
    recent: VecDeque<Recent>,
    activity: Decay,
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

/// One of the last changes.
#[derive(Clone, Debug)]
struct Recent {
    at: Time,
    people: Vec<u32>,
    /// Sorted.
    places: Vec<Place>,
}

/// Something that was done, by numbers of people.
struct Noted<'a> {
    at: Time,
    reviewed: bool,
    people: Vec<u32>,
    files: &'a [String],
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
            places: PathIndex::new(epoch, HalfLives(PLACES)),
            names: Names::new(epoch, NAMES),
            numbers: HashMap::new(),
            people: Vec::new(),
            reviewers: Vec::new(),
            pairs: PairIndex::new(Decay::new(epoch, PAIR)),
            recent: VecDeque::new(),
            activity: Decay::new(epoch, ACTIVITY),
            weights,
        }
    }

    /// What signals count here by now.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// How many people are known here; their numbers are smaller.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// Somebody's number here, the same as long as this lives.
    #[must_use]
    pub fn number_of(&self, person: PersonId) -> Option<u32> {
        self.numbers.get(&person).copied()
    }

    /// Somebody by number.
    #[must_use]
    pub fn person(&self, number: u32) -> Option<PersonId> {
        self.people.get(number as usize).map(|person| person.id)
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
        self.take(&[(at, Done::Wrote(author, files))]);
    }

    /// Counts a review that was done by `at`, and nothing for who wrote the change.
    pub fn reviewed(&mut self, at: Time, change: Change<'_>) {
        self.take(&[(at, Done::Reviewed(change))]);
    }

    /// Takes in what was done, best in order of time; whatever comes late counts the same, and what was learned meanwhile stays. The same as one after the other; a long past on two threads, since folders and
    /// names know nothing of each other.
    pub fn take(&mut self, done: &[(Time, Done<'_>)]) {
        for done in done.chunks(AT_ONCE) {
            let noted: Vec<Noted<'_>> = done.iter().map(|(at, done)| self.note(*at, *done)).collect();
            let (places, names) = (&mut self.places, &mut self.names);
            let last = if noted.len() < MANY {
                take_names(names, &noted);
                take_places(places, &noted)
            } else {
                let (last, ()) = rayon::join(|| take_places(places, &noted), || take_names(names, &noted));
                last
            };
            self.recent.extend(last);
            // What comes late stands where it belongs.
            self.recent.make_contiguous().sort_by_key(|recent| recent.at);
            let gone = self.recent.len().saturating_sub(SESSION);
            self.recent.drain(..gone);
        }
    }

    /// Takes in what was done but for its files.
    fn note<'a>(&mut self, at: Time, done: Done<'a>) -> Noted<'a> {
        let change = match done {
            Done::Reviewed(change) => change,
            Done::Wrote(author, files) => {
                let author = self.number(author);
                let known = &mut self.people[author as usize];
                known.wrote = known.wrote.max(Some(at));
                let people = vec![author];
                return Noted {
                    at,
                    reviewed: false,
                    people,
                    files,
                };
            }
        };
        let people: Vec<u32> = change.reviewers.iter().map(|person| self.number(*person)).collect();
        for person in &people {
            let known = &mut self.people[*person as usize];
            if known.reviewed.is_none() {
                self.reviewers.push(*person);
            }
            known.activity += self.activity.gain(at);
            known.reviewed = known.reviewed.max(Some(at));
        }
        if let Some(author) = change.author {
            let author = self.number(author);
            self.pairs.add(at, author, &people);
        }
        Noted {
            at,
            reviewed: true,
            people,
            files: change.files,
        }
    }

    /// What is known of these paths at `now`.
    #[must_use]
    pub fn view<'p>(&self, now: Time, paths: &[&'p str]) -> View<'_, 'p> {
        self.places.view(paths.iter().copied(), now)
    }

    /// For each person, by number, how familiar they are with this author at `now`.
    #[must_use]
    pub fn familiar(&self, now: Time, author: Option<PersonId>) -> Vec<Option<Familiar>> {
        let author = author.and_then(|author| self.number_of(author));
        self.pairs.of(author, now, self.people.len())
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

/// Counts what was done under the folders of its files; gives the last few reviews.
fn take_places(places: &mut PathIndex, done: &[Noted<'_>]) -> VecDeque<Recent> {
    let mut last = VecDeque::new();
    for done in done {
        if done.reviewed {
            let places = places.reviewed(done.at, &done.people, done.files);
            last.push_back(Recent {
                at: done.at,
                people: done.people.clone(),
                places,
            });
            if last.len() > SESSION {
                last.pop_front();
            }
        } else {
            for person in &done.people {
                places.wrote(done.at, *person, done.files);
            }
        }
    }
    last
}

/// Counts the reviews by the names of their files.
fn take_names(names: &mut Names, done: &[Noted<'_>]) {
    for done in done.iter().filter(|done| done.reviewed) {
        let keys = Keys::of(done.files.iter().map(String::as_str));
        names.reviewed(done.at, &done.people, &keys);
    }
}

/// What is left of an answer when so many more reviews were learned from.
fn faded(from: u32, to: u32) -> f64 {
    ANSWERS_FADE.powi(i32::try_from(to.saturating_sub(from)).unwrap_or(i32::MAX))
}
