//! The whole path, from a signed delivery at the door to the comment on the pull request, through the real router, the
//! real signature, a real database and a GitHub on loopback.
#[path = "../support/database.rs"]
mod database;

mod candidates;
mod commands;
mod comment;
mod door;
mod harness;
mod import;
mod members;
mod order;
mod privacy;
mod queue;
mod rebuild;
mod redelivery;
mod tenancy;
mod walk;
