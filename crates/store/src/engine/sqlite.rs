//! Opening SQLite, and keeping its log short.
//!
//! WAL with `synchronous=FULL`: a commit is on the disk before it is answered. Checkpoints are made by the
//! writer only. What it does not do: decide when.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;

use super::Connection;
use super::deadline::Deadline;
use crate::search::numbers::contains;
use crate::{Error, Options};

/// The oldest SQLite that has no known fault in its log (3.51.3).
const VERSION_MIN: i32 = 3_051_003;
const STATEMENTS_KEPT: usize = 512;
/// Bytes of a page.
pub(crate) const PAGE_BYTES: i64 = 8192;

/// What a commit is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// It is on the disk before it is answered.
    Durable,
    /// The database is thrown away at the end, so nobody waits for the disk.
    Temporary,
}

/// The writer's connection; creates the file if it is not there.
pub(crate) fn open_writer(path: &Path, options: &Options, keeping: Keeping) -> Result<Connection, Error> {
    check_version(rusqlite::version_number())?;
    let raw = rusqlite::Connection::open(path)?;
    raw.busy_timeout(Duration::from_secs(5))?;
    keep_plans(&raw)?;
    add_functions(&raw)?;
    raw.pragma_update(None, "page_size", PAGE_BYTES)?;
    let mode: String = raw.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Unusable(format!("the file system allows no write-ahead log (mode {mode})")));
    }
    let synchronous = match keeping {
        Keeping::Durable => "FULL",
        Keeping::Temporary => "OFF",
    };
    raw.pragma_update(None, "synchronous", synchronous)?;
    raw.pragma_update(None, "wal_autocheckpoint", 0)?;
    raw.pragma_update(None, "temp_store", "MEMORY")?;
    raw.pragma_update(None, "cache_size", -cache_kilobytes(options.writer_cache_bytes))?;
    raw.pragma_update(None, "cell_size_check", true)?;
    if options.pages_max > 0 {
        raw.pragma_update_and_check(None, "max_page_count", options.pages_max as i64, |_| Ok(()))?;
    }
    Ok(Connection { raw, deadline: Deadline::default(), begun_after: Cell::default() })
}

/// A reader's connection.
pub(crate) fn open_reader(path: &Path, options: &Options) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let mut raw = rusqlite::Connection::open_with_flags(path, flags)?;
    raw.busy_timeout(Duration::from_secs(5))?;
    keep_plans(&raw)?;
    add_functions(&raw)?;
    raw.pragma_update(None, "temp_store", "MEMORY")?;
    raw.pragma_update(None, "cache_size", -cache_kilobytes(options.reader_cache_bytes))?;
    let deadline = Deadline::watch(&mut raw, options)?;
    Ok(Connection { raw, deadline, begun_after: Cell::default() })
}

/// Keeps statements prepared, with plans that do not depend on what is bound: otherwise the engine prepares a statement
/// anew whenever a limit or a compared value is bound to it.
fn keep_plans(raw: &rusqlite::Connection) -> Result<(), Error> {
    raw.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// What `dialect` asks of the engine beyond its own.
fn add_functions(raw: &rusqlite::Connection) -> Result<(), Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    raw.create_scalar_function("within", 2, flags, |called| {
        let number = called.get_raw(0).as_i64_or_null()?;
        let set = called.get_raw(1).as_blob()?;
        Ok(number.is_some_and(|number| contains(set, number)))
    })?;
    Ok(())
}

fn cache_kilobytes(bytes: usize) -> i64 {
    (bytes / 1024) as i64
}

fn check_version(number: i32) -> Result<(), Error> {
    if number < VERSION_MIN {
        return Err(Error::Unusable(format!("SQLite {} is older than 3.51.3", rusqlite::version())));
    }
    Ok(())
}

/// How far a checkpoint came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// Pages in the log.
    pub(crate) pages: i64,
    /// Pages of it that are in the database.
    pub(crate) copied: i64,
}

/// Copies what can be copied from the log into the database, waiting for nobody.
pub(crate) fn checkpoint(connection: &Connection) -> Result<Checkpoint, Error> {
    run_checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

/// Copies all and empties the log, if no reader holds it.
pub(crate) fn truncate_log(connection: &Connection) -> Result<Checkpoint, Error> {
    connection.raw.busy_timeout(Duration::ZERO)?;
    let done = run_checkpoint(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    connection.raw.busy_timeout(Duration::from_secs(5))?;
    done
}

/// Pages in the log's file; it does not shrink when the log begins anew.
pub(crate) fn log_pages(connection: &Connection) -> Result<i64, Error> {
    // NOOP looks without copying anything.
    Ok(run_checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)")?.pages)
}

fn run_checkpoint(connection: &Connection, sql: &str) -> Result<Checkpoint, Error> {
    let mut statement = connection.raw.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| Ok(Checkpoint { pages: row.get(1)?, copied: row.get(2)? }))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_engine_is_refused() {
        assert!(check_version(3_051_002).is_err());
        assert!(check_version(3_051_003).is_ok());
        assert!(check_version(rusqlite::version_number()).is_ok());
    }
}
