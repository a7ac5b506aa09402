//! What a team's page tells beside who holds what: which skills hang on one of its people, how people come in and take part, what flows.
//!
//! Each figure follows the rules of its own file ([decision 32](../../../docs/decisions/0032-what-leads-are-told.md)); of people only those of
//! the team itself are named.
use std::collections::HashSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::pipeline::StepError;
use crate::pipeline::at_risk;
use crate::pipeline::at_risk::AtRiskSkill;
use crate::pipeline::flow;
use crate::pipeline::flow::Flow;
use crate::pipeline::onboarding;
use crate::pipeline::onboarding::Onboarding;
use crate::pipeline::participation;
use crate::pipeline::participation::Participation;
use crate::pipeline::team::is_too_small;
use crate::store::profiles;
use crate::store::reader::Reader;
use crate::store::team_pages;
use crate::store::team_pages::Team;

/// A team in figures.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// Skills that one active person alone surely holds, who is of this team, or that nobody active does and somebody of it did; by name.
    pub at_risk: Vec<AtRiskSkill>,
    /// How its people came in, without what files tell.
    pub onboarding: Onboarding,
    /// How it takes part.
    pub participation: Participation,
    /// What flows between all teams that may be told of.
    pub flow: Flow,
}

/// The figures of a team at `at`, of what the reader may read; `weeks` are those of a window of the flow. None for a team that is too small.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell, [`StepError::Unreadable`] when the process ends meanwhile.
pub async fn of(
    conn: &mut PgConnection,
    reader: &Reader,
    team: &Team,
    (weeks, at): (u8, Time),
) -> Result<Option<Figures>, StepError> {
    if is_too_small(team) {
        return Ok(None);
    }
    Ok(Some(Figures {
        at_risk: at_risk_in(conn, reader, team, at).await?,
        onboarding: onboarding::without_files(conn, reader, Some(team.id), at).await?,
        participation: participation::of(conn, reader, Some(team.id), at).await?,
        flow: flow::of(conn, reader, weeks, at).await?,
    }))
}

async fn at_risk_in(
    conn: &mut PgConnection,
    reader: &Reader,
    team: &Team,
    at: Time,
) -> Result<Vec<AtRiskSkill>, StepError> {
    let logins = profiles::logins(conn, reader.installation()).await?;
    let places = team_pages::places(conn, reader, at).await?;
    let here = places.into_iter().filter(|(place, _)| *place == team.id);
    let here: HashSet<&str> = here
        .filter_map(|(_, person)| logins.get(&person).map(String::as_str))
        .collect();
    let mut skills = at_risk::skills(conn, reader, at).await?;
    for skill in &mut skills {
        skill.not_seen.retain(|one| here.contains(one.login.as_str()));
    }
    skills.retain(|skill| match &skill.held_by {
        Some(login) => here.contains(login.as_str()),
        None => !skill.not_seen.is_empty(),
    });
    // When somebody was seen last is told where they see who looked, not here.
    for skill in &mut skills {
        skill.not_seen.clear();
    }
    skills.sort_by_key(|skill| skill.name.to_lowercase());
    Ok(skills)
}
