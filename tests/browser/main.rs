//! The demo in a real headless Chromium: what people do there, by mouse and by keyboard alone, and every page held against axe.
//!
//! Debian's `chromium` and `chromium-driver` drive it; where they are missing the tests say so loudly and prove nothing, in CI their
//! absence is a failure. All tests of a process share one made-up organisation ([`stage`]); each has a browser of its own.
#[path = "../support/database.rs"]
mod database;
#[path = "../support/emulator.rs"]
mod emulator;
#[path = "../support/filled.rs"]
mod filled;
#[path = "../support/npm.rs"]
mod npm;

mod axe;
mod checks;
mod driver;
mod emulated;
mod flows;
mod keyboard;
mod live;
mod pages;
mod pictures;
mod stage;
