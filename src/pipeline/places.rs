//! Who belongs together: teams, else the settings' teams, else circles found in who reviews whom.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::circles;
use crate::store::people;
use crate::store::teams;
use crate::store::teams::TeamPlace;
use crate::suggest::communities;
use crate::suggest::query::Grouping;

/// Days of reviews in which circles are found.
const CIRCLE_DAYS: i64 = 365;
/// Hours for which found circles are good.
const CIRCLE_HOURS: i64 = 24;

/// Who is in which team or circle, and what these are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// Teams or circles.
    pub grouping: Grouping,
    /// Everybody's places. What is no team of the code host's has a negative number.
    pub places: Vec<TeamPlace>,
}

impl Places {
    /// The teams of one person, those above their own included.
    #[must_use]
    pub fn of(&self, person: Option<PersonId>) -> Vec<TeamId> {
        let places = self.places.iter().filter(|place| Some(place.person) == person);
        places.map(|place| place.team).collect()
    }

    /// The teams of somebody that tell whether they are the author's team-mate: where one of the two is in the team
    /// itself. Two people of different teams don't become mates by the department above both.
    #[must_use]
    pub fn beside(&self, author: Option<PersonId>) -> HashMap<PersonId, Vec<TeamId>> {
        let own = self
            .places
            .iter()
            .filter(|place| place.direct && Some(place.person) == author);
        let own: BTreeSet<TeamId> = own.map(|place| place.team).collect();
        let mut teams: HashMap<PersonId, Vec<TeamId>> = HashMap::new();
        for place in self
            .places
            .iter()
            .filter(|place| place.direct || own.contains(&place.team))
        {
            teams.entry(place.person).or_default().push(place.team);
        }
        teams
    }
}

/// Who belongs together at `at`. `chosen` are the settings' teams, by name, with logins: they count where the
/// organisation has no teams of its own. `stored` is false for a question about the past, whose circles are found anew.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn known(
    conn: &mut PgConnection,
    id: InstallationId,
    chosen: &BTreeMap<String, Vec<String>>,
    (at, stored): (Time, bool),
) -> Result<Places, StepError> {
    if circles::has_teams(conn, id).await? {
        return Ok(Places {
            grouping: Grouping::Teams,
            places: teams::places(conn, id, at).await?,
        });
    }
    if !chosen.is_empty() {
        return Ok(Places {
            grouping: Grouping::Teams,
            places: of_settings(conn, id, chosen).await?,
        });
    }
    let mut found = BTreeMap::new();
    if stored {
        found = circles::known(conn, id).await?;
    }
    if found.is_empty() {
        let circles = communities::circles(&ties(conn, id, at).await?, seed(id));
        let circles = communities::numbered(circles, &BTreeMap::new());
        found = circles
            .into_iter()
            .map(|(number, people)| (number, people.into_iter().collect()))
            .collect();
    }
    let place = |number: i64, person| TeamPlace {
        person,
        team: TeamId(-number),
        name: String::new(),
        direct: true,
    };
    Ok(Places {
        grouping: Grouping::Circles,
        places: found
            .into_iter()
            .flat_map(|(number, people)| people.into_iter().map(move |person| place(number, person)))
            .collect(),
    })
}

/// The settings' teams, by login; a login that nobody has is nobody.
async fn of_settings(
    conn: &mut PgConnection,
    id: InstallationId,
    chosen: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<TeamPlace>, StepError> {
    let mut places = Vec::new();
    for (number, (name, logins)) in (1..).zip(chosen) {
        for login in logins {
            if let Some(person) = people::by_login(conn, id, login).await? {
                places.push(TeamPlace {
                    person: person.id,
                    team: TeamId(-number),
                    name: name.clone(),
                    direct: true,
                });
            }
        }
    }
    Ok(places)
}

async fn ties(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<Vec<communities::Tie>, StepError> {
    let year = (at - Duration::days(CIRCLE_DAYS), at);
    Ok(circles::co_reviews(conn, id, year).await?)
}

fn seed(id: InstallationId) -> u64 {
    id.0.unsigned_abs()
}

/// Finds the circles again of the tenants without teams whose circles are a day old; they keep their numbers.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn find_circles(pipeline: &Pipeline, now: Time) -> Result<(), StepError> {
    let before = now - Duration::hours(CIRCLE_HOURS);
    let stale = circles::stale(&mut *pipeline.pool.acquire().await?, before).await?;
    for id in stale {
        let mut tx = pipeline.pool.begin().await?;
        let ties = ties(&mut tx, id, now).await?;
        let before = circles::known(&mut tx, id).await?;
        let found = communities::numbered(communities::circles(&ties, seed(id)), &before);
        circles::set(&mut tx, id, &found, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
