//! For whom something is read. Every query that a page shows takes a [`Reader`], so that none can forget to ask.
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::role::Roles;

/// Somebody who reads in one installation, and never in another: who they are, what they are there, and which private
/// repositories they may read. Public ones everybody may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reader {
    installation: InstallationId,
    person: Option<PersonId>,
    roles: Roles,
    /// None: all of them.
    private: Option<Vec<i64>>,
}

impl Reader {
    /// Whoever runs Peerlore, its own jobs, and the demo: all of an installation.
    #[must_use]
    pub fn of_everything(installation: InstallationId) -> Self {
        Self {
            installation,
            person: None,
            roles: Roles::owner(),
            private: None,
        }
    }

    /// Whoever may read this repository, and so what may be said on its pull requests: it and what is public.
    #[must_use]
    pub fn of_public_and(installation: InstallationId, repo: RepoId) -> Self {
        Self {
            installation,
            person: None,
            roles: Roles::default(),
            private: Some(vec![repo.0]),
        }
    }

    /// A member who may read these private repositories.
    #[must_use]
    pub fn member(installation: InstallationId, person: PersonId, roles: Roles, private: Vec<RepoId>) -> Self {
        Self {
            installation,
            person: Some(person),
            roles,
            private: Some(private.into_iter().map(|repo| repo.0).collect()),
        }
    }

    /// The installation.
    #[must_use]
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// Who reads; none: whoever runs Peerlore, or the demo.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// What they are there.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Whether every repository may be read.
    #[must_use]
    pub fn reads_everything(&self) -> bool {
        self.private.is_none()
    }

    /// Whether this repository may be read.
    #[must_use]
    pub fn may_read(&self, repo: RepoId, is_private: bool) -> bool {
        !is_private || self.private.as_ref().is_none_or(|private| private.contains(&repo.0))
    }

    /// The private repositories that may be read, for queries; empty also where all may.
    pub(super) fn private(&self) -> &[i64] {
        self.private.as_deref().unwrap_or_default()
    }
}
