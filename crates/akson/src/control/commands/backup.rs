//! `akson backup`: a copy of the whole record beside traffic, with a manifest that proves it.

use std::path::PathBuf;

use akson_core::Error;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};

/// Copy the record beside traffic.
#[derive(clap::Args)]
pub struct Backup {
    /// A new folder for the copy
    folder: PathBuf,
}

impl Command for Backup {
    const NAME: &'static str = "backup";
    const ABOUT: &'static str = "Copy the whole record into a new folder";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let folder = desk.path(&self.folder);
        let manifest = match desk.core()?.backup(&folder, &mut |step| desk.step(step, "")) {
            Err(Error::Interrupted) => return Ok(Ending::Stopped),
            manifest => manifest?,
        };
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        desk.say(format!(
            "{} resources and {} earlier versions of {} are in {}, {} bytes",
            grouped(manifest.resources),
            grouped(manifest.versions),
            manifest.at,
            folder.display(),
            grouped(bytes)
        ));
        Ok(Ending::Done)
    }
}
