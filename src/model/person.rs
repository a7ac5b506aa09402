//! People, bots and teams as the code host shows them.
use serde::Deserialize;
use serde::Serialize;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::TeamId;

/// What kind of account it is. Only humans teach, learn or are suggested.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A person.
    Human,
    /// A bot, an App or an AI reviewer.
    Bot,
}

impl PersonKind {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Bot => "bot",
        }
    }
}

/// An account seen in an event or an answer. A deleted account has none and is left out where it is read.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// GitHub's number of the account.
    pub id: PersonId,
    /// Its login as of then.
    pub login: String,
    /// Human or bot.
    pub kind: PersonKind,
}

/// A team seen in an event or an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TeamSeen {
    /// GitHub's number of the team.
    pub id: TeamId,
    /// The short name in addresses.
    pub slug: String,
    /// The name that people read.
    pub name: String,
    /// The team it is nested in.
    pub parent: Option<TeamId>,
    /// Only its members and the owners may know that it exists; none where that isn't told.
    pub secret: Option<bool>,
}

/// A person's part in a team.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// A member.
    Member,
    /// A maintainer: the lead of that team.
    Maintainer,
}

impl TeamRole {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Maintainer => "maintainer",
        }
    }
}

/// A person's part in the organisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgRole {
    /// A member.
    Member,
    /// An owner, who administers it.
    Owner,
}

impl OrgRole {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Owner => "owner",
        }
    }

    /// The role that a stored word means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Member, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// What somebody's status on the code host says of their time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShownStatus {
    /// They say that they are busy.
    pub busy: bool,
    /// Until then, where they say.
    pub until: Option<Time>,
}
