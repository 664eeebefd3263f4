//! What an operator asks of the record as a whole: its health, proof that it is sound, a new index.

use std::os::unix::fs::PermissionsExt;

use akson_store::{Next, Watch};

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
    /// The size of the log that is not in the database yet.
    pub log_bytes: u64,
    /// Work in the background that is not finished.
    pub open: Vec<OpenWork>,
    /// The address that the record was made under, if it has another one now.
    pub former_base: Option<String>,
    /// The rights of its folder, if others than its owner have any.
    pub shared_mode: Option<u32>,
    /// When the record was proved last, if ever.
    pub proved: Option<Proved>,
}

/// Work in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWork {
    /// What it is, in words for the operator.
    pub what: String,
    /// Resources done.
    pub done: u64,
    /// Resources there are.
    pub total: u64,
    /// Whether searches may miss something until it is done.
    pub answers_are_old: bool,
}

/// The last proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// How many faults there were.
    pub faults: u64,
}

/// The setting that keeps the last proof.
const PROVED: &str = "proved";

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
    /// How many resources of some types there are, live and deleted.
    pub fn resources_of<'a>(&self, types: impl Iterator<Item = &'a str>) -> Result<u64, Error> {
        let mut sum = 0;
        for name in types {
            sum += self.store().resources_of(name)?;
        }
        Ok(sum)
    }

    /// How it is.
    pub fn health(&self) -> Health {
        let store = self.store();
        let view = store.read().ok();
        let readable = view.is_some();
        let former_base = view.as_ref().and_then(|view| view.former_base().ok().flatten());
        let proved = view.and_then(|view| view.setting(PROVED).ok().flatten()).and_then(|kept| read_proof(&kept));
        let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |data| data.len());
        Health {
            sound: readable && !store.is_stopped(),
            engine: "SQLite, built in, 3.51.3 or newer",
            durability: "every answered write is on disk (write-ahead log, synchronous=FULL)",
            bytes: size(store.path()) + size(&store.path().with_file_name("audit.db")),
            log_bytes: self.space().log_bytes(),
            open: self.open_work().unwrap_or_default(),
            former_base,
            shared_mode: shared_mode(store.path()),
            proved,
            free_bytes: self.space().free_bytes(),
            writable: self.space().is_left(),
        }
    }
}

/// The rights of the folder that a database stands in, if others than its owner have any.
fn shared_mode(database: &std::path::Path) -> Option<u32> {
    let mode = std::fs::metadata(database.parent()?).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

fn read_proof(kept: &[u8]) -> Option<Proved> {
    let (at, faults) = kept.split_first_chunk()?;
    Some(Proved { at: i64::from_le_bytes(*at), faults: u64::from_le_bytes(faults.try_into().ok()?) })
}

impl Core {
    /// Work in the background that is not finished.
    pub fn open_work(&self) -> Result<Vec<OpenWork>, Error> {
        let open = self.store().open_work()?;
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let total = self.store().resources()?;
        let told = open.into_iter().map(|work| {
            let answers_are_old = work.kind == "reindex";
            let what = match work.kind.as_str() {
                "parameter" => format!("indexing by {}", work.subject),
                _ if work.subject == akson_store::RULES => "indexing by the rules of this program".to_string(),
                _ => "indexing anew".to_string(),
            };
            OpenWork { what, done: work.done.unsigned_abs(), total, answers_are_old }
        });
        Ok(told.collect())
    }

    /// Whether nothing was ever written.
    pub fn is_empty(&self) -> Result<bool, Error> {
        let view = self.store().read()?;
        let page = view.history(akson_store::HistoryScope::System, i64::MIN, None, 1)?;
        Ok(page.versions.is_empty())
    }

    /// Proves checksums, index and audit.
    pub fn verify(&self) -> Result<Report, Error> {
        self.verify_watched(&mut |_| Next::On)
    }

    /// The same beside traffic, telling each step; [`Error::Interrupted`] if it was stopped.
    pub fn verify_watched(&self, watch: Watch<'_>) -> Result<Report, Error> {
        let at = self.now();
        let found = self.store().verify_watched(watch)?;
        let mut proof = at.to_le_bytes().to_vec();
        proof.extend(found.differences.to_le_bytes());
        // A proof that can't be noted is a proof all the same.
        let _ = self.store().write(move |tx| tx.keep_setting(PROVED, &proof)).wait();
        let mut faults = found.told;
        let untold = found.differences - faults.len() as u64;
        if untold > 0 {
            faults.push(format!("and {untold} more"));
        }
        faults.extend(self.audit_faults("")?);
        Ok(Report { resources: found.resources, versions: found.versions, audit_lines: found.lines, faults })
    }

    /// Builds the index anew, beside traffic; what was begun and not finished before is finished first.
    pub fn reindex(&self, watch: Watch<'_>) -> Result<u64, Error> {
        let store = self.store();
        let mut open = store.open_work()?;
        if !open.iter().any(|work| work.kind == "reindex") {
            open.push(store.reindex()?);
        }
        let mut total = 0;
        for work in open {
            if !store.work(&work, &mut *watch)? {
                return Err(Error::Interrupted);
            }
            // The background may have done some of it.
            total = total.max(store.done(&work)?);
        }
        Ok(total)
    }

    /// Whether writing has stopped after a failure of the disk; only a new start of the process helps.
    pub fn is_stopped(&self) -> bool {
        self.store().is_stopped()
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
