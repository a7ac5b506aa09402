//! Trains the classifier: labelled comments in, a model out. The same comments give the same model, bit by bit.
//!
//! [`trained`] makes the model that is shipped. [`cross_fitted`] gives each labelled comment the sums of a model that saw
//! nothing of its project: what calibration, cuts and honest figures are made of.
pub mod folds;
pub mod second;
pub mod vocabulary;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::classify::eval;
use crate::classify::eval::ClassifyScore;
use crate::classify::eval::LabelledComment;
use crate::classify::file::rounded;
use crate::classify::linear::ANSWERS;
use crate::classify::linear::AREAS;
use crate::classify::linear::Cuts;
use crate::classify::linear::Model;
use crate::classify::linear::Platt;
use crate::classify::linear::Reader;
use crate::classify::linear::Row;
use crate::classify::linear::Text;
use crate::classify::markdown;
use crate::classify::second::SecondError;
use crate::classify::train::vocabulary::Counted;
use crate::classify::train::vocabulary::Vocabulary;
use crate::logistic;
use crate::logistic::Question;
use crate::logistic::Sparse;
use crate::model::skill::Area;

/// Strength of the ridge: measured, see the decision on the classifier.
const RIDGE: f64 = 0.4;
/// Steps of the solver at most; more change no figure in its third place.
const STEPS: u64 = 60;
/// Weights below this say nothing; a text with none above it is left out.
const FAINT: f32 = 0.02;

/// Why nothing could be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Too few projects to hold some out.
    #[error("there are {projects} projects; figures by project need at least {least}")]
    Projects {
        /// How many there are.
        projects: usize,
        /// How many it takes.
        least: usize,
    },
    /// The second stage.
    #[error(transparent)]
    Second(#[from] SecondError),
    /// The solver gave up.
    #[error("the solver gave up: {0}")]
    Solver(String),
}

/// Labelled comments, taken apart once.
#[derive(Clone, Debug)]
pub struct Examples<'a> {
    comments: Vec<&'a LabelledComment>,
    counted: Vec<Counted>,
    /// The first so many are what figures are about; the rest are only learned from.
    measured: usize,
    /// The first so many make the vocabulary; what the rest say can only move the weights of words that are in it.
    worded: usize,
}

impl<'a> Examples<'a> {
    /// Takes comments apart: those that figures are about, and more to learn from.
    #[must_use]
    pub fn new(measured: &'a [LabelledComment], more: &'a [LabelledComment]) -> Self {
        let comments: Vec<&LabelledComment> = measured.iter().chain(more).collect();
        let counted = comments
            .iter()
            .map(|one| Counted::of(&one.project, &one.body, one.path.as_deref(), one.is_reply))
            .collect();
        Self {
            comments,
            counted,
            measured: measured.len(),
            worded: measured.len() + more.len(),
        }
    }

    /// The same with comments that people of one organisation corrected. They are learned from, and no word of theirs gets into a model
    /// that the others don't have.
    #[must_use]
    pub fn with_corrections(mut self, corrected: &'a [LabelledComment]) -> Self {
        let counted = |one: &LabelledComment| Counted::of(&one.project, &one.body, one.path.as_deref(), one.is_reply);
        self.counted.extend(corrected.iter().map(counted));
        self.comments.extend(corrected);
        self
    }

    /// How many projects the measured comments are from.
    #[must_use]
    pub fn projects(&self) -> usize {
        let projects: BTreeSet<&str> = self.measured().iter().map(|one| one.project.as_str()).collect();
        projects.len()
    }

    /// Which measured comments a fold holds out, and all the comments, measured or not, that it learns from.
    fn split(&self, fold_of: &BTreeMap<&str, usize>, fold: usize) -> (Vec<usize>, Vec<usize>) {
        let is_held = |at: &usize| fold_of.get(self.comments[*at].project.as_str()) == Some(&fold);
        let learned = (0..self.comments.len()).filter(|at| !is_held(at)).collect();
        ((0..self.measured).filter(is_held).collect(), learned)
    }

    /// The fold of each measured project.
    fn folds(&self, seed: u64) -> Result<BTreeMap<&str, usize>, TrainError> {
        folds::by_project(self.measured().iter().map(|one| one.project.as_str()), seed)
    }

    /// The comments that figures are about.
    #[must_use]
    pub fn measured(&self) -> &[&'a LabelledComment] {
        &self.comments[..self.measured]
    }
}

/// The model of all examples, with calibration and cuts from the sums of models that hadn't seen a comment's project
/// ([`cross_fitted`]); and how well those did. It has no name yet.
///
/// # Errors
/// [`TrainError`] where there are too few projects.
pub fn trained(examples: &Examples<'_>, sums: &[Row], seed: u64) -> Result<(Model, ClassifyScore), TrainError> {
    let score = eval::of_cross_fitted(examples, sums, seed)?;
    let all: Vec<usize> = (0..examples.comments.len()).collect();
    let mut model = fit(examples, &all)?;
    let measured: Vec<usize> = (0..examples.measured).collect();
    let tuned = Tuning::of(examples, sums, &measured)?;
    (model.platt, model.cuts) = (tuned.platt, tuned.cuts);
    Ok((model, score))
}

/// For each measured comment the sums of a model that was trained without its project.
///
/// # Errors
/// [`TrainError`] where there are too few projects.
pub fn cross_fitted(examples: &Examples<'_>, seed: u64) -> Result<Vec<Row>, TrainError> {
    let fold_of = examples.folds(seed)?;
    let mut sums = vec![[0.0; ANSWERS]; examples.measured];
    for fold in 0..folds::FOLDS {
        let (held, learned) = examples.split(&fold_of, fold);
        let reader = Reader::new(fit(examples, &learned)?);
        for at in held {
            let one = examples.comments[at];
            sums[at] = reader.sums(&markdown::parts(&one.body), one.path.as_deref(), one.is_reply);
        }
    }
    Ok(sums)
}

/// Trains every answer on some of the examples.
fn fit(examples: &Examples<'_>, learned: &[usize]) -> Result<Model, TrainError> {
    let counted: Vec<&Counted> = learned.iter().map(|at| &examples.counted[*at]).collect();
    let comments: Vec<&LabelledComment> = learned.iter().map(|at| examples.comments[*at]).collect();
    let worded: Vec<&Counted> = learned
        .iter()
        .filter(|at| **at < examples.worded)
        .map(|at| &examples.counted[*at])
        .collect();
    let vocabulary = Vocabulary::of(&worded);
    let rows = vocabulary.rows(&counted);
    let width = |answer: usize| {
        if answer < AREAS {
            vocabulary.about()
        } else {
            vocabulary.manner()
        }
    };
    let solve = |answer: usize| {
        let yes: Vec<bool> = comments.iter().map(|one| says(one, answer)).collect();
        let weights = vec![1.0; yes.len()];
        logistic::solve(&Question {
            rows: &rows,
            width: width(answer),
            yes: &yes,
            weights: &weights,
            ridge: RIDGE,
            steps: STEPS,
            offsets: None,
        })
    };
    let solved = on_all_cores(ANSWERS, solve);
    let solved: Vec<Vec<f64>> = solved
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| TrainError::Solver(error.to_string()))?;
    Ok(laid_out(&vocabulary, &solved))
}

/// Works out `count` things, as many at once as there are cores; what comes of each, in order.
fn on_all_cores<T: Send>(count: usize, one: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let all: Vec<usize> = (0..count).collect();
    std::thread::scope(|scope| {
        let one = &one;
        let running: Vec<_> = all
            .chunks(count.div_ceil(threads).max(1))
            .map(|some| scope.spawn(move || some.iter().map(|at| one(*at)).collect::<Vec<_>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Whether a comment's labels say yes to an answer.
pub(crate) fn says(comment: &LabelledComment, answer: usize) -> bool {
    match Area::ALL.get(answer) {
        Some(area) => comment.areas.contains(area),
        None => comment.teaches as usize == answer - AREAS,
    }
}

/// The solved columns as a model, with the numbers that its file keeps.
fn laid_out(vocabulary: &Vocabulary<'_>, solved: &[Vec<f64>]) -> Model {
    let number = |answer: usize, column: usize| {
        #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
        let weight = solved[answer][column] as f32;
        rounded(weight)
    };
    let row = |column: usize| std::array::from_fn(|answer| number(answer, column));
    let texts = vocabulary
        .texts
        .iter()
        .enumerate()
        .map(|(column, (kind, text, rarity))| Text {
            kind: *kind,
            text: (*text).into(),
            rarity: *rarity,
            weights: row(column),
        });
    let phrases = vocabulary.texts.len()..vocabulary.about();
    let form = vocabulary.about()..vocabulary.manner();
    let of_form = |column: usize| -> Row {
        std::array::from_fn(|answer| if answer < AREAS { 0.0 } else { number(answer, column) })
    };
    Model {
        name: String::new(),
        texts: texts
            .filter(|text| text.weights.iter().any(|weight| weight.abs() > FAINT))
            .collect(),
        phrases: phrases.map(row).collect(),
        form: form.map(of_form).collect(),
        bias: std::array::from_fn(|answer| number(answer, solved[answer].len() - 1)),
        platt: [Platt {
            slope: 1.0,
            offset: 0.0,
        }; ANSWERS],
        cuts: Cuts {
            read_from: 0.3,
            shown_from: 0.5,
        },
    }
}

/// What is set after the weights, from the sums of models that hadn't seen a comment's project.
#[derive(Clone, PartialEq, Debug)]
pub struct Tuning {
    /// Calibration of each answer.
    pub platt: [Platt; ANSWERS],
    /// Areas are read where F1 over all of them together is best, and shown where [`COVERAGE`] of the comments have one.
    pub cuts: Cuts,
}

/// Share of the comments that get a shown area: so much is asked of it, and precision is best where it is no more.
pub const COVERAGE: f64 = 0.61;

impl Tuning {
    /// Tunes on some of the measured comments.
    ///
    /// # Errors
    /// [`TrainError::Solver`].
    pub fn of(examples: &Examples<'_>, sums: &[Row], some: &[usize]) -> Result<Self, TrainError> {
        let mut platt = [Platt {
            slope: 1.0,
            offset: 0.0,
        }; ANSWERS];
        for (answer, found) in platt.iter_mut().enumerate() {
            let yes: Vec<bool> = some.iter().map(|at| says(examples.comments[*at], answer)).collect();
            *found = scaled(&some.iter().map(|at| sums[*at][answer]).collect::<Vec<_>>(), &yes)?;
        }
        let answers: Vec<_> = some
            .iter()
            .map(|at| {
                (
                    crate::classify::linear::calibrated(&platt, &sums[*at]),
                    examples.comments[*at],
                )
            })
            .collect();
        let cuts = (2..70).map(|hundredths| f32::from(u8::try_from(hundredths).unwrap_or(0)) / 100.0);
        let f1_from = |cut: f32| {
            let (mut right, mut called, mut there) = (0_u32, 0_u32, 0_u32);
            for (answer, comment) in &answers {
                for (area, chance) in Area::ALL.iter().zip(answer.areas) {
                    let (says, is) = (chance >= cut, comment.areas.contains(area));
                    right += u32::from(says && is);
                    called += u32::from(says);
                    there += u32::from(is);
                }
            }
            f64::from(2 * right) / f64::from((called + there).max(1))
        };
        let read_from = cuts
            .max_by(|one, other| f1_from(*one).total_cmp(&f1_from(*other)))
            .unwrap_or(0.3);
        let mut surest: Vec<f32> = answers
            .iter()
            .map(|(answer, _)| answer.areas.iter().copied().fold(0.0, f32::max))
            .collect();
        surest.sort_by(|one, other| other.total_cmp(one));
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list"
        )]
        let place = (surest.len() as f64 * COVERAGE) as usize;
        // As the file keeps it, rounded down, so that it covers no less.
        let shown_from = surest.get(place).map_or(0.5, |chance| (chance * 100.0).floor() / 100.0);
        Ok(Self {
            platt,
            cuts: Cuts { read_from, shown_from },
        })
    }
}

/// Platt scaling: the slope and offset under which the sums' probabilities fit best.
fn scaled(sums: &[f32], yes: &[bool]) -> Result<Platt, TrainError> {
    let mut rows = Sparse::default();
    for sum in sums {
        rows.push([(0, *sum)]);
    }
    let found = logistic::solve(&Question {
        rows: &rows,
        width: 1,
        yes,
        weights: &vec![1.0; yes.len()],
        ridge: 1e-3,
        steps: 100,
        offsets: None,
    })
    .map_err(|error| TrainError::Solver(error.to_string()))?;
    #[expect(clippy::cast_possible_truncation, reason = "two small numbers")]
    let [slope, offset] = [found[0] as f32, found[1] as f32].map(rounded);
    Ok(Platt { slope, offset })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::correction::Teaches;

    fn comment(project: &str, body: &str, area: Area) -> LabelledComment {
        LabelledComment {
            project: project.to_owned(),
            path: None,
            body: body.to_owned(),
            is_reply: false,
            areas: vec![area],
            teaches: Teaches::Knowledge,
        }
    }

    #[test]
    fn corrections_move_weights_and_bring_no_word() {
        let of = |project: usize| {
            [
                ("Add a test for it", Area::Testing),
                ("Take the lock", Area::Concurrency),
            ]
            .map(|(body, area)| comment(&format!("p{project}"), body, area))
        };
        let labelled: Vec<LabelledComment> = (0..12).flat_map(of).collect();
        let secret = |project: &str| comment(project, "Zanzibar takes the lock of kestrel", Area::Security);
        let corrected = ["acme/one", "acme/two"]
            .repeat(8)
            .into_iter()
            .map(secret)
            .collect::<Vec<_>>();
        let learned = |corrected: &[LabelledComment]| {
            let examples = Examples::new(&labelled, &[]).with_corrections(corrected);
            let sums = cross_fitted(&examples, 1).unwrap();
            let (model, score) = trained(&examples, &sums, 1).unwrap();
            assert_eq!(score.rows, labelled.len(), "corrections are learned from, not measured");
            model
        };
        let (before, after) = (learned(&[]), learned(&corrected));
        let words = |model: &Model| model.texts.iter().map(|text| text.text.clone()).collect::<Vec<_>>();
        assert!(
            !words(&after)
                .iter()
                .any(|word| word.contains("zanzi") || word.contains("kestr"))
        );
        let security = Area::ALL.iter().position(|area| *area == Area::Security).unwrap();
        let of_lock = |model: &Model| {
            let lock = model.texts.iter().find(|text| &*text.text == "lock");
            lock.map_or(0.0, |lock| lock.weights[security])
        };
        assert!(of_lock(&after) > of_lock(&before) + 0.1, "{:?}", words(&after));
    }
}
