//! How people come in, in figures of five people or more.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use chrono::Duration;
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::ids::TeamId;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::groups;
use crate::pipeline::groups::Group;
use crate::skill::onboarding;
use crate::skill::onboarding::Comments;
use crate::skill::onboarding::FOLLOWED_DAYS;
use crate::skill::onboarding::KnownFrom;
pub use crate::skill::onboarding::Median;
use crate::skill::onboarding::PLATEAU_REVIEWS;
pub use crate::skill::onboarding::Share;
use crate::skill::onboarding::Tenure;
use crate::store;
use crate::store::onboarding::Given;
use crate::store::past;
use crate::store::past::PastPull;
use crate::store::reader::Reader;
use crate::store::seen;
use crate::store::seen::Seen;

/// How people come in. Nothing of it speaks of fewer than five people.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Onboarding {
    /// From joining to the first review of somebody else's change; none: too few people.
    pub first_review: Option<Median>,
    /// From joining to the first comment that landed; none: too few people.
    pub first_landed: Option<Median>,
    /// Which share of comments lands, by tenure.
    pub by_tenure: Vec<Row>,
    /// Which share of comments lands, by how often the reviewer had reviewed the file before.
    pub by_file: Vec<Row>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// A share of comments that land, beside what was found elsewhere.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Row {
    /// Of whom.
    pub what: &'static str,
    /// The share; none: too few people.
    pub share: Option<Share>,
    /// What Bosu and others found at Microsoft in 2015 of useful comments.
    pub elsewhere: &'static str,
}

/// How the people of a team came in, or everybody, at `at`, of what the reader may read.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of(
    conn: &mut PgConnection,
    reader: &Reader,
    team: Option<TeamId>,
    at: Time,
) -> Result<Onboarding, StepError> {
    let read = Read::at(conn, reader, at).await?;
    let span = past::Span {
        repo: None,
        since: Time::UNIX_EPOCH,
        before: at,
        limit: None,
    };
    let mut experience = Experience::asked(&read.given);
    past::each(conn, reader, span, |pull| experience.take(&pull)).await?;
    experience.sort();
    aside(move || read.figures(team, Some(&experience), at)).await
}

/// The same without [`Onboarding::by_file`], for which every pull request has to be read.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell, [`StepError::Unreadable`] when the process ends meanwhile.
pub async fn without_files(
    conn: &mut PgConnection,
    reader: &Reader,
    team: Option<TeamId>,
    at: Time,
) -> Result<Onboarding, StepError> {
    let read = Read::at(conn, reader, at).await?;
    aside(move || read.figures(team, None, at)).await
}

/// What figures are worked out of.
struct Read {
    groups: Vec<Group>,
    beginnings: Beginnings,
    /// Everybody's first review of somebody else's change.
    reviews: HashMap<PersonId, Time>,
    given: Vec<Given>,
}

impl Read {
    async fn at(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Self, StepError> {
        Ok(Self {
            groups: groups::groups(conn, reader.installation(), at).await?,
            beginnings: Beginnings::read(conn, reader, at).await?,
            reviews: store::onboarding::first_reviews(conn, reader, at).await?,
            given: store::onboarding::given(conn, reader, at).await?,
        })
    }

    fn figures(&self, team: Option<TeamId>, experience: Option<&Experience>, at: Time) -> Onboarding {
        let (beginnings, given) = (&self.beginnings, &self.given);
        let asked = Asked {
            groups: &self.groups,
            team,
        };
        let mut landed: HashMap<PersonId, Time> = HashMap::new();
        for one in given.iter().filter(|one| one.landed) {
            landed.entry(one.person).or_insert(one.at);
        }
        let by_tenure =
            |tenure: Tenure| asked.share(given, |one| beginnings.tenure(one.person, one.at) == Some(tenure));
        let row = |what, share, elsewhere| Row { what, share, elsewhere };
        Onboarding {
            first_review: asked.median(&beginnings.until(&self.reviews, at)),
            first_landed: asked.median(&beginnings.until(&landed, at)),
            by_tenure: vec![
                row("in their first three months", by_tenure(Tenure::New), "lowest"),
                row("to a year", by_tenure(Tenure::FirstYear), "between the two"),
                row("after a year", by_tenure(Tenure::Settled), "a plateau"),
            ],
            by_file: experience.map_or_else(Vec::new, |experience| by_file(&asked, given, experience)),
            notes: notes(),
        }
    }
}

fn by_file(asked: &Asked<'_>, given: &[Given], experience: &Experience) -> Vec<Row> {
    let row = |what, is: fn(usize) -> bool, elsewhere| Row {
        what,
        share: asked.share(given, |one| experience.before(one).is_some_and(is)),
        elsewhere,
    };
    vec![
        row(
            "on a file that they hadn't reviewed before",
            |times| times == 0,
            "32 to 37% useful",
        ),
        row(
            "on a file that they had reviewed one to four times",
            |times| (1..PLATEAU_REVIEWS).contains(&times),
            "65 to 71% useful, once reviewed before",
        ),
        row(
            "on a file that they had reviewed five times or more",
            |times| times >= PLATEAU_REVIEWS,
            "a plateau after about five reviews",
        ),
    ]
}

fn notes() -> Vec<String> {
    vec![
        "Joined is when somebody became a member or was first seen at work, whichever came first; who was there when the known past begins is \
         left out, and so is who joined less than half a year ago."
            .to_owned(),
        "The figures from elsewhere are of comments that their authors called useful, at one company; landed is stricter.".to_owned(),
    ]
}

/// When everybody began.
pub(super) struct Beginnings {
    joined: HashMap<PersonId, Option<Time>>,
    seen: HashMap<PersonId, Seen>,
}

impl Beginnings {
    pub(super) async fn read(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Self, StepError> {
        let seen = seen::seen(conn, reader, at).await?;
        let (members, first) = store::onboarding::members(conn, reader.installation(), at).await?;
        let Some(history) = seen.values().map(|seen| seen.first).min() else {
            return Ok(Self {
                joined: HashMap::new(),
                seen,
            });
        };
        let known = KnownFrom {
            members: first,
            history,
        };
        let people: BTreeSet<PersonId> = members.keys().chain(seen.keys()).copied().collect();
        let joined = people.into_iter().map(|person| {
            let active = seen.get(&person).map(|seen| seen.first);
            let joined = onboarding::joined(members.get(&person).copied(), active, known);
            (person, joined.map(|(joined, _)| joined))
        });
        Ok(Self {
            joined: joined.collect(),
            seen,
        })
    }

    fn joined(&self, person: PersonId) -> Option<Time> {
        self.joined.get(&person).copied().flatten()
    }

    /// Until when everybody's first 90 days last, of whom it is known when they joined.
    pub(super) fn ends(&self) -> Vec<(PersonId, Time)> {
        let joined = self
            .joined
            .iter()
            .filter_map(|(person, joined)| Some((*person, (*joined)?)));
        joined
            .map(|(person, joined)| (person, joined + Duration::days(90)))
            .collect()
    }

    fn tenure(&self, person: PersonId, at: Time) -> Option<Tenure> {
        let first = self.seen.get(&person)?.first;
        onboarding::tenure(self.joined(person), first, at)
    }

    /// How long it took everybody who joined half a year ago or earlier to come to something.
    fn until(&self, what: &HashMap<PersonId, Time>, at: Time) -> BTreeMap<PersonId, Option<Duration>> {
        let followed = self.joined.iter().filter_map(|(person, joined)| {
            let joined = joined.filter(|joined| *joined + Duration::days(FOLLOWED_DAYS) <= at)?;
            let took = what.get(person).map(|then| (*then - joined).max(Duration::zero()));
            Some((*person, took))
        });
        followed.collect()
    }
}

/// Of whom figures are asked.
struct Asked<'g> {
    groups: &'g [Group],
    team: Option<TeamId>,
}

impl Asked<'_> {
    fn is_in(&self, person: PersonId) -> bool {
        let Some(team) = self.team else { return true };
        let team = self.groups.iter().find(|group| group.id == team);
        team.is_some_and(|team| team.people.contains(&person))
    }

    fn median(&self, times: &BTreeMap<PersonId, Option<Duration>>) -> Option<Median> {
        let population = times.keys().copied().collect();
        if !groups::may_be_told(self.groups, self.team, &population) {
            return None;
        }
        let those = times.iter().filter(|(person, _)| self.is_in(**person));
        onboarding::median(&those.map(|(_, time)| *time).collect::<Vec<_>>())
    }

    fn share(&self, given: &[Given], of: impl Fn(&Given) -> bool) -> Option<Share> {
        let mut by_person: BTreeMap<PersonId, Comments> = BTreeMap::new();
        for one in given.iter().filter(|one| of(one)) {
            let comments = by_person.entry(one.person).or_insert(Comments {
                person: one.person,
                given: 0,
                landed: 0,
            });
            comments.given += 1;
            comments.landed += u32::from(one.landed);
        }
        let population = by_person.keys().copied().collect();
        if !groups::may_be_told(self.groups, self.team, &population) {
            return None;
        }
        let those = by_person.into_values().filter(|one| self.is_in(one.person));
        onboarding::share(&those.collect::<Vec<_>>())
    }
}

/// When somebody's reviews of a file were closed, for those who commented on it.
struct Experience(HashMap<RepoId, HashMap<String, BTreeMap<PersonId, Vec<Time>>>>);

impl Experience {
    /// Nothing yet of what is asked for.
    fn asked(given: &[Given]) -> Self {
        let mut asked: HashMap<RepoId, HashMap<String, BTreeMap<PersonId, Vec<Time>>>> = HashMap::new();
        for one in given {
            if let Some(path) = &one.path {
                let of_repo = asked.entry(one.pull.repo).or_default();
                let people = of_repo.entry(path.clone()).or_default();
                people.entry(one.person).or_default();
            }
        }
        Self(asked)
    }

    fn take(&mut self, pull: &PastPull) {
        let (Some(closed), Some(of_repo)) = (pull.closed_at, self.0.get_mut(&pull.repo)) else {
            return;
        };
        for path in &pull.files {
            let Some(people) = of_repo.get_mut(path) else {
                continue;
            };
            for reviewer in &pull.reviewers {
                if let Some(times) = people.get_mut(reviewer) {
                    times.push(closed);
                }
            }
        }
    }

    /// To be called once all were taken in.
    fn sort(&mut self) {
        let files = self.0.values_mut().flat_map(HashMap::values_mut);
        for times in files.flat_map(BTreeMap::values_mut) {
            times.sort_unstable();
        }
    }

    /// How often whoever commented had reviewed the file before; none where the comment stands on none.
    fn before(&self, given: &Given) -> Option<usize> {
        let path = given.path.as_deref()?;
        let people = self.0.get(&given.pull.repo).and_then(|of_repo| of_repo.get(path));
        let times = people.and_then(|people| people.get(&given.person));
        Some(times.map_or(0, |times| times.partition_point(|time| *time < given.at)))
    }
}
