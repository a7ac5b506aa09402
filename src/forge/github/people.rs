//! Reading calls about people: organisations, teams, permissions.
use serde::Deserialize;

use crate::forge::Forge;
use crate::forge::ForgeError;
use crate::forge::Permission;
use crate::forge::RepoAt;
use crate::forge::github::call::Call;
use crate::forge::github::call::segment;
use crate::forge::github::read::repo_path;
use crate::forge::github::shapes::Team;
use crate::forge::github::shapes::User;
use crate::model::person::Actor;
use crate::model::person::TeamRole;
use crate::model::person::TeamSeen;

impl Forge {
    /// What a person may do in a repository.
    ///
    /// # Errors
    /// [`ForgeError::NotFound`] where there is no such person or repository; else as [`ForgeError`] says.
    pub async fn permission(&self, at: &RepoAt<'_>, login: &str) -> Result<Permission, ForgeError> {
        #[derive(Deserialize)]
        struct Answer {
            permission: String,
            role_name: Option<String>,
        }
        // Errors reach the log and the queue, which name nobody.
        let doing = format!("reading what a person may do in {}/{}", at.owner, at.name);
        let seat = self.github.seat_at(at, &doing).await?;
        let path = format!("{}/collaborators/{}/permission", repo_path(at), segment(login));
        let answer: Answer = self
            .github
            .get(
                &seat,
                &Call {
                    doing: &doing,
                    endpoint: "permission",
                    path,
                },
            )
            .await?;
        // A role of the organisation's own has a name of its own; then the permission beneath it counts.
        match (answer.permission.as_str(), answer.role_name.as_deref()) {
            ("admin", _) => Ok(Permission::Admin),
            ("write" | "maintain", _) => Ok(Permission::Write),
            ("triage", _) | ("read", Some("triage")) => Ok(Permission::Triage),
            ("read", _) => Ok(Permission::Read),
            ("none", _) => Ok(Permission::None),
            _ => Err(ForgeError::Unreadable {
                doing,
                what: "a permission that we don't know".to_owned(),
            }),
        }
    }

    /// The members of an organisation, owners included.
    ///
    /// # Errors
    /// As [`ForgeError`] says; [`ForgeError::NotFound`] where the account is a user.
    pub async fn org_members(&self, installation: Option<i64>, org: &str) -> Result<Vec<Actor>, ForgeError> {
        let doing = format!("reading the members of {org}");
        self.people(installation, &doing, format!("/orgs/{}/members", segment(org)))
            .await
    }

    /// The owners of an organisation.
    ///
    /// # Errors
    /// As for [`Forge::org_members`].
    pub async fn org_owners(&self, installation: Option<i64>, org: &str) -> Result<Vec<Actor>, ForgeError> {
        let doing = format!("reading the owners of {org}");
        self.people(
            installation,
            &doing,
            format!("/orgs/{}/members?role=admin", segment(org)),
        )
        .await
    }

    /// The teams of an organisation.
    ///
    /// # Errors
    /// As for [`Forge::org_members`].
    pub async fn org_teams(&self, installation: Option<i64>, org: &str) -> Result<Vec<TeamSeen>, ForgeError> {
        let doing = format!("reading the teams of {org}");
        let seat = self.github.seat(installation, &doing)?;
        let call = Call {
            doing: &doing,
            endpoint: "org_teams",
            path: format!("/orgs/{}/teams", segment(org)),
        };
        let teams: Vec<Team> = self.github.list(&seat, &call).await?;
        Ok(teams.iter().filter_map(Team::to_seen).collect())
    }

    /// The members of a team with their part in it; those of its child teams are in it as members.
    ///
    /// # Errors
    /// As for [`Forge::org_members`].
    pub async fn team_members(
        &self,
        installation: Option<i64>,
        org: &str,
        slug: &str,
    ) -> Result<Vec<(Actor, TeamRole)>, ForgeError> {
        let doing = format!("reading the members of team {slug} of {org}");
        let path = format!("/orgs/{}/teams/{}/members", segment(org), segment(slug));
        let maintainers = self
            .people(installation, &doing, format!("{path}?role=maintainer"))
            .await?;
        let members = self.people(installation, &doing, format!("{path}?role=member")).await?;
        let is_new = |member: &Actor| maintainers.iter().all(|maintainer| maintainer.id != member.id);
        let members: Vec<_> = members
            .into_iter()
            .filter(is_new)
            .map(|member| (member, TeamRole::Member))
            .collect();
        let maintainers = maintainers
            .into_iter()
            .map(|maintainer| (maintainer, TeamRole::Maintainer));
        Ok(maintainers.chain(members).collect())
    }

    async fn people(&self, installation: Option<i64>, doing: &str, path: String) -> Result<Vec<Actor>, ForgeError> {
        let seat = self.github.seat(installation, doing)?;
        let users: Vec<User> = self
            .github
            .list(
                &seat,
                &Call {
                    doing,
                    endpoint: "members",
                    path,
                },
            )
            .await?;
        Ok(users.iter().filter_map(User::to_actor).collect())
    }
}
