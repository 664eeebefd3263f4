//! A copy of both files of a record, each at one moment, while others write; and what must not come back with a copy.
//!
//! The copy reads a snapshot, so writers never wait for it; until it is done the write-ahead log grows. What it does not do:
//! prove or encrypt the copy.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};

use crate::engine::{Bind, Connection};
use crate::watch::{Step, Watch};
use crate::{Error, Next, Store, Transaction, audit, settings, verify};

/// The files of a record, in the order in which they are copied: lines of writes are in the first, so that no line about
/// what the first one holds is missing in the second.
pub const FILES: [&str; 2] = ["record.db", "audit.db"];

/// Pages copied at a time.
const PAGES: i32 = 256;
/// How long to wait when the file is locked, which a snapshot is not.
const WAIT: Duration = Duration::from_millis(10);
/// What was granted for a time ends: it may have been taken away since. Keys too, since tokens of grants that are not in here
/// may still be about.
const ENDED: &[&str] = &[
    "DELETE FROM session",
    "DELETE FROM ticket",
    "UPDATE app_grant SET revoked = $1 WHERE revoked > $1",
    "UPDATE signing_key SET retired = CASE WHEN retired < $1 THEN retired ELSE $1 END, gone = $1 WHERE gone > $1",
];
/// How often this database was restored.
const EPOCH: &str = "epoch";

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Resources, live and deleted.
    pub resources: u64,
    /// Older versions.
    pub versions: u64,
    /// For each file: how many lines of audit, and the root of their tree.
    pub logs: Vec<(u64, [u8; 32])>,
}

impl Store {
    /// Copies all files into a folder; [`Error::Interrupted`] if it was stopped.
    pub fn copy_into(&self, folder: &Path, watch: Watch<'_>) -> Result<Copied, Error> {
        let view = self.read()?;
        let lines = self.read_audit()?;
        let done = copy(&view.connection, &folder.join(FILES[0]), "copying the record", watch)
            .and_then(|()| copy(&lines, &folder.join(FILES[1]), "copying the audit", watch));
        let logs = [&view.connection, &lines].map(audit::head);
        self.give_back_audit(lines);
        done?;
        let (resources, versions) = (verify::heads(&view)?, verify::older(&view)?);
        Ok(Copied { resources, versions, logs: logs.into_iter().collect::<Result<_, _>>()? })
    }

    /// What the record holds now, as a copy made now would.
    pub fn held(&self) -> Result<Copied, Error> {
        let (view, lines) = (self.read()?, self.read_audit()?);
        let logs = [&view.connection, &lines].map(audit::head);
        self.give_back_audit(lines);
        let (resources, versions) = (verify::heads(&view)?, verify::older(&view)?);
        Ok(Copied { resources, versions, logs: logs.into_iter().collect::<Result<_, _>>()? })
    }
}

fn copy(from: &Connection, to: &Path, stage: &'static str, watch: Watch<'_>) -> Result<(), Error> {
    let mut target = rusqlite::Connection::open(to)?;
    let backup = Backup::new(&from.raw, &mut target)?;
    loop {
        match backup.step(PAGES)? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => std::thread::sleep(WAIT),
            _ => {}
        }
        let progress = backup.progress();
        let total = u64::try_from(progress.pagecount).unwrap_or_default();
        let left = u64::try_from(progress.remaining).unwrap_or_default();
        if watch(Step { stage, done: total.saturating_sub(left), total }) == Next::Stop {
            return Err(Error::Interrupted);
        }
    }
}

impl Transaction<'_> {
    /// Ends what was granted for a time, and begins a new epoch: this is an older record than the one that was in use.
    pub fn begin_epoch(&mut self) -> Result<i64, Error> {
        let at = [Bind::Int(self.at)];
        for sql in ENDED {
            let binds = if sql.contains("$1") { &at[..] } else { &[] };
            self.connection.execute(sql, binds)?;
        }
        let epoch = self.epoch()? + 1;
        settings::put(&self.connection, EPOCH, &epoch.to_le_bytes())?;
        // Tokens of pages lead back to numbers that will be given out again.
        self.connection.execute("DELETE FROM setting WHERE name = $1", &[Bind::Text("token_key")])?;
        Ok(epoch)
    }
}

impl crate::View {
    /// How often this database was restored. What is valid for an epoch says which.
    pub fn epoch(&self) -> Result<i64, Error> {
        let kept = settings::get(&self.connection, EPOCH)?;
        Ok(kept.and_then(|kept| kept.try_into().ok()).map_or(0, i64::from_le_bytes))
    }
}
