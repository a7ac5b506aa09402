//! Everything that the ranker keeps of one repository's past, grown one closed pull request at a time.
//!
//! A question then takes time by its own paths and by the people who know them, however long the past is.
use crate::model::clock::Time;
use crate::suggest::activity::Activity;
use crate::suggest::decay::Decay;
use crate::suggest::ground::MOST_FILES;
use crate::suggest::memory::Change;
use crate::suggest::memory::Memory;
use crate::suggest::memory::Signals;
use crate::suggest::pair;
use crate::suggest::pair::PairIndex;
use crate::suggest::paths;
use crate::suggest::paths::Part;
use crate::suggest::paths::PathIndex;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;

/// Reviews from which it is learned what signals count, where a long past is read at once: enough for the weights to settle.
const LEARNED_FROM: usize = 300;

/// What is kept of a repository's past.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who will review, by what was learned.
    pub memory: Memory,
    /// Who did what under which folder.
    pub index: PathIndex,
    /// Who reviewed whom.
    pub pairs: PairIndex,
    /// Who reviewed lately.
    pub activity: Activity,
}

/// What happened.
enum Done<'a> {
    /// A review was closed, with what was known when it was opened, where it is learned from.
    Reviewed(&'a PastReview, Option<Signals>),
    /// A change was written.
    Wrote(&'a PastChange),
}

impl Past {
    /// A past without anything; `epoch` is any time near it.
    #[must_use]
    pub fn new(epoch: Time) -> Self {
        Self {
            memory: Memory::new(epoch),
            index: PathIndex::new(Decay::new(epoch, paths::HALF_LIFE_DAYS)),
            pairs: PairIndex::new(Decay::new(epoch, pair::HALF_LIFE_DAYS)),
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
        reviews.sort_by_key(|(closed, review)| (*closed, review.pull));
        let learned_from = reviews.len().saturating_sub(LEARNED_FROM);
        let mut opened: Vec<(Time, usize)> = reviews
            .iter()
            .enumerate()
            .skip(learned_from)
            .map(|(at, (_, review))| (review.at, at))
            .collect();
        opened.sort_unstable();
        let mut opened = opened.into_iter().peekable();
        let mut asked: Vec<Option<Signals>> = reviews.iter().map(|_| None).collect();
        let mut changes: Vec<&PastChange> = changes
            .iter()
            .filter(|change| change.at <= now && change.files.len() <= MOST_FILES)
            .collect();
        changes.sort_by_key(|change| (change.at, change.pull));
        let mut changes = changes.into_iter().peekable();
        for (place, (closed, review)) in reviews.iter().enumerate() {
            while let Some(change) = changes.next_if(|change| change.at <= *closed) {
                self.take(Done::Wrote(change), change.at);
            }
            while let Some((at, opened)) = opened.next_if(|(at, _)| at <= closed) {
                let review = reviews[opened].1;
                let files = review.files.iter().map(String::as_str);
                asked[opened] = Some(self.memory.signals(at, review.author, (files, &[])));
            }
            self.take(Done::Reviewed(review, asked[place].take()), *closed);
        }
        for change in changes {
            self.take(Done::Wrote(change), change.at);
        }
    }

    fn take(&mut self, done: Done<'_>, at: Time) {
        match done {
            Done::Wrote(change) => {
                self.memory.wrote(at, change.author, &change.files);
                self.index.add(Part::Wrote, at, &[change.author], &change.files);
            }
            Done::Reviewed(review, asked) => {
                let reviewers = review.people();
                if let Some(asked) = asked {
                    self.memory.learn(&asked, &reviewers);
                }
                let (author, files) = (review.author, review.files.as_slice());
                let change = Change {
                    author,
                    reviewers: &reviewers,
                    files,
                };
                self.memory.reviewed(at, change);
                self.index.add(Part::Reviewed, at, &reviewers, files);
                self.activity.add(at, &reviewers);
                if let Some(author) = author {
                    self.pairs.add(at, author, &reviewers);
                }
            }
        }
    }
}
