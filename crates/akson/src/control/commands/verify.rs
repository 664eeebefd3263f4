//! `akson verify`: proves that what is kept is what was written. On one moment of the record, beside traffic.

use akson_core::Error;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};

/// Prove checksums, index and audit.
#[derive(clap::Args)]
pub struct Verify {}

impl Command for Verify {
    const NAME: &'static str = "verify";
    const ABOUT: &'static str = "Prove checksums, index and audit";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let report = match desk.core()?.verify_watched(&mut |step| desk.step(step, "")) {
            Err(Error::Interrupted) => return Ok(Ending::Stopped),
            report => report?,
        };
        desk.say(format!(
            "{} resources, {} earlier versions, {} audit lines",
            grouped(report.resources),
            grouped(report.versions),
            grouped(report.audit_lines)
        ));
        for fault in &report.faults {
            desk.say(format!("FAULT {fault}"));
        }
        if report.faults.is_empty() {
            desk.say("checksums, index and audit are sound");
            return Ok(Ending::Done);
        }
        desk.say(format!("{} faults", report.faults.len()));
        Ok(Ending::Wanting)
    }
}
