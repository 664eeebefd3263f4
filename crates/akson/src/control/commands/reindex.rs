//! `akson reindex`: builds the search index anew, beside traffic; goes on where an earlier one was stopped.

use akson_core::Error;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};

/// Build the search index anew from the resources.
#[derive(clap::Args)]
pub struct Reindex {}

impl Command for Reindex {
    const NAME: &'static str = "reindex";
    const ABOUT: &'static str = "Build the search index anew from the resources";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let count = match desk.core()?.reindex(&mut |step| desk.step(step, "")) {
            Err(Error::Interrupted) => {
                desk.say("the same command goes on where this one was; so does the next start of the server");
                return Ok(Ending::Stopped);
            }
            count => count?,
        };
        desk.say(format!("{} resources indexed anew", grouped(count)));
        Ok(Ending::Done)
    }
}
