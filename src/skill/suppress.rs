//! Small counts are hidden, and so many others with them that nothing which is shown, however it is added up or subtracted,
//! speaks of fewer than k people.
//!
//! Teams lie in each other and share people, so a count of one can give away another: a department's less those of its
//! teams is what its head was told. Source of the problem: Hundepool et al., *Statistical Disclosure Control*, Wiley 2012,
//! chapters 4 and 5 (complementary suppression, linked tables). Theirs is solved by search; ours by a rule that is easy to
//! prove. Take the people who are in just the same of the shown teams: a *cell*. Teams' counts are shown only where the
//! count of every cell could be, too. Whatever can be worked out from the teams' counts is then worked out from counts that
//! may be shown anyway.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde::Serialize;

use crate::model::ids::PersonId;

/// The smallest number of people that a count may show.
pub const K: usize = 5;

/// A count that may be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Count {
    /// People for whom it is true.
    pub people: usize,
    /// Of so many.
    pub of: usize,
}

/// For how many of each group it is true that they are among `true_of`; `teams` are the people of each team who are to be
/// counted, everybody once. None where that can't be shown: see above.
///
/// Smaller teams come first, since their counts tell more; equals in the order given. A team for which it is true of
/// everybody is hidden: then something would be known of each of them.
#[must_use]
pub fn shown(teams: &[Vec<PersonId>], true_of: &BTreeSet<PersonId>, k: usize) -> Vec<Option<Count>> {
    let (numbered, is_true) = numbered(teams, true_of);
    smaller_first(&numbered, &is_true, k)
}

/// The same with the first of the groups, which are all people, before the others: what is said of everybody is said first.
#[must_use]
pub fn shown_with_all(groups: &[Vec<PersonId>], true_of: &BTreeSet<PersonId>, k: usize) -> Vec<Option<Count>> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|group| (*group > 0, groups[*group].len()));
    let (numbered, is_true) = numbered(groups, true_of);
    in_order(&numbered, &order, &is_true, k)
}

/// Which of these groups may be described by a figure of all their people, such as a median, so that no two of the figures tell of fewer
/// than k: the first of them, which is all people, before the others.
#[must_use]
pub fn describable(groups: &[Vec<PersonId>], k: usize) -> Vec<bool> {
    let counts = shown_with_all(groups, &BTreeSet::new(), k);
    counts.iter().map(Option::is_some).collect()
}

/// Teams that are asked about many times.
#[derive(Clone, Debug)]
pub struct Teams {
    people: Vec<PersonId>,
    /// The people of each team, by their places among all people.
    teams: Vec<Vec<usize>>,
}

impl Teams {
    /// Teams by the people of each, everybody once.
    #[must_use]
    pub fn of(teams: &[Vec<PersonId>]) -> Self {
        let (people, teams) = places(teams);
        Self { people, teams }
    }

    /// How many there are.
    #[must_use]
    pub fn number(&self) -> usize {
        self.teams.len()
    }

    /// Everybody who is in any of them.
    #[must_use]
    pub fn people(&self) -> &[PersonId] {
        &self.people
    }

    /// What [`shown`] says where nobody of the team at `left_out` is counted in any; whether it is true stands for each of [`Self::people`].
    #[must_use]
    pub fn shown_without(&self, left_out: usize, is_true: &[bool], k: usize) -> Vec<Option<Count>> {
        let mut counts = vec![true; self.people.len()];
        for person in &self.teams[left_out] {
            counts[*person] = false;
        }
        let others = self.teams.iter().map(|team| {
            let others = team.iter().filter(|person| counts[**person]);
            others.copied().collect()
        });
        smaller_first(&others.collect::<Vec<_>>(), is_true, k)
    }
}

/// Everybody, and the people of each team by their places there.
fn places(teams: &[Vec<PersonId>]) -> (Vec<PersonId>, Vec<Vec<usize>>) {
    let people: BTreeSet<PersonId> = teams.iter().flatten().copied().collect();
    let places: HashMap<PersonId, usize> = people.iter().copied().zip(0..).collect();
    let of_team = |team: &Vec<PersonId>| team.iter().map(|person| places[person]).collect();
    (people.into_iter().collect(), teams.iter().map(of_team).collect())
}

fn numbered(teams: &[Vec<PersonId>], true_of: &BTreeSet<PersonId>) -> (Vec<Vec<usize>>, Vec<bool>) {
    let (people, teams) = places(teams);
    (teams, people.iter().map(|person| true_of.contains(person)).collect())
}

fn smaller_first(teams: &[Vec<usize>], is_true: &[bool], k: usize) -> Vec<Option<Count>> {
    let mut order: Vec<usize> = (0..teams.len()).collect();
    order.sort_by_key(|team| teams[*team].len());
    in_order(teams, &order, is_true, k)
}

fn in_order(teams: &[Vec<usize>], order: &[usize], is_true: &[bool], k: usize) -> Vec<Option<Count>> {
    let mut cells = Cells {
        of: vec![None; is_true.len()],
        tallies: Vec::new(),
    };
    let mut shown = vec![None; teams.len()];
    for team in order.iter().copied() {
        if cells.take_in(&teams[team], is_true, k) {
            shown[team] = Some(Tally::of(&teams[team], is_true).count());
        }
    }
    shown
}

/// How many there are for whom it is true, and for whom it isn't.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Tally {
    yes: usize,
    no: usize,
}

impl Tally {
    fn of(people: &[usize], is_true: &[bool]) -> Self {
        let yes = people.iter().filter(|person| is_true[**person]).count();
        Self {
            yes,
            no: people.len() - yes,
        }
    }

    fn count(self) -> Count {
        Count {
            people: self.yes,
            of: self.yes + self.no,
        }
    }

    /// Nobody, or counts that may be shown: none is from 1 to k-1, and it isn't true of all.
    fn is_safe(self, k: usize) -> bool {
        let is_small = |count: usize| (1..k).contains(&count);
        self == Self::default() || (!is_small(self.yes) && !is_small(self.no) && self.no > 0)
    }

    fn less(self, other: Self) -> Self {
        Self {
            yes: self.yes - other.yes,
            no: self.no - other.no,
        }
    }
}

/// The people of the teams that are shown, by just which of them they are in.
struct Cells {
    /// The cell of each person. Somebody in no team has none: no count of everybody is shown.
    of: Vec<Option<usize>>,
    tallies: Vec<Tally>,
}

impl Cells {
    /// Divides the cells by a team more, where each part of them may be shown. False: they stay as they are.
    fn take_in(&mut self, team: &[usize], is_true: &[bool], k: usize) -> bool {
        // Counts that may be shown add up to one that may be: most teams end here.
        if !Tally::of(team, is_true).is_safe(k) {
            return false;
        }
        let mut parts: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for person in team {
            parts.entry(self.of[*person]).or_default().push(*person);
        }
        let are_safe = parts.iter().all(|(cell, people)| {
            let inside = Tally::of(people, is_true);
            let outside = cell.map_or(Tally::default(), |cell| self.tallies[cell].less(inside));
            inside.is_safe(k) && outside.is_safe(k)
        });
        if !are_safe || team.is_empty() {
            return false;
        }
        for (cell, people) in parts {
            let inside = Tally::of(&people, is_true);
            if let Some(cell) = cell {
                self.tallies[cell] = self.tallies[cell].less(inside);
            }
            for person in people {
                self.of[person] = Some(self.tallies.len());
            }
            self.tallies.push(inside);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn people(numbers: impl IntoIterator<Item = i64>) -> Vec<PersonId> {
        numbers.into_iter().map(PersonId).collect()
    }

    fn told(numbers: impl IntoIterator<Item = i64>) -> BTreeSet<PersonId> {
        people(numbers).into_iter().collect()
    }

    #[expect(clippy::unnecessary_wraps, reason = "as it is compared with")]
    fn count(people: usize, of: usize) -> Option<Count> {
        Some(Count { people, of })
    }

    #[test]
    fn what_is_large_enough_is_shown_and_what_is_small_or_true_of_all_is_not() {
        let team = [people(0..12)];
        assert_eq!(shown(&team, &told(0..6), K), [count(6, 12)]);
        assert_eq!(shown(&team, &told([]), K), [count(0, 12)]);
        assert_eq!(shown(&team, &told(0..4), K), [None], "four were told");
        assert_eq!(shown(&team, &told(0..8), K), [None], "four were not told");
        assert_eq!(shown(&team, &told(0..12), K), [None], "everybody was told");
        assert_eq!(shown(&[Vec::new()], &told([]), K), [None]);
    }

    #[test]
    fn a_department_less_its_teams_would_tell_of_its_head() {
        let teams = [people(0..21), people(0..10), people(10..20)];
        let with_head = told((0..5).chain(10..15).chain([20]));
        assert_eq!(shown(&teams, &with_head, K), [None, count(5, 10), count(5, 10)]);
        let of_small_teams = [people(0..12), people(0..4), people(4..8), people(8..12)];
        let half = told([0, 1, 4, 5, 8, 9]);
        assert_eq!(
            shown(&of_small_teams, &half, K),
            [count(6, 12), None, None, None],
            "teams too small to be shown leave their department whole"
        );
    }

    #[test]
    fn teams_that_share_two_people_would_tell_of_these() {
        let teams = [people(0..12), people(10..22), people(0..22)];
        let some = told((0..6).chain([10]).chain(17..22));
        assert_eq!(shown(&teams, &some, K), [count(7, 12), None, count(12, 22)]);
    }

    #[test]
    fn all_people_come_first_and_what_would_tell_of_a_few_of_them_is_not_described() {
        let groups = [people(0..12), people(0..4), people(0..6), people(0..9)];
        assert_eq!(describable(&groups, K), [true, false, true, false], "9 less 6 are 3");
        let nearly_all = [people(0..12), people(0..8)];
        assert_eq!(describable(&nearly_all, K), [true, false], "12 less 8 are 4");
        assert_eq!(shown(&nearly_all, &told([]), K), [None, count(0, 8)]);
        assert_eq!(describable(&[people(0..4)], K), [false]);
    }

    proptest! {
        /// The shown counts, and every sum and difference of them that comes to a set of people, by plain search.
        #[test]
        fn no_sum_or_difference_of_shown_counts_tells_of_few(
            places in prop::collection::vec(0_u8..16, 0..60), is_told in prop::collection::vec(any::<bool>(), 60),
        ) {
            let in_team = |team: u8| {
                let inside = places.iter().zip(0_i64..).filter(move |(place, _)| **place >> team & 1 == 1);
                people(inside.map(|(_, number)| number))
            };
            let teams: Vec<Vec<PersonId>> = (0..4).map(in_team).collect();
            let told = told(is_told.iter().zip(0..).filter(|(told, _)| **told).map(|(_, number)| number));
            for counts in [shown(&teams, &told, K), shown_with_all(&teams, &told, K)] {
                for signs in 1..81_i32 {
                    let sign = |team: usize| signs / 3_i32.pow(u32::try_from(team).unwrap()) % 3 - 1;
                    if (0..4).any(|team| sign(team) != 0 && counts[team].is_none()) {
                        continue;
                    }
                    let times = |person: &PersonId| {
                        (0..4).filter(|team| teams[*team].contains(person)).map(sign).sum::<i32>()
                    };
                    let all = people((0..60).take(places.len()));
                    if all.iter().all(|person| matches!(times(person), 0 | 1)) {
                        let spoken_of: Vec<PersonId> = all.into_iter().filter(|person| times(person) == 1).collect();
                        let yes = spoken_of.iter().filter(|person| told.contains(person)).count();
                        let tally = Tally { yes, no: spoken_of.len() - yes };
                        prop_assert!(tally.is_safe(K), "{tally:?} of {teams:?}, {counts:?}");
                    }
                }
            }
        }

        #[test]
        fn teams_without_one_of_them_are_shown_as_if_nobody_of_it_were_in_any(
            places in prop::collection::vec(0_u8..32, 0..60), is_told in prop::collection::vec(any::<bool>(), 60), left_out in 0..5_usize,
        ) {
            let in_team = |team: u8| {
                let inside = places.iter().zip(0_i64..).filter(move |(place, _)| **place >> team & 1 == 1);
                people(inside.map(|(_, number)| number))
            };
            let teams: Vec<Vec<PersonId>> = (0..5).map(in_team).collect();
            let told = told(is_told.iter().zip(0..).filter(|(told, _)| **told).map(|(_, number)| number));
            let others = teams.iter().map(|team| {
                let others = team.iter().filter(|person| !teams[left_out].contains(person));
                others.copied().collect()
            });
            let asked = Teams::of(&teams);
            let is_true: Vec<bool> = asked.people().iter().map(|person| told.contains(person)).collect();
            let found = asked.shown_without(left_out, &is_true, K);
            prop_assert_eq!(found, shown(&others.collect::<Vec<_>>(), &told, K));
        }
    }
}
