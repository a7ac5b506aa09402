//! How lessons are inferred from what happened after a comment.
pub mod diff;
