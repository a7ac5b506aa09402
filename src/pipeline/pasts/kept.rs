//! What is kept of one repository's past, and what of it a change leaves standing.
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher as _;
use std::sync::Arc;

use chrono::Duration;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::settings::Ignore;
use crate::pipeline::gather::declines;
use crate::store::declines::Declined;
use crate::store::moved::Horizon;
use crate::store::moved::StandingPull;
use crate::suggest::past::Past;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;

/// Days of a repository's history that a ranking looks at: about six of its longest half-lives.
pub const HISTORY_DAYS: i64 = 1_460;
/// Days by which the window may lag behind, so that it isn't learned anew with every day that leaves it.
const WINDOW_LAGS_DAYS: i64 = 30;

/// Minutes in which the files of a new pull request are waited for.
const FILES_COME_MINUTES: i64 = 60;

/// What decides how each pull request counts. Where any of it is other than it was, all is read anew.
#[derive(Clone, PartialEq, Debug)]
pub struct Circumstances {
    /// [`crate::store::moved::Around::moved`].
    pub moved: i64,
    /// What counts for nothing.
    pub ignore: Ignore,
    /// Folders that people left.
    pub left: Vec<Declined>,
}

/// When it is asked, and how far transactions had come before anything was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The time of asking.
    pub at: Time,
    /// Taken before anything was read.
    pub horizon: Horizon,
}

/// What one pull request says of people.
#[derive(Clone, PartialEq, Debug, Default)]
struct Deeds {
    review: Option<PastReview>,
    change: Option<PastChange>,
    /// It is open: its review will be learned from by what is known now.
    opened: Option<PastReview>,
}

impl Deeds {
    fn of(mut pull: StandingPull, since: Time, circumstances: &Circumstances, at: Time) -> Self {
        if !pull.counts || pull.created_at < since {
            return Self::default();
        }
        pull.files.retain(|path| !circumstances.ignore.fits_path(path));
        let change = pull.author.zip(pull.merged_at.filter(|merged| *merged <= at));
        let change = change.map(|(author, at)| PastChange {
            pull: pull.number,
            author,
            at,
            files: pull.files.clone(),
        });
        let closed_at = pull.closed_at.filter(|closed| *closed <= at);
        let review = PastReview {
            pull: pull.number,
            author: pull.author,
            at: pull.created_at,
            closed_at,
            reviewers: pull.reviewers,
            files: pull.files,
        };
        let (review, opened) = match closed_at {
            Some(_) => (Some(review).filter(|review| !review.reviewers.is_empty()), None),
            None => (
                None,
                Some(review).filter(|review| change.is_none() && !review.files.is_empty()),
            ),
        };
        let mut deeds = Self { review, change, opened };
        for left in &circumstances.left {
            if let Some(review) = &mut deeds.review {
                declines::forget_review(review, left);
            }
            deeds.change = deeds.change.filter(|change| !declines::is_forgotten(change, left));
        }
        deeds
    }

    /// Tells them from others; none: nothing was done yet.
    fn mark(&self) -> Option<u64> {
        let review = self.review.as_ref();
        let review = review.map(|done| (done.author, done.at, done.closed_at, &done.reviewers, &done.files));
        let change = self.change.as_ref();
        let change = change.map(|done| (done.author, done.at, &done.files));
        (review.is_some() || change.is_some()).then(|| {
            let mut hasher = DefaultHasher::new();
            (review, change).hash(&mut hasher);
            hasher.finish()
        })
    }

    fn people(&self) -> impl Iterator<Item = PersonId> {
        let reviewers = self.review.iter().flat_map(|review| review.reviewers.iter().copied());
        let authors = self.review.iter().filter_map(|review| review.author);
        reviewers
            .chain(authors)
            .chain(self.change.iter().map(|change| change.author))
    }
}

/// Deeds that wait to be learned.
#[derive(Debug, Default)]
pub struct Fresh {
    reviews: Vec<PastReview>,
    changes: Vec<PastChange>,
}

impl Fresh {
    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reviews.is_empty() && self.changes.is_empty()
    }
}

/// What was taken in.
#[derive(Clone, Debug, Default)]
struct Seen {
    pulls: HashMap<i32, u64>,
    people: HashSet<PersonId>,
}

impl Seen {
    fn take(&mut self, number: i32, mark: u64, deeds: Deeds, fresh: &mut Fresh) {
        self.pulls.insert(number, mark);
        self.people.extend(deeds.people());
        fresh.reviews.extend(deeds.review);
        fresh.changes.extend(deeds.change);
    }
}

/// What is kept of one repository. A clone costs little.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What was learned.
    pub past: Arc<Past>,
    seen: Arc<Seen>,
    circumstances: Arc<Circumstances>,
    /// Who might not appear when it was read.
    out: Arc<BTreeSet<PersonId>>,
    /// The window's begin.
    since: Time,
    /// When it was asked about last, and what may have moved after that.
    pub moment: Moment,
    /// Pull requests that may be otherwise the next time without being touched from the horizon on: what was read of them may be taken
    /// back, lies in time to come, or lacks its files yet.
    pub again: Vec<i32>,
}

impl Kept {
    /// How many pull requests are part of it.
    #[must_use]
    pub fn pulls(&self) -> usize {
        self.seen.pulls.len()
    }

    /// Nothing yet: the pull requests from [`Kept::since`] on have to be given to [`Kept::read`].
    #[must_use]
    pub fn new(circumstances: Circumstances, out: BTreeSet<PersonId>, moment: Moment) -> Self {
        Self {
            past: Arc::new(Past::new(moment.at)),
            seen: Arc::default(),
            circumstances: Arc::new(circumstances),
            out: Arc::new(out),
            since: moment.at - Duration::days(HISTORY_DAYS),
            moment,
            again: Vec::new(),
        }
    }

    /// From when on pull requests count.
    #[must_use]
    pub fn since(&self) -> Time {
        self.since
    }

    /// Whether a pull request is part of it.
    #[must_use]
    pub fn holds(&self, number: i32) -> bool {
        self.seen.pulls.contains_key(&number)
    }

    /// The same at another moment, if nothing that concerns all of it is other now.
    #[must_use]
    pub fn still(&self, circumstances: &Circumstances, out: &BTreeSet<PersonId>, moment: Moment) -> Option<Self> {
        let gone = out
            .difference(&self.out)
            .any(|person| self.seen.people.contains(person));
        let back = self.out.difference(out).next().is_some();
        let lag = moment.at - Duration::days(HISTORY_DAYS) - self.since;
        let holds = *self.circumstances == *circumstances
            && !gone
            && !back
            && lag <= Duration::days(WINDOW_LAGS_DAYS)
            // Of another server, or an older copy of it.
            && moment.horizon.ended >= self.moment.horizon.ended;
        // Who began to ask earlier may be the later one.
        let at = moment.at.max(self.moment.at);
        holds.then(|| Self {
            out: Arc::new(out.clone()),
            moment: Moment { at, ..moment },
            ..self.clone()
        })
    }

    /// Takes in a pull request of the first reading.
    pub fn read(&mut self, pull: StandingPull, fresh: &mut Fresh) {
        self.note(&pull);
        let number = pull.number;
        let deeds = Deeds::of(pull, self.since, &self.circumstances, self.moment.at);
        match deeds.mark() {
            Some(mark) => Arc::make_mut(&mut self.seen).take(number, mark, deeds, fresh),
            None => fresh.reviews.extend(deeds.opened),
        }
    }

    /// Takes in those that moved. None: something that was taken in is other now, so all has to be read anew.
    #[must_use]
    pub fn moved(mut self, pulls: Vec<StandingPull>) -> Option<(Self, Fresh)> {
        let before = std::mem::take(&mut self.again);
        let there: HashSet<i32> = pulls.iter().map(|pull| pull.number).collect();
        if before
            .iter()
            .any(|number| self.holds(*number) && !there.contains(number))
        {
            return None;
        }
        let mut fresh = Fresh::default();
        for pull in pulls {
            self.note(&pull);
            let number = pull.number;
            let deeds = Deeds::of(pull, self.since, &self.circumstances, self.moment.at);
            match (self.seen.pulls.get(&number), deeds.mark()) {
                (None, None) => fresh.reviews.extend(deeds.opened),
                (Some(known), Some(mark)) if *known == mark => {}
                (None, Some(mark)) => Arc::make_mut(&mut self.seen).take(number, mark, deeds, &mut fresh),
                (Some(_), _) => return None,
            }
        }
        Some((self, fresh))
    }

    fn note(&mut self, pull: &StandingPull) {
        let later = pull.closed_at.max(pull.merged_at) > Some(self.moment.at);
        // Its files come a little later, without a mark.
        let is_new = pull.created_at > self.moment.at - Duration::minutes(FILES_COME_MINUTES);
        let unread = is_new && pull.closed_at.is_none() && pull.files.is_empty();
        if later || unread || self.moment.horizon.is_open(pull.touched) {
            self.again.push(pull.number);
        }
    }

    /// Learns from what was taken in. Takes long where that is much.
    #[must_use]
    pub fn learned(mut self, fresh: &Fresh) -> Self {
        Arc::make_mut(&mut self.past).grow(&fresh.reviews, &fresh.changes, self.moment.at);
        self
    }
}

#[cfg(test)]
mod tests;
