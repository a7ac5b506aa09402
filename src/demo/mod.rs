//! The demo organisation: a GitHub of its own on loopback, and a year of review in it.
//!
//! In: a seed and the moment at which the year ends, given by the caller. Out: the year's webhooks in order of time
//! ([`year::organisation`]) and a GitHub that answers about them ([`github::FakeGithub`]). A later start gets the
//! same state without sending anything ([`year::state_at_end`]). What there is to see is in [`stories`].

pub mod chance;
pub mod comments;
pub mod github;
pub mod people;
pub mod repositories;
pub mod stories;
mod subjects;
pub mod year;

mod code;
mod following;
mod opening;
mod reviewing;
