//! The command line. Without a command, `serve`.
//!
//! Only `serve` and `config` are commands of this room; those on the record are in `control/commands`. A command prints for
//! people; its exit code is 0 only if everything asked for was done.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "commands talk to a terminal")]

mod run;
mod serve;
mod show;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use akson_core::Core;
use clap::{Arg, ArgMatches, value_parser};

use crate::config::{self, Config};
use crate::control::command::Failure;
use crate::control::commands;

/// Runs the command of this process.
pub fn run() -> ExitCode {
    // What is made here holds records: databases, keys, exports. Nobody but its owner gets at it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let matches = reader().get_matches();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .with_target(false)
        .init();
    match run_command(&matches) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("akson: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn reader() -> clap::Command {
    let listen = Arg::new("listen").long("listen").value_name("ADDR:PORT").value_parser(value_parser!(SocketAddr));
    let listen = listen.help("Address and port to listen on [default: 127.0.0.1:8080]");
    let serve = clap::Command::new("serve").about("Serve the record over HTTP (the default)").arg(listen);
    let config = clap::Command::new("config").about("Print every setting with its default");
    commands::reader().subcommand(serve.display_order(0)).subcommand(config)
}

fn run_command(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let mut settings = Config::load()?;
    if let Some(folder) = matches.get_one::<PathBuf>("data") {
        settings.data.clone_from(folder);
    }
    if let Some(asked) = commands::asked(matches) {
        return run::run(settings, asked?);
    }
    match matches.subcommand() {
        Some(("config", _)) => {
            print!("{}", config::manual());
            Ok(ExitCode::SUCCESS)
        }
        words => {
            let listen = words.and_then(|(_, words)| words.get_one::<SocketAddr>("listen"));
            settings.listen = listen.copied().unwrap_or(settings.listen);
            serve::serve(settings)
        }
    }
}

/// Opens the record of these settings.
fn open(settings: &Config) -> Result<Core, Failure> {
    let core = Core::open(&settings.data, settings.core());
    core.map_err(|error| format!("opening {}: {error}", settings.data.display()).into())
}
