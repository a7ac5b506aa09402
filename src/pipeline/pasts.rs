//! What the ranker learned of each repository's past, kept between questions: only what was closed since the last one is taken in.
//!
//! The database stays the truth: each question brings the past as it stands there, without whoever is out of everything. Where anything
//! of it is other than what was taken in, it is learned anew, so no answer rests on what an erasure, an opt-out or a setting took out. Until a
//! repository's next question the numbers of before stay in memory: ids and sums, no name and no text.
use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::RepoId;
use crate::suggest::past::Past;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;

/// Repositories that are kept at most; the one asked about longest ago goes first.
const MOST: usize = 64;

/// The pasts of the repositories that were asked about last. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Pasts(Arc<Mutex<HashMap<(InstallationId, RepoId), Kept>>>);

/// One repository's.
#[derive(Debug)]
struct Kept {
    past: Arc<Past>,
    /// Everything that was closed by then is in it.
    until: Time,
    reviews: HashMap<i32, u64>,
    changes: HashMap<i32, u64>,
}

impl Pasts {
    /// What is known of this past at `now`. The reviews and changes are all that count, in whatever order.
    #[must_use]
    pub fn of(
        &self,
        repo: (InstallationId, RepoId),
        (reviews, changes): (&[PastReview], &[PastChange]),
        now: Time,
    ) -> Arc<Past> {
        // Nobody waits while one past is learned; who asks about the same one meanwhile learns it, too.
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&repo);
        let next = match known.map(|known| known.grown((reviews, changes), now)) {
            Some(Ok(grown)) => grown,
            None | Some(Err(Changed)) => Kept::new((reviews, changes), now),
        };
        let past = Arc::clone(&next.past);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            let oldest = kept
                .iter()
                .min_by_key(|(repo, kept)| (kept.until, **repo))
                .map(|(repo, _)| *repo);
            oldest.and_then(|repo| kept.remove(&repo));
        }
        kept.insert(repo, next);
        past
    }
}

/// What was taken in stands otherwise in the database now, or came late.
struct Changed;

impl Kept {
    fn new((reviews, changes): (&[PastReview], &[PastChange]), now: Time) -> Self {
        let closed = |review: &&PastReview| is_closed(review, now);
        Self {
            past: Arc::new(Past::of(reviews, changes, now)),
            until: now,
            reviews: reviews
                .iter()
                .filter(closed)
                .map(|review| (review.pull, of_review(review)))
                .collect(),
            changes: changes
                .iter()
                .filter(|change| change.at <= now)
                .map(|change| (change.pull, of_change(change)))
                .collect(),
        }
    }

    /// With what was closed since.
    fn grown(mut self, (reviews, changes): (&[PastReview], &[PastChange]), now: Time) -> Result<Self, Changed> {
        let mut fresh_reviews = Vec::new();
        let mut still_there = 0;
        for review in reviews.iter().filter(|review| is_closed(review, now)) {
            match self.reviews.get(&review.pull) {
                Some(known) if *known == of_review(review) => still_there += 1,
                None if review.closed_at > Some(self.until) => fresh_reviews.push(review.clone()),
                Some(_) | None => return Err(Changed),
            }
        }
        let mut fresh_changes = Vec::new();
        for change in changes.iter().filter(|change| change.at <= now) {
            match self.changes.get(&change.pull) {
                Some(known) if *known == of_change(change) => still_there += 1,
                None if change.at > self.until => fresh_changes.push(change.clone()),
                Some(_) | None => return Err(Changed),
            }
        }
        if still_there < self.reviews.len() + self.changes.len() {
            return Err(Changed);
        }
        if !(fresh_reviews.is_empty() && fresh_changes.is_empty()) {
            Arc::make_mut(&mut self.past).grow(&fresh_reviews, &fresh_changes, now);
            self.reviews
                .extend(fresh_reviews.iter().map(|review| (review.pull, of_review(review))));
            self.changes
                .extend(fresh_changes.iter().map(|change| (change.pull, of_change(change))));
        }
        self.until = self.until.max(now);
        Ok(self)
    }
}

fn is_closed(review: &PastReview, now: Time) -> bool {
    review.closed_at.is_some_and(|closed| closed <= now)
}

fn of_review(review: &PastReview) -> u64 {
    of((
        review.author,
        review.at,
        review.closed_at,
        &review.reviewers,
        &review.files,
    ))
}

fn of_change(change: &PastChange) -> u64 {
    of((change.author, change.at, &change.files))
}

fn of(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::model::ids::PersonId;

    const REPO: (InstallationId, RepoId) = (InstallationId(1), RepoId(2));

    fn at(hour: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn review(pull: i32, closed: i64, reviewer: i64) -> PastReview {
        PastReview {
            pull,
            author: Some(PersonId(9)),
            at: at(closed - 1),
            closed_at: Some(at(closed)),
            reviewers: vec![PersonId(reviewer)],
            files: vec!["a/x".to_owned()],
        }
    }

    fn people(past: &Past) -> Vec<PersonId> {
        let signals = past.memory.signals(at(100), None, (["a/x"], &[]));
        signals.people().map(|(person, _)| person).collect()
    }

    #[test]
    fn what_was_closed_since_is_taken_in() {
        let pasts = Pasts::default();
        let mut reviews = vec![review(1, 1, 1)];
        let first = pasts.of(REPO, (&reviews, &[]), at(2));
        reviews.push(review(2, 3, 2));
        reviews.push(PastReview {
            closed_at: None,
            ..review(3, 3, 3)
        });
        let second = pasts.of(REPO, (&reviews, &[]), at(4));
        assert_eq!(people(&first), [PersonId(1)], "who holds it sees what was known then");
        assert_eq!(people(&second), [PersonId(1), PersonId(2)]);
        let third = pasts.of(REPO, (&reviews, &[]), at(5));
        assert!(Arc::ptr_eq(&second, &third), "nothing happened");
        assert_eq!(people(&pasts.of((InstallationId(1), RepoId(3)), (&[], &[]), at(5))), []);
    }

    #[test]
    fn who_is_gone_from_the_database_is_gone_here() {
        let pasts = Pasts::default();
        let reviews = [review(1, 1, 1), review(2, 2, 2)];
        assert_eq!(people(&pasts.of(REPO, (&reviews, &[]), at(3))).len(), 2);
        assert_eq!(people(&pasts.of(REPO, (&reviews[..1], &[]), at(3))), [PersonId(1)]);
        let nobody = PastReview {
            reviewers: Vec::new(),
            ..review(1, 1, 1)
        };
        assert_eq!(people(&pasts.of(REPO, (&[nobody], &[]), at(3))), []);
    }

    #[test]
    fn what_comes_late_is_learned_in_its_place() {
        let pasts = Pasts::default();
        let (early, late) = (review(1, 1, 1), review(2, 2, 2));
        let _ = pasts.of(REPO, (std::slice::from_ref(&late), &[]), at(3));
        let grown = pasts.of(REPO, (&[late.clone(), early.clone()], &[]), at(4));
        let anew = Past::of(&[early, late], &[], at(4));
        assert_eq!(people(&grown), people(&anew));
        assert_eq!(
            people(&grown),
            [PersonId(1), PersonId(2)],
            "in the order of their close"
        );
    }

    #[test]
    fn only_so_many_repositories_are_kept() {
        let pasts = Pasts::default();
        for repo in 0..100 {
            let _ = pasts.of((InstallationId(1), RepoId(repo)), (&[], &[]), at(repo));
        }
        let kept = pasts.0.lock().expect("nobody panicked");
        assert_eq!(kept.len(), MOST);
        assert!(
            kept.contains_key(&(InstallationId(1), RepoId(99))) && !kept.contains_key(&(InstallationId(1), RepoId(0)))
        );
    }
}
