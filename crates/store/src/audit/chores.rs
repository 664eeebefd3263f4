//! What is kept in the audit's file beside its lines: the index by patient, made piece by piece, and signed checkpoints.

use super::logs::{Logs, Which};
use super::pieces;
use crate::engine::Bind::{Int, Text};
use crate::{Error, Store};

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Of which file.
    pub which: Which,
    /// How many rows it covers.
    pub size: u64,
    /// When it was signed.
    pub at: i64,
    /// What was signed, and the signature.
    pub note: String,
}

impl Store {
    /// Makes the next piece of the index by patient, if there are enough rows for one; whether it did.
    pub fn index_audit(&self) -> Result<bool, Error> {
        let logs = self.logs()?;
        for which in Which::BOTH {
            let first = pieces::pieces(logs.audit()?, which as i64)?.last().map_or(0, |piece| piece.1);
            let piece = (first, first + pieces::ROWS);
            if piece.1 <= logs.size(which)? {
                let pairs = logs.pairs(which, piece)?;
                drop(logs);
                let kept = self.chore(move |connection| {
                    pieces::add(connection, which as i64, piece, pairs)?;
                    pieces::merge(connection, which as i64)
                });
                return kept.wait().map(|()| true);
            }
        }
        Ok(false)
    }

    /// Keeps a signed checkpoint.
    pub fn keep_checkpoint(&self, signed: Signed) -> Result<(), Error> {
        let kept = self.chore(move |connection| {
            let sql = "INSERT INTO checkpoint (log, size, at, note) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (log, size) DO UPDATE SET at = excluded.at, note = excluded.note";
            let Signed { which, size, at, note } = signed;
            connection.execute(sql, &[Int(which as i64), Int(size as i64), Int(at), Text(&note)]).map(|_| ())
        });
        kept.wait()
    }
}

impl Logs {
    /// The signed checkpoints of a file, in order.
    pub fn checkpoints(&self, which: Which) -> Result<Vec<Signed>, Error> {
        let sql = "SELECT size, at, note FROM checkpoint WHERE log = $1 ORDER BY size LIMIT $2";
        self.audit()?.query(sql, &[Int(which as i64), Int(i64::MAX)], |row| {
            Ok(Signed { which, size: row.int(0)? as u64, at: row.int(1)?, note: row.text(2)?.to_owned() })
        })
    }

    /// The newest one.
    pub fn last_checkpoint(&self, which: Which) -> Result<Option<Signed>, Error> {
        let sql = "SELECT size, at, note FROM checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1";
        self.audit()?.one(sql, &[Int(which as i64)], |row| {
            Ok(Signed { which, size: row.int(0)? as u64, at: row.int(1)?, note: row.text(2)?.to_owned() })
        })
    }
}
