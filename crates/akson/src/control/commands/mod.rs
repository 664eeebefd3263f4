//! The table of commands: a new one is a file here and a line in [`COMMANDS`].

pub mod audit;
pub mod backup;
pub mod client;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod key;
pub mod load;
pub mod reindex;
pub mod restore;
pub mod sandbox;
pub mod user;
pub mod verify;
pub mod why;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};

use super::command::{Asked, Row, row};

/// Every command that works on the record.
pub const COMMANDS: &[Row] = &[
    row::<load::Load>(),
    row::<demo::Demo>(),
    row::<export::Export>(),
    row::<reindex::Reindex>(),
    row::<verify::Verify>(),
    row::<audit::Audit>(),
    row::<doctor::Doctor>(),
    row::<client::Client>(),
    row::<key::Key>(),
    row::<sandbox::Sandbox>(),
    row::<backup::Backup>(),
    row::<restore::Restore>(),
    row::<user::User>(),
    row::<why::Why>(),
];

/// The reader of command lines with all commands of the table.
pub fn reader() -> clap::Command {
    let data = Arg::new("data").long("data").value_name("DIR").env("AKSON_DATA").global(true);
    let data = data.value_parser(value_parser!(PathBuf)).help("Folder of the database [default: akson-data]");
    let reader = clap::Command::new("akson").version(env!("CARGO_PKG_VERSION")).arg(data);
    let reader = reader.about("An open FHIR R4 record for municipal health care");
    reader.subcommands(COMMANDS.iter().map(Row::words))
}

/// The command that a command line names, if it is in the table.
pub fn asked(matches: &ArgMatches) -> Option<Result<Asked, clap::Error>> {
    let (name, words) = matches.subcommand()?;
    let row = COMMANDS.iter().find(|row| row.name == name)?;
    Some(row.read(words))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_can_be_read() {
        super::reader().debug_assert();
    }
}
