//! `akson audit`: proof, export and check of the log of who did what to whose record.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use akson_core::{Caller, instant};
use clap::Subcommand;

use crate::control::command::{Command, Ending, Failure, Needs};
use crate::control::desk::{Desk, grouped};

const DAY_US: i64 = 86_400_000_000;

/// Prove, copy and check the log of who saw what.
#[derive(clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

/// What is to be done with the log.
#[derive(Subcommand)]
enum What {
    /// Prove that the log is whole and goes on from every checkpoint that was signed
    Verify {
        /// Also from these, kept elsewhere
        #[arg(long, value_name = "KEPT")]
        checkpoint: Option<PathBuf>,
    },
    /// Print the newest signed checkpoints; keep them where nobody who runs this server can change them
    Checkpoint,
    /// Print the key that checkpoints are checked with
    Key,
    /// Write the whole log to a file that can be checked without this database
    Export {
        /// The file
        file: PathBuf,
    },
    /// List looks at records to ask about: one's own, a colleague's, of the same surname or address, of somebody well known
    Patterns {
        /// Of so many days until now
        #[arg(long, default_value_t = 30)]
        days: u16,
    },
    /// Check an exported log against checkpoints that were kept; needs no database
    Check {
        /// The exported file
        file: PathBuf,
        /// The kept checkpoints
        #[arg(long, value_name = "KEPT")]
        checkpoint: PathBuf,
        /// The key, or a file that holds it
        #[arg(long, value_name = "PUB")]
        key: String,
    },
}

impl Command for Audit {
    const NAME: &'static str = "audit";
    const ABOUT: &'static str = "Prove, export and check the log of who did what";

    fn needs(&self) -> Needs {
        match self.what {
            What::Check { .. } => Needs::Nothing,
            _ => Needs::Record,
        }
    }

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        match &self.what {
            What::Verify { checkpoint } => verify(desk, checkpoint.as_deref()),
            What::Checkpoint => {
                desk.core()?.audit_checkpoint()?.lines().for_each(|line| desk.say(line));
                Ok(Ending::Done)
            }
            What::Key => {
                desk.say(desk.core()?.audit_key());
                Ok(Ending::Done)
            }
            What::Export { file } => export(desk, file),
            What::Patterns { days } => patterns(desk, *days),
            What::Check { file, checkpoint, key } => check(desk, file, checkpoint, key),
        }
    }
}

fn verify(desk: &Desk, kept: Option<&Path>) -> Result<Ending, Failure> {
    let kept = kept.map(|kept| read(desk, kept)).transpose()?.unwrap_or_default();
    let (lines, mut faults) = desk.core()?.verify_audit()?;
    faults.extend(desk.core()?.audit_faults(&kept)?);
    desk.say(format!("{} audit lines", grouped(lines)));
    Ok(tell(desk, &faults))
}

fn export(desk: &Desk, file: &Path) -> Result<Ending, Failure> {
    let path = desk.path(file);
    let failed = |error| format!("{}: {error}", path.display());
    let mut out = BufWriter::new(File::create_new(&path).map_err(failed)?);
    let exported = desk.core()?.export_audit(&mut out)?;
    let done = out.flush().and_then(|()| out.get_ref().sync_all());
    done.map_err(failed)?;
    desk.say(format!("{} rows written to {}", grouped(exported.rows), path.display()));
    Ok(Ending::Done)
}

fn check(desk: &Desk, file: &Path, kept: &Path, key: &str) -> Result<Ending, Failure> {
    let kept = read(desk, kept)?;
    let key = match desk.path(Path::new(key)) {
        path if path.is_file() => read(desk, &path)?,
        _ => key.to_owned(),
    };
    let path = desk.path(file);
    let opened = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let checked = akson_core::audit::check(BufReader::new(opened), &kept, &key)?;
    desk.say(format!("{} rows", grouped(checked.rows)));
    Ok(tell(desk, &checked.faults))
}

fn patterns(desk: &Desk, days: u16) -> Result<Ending, Failure> {
    let core = desk.core()?;
    let until = core.now();
    let record = core.record(Caller::job("audit patterns", until));
    let found = desk.wait(record.patterns((until - i64::from(days) * DAY_US, until + 1)))?;
    for one in &found {
        let (who, unit) = (one.actor.shown(), &one.actor.unit);
        let (first, last) = (instant(one.first), instant(one.last));
        desk.say(format!(
            "{:<13} {who} ({unit}) looked at Patient/{}: {} entries, {first} to {last}",
            one.kind.code(),
            one.patient,
            one.count
        ));
        one.events.iter().for_each(|event| desk.say(format!("              AuditEvent/{event}")));
    }
    desk.say(format!("{} patterns in {days} days", found.len()));
    Ok(Ending::Done)
}

fn read(desk: &Desk, file: &Path) -> Result<String, Failure> {
    let path = desk.path(file);
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn tell(desk: &Desk, faults: &[String]) -> Ending {
    faults.iter().for_each(|fault| desk.say(format!("FAULT {fault}")));
    match faults.len() {
        0 => {
            desk.say("the log is sound");
            Ending::Done
        }
        count => {
            desk.say(format!("{count} faults"));
            Ending::Wanting
        }
    }
}
