//! The pages through the real router: what they show, to whom, and what they never show.
#[path = "../support/database.rs"]
mod database;

mod admin;
mod api;
mod api_problems;
mod api_tokens;
mod browser;
mod card;
mod flow;
mod forms;
mod labels;
mod lists;
mod live;
mod offboarding;
mod own;
mod privacy;
mod question;
mod replay;
mod replay_command;
mod replay_json;
mod roles;
mod shown;
mod sign_in;
mod skills;
mod states;
mod teams;
mod timeline;
mod world;
