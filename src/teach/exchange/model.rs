//! The two models of a thread, and the file that they are kept in: weights by name, as the page `/docs` may show them.
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::Serialize;

use crate::model::manner::Cue;
use crate::teach::exchange::Grade;
use crate::teach::exchange::features;
use crate::teach::exchange::features::Cell;
use crate::teach::exchange::features::OUTCOME_COLUMNS;
use crate::teach::exchange::features::PAIR_COLUMNS;
use crate::teach::exchange::talk::Pair;
use crate::teach::exchange::talk::Talk;

/// A sum of log-odds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sum {
    /// A weight for each column.
    pub weights: Vec<f64>,
    /// Where the sum starts.
    pub bias: f64,
}

impl Sum {
    fn of(&self, cells: &[Cell]) -> f64 {
        let inner: f64 = cells
            .iter()
            .map(|(column, value)| self.weights[*column as usize] * f64::from(*value))
            .sum();
        inner + self.bias
    }
}

/// How threads are read.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// Whether one person taught another.
    pub pair: Sum,
    /// Probability from which on it is taken for a lesson.
    pub cut: f64,
    /// What came of it, in the order of [`Grade::ALL`]; each against the others.
    pub grades: [Sum; 4],
}

impl Model {
    /// How likely the one taught the other, in [0, 1].
    #[must_use]
    pub fn chance(&self, talk: &Talk, pair: &Pair) -> f64 {
        1.0 / (1.0 + (-self.pair.of(&features::of_pair(talk, pair))).exp())
    }

    /// What most likely came of it.
    #[must_use]
    pub fn grade(&self, talk: &Talk, pair: &Pair) -> Grade {
        let cells = features::of_outcome(talk, pair);
        let sums = Grade::ALL.into_iter().zip(&self.grades);
        let best = sums.max_by(|(_, one), (_, other)| one.of(&cells).total_cmp(&other.of(&cells)));
        match best {
            // By the guide: "good point, but .." that keeps the code is a no. It is too rare for a sum to learn.
            Some((Grade::Accepted, _)) if leaves_it(talk, pair) => Grade::Declined,
            best => best.map_or(Grade::Open, |(grade, _)| grade),
        }
    }
}

/// The learner's last word to the teacher is that it stays as it is.
fn leaves_it(talk: &Talk, pair: &Pair) -> bool {
    let last = talk.of(pair.learner).filter(|at| *at > pair.first).last();
    last.is_some_and(|at| talk.spoken[at].manner.cues.has(Cue::LeavesIt) && talk.addressees()[at] == Some(pair.teacher))
}

/// A sum as it is written: what adds nothing is left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    bias: f64,
    weights: BTreeMap<String, f64>,
}

/// A model as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cut: f64,
    pair: Written,
    grades: BTreeMap<Grade, Written>,
}

/// Why a file isn't a model of threads.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It isn't what training writes.
    #[error("the model of threads can't be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// It has a weight of something that isn't looked at.
    #[error("the model of threads weighs {0:?}, which isn't looked at; train it anew")]
    Unknown(String),
    /// One of the outcomes is missing.
    #[error("the model of threads lacks the outcome {0:?}; train it anew")]
    Lacks(Grade),
}

impl Model {
    /// The file's bytes, readable. Weights are rounded to four places, which moves a probability by less than .001.
    ///
    /// # Errors
    /// [`ModelError::Shape`] where a weight isn't finite.
    pub fn write(&self) -> Result<Vec<u8>, ModelError> {
        let rounded = |weight: f64| (weight * 1e4).round() / 1e4;
        let written = |sum: &Sum, name: fn(usize) -> String| Written {
            bias: rounded(sum.bias),
            weights: sum
                .weights
                .iter()
                .enumerate()
                .map(|(column, weight)| (name(column), rounded(*weight)))
                .filter(|(_, weight)| *weight != 0.0)
                .collect(),
        };
        let grades = Grade::ALL.into_iter().zip(&self.grades);
        let file = File {
            cut: self.cut,
            pair: written(&self.pair, features::pair_name),
            grades: grades
                .map(|(grade, sum)| (grade, written(sum, features::outcome_name)))
                .collect(),
        };
        let mut bytes = serde_json::to_vec_pretty(&file)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What [`Model::write`] wrote.
    ///
    /// # Errors
    /// [`ModelError`] where it is something else.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let file: File = serde_json::from_slice(bytes)?;
        let mut grades = Vec::new();
        for grade in Grade::ALL {
            let written = file.grades.get(&grade).ok_or(ModelError::Lacks(grade))?;
            grades.push(sum(written, OUTCOME_COLUMNS, features::outcome_name)?);
        }
        let grades = <[Sum; 4]>::try_from(grades).map_err(|_| ModelError::Lacks(Grade::Open))?;
        Ok(Self {
            cut: file.cut,
            pair: sum(&file.pair, PAIR_COLUMNS, features::pair_name)?,
            grades,
        })
    }
}

fn sum(written: &Written, columns: usize, name: fn(usize) -> String) -> Result<Sum, ModelError> {
    let places: HashMap<String, usize> = (0..columns).map(|column| (name(column), column)).collect();
    let mut weights = vec![0.0; columns];
    for (what, weight) in &written.weights {
        let column = places.get(what).ok_or_else(|| ModelError::Unknown(what.clone()))?;
        weights[*column] = *weight;
    }
    Ok(Sum {
        weights,
        bias: written.bias,
    })
}

static SHIPPED: LazyLock<Model> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant file, read in the tests")]
    Model::parse(include_bytes!("../model/threads.json")).expect("the shipped model reads")
});

/// The model in the binary.
#[must_use]
pub fn shipped() -> &'static Model {
    &SHIPPED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let model = shipped();
        let bytes = model.write().unwrap();
        assert_eq!(Model::parse(&bytes).unwrap(), *model);
        let text = String::from_utf8(bytes).unwrap();
        let other = text.replacen("the learner began", "the weather", 1);
        let error = Model::parse(other.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains("the weather") && error.ends_with("train it anew"),
            "{error}"
        );
        assert!(Model::parse(b"{}").is_err());
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        for (columns, name) in [
            (PAIR_COLUMNS, features::pair_name as fn(usize) -> String),
            (OUTCOME_COLUMNS, features::outcome_name),
        ] {
            let mut names: Vec<String> = (0..columns).map(name).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), columns);
        }
    }
}
