//! The words everything else is said in: ids, facts, evidence, lessons, suggestions.
//!
//! Nothing here does I/O or knows a table; the other floors share these types and nothing else.
pub mod access_token;
pub mod address;
pub mod availability;
pub mod clock;
pub mod command;
pub mod comment;
pub mod correction;
pub mod delivery;
pub mod event;
pub mod evidence;
pub mod graph;
pub mod history;
pub mod ids;
pub mod job;
pub mod lesson;
pub mod manifest;
pub mod manner;
pub mod ownership;
pub mod person;
pub mod pull;
pub mod reading;
pub mod registration;
pub mod role;
pub mod settings;
pub mod skill;
pub mod suggestion;
pub mod wording;
pub mod work;
