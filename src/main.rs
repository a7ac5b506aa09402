//! The `peerlore` command.

fn main() {}
