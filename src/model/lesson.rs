//! Lessons: who taught whom what, how sure, and why.
use serde::Deserialize;
use serde::Serialize;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::skill::Area;
use crate::model::skill::Skill;

/// What came of a lesson (science.md section 1: learned > accepted > given; declined is none landed).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The learner said no, or kept it as it was with a reason.
    Declined,
    /// Given; nothing shows that it landed.
    Given,
    /// A change within 10 lines, an applied suggestion, or an acknowledging reply of the learner.
    Landed,
}

impl Outcome {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Given => "given",
            Self::Landed => "landed",
        }
    }

    /// The outcome that a stored word names.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        [Self::Declined, Self::Given, Self::Landed]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

/// A lesson that landed, as far as figures and thanks need it.
#[derive(Clone, PartialEq, Debug)]
pub struct Landed {
    /// Who taught.
    pub teacher: PersonId,
    /// Who was taught.
    pub learner: PersonId,
    /// About what.
    pub area: Area,
    /// When.
    pub at: Time,
    /// Probability that it was useful, in [0, 1].
    pub p: f64,
    /// `owner/name#number`.
    pub pull: String,
}

/// One sign of the landing formula. Stored by its word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The next push changes a line within 3, or holds the suggested lines.
    #[serde(rename = "within_3")]
    Within3,
    /// It changes a line 4 to 10 away.
    #[serde(rename = "within_10")]
    Within10,
    /// It changes the file elsewhere.
    SameFile,
    /// It leaves the file as it was.
    Untouched,
    /// There was no later push.
    NoLaterPush,
    /// Code in the text.
    Code,
    /// A word of proposing in the text.
    Proposes,
    /// The text's length: its value is `ln(1 + characters)`.
    Length,
    /// The suggested lines stand in the file, on top of [`Sign::Within3`].
    Applied,
    /// The learner acknowledged it in a reply.
    Acknowledged,
    /// The learner disagreed.
    Disagreed,
    /// The pull request's author resolved the thread without a change.
    ResolvedUnchanged,
    /// The learner gave a thumbs-up.
    ThumbsUp,
}

impl Sign {
    /// Every sign, in the order in which a sum adds them.
    pub const ALL: [Self; 13] = [
        Self::Within3,
        Self::Within10,
        Self::SameFile,
        Self::Untouched,
        Self::NoLaterPush,
        Self::Code,
        Self::Proposes,
        Self::Length,
        Self::Applied,
        Self::Acknowledged,
        Self::Disagreed,
        Self::ResolvedUnchanged,
        Self::ThumbsUp,
    ];

    /// What it is, in plain words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Within3 => "the next push changed a line within 3",
            Self::Within10 => "the next push changed a line 4 to 10 away",
            Self::SameFile => "the next push changed the file elsewhere",
            Self::Untouched => "the next push left the file unchanged",
            Self::NoLaterPush => "no later push",
            Self::Code => "code in the text",
            Self::Proposes => "it proposes something",
            Self::Length => "length of the text",
            Self::Applied => "the suggestion was applied",
            Self::Acknowledged => "the learner acknowledged it",
            Self::Disagreed => "the learner disagreed",
            Self::ResolvedUnchanged => "resolved by the author without a change",
            Self::ThumbsUp => "a thumbs-up of the learner",
        }
    }
}

/// One named part of a log-odds sum, so that a reader can add it up again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// What it is, in plain words.
    pub what: String,
    /// Its share of the log-odds.
    pub weight: f64,
    /// Fitted on labels; otherwise a judgement, shown as not calibrated.
    pub calibrated: bool,
    /// The sign that it stands for; none where it stands for no sign, or was stored before signs were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
    /// How much there is of the sign: 1 where it is there or not, `ln(1 + characters)` for the length. The part's weight is
    /// this times the sign's.
    #[serde(default = "there")]
    pub value: f64,
}

fn there() -> f64 {
    1.0
}

/// One inferred lesson: a projection, made again from facts at any time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lesson {
    /// The pull request.
    pub pull: PullKey,
    /// Where the comment that carries it stands.
    pub place: CommentPlace,
    /// The comment that carries it.
    pub comment: CommentId,
    /// Who taught.
    pub teacher: PersonId,
    /// Who was taught.
    pub learner: PersonId,
    /// About what.
    pub area: Area,
    /// How sure the classifier is of the area, in [0, 1]; 1 where a person said it. None: the settings name it.
    pub area_probability: Option<f64>,
    /// Who said that it is about this, where a person did.
    pub said_by: Option<PersonId>,
    /// The file's language, by Linguist's name.
    pub language: Option<String>,
    /// Technologies and own skills that it was on.
    pub skills: Vec<Skill>,
    /// When the comment was written.
    pub at: Time,
    /// Probability that the comment was useful, in [0, 1].
    pub p: f64,
    /// The parts of its log-odds.
    pub parts: Vec<Part>,
    /// What came of it.
    pub outcome: Outcome,
    /// What the pushes did is known; where it isn't, confidence stays low.
    pub diffs_known: bool,
    /// May still change: the pull request is open and no later push has come.
    pub provisional: bool,
    /// The learner wrote that it was new to them. More than an acknowledgement, and no proof that it stayed.
    pub said_new: bool,
}

/// Why a comment gave no lesson. Counted and shown, so that nothing is refused silently.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Written by or to a bot, or by a person who is gone.
    NotHuman,
    /// Somebody in it opted out.
    OptedOut,
    /// There is nobody it could have taught.
    NobodyTaught,
    /// Praise, "LGTM", thanks.
    Praise,
    /// "Done", "fixed", "good point".
    Acknowledgement,
    /// Visual or formatting only.
    Formatting,
    /// No content.
    Chatter,
    /// A question that passes nothing on.
    Question,
    /// A request without a reason: nothing to take away from it.
    BareRequest,
    /// It goes on about what a lesson of the same thread carries.
    FollowUp,
    /// The classifier can't tell what it is about.
    NoArea,
    /// Its writer or whom it told says that it teaches nothing about a skill.
    SaidOtherwise,
    /// An author's answer that nobody acknowledged.
    Unanswered,
    /// A mechanical or mega change: lock files, generated, vendored, more than 100 files.
    Mechanical,
}

impl Refusal {
    /// One plain line for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotHuman => "a bot, an AI reviewer or a deleted account",
            Self::OptedOut => "somebody in it opted out",
            Self::NobodyTaught => "nobody there to be taught",
            Self::Praise => "praise or thanks",
            Self::Acknowledgement => "an acknowledgement",
            Self::Formatting => "formatting only",
            Self::Chatter => "no content",
            Self::Question => "a question that passes nothing on",
            Self::BareRequest => "a request without a reason",
            Self::FollowUp => "goes on about a lesson of the same thread",
            Self::NoArea => "the classifier can't tell what it is about",
            Self::SaidOtherwise => "one of the two it concerns says that it teaches nothing about a skill",
            Self::Unanswered => "an author's answer that nobody acknowledged",
            Self::Mechanical => "a mechanical or mega change",
        }
    }
}
