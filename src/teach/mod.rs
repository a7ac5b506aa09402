//! Infers who taught whom what from a review thread and what happened after it, with a probability and its parts.
//!
//! In: a [`Thread`](crate::model::evidence::Thread) of facts and readings. Out: lessons, and for each comment that gave
//! none the reason. Formulas: science.md section 1; the page `/docs` shows them.
pub mod diff;
pub mod eval;
pub mod exchange;
pub mod landing;
pub mod lesson;
pub mod question;
pub mod refit;

#[cfg(test)]
mod tests;
