//! Was a comment useful, and did it land? A sum of log-odds with named parts (science.md section 1).
//!
//! The shipped weights were fitted on public comments that people rated for usefulness. What no label covers is a
//! judgement: the sum of these parts is limited to ±1.5 and each is marked as not calibrated.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::model::evidence::FollowUp;
use crate::model::evidence::Nearness;
use crate::model::lesson::Part;
use crate::model::lesson::Sign;

/// Log-odds of a comment with no sign at all.
pub const BASE: f64 = 0.04;
/// Code in the text.
pub const CODE: f64 = 0.56;
/// A word of proposing in the text.
pub const PROPOSES: f64 = 0.58;
/// Per `ln(1 + characters)`.
pub const LENGTH: f64 = 0.27;
/// The next push changes a line within 3.
pub const WITHIN_3: f64 = 0.95;
/// It changes a line 4 to 10 away.
pub const WITHIN_10: f64 = 0.63;
/// It changes the file elsewhere.
pub const SAME_FILE: f64 = -0.53;
/// It leaves the file as it was.
pub const UNTOUCHED: f64 = -0.44;
/// There was no later push.
pub const NO_LATER_PUSH: f64 = -0.57;
/// Judgement: the suggested lines stand in the file, on top of [`WITHIN_3`].
pub const APPLIED: f64 = 0.6;
/// Judgement: the learner acknowledged it in a reply.
pub const ACKNOWLEDGED: f64 = 0.6;
/// Judgement: the learner disagreed.
pub const DISAGREED: f64 = -1.0;
/// Judgement: the pull request's author resolved the thread without a change.
pub const RESOLVED_UNCHANGED: f64 = -0.2;
/// Judgement: the learner gave a thumbs-up.
pub const THUMBS_UP: f64 = 0.4;
/// The sum of all judgements stays within this.
pub const JUDGEMENT_LIMIT: f64 = 1.5;

/// How the learner answered, as far as it can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Answer {
    /// Agreed, did it or gave thanks.
    Acknowledged,
    /// Said no, or kept it with a reason.
    Disagreed,
    /// No answer that tells.
    #[default]
    None,
}

/// The signs that the landing formula reads.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one sign of the formula, true or not"
)]
pub struct Signs {
    /// What the pushes did; none where they say nothing about this learner (an author's answer to a reviewer).
    pub follow_up: Option<FollowUp>,
    /// Code in the text.
    pub has_code: bool,
    /// A word of proposing in the text.
    pub proposes: bool,
    /// Characters of prose.
    pub chars: u32,
    /// How the learner answered.
    pub answer: Answer,
    /// The pull request's author resolved the thread.
    pub resolved_by_author: bool,
    /// The learner gave a thumbs-up.
    pub thumbs_up: bool,
}

impl Signs {
    /// The signs that are there, each with how much of it, in the order of [`Sign::ALL`].
    #[must_use]
    pub fn values(&self) -> Vec<(Sign, f64)> {
        let applied = matches!(self.follow_up, Some(FollowUp::Compared { applied: true, .. }));
        let unchanged = diffs_known(self.follow_up) && !self.follow_up.is_some_and(changed_nearby);
        let is_there = |there: bool, sign| there.then_some((sign, 1.0));
        let mut found: Vec<(Sign, f64)> = Vec::new();
        found.extend(self.follow_up.and_then(push).map(|sign| (sign, 1.0)));
        found.extend(is_there(self.has_code, Sign::Code));
        found.extend(is_there(self.proposes, Sign::Proposes));
        found.push((Sign::Length, f64::from(self.chars).ln_1p()));
        found.extend(is_there(applied, Sign::Applied));
        found.extend(is_there(self.answer == Answer::Acknowledged, Sign::Acknowledged));
        found.extend(is_there(self.answer == Answer::Disagreed, Sign::Disagreed));
        found.extend(is_there(self.resolved_by_author && unchanged, Sign::ResolvedUnchanged));
        found.extend(is_there(self.thumbs_up, Sign::ThumbsUp));
        found
    }
}

/// What the formula says of one comment.
#[derive(Clone, PartialEq, Debug)]
pub struct Landing {
    /// Probability that the comment was useful, strictly between 0 and 1.
    pub p: f64,
    /// The sum of the parts' weights, added in their order.
    pub log_odds: f64,
    /// The parts, in the order in which they are added.
    pub parts: Vec<Part>,
    /// What the pushes did is known.
    pub diffs_known: bool,
}

/// What one sign weighs.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Weight {
    /// Log-odds per unit of the sign's value.
    pub log_odds: f64,
    /// Fitted on labels; otherwise a judgement.
    pub calibrated: bool,
}

/// What the signs weigh: the shipped weights, or those that an organisation's own answers gave
/// ([`refit`](crate::teach::refit)).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Weights {
    base: f64,
    signs: BTreeMap<Sign, Weight>,
}

impl Weights {
    /// Weights by sign. A sign that isn't there weighs what the shipped one does.
    #[must_use]
    pub fn new(base: f64, signs: BTreeMap<Sign, Weight>) -> Self {
        Self { base, signs }
    }

    /// The weights that Peerlore comes with.
    #[must_use]
    pub fn shipped() -> Self {
        Self::new(BASE, BTreeMap::new())
    }

    /// Log-odds of a comment with no sign at all.
    #[must_use]
    pub fn base(&self) -> f64 {
        self.base
    }

    /// What a sign weighs.
    #[must_use]
    pub fn of(&self, sign: Sign) -> Weight {
        self.signs.get(&sign).copied().unwrap_or_else(|| shipped(sign))
    }
}

fn shipped(sign: Sign) -> Weight {
    let (log_odds, calibrated) = match sign {
        Sign::Within3 => (WITHIN_3, true),
        Sign::Within10 => (WITHIN_10, true),
        Sign::SameFile => (SAME_FILE, true),
        Sign::Untouched => (UNTOUCHED, true),
        Sign::NoLaterPush => (NO_LATER_PUSH, true),
        Sign::Code => (CODE, true),
        Sign::Proposes => (PROPOSES, true),
        Sign::Length => (LENGTH, true),
        Sign::Applied => (APPLIED, false),
        Sign::Acknowledged => (ACKNOWLEDGED, false),
        Sign::Disagreed => (DISAGREED, false),
        Sign::ResolvedUnchanged => (RESOLVED_UNCHANGED, false),
        Sign::ThumbsUp => (THUMBS_UP, false),
    };
    Weight { log_odds, calibrated }
}

/// Works the formula out: `p = sigmoid(base + sum of value * weight)` over the signs that are there, which by the shipped
/// weights is `sigmoid(0.04 + s + 0.56 code + 0.58 suggest + 0.27 ln(1+chars))` plus the judgements.
#[must_use]
pub fn landing(signs: &Signs, weights: &Weights) -> Landing {
    let mut parts = vec![Part {
        what: "any comment that passes the gates".to_owned(),
        weight: weights.base(),
        calibrated: true,
        sign: None,
        value: 1.0,
    }];
    parts.extend(signs.values().into_iter().map(|(sign, value)| {
        let weight = weights.of(sign);
        Part {
            what: sign.words().to_owned(),
            weight: weight.log_odds * value,
            calibrated: weight.calibrated,
            sign: Some(sign),
            value,
        }
    }));
    parts.extend(limit(&parts));
    let log_odds: f64 = parts.iter().map(|part| part.weight).sum();
    Landing {
        p: 1.0 / (1.0 + (-log_odds).exp()),
        log_odds,
        parts,
        diffs_known: diffs_known(signs.follow_up),
    }
}

/// Takes back what isn't calibrated beyond its limit.
fn limit(parts: &[Part]) -> Option<Part> {
    let judged = parts.iter().filter(|part| !part.calibrated);
    let sum: f64 = judged.map(|part| part.weight).sum();
    let over = sum - sum.clamp(-JUDGEMENT_LIMIT, JUDGEMENT_LIMIT);
    (over != 0.0).then(|| Part {
        what: "limit of what isn't calibrated".to_owned(),
        weight: -over,
        calibrated: false,
        sign: None,
        value: 1.0,
    })
}

/// A change within 10 lines or an applied suggestion: the half of "landed" that pushes can show.
#[must_use]
pub fn changed_nearby(follow_up: FollowUp) -> bool {
    matches!(
        follow_up,
        FollowUp::Compared { applied: true, .. }
            | FollowUp::Compared {
                nearness: Nearness::Within3 | Nearness::Within10,
                ..
            }
    )
}

fn diffs_known(follow_up: Option<FollowUp>) -> bool {
    matches!(follow_up, Some(FollowUp::Compared { .. } | FollowUp::NoLaterPush))
}

/// The sign of what the pushes did; none where they say nothing.
fn push(follow_up: FollowUp) -> Option<Sign> {
    match follow_up {
        FollowUp::Compared { applied: true, .. } => Some(Sign::Within3),
        FollowUp::Compared { nearness, .. } => Some(match nearness {
            Nearness::Within3 => Sign::Within3,
            Nearness::Within10 => Sign::Within10,
            Nearness::SameFile => Sign::SameFile,
            Nearness::Untouched => Sign::Untouched,
        }),
        FollowUp::NoLaterPush => Some(Sign::NoLaterPush),
        FollowUp::Waiting | FollowUp::NoDiffs => None,
    }
}
