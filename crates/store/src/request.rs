//! Requests that were answered, by their idempotency key: the same request again gets the same answer.

use crate::Error;
use crate::View;
use crate::engine::Bind::{Bytes, Int};
use crate::writer::Transaction;

/// Requests forgotten in one go.
const FORGET_MAX: i64 = 1000;

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// When.
    pub at: i64,
    /// The status.
    pub status: i64,
    /// The answer, in the caller's own form.
    pub answer: Vec<u8>,
}

impl View {
    /// The answer given to a request.
    pub fn remembered(&self, key: &[u8]) -> Result<Option<Remembered>, Error> {
        let sql = "SELECT at, status, answer FROM request WHERE key = $1 ORDER BY key LIMIT 1";
        self.connection.one(sql, &[Bytes(key)], |row| {
            Ok(Remembered { at: row.int(0)?, status: row.int(1)?, answer: row.bytes(2)?.to_vec() })
        })
    }
}

impl Transaction<'_> {
    /// Remembers an answer, in the commit that made it true.
    pub fn remember_request(&mut self, key: &[u8], status: i64, answer: &[u8]) -> Result<(), Error> {
        let sql = "INSERT INTO request (key, at, status, answer) VALUES ($1, $2, $3, $4)";
        self.connection.execute(sql, &[Bytes(key), Int(self.at), Int(status), Bytes(answer)])?;
        Ok(())
    }

    /// Forgets answers older than this; how many.
    pub fn forget_requests(&mut self, before: i64) -> Result<usize, Error> {
        let sql = "DELETE FROM request WHERE key IN (SELECT key FROM request WHERE at < $1 ORDER BY at LIMIT $2)";
        self.connection.execute(sql, &[Int(before), Int(FORGET_MAX)])
    }
}
