//! Facts about one pull request: its state, who is asked, what one action adds.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::Asked;
use crate::model::event::PullAction;
use crate::model::event::PullSeen;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::person::Actor;
use crate::model::person::TeamSeen;
use crate::pipeline::StepError;
use crate::pipeline::record::Seen;
use crate::store::contents;
use crate::store::members;
use crate::store::pulls;
use crate::store::reviews;

/// Stores a pull request as it was seen, with its author and whoever is asked to review it.
pub async fn see(
    conn: &mut PgConnection,
    seen: &mut Seen,
    (id, key): (InstallationId, PullKey),
    pull: &PullSeen,
    at: Time,
) -> Result<(), StepError> {
    if let Some(author) = &pull.author {
        seen.person(conn, id, author, at).await?;
    }
    pulls::see(conn, id, key, pull).await?;
    for person in &pull.asked_people {
        see_asked(
            conn,
            seen,
            (id, key),
            &Asked::Person(person.clone()),
            (true, pull.updated_at, at),
        )
        .await?;
    }
    for team in &pull.asked_teams {
        see_asked(
            conn,
            seen,
            (id, key),
            &Asked::Team(team.clone()),
            (true, pull.updated_at, at),
        )
        .await?;
    }
    Ok(())
}

/// What one action on a pull request adds to its state.
pub async fn moved(
    conn: &mut PgConnection,
    seen: &mut Seen,
    (id, key): (InstallationId, PullKey),
    (action, pull): (&PullAction, &PullSeen),
    at: Time,
) -> Result<(), StepError> {
    match action {
        PullAction::Opened | PullAction::Reopened | PullAction::ReadyForReview => {
            pulls::want_suggestion(conn, id, key, pull.updated_at).await?;
        }
        PullAction::Synchronized(push) => {
            contents::see_push(conn, id, key, push).await?;
            pulls::want_suggestion(conn, id, key, pull.updated_at).await?;
        }
        PullAction::ReviewRequested(asked) => {
            see_asked(conn, seen, (id, key), asked, (true, pull.updated_at, at)).await?;
            pulls::want_suggestion(conn, id, key, pull.updated_at).await?;
        }
        PullAction::ReviewRequestRemoved(asked) => {
            see_asked(conn, seen, (id, key), asked, (false, pull.updated_at, at)).await?;
            pulls::want_suggestion(conn, id, key, pull.updated_at).await?;
        }
        PullAction::ConvertedToDraft | PullAction::Closed | PullAction::Changed => {}
    }
    Ok(())
}

async fn see_asked(
    conn: &mut PgConnection,
    seen: &mut Seen,
    (id, key): (InstallationId, PullKey),
    asked: &Asked,
    (yes, when, at): (bool, Time, Time),
) -> Result<(), StepError> {
    let who = match asked {
        Asked::Person(person) => see_person(conn, seen, id, person, at).await?,
        Asked::Team(team) => see_team(conn, id, team).await?,
    };
    reviews::see_asked(conn, id, key, (who, yes), when).await?;
    Ok(())
}

async fn see_person(
    conn: &mut PgConnection,
    seen: &mut Seen,
    id: InstallationId,
    person: &Actor,
    at: Time,
) -> Result<reviews::AskedWho, StepError> {
    seen.person(conn, id, person, at).await?;
    Ok(reviews::AskedWho::Person(person.id))
}

async fn see_team(
    conn: &mut PgConnection,
    id: InstallationId,
    team: &TeamSeen,
) -> Result<reviews::AskedWho, StepError> {
    members::see_team(conn, id, team).await?;
    Ok(reviews::AskedWho::Team(team.id))
}
