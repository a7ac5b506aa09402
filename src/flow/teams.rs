//! Flow between teams in windows of some weeks: lessons that landed, beside whom knowledge can have reached at all.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use chrono::Datelike;
use chrono::Duration;
use chrono::NaiveTime;

use crate::flow::carried::Carried;
use crate::flow::diffusion::Review;
use crate::flow::diffusion::median;
use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::pull::Ended;

/// Weeks that are looked at in all.
pub const WEEKS: u8 = 52;

/// A time from, and up to but not at, another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// From then.
    pub from: Time,
    /// Before then.
    pub to: Time,
}

impl Window {
    /// Whether a time lies in it.
    #[must_use]
    pub fn has(&self, at: Time) -> bool {
        self.from <= at && at < self.to
    }
}

/// As many windows of so many whole weeks as fit into the last 52, oldest first, the last one up to the last Monday (UTC): within a week all
/// look at the same ones, so that no two looks can be subtracted.
#[must_use]
pub fn windows(at: Time, weeks: u8) -> Vec<Window> {
    let weeks = weeks.clamp(1, WEEKS);
    let monday = at.date_naive() - Duration::days(at.weekday().num_days_from_monday().into());
    let end = monday.and_time(NaiveTime::MIN).and_utc();
    let length = Duration::weeks(weeks.into());
    let back = |windows: u8| end - length * i32::from(windows);
    let windows = (0..WEEKS / weeks).rev();
    windows
        .map(|before| Window {
            from: back(before + 1),
            to: back(before),
        })
        .collect()
}

/// How far knowledge can have come in one window.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Reviews that ended in it.
    pub reviews: usize,
    numbers: BTreeMap<PersonId, u32>,
    /// For each person, how many others what they knew can have reached.
    reach: Vec<u32>,
    /// By team, to whom what any of it knew can have come.
    from_teams: Carried,
}

impl Followed {
    /// Follows knowledge of these teams' people, and of everybody alone, through the reviews that ended in the window.
    #[must_use]
    pub fn through(reviews: &[Ended], window: Window, teams: &[&BTreeSet<PersonId>]) -> Self {
        let those: Vec<&Ended> = reviews.iter().filter(|review| window.has(review.end)).collect();
        let people: BTreeSet<PersonId> = those.iter().flat_map(|review| review.people.iter().copied()).collect();
        let numbers: BTreeMap<PersonId, u32> = people.into_iter().zip(0..).collect();
        let as_review = |review: &&Ended| Review {
            end: review.end,
            people: review.people.iter().map(|person| numbers[person]).collect(),
        };
        let network: Vec<Review> = those.iter().map(as_review).collect();
        let alone = numbers.values().map(|person| (*person, *person as usize));
        let alone = Carried::through((numbers.len(), numbers.len()), alone, &network);
        let of_teams = teams.iter().enumerate().flat_map(|(team, people)| {
            let there = people.iter().filter_map(|person| numbers.get(person));
            there.map(move |person| (*person, team))
        });
        Self {
            reviews: those.len(),
            reach: alone.counts().into_iter().map(|people| people - 1).collect(),
            from_teams: Carried::through((numbers.len(), teams.len()), of_teams, &network),
            numbers,
        }
    }

    /// People who took part in any of them.
    #[must_use]
    pub fn people(&self) -> usize {
        self.numbers.len()
    }

    /// How many others half of the people can have reached at most ([`median`]). The most that anybody can is one person's figure, and not told.
    #[must_use]
    pub fn median_reach(&self) -> Option<u32> {
        median(&self.reach)
    }

    /// By which number [`Self::has_reached`] knows somebody; none: they took part in nothing.
    #[must_use]
    pub fn number(&self, person: PersonId) -> Option<u32> {
        self.numbers.get(&person).copied()
    }

    /// Whether what any of a team's people knew, by its place among the teams, can have reached somebody, or they are of it themselves.
    #[must_use]
    pub fn has_reached(&self, team: usize, number: u32) -> bool {
        self.from_teams.has(number, team)
    }
}

/// How many of the lessons, as (teacher, learner), went from one team to another, both by number: from somebody who is not in the other one to
/// somebody who is not in the first. Pairs of teams between which none did are left out.
#[must_use]
pub fn across(lessons: &[(PersonId, PersonId)], teams: &[&BTreeSet<PersonId>]) -> BTreeMap<(usize, usize), usize> {
    let mut places: HashMap<PersonId, Vec<usize>> = HashMap::new();
    for (number, team) in teams.iter().enumerate() {
        for person in *team {
            places.entry(*person).or_default().push(number);
        }
    }
    let places_of = |person: &PersonId| places.get(person).map_or(&[][..], Vec::as_slice);
    let mut across = BTreeMap::new();
    for (teacher, learner) in lessons {
        for from in places_of(teacher)
            .iter()
            .filter(|from| !teams[**from].contains(learner))
        {
            for to in places_of(learner).iter().filter(|to| !teams[**to].contains(teacher)) {
                *across.entry((*from, *to)).or_default() += 1;
            }
        }
    }
    across
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn people(numbers: impl IntoIterator<Item = i64>) -> BTreeSet<PersonId> {
        numbers.into_iter().map(PersonId).collect()
    }

    #[test]
    fn windows_end_on_a_monday_and_follow_each_other() {
        let found = windows(at("2026-05-20T15:00:00Z"), 4);
        assert_eq!(found.len(), 13);
        assert_eq!(found[12].to, at("2026-05-18T00:00:00Z"));
        assert_eq!(found[12].from, at("2026-04-20T00:00:00Z"));
        assert!(found.windows(2).all(|two| two[0].to == two[1].from));
        assert_eq!(
            windows(at("2026-05-18T00:00:00Z"), 4),
            found,
            "all of a week look at the same"
        );
        assert_eq!(windows(at("2026-05-24T23:59:59Z"), 4), found);
        assert_eq!(
            (
                windows(at("2026-05-20T15:00:00Z"), 52).len(),
                windows(at("2026-05-20T15:00:00Z"), 5).len()
            ),
            (1, 10)
        );
    }

    fn ended(day: i64, of: &[i64]) -> Ended {
        Ended {
            end: Time::UNIX_EPOCH + Duration::days(day),
            people: people(of.iter().copied()).into_iter().collect(),
        }
    }

    /// Ten days.
    fn days() -> Window {
        Window {
            from: Time::UNIX_EPOCH,
            to: Time::UNIX_EPOCH + Duration::days(10),
        }
    }

    /// Whom a team can have reached, of those who are not in it.
    fn reached(found: &Followed, team: usize, teams: &[BTreeSet<PersonId>]) -> BTreeSet<PersonId> {
        let is_reached = |number: u32| found.has_reached(team, number);
        let all = people(0..100).into_iter();
        all.filter(|person| !teams[team].contains(person) && found.number(*person).is_some_and(is_reached))
            .collect()
    }

    #[test]
    fn knowledge_goes_on_in_time_and_within_the_window_only() {
        let reviews = [
            ended(2, &[2, 3]),
            ended(1, &[1, 2]),
            ended(9, &[4, 5]),
            ended(10, &[3, 4]),
            ended(-1, &[6, 1]),
        ];
        let teams = [people([1]), people([3]), people([1, 2]), people([6, 7])];
        let found = Followed::through(&reviews, days(), &teams.each_ref());
        assert_eq!((found.reviews, found.people()), (3, 5));
        assert_eq!(reached(&found, 0, &teams), people([2, 3]));
        assert_eq!(reached(&found, 1, &teams), people([2]), "2 met 1 before");
        assert_eq!(reached(&found, 2, &teams), people([3]));
        assert_eq!(reached(&found, 3, &teams), people([]));
        assert_eq!(found.number(PersonId(6)), None);
        assert_eq!(found.median_reach(), None, "three of five reach one other");
        let nothing = Followed::through(&[], days(), &[]);
        assert_eq!((nothing.people(), nothing.median_reach()), (0, None));
    }

    #[test]
    fn who_is_in_both_teams_carries_nothing_across() {
        let lessons =
            [(1, 11), (1, 5), (5, 11), (11, 1), (1, 2), (9, 11)].map(|(one, other)| (PersonId(one), PersonId(other)));
        let teams = [people([1, 2, 5]), people([5, 11, 12]), people([1, 2, 5, 13])];
        let found = across(&lessons, &teams.each_ref());
        let (there, back) = (found.get(&(0, 1)), found.get(&(1, 0)));
        assert_eq!((there, back), (Some(&1), Some(&1)));
        assert_eq!(found.get(&(0, 2)), None, "a team within another");
        assert_eq!(across(&lessons, &[]), BTreeMap::new());
    }

    #[test]
    fn eight_weeks_of_a_large_organisation_are_followed_in_seconds() {
        // 22,100 reviews by 1,700 people, as many as Spotify's, three in each.
        let reviews: Vec<Ended> = (0..22_100_i64)
            .map(|n| Ended {
                end: at("2025-05-19T00:00:00Z") + Duration::minutes(n * 23),
                people: [n % 1_700, n * 7 % 1_693, n * 13 % 83].map(PersonId).to_vec(),
            })
            .collect();
        let teams: Vec<BTreeSet<PersonId>> = (0..80).map(|team| people(team * 20..team * 20 + 20)).collect();
        let teams: Vec<&BTreeSet<PersonId>> = teams.iter().collect();
        let start = std::time::Instant::now();
        let found = windows(at("2026-05-20T15:00:00Z"), 4);
        let reached = found[..2].iter().map(|window| {
            let followed = Followed::through(&reviews, *window, &teams);
            let all = 0..u32::try_from(followed.people()).unwrap();
            (0..80)
                .map(|team| all.clone().filter(|number| followed.has_reached(team, *number)).count())
                .sum::<usize>()
        });
        let reached: usize = reached.sum();
        let took = start.elapsed();
        eprintln!("{took:?}");
        assert!(reached > 0);
        // Far above what it takes without optimisation, so that a busy machine doesn't fail it; a quadratic step would.
        assert!(took.as_secs() < 20, "{took:?}");
    }

    proptest! {
        #[test]
        fn whom_a_team_reaches_is_whom_any_of_it_reaches(
            reviews in prop::collection::vec((0_i64..10, prop::collection::btree_set(0_i64..6, 1..4)), 0..12),
            team in prop::collection::btree_set(0_i64..6, 0..4),
        ) {
            let reviews: Vec<Ended> = reviews.iter().map(|(day, who)| ended(*day, &who.iter().copied().collect::<Vec<_>>())).collect();
            let teams: Vec<BTreeSet<PersonId>> =
                std::iter::once(people(team.iter().copied())).chain((0..6).map(|one| people([one]))).collect();
            let found = Followed::through(&reviews, days(), &teams.iter().collect::<Vec<_>>());
            let alone = team.iter().flat_map(|one| reached(&found, usize::try_from(one + 1).unwrap(), &teams));
            let alone: BTreeSet<PersonId> = alone.filter(|one| !teams[0].contains(one)).collect();
            prop_assert_eq!(reached(&found, 0, &teams), alone);
            let took_part = (0..6).filter(|one| found.number(PersonId(*one)).is_some());
            let counts = took_part.map(|one| reached(&found, usize::try_from(one + 1).unwrap(), &teams).len());
            let counts: Vec<u32> = counts.map(|count| u32::try_from(count).unwrap()).collect();
            prop_assert_eq!(found.median_reach(), median(&counts));
        }
    }
}
