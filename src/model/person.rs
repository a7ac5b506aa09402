//! People, bots and teams as the code host shows them.
use serde::Deserialize;
use serde::Serialize;

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
