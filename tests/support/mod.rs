//! What the tests share.

pub mod database;
//! What several tests need to start or find.
pub mod npm;
