//! The pages through the real router: what they show, to whom, and what they never show.
#[path = "../support/database.rs"]
mod database;

mod forms;
mod privacy;
mod shown;
mod states;
mod world;
