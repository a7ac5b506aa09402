//! How evidence fades (science.md section 1).

/// Days in which "who is current" halves, fitted on who is chosen to review in two public projects.
pub const CURRENT_HALF_LIFE: f64 = 52.0;
/// Days in which the profile halves.
pub const PROFILE_HALF_LIFE: f64 = 365.0;
/// What remains of "who is current" however old it is.
pub const FLOOR: f64 = 0.15;

/// `2^(-age / half_life)` for an age in days, in [0, 1]; ages below 0 count as 0.
#[must_use]
pub fn halved(age_days: f64, half_life_days: f64) -> f64 {
    (-age_days.max(0.0) / half_life_days).exp2()
}

/// Weight of evidence for "who is current": `0.15 + 0.85 * 2^(-age/52 d)`.
#[must_use]
pub fn current(age_days: f64) -> f64 {
    FLOOR + (1.0 - FLOOR) * halved(age_days, CURRENT_HALF_LIFE)
}

/// Weight of evidence for the profile: `2^(-age/365 d)`.
#[must_use]
pub fn profile(age_days: f64) -> f64 {
    halved(age_days, PROFILE_HALF_LIFE)
}
