//! Who taught somebody most in their beginning, for these two people only.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::wording;
use crate::pipeline::StepError;
use crate::pipeline::onboarding::Beginnings;
use crate::skill::onboarding::NEW_DAYS;
use crate::store::onboarding;
use crate::store::onboarding::Early;
use crate::store::profiles;
use crate::store::reader::Reader;

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
    let early = onboarding::early(conn, reader, me, &beginnings.ends()).await?;
    let logins = profiles::logins(conn, reader.installation()).await?;
    let mut of_learner: BTreeMap<PersonId, Vec<Early>> = BTreeMap::new();
    for one in early {
        of_learner.entry(one.learner).or_default().push(one);
    }
    let mine = of_learner.remove(&me).and_then(|lessons| {
        let (login, areas) = told(&lessons, most(&lessons)?, &logins)?;
        Some(Buddy {
            words: format!(
                "In your first {NEW_DAYS} days {login} taught you most: {}.",
                areas.join(", ")
            ),
            login,
            areas,
        })
    });
    let theirs = of_learner.iter().filter(|(_, lessons)| most(lessons) == Some(me));
    let i_was = theirs.filter_map(|(learner, lessons)| {
        let (_, areas) = told(lessons, me, &logins)?;
        let login = logins.get(learner)?.clone();
        Some(Buddy {
            words: format!(
                "In the first {NEW_DAYS} days of {login} you taught them most: {}.",
                areas.join(", ")
            ),
            login,
            areas,
        })
    });
    let mut i_was: Vec<Buddy> = i_was.collect();
    i_was.sort_by(|one, other| one.login.cmp(&other.login));
    Ok(Buddies { mine, i_was })
}

/// Who taught somebody most of these: most lessons that landed, of equals the earlier one.
fn most(lessons: &[Early]) -> Option<PersonId> {
    let mut taught: BTreeMap<PersonId, (usize, Time)> = BTreeMap::new();
    for one in lessons {
        let taught = taught.entry(one.teacher).or_insert((0, one.at));
        taught.0 += 1;
        taught.1 = taught.1.min(one.at);
    }
    let most = taught.into_iter().max_by(|one, other| {
        let (one, other) = (one.1, other.1);
        one.0.cmp(&other.0).then(other.1.cmp(&one.1))
    });
    most.map(|(teacher, _)| teacher)
}

/// The login of somebody who taught, and about what, by name.
fn told(lessons: &[Early], teacher: PersonId, logins: &HashMap<PersonId, String>) -> Option<(String, Vec<String>)> {
    let of_both = lessons.iter().filter(|one| one.teacher == teacher);
    let areas: BTreeSet<_> = of_both.map(|one| one.area).collect();
    Some((
        logins.get(&teacher)?.clone(),
        areas.into_iter().map(wording::area).collect(),
    ))
}
