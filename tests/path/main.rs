//! The whole path, from a signed delivery at the door to the comment on the pull request, through the real router, the
//! real signature, a real database and a GitHub on loopback.
#[path = "../support/database.rs"]
mod database;

mod candidates;
mod comment;
mod door;
mod harness;
mod import;
mod landing;
mod learned;
mod order;
mod privacy;
mod queue;
mod rebuild;
mod silent;
mod tenancy;
mod walk;
