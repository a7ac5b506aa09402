//! Comments, and what a classifier reads in one.
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::PersonId;
use crate::model::manner::Manner;
use crate::model::skill::Area;

/// Where on a pull request a comment stands. GitHub numbers the kinds apart, so an id is only unique with its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentPlace {
    /// On a line of the diff: part of a review thread.
    Diff,
    /// In the pull request's conversation.
    Conversation,
    /// The text of a submitted review.
    Review,
}

impl CommentPlace {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Conversation => "conversation",
            Self::Review => "review",
        }
    }

    /// The place that a stored word names.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        [Self::Diff, Self::Conversation, Self::Review]
            .into_iter()
            .find(|place| place.as_str() == word)
    }
}

/// The part of a diff that a comment stands on, as GitHub gives it: held in memory while an event becomes facts, and never
/// stored or shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hunk(String);

impl Hunk {
    /// A hunk of this text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hunk({} bytes)", self.0.len())
    }
}

/// What a comment's hunk showed when its event came: all that is kept of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HunkSigns {
    /// The language by Linguist's name, where the path alone can't tell it and the hunk can.
    pub language: Option<String>,
}

/// A comment as the classifier sees it: text and surroundings, no people.
#[derive(Clone, Copy, Debug)]
pub struct CommentText<'a> {
    /// The markdown that was written.
    pub body: &'a str,
    /// The file it stands on, where it stands on one.
    pub path: Option<&'a str>,
    /// It answers an earlier comment of its thread.
    pub is_reply: bool,
    /// What its hunk showed, where it was seen.
    pub hunk: Option<&'a HunkSigns>,
}

/// One area with how sure the classifier is, in [0, 1].
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct AreaGuess {
    /// The area.
    pub area: Area,
    /// Probability that the comment is about it.
    pub probability: f64,
}

/// What kind of thing a comment is, apart from its subject. Only [`CommentKind::Substance`] can teach.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentKind {
    /// Says something about the change.
    Substance,
    /// "Nice!", "LGTM", thanks.
    Praise,
    /// "Done", "fixed", "good point".
    Acknowledgement,
    /// Purely visual or formatting: white space, line length, order of imports.
    Formatting,
    /// A command to a bot, quoted text only, an empty comment, or chatter without content.
    Chatter,
}

/// How a reply stands to what it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Agrees, will do, has done, thanks for it.
    Acknowledges,
    /// Disagrees, keeps it as it is, says why not.
    Disagrees,
    /// Asks for a reason or an explanation.
    Asks,
    /// None of these can be told.
    Unclear,
}

/// What a classifier read in one comment. Stored, so that the text itself may expire.
#[expect(
    clippy::struct_excessive_bools,
    reason = "signs that have nothing to do with each other"
)]
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// Areas, surest first; empty where it abstains.
    pub areas: Vec<AreaGuess>,
    /// The language of the file by Linguist's name.
    pub language: Option<String>,
    /// Tags of the technologies that the text or the path names.
    #[serde(default)]
    pub technologies: Vec<String>,
    /// What kind of comment it is.
    pub kind: CommentKind,
    /// How it stands to what it answers.
    pub stance: Stance,
    /// It only points to what was said before: "same here", "ditto".
    #[serde(default)]
    pub refers_back: bool,
    /// It gives a reason, a rule, a consequence or another technique, not a bare request.
    pub explains: bool,
    /// Code in the text (science.md section 1: a backtick, `()`, `snake_case`, `x.y(`).
    pub has_code: bool,
    /// A word of proposing in the text (should, could, instead, ..).
    pub proposes: bool,
    /// How many `suggestion` blocks it offers.
    pub suggestion_blocks: u16,
    /// Characters of prose, quotes and code blocks left out.
    pub chars: u32,
    /// How it is meant, as far as its words show; none where it was read before that was noted.
    #[serde(default)]
    pub manner: Option<Manner>,
    /// Which model read it, with its version.
    pub model: String,
}

/// A review thread on a diff, by people who may appear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AreaThread {
    /// What its first comment is about, by a correction or else by the classifier's surest guess.
    pub area: Area,
    /// Comments in it.
    pub comments: u32,
    /// Who spoke in it.
    pub people: BTreeSet<PersonId>,
}
