//! How far knowledge can have flowed through reviews: an upper bound, since who takes part in a review may learn from it, and need not.
//!
//! In: reviews with their end and who took part. Out: for each person how many others something they knew can have reached, and over
//! how many reviews. Formulas: science.md section 4, after Dorner et al., "Upper bound of information diffusion in code review"
//! (Empirical Software Engineering 2024), whose published figures `eval` reproduces.
pub mod carried;
pub mod diffusion;
pub mod eval;
pub mod teams;
