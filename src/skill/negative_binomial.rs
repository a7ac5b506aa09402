//! Counts with a mean that depends on three things, and more spread than chance: a negative binomial, fitted by penalised
//! iterations of weighted least squares with a prior, so that little data stays near sensible defaults.
use statrs::function::gamma::ln_gamma;

/// One observation: a count, what it is a count out of, and two explaining values.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Observation {
    /// The count.
    pub count: f64,
    /// What the mean is proportional to; observations with none teach nothing.
    pub exposure: f64,
    /// The two explaining values.
    pub x: [f64; 2],
}

/// Coefficients: `mean = exposure * exp(b0 + b1 x1 + b2 x2)`, variance `mean + mean^2 / k`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fit {
    /// b0, b1, b2.
    pub b: [f64; 3],
    /// Shape: small means that people differ much.
    pub k: f64,
}

/// Standard deviation of the prior on each coefficient, around the default.
const PRIOR_SD: f64 = 1.0;
/// Standard deviation of the prior on `ln k`, around the default's.
const PRIOR_SD_LN_K: f64 = 1.0;
/// Rounds of fitting coefficients, then shape.
const ROUNDS: usize = 12;
/// Limits of the shape.
const K_RANGE: (f64, f64) = (0.02, 50.0);

impl Fit {
    /// The mean that the coefficients expect.
    #[must_use]
    pub fn mean(&self, exposure: f64, x: [f64; 2]) -> f64 {
        exposure
            * (self.b[0] + self.b[1] * x[0] + self.b[2] * x[1])
                .clamp(-30.0, 30.0)
                .exp()
    }
}

/// Fits coefficients and shape to the observations, with a normal prior around `defaults`. No observations give the
/// defaults back. Deterministic; takes a fixed number of passes over the data.
#[must_use]
pub fn fit(observations: &[Observation], defaults: Fit) -> Fit {
    let seen: Vec<Observation> = observations.iter().copied().filter(|one| one.exposure > 0.0).collect();
    let mut found = defaults;
    if seen.is_empty() {
        return found;
    }
    for _ in 0..ROUNDS {
        for _ in 0..3 {
            found.b = step(&seen, &found, &defaults);
        }
        found.k = shape(&seen, &found, &defaults);
    }
    found
}

/// One damped Newton (IRLS) step for the coefficients, the shape held fixed.
fn step(seen: &[Observation], at: &Fit, defaults: &Fit) -> [f64; 3] {
    let precision = 1.0 / (PRIOR_SD * PRIOR_SD);
    let mut gradient = [0.0; 3];
    let mut information = [[0.0; 3]; 3];
    for row in 0..3 {
        gradient[row] = precision * (defaults.b[row] - at.b[row]);
        information[row][row] = precision;
    }
    for one in seen {
        let mean = at.mean(one.exposure, one.x);
        let design = [1.0, one.x[0], one.x[1]];
        let slack = 1.0 + mean / at.k;
        for row in 0..3 {
            gradient[row] += design[row] * (one.count - mean) / slack;
            for column in 0..3 {
                information[row][column] += design[row] * design[column] * mean / slack;
            }
        }
    }
    let change = solve(information, gradient);
    std::array::from_fn(|row| at.b[row] + change[row].clamp(-2.0, 2.0))
}

/// Solves a symmetric positive definite system of three by Cholesky's method.
fn solve(matrix: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    let mut lower = [[0.0; 3]; 3];
    for row in 0..3 {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| lower[row][at] * lower[column][at]).sum();
            lower[row][column] = if row == column {
                (matrix[row][row] - known).max(1e-12).sqrt()
            } else {
                (matrix[row][column] - known) / lower[column][column]
            };
        }
    }
    let mut half = [0.0; 3];
    for row in 0..3 {
        let known: f64 = (0..row).map(|at| lower[row][at] * half[at]).sum();
        half[row] = (right[row] - known) / lower[row][row];
    }
    let mut solved = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|at| lower[at][row] * solved[at]).sum();
        solved[row] = (half[row] - known) / lower[row][row];
    }
    solved
}

/// The shape that fits best, by golden-section search over `ln k` for the highest log-likelihood, up to what doesn't depend
/// on the shape.
fn shape(seen: &[Observation], at: &Fit, defaults: &Fit) -> f64 {
    let means: Vec<(f64, f64)> = seen
        .iter()
        .map(|one| (one.count, at.mean(one.exposure, one.x).max(1e-12)))
        .collect();
    let number: f64 = seen.iter().map(|_| 1.0).sum();
    // Counts are small numbers that come again and again, and their gamma function is what takes the time.
    let mut counts: Vec<(f64, f64)> = Vec::new();
    let mut sorted: Vec<f64> = seen.iter().map(|one| one.count).collect();
    sorted.sort_by(f64::total_cmp);
    for count in sorted {
        match counts.last_mut().filter(|(known, _)| known.total_cmp(&count).is_eq()) {
            Some((_, times)) => *times += 1.0,
            None => counts.push((count, 1.0)),
        }
    }
    let value = |ln_k: f64| {
        let k = ln_k.exp();
        let pull = (ln_k - defaults.k.ln()) / PRIOR_SD_LN_K;
        let of_counts: f64 = counts.iter().map(|&(count, times)| times * ln_gamma(count + k)).sum();
        let of_means: f64 = means.iter().map(|&(count, mean)| (count + k) * (k + mean).ln()).sum();
        let of_shape: f64 = number * (k * ln_k - ln_gamma(k));
        of_counts + of_shape - of_means - 0.5 * pull * pull
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (K_RANGE.0.ln(), K_RANGE.1.ln());
    for _ in 0..30 {
        let width = golden * (high - low);
        if value(high - width) >= value(low + width) {
            high = low + width;
        } else {
            low = high - width;
        }
    }
    f64::midpoint(low, high).exp()
}
