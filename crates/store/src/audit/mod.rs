//! The audit: who did what to whose record.
//!
//! One log in two files. The line of a write is in the write's own transaction, beside the record; lines of reads and of
//! refusals are in a file of their own with a writer of its own, so that they neither wait for writes nor empty the caches
//! of those who read the record. Both files have the same tables; the common clock puts their lines in one order.
//! Lines are only added, and each is a leaf of a Merkle tree over its file. What it does not do: decide what is written,
//! sign anything, or say who may see a line.

mod check;
mod chores;
mod file;
mod keeper;
mod line;
mod log;
mod logs;
pub mod merkle;
mod old;
mod pieces;
mod rows;
mod tree;

pub use chores::Signed;
pub use line::{Asked, Line, Named, Row, SALT_BYTES};
pub use logs::{Entry, Logs, Wanted, Which};
pub use rows::Kept;

pub(crate) use file::{open, path};
pub(crate) use keeper::{Chore, Keeper, Note, Order};
pub(crate) use log::Log;
pub(crate) use old::take_over;
pub(crate) use rows::last_moment;

use crate::engine::Connection;
use crate::{Error, Transaction};

/// How many rows a file has, and the root of their tree.
pub(crate) fn head(connection: &Connection) -> Result<(u64, [u8; 32]), Error> {
    let frontier = tree::frontier(connection)?;
    Ok((frontier.size(), frontier.root()))
}

impl Transaction<'_> {
    /// Adds a line to the audit.
    pub fn audit(&mut self, line: &Line) -> Result<(), Error> {
        self.gathered.lines.push(line.clone());
        Ok(())
    }
}
