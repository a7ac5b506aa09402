//! The `peerlore` command: run it, print the error, give the exit code.
use std::process::ExitCode;

fn main() -> ExitCode {
    peerlore::cli::main()
}
