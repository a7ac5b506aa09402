//! A team in figures: who holds what, by name, from medium confidence on; who was told what, only in counts that tell nothing about anybody.
pub mod figures;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::pipeline::StepError;
use crate::skill::edge;
use crate::skill::suppress::Count;
use crate::skill::suppress::K;
use crate::skill::suppress::shown;
use crate::store::reader::Reader;
use crate::store::team_pages;
use crate::store::team_pages::Holder;
use crate::store::team_pages::Team;

/// How many people of a team were told about an area.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The area's slug.
    pub area: String,
    /// How many, of those who don't hold it; never so few that it would tell of somebody.
    pub count: Count,
}

/// Whether a team has too few people to be described.
#[must_use]
pub fn is_too_small(team: &Team) -> bool {
    usize::try_from(team.people).unwrap_or(0) < K
}

/// Who of a team holds what, and how many were told what, by lessons since `since` that the reader may read, its people being
/// those of `at`; both empty for a team that is too small. An area with a count that has to be hidden is left out, as one of which nobody was told.
///
/// Holders are named, so whoever isn't is known: the counts are taken among those only. Whether a count is hidden depends on all
/// teams of the installation, so that nobody can subtract one team from another, two leads together neither. Counts of two
/// readers who may read different private repositories, or of two days, are not protected from each other.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of(
    conn: &mut PgConnection,
    reader: &Reader,
    team: &Team,
    (since, at): (Time, Time),
) -> Result<(Vec<Holder>, Vec<Told>), StepError> {
    if is_too_small(team) {
        return Ok((Vec::new(), Vec::new()));
    }
    let pages = Pages::read(conn, reader, (since, at)).await?;
    Ok(pages.of(team))
}

/// What all teams are in figures, read once.
#[derive(Clone, Debug)]
pub struct Pages {
    people: BTreeMap<TeamId, Vec<PersonId>>,
    holders: Vec<Holder>,
    /// By area, of each team in the order of `people`.
    told: BTreeMap<String, Vec<Option<Count>>>,
}

impl Pages {
    /// Reads it by lessons since `since` that the reader may read, teams' people being those of `at`.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database can't tell.
    pub async fn read(conn: &mut PgConnection, reader: &Reader, (since, at): (Time, Time)) -> Result<Self, StepError> {
        let mut people: BTreeMap<TeamId, Vec<PersonId>> = BTreeMap::new();
        for (team, person) in team_pages::places(conn, reader, at).await? {
            people.entry(team).or_default().push(person);
        }
        let mut holders = team_pages::holders(conn, reader, since).await?;
        holders.retain(|holder| edge::confidence_in(&holder.landed, at) > Confidence::Low);
        let mut told: BTreeMap<String, BTreeSet<PersonId>> = BTreeMap::new();
        for (area, person) in team_pages::told(conn, reader, since).await? {
            told.entry(area).or_default().insert(person);
        }
        let counts = told.into_iter().map(|(area, told)| {
            let hold: HashSet<PersonId> = held(&holders, &area).collect();
            let counted = people.values().map(|people| {
                let others = people.iter().filter(|person| !hold.contains(person));
                others.copied().collect()
            });
            let counts = shown(&counted.collect::<Vec<_>>(), &told, K);
            (area, counts)
        });
        Ok(Self {
            told: counts.collect(),
            people,
            holders,
        })
    }

    /// What one of them may show, as [`of`] says.
    #[must_use]
    pub fn of(&self, team: &Team) -> (Vec<Holder>, Vec<Told>) {
        if is_too_small(team) {
            return (Vec::new(), Vec::new());
        }
        let place = self.people.keys().position(|id| *id == team.id);
        let told = self.told.iter().filter_map(|(area, counts)| {
            let count = counts[place?].filter(|count| count.people > 0)?;
            let area = area.clone();
            Some(Told { area, count })
        });
        let members: HashSet<PersonId> = self.people.get(&team.id).into_iter().flatten().copied().collect();
        let inside = |holder: &&Holder| members.contains(&holder.person);
        (self.holders.iter().filter(inside).cloned().collect(), told.collect())
    }
}

fn held(holders: &[Holder], area: &str) -> impl Iterator<Item = PersonId> {
    let of_area = holders.iter().filter(move |holder| holder.area == area);
    of_area.map(|holder| holder.person)
}
