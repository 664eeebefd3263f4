//! The commands of an operator. Without a command, `serve`.
//!
//! A command prints for people; its exit code is 0 only if everything asked for was done.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "commands talk to a terminal")]

mod doctor;
mod export;
mod load;
mod maintain;
mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use akson_core::Core;
use clap::{Parser, Subcommand};

use crate::config::{self, Config};

/// A command's failure, in words for the operator.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(name = "akson", version, about = "An open FHIR R4 record for municipal health care")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Folder of the database [default: akson-data]
    #[arg(long, global = true, value_name = "DIR", env = "AKSON_DATA")]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the record over HTTP (the default)
    Serve {
        /// Address and port to listen on [default: 127.0.0.1:8080]
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Load bundles, resources and NDJSON, from files and folders
    Load {
        /// Files and folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// FHIR base of a running server to load into, instead of the database
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Write the current resources as NDJSON, one file per type
    Export {
        /// Folder for the files
        folder: PathBuf,
        /// Only these types, with commas between
        #[arg(long, value_name = "TYPES", value_delimiter = ',')]
        types: Vec<String>,
    },
    /// Build the search index anew from the resources
    Reindex,
    /// Prove checksums, index and audit
    Verify,
    /// Print every setting with its default
    Config,
    /// Say whether this installation is sound
    Doctor,
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .with_target(false)
        .init();
    match run_command(cli) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("akson: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(cli: Cli) -> Result<ExitCode, Failure> {
    let mut settings = Config::load()?;
    if let Some(folder) = cli.data {
        settings.data = folder;
    }
    match cli.command.unwrap_or(Command::Serve { listen: None }) {
        Command::Serve { listen } => {
            settings.listen = listen.unwrap_or(settings.listen);
            serve::serve(settings)
        }
        Command::Load { paths, url } => load::load(settings, &paths, url),
        Command::Export { folder, types } => export::export(&settings, &folder, &types),
        Command::Reindex => maintain::reindex(&settings),
        Command::Verify => maintain::verify(&settings),
        Command::Config => {
            print!("{}", config::manual());
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor => doctor::doctor(&settings),
    }
}

/// Opens the record of these settings.
fn open(settings: &Config) -> Result<Core, Failure> {
    let core = Core::open(&settings.data, settings.core());
    core.map_err(|error| format!("opening {}: {error}", settings.data.display()).into())
}

/// Opens the record only if it is there: a command that reads must not make one.
fn open_existing(settings: &Config) -> Result<Core, Failure> {
    if !settings.data.is_dir() {
        return Err(format!("there is no folder {}; name one with --data", settings.data.display()).into());
    }
    open(settings)
}

/// A number with narrow spaces between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
