//! Repository chores in Rust: `cargo xtask test | shots | sample | bench | definitions`.
//!
//! It has no dependencies but the standard library, so that it is there in seconds; what needs more
//! (`bench`, `definitions`) stands behind a feature and is built, for release, when it is asked for.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal")]

#[cfg(feature = "bench")]
mod bench;
#[cfg(feature = "definitions")]
mod definitions;
mod sample;
mod test;

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// What a chore answers: nothing, or why it could not be done.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask COMMAND
  test          format, lints and every test; the last line says how many passed
  shots         takes a picture of every page, on a screen and a telephone, light and dark: [FOLDER] (target/shots)
  sample        writes crates/akson/sample again (--check: only compares)
  bench         measures a server: [--url BASE] [--patients N] [--connections 1,8,32] [--seconds S] [--small true]
  definitions   writes crates/fhir/definitions/r4.bin again (--check, --from FILE)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", [].as_slice()),
    };
    let outcome = match command {
        "test" => return test::run(rest),
        "shots" => shots(rest),
        "sample" => sample::run(rest),
        "bench" => bench(rest),
        "definitions" => definitions(rest),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The cargo that started us.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// The test that looks at every page takes the pictures, so that both know the same pages.
fn shots(arguments: &[String]) -> Outcome<()> {
    let folder = std::env::current_dir()?.join(arguments.first().map_or("target/shots", String::as_str));
    let test = ["test", "--package", "akson", "--test", "browser", "pages_can_be_read", "--", "--show-output"];
    let looked = cargo(&test).env("AKSON_SHOTS", &folder).status()?;
    let taken = std::fs::read_dir(&folder).map_or(0, Iterator::count);
    println!("{taken} pictures in {}", folder.display());
    match looked.success() && taken > 0 {
        true => Ok(()),
        false => Err("something is missing or wrong with a page: see above".into()),
    }
}

#[cfg(feature = "bench")]
fn bench(arguments: &[String]) -> Outcome<()> {
    bench::run(arguments)
}

#[cfg(not(feature = "bench"))]
fn bench(arguments: &[String]) -> Outcome<()> {
    with_feature("bench", arguments)
}

#[cfg(feature = "definitions")]
fn definitions(arguments: &[String]) -> Outcome<()> {
    definitions::run(arguments)
}

#[cfg(not(feature = "definitions"))]
fn definitions(arguments: &[String]) -> Outcome<()> {
    with_feature("definitions", arguments)
}

/// Builds the chore with what it needs and runs it.
#[cfg(not(all(feature = "bench", feature = "definitions")))]
fn with_feature(chore: &str, arguments: &[String]) -> Outcome<()> {
    let build = ["run", "--quiet", "--release", "--package", "xtask", "--features", chore, "--", chore];
    match cargo(&build).args(arguments).status()?.success() {
        true => Ok(()),
        false => Err(format!("{chore}: not done").into()),
    }
}
