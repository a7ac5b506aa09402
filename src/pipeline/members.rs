//! Members and teams, read from the code host.
use std::collections::HashMap;
use std::collections::HashSet;

use chrono::Duration;
use sqlx::PgConnection;

use crate::forge::ForgeError;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;
use crate::model::job::Job;
use crate::model::person::Actor;
use crate::model::person::OrgRole;
use crate::model::person::TeamRole;
use crate::model::person::TeamSeen;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::lifecycle;
use crate::pipeline::repositories;
use crate::store;
use crate::store::members;
use crate::store::people;
use crate::store::tenants;

/// Hours for which what was read is trusted: a webhook that was missed is made good within them.
const TRUSTED_HOURS: i64 = 24;

/// Queues [`Job::Members`] for every account whose members were not read for a day, or never. Without credentials
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

/// Asks whether the App still works there and on which repositories; reads members, owners, teams and who is in them, and
/// ends the memberships of everybody who is gone.
///
/// A user's account has no members, and without credentials nobody can be asked: then whoever was active counts.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId) -> Result<(), StepError> {
    let Some(tenant) = tenants::installation(&mut *pipeline.pool.acquire().await?, id).await? else {
        return Ok(());
    };
    // What is told while we ask is newer than the answers.
    let now = pipeline.clock.now();
    if !lifecycle::still_works(pipeline, &tenant, now).await? {
        tenants::members_read(&mut *pipeline.pool.acquire().await?, id, now).await?;
        return Ok(());
    }
    repositories::read(pipeline, &tenant, now).await?;
    lifecycle::redact_waiting(pipeline, id).await?;
    if !tenant.is_organisation {
        tenants::members_read(&mut *pipeline.pool.acquire().await?, id, now).await?;
        return Ok(());
    }
    // It may have been renamed meanwhile.
    let Some(tenant) = tenants::installation(&mut *pipeline.pool.acquire().await?, id).await? else {
        return Ok(());
    };
    let external = tenant.external_id;
    let found = async {
        let people = pipeline.forge.org_members(external, &tenant.login).await?;
        let owners = pipeline.forge.org_owners(external, &tenant.login).await?;
        let mut teams = Vec::new();
        for team in pipeline.forge.org_teams(external, &tenant.login).await? {
            let members = pipeline.forge.team_members(external, &tenant.login, &team.slug).await?;
            teams.push((team, members));
        }
        Ok::<_, ForgeError>((people, owners, teams))
    };
    let (people_now, owners, mut teams) = match found.await {
        Ok(found) => found,
        Err(error) if !error.may_pass() => {
            tracing::warn!(installation.id = id.0, %error, "members can't be read; whoever was active counts as one");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };

    leave_to_children(&mut teams);

    let present: Vec<PersonId> = people_now.iter().map(|person| person.id).collect();
    // Each by itself: events store the same people in another order meanwhile, and two transactions would wait for each other.
    let mut conn = pipeline.pool.acquire().await?;
    people::are_back(&mut conn, id, &present).await?;
    for person in &people_now {
        people::see(&mut conn, id, person, now).await?;
    }
    drop(conn);
    let mut tx = pipeline.pool.begin().await?;
    // First, as an event does that wakes the installation: whoever comes second waits for all of it.
    tenants::members_known(&mut tx, id, now).await?;
    for person in &people_now {
        let owner = owners.iter().any(|owner| owner.id == person.id);
        let role = if owner { OrgRole::Owner } else { OrgRole::Member };
        members::set_role(&mut tx, id, (person.id, role), now).await?;
    }
    members::keep_only(&mut tx, id, &present, now).await?;
    store_teams(&mut tx, id, &teams, now).await?;
    tx.commit().await?;
    tracing::info!(
        installation.id = id.0,
        members = people_now.len(),
        teams = teams.len(),
        "members read"
    );
    lifecycle::look_after(pipeline, (id, external), now).await
}

/// A team with who is in it.
type Listed = (TeamSeen, Vec<(Actor, TeamRole)>);

/// The list of a team's members has those of the teams in it, too: only who is in none of these is in the team itself. Its
/// maintainers always are.
fn leave_to_children(teams: &mut [Listed]) {
    let mut below: HashMap<TeamId, HashSet<PersonId>> = HashMap::new();
    for (team, places) in &*teams {
        if let Some(parent) = team.parent {
            let people = places.iter().map(|(person, _)| person.id);
            below.entry(parent).or_default().extend(people);
        }
    }
    for (team, places) in teams {
        if let Some(below) = below.get(&team.id) {
            places.retain(|(person, role)| *role == TeamRole::Maintainer || !below.contains(&person.id));
        }
    }
}

async fn store_teams(
    conn: &mut PgConnection,
    id: InstallationId,
    teams: &[Listed],
    now: Time,
) -> Result<(), StepError> {
    let there: Vec<TeamId> = teams.iter().map(|(team, _)| team.id).collect();
    members::keep_only_teams(conn, id, &there, now).await?;
    for (team, _) in teams {
        members::see_team(conn, id, team).await?;
        if let Some(secret) = team.secret {
            members::set_secret(conn, id, team.id, secret).await?;
        }
    }
    for (team, places) in teams {
        store::teams::nest(conn, id, team.id, team.parent, now).await?;
        for (person, role) in places {
            people::see(conn, id, person, now).await?;
            members::set_in_team(conn, id, team.id, (person.id, *role), now).await?;
        }
        let present: Vec<PersonId> = places.iter().map(|(person, _)| person.id).collect();
        members::keep_only_in_team(conn, id, team.id, &present, now).await?;
    }
    Ok(())
}
