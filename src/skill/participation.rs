//! What reviews are about and who takes part: topics without people, connections and thanks for the two of them only.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Months;
use chrono::NaiveDate;
use serde::Serialize;

use crate::model::comment::AreaThread;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::lesson::Landed;
use crate::model::skill::Area;
use crate::skill::suppress::K;

/// How much an area is discussed.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Topic {
    /// The area.
    pub area: Area,
    /// Threads about it.
    pub threads: usize,
    /// Comments a thread, on average.
    pub comments: f64,
    /// People a thread, on average.
    pub people: f64,
}

/// What is discussed, by area: those with most threads first. An area in which fewer than five people spoke is left out.
#[must_use]
pub fn topics<'t>(threads: impl IntoIterator<Item = &'t AreaThread>) -> Vec<Topic> {
    let mut by_area: BTreeMap<Area, Vec<&AreaThread>> = BTreeMap::new();
    for thread in threads {
        by_area.entry(thread.area).or_default().push(thread);
    }
    let mut topics: Vec<Topic> = by_area
        .into_iter()
        .filter(|(_, threads)| {
            let people: BTreeSet<PersonId> = threads
                .iter()
                .flat_map(|thread| thread.people.iter().copied())
                .collect();
            people.len() >= K
        })
        .map(|(area, threads)| {
            let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            let of = number(threads.len());
            Topic {
                area,
                threads: threads.len(),
                comments: threads.iter().map(|thread| f64::from(thread.comments)).sum::<f64>() / of,
                people: threads.iter().map(|thread| number(thread.people.len())).sum::<f64>() / of,
            }
        })
        .collect();
    topics.sort_by(|one, other| other.threads.cmp(&one.threads).then(one.area.cmp(&other.area)));
    topics
}

/// The teams of each person.
pub type Teams = BTreeMap<PersonId, BTreeSet<TeamId>>;

/// Which teams somebody connects, and by how many landed lessons: the team that they are in themselves, and one of the other person's that
/// they are in neither themselves nor by a team within it. Most first. `teams` are each person's own teams, `all` with those above.
#[must_use]
pub fn connects(
    person: PersonId,
    lessons: &[Landed],
    (teams, all): (&Teams, &Teams),
) -> Vec<((TeamId, TeamId), usize)> {
    let mut connects: BTreeMap<(TeamId, TeamId), usize> = BTreeMap::new();
    let none = BTreeSet::new();
    let own = teams.get(&person).unwrap_or(&none);
    let anywhere = all.get(&person).unwrap_or(&none);
    for lesson in lessons {
        let other = match (lesson.teacher == person, lesson.learner == person) {
            (true, false) => lesson.learner,
            (false, true) => lesson.teacher,
            _ => continue,
        };
        let theirs = teams.get(&other).unwrap_or(&none);
        for team in own
            .iter()
            .filter(|team| !all.get(&other).unwrap_or(&none).contains(team))
        {
            for other in theirs.iter().filter(|other| !anywhere.contains(other)) {
                *connects.entry((*team, *other)).or_default() += 1;
            }
        }
    }
    let mut connects: Vec<_> = connects.into_iter().collect();
    connects.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    connects
}

/// Why a month is refused that isn't over on `today`, with the way out: another pair might be stronger by its end.
#[must_use]
pub fn not_over(month: NaiveDate, today: NaiveDate) -> String {
    let last = today.checked_sub_months(Months::new(1)).unwrap_or(today);
    format!(
        "{} isn't over yet; the last full month is {} (UTC)",
        month.format("%Y-%m"),
        last.format("%Y-%m")
    )
}

/// Who thanks whom in a month, as (teacher, learner): each person is in one pair at most. The pair with the strongest evidence is taken
/// first, `1 - prod(1-p)` over its lessons, of equals the one with lower numbers. The same for any order of lessons.
#[must_use]
pub fn thanks(lessons: &[Landed]) -> BTreeSet<(PersonId, PersonId)> {
    let mut pairs: BTreeMap<(PersonId, PersonId), Vec<f64>> = BTreeMap::new();
    for lesson in lessons.iter().filter(|lesson| lesson.teacher != lesson.learner) {
        let p = lesson.p.clamp(0.0, 1.0);
        pairs.entry((lesson.teacher, lesson.learner)).or_default().push(p);
    }
    let mut strongest: Vec<((PersonId, PersonId), f64)> = pairs
        .into_iter()
        .map(|(pair, mut ps)| {
            ps.sort_by(f64::total_cmp);
            (pair, ps.iter().map(|p| 1.0 - p).product())
        })
        .collect();
    strongest.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
    let mut taken: BTreeSet<PersonId> = BTreeSet::new();
    let mut chosen = BTreeSet::new();
    for ((teacher, learner), _) in strongest {
        if !taken.contains(&teacher) && !taken.contains(&learner) {
            taken.extend([teacher, learner]);
            chosen.insert((teacher, learner));
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::clock::Time;

    fn thread(area: Area, comments: u32, people: &[i64]) -> AreaThread {
        AreaThread {
            area,
            comments,
            people: people.iter().copied().map(PersonId).collect(),
        }
    }

    fn landed(teacher: i64, learner: i64, p: f64) -> Landed {
        Landed {
            teacher: PersonId(teacher),
            learner: PersonId(learner),
            area: Area::Testing,
            at: Time::UNIX_EPOCH,
            p,
            pull: "acme/shop#1".to_owned(),
        }
    }

    #[test]
    fn topics_are_averages_over_threads_and_never_of_four_people() {
        let threads = [
            thread(Area::Testing, 1, &[1]),
            thread(Area::Testing, 4, &[1, 2, 3]),
            thread(Area::Testing, 4, &[4, 5]),
            thread(Area::Security, 9, &[1, 2, 3, 4]),
        ];
        let found = topics(&threads);
        assert_eq!(found.len(), 1, "four people spoke on security");
        assert_eq!((found[0].area, found[0].threads), (Area::Testing, 3));
        assert_eq!((found[0].comments, found[0].people), (3.0, 2.0));
        assert_eq!(topics(&[]), []);
    }

    fn teams(of: &[(i64, &[i64])]) -> Teams {
        let teams = |teams: &[i64]| teams.iter().copied().map(TeamId).collect();
        of.iter().map(|(person, of)| (PersonId(*person), teams(of))).collect()
    }

    #[test]
    fn somebody_connects_their_team_with_one_that_they_are_not_in() {
        let own = teams(&[(1, &[10]), (2, &[20]), (3, &[10]), (4, &[])]);
        let all = teams(&[(1, &[10, 99]), (2, &[20, 99]), (3, &[10, 99]), (4, &[])]);
        let lessons = [
            landed(1, 2, 0.5),
            landed(2, 1, 0.5),
            landed(1, 3, 0.5),
            landed(1, 4, 0.5),
            landed(2, 3, 0.5),
        ];
        let of = |person| connects(PersonId(person), &lessons, (&own, &all));
        assert_eq!(of(1), [((TeamId(10), TeamId(20)), 2)]);
        assert_eq!(of(2), [((TeamId(20), TeamId(10)), 3)]);
        assert_eq!(of(4), []);
        let head = teams(&[(1, &[99]), (2, &[20])]);
        let head_all = teams(&[(1, &[99]), (2, &[20, 99])]);
        let found = connects(PersonId(1), &lessons, (&head, &head_all));
        assert_eq!(found, [], "a department and a team within it are not two");
    }

    #[test]
    fn the_strongest_pair_gives_thanks_and_nobody_twice() {
        let lessons = [
            landed(1, 2, 0.6),
            landed(1, 2, 0.6),
            landed(1, 3, 0.8),
            landed(3, 4, 0.7),
            landed(5, 5, 1.0),
        ];
        let pairs = thanks(&lessons);
        assert_eq!(
            pairs,
            BTreeSet::from([(PersonId(1), PersonId(2)), (PersonId(3), PersonId(4))])
        );
    }

    proptest! {
        #[test]
        fn thanks_are_a_matching_whatever_the_order(lessons in prop::collection::vec((0_i64..8, 0_i64..8, 0.0..1.0_f64), 0..30)) {
            let lessons: Vec<Landed> = lessons.into_iter().map(|(one, other, p)| landed(one, other, p)).collect();
            let turned: Vec<Landed> = lessons.iter().rev().cloned().collect();
            let pairs = thanks(&lessons);
            prop_assert_eq!(&pairs, &thanks(&turned));
            let people: Vec<PersonId> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
            prop_assert_eq!(people.len(), people.iter().collect::<BTreeSet<_>>().len());
            let is_left = |lesson: &&Landed| lesson.teacher != lesson.learner && !people.contains(&lesson.teacher) && !people.contains(&lesson.learner);
            prop_assert_eq!(lessons.iter().filter(is_left).count(), 0, "no pair is left of whom neither is thanked");
        }
    }
}
