//! `akson doctor`: whether this installation is sound, one line per finding.

use akson_core::Health;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};

/// Say whether this installation is sound.
#[derive(clap::Args)]
pub struct Doctor {}

impl Command for Doctor {
    const NAME: &'static str = "doctor";
    const ABOUT: &'static str = "Say whether this installation is sound";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        look(desk)
    }
}

/// Looks at versions, settings, space and the state of the record. It proves nothing: `akson verify` does.
fn look(desk: &Desk) -> Result<Ending, Failure> {
    let (core, settings) = (desk.core()?, &desk.settings);
    desk.say(format!("akson        {}", env!("CARGO_PKG_VERSION")));
    match &desk.serving {
        Some(serving) => {
            desk.say(format!("server       up at {} since {}", serving.base, akson_core::instant(core.started())))
        }
        None => desk.say("server       down"),
    }
    desk.say(format!("folder       {}", settings.data.display()));
    if core.identity().is_sandbox()? {
        desk.say("sandbox      yes: invented people only; nothing real may come in");
    }
    if !settings.listen.ip().is_loopback() {
        desk.say(format!(
            "listen       {}: reachable by others: a proxy with TLS must stand in front",
            settings.listen
        ));
    }
    let health = core.health();
    tell_disk(desk, &health);
    if let Some(former) = &health.former_base {
        desk.say(format!("address      the record was made under {former}, and server.public_url is another one now:"));
        desk.say("             references that were written with the former address do not lead to its resources");
    }
    if let Some(mode) = health.shared_mode {
        desk.say(format!(
            "rights       {mode:03o}: others on this machine may read the record; run chmod 700 on the folder"
        ));
    }
    for work in &health.open {
        desk.say(format!("work         {}: {} of {}", work.what, grouped(work.done), grouped(work.total)));
        if work.answers_are_old {
            desk.say("             until it is done, searches may miss something, and conditions are refused");
        }
    }
    if health.open.is_empty() {
        desk.say("work         none in the background");
    }
    let proved = match health.proved {
        None => "never: run akson verify".to_owned(),
        Some(proof) => format!("{}, {} faults", akson_core::instant(proof.at), grouped(proof.faults)),
    };
    desk.say(format!("verified     {proved}"));
    let mut wrong = Vec::new();
    if !health.sound {
        wrong.push("the record takes no reads or no writes: restart the server, and look at its log");
    }
    if !health.writable {
        wrong.push("too little space: writes are refused, so that reading can go on");
    }
    if health.proved.is_some_and(|proof| proof.faults > 0) {
        wrong.push("the last verify found faults: run it again for the list");
    }
    wrong.iter().for_each(|reason| desk.say(format!("not sound    {reason}")));
    if wrong.is_empty() {
        desk.say("sound");
    }
    Ok(if wrong.is_empty() { Ending::Done } else { Ending::Wanting })
}

fn tell_disk(desk: &Desk, health: &Health) {
    desk.say(format!("database     {}", health.engine));
    desk.say(format!("durability   {}", health.durability));
    desk.say(format!("size         {} bytes, and {} in the log", grouped(health.bytes), grouped(health.log_bytes)));
    let free = match health.free_bytes {
        Some(free) if free < health.bytes => {
            format!("{} bytes: less than the database itself; a backup would not fit", grouped(free))
        }
        Some(free) => format!("{} bytes", grouped(free)),
        None => "unknown".to_owned(),
    };
    desk.say(format!("free space   {free}"));
}
