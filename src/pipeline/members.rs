//! Members and teams, read from the code host.
use chrono::Duration;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::members;
use crate::store::people;
use crate::store::tenants;

/// Hours for which what was read is trusted: a webhook that was missed is made good within them.
const TRUSTED_HOURS: i64 = 24;

/// Queues [`Job::Members`] for every organisation whose members were not read for a day, or never. Without credentials
/// nobody can be asked, so none is queued.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn queue_unread(pipeline: &Pipeline, conn: &mut PgConnection) -> Result<(), StepError> {
    if !pipeline.forge.is_configured() {
        return Ok(());
    }
    let before = pipeline.clock.now() - Duration::hours(TRUSTED_HOURS);
    for installation in tenants::members_unread_since(conn, before).await? {
        pipeline.queue.add(conn, &Job::Members { installation }.into()).await?;
    }
    Ok(())
}

/// Reads members, teams and who is in them, and ends the memberships of everybody who is gone.
///
/// A user's account has no members, and without credentials nobody can be asked: then whoever was active counts.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId) -> Result<(), StepError> {
    let Some(tenant) = tenants::installation(&mut *pipeline.pool.acquire().await?, id).await? else {
        return Ok(());
    };
    if !tenant.is_organisation || tenant.silent {
        return Ok(());
    }
    let external = tenant.external_id;
    // What is told while we ask is newer than the answers.
    let now = pipeline.clock.now();
    let found = async {
        let people = pipeline.forge.org_members(external, &tenant.login).await?;
        let mut teams = Vec::new();
        for team in pipeline.forge.org_teams(external, &tenant.login).await? {
            let members = pipeline.forge.team_members(external, &tenant.login, &team.slug).await?;
            teams.push((team, members));
        }
        Ok::<_, ForgeError>((people, teams))
    };
    let (people_now, teams) = match found.await {
        Ok(found) => found,
        Err(error) if !error.may_pass() => {
            tracing::warn!(installation.id = id.0, %error, "members can't be read; whoever was active counts as one");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };

    let mut tx = pipeline.pool.begin().await?;
    for person in &people_now {
        people::see(&mut tx, id, person, now).await?;
        members::join(&mut tx, id, person.id, now).await?;
    }
    let present: Vec<PersonId> = people_now.iter().map(|person| person.id).collect();
    members::keep_only(&mut tx, id, &present, now).await?;
    let there: Vec<TeamId> = teams.iter().map(|(team, _)| team.id).collect();
    members::keep_only_teams(&mut tx, id, &there, now).await?;
    for (team, places) in &teams {
        members::see_team(&mut tx, id, team).await?;
        for (person, role) in places {
            people::see(&mut tx, id, person, now).await?;
            members::set_in_team(&mut tx, id, team.id, (person.id, *role), now).await?;
        }
        let present: Vec<PersonId> = places.iter().map(|(person, _)| person.id).collect();
        members::keep_only_in_team(&mut tx, id, team.id, &present, now).await?;
    }
    tenants::members_known(&mut tx, id, now).await?;
    tx.commit().await?;
    tracing::info!(
        installation.id = id.0,
        members = people_now.len(),
        teams = teams.len(),
        "members read"
    );
    Ok(())
}
