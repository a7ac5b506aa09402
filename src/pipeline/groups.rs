//! The teams that may be named, with their people. Secret ones and circles, which have no name, are none of them.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::settings::Settings;
use crate::pipeline::StepError;
use crate::pipeline::places;
use crate::pipeline::settings;
use crate::skill::suppress;
use crate::skill::suppress::K;
use crate::store::teams;
use crate::suggest::query::Grouping;

/// A team and its people who may appear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its number; negative where the settings name it.
    pub id: TeamId,
    /// Its short name, or the whole one where the settings name it.
    pub slug: String,
    /// The name that people read.
    pub name: String,
    /// Everybody in it, those in teams within it included.
    pub people: BTreeSet<PersonId>,
    /// Those who are in the team itself.
    pub direct: BTreeSet<PersonId>,
}

impl Group {
    /// Whether it has too few people to be described.
    #[must_use]
    pub fn is_too_small(&self) -> bool {
        self.people.len() < K
    }
}

/// The teams of an organisation at `at`, by name; those of the settings where it has none of its own.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn groups(conn: &mut PgConnection, id: InstallationId, at: Time) -> Result<Vec<Group>, StepError> {
    let chosen = settings::of_tenant(conn, &Settings::default(), id).await?.teams;
    let known = places::known(conn, id, &chosen, (at, true)).await?;
    if known.grouping != Grouping::Teams {
        return Ok(Vec::new());
    }
    let slugs = teams::slugs(conn, id).await?;
    let mut groups: BTreeMap<(String, TeamId), Group> = BTreeMap::new();
    for place in known.places {
        let group = groups.entry((place.name.clone(), place.team)).or_insert_with(|| Group {
            id: place.team,
            slug: slugs.get(&place.team).cloned().unwrap_or_else(|| place.name.clone()),
            name: place.name,
            people: BTreeSet::new(),
            direct: BTreeSet::new(),
        });
        group.people.insert(place.person);
        if place.direct {
            group.direct.insert(place.person);
        }
    }
    Ok(groups.into_values().collect())
}

/// The team with this short name or name, letters' case aside.
#[must_use]
pub fn called<'g>(groups: &'g [Group], word: &str) -> Option<&'g Group> {
    let is = |name: &str| name.to_lowercase() == word.to_lowercase();
    let by_slug = groups.iter().find(|group| is(&group.slug));
    by_slug.or_else(|| groups.iter().find(|group| is(&group.name)))
}

/// Whether a figure may be told of the asked team, or of everybody where none is asked, when only these people have a part in the figure:
/// it and all that can be worked out from it and the same figure of others speaks of five people or more.
#[must_use]
pub fn may_be_told(groups: &[Group], asked: Option<TeamId>, population: &BTreeSet<PersonId>) -> bool {
    let all = std::iter::once(population.iter().copied().collect());
    let teams = groups
        .iter()
        .map(|group| group.people.intersection(population).copied().collect());
    let told = suppress::describable(&all.chain(teams).collect::<Vec<_>>(), K);
    let place = asked.map_or(Some(0), |asked| {
        Some(groups.iter().position(|group| group.id == asked)? + 1)
    });
    place.is_some_and(|place| told[place])
}
