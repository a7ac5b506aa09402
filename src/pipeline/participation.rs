//! What is discussed, how many give and get feedback, and, for the people themselves only, what they connect and whom they may thank.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Duration;
use chrono::Months;
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::comment::AreaThread;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::StepError;
use crate::pipeline::groups;
use crate::pipeline::groups::Group;
use crate::skill::participation;
pub use crate::skill::participation::Topic;
use crate::skill::suppress;
pub use crate::skill::suppress::Count;
use crate::skill::suppress::K;
use crate::store::participation as lessons;
use crate::store::past;
use crate::store::people;
use crate::store::profiles;
use crate::store::reader::Reader;

/// Days that are looked at.
pub const WINDOW_DAYS: i64 = 365;

/// How a team or everybody takes part. No people in it, and nothing of fewer than five.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Participation {
    /// Threads that any of them spoke in.
    pub topics: Vec<Topic>,
    /// How many gave feedback; none: it would tell of too few people.
    pub gave: Option<Count>,
    /// How many got feedback; none: it would tell of too few people.
    pub got: Option<Count>,
}

/// How the people of a team took part in the year before `at`, or everybody, of what the reader may read.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of(
    conn: &mut PgConnection,
    reader: &Reader,
    team: Option<TeamId>,
    at: Time,
) -> Result<Participation, StepError> {
    let id = reader.installation();
    let span = (at - Duration::days(WINDOW_DAYS), at);
    let left = past::who_left(conn, id, at).await?;
    let here = people::standing(conn, id).await?.into_iter().map(|person| person.id);
    let here: BTreeSet<PersonId> = here.filter(|person| !left.contains(person)).collect();
    let mut groups = groups::groups(conn, id, at).await?;
    for group in &mut groups {
        group.people.retain(|person| here.contains(person));
    }
    let threads = lessons::threads(conn, reader, span).await?;
    let given = lessons::given(conn, reader, span).await?;
    let gave: BTreeSet<PersonId> = given.iter().map(|one| one.teacher).collect();
    let got: BTreeSet<PersonId> = given.iter().map(|one| one.learner).collect();
    Ok(Participation {
        topics: topics(&threads, &groups, team),
        gave: count((&here, &groups, team), &gave),
        got: count((&here, &groups, team), &got),
    })
}

fn topics(threads: &[AreaThread], groups: &[Group], team: Option<TeamId>) -> Vec<Topic> {
    let mut spoke: BTreeMap<Area, BTreeSet<PersonId>> = BTreeMap::new();
    for thread in threads {
        spoke.entry(thread.area).or_default().extend(&thread.people);
    }
    let asked = groups.iter().find(|group| Some(group.id) == team);
    let is_theirs = |thread: &&AreaThread| match (team, asked) {
        (None, _) => true,
        (Some(_), Some(asked)) => !asked.people.is_disjoint(&thread.people),
        (Some(_), None) => false,
    };
    let found = participation::topics(threads.iter().filter(is_theirs));
    let may_be_told = |topic: &Topic| groups::may_be_told(groups, team, &spoke[&topic.area]);
    found.into_iter().filter(may_be_told).collect()
}

fn count(
    (here, groups, team): (&BTreeSet<PersonId>, &[Group], Option<TeamId>),
    true_of: &BTreeSet<PersonId>,
) -> Option<Count> {
    let all = std::iter::once(here.iter().copied().collect());
    let teams = groups.iter().map(|group| group.people.iter().copied().collect());
    let shown = suppress::shown_with_all(&all.chain(teams).collect::<Vec<_>>(), true_of, K);
    let place = match team {
        None => 0,
        Some(team) => groups.iter().position(|group| group.id == team)? + 1,
    };
    shown[place]
}

/// Two teams that somebody connects.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Connection {
    /// Their own team.
    pub from: String,
    /// The other one.
    pub to: String,
    /// Lessons that landed between them and people there, either way.
    pub lessons: usize,
    /// In a sentence.
    pub words: String,
}

/// Which teams the reader themselves connected in the year before `at`; nothing for a reader who is nobody.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn connections(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<Connection>, StepError> {
    let Some(me) = reader.person() else {
        return Ok(Vec::new());
    };
    let landed = lessons::landed(conn, reader, (at - Duration::days(WINDOW_DAYS), at)).await?;
    let groups = groups::groups(conn, reader.installation(), at).await?;
    let (mut own, mut all) = (BTreeMap::new(), BTreeMap::new());
    for group in &groups {
        for (people, teams) in [(&group.direct, &mut own), (&group.people, &mut all)] {
            for person in people {
                teams.entry(*person).or_insert_with(BTreeSet::new).insert(group.id);
            }
        }
    }
    let name = |team: TeamId| {
        groups
            .iter()
            .find(|group| group.id == team)
            .map(|group| group.name.clone())
    };
    let found = participation::connects(me, &landed, (&own, &all));
    let told = found.into_iter().filter_map(|((from, to), lessons)| {
        let (from, to) = (name(from)?, name(to)?);
        let count = wording::count(lessons, "lesson");
        Some(Connection {
            words: format!("You connect {from} and {to}: {count} landed across."),
            from,
            to,
            lessons,
        })
    });
    Ok(told.collect())
}

/// A thank-you between two people, and shown to nobody else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Thanks {
    /// The other one's login.
    pub other: String,
    /// What it was about.
    pub area: Area,
    /// Where: `owner/name#number`.
    pub pull: String,
    /// The sentence.
    pub words: String,
}

/// What the reader may be thankful for, or is thanked for, in the month that begins on `month` and is over at `at`: one thing at most, and
/// nothing for a reader who is nobody. It is the same for the other one of the two, as far as they may read what it rests on.
///
/// # Errors
/// [`StepError::Unreadable`] when the month isn't over, [`StepError::Store`] when the database can't tell.
pub async fn thanks(
    conn: &mut PgConnection,
    reader: &Reader,
    (month, at): (NaiveDate, Time),
) -> Result<Option<Thanks>, StepError> {
    let begin = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let end = month.checked_add_months(Months::new(1)).map(begin);
    let Some(end) = end.filter(|end| *end <= at) else {
        return Err(StepError::Unreadable(participation::not_over(month, at.date_naive())));
    };
    let Some(me) = reader.person() else {
        return Ok(None);
    };
    let span = (begin(month), end);
    let id = reader.installation();
    // Who thanks whom is the same for all; what it rests on is what the reader may read.
    let all = lessons::landed(conn, &Reader::of_everything(id), span).await?;
    let pairs = participation::thanks(&all);
    let pair = pairs
        .into_iter()
        .find(|(teacher, learner)| [*teacher, *learner].contains(&me));
    let Some((teacher, learner)) = pair else {
        return Ok(None);
    };
    let readable = lessons::landed(conn, reader, span).await?;
    let of_both = readable
        .iter()
        .filter(|one| (one.teacher, one.learner) == (teacher, learner));
    let Some(best) = of_both.max_by(|one, other| one.p.total_cmp(&other.p).then(other.at.cmp(&one.at))) else {
        return Ok(None);
    };
    let other = if me == teacher { learner } else { teacher };
    let Some(other) = profiles::logins(conn, id).await?.remove(&other) else {
        return Ok(None);
    };
    let (area, pull) = (wording::area(best.area), best.pull.clone());
    Ok(Some(Thanks {
        words: if me == teacher {
            format!("You helped `{other}`: they took up what you said on {area} in {pull}.")
        } else {
            format!("Thanks to `{other}`: you took up what they said on {area} in {pull}.")
        },
        area: best.area,
        other,
        pull,
    }))
}
