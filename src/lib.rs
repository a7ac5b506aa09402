//! Peerlore turns code review into tracked peer learning: a GitHub App with a skill graph in Postgres.
//!
//! Read `pipeline/mod.rs` first: it is the path of one delivery from the door to a suggestion.
pub mod model;

pub mod demo;
