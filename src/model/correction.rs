//! "Wrong label": what a person says that a comment is about, laid over what the classifier read.
use serde::Deserialize;
use serde::Serialize;

use crate::model::comment::AreaGuess;
use crate::model::comment::CommentKind;
use crate::model::comment::Reading;
use crate::model::ids::PersonId;
use crate::model::skill::Area;

/// Areas that a comment is about, at most: as many as a labelled comment of an evaluation names.
pub const MOST_AREAS: usize = 3;

/// What a comment gives to whoever reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teaches {
    /// Nothing to take away.
    None,
    /// A concrete request without a reason.
    Request,
    /// Knowledge that transfers: a reason, a rule, a consequence, another technique.
    Knowledge,
}

impl Teaches {
    /// All of them, least first.
    pub const ALL: [Self; 3] = [Self::None, Self::Request, Self::Knowledge];

    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Request => "request",
            Self::Knowledge => "knowledge",
        }
    }

    /// What labelled data and models number: 0 nothing, 1 a request, 2 knowledge.
    #[must_use]
    pub fn of_degree(degree: u8) -> Option<Self> {
        Self::ALL.get(usize::from(degree)).copied()
    }

    /// What a stored word names.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|teaches| teaches.as_str() == word)
    }
}

/// What a person said of a comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Who.
    pub by: PersonId,
    /// What it is about; empty: it teaches nothing about a skill.
    pub areas: Vec<Area>,
    /// What it gives, where they said so.
    pub teaches: Option<Teaches>,
}

impl Said {
    /// By this word nobody is taught a skill there.
    #[must_use]
    pub fn takes_the_lesson_away(&self) -> bool {
        self.areas.is_empty() || self.teaches == Some(Teaches::None)
    }

    /// A reading with this word laid over it: a person is sure.
    #[must_use]
    pub fn over(&self, read: Reading) -> Reading {
        let areas = self.areas.iter().map(|area| AreaGuess {
            area: *area,
            probability: 1.0,
        });
        let (kind, explains) = match self.teaches {
            Some(Teaches::Knowledge) => (CommentKind::Substance, true),
            Some(Teaches::Request) => (CommentKind::Substance, false),
            Some(Teaches::None) | None => (read.kind, read.explains),
        };
        Reading {
            areas: areas.collect(),
            kind,
            explains,
            ..read
        }
    }
}
