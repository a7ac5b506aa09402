//! Logistic regression with a ridge over sparse rows, solved by L-BFGS (Nocedal & Wright, Numerical Optimization, 2nd ed.,
//! algorithm 7.5), which `argmin` has. No crate solves this over sparse rows: `linfa-logistic` wants a dense matrix, which
//! for our 9,000 rows and 20,000 columns would take 1.4 GB.
use argmin::core::CostFunction;
pub use argmin::core::Error;
use argmin::core::Executor;
use argmin::core::Gradient;
use argmin::core::State;
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// Rows of sparse numbers: for each row its columns, ascending, with their values.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sparse {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Sparse {
    /// Adds a row; columns have to ascend.
    pub fn push(&mut self, row: impl IntoIterator<Item = (u32, f32)>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        for (column, value) in row {
            self.columns.push(column);
            self.values.push(value);
        }
        self.starts.push(self.columns.len());
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// There is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries of a row in columns below `width`.
    fn row(&self, at: usize, width: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[at]..self.starts[at + 1];
        self.columns[range.clone()]
            .iter()
            .zip(&self.values[range])
            .map(|(column, value)| (*column as usize, f64::from(*value)))
            .take_while(move |(column, _)| *column < width)
    }
}

/// One yes-or-no question over sparse rows.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The rows.
    pub rows: &'a Sparse,
    /// Columns that may be used: the first so many.
    pub width: usize,
    /// The answer of each row.
    pub yes: &'a [bool],
    /// How much each row counts.
    pub weights: &'a [f64],
    /// Strength of the ridge on the weights, not on the bias.
    pub ridge: f64,
    /// Steps at most.
    pub steps: u64,
    /// What each row's sum is before any weight: the answer that is departed from. None: nothing.
    pub offsets: Option<&'a [f64]>,
}

impl Question<'_> {
    fn sum(&self, at: usize, params: &[f64]) -> f64 {
        let inner: f64 = self
            .rows
            .row(at, self.width)
            .map(|(column, value)| value * params[column])
            .sum();
        let offset = self.offsets.map_or(0.0, |offsets| offsets[at]);
        offset + inner + params[self.width]
    }
}

impl CostFunction for &Question<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, params: &Vec<f64>) -> Result<f64, Error> {
        let loss: f64 = (0..self.rows.len())
            .map(|at| {
                let sum = self.sum(at, params);
                let margin = if self.yes[at] { sum } else { -sum };
                // ln(1 + e^-m), without overflow.
                self.weights[at] * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0))
            })
            .sum();
        let square: f64 = params[..self.width].iter().map(|weight| weight * weight).sum();
        Ok(loss + 0.5 * self.ridge * square)
    }
}

impl Gradient for &Question<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, params: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let mut slope: Vec<f64> = params.iter().map(|weight| self.ridge * weight).collect();
        slope[self.width] = 0.0;
        for at in 0..self.rows.len() {
            let chance = 1.0 / (1.0 + (-self.sum(at, params)).exp());
            let error = self.weights[at] * (chance - f64::from(u8::from(self.yes[at])));
            for (column, value) in self.rows.row(at, self.width) {
                slope[column] += error * value;
            }
            slope[self.width] += error;
        }
        Ok(slope)
    }
}

/// The weights of a question's columns, and last its bias. Always the same for the same question.
///
/// # Errors
/// When the solver fails, which finite rows don't make it do.
pub fn solve(question: &Question<'_>) -> Result<Vec<f64>, Error> {
    let yes: f64 = question
        .yes
        .iter()
        .zip(question.weights)
        .filter(|(yes, _)| **yes)
        .map(|(_, weight)| weight)
        .sum();
    let all: f64 = question.weights.iter().sum();
    let share = (yes / all.max(f64::MIN_POSITIVE)).clamp(0.005, 0.995);
    let mut start = vec![0.0; question.width + 1];
    if question.offsets.is_none() {
        start[question.width] = (share / (1.0 - share)).ln();
    }
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 10)
        .with_tolerance_grad(1e-3)?
        .with_tolerance_cost(1e-7)?;
    let run = Executor::new(question, solver)
        .configure(|state| state.param(start).max_iters(question.steps))
        .timer(false)
        .run()?;
    let best = run.state.get_best_param().cloned();
    best.ok_or_else(|| Error::msg("the solver took no step"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solved(rows: &[(f32, bool)], ridge: f64) -> Vec<f64> {
        let mut sparse = Sparse::default();
        for (value, _) in rows {
            sparse.push([(0, *value), (1, 100.0)]);
        }
        let yes: Vec<bool> = rows.iter().map(|(_, yes)| *yes).collect();
        solve(&Question {
            rows: &sparse,
            width: 1,
            yes: &yes,
            weights: &vec![1.0; rows.len()],
            ridge,
            steps: 200,
            offsets: None,
        })
        .unwrap()
    }

    #[test]
    fn the_bias_alone_is_the_share() {
        let found = solved(&[(0.0, true), (0.0, true), (0.0, true), (0.0, false)], 1.0);
        assert!((found[1] - 3.0_f64.ln()).abs() < 1e-3, "{found:?}");
        assert!(found[0].abs() < 1e-6, "an empty column has no weight: {found:?}");
    }

    #[test]
    fn the_slope_is_where_its_pull_and_the_ridge_balance() {
        // One yes at +1 and one no at -1: the optimum solves 2 * sigmoid(-w) = ridge * w, and has no bias.
        let found = solved(&[(1.0, true), (-1.0, false)], 0.5);
        let (weight, bias) = (found[0], found[1]);
        assert!((2.0 / (1.0 + weight.exp()) - 0.5 * weight).abs() < 1e-3, "{found:?}");
        assert!(bias.abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn what_the_rows_say_already_needs_no_weight() {
        let mut sparse = Sparse::default();
        for _ in 0..4 {
            sparse.push([]);
        }
        let found = solve(&Question {
            rows: &sparse,
            width: 0,
            yes: &[true, true, true, false],
            weights: &[1.0; 4],
            ridge: 1.0,
            steps: 200,
            offsets: Some(&[3.0_f64.ln(); 4]),
        });
        assert!(found.unwrap()[0].abs() < 1e-3);
    }

    #[test]
    fn columns_beyond_the_width_say_nothing() {
        let found = solved(&[(1.0, true), (-1.0, false)], 0.5);
        assert_eq!(found.len(), 2);
    }
}
