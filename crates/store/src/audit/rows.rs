//! Rows of a log out of its file.

use std::sync::Arc;

use super::line::{CHECK_BYTES, Row, SALT_BYTES};
use super::merkle::Hash;
use crate::Error;
use crate::engine::Bind::Int;
use crate::engine::{self, Connection};

/// A row with its number; or the leaf alone, if the row was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A row, and the beginning of the leaf it had when it was written.
    Row(Row, [u8; CHECK_BYTES]),
    /// What is left of one: when it was, and its leaf.
    Erased(i64, Hash),
}

impl Kept {
    /// The leaf.
    pub fn leaf(&self) -> Hash {
        match self {
            Kept::Row(row, _) => row.leaf(),
            Kept::Erased(_, leaf) => *leaf,
        }
    }

    /// The time of its commit.
    pub fn at(&self) -> i64 {
        match self {
            Kept::Row(row, _) => row.at,
            Kept::Erased(at, _) => *at,
        }
    }

    /// Whether the row is the one that was written, as far as the row itself can tell.
    pub fn is_sound(&self) -> bool {
        match self {
            Kept::Row(row, check) => row.leaf().starts_with(check),
            Kept::Erased(..) => true,
        }
    }
}

/// The columns of a row; the actor's text is in another table.
macro_rules! columns {
    () => {
        "l.n, l.at, l.part, l.action, l.outcome, a.text, l.reason, l.request, l.query, l.what, l.salt \
         FROM line AS l LEFT JOIN actor AS a ON a.id = l.actor"
    };
}

/// Goes through rows from `low` to before `high` for as long as `each` answers true.
pub(super) fn each(
    connection: &Connection,
    low: u64,
    high: u64,
    mut each: impl FnMut(Kept) -> Result<bool, Error>,
) -> Result<(), Error> {
    let sql = concat!("SELECT ", columns!(), " WHERE l.n >= $1 AND l.n < $2 ORDER BY l.n LIMIT $3");
    let mut next = low;
    connection.walk(sql, &[Int(low as i64), Int(high.min(i64::MAX as u64) as i64), Int(i64::MAX)], |row| {
        if row.int(0)? as u64 != next {
            return Err(Error::Damaged("the audit has a gap".to_owned()));
        }
        next += 1;
        each(read(row)?)
    })
}

/// One row.
pub(super) fn one(connection: &Connection, n: u64) -> Result<Option<Kept>, Error> {
    let sql = concat!("SELECT ", columns!(), " WHERE l.n = $1 ORDER BY l.n LIMIT 1");
    connection.one(sql, &[Int(n as i64)], read)
}

/// The time of a row.
pub(super) fn moment(connection: &Connection, n: u64) -> Result<i64, Error> {
    let sql = "SELECT at FROM line WHERE n = $1 ORDER BY n LIMIT 1";
    let found = connection.one(sql, &[Int(n as i64)], |row| row.int(0))?;
    found.ok_or_else(|| Error::Damaged("the audit has a gap".to_owned()))
}

/// The last time in a log.
pub(crate) fn last_moment(connection: &Connection) -> Result<i64, Error> {
    let sql = "SELECT at FROM line ORDER BY n DESC LIMIT 1";
    Ok(connection.one(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

fn read(row: &engine::Row<'_>) -> Result<Kept, Error> {
    let salt = row.bytes(10)?;
    if let Ok(leaf) = <Hash>::try_from(salt) {
        return Ok(Kept::Erased(row.int(1)?, leaf));
    }
    let salted: Option<(&[u8; SALT_BYTES], _)> = salt.split_first_chunk();
    let found = salted.and_then(|(salt, check)| Some((*salt, <[u8; CHECK_BYTES]>::try_from(check).ok()?)));
    let (salt, check) = found.ok_or_else(|| Error::Damaged("a salt in the audit".to_owned()))?;
    let row = Row {
        at: row.int(1)?,
        part: row.int(2)?,
        action: row.int(3)?,
        outcome: row.int(4)?,
        // Without its text the leaf is another one, and so the loss is found.
        actor: Arc::from(row.text_or_null(5)?.unwrap_or_default()),
        reason: row.text(6)?.to_owned(),
        request: row.bytes(7)?.to_vec(),
        query: row.text(8)?.to_owned(),
        what: row.bytes(9)?.to_vec(),
        salt,
    };
    Ok(Kept::Row(row, check))
}
