//! The pages through the real router: what they show, to whom, and what they never show.
#[path = "../support/mod.rs"]
mod support;

mod forms;
mod privacy;
mod shown;
mod states;
mod world;
