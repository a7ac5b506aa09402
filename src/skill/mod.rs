//! The skill graph's arithmetic: decay, edges, confidence, landing rates, silent experts, and when something was learned.
//!
//! In: lessons and counts. Out: edges and claims. All sums are order-independent to the last bit, so that events in any
//! order give the same graph. Formulas: science.md sections 1 and 3.
pub mod at_risk;
pub mod decay;
pub mod edge;
pub mod expertise;
pub mod learned;
pub mod modules;
pub mod negative_binomial;
pub mod offboarding;
pub mod onboarding;
pub mod participation;
pub mod rate;
pub mod silent;
pub mod suppress;
#[cfg(test)]
mod tests;
