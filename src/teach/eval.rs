//! How well the landing formula does on comments whose usefulness people rated (Nova's, of `OpenDev`).
//!
//! The shipped weights, which were fitted on such ratings, are used as they are; or others are fitted in folds and measured on what they
//! didn't see.
pub mod threads;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::logistic;
use crate::logistic::Question;
use crate::logistic::Sparse;
use crate::model::comment::CommentText;
use crate::model::comment::Reading;
use crate::model::evidence::FollowUp;
use crate::model::evidence::Nearness;
use crate::model::lesson::Sign;
use crate::teach::landing::Answer;
use crate::teach::landing::Signs;
use crate::teach::landing::Weights;
use crate::teach::landing::landing;

/// Folds of the cross-validation.
const FOLDS: usize = 10;
/// As good as no ridge: it only keeps a sign that nothing bears at zero.
const RIDGE: f64 = 1e-3;
/// Steps of the solver at most.
const STEPS: u64 = 200;

/// One rated comment.
#[derive(Clone, Debug, Deserialize)]
pub struct RatedComment {
    /// What was written.
    pub text: String,
    /// 1: its author found it useful; 0: not.
    pub useful: u8,
    /// The change that it was written on; none: one of its own.
    #[serde(default)]
    pub change: Option<u64>,
    /// The file.
    pub file: String,
    /// What later patch sets changed.
    pub landing: LaterChange,
}

/// What the patch sets after a comment changed.
#[derive(Clone, Debug, Deserialize)]
pub struct LaterChange {
    /// A later patch set holds the file; false or none where the comment stood on the last one.
    pub later_patchset_has_file: Option<bool>,
    /// Lines from the comment to the nearest later change; none where the file did not change.
    pub dist_to_nearest_later_change: Option<f64>,
}

/// How well it did. Figures in [0, 1].
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct LandingScore {
    /// Comments.
    pub rows: usize,
    /// Share that was useful.
    pub useful: f64,
    /// Probability that a useful comment gets a higher p than one that isn't; ties count half.
    pub auc: f64,
    /// Expected calibration error over ten bins of equal width.
    pub ece: f64,
    /// F1 of the class "not useful", called where p is below [`NOT_USEFUL_BELOW`].
    pub minority_f1: f64,
    /// Mean squared error of p.
    pub brier: f64,
}

/// A comment is called "not useful" below this p: about the share of useful ones, so that the rare class is called about as
/// often as it occurs. Fixed, not tuned on the rows it is measured on.
pub const NOT_USEFUL_BELOW: f64 = 0.75;

/// The follow-up that a row tells.
#[must_use]
pub fn follow_up(change: &LaterChange) -> FollowUp {
    let nearness = match (change.later_patchset_has_file, change.dist_to_nearest_later_change) {
        (None | Some(false), _) => return FollowUp::NoLaterPush,
        (Some(true), Some(distance)) if distance <= 3.0 => Nearness::Within3,
        (Some(true), Some(distance)) if distance <= 10.0 => Nearness::Within10,
        (Some(true), Some(_)) => Nearness::SameFile,
        (Some(true), None) => Nearness::Untouched,
    };
    FollowUp::Compared {
        nearness,
        applied: false,
    }
}

/// The formula's p of a row, whose text `read` reads.
pub fn probability(row: &RatedComment, read: impl Fn(&CommentText<'_>) -> Reading) -> f64 {
    landing(&signs(row, read), &Weights::shipped()).p
}

fn signs(row: &RatedComment, read: impl Fn(&CommentText<'_>) -> Reading) -> Signs {
    let reading = read(&CommentText {
        body: &row.text,
        path: Some(&row.file),
        is_reply: false,
        hunk: None,
    });
    Signs {
        follow_up: Some(follow_up(&row.landing)),
        has_code: reading.has_code,
        proposes: reading.proposes,
        chars: reading.chars,
        answer: Answer::None,
        resolved_by_author: false,
        thumbs_up: false,
    }
}

/// Measures the formula on rated comments, read by the classifier that is given.
pub fn landing_score(rows: &[RatedComment], read: impl Fn(&CommentText<'_>) -> Reading) -> LandingScore {
    score(
        rows.iter()
            .map(|row| (probability(row, &read), row.useful == 1))
            .collect(),
    )
}

/// The same of weights that are fitted anew for each tenth of the changes on the other nine, and so saw nothing of what they are
/// measured on.
///
/// # Errors
/// When the solver fails, which finite signs don't make it do.
pub fn cross_validated(
    rows: &[RatedComment],
    read: impl Fn(&CommentText<'_>) -> Reading,
) -> Result<LandingScore, logistic::Error> {
    let signs: Vec<Vec<(Sign, f64)>> = rows.iter().map(|row| signs(row, &read).values()).collect();
    // A comment without a change is one of its own.
    let change = |at: usize| rows[at].change.ok_or(at);
    let changes: BTreeSet<Result<u64, usize>> = (0..rows.len()).map(change).collect();
    let folds: BTreeMap<_, usize> = changes
        .into_iter()
        .enumerate()
        .map(|(at, of)| (of, at % FOLDS))
        .collect();
    let mut scored = Vec::new();
    for fold in 0..FOLDS {
        let (held, seen): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|at| folds[&change(*at)] == fold);
        let mut sparse = Sparse::default();
        for at in &seen {
            sparse.push(columns(&signs[*at]));
        }
        let solved = logistic::solve(&Question {
            rows: &sparse,
            width: Sign::ALL.len(),
            yes: &seen.iter().map(|at| rows[*at].useful == 1).collect::<Vec<_>>(),
            weights: &vec![1.0; seen.len()],
            ridge: RIDGE,
            steps: STEPS,
            offsets: None,
        })?;
        let sum = |at: usize| {
            let signs = columns(&signs[at]).map(|(column, value)| f64::from(value) * solved[column as usize]);
            signs.sum::<f64>() + solved[Sign::ALL.len()]
        };
        scored.extend(
            held.into_iter()
                .map(|at| (1.0 / (1.0 + (-sum(at)).exp()), rows[at].useful == 1)),
        );
    }
    Ok(score(scored))
}

/// The columns of signs, ascending as the signs are.
#[expect(
    clippy::cast_possible_truncation,
    reason = "thirteen columns, and values that need not be exact"
)]
fn columns(signs: &[(Sign, f64)]) -> impl Iterator<Item = (u32, f32)> {
    signs.iter().map(|(sign, value)| (*sign as u32, *value as f32))
}

fn score(mut scored: Vec<(f64, bool)>) -> LandingScore {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    LandingScore {
        rows: scored.len(),
        useful: share(scored.iter().filter(|one| one.1).count(), scored.len()),
        auc: auc(&scored),
        ece: calibration_error(&scored),
        minority_f1: minority_f1(&scored),
        brier: scored
            .iter()
            .map(|&(p, useful)| (p - f64::from(u8::from(useful))).powi(2))
            .sum::<f64>()
            / size(scored.len().max(1)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
pub(super) fn size(count: usize) -> f64 {
    count as f64
}

pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { size(part) / size(whole) }
}

/// Area under the ROC curve by ranks; the rows must be sorted by p.
pub(super) fn auc(sorted: &[(f64, bool)]) -> f64 {
    let useful = sorted.iter().filter(|one| one.1).count();
    let not = sorted.len() - useful;
    if useful == 0 || not == 0 {
        return 0.5;
    }
    let (mut wins, mut below) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let good = size(tied.iter().filter(|one| one.1).count());
        let bad = size(tied.len()) - good;
        wins += good * (below + bad / 2.0);
        below += bad;
    }
    wins / (size(useful) * size(not))
}

/// Ten bins of equal width: the mean distance between what was said and what came, weighted by the rows in a bin.
pub(super) fn calibration_error(scored: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for &(p, useful) in scored {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "p is in [0, 1]")]
        let bin = ((p * 10.0) as usize).min(9);
        bins[bin].0 += p;
        bins[bin].1 += f64::from(u8::from(useful));
    }
    bins.iter().map(|(said, came)| f64::abs(said - came)).sum::<f64>() / size(scored.len().max(1))
}

fn minority_f1(scored: &[(f64, bool)]) -> f64 {
    let called = |one: &&(f64, bool)| one.0 < NOT_USEFUL_BELOW;
    let right = scored.iter().filter(called).filter(|one| !one.1).count();
    let calls = scored.iter().filter(called).count();
    let there = scored.iter().filter(|one| !one.1).count();
    share(2 * right, calls + there)
}

#[cfg(test)]
mod tests;
