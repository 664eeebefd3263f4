//! Readers that wait to be used again, with the statements they have prepared.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::{Connection, sqlite};
use crate::{Error, Options};

/// Idle readers of one database.
pub(crate) struct Pool {
    path: PathBuf,
    options: Options,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// Empty; readers are opened when they are needed.
    pub(crate) fn new(path: PathBuf, options: Options) -> Pool {
        Pool { path, options, idle: Mutex::new(Vec::new()) }
    }

    /// A reader inside a read transaction of its own.
    pub(crate) fn take(&self) -> Result<Connection, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => sqlite::open_reader(&self.path, &self.options)?,
        };
        connection.execute("BEGIN", &[])?;
        // The moment is fixed by the first read, not by BEGIN.
        connection.one("SELECT name FROM setting ORDER BY name LIMIT 1", &[], |_| Ok(()))?;
        Ok(connection)
    }

    /// Ends its transaction and keeps it.
    pub(crate) fn give_back(&self, connection: Connection) {
        connection.deadline.set(None);
        if connection.execute("COMMIT", &[]).is_err() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.options.readers_kept {
            idle.push(connection);
        }
    }
}
