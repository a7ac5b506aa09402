//! Everything that the ranker keeps of one repository's past, grown one closed pull request at a time.
//!
//! A question then takes time by its own paths and by the people who know them, however long the past is.
use std::collections::HashMap;
use std::sync::Arc;

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

/// Reviews that are open and will be learned from, at most; whoever was opened first goes first.
const WAITING: usize = 200;

/// What is kept of a repository's past.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who will review and who knows what, by what was learned. Apart, so that an opening copies nothing of it.
    pub memory: Arc<Memory>,
    /// Who reviewed lately.
    pub activity: Activity,
    /// What was known of reviews that aren't closed yet when they were opened, by their numbers.
    waiting: HashMap<i32, (Time, Arc<Signals>)>,
    /// The last thing that was done.
    until: Option<Time>,
}

impl Past {
    /// A past without anything; `epoch` is any time near it.
    #[must_use]
    pub fn new(epoch: Time) -> Self {
        Self {
            memory: Arc::new(Memory::new(epoch)),
            activity: Activity::default(),
            waiting: HashMap::new(),
            until: None,
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

    /// Takes in reviews and changes that were not known yet, by the order of their close. A review may come twice, open and closed: it is
    /// learned from what was known when it was opened, and where that can't be told any more, since later things are known by now, nothing is
    /// learned from it. All the same it counts.
    pub fn grow(&mut self, reviews: &[PastReview], changes: &[PastChange], now: Time) {
        let reviews = reviews.iter().filter(|review| review.files.len() <= MOST_FILES);
        let is_closed = |review: &&PastReview| review.closed_at.is_some_and(|closed| closed <= now);
        let (mut closed, mut open): (Vec<&PastReview>, Vec<&PastReview>) = reviews.partition(is_closed);
        closed.sort_unstable_by_key(|review| (review.closed_at, review.pull));
        open.sort_unstable_by_key(|review| (review.at, review.pull));
        let changes = changes.iter();
        let changes = changes.filter(|change| change.at <= now && change.files.len() <= MOST_FILES);
        let asked = closed.iter().skip(closed.len().saturating_sub(LEARNED_FROM));
        let asked = asked.chain(open.iter().skip(open.len().saturating_sub(WAITING)));
        let mut steps: Vec<(Time, Step<'_>)> = asked
            .map(|review| (review.at, Step::Opened(review)))
            .chain(changes.map(|change| (change.at, Step::Wrote(change))))
            .chain(
                closed
                    .iter()
                    .filter_map(|review| Some((review.closed_at?, Step::Closed(review)))),
            )
            .collect();
        steps.sort_unstable_by_key(|(at, step)| (*at, step.turn()));
        let people: HashMap<i32, Vec<PersonId>> = closed.iter().map(|review| (review.pull, review.people())).collect();
        // What was done since somebody asked or learned last.
        let mut done: Vec<(Time, Done<'_>)> = Vec::new();
        for (at, step) in steps {
            match step {
                Step::Opened(review) if self.is_told(review, now) => {
                    self.take(&mut done);
                    let files = review.files.iter().map(String::as_str);
                    let signals = self.memory.signals(at, review.author, (files, &[]));
                    self.waiting.insert(review.pull, (at, Arc::new(signals)));
                }
                Step::Opened(_) => {}
                Step::Wrote(change) => {
                    self.until = self.until.max(Some(at));
                    done.push((at, Done::Wrote(change.author, &change.files)));
                }
                Step::Closed(review) => {
                    self.until = self.until.max(Some(at));
                    let reviewers = people.get(&review.pull).map_or(&[][..], Vec::as_slice);
                    if let Some((_, asked)) = self.waiting.remove(&review.pull) {
                        self.take(&mut done);
                        Arc::make_mut(&mut self.memory).learn(&asked, reviewers);
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
        self.take(&mut done);
        self.let_go();
    }

    /// Whether what was known at a review's opening can be told now, and isn't yet.
    fn is_told(&self, review: &PastReview, now: Time) -> bool {
        review.at <= now && self.until < Some(review.at) && !self.waiting.contains_key(&review.pull)
    }

    fn take(&mut self, done: &mut Vec<(Time, Done<'_>)>) {
        if !done.is_empty() {
            Arc::make_mut(&mut self.memory).take(&std::mem::take(done));
        }
    }

    /// Of too many that wait, those opened first.
    fn let_go(&mut self) {
        while self.waiting.len() > WAITING {
            let waiting = self.waiting.iter();
            let first = waiting
                .min_by_key(|(pull, (at, _))| (*at, **pull))
                .map(|(pull, _)| *pull);
            first.and_then(|pull| self.waiting.remove(&pull));
        }
    }
}

/// One step of the past.
enum Step<'a> {
    /// A review was opened: what is known then will be learned from.
    Opened(&'a PastReview),
    /// A change was written.
    Wrote(&'a PastChange),
    /// A review was closed.
    Closed(&'a PastReview),
}

impl Step<'_> {
    /// Which of the steps of one moment comes first: whoever asks knows of nothing that happens at the same time.
    fn turn(&self) -> (u8, i32) {
        match self {
            Self::Opened(review) => (0, review.pull),
            Self::Wrote(change) => (1, change.pull),
            Self::Closed(review) => (2, review.pull),
        }
    }
}
