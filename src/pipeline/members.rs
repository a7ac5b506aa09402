//! Members and teams, read from the code host.
use crate::forge::ForgeError;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::person::TeamRole;
use crate::pipeline::Done;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::members;
use crate::store::people;
use crate::store::tenants;

/// Reads members, teams and who is in them, and ends the memberships of everybody who is gone.
///
/// A user's account has no members, and without credentials nobody can be asked: then whoever was active counts.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId) -> Result<Done, StepError> {
    let Some(tenant) = tenants::installation(&mut *pipeline.pool.acquire().await?, id).await? else {
        return Ok(Done::Yes);
    };
    let (true, Some(external), false) = (tenant.is_organisation, tenant.external_id, tenant.silent) else {
        return Ok(Done::Yes);
    };
    let found = async {
        let people = pipeline.forge.org_members(external, &tenant.login).await?;
        let mut teams = Vec::new();
        for team in pipeline.forge.org_teams(external, &tenant.login).await? {
            let maintainers =
                pipeline.forge.team_members(external, &tenant.login, &team.slug, TeamRole::Maintainer).await?;
            let members = pipeline.forge.team_members(external, &tenant.login, &team.slug, TeamRole::Member).await?;
            teams.push((team, maintainers, members));
        }
        Ok::<_, ForgeError>((people, teams))
    };
    let (people_now, teams) = match found.await {
        Ok(found) => found,
        Err(error) if !error.may_pass() => {
            tracing::warn!(installation.id = id.0, %error, "members can't be read; whoever was active counts as one");
            return Ok(Done::Yes);
        }
        Err(error) => return Err(error.into()),
    };

    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    for person in &people_now {
        people::see(&mut tx, id, person, now).await?;
        members::join(&mut tx, id, person.id, now).await?;
    }
    let present: Vec<PersonId> = people_now.iter().map(|person| person.id).collect();
    members::keep_only(&mut tx, id, &present, now).await?;
    for (team, maintainers, others) in &teams {
        members::see_team(&mut tx, id, team).await?;
        let lead = maintainers.iter().map(|person| (person, TeamRole::Maintainer));
        for (person, role) in lead.chain(others.iter().map(|person| (person, TeamRole::Member))) {
            people::see(&mut tx, id, person, now).await?;
            members::join_team(&mut tx, id, team.id, (person.id, role), now).await?;
        }
    }
    tenants::members_known(&mut tx, id, now).await?;
    tx.commit().await?;
    tracing::info!(installation.id = id.0, members = people_now.len(), teams = teams.len(), "members read");
    Ok(Done::Yes)
}
