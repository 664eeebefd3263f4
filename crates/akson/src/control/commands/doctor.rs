//! `akson doctor`: whether this installation is sound, one line per finding.

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};

/// Its words.
#[derive(clap::Args)]
pub struct Doctor {}

impl Command for Doctor {
    const NAME: &'static str = "doctor";
    const ABOUT: &'static str = "Say whether this installation is sound";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        look(desk)
    }
}

/// Looks at versions, settings, space and the record.
fn look(desk: &Desk) -> Result<Ending, Failure> {
    let (core, settings) = (desk.core()?, &desk.settings);
    desk.say(format!("akson        {}", env!("CARGO_PKG_VERSION")));
    match &desk.serving {
        Some(serving) => desk.say(format!("server       up at {}", serving.base)),
        None => desk.say("server       down"),
    }
    desk.say(format!("folder       {}", settings.data.display()));
    let health = core.health();
    desk.say(format!("database     {}", health.engine));
    desk.say(format!("durability   {}", health.durability));
    desk.say(format!("size         {} bytes", grouped(health.bytes)));
    match health.free_bytes {
        Some(free) if free < health.bytes => {
            desk.say(format!(
                "free space   {} bytes: less than the database itself; a backup would not fit",
                grouped(free)
            ));
        }
        Some(free) => desk.say(format!("free space   {} bytes", grouped(free))),
        None => desk.say("free space   unknown"),
    }
    if !settings.listen.ip().is_loopback() {
        desk.say(format!("listen       {}: reachable by others, and there is no sign-in yet", settings.listen));
    }
    let report = core.verify()?;
    desk.say(format!("resources    {}", grouped(report.resources)));
    desk.say(format!("versions     {} earlier ones", grouped(report.versions)));
    desk.say(format!("audit        {} lines", grouped(report.audit_lines)));
    desk.say(format!("faults       {}", report.faults.len()));
    if !health.writable {
        desk.say("space        too little: writes are refused, so that reading can go on");
    }
    let sound = report.faults.is_empty() && health.sound && health.writable;
    desk.say(if sound { "sound" } else { "not sound: run akson verify for the list" });
    Ok(if sound { Ending::Done } else { Ending::Wanting })
}
