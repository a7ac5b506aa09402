//! When "applied feedback" becomes "learned": a later sign by the learner, without the teacher (science.md section 1).
//!
//! A pull request lies in an area where it changes files in a language in which the learner was taught that area. How many
//! of them should have drawn such a comment by chance is the sum of the organisation's rates: in the last year, the share
//! of pull requests with files in that language on which the author was told about that area in that language. Both are
//! counted over the same pull requests: closed ones with known files, on which somebody else spoke.
use std::collections::BTreeMap;

/// Expected comments by chance at which having none is below 5%: `e^-3`.
pub const EXPECTED_AT_LEAST: f64 = 3.0;

/// How often an area came up on pull requests with files in a language.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CameUp {
    /// Pull requests with files in the language.
    pub pulls: i64,
    /// Of these, how many drew a lesson for their author on the area in that language.
    pub told: i64,
}

impl CameUp {
    /// The share; none of none is 0, which claims the least.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of pull requests fit an f64 exactly")]
    pub fn rate(self) -> f64 {
        if self.pulls > 0 {
            self.told as f64 / self.pulls as f64
        } else {
            0.0
        }
    }
}

/// How many of these pull requests, each given by its languages, would draw a comment on an area by chance. `rates` holds
/// the languages in which the learner was taught it; a pull request in several of them counts by the highest rate, one in
/// none of them doesn't count.
#[must_use]
pub fn expected<'a>(later: impl IntoIterator<Item = &'a [String]>, rates: &BTreeMap<&str, CameUp>) -> f64 {
    later
        .into_iter()
        .map(|languages| {
            let known = languages.iter().filter_map(|language| rates.get(language.as_str()));
            known.map(|came_up| came_up.rate()).fold(0.0, f64::max)
        })
        .sum()
}

/// What a learner did in an area after the last lesson that landed. Whatever touched somebody who opted out isn't
/// counted.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct LaterWork {
    /// Comments on the area to be expected by chance on later pull requests in it: [`expected`].
    pub expected: f64,
    /// Later lessons on the area to the learner, whatever came of them.
    pub told_again: usize,
    /// The learner's own lessons on the area to other people than the teachers that landed.
    pub taught_others: usize,
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
    } else if later.told_again == 0 && later.expected >= EXPECTED_AT_LEAST {
        Claim::LearnedByWork
    } else {
        Claim::AppliedFeedback
    }
}
