//! Who taught whom in a review thread, and what came of it, inferred from how each comment is meant.
//!
//! In 360 threads that people read, a quarter of the lessons run from the author to a reviewer; half of the first comments never get an
//! answer. So neither direction nor outcome is assumed: for each two people of a thread a small model says how likely one taught the
//! other, and another one what came of it. Both see only [`Manner`](crate::model::manner::Manner)s, who spoke when, and who wrote the pull request; no text.
pub mod features;
pub mod model;
pub mod talk;
pub mod train;

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::PersonId;
use crate::teach::exchange::model::Model;
use crate::teach::exchange::talk::Pair;
use crate::teach::exchange::talk::Talk;

/// What came of a lesson, as the rest of the thread tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The learner says that it was new, or that they understand now.
    Learned,
    /// The learner agrees or does it.
    Accepted,
    /// The learner keeps what there is.
    Declined,
    /// Nothing tells.
    Open,
}

impl Grade {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Learned, Self::Accepted, Self::Declined, Self::Open];
}

/// One person taught another in a thread.
#[derive(Clone, PartialEq, Debug)]
pub struct Exchange {
    /// Who taught.
    pub teacher: PersonId,
    /// Who was taught.
    pub learner: PersonId,
    /// How likely, in [0, 1].
    pub chance: f64,
    /// The teacher's comments that may carry it, by their place in the talk; never empty.
    pub comments: Vec<usize>,
    /// What came of it, most likely.
    pub grade: Grade,
}

/// What the teacher said to the learner; where they said nothing to them, what they said to others who count.
fn carriers(talk: &Talk, pair: &Pair) -> Vec<usize> {
    if !pair.told.is_empty() {
        return pair.told.clone();
    }
    let out = |who: PersonId| talk.spoken.iter().any(|spoken| spoken.who == who && !spoken.counts);
    let to = talk.addressees();
    let by_teacher = talk.of(pair.teacher);
    by_teacher.filter(|at| !to[*at].is_some_and(out)).collect()
}

/// Everybody in the talk who likely taught somebody, in the order in which they spoke.
#[must_use]
pub fn exchanges(talk: &Talk, model: &Model) -> Vec<Exchange> {
    let pairs = talk.pairs().into_iter();
    pairs
        .filter_map(|pair| {
            let chance = model.chance(talk, &pair);
            let comments = carriers(talk, &pair);
            (chance >= model.cut && !comments.is_empty()).then(|| Exchange {
                teacher: pair.teacher,
                learner: pair.learner,
                chance,
                comments,
                grade: model.grade(talk, &pair),
            })
        })
        .collect()
}
