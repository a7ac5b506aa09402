//! Who taught somebody most in their beginning, for these two people only.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Duration;
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::lesson::Outcome;
use crate::model::wording;
use crate::pipeline::StepError;
use crate::pipeline::onboarding::Beginnings;
use crate::skill::onboarding::NEW_DAYS;
use crate::store::profiles;
use crate::store::profiles::LessonLine;
use crate::store::reader::Reader;

/// Lessons of one person that are looked at, the newest.
const LESSONS: i64 = 5_000;

/// Who taught somebody most in their beginning. For these two people only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Buddy {
    /// The other one's login.
    pub login: String,
    /// What it was about, by name.
    pub areas: Vec<String>,
    /// In a sentence.
    pub words: String,
}

/// What the reader may know of beginnings: their own buddy, and whose buddy they were.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Buddies {
    /// Who taught the reader most in their first 90 days.
    pub mine: Option<Buddy>,
    /// Whom the reader taught most in theirs, by login.
    pub i_was: Vec<Buddy>,
}

/// Who taught whom most in their first 90 days, as far as it is the reader's own: nothing for a reader who is nobody.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn buddies(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Buddies, StepError> {
    let Some(me) = reader.person() else {
        return Ok(Buddies::default());
    };
    let beginnings = Beginnings::read(conn, reader, at).await?;
    let own = lines(conn, reader, me).await?;
    let mine = most(&own, me, beginnings.joined(me)).map(|teacher| {
        let areas = areas(&own, (teacher, me), beginnings.joined(me));
        let login = login(&own, teacher);
        Buddy {
            words: format!(
                "In your first {NEW_DAYS} days {login} taught you most: {}.",
                areas.join(", ")
            ),
            login,
            areas,
        }
    });
    let learners: BTreeSet<PersonId> = own
        .iter()
        .filter(|line| line.teacher == me)
        .map(|line| line.learner)
        .collect();
    let mut i_was = Vec::new();
    for learner in learners {
        let Some(joined) = beginnings.joined(learner) else {
            continue;
        };
        let theirs = lines(conn, reader, learner).await?;
        if most(&theirs, learner, Some(joined)) == Some(me) {
            let (login, areas) = (login(&theirs, learner), areas(&theirs, (me, learner), Some(joined)));
            i_was.push(Buddy {
                words: format!(
                    "In the first {NEW_DAYS} days of {login} you taught them most: {}.",
                    areas.join(", ")
                ),
                login,
                areas,
            });
        }
    }
    i_was.sort_by(|one, other| one.login.cmp(&other.login));
    Ok(Buddies { mine, i_was })
}

async fn lines(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Vec<LessonLine>, StepError> {
    let which = profiles::Which {
        person: Some(person),
        before: None,
        limit: LESSONS,
    };
    Ok(profiles::lessons(conn, reader, which).await?)
}

/// Landed lessons of somebody's first 90 days.
fn early(lines: &[LessonLine], learner: PersonId, joined: Option<Time>) -> impl Iterator<Item = &LessonLine> {
    let is_early = move |line: &&LessonLine| {
        let until = joined.map(|joined| joined + Duration::days(90));
        line.learner == learner && line.outcome == Outcome::Landed && until.is_some_and(|until| line.at < until)
    };
    lines.iter().filter(is_early)
}

/// Who taught somebody most then: most lessons that landed, of equals the earlier one.
fn most(lines: &[LessonLine], learner: PersonId, joined: Option<Time>) -> Option<PersonId> {
    let mut taught: BTreeMap<PersonId, (usize, Time)> = BTreeMap::new();
    for line in early(lines, learner, joined) {
        let taught = taught.entry(line.teacher).or_insert((0, line.at));
        taught.0 += 1;
        taught.1 = taught.1.min(line.at);
    }
    let most = taught.into_iter().max_by(|one, other| {
        let (one, other) = (one.1, other.1);
        one.0.cmp(&other.0).then(other.1.cmp(&one.1))
    });
    most.map(|(teacher, _)| teacher)
}

fn areas(lines: &[LessonLine], (teacher, learner): (PersonId, PersonId), joined: Option<Time>) -> Vec<String> {
    let of_both = early(lines, learner, joined).filter(|line| line.teacher == teacher);
    let areas: BTreeSet<_> = of_both.map(|line| line.area).collect();
    areas.into_iter().map(wording::area).collect()
}

fn login(lines: &[LessonLine], person: PersonId) -> String {
    let of = lines.iter().find_map(|line| match person {
        teacher if teacher == line.teacher => Some(&line.teacher_login),
        learner if learner == line.learner => Some(&line.learner_login),
        _ => None,
    });
    of.cloned().unwrap_or_default()
}
