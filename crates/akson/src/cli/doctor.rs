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
    match free_bytes(&settings.data) {
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
    let sound = report.faults.is_empty() && health.sound;
    println!("{}", if sound { "sound" } else { "not sound: run akson verify for the list" });
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Free space as `df` tells it; there is no safe call for it in Rust's library.
fn free_bytes(folder: &std::path::Path) -> Option<u64> {
    let output = std::process::Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes * 1024)
}
