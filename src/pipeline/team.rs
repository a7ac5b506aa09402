//! A team in figures: who holds what, by name; who was told what, only in counts that tell nothing about anybody.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::pipeline::StepError;
use crate::skill::suppress::K;
use crate::skill::suppress::suppress;
use crate::store::reader::Reader;
use crate::store::team_pages;
use crate::store::team_pages::Holder;
use crate::store::team_pages::Team;

/// How many people of a team were told about an area.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The area's slug.
    pub area: String,
    /// People who were told; never so few that it would tell of somebody.
    pub people: u32,
    /// Of so many who don't hold the area.
    pub of: u32,
}

/// Whether a team has too few people to be described.
#[must_use]
pub fn is_too_small(team: &Team) -> bool {
    team.people < i64::from(K)
}

/// Who of a team holds what, and how many were told what, by lessons since `since` that the reader may read, its people being
/// those of `at`; both empty for a team that is too small. An area with a count that has to be hidden is left out, as one of which nobody was told.
///
/// Holders are named, so whoever isn't is known: the counts are taken among those only.
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
    let holders = team_pages::holders(conn, reader, team.id, (since, at)).await?;
    let told = team_pages::told(conn, reader, team.id, (since, at)).await?;
    let number = |count: i64| u32::try_from(count).unwrap_or(0);
    let without = |area: &str| {
        let held = holders.iter().filter(|holder| holder.area == area).count();
        number(team.people).saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
    };
    let table: Vec<Vec<u32>> = told
        .iter()
        .map(|one| {
            vec![
                number(one.people),
                without(&one.area).saturating_sub(number(one.people)),
            ]
        })
        .collect();
    let rows = told.iter().zip(suppress(&table, K).unwrap_or_default());
    let shown = rows.filter_map(|(one, cells)| {
        Some(Told {
            area: one.area.clone(),
            people: cells.first().copied().flatten()?,
            of: without(&one.area),
        })
    });
    let shown: Vec<Told> = shown.collect();
    Ok((holders, shown))
}
