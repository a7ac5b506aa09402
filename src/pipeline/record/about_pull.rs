//! Facts about one pull request: its state, who is asked, what one action adds.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::Asked;
use crate::model::event::PullAction;
use crate::model::event::PullSeen;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::pipeline::StepError;
use crate::store::contents;
use crate::store::members;
use crate::store::pulls;
use crate::store::reviews;
use crate::store::reviews::AskedWho;

/// Stores a pull request as it was seen, with whoever is asked to review it; its people are stored already.
pub async fn see(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    pull: &PullSeen,
) -> Result<(), StepError> {
    pulls::see(conn, id, key, pull).await?;
    for person in &pull.asked_people {
        reviews::see_asked(conn, id, key, (AskedWho::Person(person.id), true), pull.updated_at).await?;
    }
    for team in &pull.asked_teams {
        members::see_team(conn, id, team).await?;
        reviews::see_asked(conn, id, key, (AskedWho::Team(team.id), true), pull.updated_at).await?;
    }
    Ok(())
}

/// What one action on a pull request adds to its state.
pub async fn moved(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    (action, pull): (&PullAction, &PullSeen),
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
            see_asked(conn, (id, key), asked, (true, pull.updated_at)).await?;
            pulls::want_suggestion(conn, id, key, pull.updated_at).await?;
        }
        PullAction::ReviewRequestRemoved(asked) => {
            see_asked(conn, (id, key), asked, (false, pull.updated_at)).await?;
            pulls::want_suggestion(conn, id, key, pull.updated_at).await?;
        }
        PullAction::ConvertedToDraft | PullAction::Closed | PullAction::Changed => {}
    }
    Ok(())
}

async fn see_asked(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    asked: &Asked,
    (yes, when): (bool, Time),
) -> Result<(), StepError> {
    let who = match asked {
        Asked::Person(person) => AskedWho::Person(person.id),
        Asked::Team(team) => {
            members::see_team(conn, id, team).await?;
            AskedWho::Team(team.id)
        }
    };
    reviews::see_asked(conn, id, key, (who, yes), when).await?;
    Ok(())
}
