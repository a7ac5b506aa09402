//! Identifiers. GitHub's numeric ids are the keys of what GitHub owns; logins and names change.
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// One tenant: an account (organisation or user) on one code host. Our own number; every table's key leads with it.
    InstallationId
}
id! {
    /// A repository, by GitHub's number.
    RepoId
}
id! {
    /// A person or bot, by GitHub's user number.
    PersonId
}
id! {
    /// A team, by GitHub's number.
    TeamId
}
id! {
    /// A comment on a pull request, by GitHub's number. Review comments and issue comments count separately, see [`super::comment::CommentPlace`].
    CommentId
}
id! {
    /// A check run, by GitHub's number.
    CheckId
}
id! {
    /// A submitted review, by GitHub's number.
    ReviewId
}
id! {
    /// A row of the inbox. Our own number.
    InboxId
}

/// A pull request within one installation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct PullKey {
    /// The repository it asks to change.
    pub repo: RepoId,
    /// Its number there.
    pub number: i32,
}

impl fmt::Display for PullKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repo, self.number)
    }
}
