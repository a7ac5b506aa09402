//! GitHub: its webhooks, its API answers and its App credentials, turned into model words.
//!
//! In come raw payloads and answers; out go [`crate::model`] types. Nothing of the client crate leaves this folder, and
//! every shape here is our own and narrow: it names what we read, takes null and absence for the same thing, and
//! ignores the rest, so that a new field or a deleted account never loses an event.
pub mod app;
pub mod bots;
mod call;
pub mod checks;
pub mod deliveries;
pub mod file;
mod graph_pull;
mod graph_shapes;
mod graphql;
pub mod history;
pub mod login;
mod manifest;
mod nul;
mod ourselves;
pub mod pace;
pub mod past;
pub mod payload;
mod people;
pub mod reactions;
mod read;
pub mod respond;
mod shapes;
mod sizes;
mod standing;
mod status;
pub mod the_app;
mod timeline;
mod webhook;
mod write;
