//! Signs that a comment changed something: what happened after it.
use serde::Deserialize;
use serde::Serialize;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::comment::Reading;
use crate::model::correction::Said;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::skill::Area;
use crate::model::skill::Skill;

/// How near the next push came to the commented line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    /// A line within 3 of the commented one changed.
    Within3,
    /// A line 4 to 10 away changed.
    Within10,
    /// The file changed, elsewhere.
    SameFile,
    /// The file did not change.
    Untouched,
}

impl Nearness {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Within3 => "within_3",
            Self::Within10 => "within_10",
            Self::SameFile => "same_file",
            Self::Untouched => "untouched",
        }
    }

    /// The nearness that a stored word names.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        [Self::Within3, Self::Within10, Self::SameFile, Self::Untouched]
            .into_iter()
            .find(|n| n.as_str() == word)
    }
}

/// What is known of the pushes after a comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "known")]
pub enum FollowUp {
    /// The next push was compared with the commented version.
    Compared {
        /// How near it came.
        nearness: Nearness,
        /// Every line of a `suggestion` block of the comment stands in the file after the push.
        applied: bool,
    },
    /// There was no later push, and the pull request is closed.
    NoLaterPush,
    /// No later push yet, and the pull request is open.
    Waiting,
    /// No diffs are known (an import without them, or GitHub gave no patch).
    NoDiffs,
}

/// Whether a person can stand in a lesson.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A human who hasn't opted out.
    Counts,
    /// A bot, an AI reviewer or a deleted account.
    NotHuman,
    /// A human who opted out.
    OptedOut,
}

/// One comment of a thread, as evidence: who, when, and what was read in it.
#[derive(Clone, PartialEq, Debug)]
pub struct ThreadComment {
    /// GitHub's number.
    pub id: CommentId,
    /// Where it stands: a conversation mixes comments and texts of reviews.
    pub place: CommentPlace,
    /// Who wrote it.
    pub author: PersonId,
    /// Whether that person can stand in a lesson.
    pub standing: Standing,
    /// When.
    pub at: Time,
    /// What the classifier read, with what a person said laid over it.
    pub reading: Reading,
    /// Technologies and own skills that it is on.
    pub skills: Vec<Skill>,
    /// What a person said of it.
    pub said: Option<Said>,
    /// The areas of the reading that the settings put there.
    pub declared: Vec<Area>,
    /// What the pushes after it did.
    pub follow_up: FollowUp,
    /// The other people who gave it a thumbs-up (or heart, hooray, rocket).
    pub thumbs_up_by: Vec<PersonId>,
}

/// A review thread with all that followed: the input of lesson inference.
#[derive(Clone, PartialEq, Debug)]
pub struct Thread {
    /// The pull request it stands on.
    pub pull: PullKey,
    /// Who wrote the pull request. None where the account is gone.
    pub pull_author: Option<PersonId>,
    /// Whether the pull request's author can stand in a lesson.
    pub author_standing: Standing,
    /// The pull request is closed or merged.
    pub pull_closed: bool,
    /// Where the comments stand.
    pub place: CommentPlace,
    /// The file, where the comments stand on one.
    pub path: Option<String>,
    /// The comments in order of time; the first is the thread's root. Never empty.
    pub comments: Vec<ThreadComment>,
    /// Who resolved the thread, where it is resolved.
    pub resolved_by: Option<PersonId>,
}
