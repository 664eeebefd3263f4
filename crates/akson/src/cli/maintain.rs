//! `akson reindex` and `akson verify`.

use std::process::ExitCode;

use super::{Failure, grouped};
use crate::config::Config;

/// Builds the index anew.
pub fn reindex(settings: &Config) -> Result<ExitCode, Failure> {
    let core = super::open_existing(settings)?;
    let bar = indicatif::ProgressBar::new_spinner();
    let count = core.reindex(|done| bar.set_message(format!("{} resources", grouped(done))))?;
    bar.finish_and_clear();
    println!("{} resources indexed anew", grouped(count));
    Ok(ExitCode::SUCCESS)
}

/// Proves that what is kept is what was written.
pub fn verify(settings: &Config) -> Result<ExitCode, Failure> {
    let core = super::open_existing(settings)?;
    let report = core.verify()?;
    println!(
        "{} resources, {} earlier versions, {} audit lines",
        grouped(report.resources),
        grouped(report.versions),
        grouped(report.audit_lines)
    );
    for fault in &report.faults {
        println!("FAULT {fault}");
    }
    if report.faults.is_empty() {
        println!("checksums, index and audit are sound");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} faults", report.faults.len());
    Ok(ExitCode::FAILURE)
}
