//! `cargo xtask bench`: to come with the server.

use crate::Outcome;

/// Runs the measurements.
pub(crate) fn run(_arguments: &[String]) -> Outcome<()> {
    Err("bench: nothing to measure yet".into())
}
