//! `akson doctor`: whether this installation is sound, one line per finding.

use std::process::ExitCode;

use super::{Failure, grouped};
use crate::config::Config;

/// Looks at versions, settings, space and the record.
pub fn doctor(settings: &Config) -> Result<ExitCode, Failure> {
    println!("akson        {}", env!("CARGO_PKG_VERSION"));
    println!("folder       {}", settings.data.display());
    let core = super::open_existing(settings)?;
    let health = core.health();
    println!("database     {}", health.engine);
    println!("durability   {}", health.durability);
    println!("size         {} bytes", grouped(health.bytes));
    match health.free_bytes {
        Some(free) if free < health.bytes => {
            println!("free space   {} bytes: less than the database itself; a backup would not fit", grouped(free));
        }
        Some(free) => println!("free space   {} bytes", grouped(free)),
        None => println!("free space   unknown"),
    }
    if !settings.listen.ip().is_loopback() {
        println!("listen       {}: reachable by others, and there is no sign-in yet", settings.listen);
    }
    let report = core.verify()?;
    println!("resources    {}", grouped(report.resources));
    println!("versions     {} earlier ones", grouped(report.versions));
    println!("audit        {} lines", grouped(report.audit_lines));
    println!("faults       {}", report.faults.len());
    if !health.writable {
        println!("space        too little: writes are refused, so that reading can go on");
    }
    let sound = report.faults.is_empty() && health.sound && health.writable;
    println!("{}", if sound { "sound" } else { "not sound: run akson verify for the list" });
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
