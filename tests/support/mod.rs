//! What several tests need to start or find.
pub mod npm;
