//! What an operator asks of the record as a whole: its health, proof that it is sound, a new index.

use crate::Core;
use crate::error::Error;

/// The state of a record.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether it takes reads and writes.
    pub sound: bool,
    /// The database engine.
    pub engine: &'static str,
    /// When an answered write is safe.
    pub durability: &'static str,
    /// The size of the database.
    pub bytes: u64,
    /// What is free on its disk.
    pub free_bytes: Option<u64>,
    /// Whether there is space for writes.
    pub writable: bool,
}

/// What was proved, and what was found wrong.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Current resources.
    pub resources: u64,
    /// Earlier versions.
    pub versions: u64,
    /// Lines of audit.
    pub audit_lines: u64,
    /// What is wrong.
    pub faults: Vec<String>,
}

impl Core {
    /// How it is.
    pub fn health(&self) -> Health {
        let store = self.store();
        let readable = store.read().is_ok();
        let bytes = std::fs::metadata(store.path()).map_or(0, |data| data.len());
        Health {
            sound: readable && !store.is_stopped(),
            engine: "SQLite, built in, 3.51.3 or newer",
            durability: "every answered write is on disk (write-ahead log, synchronous=FULL)",
            bytes,
            free_bytes: self.space().free_bytes(),
            writable: self.space().is_left(),
        }
    }
}

impl Core {
    /// Whether nothing was ever written.
    pub fn is_empty(&self) -> Result<bool, Error> {
        let view = self.store().read()?;
        let page = view.history(akson_store::HistoryScope::System, i64::MIN, None, 1)?;
        Ok(page.versions.is_empty())
    }

    /// Proves checksums, index and audit.
    pub fn verify(&self) -> Result<Report, Error> {
        let found = self.store().verify()?;
        let mut faults = found.told;
        let untold = found.differences - faults.len() as u64;
        if untold > 0 {
            faults.push(format!("and {untold} more"));
        }
        faults.extend(self.audit_faults("")?);
        Ok(Report { resources: found.resources, versions: found.versions, audit_lines: found.lines, faults })
    }

    /// Builds the index anew, beside traffic; what was begun and not finished before is finished first.
    pub fn reindex(&self, mut progress: impl FnMut(u64)) -> Result<u64, Error> {
        let store = self.store();
        let mut open = store.open_work()?;
        if !open.iter().any(|work| work.kind == "reindex") {
            open.push(store.reindex()?);
        }
        let mut total = 0;
        for work in open {
            store.work(&work, |done| {
                total = done as u64;
                progress(total);
                akson_store::Next::On
            })?;
        }
        Ok(total)
    }

    /// Waits for what is queued, before the process ends.
    pub async fn close(&self) -> Result<(), Error> {
        self.jobs().end();
        self.sealer().end();
        self.store().write(|_| Ok(())).await?;
        match self.sealer().seal(self.store()) {
            // What could not be signed for lack of space is signed at the next start.
            Err(Error::Full) => Ok(()),
            other => other,
        }
    }
}
