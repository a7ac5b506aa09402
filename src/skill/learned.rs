//! When "applied feedback" becomes "learned": a later sign by the learner, without the teacher (science.md section 1).

/// Expected comments by chance at which having none is below 5%: `e^-3`.
pub const EXPECTED_AT_LEAST: f64 = 3.0;

/// What a learner did in an area after a lesson. Counts only; who counts them leaves out pull requests of the lesson
/// itself and comments that touched the teacher.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct LaterWork {
    /// Later pull requests of the learner in the area.
    pub pulls: u32,
    /// Of these, pull requests that got a comment of that category.
    pub pulls_commented: u32,
    /// The organisation's rate of such comments per pull request in that area and language.
    pub base_rate: f64,
    /// The learner's own lessons on the area to other people than the teacher that landed.
    pub taught_others: u32,
}

/// The word that may be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// "Applied feedback on X": no independent sign yet.
    AppliedFeedback,
    /// "Learned X": later changes drew no such comment where at least three were to be expected.
    LearnedByWork,
    /// "Learned X": taught it to somebody else, and that landed.
    LearnedByTeaching,
}

impl Claim {
    /// The words before the area's name.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AppliedFeedback => "applied feedback on",
            Self::LearnedByWork | Self::LearnedByTeaching => "learned",
        }
    }
}

/// What may be claimed of a learner in an area. Having been taught alone predicts nothing, so it claims nothing.
#[must_use]
pub fn claim(later: &LaterWork) -> Claim {
    if later.taught_others > 0 {
        Claim::LearnedByTeaching
    } else if later.pulls_commented == 0 && f64::from(later.pulls) * later.base_rate >= EXPECTED_AT_LEAST {
        Claim::LearnedByWork
    } else {
        Claim::AppliedFeedback
    }
}
