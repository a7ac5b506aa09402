//! Who has how much to do while our picks are asked: the rules by which a real suggestion spares people.
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::settings::Settings;
use crate::suggest::ground;
use crate::suggest::query::Candidate;
use crate::suggest::query::PullAsked;
use crate::suggest::rank;
use crate::suggest::replay::OPEN_DAYS;

/// Reviews that people have open where our picks are asked, and how often they were picked lately.
pub(super) struct Load<'a> {
    settings: &'a BTreeMap<RepoId, Settings>,
    usual: Settings,
    open: HashMap<PersonId, u32>,
    /// Whose reviews end when, with the place of the pull request.
    ends: BTreeMap<(Time, usize), Vec<PersonId>>,
    /// Of each person the last day's picks, oldest first.
    picked: HashMap<PersonId, VecDeque<Time>>,
}

/// A pull request that somebody is looked for.
#[derive(Clone, Copy)]
pub(super) struct Vacancy {
    pub(super) repo: RepoId,
    pub(super) author: Option<PersonId>,
    pub(super) at: Time,
}

impl<'a> Load<'a> {
    /// Nobody has anything to do; where a repository has no settings, the usual ones hold.
    pub(super) fn new(settings: &'a BTreeMap<RepoId, Settings>) -> Self {
        Self {
            settings,
            usual: Settings::default(),
            open: HashMap::new(),
            ends: BTreeMap::new(),
            picked: HashMap::new(),
        }
    }

    /// Reviews that ended before `now` are open no more.
    pub(super) fn move_to(&mut self, now: Time) {
        while let Some(first) = self.ends.first_entry().filter(|first| first.key().0 < now) {
            for person in first.remove() {
                if let Some(open) = self.open.get_mut(&person) {
                    *open = open.saturating_sub(1);
                }
            }
        }
    }

    /// These review a pull request, from its opening to its close, but never longer than [`OPEN_DAYS`].
    pub(super) fn take(&mut self, (at, opened): (usize, Time), closed: Option<Time>, people: &[PersonId]) {
        let longest = opened + TimeDelta::days(OPEN_DAYS);
        let end = closed.map_or(longest, |closed| closed.min(longest));
        for person in people {
            *self.open.entry(*person).or_default() += 1;
        }
        self.ends.insert((end, at), people.to_vec());
    }

    /// Somebody is picked.
    pub(super) fn pick(&mut self, person: PersonId, now: Time) {
        let picked = self.picked.entry(person).or_default();
        while picked.front().is_some_and(|at| *at <= now - TimeDelta::days(1)) {
            picked.pop_front();
        }
        picked.push_back(now);
    }

    /// The scores of those whom a real suggestion could name now, less what their open reviews take away.
    pub(super) fn weighed(
        &self,
        vacancy: Vacancy,
        scores: impl Iterator<Item = (PersonId, f64)>,
    ) -> Vec<(PersonId, f64)> {
        let Vacancy { repo, author, at } = vacancy;
        let settings = self.settings.get(&repo).unwrap_or(&self.usual);
        let pull = PullAsked {
            author,
            ..PullAsked::default()
        };
        scores
            .filter_map(|(person, score)| {
                let candidate = self.candidate(person, at);
                let free = ground::barred((&pull, settings), &candidate, at).is_none();
                free.then(|| (person, score + rank::of_load(candidate.open_reviews)))
            })
            .collect()
    }

    /// Somebody of whom nothing counts but what they have to do.
    fn candidate(&self, person: PersonId, now: Time) -> Candidate {
        let today = self.picked.get(&person).into_iter().flatten();
        let today = today.filter(|at| **at > now - TimeDelta::days(1)).count();
        Candidate {
            open_reviews: self.open.get(&person).copied().unwrap_or_default(),
            suggested_today: u32::try_from(today).unwrap_or(u32::MAX),
            ..Candidate::new(person, "")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEN: PersonId = PersonId(2);

    fn day(day: i64) -> Time {
        Time::default() + TimeDelta::days(day)
    }

    #[test]
    fn open_reviews_take_away_what_they_take_in_a_real_suggestion_until_they_are_closed() {
        let settings = BTreeMap::new();
        let mut load = Load::new(&settings);
        let score = |load: &Load<'_>, at: Time| {
            let vacancy = Vacancy {
                repo: RepoId(1),
                author: Some(PersonId(1)),
                at,
            };
            load.weighed(vacancy, std::iter::once((BEN, 3.0)))
        };
        assert_eq!(score(&load, day(1)), [(BEN, 3.0)]);
        load.take((1, day(1)), Some(day(5)), &[BEN]);
        assert_eq!(score(&load, day(2)), [(BEN, 3.0 - rank::LOAD / 4.0)]);
        for at in 2..4 {
            load.take((at, day(1)), Some(day(9)), &[BEN]);
        }
        assert_eq!(score(&load, day(2)), [(BEN, 3.0 - rank::LOAD / 2.0)]);
        load.move_to(day(5));
        assert_eq!(
            score(&load, day(5)),
            [(BEN, 3.0 - rank::LOAD / 2.0)],
            "known is only what was closed before"
        );
        load.move_to(day(9) + TimeDelta::seconds(1));
        assert_eq!(score(&load, day(9)), [(BEN, 3.0)]);
    }

    #[test]
    fn the_author_is_nobodys_reviewer() {
        let settings = BTreeMap::new();
        let vacancy = Vacancy {
            repo: RepoId(1),
            author: Some(BEN),
            at: day(1),
        };
        let load = Load::new(&settings);
        assert_eq!(load.weighed(vacancy, std::iter::once((BEN, 3.0))), []);
    }
}
