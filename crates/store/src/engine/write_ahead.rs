//! Keeping a write-ahead log short: some of it is copied after large commits, all of it at quiet times.
//!
//! What it does not do: stop writing when the disk fails; its caller does.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Connection, sqlite};
use crate::Error;
use crate::store::Shared;

/// Time without writes after which the log is emptied.
pub(crate) const QUIET: Duration = Duration::from_millis(250);
/// Pages of the log from which on it is copied while space is short.
const PAGES_IF_SHORT: i64 = 64;

/// How far the log of one file was copied.
#[derive(Default)]
pub(crate) struct WriteAhead {
    pages: i64,
}

impl WriteAhead {
    /// Copies the log into the database when it has grown.
    pub(crate) fn checkpoint(&mut self, connection: &Connection, shared: &Shared) -> Result<(), Error> {
        let limit = match shared.short.load(Ordering::Acquire) {
            true => PAGES_IF_SHORT,
            false => (shared.options.log_bytes / sqlite::PAGE_BYTES as usize) as i64,
        };
        let pages = sqlite::log_pages(connection)?;
        // After a complete copy the log begins anew as soon as no reader holds it; until then it grows.
        if pages < self.pages {
            self.pages = 0;
        }
        if pages - self.pages >= limit {
            self.pages = sqlite::checkpoint(connection)?.pages;
        }
        Ok(())
    }

    /// A quiet moment: the whole log goes into the database.
    pub(crate) fn empty(&mut self, connection: &Connection) -> Result<(), Error> {
        if sqlite::log_pages(connection)? > 0 {
            sqlite::truncate_log(connection)?;
            self.pages = 0;
        }
        Ok(())
    }
}
