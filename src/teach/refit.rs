//! What the signs of a landing weigh in one organisation, by its own people's answers to "did this teach you something?".
//!
//! A logistic regression that departs from the shipped weights: each sign's weight has a normal prior around the shipped
//! one (Gelman et al. 2008, "A weakly informative default prior distribution for logistic and other regression models",
//! argue for such priors where answers are few), so that few answers move little. The base has none: what share of
//! comments teaches something is what the answers tell best.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::logistic;
use crate::logistic::Question;
use crate::logistic::Sparse;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::lesson::Sign;
use crate::teach::eval;
use crate::teach::landing::Weight;
use crate::teach::landing::Weights;

/// Answers from which on an organisation's own weights are looked for: they give a weight within about ±0.57 log-odds
/// (science.md section 1).
pub const MIN_ANSWERS: usize = 300;
/// People who answered, at least: an organisation's weights are nobody's own opinion (*judgement*).
pub const MIN_PEOPLE: usize = 10;
/// One person's answers count together as this share of all answers at most (*judgement*).
pub const MOST_OF_ONE: f64 = 0.1;
/// Answers with a sign from which on its weight counts as calibrated (*judgement*).
pub const MIN_WITH: usize = 30;
/// How far an organisation's weight may lie from a shipped one that was fitted: the prior's standard deviation in log-odds
/// (*judgement*).
pub const PRIOR_FITTED: f64 = 0.5;
/// The same for a shipped weight that is a judgement itself (*judgement*).
pub const PRIOR_JUDGED: f64 = 1.0;
/// Folds in which what was fitted on the others is measured.
const FOLDS: usize = 10;
/// Steps of the solver at most; it takes about twenty.
const STEPS: u64 = 200;

/// One answer, with the signs of the lesson that was asked about.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// Who answered.
    pub person: PersonId,
    /// The pull request that the lesson was on.
    pub pull: PullKey,
    /// The signs that were there, each with how much of it.
    pub signs: Vec<(Sign, f64)>,
    /// It taught them something.
    pub taught: bool,
}

/// How well weights foretell answers.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Fit {
    /// Mean of `-ln` of the probability that was given to what was answered; lower is better.
    pub log_loss: f64,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Calibration error over ten bins.
    pub ece: f64,
}

/// What answers amount to: the weights they give, and whether these foretell answers better than the shipped ones.
#[derive(Clone, PartialEq, Debug)]
pub struct Refit {
    /// Answers.
    pub answers: usize,
    /// People who gave them.
    pub people: usize,
    /// Share that said yes, in [0, 1].
    pub taught: f64,
    /// The weights fitted on all answers.
    pub weights: Weights,
    /// Answers by the sign that was there.
    pub with: BTreeMap<Sign, usize>,
    /// How well the shipped weights do.
    pub shipped: Fit,
    /// How well weights do that saw nothing of the pull requests they are measured on.
    pub own: Fit,
}

/// Why an organisation's own weights aren't used, or that they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They are used.
    Used,
    /// Fewer answers than [`MIN_ANSWERS`].
    TooFewAnswers,
    /// Fewer people than [`MIN_PEOPLE`].
    TooFewPeople,
    /// They foretell answers no better than the shipped ones.
    NoBetter,
}

impl Verdict {
    /// One plain line for people.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Used => "the organisation's own weights are used".to_owned(),
            Self::TooFewAnswers => format!("the shipped weights are used: fewer than {MIN_ANSWERS} answers"),
            Self::TooFewPeople => format!("the shipped weights are used: fewer than {MIN_PEOPLE} people answered"),
            Self::NoBetter => {
                "the shipped weights are used: the organisation's own foretell its answers no better".to_owned()
            }
        }
    }
}

impl Refit {
    /// Whether these weights are to be used.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.answers < MIN_ANSWERS {
            Verdict::TooFewAnswers
        } else if self.people < MIN_PEOPLE {
            Verdict::TooFewPeople
        } else if self.own.log_loss >= self.shipped.log_loss {
            Verdict::NoBetter
        } else {
            Verdict::Used
        }
    }
}

/// Fits weights to answers, and measures them by folds of pull requests. None where there is no answer.
///
/// # Errors
/// When the solver fails, which finite signs don't make it do.
pub fn refit(answers: &[Answered]) -> Result<Option<Refit>, logistic::Error> {
    if answers.is_empty() {
        return Ok(None);
    }
    let all: Vec<&Answered> = answers.iter().collect();
    let mut with = BTreeMap::new();
    for (sign, _) in answers.iter().flat_map(|answer| &answer.signs) {
        *with.entry(*sign).or_insert(0) += 1;
    }
    let shipped = Weights::shipped();
    let said = |weights: &Weights, answer: &Answered| (probability(weights, answer), answer.taught);
    let folds = folds(answers);
    let mut own = Vec::new();
    for fold in 0..FOLDS {
        let (held, seen): (Vec<_>, Vec<_>) = all.iter().partition(|answer| folds[&answer.pull] == fold);
        let weights = fitted(&seen)?;
        own.extend(held.into_iter().map(|answer| said(&weights, answer)));
    }
    Ok(Some(Refit {
        answers: answers.len(),
        people: by_person(&all).len(),
        taught: eval::share(answers.iter().filter(|answer| answer.taught).count(), answers.len()),
        weights: fitted(&all)?,
        with,
        shipped: fit(all.iter().map(|answer| said(&shipped, answer)).collect()),
        own: fit(own),
    }))
}

/// Pull requests in folds, in the order of their keys: whoever measures again gets the same.
fn folds(answers: &[Answered]) -> BTreeMap<PullKey, usize> {
    let mut folds: BTreeMap<PullKey, usize> = answers.iter().map(|answer| (answer.pull, 0)).collect();
    for (at, fold) in folds.values_mut().enumerate() {
        *fold = at % FOLDS;
    }
    folds
}

fn by_person(answers: &[&Answered]) -> BTreeMap<PersonId, usize> {
    let mut found = BTreeMap::new();
    for answer in answers {
        *found.entry(answer.person).or_insert(0) += 1;
    }
    found
}

/// The weights that these answers give. No answers give the shipped ones.
fn fitted(answers: &[&Answered]) -> Result<Weights, logistic::Error> {
    let shipped = Weights::shipped();
    if answers.is_empty() {
        return Ok(shipped);
    }
    // In units of the prior's deviation, a ridge of 1 is the prior.
    let mut rows = Sparse::default();
    for answer in answers {
        rows.push(columns(&answer.signs).map(|(column, sign, value)| (column, scaled(value * prior(&shipped, sign)))));
    }
    let given = by_person(answers);
    let most = MOST_OF_ONE * eval::size(answers.len());
    let solved = logistic::solve(&Question {
        rows: &rows,
        width: Sign::ALL.len(),
        yes: &answers.iter().map(|answer| answer.taught).collect::<Vec<_>>(),
        weights: &answers
            .iter()
            .map(|answer| (most / eval::size(given[&answer.person])).min(1.0))
            .collect::<Vec<_>>(),
        ridge: 1.0,
        steps: STEPS,
        offsets: Some(&answers.iter().map(|answer| sum(&shipped, answer)).collect::<Vec<_>>()),
    })?;
    let signs = Sign::ALL.into_iter().enumerate().map(|(column, sign)| {
        let with = answers
            .iter()
            .filter(|answer| answer.signs.iter().any(|(its, _)| *its == sign));
        let weight = Weight {
            log_odds: shipped.of(sign).log_odds + solved[column] * prior(&shipped, sign),
            calibrated: shipped.of(sign).calibrated || with.count() >= MIN_WITH,
        };
        (sign, weight)
    });
    Ok(Weights::new(shipped.base() + solved[Sign::ALL.len()], signs.collect()))
}

/// Signs with their columns, ascending.
fn columns(signs: &[(Sign, f64)]) -> impl Iterator<Item = (u32, Sign, f64)> {
    let value = |sign: Sign| signs.iter().find(|(its, _)| *its == sign).map(|(_, value)| *value);
    (0..)
        .zip(Sign::ALL)
        .filter_map(move |(column, sign)| Some((column, sign, value(sign)?)))
}

fn prior(shipped: &Weights, sign: Sign) -> f64 {
    if shipped.of(sign).calibrated {
        PRIOR_FITTED
    } else {
        PRIOR_JUDGED
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a sign's value is below 30, and need not be exact"
)]
fn scaled(value: f64) -> f32 {
    value as f32
}

fn sum(weights: &Weights, answer: &Answered) -> f64 {
    let signs = answer
        .signs
        .iter()
        .map(|(sign, value)| weights.of(*sign).log_odds * value);
    weights.base() + signs.sum::<f64>()
}

/// What weights say of an answer, without the limit of what isn't calibrated: it is there for the lack of answers.
fn probability(weights: &Weights, answer: &Answered) -> f64 {
    1.0 / (1.0 + (-sum(weights, answer)).exp())
}

fn fit(mut said: Vec<(f64, bool)>) -> Fit {
    said.sort_by(|one, other| one.0.total_cmp(&other.0));
    let loss = |(p, taught): &(f64, bool)| -(if *taught { *p } else { 1.0 - p }).max(f64::MIN_POSITIVE).ln();
    Fit {
        log_loss: said.iter().map(loss).sum::<f64>() / eval::size(said.len().max(1)),
        auc: eval::auc(&said),
        ece: eval::calibration_error(&said),
    }
}

#[cfg(test)]
mod tests;
