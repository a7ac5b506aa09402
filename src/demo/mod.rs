//! The demo organisation: a GitHub of its own on loopback, and a year of review in it.

pub mod chance;
pub mod github;
