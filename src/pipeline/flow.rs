//! How knowledge flows: whom it can have reached by reviews at all, and what landed between teams.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::PgConnection;

use crate::flow::eval::MOST_PEOPLE;
use crate::flow::teams;
use crate::flow::teams::Followed;
use crate::flow::teams::Window;
use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::lesson::Landed;
use crate::model::pull::Ended;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::groups;
use crate::pipeline::groups::Group;
use crate::skill::suppress;
pub use crate::skill::suppress::Count;
pub use crate::skill::suppress::K;
use crate::store;
use crate::store::participation as lessons;
use crate::store::reader::Reader;

/// How knowledge flowed in the last year, window by window. No people in it, and nothing of fewer than five.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Flow {
    /// Weeks of a window.
    pub weeks: u8,
    /// The windows, oldest first; the last one ends on the last Monday (UTC).
    pub windows: Vec<WindowFlow>,
    /// The teams between which flow is shown, by name.
    pub teams: Vec<String>,
    /// Teams that have too few people, or would tell of a few beside other teams.
    pub too_few_people: Vec<String>,
}

/// One window.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WindowFlow {
    /// From then.
    pub from: Time,
    /// Before then.
    pub to: Time,
    /// Whom knowledge can have reached; none: too few people took part.
    pub reach: Option<Reach>,
    /// What went from team to team: pairs between which something landed, or for which the upper bound may be told.
    pub between: Vec<Between>,
}

/// Whom knowledge can have reached in a window.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Reach {
    /// Reviews that ended in it.
    pub reviews: usize,
    /// People who took part in any.
    pub people: usize,
    /// How many others half of them can have reached at most.
    pub median: Option<u32>,
    /// The share of the other people that this is.
    pub share: Option<f64>,
}

/// From one team to another.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Between {
    /// Where it came from.
    pub from: String,
    /// Where it went to.
    pub to: String,
    /// Lessons that landed.
    pub lessons: usize,
    /// How many people there can have been reached from the first team at all; none: nobody, or it would tell of too few people.
    pub reachable: Option<Count>,
}

/// What went from one team to another.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pair<'f> {
    /// Lessons of all windows that landed.
    pub lessons: usize,
    /// What there is in the last window.
    pub last: Option<&'f Between>,
}

impl Flow {
    /// Lessons of the whole year by pair of teams, from and to, with the last window, whose upper bound may be told.
    #[must_use]
    pub fn pairs(&self) -> BTreeMap<(&str, &str), Pair<'_>> {
        let mut pairs: BTreeMap<(&str, &str), Pair<'_>> = BTreeMap::new();
        for pair in self.windows.iter().flat_map(|window| &window.between) {
            pairs.entry((&pair.from, &pair.to)).or_default().lessons += pair.lessons;
        }
        for pair in self.windows.last().into_iter().flat_map(|window| &window.between) {
            pairs.entry((&pair.from, &pair.to)).or_default().last = Some(pair);
        }
        pairs
    }

    /// Lessons of the whole year between the team of this name and each other one with which there were any, in the order of teams. None: the
    /// team isn't told of beside others.
    #[must_use]
    pub fn across(&self, team: &str) -> Option<Vec<Across<'_>>> {
        self.teams.iter().find(|name| *name == team)?;
        let pairs = self.pairs();
        let lessons = |from: &str, to: &str| pairs.get(&(from, to)).map_or(0, |pair| pair.lessons);
        let others = self.teams.iter().map(String::as_str).filter(|other| *other != team);
        let across = others.map(|other| Across {
            other,
            came: lessons(other, team),
            went: lessons(team, other),
        });
        Some(across.filter(|one| one.came + one.went > 0).collect())
    }
}

/// Lessons that landed between one team and another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Across<'f> {
    /// The other team's name.
    pub other: &'f str,
    /// Lessons that came from it.
    pub came: usize,
    /// Lessons that went to it.
    pub went: usize,
}

/// How knowledge flowed in the year before `at`, in windows of so many weeks (1 to 52), of what the reader may read. The teams are
/// those of `at`.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell, [`StepError::Unreadable`] when the process ends meanwhile.
pub async fn of(conn: &mut PgConnection, reader: &Reader, weeks: u8, at: Time) -> Result<Flow, StepError> {
    let windows = teams::windows(at, weeks);
    let span = windows.first().zip(windows.last());
    let span = span.map_or((at, at), |(first, last)| (first.from, last.to));
    let reviews = store::flow::ended(conn, reader, span).await?;
    let landed = lessons::landed(conn, reader, span).await?;
    let groups = groups::groups(conn, reader.installation(), at).await?;
    aside(move || follow((weeks, &windows), &reviews, &landed, groups)).await
}

fn follow((weeks, windows): (u8, &[Window]), reviews: &[Ended], landed: &[Landed], groups: Vec<Group>) -> Flow {
    let people: Vec<Vec<PersonId>> = groups
        .iter()
        .map(|group| group.people.iter().copied().collect())
        .collect();
    let may_be_told = suppress::shown(&people, &BTreeSet::new(), K);
    let (told, few): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .zip(may_be_told)
        .partition(|(_, may_be_told)| may_be_told.is_some());
    let told = Told::of(told.into_iter().map(|(group, _)| group).collect());
    let windows = windows.iter().map(|window| of_window(*window, reviews, landed, &told));
    Flow {
        weeks,
        windows: windows.collect(),
        teams: told.groups.into_iter().map(|group| group.name).collect(),
        too_few_people: few.into_iter().map(|(group, _)| group.name).collect(),
    }
}

/// The teams between which flow is shown.
struct Told {
    groups: Vec<Group>,
    /// The same for counting.
    teams: suppress::Teams,
}

impl Told {
    fn of(groups: Vec<Group>) -> Self {
        let people = groups.iter().map(|group| group.people.iter().copied().collect());
        Self {
            teams: suppress::Teams::of(&people.collect::<Vec<_>>()),
            groups,
        }
    }
}

fn of_window(window: Window, reviews: &[Ended], landed: &[Landed], told: &Told) -> WindowFlow {
    let in_window: BTreeSet<PersonId> = reviews
        .iter()
        .filter(|review| window.has(review.end))
        .flat_map(|review| review.people.iter().copied())
        .collect();
    let teams: Vec<&BTreeSet<PersonId>> = told.groups.iter().map(|group| &group.people).collect();
    let followed = (in_window.len() <= MOST_PEOPLE).then(|| Followed::through(reviews, window, &teams));
    let lessons: Vec<(PersonId, PersonId)> = landed
        .iter()
        .filter(|lesson| window.has(lesson.at))
        .map(|lesson| (lesson.teacher, lesson.learner))
        .collect();
    let across = teams::across(&lessons, &teams);
    let reachable = followed.as_ref().map(|followed| reachable(followed, &told.teams));
    let mut between = Vec::new();
    for (place, from) in told.groups.iter().enumerate() {
        for (other, to) in told.groups.iter().enumerate() {
            let lessons = across.get(&(place, other)).copied().unwrap_or(0);
            let reachable = reachable.as_ref().and_then(|reachable| reachable[place][other]);
            let apart = || !from.people.is_subset(&to.people) && !to.people.is_subset(&from.people);
            if (lessons > 0 || reachable.is_some()) && apart() {
                between.push(Between {
                    from: from.name.clone(),
                    to: to.name.clone(),
                    lessons,
                    reachable,
                });
            }
        }
    }
    WindowFlow {
        from: window.from,
        to: window.to,
        between,
        reach: followed
            .filter(|followed| followed.people() >= K)
            .map(|followed| reach(&followed)),
    }
}

/// From each team to each: how many of its people who are not in the first one can have been reached from there.
fn reachable(followed: &Followed, teams: &suppress::Teams) -> Vec<Vec<Option<Count>>> {
    let people: Vec<Option<u32>> = teams.people().iter().map(|person| followed.number(*person)).collect();
    // As on a team's page nobody is told like too few.
    let told = |shown: Option<Count>| shown.filter(|shown| shown.people > 0);
    let from = |team: usize| {
        let is_reached = |number: u32| followed.has_reached(team, number);
        let reached: Vec<bool> = people.iter().map(|number| number.is_some_and(is_reached)).collect();
        let shown = teams.shown_without(team, &reached, K);
        shown.into_iter().map(told).collect()
    };
    (0..teams.number()).map(from).collect()
}

fn reach(followed: &Followed) -> Reach {
    let median = followed.median_reach();
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let others = number(followed.people().saturating_sub(1));
    Reach {
        reviews: followed.reviews,
        people: followed.people(),
        median,
        share: median.map(|median| f64::from(median) / others),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;
    use crate::flow::diffusion::Diffusion;
    use crate::flow::diffusion::Review;
    use crate::model::ids::TeamId;

    /// Each two people by themselves, and each two groups: slow and plain.
    fn by_hand(reviews: &[Ended], groups: &[Group]) -> Vec<Between> {
        let number = |person: &PersonId| u32::try_from(person.0).unwrap();
        let network: Vec<Review> = reviews
            .iter()
            .map(|review| Review {
                end: review.end,
                people: review.people.iter().map(number).collect(),
            })
            .collect();
        let diffusion = Diffusion::through(40, &network);
        let mut between = Vec::new();
        for from in groups {
            let is_reached = |one: &PersonId| {
                let mut from = from.people.iter();
                from.any(|from| diffusion.hops(number(from), number(one)).is_some())
            };
            let reached = (0..40).map(PersonId).filter(is_reached).collect();
            let others = groups
                .iter()
                .map(|to| to.people.difference(&from.people).copied().collect());
            let shown = suppress::shown(&others.collect::<Vec<_>>(), &reached, K);
            for (to, shown) in groups.iter().zip(shown) {
                let apart = !from.people.is_subset(&to.people) && !to.people.is_subset(&from.people);
                let shown = shown.filter(|shown| apart && shown.people > 0);
                between.extend(shown.map(|shown| Between {
                    from: from.name.clone(),
                    to: to.name.clone(),
                    lessons: 0,
                    reachable: Some(shown),
                }));
            }
        }
        between
    }

    fn group(number: i64, people: &BTreeSet<i64>) -> Group {
        Group {
            id: TeamId(number),
            slug: format!("team-{number}"),
            name: format!("Team {number}"),
            people: people.iter().copied().map(PersonId).collect(),
            direct: BTreeSet::new(),
        }
    }

    proptest! {
        #[test]
        fn teams_at_once_are_as_each_two_by_themselves(
            reviews in prop::collection::vec((0_i64..9, prop::collection::btree_set(0_i64..40, 1..8)), 0..20),
            groups in prop::collection::vec(prop::collection::btree_set(0_i64..40, 5..30), 0..6),
        ) {
            let reviews: Vec<Ended> = reviews
                .iter()
                .map(|(day, people)| Ended {
                    end: Time::UNIX_EPOCH + Duration::days(*day),
                    people: people.iter().copied().map(PersonId).collect(),
                })
                .collect();
            let window = Window { from: Time::UNIX_EPOCH, to: Time::UNIX_EPOCH + Duration::days(9) };
            let told = Told::of((0..).zip(&groups).map(|(number, people)| group(number, people)).collect());
            let found = of_window(window, &reviews, &[], &told);
            prop_assert_eq!(found.between, by_hand(&reviews, &told.groups));
        }
    }
}
