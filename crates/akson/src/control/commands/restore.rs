//! `akson restore`: a record of a copy that `akson backup` has made, proved before it is put in place.

use std::path::PathBuf;

use akson_core::{Core, Error};

use crate::control::command::{Command, Ending, Failure, Needs};
use crate::control::desk::{Desk, grouped};

/// Make a record of a copy, when the copy is proved.
#[derive(clap::Args)]
pub struct Restore {
    /// The folder of the copy
    folder: PathBuf,
}

impl Command for Restore {
    const NAME: &'static str = "restore";
    const ABOUT: &'static str = "Make a record in the empty folder --data of a backup";

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let (from, to) = (desk.path(&self.folder), desk.path(&desk.settings.data));
        let made = Core::restore(&from, &to, desk.settings.core(), &mut |step| desk.step(step, ""));
        let (manifest, report) = match made {
            Err(Error::Interrupted) => return Ok(Ending::Stopped),
            made => made?,
        };
        for fault in &report.faults {
            desk.say(format!("FAULT {fault}"));
        }
        if !report.faults.is_empty() {
            desk.say("the copy is not sound: nothing was put in place");
            return Ok(Ending::Wanting);
        }
        desk.say(format!(
            "{} resources and {} earlier versions, as they were at {}, are proved and in {}",
            grouped(report.resources),
            grouped(report.versions),
            manifest.at,
            to.display()
        ));
        desk.say("What came after that is not in it. Do again what was done since, before anybody is let in:");
        desk.say("  blocks and corrections that patients asked for, closed accounts, removed and revoked clients.");
        desk.say("If the former database can still be read, its audit tells which (akson audit export).");
        desk.say("All sessions, grants and signing keys are ended: everybody and every app signs in again.");
        Ok(Ending::Done)
    }
}
