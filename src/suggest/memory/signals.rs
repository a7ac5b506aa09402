//! The value of every signal for one change.
use std::collections::BTreeSet;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::decay;
use crate::suggest::memory::A_WHILE;
use crate::suggest::memory::ANSWERS_PRIOR;
use crate::suggest::memory::LITTLE;
use crate::suggest::memory::Memory;
use crate::suggest::memory::Person;
use crate::suggest::memory::SESSION_FADES;
use crate::suggest::memory::SIGNALS;
use crate::suggest::memory::Signal;
use crate::suggest::memory::Values;
use crate::suggest::memory::faded;
use crate::suggest::memory::keys::Keys;
use crate::suggest::pair::Familiar;
use crate::suggest::paths::Sum;
use crate::suggest::paths::View;

/// The values of everybody who reviewed before, the author aside, for one change.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    /// By number and id.
    pub(super) people: Vec<(u32, PersonId)>,
    pub(super) values: Vec<Values>,
}

impl Signals {
    /// People with their values, in the order in which they were seen to review.
    pub fn people(&self) -> impl Iterator<Item = (PersonId, &Values)> {
        self.people.iter().map(|(_, person)| *person).zip(&self.values)
    }

    /// The same by the people's numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &Values)> {
        self.people.iter().map(|(number, _)| *number).zip(&self.values)
    }
}

impl Memory {
    /// What is known at `now` about who will review these files of this author: of everybody who reviewed before, and of `also`.
    #[must_use]
    pub fn signals<'p>(
        &self,
        now: Time,
        author: Option<PersonId>,
        (paths, also): (impl IntoIterator<Item = &'p str>, &[PersonId]),
    ) -> Signals {
        let paths: Vec<&str> = paths.into_iter().collect();
        let (view, pairs) = (self.view(now, &paths), self.familiar(now, author));
        self.told(now, author, (&paths, also), (&view, &pairs))
    }

    /// The same where what is known of the paths and the author was looked up already.
    #[must_use]
    pub fn told(
        &self,
        now: Time,
        author: Option<PersonId>,
        (paths, also): (&[&str], &[PersonId]),
        (view, pairs): (&View<'_, '_>, &[Option<Familiar>]),
    ) -> Signals {
        let author = author.and_then(|author| self.number_of(author));
        let keys = Keys::of(paths.iter().copied());
        let places = view.scores(self.people.len());
        let names = self.names.scores(now, &keys, self.people.len());
        let session = self.session(view);
        let also = also.iter().filter_map(|person| self.number_of(*person));
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
                let pair = pairs[at];
                let ago = |time: Option<Time>| time.map_or(0.0, |time| lately(now, time));
                let mut values = [0.0; SIGNALS];
                for (signal, value) in [
                    (Signal::PlacesLately, places[at][Sum::ReviewedLately as usize]),
                    (Signal::Places, places[at][Sum::Reviewed as usize]),
                    (Signal::NamesLately, names[at][0]),
                    (Signal::Names, names[at][1]),
                    (Signal::Wrote, places[at][Sum::Wrote as usize]),
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

    /// How much more often somebody reviews than the other signals tell: the logarithm of the ratio.
    fn answers(&self, known: &Person) -> f64 {
        let fade = faded(known.faded, self.weights.reviews);
        ((known.answers.0 * fade + ANSWERS_PRIOR) / (known.answers.1 * fade + ANSWERS_PRIOR)).ln()
    }

    /// How like the last few changes of each person this one is.
    fn session(&self, view: &View<'_, '_>) -> Vec<f64> {
        let mut session = vec![0.0; self.people.len()];
        let mut counts = 1.0;
        for recent in self.recent.iter().rev() {
            let likeness = counts * view.likeness(&recent.places);
            for person in &recent.people {
                session[*person as usize] += likeness;
            }
            counts *= SESSION_FADES;
        }
        session
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
