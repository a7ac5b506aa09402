//! Everything that the ranker keeps of one repository's past, grown one closed pull request at a time.
//!
//! A question then takes time by its own paths and by the people who know them, however long the past is.
use std::collections::HashMap;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::suggest::activity::Activity;
use crate::suggest::ground::MOST_FILES;
use crate::suggest::memory::Change;
use crate::suggest::memory::Done;
use crate::suggest::memory::Memory;
use crate::suggest::memory::Signals;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;

/// Reviews from which it is learned what signals count, where a long past is read at once: enough for the weights to settle.
const LEARNED_FROM: usize = 300;

/// What is kept of a repository's past.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who will review and who knows what, by what was learned.
    pub memory: Memory,
    /// Who reviewed lately.
    pub activity: Activity,
}

impl Past {
    /// A past without anything; `epoch` is any time near it.
    #[must_use]
    pub fn new(epoch: Time) -> Self {
        Self {
            memory: Memory::new(epoch),
            activity: Activity::default(),
        }
    }

    /// What was known at `now` of these reviews and changes, in whatever order they stand. A review counts from its close on. Changes
    /// of more than [`MOST_FILES`] files are left out.
    #[must_use]
    pub fn of(reviews: &[PastReview], changes: &[PastChange], now: Time) -> Self {
        let mut past = Self::new(now);
        past.grow(reviews, changes, now);
        past
    }

    /// Takes in reviews and changes that were not known yet, by the order of their close.
    pub fn grow(&mut self, reviews: &[PastReview], changes: &[PastChange], now: Time) {
        let mut reviews: Vec<(Time, &PastReview)> = reviews
            .iter()
            .filter(|review| review.files.len() <= MOST_FILES)
            .filter_map(|review| Some((review.closed_at.filter(|closed| *closed <= now)?, review)))
            .collect();
        reviews.sort_unstable_by_key(|(closed, review)| (*closed, review.pull));
        let changes = changes.iter();
        let changes = changes.filter(|change| change.at <= now && change.files.len() <= MOST_FILES);
        let learned_from = reviews.len().saturating_sub(LEARNED_FROM);
        let closed = reviews.iter().enumerate();
        let opened = closed.clone().skip(learned_from);
        let mut steps: Vec<(Time, Step<'_>)> = opened
            .map(|(place, (_, review))| (review.at, Step::Opened(place)))
            .chain(changes.map(|change| (change.at, Step::Wrote(change))))
            .chain(closed.map(|(place, (at, _))| (*at, Step::Closed(place))))
            .collect();
        steps.sort_unstable_by_key(|(at, step)| (*at, step.turn()));
        let people: Vec<Vec<PersonId>> = reviews.iter().map(|(_, review)| review.people()).collect();
        let mut asked: HashMap<usize, Signals> = HashMap::new();
        // What was done since somebody asked last.
        let mut done: Vec<(Time, Done<'_>)> = Vec::new();
        for (at, step) in steps {
            match step {
                Step::Wrote(change) => done.push((at, Done::Wrote(change.author, &change.files))),
                Step::Opened(place) => {
                    self.memory.take(&std::mem::take(&mut done));
                    let review = reviews[place].1;
                    let files = review.files.iter().map(String::as_str);
                    asked.insert(place, self.memory.signals(at, review.author, (files, &[])));
                }
                Step::Closed(place) => {
                    let (review, reviewers) = (reviews[place].1, people[place].as_slice());
                    if let Some(asked) = asked.remove(&place) {
                        self.memory.take(&std::mem::take(&mut done));
                        self.memory.learn(&asked, reviewers);
                    }
                    let change = Change {
                        author: review.author,
                        reviewers,
                        files: &review.files,
                    };
                    done.push((at, Done::Reviewed(change)));
                    self.activity.add(at, reviewers);
                    self.activity.move_to(at);
                }
            }
        }
        self.memory.take(&done);
    }
}

/// One step of the past, with the place of its review.
enum Step<'a> {
    /// A review was opened: what is known then will be learned from.
    Opened(usize),
    /// A change was written.
    Wrote(&'a PastChange),
    /// A review was closed.
    Closed(usize),
}

impl Step<'_> {
    /// Which of the steps of one moment comes first: whoever asks knows of nothing that happens at the same time.
    fn turn(&self) -> (u8, usize, i32) {
        match self {
            Self::Opened(place) => (0, *place, 0),
            Self::Wrote(change) => (1, 0, change.pull),
            Self::Closed(place) => (2, *place, 0),
        }
    }
}
