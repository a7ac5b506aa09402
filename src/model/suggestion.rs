//! Suggestions with their reasons: who knows, and who from another team would learn.
use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::PersonId;

/// One reason in plain words, from one named part of the score.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reason {
    /// Which part of the score it comes from.
    pub part: ScorePart,
    /// What the part adds to the score.
    pub weight: f64,
    /// The words that people read, without the person's name: "reviewed 7 changes under `ledger/`".
    pub words: String,
}

/// The named parts of a candidate's score.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScorePart {
    /// Owns files of the change by CODEOWNERS.
    Owner,
    /// Reviewed or wrote changes under the same paths, lately.
    Paths,
    /// Reviewed this author's changes before.
    Pair,
    /// Taught or holds the skills that changes here are about.
    Skill,
    /// Active in review lately.
    Activity,
    /// Open reviews, subtracted.
    Load,
    /// Whatever names a team: from another one than the author's, or whose own code it is (learner only).
    OtherTeam,
    /// Knows something next to it: the language, a neighbouring folder (learner only).
    Adjacent,
    /// Said that they want to learn it (learner only).
    Goal,
    /// Said that they like to teach it (expert only).
    Offer,
    /// What there is to learn, and from whom; adds nothing (learner only).
    ToLearn,
}

impl ScorePart {
    /// Whether it is said whatever it weighs.
    #[must_use]
    pub fn is_always_said(self) -> bool {
        matches!(self, Self::OtherTeam | Self::ToLearn)
    }
}

/// One suggested person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pick {
    /// Who.
    pub person: PersonId,
    /// Login at that time, for showing.
    pub login: String,
    /// Sum of the reasons' weights.
    pub score: f64,
    /// Why, strongest first. Never names a gap of the person.
    pub reasons: Vec<Reason>,
}

impl ScorePart {
    /// Whether its words tell what somebody said that they want.
    #[must_use]
    pub fn is_a_goal(self) -> bool {
        matches!(self, Self::Goal | Self::Offer)
    }
}

impl Pick {
    /// Keeps the reasons that `may` be told, and counts the others no longer.
    pub fn keep(&mut self, may: impl Fn(&Reason) -> bool) {
        let before = self.reasons.len();
        self.reasons.retain(may);
        if self.reasons.len() < before {
            self.score = self.reasons.iter().map(|reason| reason.weight).sum();
        }
    }
}

/// One of the two places of a suggestion.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "slot")]
pub enum Slot {
    /// Somebody is suggested.
    Picked(Pick),
    /// Somebody was already asked, by hand or CODEOWNERS; the place is taken.
    AlreadyAsked {
        /// Names as people read them (logins or team names).
        who: Vec<String>,
    },
    /// Nobody, and why, in general terms ("3 away, 2 at capacity").
    Nobody {
        /// The words that people read.
        why: String,
    },
}

/// Why people were left out, counted; never by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LeftOut {
    /// Not a current member with read access.
    pub not_members: u32,
    /// Away now.
    pub away: u32,
    /// At their own capacity of open reviews.
    pub at_capacity: u32,
    /// Had their daily share of suggestions.
    pub daily_cap: u32,
    /// Had their mentoring budget (learner only).
    pub mentoring_budget: u32,
}

/// What is suggested for one pull request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Suggestion {
    /// Someone who knows.
    pub expert: Slot,
    /// Someone from another team who would learn.
    pub learner: Slot,
    /// Who could not be considered.
    pub left_out: LeftOut,
    /// Which ranker made it, with its version.
    pub model: String,
}

impl Suggestion {
    /// As it is shown: what there is to learn is to be learned from whoever is suggested as the one who knows.
    #[must_use]
    pub fn told(mut self) -> Self {
        if let (Slot::Picked(expert), Slot::Picked(learner)) = (&self.expert, &mut self.learner) {
            let login: String = expert.login.chars().filter(|c| *c != '`').collect();
            let to_learn = |reason: &&mut Reason| reason.part == ScorePart::ToLearn;
            for reason in learner.reasons.iter_mut().filter(to_learn) {
                reason.words = format!("{}, from `{login}`", reason.words);
            }
        }
        self
    }
}

impl Suggestion {
    /// The people whom it picks.
    #[must_use]
    pub fn picked(&self) -> Vec<PersonId> {
        [&self.expert, &self.learner]
            .into_iter()
            .filter_map(|slot| match slot {
                Slot::Picked(pick) => Some(pick.person),
                Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
            })
            .collect()
    }
}
