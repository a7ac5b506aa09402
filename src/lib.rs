//! Peerlore turns code review into tracked peer learning: a GitHub App with a skill graph in Postgres.
//!
//! Read `pipeline/mod.rs` first: it is the path of one delivery from the door to a suggestion.
pub mod app;
pub mod classify;
pub mod cli;
pub mod config;
pub mod demo;
pub mod flow;
pub mod forge;
pub mod history;
pub mod logistic;
pub mod model;
pub mod packages;
pub mod pipeline;
pub mod postgres;
pub mod seal;
pub mod skill;
pub mod store;
pub mod suggest;
pub mod teach;
pub mod telemetry;
pub mod web;
pub mod weights;
