//! The audit's own file, beside the record's.

use std::path::{Path, PathBuf};

use crate::engine::sqlite::{self, Keeping};
use crate::engine::{Connection, migrate};
use crate::{Error, Options};

/// Where it is.
pub(crate) fn path(record: &Path) -> PathBuf {
    record.with_file_name("audit.db")
}

/// Opens it; makes or migrates it as needed.
pub(crate) fn open(record: &Path, options: &Options, keeping: Keeping) -> Result<Connection, Error> {
    let options = Options { writer_cache_bytes: options.reader_cache_bytes, pages_max: 0, ..options.clone() };
    let connection = sqlite::open_writer(&path(record), &options, keeping)?;
    migrate::migrate(&connection, migrate::AUDIT_STEPS)?;
    Ok(connection)
}
