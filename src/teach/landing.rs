//! Was a comment useful, and did it land? A sum of log-odds with named parts (science.md section 1).
//!
//! The coefficients were fitted on public comments that people rated for usefulness. The parts that no public label
//! covers are a judgement: their sum is limited to ±1.5 and each is marked as not calibrated.
use crate::model::evidence::FollowUp;
use crate::model::evidence::Nearness;
use crate::model::lesson::Part;

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

/// Works the formula out: `p = sigmoid(0.04 + s + 0.56 code + 0.58 suggest + 0.27 ln(1+chars))` plus the judgements.
#[must_use]
pub fn landing(signs: &Signs) -> Landing {
    let mut parts = vec![fitted("any comment that passes the gates", BASE)];
    parts.extend(signs.follow_up.and_then(push_part));
    if signs.has_code {
        parts.push(fitted("code in the text", CODE));
    }
    if signs.proposes {
        parts.push(fitted("it proposes something", PROPOSES));
    }
    parts.push(fitted("length of the text", LENGTH * f64::from(signs.chars).ln_1p()));
    parts.extend(judgements(signs));
    let log_odds: f64 = parts.iter().map(|part| part.weight).sum();
    Landing {
        p: 1.0 / (1.0 + (-log_odds).exp()),
        log_odds,
        parts,
        diffs_known: diffs_known(signs.follow_up),
    }
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

fn push_part(follow_up: FollowUp) -> Option<Part> {
    let (what, weight) = match follow_up {
        FollowUp::Compared { applied: true, .. }
        | FollowUp::Compared {
            nearness: Nearness::Within3,
            ..
        } => ("the next push changed a line within 3", WITHIN_3),
        FollowUp::Compared {
            nearness: Nearness::Within10,
            ..
        } => ("the next push changed a line 4 to 10 away", WITHIN_10),
        FollowUp::Compared {
            nearness: Nearness::SameFile,
            ..
        } => ("the next push changed the file elsewhere", SAME_FILE),
        FollowUp::Compared {
            nearness: Nearness::Untouched,
            ..
        } => ("the next push left the file unchanged", UNTOUCHED),
        FollowUp::NoLaterPush => ("no later push", NO_LATER_PUSH),
        FollowUp::Waiting | FollowUp::NoDiffs => return None,
    };
    Some(fitted(what, weight))
}

fn judgements(signs: &Signs) -> Vec<Part> {
    let mut parts = Vec::new();
    let applied = matches!(signs.follow_up, Some(FollowUp::Compared { applied: true, .. }));
    if applied {
        parts.push(judged("the suggestion was applied", APPLIED));
    }
    match signs.answer {
        Answer::Acknowledged => parts.push(judged("the learner acknowledged it", ACKNOWLEDGED)),
        Answer::Disagreed => parts.push(judged("the learner disagreed", DISAGREED)),
        Answer::None => {}
    }
    if signs.resolved_by_author && diffs_known(signs.follow_up) && !signs.follow_up.is_some_and(changed_nearby) {
        parts.push(judged("resolved by the author without a change", RESOLVED_UNCHANGED));
    }
    if signs.thumbs_up {
        parts.push(judged("a thumbs-up of the learner", THUMBS_UP));
    }
    let sum: f64 = parts.iter().map(|part| part.weight).sum();
    let over = sum - sum.clamp(-JUDGEMENT_LIMIT, JUDGEMENT_LIMIT);
    if over != 0.0 {
        parts.push(judged("limit of what isn't calibrated", -over));
    }
    parts
}

fn fitted(what: &str, weight: f64) -> Part {
    Part {
        what: what.to_owned(),
        weight,
        calibrated: true,
    }
}

fn judged(what: &str, weight: f64) -> Part {
    Part {
        what: what.to_owned(),
        weight,
        calibrated: false,
    }
}
