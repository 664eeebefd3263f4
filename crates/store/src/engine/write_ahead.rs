//! Keeping a write-ahead log short: some of it is copied after large commits, all of it at quiet times.
//!
//! What it does not do: stop writing when the disk fails; its caller does.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::pool::Pool;
use super::{Connection, sqlite};
use crate::Error;
use crate::store::Shared;

/// Time without writes after which the log is emptied.
pub(crate) const QUIET: Duration = Duration::from_millis(250);
/// How long readers are waited for when the log has grown too long.
const ALONE_MAX: Duration = Duration::from_millis(10);
/// The log is looked at after so many changed rows, or so many commits.
const CHANGES_MIN: u64 = 500;
const COMMITS_MIN: u32 = 64;
/// Pages of the log from which on it is copied while space is short.
const PAGES_IF_SHORT: i64 = 64;

/// How far the log of one file was copied.
#[derive(Default)]
pub(crate) struct WriteAhead {
    pages: i64,
    /// Rows that had been changed when the log was last looked at.
    changes: u64,
    /// Commits since then.
    commits: u32,
}

impl WriteAhead {
    /// Copies the log into the database when it has grown. It can begin anew only when all of it is copied and no reader
    /// holds any; where readers overlap so much that this never happens, they are held up for a moment.
    pub(crate) fn checkpoint(&mut self, connection: &Connection, shared: &Shared, readers: &Pool) -> Result<(), Error> {
        let limit = match shared.short.load(Ordering::Acquire) {
            true => PAGES_IF_SHORT,
            false => (shared.options.log_bytes / sqlite::PAGE_BYTES as usize) as i64,
        };
        let changes = connection.raw.total_changes();
        self.commits += 1;
        // Looking costs as much as a small commit.
        let few = changes.saturating_sub(self.changes) < CHANGES_MIN && self.commits < COMMITS_MIN;
        if few && limit > PAGES_IF_SHORT {
            return Ok(());
        }
        (self.changes, self.commits) = (changes, 0);
        let pages = sqlite::log_pages(connection)?;
        if pages < self.pages {
            self.pages = 0;
        }
        if pages - self.pages < limit {
            return Ok(());
        }
        readers.let_go();
        let mut done = sqlite::checkpoint(connection)?;
        if done.pages >= 2 * limit {
            done = readers.alone(ALONE_MAX, || sqlite::checkpoint(connection))?;
        }
        self.pages = done.pages;
        Ok(())
    }

    /// A quiet moment: the whole log goes into the database.
    pub(crate) fn empty(&mut self, connection: &Connection, readers: &Pool) -> Result<(), Error> {
        if sqlite::log_pages(connection)? > 0 {
            readers.let_go();
            sqlite::truncate_log(connection)?;
            self.pages = 0;
        }
        Ok(())
    }
}
