//! What an event tells of an account: its members, teams and installation.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::event::Event;
use crate::model::event::What;
use crate::model::ids::InstallationId;
use crate::pipeline::StepError;
use crate::store::members;
use crate::store::session_checks;
use crate::store::standing;
use crate::store::standing::Standing;
use crate::store::teams;
use crate::store::tenants;

/// Facts about the organisation; gives whether members should be read.
pub(super) async fn see(
    conn: &mut PgConnection,
    id: InstallationId,
    event: &Event,
    at: Time,
) -> Result<bool, StepError> {
    match &event.what {
        What::TeamMember { team, person, role } => {
            members::see_team(conn, id, team).await?;
            if let Some(role) = role {
                members::join_team(conn, id, team.id, (person.id, *role), at).await?;
            } else {
                members::leave_team(conn, id, team.id, person.id, at).await?;
                session_checks::doubt(conn, id, (Some(person.id), None)).await?;
            }
            Ok(false)
        }
        What::Team(team) => {
            members::see_team(conn, id, team).await?;
            teams::nest(conn, id, team.id, team.parent, at).await?;
            Ok(false)
        }
        What::TeamAccess(team) => {
            members::see_team(conn, id, team).await?;
            teams::nest(conn, id, team.id, team.parent, at).await?;
            session_checks::doubt(conn, id, (None, event.repo.as_ref().map(|repo| repo.id))).await?;
            Ok(false)
        }
        What::TeamDeleted(team) => {
            members::remove_team(conn, id, *team, at).await?;
            session_checks::doubt(conn, id, (None, None)).await?;
            Ok(false)
        }
        What::MemberAdded { person, role } => {
            members::set_role(conn, id, (person.id, *role), at).await?;
            Ok(false)
        }
        What::MemberRemoved(person) => {
            members::leave(conn, id, person.id, at).await?;
            Ok(false)
        }
        What::Installed { repos, removed } => {
            standing::set_standing(conn, id, (Standing::Active, event.installation), at).await?;
            for repo in repos {
                tenants::see_repo(conn, id, repo).await?;
                tenants::repo_is_back(conn, id, repo.id, at).await?;
            }
            for repo in removed {
                tenants::remove_repo(conn, id, *repo, at).await?;
            }
            Ok(true)
        }
        What::Suspended => {
            standing::set_standing(conn, id, (Standing::Suspended, event.installation), at).await?;
            Ok(false)
        }
        What::Uninstalled => {
            standing::set_standing(conn, id, (Standing::Removed, event.installation), at).await?;
            Ok(false)
        }
        What::Pull { .. }
        | What::Review { .. }
        | What::Comment { .. }
        | What::CommentDeleted { .. }
        | What::Thread { .. }
        | What::Push { .. }
        | What::RepoChanged
        | What::RepoArchived { .. }
        | What::RepoTransferred { .. }
        | What::RepoRemoved
        | What::Access(_)
        | What::SignInRevoked
        | What::Nothing => Ok(false),
    }
}
