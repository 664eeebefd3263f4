//! `akson reindex`: builds the search index anew, beside traffic; goes on where an earlier one was stopped.

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};
use crate::control::messages::Progress;

/// Its words.
#[derive(clap::Args)]
pub struct Reindex {}

impl Command for Reindex {
    const NAME: &'static str = "reindex";
    const ABOUT: &'static str = "Build the search index anew from the resources";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let count = desk.core()?.reindex(|done| {
            let (stage, unit) = ("indexing".to_owned(), "resources".to_owned());
            desk.progress(Progress { stage, done, total: 0, unit });
        })?;
        desk.say(format!("{} resources indexed anew", grouped(count)));
        Ok(Ending::Done)
    }
}
