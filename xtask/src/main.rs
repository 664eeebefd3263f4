//! Repository chores: `cargo xtask test` runs every test, `cargo xtask definitions` makes the
//! definitions of FHIR.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "chores talk to the terminal"
)]
use std::process::{Command, ExitCode};

mod definitions;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((chore, rest)) if chore == "definitions" => report(definitions::run(rest)),
        _ => test(),
    }
}

fn test() -> ExitCode {
    let status = Command::new("cargo").args(["test", "--workspace"]).status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn report(outcome: definitions::Outcome<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
