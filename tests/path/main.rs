//! The whole path, from a signed delivery at the door to the comment on the pull request, through the real router, the
//! real signature, a real database and a GitHub on loopback.
#[path = "../support/database.rs"]
mod database;
#[path = "../support/shared.rs"]
mod shared;
#[path = "../support/small_weights.rs"]
mod small_weights;

mod answers;
mod asking;
mod at_risk;
mod available;
mod backfill;
mod backfill_calls;
mod backfill_trouble;
mod candidates;
mod check_runs;
mod check_surface;
mod circles;
mod commands;
mod comment;
mod confidential;
mod corrections;
mod dead;
mod door;
mod erase;
mod feedback;
mod file_work;
mod file_work_told;
mod flow;
mod harness;
mod import;
mod keep;
mod landing;
mod learned;
mod lifecycle;
mod log;
mod members;
mod moved;
mod nesting;
mod offboarding;
mod onboarding;
mod order;
mod owners;
mod participation;
mod past;
mod privacy;
mod queue;
mod rebuild;
mod redact;
mod redelivery;
mod second_stage;
mod settings;
mod settings_used;
mod silent;
mod skills;
mod sweep;
mod team_figures;
mod tenancy;
mod walk;
