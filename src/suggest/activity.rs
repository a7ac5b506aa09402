//! Who reviews here lately: reviews of the last 90 days.
use std::collections::HashMap;
use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::ids::PersonId;

/// The window, in days (spread.md section 1, "active 90 days").
pub const WINDOW_DAYS: i64 = 90;

/// Reviews within the window, in order of time. Old ones fall out as the window moves.
#[derive(Clone, Default, Debug)]
pub struct Activity {
    window: VecDeque<(Time, Vec<PersonId>)>,
    counts: HashMap<PersonId, u32>,
    total: u32,
}

impl Activity {
    /// Counts one review. Earlier ones may follow later ones; the order is kept here.
    pub fn add(&mut self, at: Time, reviewers: &[PersonId]) {
        let place = self.window.partition_point(|(other, _)| *other <= at);
        self.window.insert(place, (at, reviewers.to_vec()));
        for reviewer in reviewers {
            *self.counts.entry(*reviewer).or_default() += 1;
            self.total += 1;
        }
    }

    /// Moves the window, so that it ends now. It never moves back.
    pub fn move_to(&mut self, now: Time) {
        let from = now - TimeDelta::days(WINDOW_DAYS);
        while self.window.front().is_some_and(|(at, _)| *at < from) {
            let gone = self.window.pop_front().map(|(_, reviewers)| reviewers);
            for reviewer in gone.unwrap_or_default() {
                if let Some(count) = self.counts.get_mut(&reviewer) {
                    *count -= 1;
                }
                self.total -= 1;
            }
        }
    }

    /// What falls out of the window if it ends now: each person's reviews to take from [`count`](Self::count). Without moving it.
    #[must_use]
    pub fn gone_by(&self, now: Time) -> HashMap<PersonId, u32> {
        let from = now - TimeDelta::days(WINDOW_DAYS);
        let mut gone = HashMap::new();
        for (_, reviewers) in self.window.iter().take_while(|(at, _)| *at < from) {
            for reviewer in reviewers {
                *gone.entry(*reviewer).or_default() += 1;
            }
        }
        gone
    }

    /// Reviews of this person in the window.
    #[must_use]
    pub fn count(&self, person: PersonId) -> u32 {
        self.counts.get(&person).copied().unwrap_or_default()
    }

    /// The person's share of everybody's reviews in the window, in [0, 1].
    #[must_use]
    pub fn share(&self, person: PersonId) -> f64 {
        f64::from(self.count(person)) / f64::from(self.total.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_counts_for_ninety_days_whatever_the_order() {
        let start = Time::default();
        let (ana, ben) = (PersonId(1), PersonId(2));
        let mut activity = Activity::default();
        activity.add(start + TimeDelta::days(10), &[ana]);
        activity.add(start, &[ana, ben]);
        activity.move_to(start + TimeDelta::days(90));
        let gone = activity.gone_by(start + TimeDelta::days(91));
        assert_eq!((gone.get(&ana), gone.get(&ben)), (Some(&1), Some(&1)), "nothing moved");
        assert_eq!((activity.count(ana), activity.count(ben)), (2, 1));
        assert!((activity.share(ana) - 2.0 / 3.0).abs() < 1e-12);
        activity.move_to(start + TimeDelta::days(91));
        assert_eq!((activity.count(ana), activity.count(ben)), (1, 0));
        assert!(activity.share(ben).abs() < 1e-12);
    }

    #[test]
    fn nobody_active_is_a_share_of_nothing() {
        assert!(Activity::default().share(PersonId(1)).abs() < 1e-12);
    }
}
