//! How well the classifier reads comments that people labelled: areas by precision, recall, F1 and calibration, what is
//! shown of them, and whether a comment teaches.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::Error as _;

use crate::classify;
use crate::classify::Classifier;
use crate::classify::linear;
use crate::classify::linear::Answer;
use crate::classify::linear::Cuts;
use crate::classify::linear::Row;
use crate::classify::markdown;
use crate::classify::second::SecondError;
use crate::classify::train;
use crate::classify::train::Examples;
use crate::classify::train::TrainError;
use crate::classify::train::Tuning;
use crate::classify::train::folds;
use crate::model::comment::CommentKind;
use crate::model::correction::Teaches;
use crate::model::skill::Area;

/// Areas with fewer labels than this stay out of the mean over areas: their F1 is chance.
const LEAST_SUPPORT: usize = 8;
/// Bins of the calibration error, equally wide.
const BINS: usize = 10;
/// The seed of folds, where nobody chose another.
pub const SEED: u64 = 1;

/// A comment is about at most so many areas.
pub const MOST_AREAS: usize = 3;

/// One labelled comment.
#[derive(Clone, Debug, Deserialize)]
pub struct LabelledComment {
    /// The project it comes from.
    pub project: String,
    /// The file it stands on.
    pub path: Option<String>,
    /// What was written.
    pub body: String,
    /// It answers another comment.
    pub is_reply: bool,
    /// The areas that a reader named, most important first.
    pub areas: Vec<Area>,
    /// What it gives; written as 0 nothing, 1 a request, 2 knowledge.
    #[serde(deserialize_with = "numbered")]
    pub teaches: Teaches,
}

impl LabelledComment {
    /// What is wrong with it, beyond its shape; none where nothing is.
    #[must_use]
    pub fn flaw(&self) -> Option<String> {
        if self.project.trim().is_empty() {
            return Some("its project is empty, by which it is kept apart from others".to_owned());
        }
        if self.body.trim().is_empty() {
            return Some("its body is empty".to_owned());
        }
        if self.areas.len() > MOST_AREAS {
            return Some(format!(
                "it has {} areas, and at most {MOST_AREAS} count",
                self.areas.len()
            ));
        }
        let twice = self
            .areas
            .iter()
            .enumerate()
            .find(|(at, area)| self.areas[..*at].contains(area));
        twice.map(|(_, area)| format!("it names the area {area} twice"))
    }
}

/// What a number of labelled data stands for.
fn numbered<'de, D: Deserializer<'de>>(from: D) -> Result<Teaches, D::Error> {
    let said = serde_json::Value::deserialize(from)?;
    let degree = said.as_u64().and_then(|degree| u8::try_from(degree).ok());
    let teaches = degree.and_then(Teaches::of_degree);
    teaches.ok_or_else(|| {
        D::Error::custom(format!(
            "teaches is {said}, not 0 (nothing), 1 (a request) or 2 (knowledge)"
        ))
    })
}

/// Counts of one question with yes and no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Tally {
    right: usize,
    called: usize,
    there: usize,
}

/// Precision, recall and F1, in [0, 1].
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Accuracy {
    /// Of what was called, the share that was right.
    pub precision: f64,
    /// Of what is there, the share that was called.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many labels there are.
    pub support: usize,
}

/// One area's figures.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct AreaAccuracy {
    /// Where the area is read.
    #[serde(flatten)]
    pub read: Accuracy,
    /// Of the times that it is shown to people, the share that was right; none where it never is.
    pub shown_precision: Option<f64>,
    /// How often it is shown.
    pub shown: usize,
    /// Expected calibration error of its probability over all comments, in [0, 1].
    pub ece: f64,
}

/// Whether a comment teaches: nothing, a request, knowledge.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Teaching {
    /// Mean F1 over the three.
    pub macro_f1: f64,
    /// Passes nothing on.
    pub none: Accuracy,
    /// Asks for something without a reason.
    pub request: Accuracy,
    /// Gives knowledge that transfers.
    pub knowledge: Accuracy,
}

/// How well it did.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClassifyScore {
    /// Comments.
    pub rows: usize,
    /// F1 over all labels together, where areas are read.
    pub micro_f1: f64,
    /// Mean F1 over the areas with at least 8 labels.
    pub macro_f1: f64,
    /// Of the areas that are shown to people, the share that was right.
    pub precision: f64,
    /// Share of the comments with an area that is shown.
    pub coverage: f64,
    /// Share of the comments where it abstains: the rest.
    pub abstained: f64,
    /// Expected calibration error: the mean over the areas of the error of each one's probability, in [0, 1].
    pub ece: f64,
    /// The same of the probabilities of areas that are read only: stricter, since most others are near zero and right.
    pub ece_read: f64,
    /// Area by area.
    pub areas: BTreeMap<String, AreaAccuracy>,
    /// Whether it teaches.
    pub teaches: Teaching,
}

/// What was made of one comment, and from where on it is read and shown.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Its kind.
    pub kind: CommentKind,
    /// Probabilities.
    pub answer: Answer,
    /// From which on areas are read and shown.
    pub cuts: Cuts,
}

/// Measures a classifier.
///
/// # Errors
/// [`SecondError`] where its second stage fails.
pub fn classify_score(classifier: &Classifier, rows: &[LabelledComment]) -> Result<ClassifyScore, SecondError> {
    let made = |row: &LabelledComment| {
        let parts = markdown::parts(&row.body);
        let (answer, cuts) = classifier.answer(&parts, row.path.as_deref(), row.is_reply)?;
        Ok(Made {
            kind: classify::kind(&row.body, &parts),
            answer,
            cuts,
        })
    };
    let made: Vec<Made> = rows.iter().map(made).collect::<Result<_, SecondError>>()?;
    Ok(score(&rows.iter().collect::<Vec<_>>(), &made))
}

/// Trains in folds by project and measures each fold with a model, a calibration and cuts that saw nothing of it: the only
/// honest figure on comments that the shipped model was trained on.
///
/// # Errors
/// [`TrainError`] where there are too few projects.
pub fn cross_validated(examples: &Examples<'_>, seed: u64) -> Result<ClassifyScore, TrainError> {
    of_cross_fitted(examples, &train::cross_fitted(examples, seed)?, seed)
}

/// The same for sums that are there already.
///
/// # Errors
/// [`TrainError`] where there are too few projects.
pub fn of_cross_fitted(examples: &Examples<'_>, sums: &[Row], seed: u64) -> Result<ClassifyScore, TrainError> {
    let made = tuned_elsewhere(examples, sums, seed)?;
    Ok(score(examples.measured(), &made))
}

/// Answers of each comment by calibration and cuts from the other folds.
fn tuned_elsewhere(examples: &Examples<'_>, sums: &[Row], seed: u64) -> Result<Vec<Made>, TrainError> {
    let projects: Vec<&str> = examples.measured().iter().map(|one| one.project.as_str()).collect();
    let fold_of = folds::by_project(projects.iter().copied(), seed)?;
    let tunings: Vec<Tuning> = (0..folds::FOLDS)
        .map(|fold| {
            let others: Vec<usize> = (0..sums.len()).filter(|at| fold_of[projects[*at]] != fold).collect();
            Tuning::of(examples, sums, &others)
        })
        .collect::<Result<_, _>>()?;
    Ok(examples
        .measured()
        .iter()
        .zip(sums)
        .map(|(comment, sums)| {
            let tuned = &tunings[fold_of[comment.project.as_str()]];
            Made {
                kind: classify::kind(&comment.body, &markdown::parts(&comment.body)),
                answer: linear::calibrated(&tuned.platt, sums),
                cuts: tuned.cuts,
            }
        })
        .collect())
}

/// Compares answers with labels.
#[must_use]
pub fn score(rows: &[&LabelledComment], made: &[Made]) -> ClassifyScore {
    let (mut read, mut shown) = ([Tally::default(); linear::AREAS], [Tally::default(); linear::AREAS]);
    let mut chances: [Vec<(f64, bool)>; linear::AREAS] = std::array::from_fn(|_| Vec::new());
    let mut said: Vec<(f64, bool)> = Vec::new();
    let mut degrees = [Tally::default(); Teaches::ALL.len()];
    let mut covered = 0;
    for (row, made) in rows.iter().zip(made) {
        let silent = !classify::passes_something_on(made.kind);
        let gives = if silent { Teaches::None } else { made.answer.gives() };
        let named = classify::shown(made.cuts, made.kind, &made.answer);
        for (teaches, tally) in Teaches::ALL.into_iter().zip(&mut degrees) {
            tally.add(teaches == gives, teaches == row.teaches);
        }
        covered += usize::from(!named.is_empty());
        for (at, (area, chance)) in Area::ALL.iter().zip(made.answer.areas).enumerate() {
            let is = row.areas.contains(area);
            let is_read = !silent && chance >= made.cuts.read_from;
            read[at].add(is_read, is);
            shown[at].add(named.iter().any(|guess| guess.area == *area), is);
            chances[at].push((f64::from(chance), is));
            if is_read {
                said.push((f64::from(chance), is));
            }
        }
    }
    let all_read = together(&read);
    let all_shown = together(&shown);
    let enough: Vec<f64> = read
        .iter()
        .filter(|tally| tally.there >= LEAST_SUPPORT)
        .map(|tally| tally.accuracy().f1)
        .collect();
    let coverage = ratio(covered, rows.len());
    let [none, request, knowledge] = degrees.map(Tally::accuracy);
    let areas = Area::ALL.iter().enumerate().map(|(at, area)| {
        let of_area = AreaAccuracy {
            read: read[at].accuracy(),
            shown_precision: (shown[at].called > 0).then(|| ratio(shown[at].right, shown[at].called)),
            shown: shown[at].called,
            ece: calibration_error(&chances[at]),
        };
        (area.slug().to_owned(), of_area)
    });
    ClassifyScore {
        rows: rows.len(),
        micro_f1: all_read.accuracy().f1,
        macro_f1: mean(&enough),
        precision: all_shown.accuracy().precision,
        coverage,
        abstained: 1.0 - coverage,
        ece: mean(&chances.each_ref().map(|of_area| calibration_error(of_area))),
        ece_read: calibration_error(&said),
        areas: areas.collect(),
        teaches: Teaching {
            macro_f1: mean(&[none.f1, request.f1, knowledge.f1]),
            none,
            request,
            knowledge,
        },
    }
}

/// Expected calibration error over equally wide bins (Guo et al., On Calibration of Modern Neural Networks, 2017, section 2).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares and counts"
)]
fn calibration_error(said: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for (chance, is) in said {
        let bin = ((chance * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += chance;
        bins[bin].1 += f64::from(u8::from(*is));
    }
    bins.iter().map(|(hoped, came)| f64::abs(hoped - came)).sum::<f64>() / said.len().max(1) as f64
}

fn together(tallies: &[Tally]) -> Tally {
    let mut all = Tally::default();
    for tally in tallies {
        all.right += tally.right;
        all.called += tally.called;
        all.there += tally.there;
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "a handful of areas")]
fn mean(numbers: &[f64]) -> f64 {
    // From 0, since the sum of none is -0.
    numbers.iter().fold(0.0, |all, one| all + one) / numbers.len().max(1) as f64
}

impl Tally {
    fn add(&mut self, called: bool, there: bool) {
        self.right += usize::from(called && there);
        self.called += usize::from(called);
        self.there += usize::from(there);
    }

    fn accuracy(self) -> Accuracy {
        Accuracy {
            precision: ratio(self.right, self.called),
            recall: ratio(self.right, self.there),
            f1: ratio(2 * self.right, self.called + self.there),
            support: self.there,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
