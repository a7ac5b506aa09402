//! What the signs of a landing weigh in one organisation, by its own people's answers to "did this teach you something?".
//!
//! A logistic regression that departs from the shipped weights: each sign's weight has a normal prior around the shipped
//! one (Gelman et al. 2008, "A weakly informative default prior distribution for logistic and other regression models",
//! argue for such priors where answers are few), so that few answers move little. "Taught me something" is rarer than
//! "useful", so a base of its own is fitted beside, and not put in force: p stays on the scale of "useful", and only what
//! signs tell of one comment beside another changes.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::logistic;
use crate::logistic::Question;
use crate::logistic::Sparse;
use crate::model::ids::PersonId;
use crate::model::lesson::Sign;
use crate::teach::eval;
use crate::teach::landing::Weight;
use crate::teach::landing::Weights;
use crate::teach::landing::log_odds;

/// Which shipped weights are departed from. Raise it when these or the signs change: what was fitted before is then looked at anew.
pub const AGAINST: i32 = 1;
/// Answers from which on an organisation's own weights are looked for: they give a weight within about ±0.57 log-odds
/// (science.md section 1).
pub const MIN_ANSWERS: usize = 300;
/// People who answered, at least: an organisation's weights are nobody's own opinion (*judgement*).
pub const MIN_PEOPLE: usize = 10;
/// The share of all that one person's answers say at most (*judgement*).
pub const MOST_OF_ONE: f64 = 0.15;
/// Answers with a sign from which on its weight counts as calibrated: they give it within about ±0.3 (*judgement*).
pub const MIN_WITH: usize = 100;
/// People who gave these, at least (*judgement*).
pub const MIN_PEOPLE_WITH: usize = 5;
/// How far an organisation's weight may lie from a shipped one that was fitted: the prior's standard deviation in log-odds
/// (*judgement*).
pub const PRIOR_FITTED: f64 = 0.5;
/// The same for a shipped weight that is a judgement itself (*judgement*).
pub const PRIOR_JUDGED: f64 = 1.0;
/// The same for the length, whose value is about 3 to 7 and not 1 (*judgement*).
pub const PRIOR_LENGTH: f64 = 0.15;
/// Standard errors by which own weights have to foretell better before they are put in force (*judgement*).
pub const CLEAR: f64 = 2.0;
/// Weights that moved by less than this are left as they were (*judgement*).
pub const MOVED: f64 = 0.05;
/// Folds in which what was fitted on the others is measured.
const FOLDS: i64 = 10;
/// Steps of the solver at most; it takes about twenty.
const STEPS: u64 = 200;

/// One answer, with the signs of the lesson that was asked about.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// Who answered.
    pub person: PersonId,
    /// The signs that were there, each with how much of it, in the order of [`Sign::ALL`].
    pub signs: Vec<(Sign, f64)>,
    /// It taught them something.
    pub taught: bool,
}

/// How well weights foretell answers that they were not fitted on.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Fit {
    /// Mean of `-ln` of the probability that was given to what was answered; lower is better.
    pub log_loss: f64,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Calibration error over ten bins.
    pub ece: f64,
}

/// What answers amount to: the weights they give, and whether these foretell answers better than the shipped ones.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refit {
    /// Answers.
    pub answers: usize,
    /// How many these are worth, nobody saying more than [`MOST_OF_ONE`].
    pub say: f64,
    /// People who gave them.
    pub people: usize,
    /// Share that said yes, in [0, 1].
    pub taught: f64,
    /// The weights fitted on all answers, with a base that leaves the mean probability of these lessons where the shipped ones have it.
    pub weights: Weights,
    /// By sign, how many answers it was there for, of those signs that count as calibrated.
    pub with: BTreeMap<Sign, usize>,
    /// How well the shipped weights do, with a base of the organisation's own.
    pub shipped: Fit,
    /// How well its own weights do.
    pub own: Fit,
    /// By how much the own log loss is lower.
    pub gain: f64,
    /// The standard error of that, over the folds.
    pub gain_error: f64,
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
    /// They don't clearly foretell answers better than the shipped ones.
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
                "the shipped weights are used: the organisation's own don't clearly foretell its answers better"
                    .to_owned()
            }
        }
    }
}

impl Refit {
    /// Whether these weights are to be used, own ones being `in_force` or not: they come by a clear gain, and go when there is none.
    #[must_use]
    pub fn verdict(&self, in_force: bool) -> Verdict {
        let needed = if in_force { 0.0 } else { CLEAR * self.gain_error };
        if self.say < eval::size(MIN_ANSWERS) {
            Verdict::TooFewAnswers
        } else if self.people < MIN_PEOPLE {
            Verdict::TooFewPeople
        } else if self.gain <= needed {
            Verdict::NoBetter
        } else {
            Verdict::Used
        }
    }
}

/// Whether two sets of weights say the same, but for less than [`MOVED`].
#[must_use]
pub fn are_alike(one: &Weights, other: &Weights) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() < MOVED;
    let same = |sign: Sign| near(one.of(sign).log_odds, other.of(sign).log_odds);
    near(one.base(), other.base()) && Sign::ALL.into_iter().all(same)
}

/// Fits weights to answers, and measures them by folds of people: what one of them is used to say, and how they thank, is no news in
/// what else they say. None where there is no answer.
///
/// # Errors
/// When the solver fails, which finite signs don't make it do.
pub fn refit(answers: &[Answered]) -> Result<Option<Refit>, logistic::Error> {
    if answers.is_empty() {
        return Ok(None);
    }
    let says = says(answers);
    let all: Vec<Counted<'_>> = answers.iter().map(|answer| (answer, says[&answer.person])).collect();
    let (mut shipped, mut own) = (Vec::new(), Vec::new());
    let mut gains = Vec::new();
    for fold in 0..FOLDS {
        let (held, seen): (Vec<_>, Vec<_>) = all.iter().partition(|(answer, _)| fold_of(answer.person) == fold);
        let said = |weights: &Weights| -> Vec<Said> { held.iter().map(|counted| Said::by(weights, counted)).collect() };
        let (by_shipped, by_own) = (said(&with_base(&seen)?), said(&fitted(&seen)?));
        if !held.is_empty() {
            let say: f64 = by_own.iter().map(|one| one.says).sum();
            gains.push((log_loss(&by_shipped) - log_loss(&by_own), say));
        }
        shipped.extend(by_shipped);
        own.extend(by_own);
    }
    let yes: f64 = all
        .iter()
        .filter(|(answer, _)| answer.taught)
        .map(|(_, says)| says)
        .sum();
    let say: f64 = all.iter().map(|(_, says)| says).sum();
    let (shipped, own) = (fit(shipped), fit(own));
    Ok(Some(Refit {
        answers: answers.len(),
        say,
        people: says.len(),
        taught: yes / say,
        weights: on_the_scale_of_useful(&fitted(&all)?, &all),
        with: calibrated(&all),
        gain: shipped.log_loss - own.log_loss,
        gain_error: standard_error(&gains),
        shipped,
        own,
    }))
}

/// An answer and how much it says.
type Counted<'a> = (&'a Answered, f64);

/// How much each answer of a person says: 1, or less where all of theirs would say more than [`MOST_OF_ONE`] of what everybody's do.
fn says(answers: &[Answered]) -> BTreeMap<PersonId, f64> {
    let mut given: BTreeMap<PersonId, f64> = BTreeMap::new();
    for answer in answers {
        *given.entry(answer.person).or_default() += 1.0;
    }
    let mut counted = given.clone();
    // Among fewer people somebody says more, whatever is done.
    if MOST_OF_ONE * eval::size(given.len()) > 1.0 {
        // What one says less makes the others' share larger: a hundred rounds are far more than it takes.
        for _ in 0..100 {
            let most = MOST_OF_ONE * counted.values().sum::<f64>();
            for (person, count) in &mut counted {
                *count = given[person].min(most);
            }
        }
    }
    given
        .into_iter()
        .map(|(person, count)| (person, counted[&person] / count))
        .collect()
}

/// Whoever measures again gets the same, whoever came or went.
fn fold_of(person: PersonId) -> i64 {
    person.0.rem_euclid(FOLDS)
}

/// The signs of which enough answers tell, with how many: of several people, and both yes and no.
fn calibrated(answers: &[Counted<'_>]) -> BTreeMap<Sign, usize> {
    let enough = |sign: Sign| {
        let bears = |(answer, _): &&Counted<'_>| answer.signs.iter().any(|(its, _)| *its == sign);
        let with: Vec<&Counted<'_>> = answers.iter().filter(bears).collect();
        let say: f64 = with.iter().map(|(_, says)| says).sum();
        let people: BTreeSet<PersonId> = with.iter().map(|(answer, _)| answer.person).collect();
        let words: BTreeSet<bool> = with.iter().map(|(answer, _)| answer.taught).collect();
        let is_enough = say >= eval::size(MIN_WITH) && people.len() >= MIN_PEOPLE_WITH && words.len() == 2;
        is_enough.then_some((sign, with.len()))
    };
    Sign::ALL.into_iter().filter_map(enough).collect()
}

/// The shipped weights with a base of these answers.
fn with_base(answers: &[Counted<'_>]) -> Result<Weights, logistic::Error> {
    let shipped = Weights::shipped();
    let offsets: Vec<f64> = answers
        .iter()
        .map(|(answer, _)| log_odds(&answer.signs, &shipped))
        .collect();
    let mut rows = Sparse::default();
    for _ in answers {
        rows.push([]);
    }
    let solved = solved(answers, (&rows, 0), &offsets)?;
    Ok(Weights::new(shipped.base() + solved[0], BTreeMap::new()))
}

/// The weights that these answers give, with a base of theirs. No answers give the shipped ones.
fn fitted(answers: &[Counted<'_>]) -> Result<Weights, logistic::Error> {
    let shipped = Weights::shipped();
    // In units of the prior's deviation, a ridge of 1 is the prior.
    let mut rows = Sparse::default();
    for (answer, _) in answers {
        let signs = answer.signs.iter();
        rows.push(signs.map(|(sign, value)| (*sign as u32, scaled(value * prior(&shipped, *sign)))));
    }
    let sum = |answer: &Answered| -> f64 {
        let signs = answer.signs.iter();
        shipped.base()
            + signs
                .map(|(sign, value)| shipped.of(*sign).log_odds * value)
                .sum::<f64>()
    };
    let offsets: Vec<f64> = answers.iter().map(|(answer, _)| sum(answer)).collect();
    let solved = solved(answers, (&rows, Sign::ALL.len()), &offsets)?;
    let calibrated = calibrated(answers);
    let signs = Sign::ALL.into_iter().enumerate().map(|(column, sign)| {
        let weight = Weight {
            log_odds: shipped.of(sign).log_odds + solved[column] * prior(&shipped, sign),
            calibrated: shipped.of(sign).calibrated || calibrated.contains_key(&sign),
        };
        (sign, weight)
    });
    Ok(Weights::new(shipped.base() + solved[Sign::ALL.len()], signs.collect()))
}

/// What has to be added to the offsets: the columns' weights, and last the base.
fn solved(
    answers: &[Counted<'_>],
    (rows, width): (&Sparse, usize),
    offsets: &[f64],
) -> Result<Vec<f64>, logistic::Error> {
    if answers.is_empty() {
        return Ok(vec![0.0; width + 1]);
    }
    let yes: Vec<bool> = answers.iter().map(|(answer, _)| answer.taught).collect();
    let weights: Vec<f64> = answers.iter().map(|(_, says)| *says).collect();
    logistic::solve(&Question {
        rows,
        width,
        yes: &yes,
        weights: &weights,
        ridge: 1.0,
        steps: STEPS,
        offsets: Some(offsets),
    })
}

/// The same weights of signs, with the base that leaves the mean probability of these lessons where the shipped weights have it.
fn on_the_scale_of_useful(weights: &Weights, answers: &[Counted<'_>]) -> Weights {
    let with = |base: f64| {
        Weights::new(
            base,
            Sign::ALL.into_iter().map(|sign| (sign, weights.of(sign))).collect(),
        )
    };
    let mean = |weights: &Weights| -> f64 {
        answers
            .iter()
            .map(|counted| counted.1 * Said::by(weights, counted).p)
            .sum()
    };
    let wanted = mean(&Weights::shipped());
    // The mean grows with the base.
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if mean(&with(middle)) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    with(f64::midpoint(low, high))
}

fn prior(shipped: &Weights, sign: Sign) -> f64 {
    if sign == Sign::Length {
        PRIOR_LENGTH
    } else if shipped.of(sign).calibrated {
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

/// What weights said of an answer, what was answered, and how much that says.
struct Said {
    p: f64,
    taught: bool,
    says: f64,
}

impl Said {
    fn by(weights: &Weights, (answer, says): &Counted<'_>) -> Self {
        Self {
            p: 1.0 / (1.0 + (-log_odds(&answer.signs, weights)).exp()),
            taught: answer.taught,
            says: *says,
        }
    }
}

fn log_loss(said: &[Said]) -> f64 {
    let loss = |one: &Said| {
        -one.says
            * (if one.taught { one.p } else { 1.0 - one.p })
                .max(f64::MIN_POSITIVE)
                .ln()
    };
    let all: f64 = said.iter().map(|one| one.says).sum();
    said.iter().map(loss).sum::<f64>() / all.max(f64::MIN_POSITIVE)
}

fn fit(mut said: Vec<Said>) -> Fit {
    said.sort_by(|one, other| one.p.total_cmp(&other.p));
    let plain: Vec<(f64, bool)> = said.iter().map(|one| (one.p, one.taught)).collect();
    Fit {
        log_loss: log_loss(&said),
        auc: eval::auc(&plain),
        ece: eval::calibration_error(&plain),
    }
}

/// Of the mean of figures, each of which says so much.
fn standard_error(figures: &[(f64, f64)]) -> f64 {
    let count = eval::size(figures.len());
    if count < 2.0 {
        return f64::MAX;
    }
    let say: f64 = figures.iter().map(|(_, say)| say).sum();
    let mean = figures.iter().map(|(figure, say)| figure * say).sum::<f64>() / say;
    let square: f64 = figures
        .iter()
        .map(|(figure, say)| (say * (figure - mean)).powi(2))
        .sum();
    (square * count / (count - 1.0)).sqrt() / say
}

#[cfg(test)]
mod tests;
