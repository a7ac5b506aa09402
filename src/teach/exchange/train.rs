//! Trains the models of a thread on threads that people read.
use std::collections::BTreeMap;

use crate::logistic;
use crate::logistic::Question;
use crate::logistic::Sparse;
use crate::model::ids::PersonId;
use crate::teach::exchange::Grade;
use crate::teach::exchange::features;
use crate::teach::exchange::features::OUTCOME_COLUMNS;
use crate::teach::exchange::features::PAIR_COLUMNS;
use crate::teach::exchange::model::Model;
use crate::teach::exchange::model::Sum;
use crate::teach::exchange::talk::Talk;

/// Strength of the ridge, found by cross-validation, as are the next ones; any half or double of it does about as well.
const PAIR_RIDGE: f64 = 8.0;
const OUTCOME_RIDGE: f64 = 10.0;
/// The best balance of precision and recall lies here.
const CUT: f64 = 0.5;
/// What is added for each outcome, in the order of [`Grade::ALL`]: the two rarer ones would hardly ever be told.
const RARER: [f64; 4] = [0.9, 0.0, 1.0, 0.0];
const STEPS: u64 = 300;

/// How much the beginning of a thread counts beside the whole of it.
const BEGUN: f64 = 0.5;

/// A lesson that a reader found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The comment that carries it most, by its place in the talk.
    pub from: usize,
    /// What came of it.
    pub grade: Grade,
}

/// A thread with the lessons that were found in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Labelled {
    /// The thread.
    pub talk: Talk,
    /// Who taught whom.
    pub lessons: BTreeMap<(PersonId, PersonId), Found>,
}

impl Labelled {
    /// The thread before anybody answered: most threads of the world are no more than that, and a file of threads with answers has none.
    /// What the first comments carry, they carry unanswered.
    fn begun(&self) -> Self {
        let spoken = &self.talk.spoken;
        let first = spoken.first().map(|spoken| spoken.who);
        let answer = spoken.iter().position(|spoken| Some(spoken.who) != first);
        let end = answer.unwrap_or(spoken.len());
        let lessons = self.lessons.iter().filter(|(_, found)| found.from < end);
        Self {
            talk: Talk {
                spoken: spoken[..end].to_vec(),
                ..self.talk
            },
            lessons: lessons
                .map(|(pair, found)| {
                    let open = Found {
                        grade: Grade::Open,
                        ..*found
                    };
                    (*pair, open)
                })
                .collect(),
        }
    }
}

/// The models of these threads. Always the same for the same threads.
///
/// # Errors
/// When the solver fails, which finite numbers don't make it do.
pub fn trained<'a>(threads: impl IntoIterator<Item = &'a Labelled>) -> Result<Model, logistic::Error> {
    let (mut pairs, mut taught, mut counts) = (Sparse::default(), Vec::new(), Vec::new());
    let (mut outcomes, mut came) = (Sparse::default(), Vec::new());
    for thread in threads {
        for (thread, whole) in [(thread, true), (&thread.begun(), false)] {
            for pair in thread.talk.pairs() {
                let found = thread.lessons.get(&(pair.teacher, pair.learner));
                pairs.push(features::of_pair(&thread.talk, &pair));
                taught.push(found.is_some());
                counts.push(if whole { 1.0 } else { BEGUN });
                if let Some(found) = found.filter(|_| whole) {
                    outcomes.push(features::of_outcome(&thread.talk, &pair));
                    came.push(found.grade);
                }
            }
        }
    }
    let mut grades: [Sum; 4] = Default::default();
    for (at, grade) in Grade::ALL.into_iter().enumerate() {
        let yes: Vec<bool> = came.iter().map(|one| *one == grade).collect();
        grades[at] = solved((&outcomes, OUTCOME_COLUMNS), &yes, &vec![1.0; yes.len()], OUTCOME_RIDGE)?;
        grades[at].bias += RARER[at];
    }
    Ok(Model {
        pair: solved((&pairs, PAIR_COLUMNS), &taught, &counts, PAIR_RIDGE)?,
        cut: CUT,
        grades,
    })
}

fn solved((rows, width): (&Sparse, usize), yes: &[bool], weights: &[f64], ridge: f64) -> Result<Sum, logistic::Error> {
    let mut weights = logistic::solve(&Question {
        rows,
        width,
        yes,
        weights,
        ridge,
        steps: STEPS,
        offsets: None,
    })?;
    let bias = weights.pop().unwrap_or_default();
    Ok(Sum { weights, bias })
}
