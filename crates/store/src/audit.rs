//! Audit lines: who did what to whose record, sealed commit by commit.
//!
//! Lines are only added. Each commit that holds lines ends with a seal: a hash over the seal before and the lines of this
//! commit, in order. So a line that is changed, taken out or put in between is found by `verify`; that the end has
//! been cut off is found by comparing the last seal with one kept elsewhere.
//! What it does not do: decide what is written, or show it.

use sha2::{Digest, Sha256};

use crate::engine::Bind::{Bytes, Int, Text};
use crate::engine::Connection;
use crate::writer::Transaction;
use crate::{Error, Place};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whose record and which resource; zeros if none in particular.
    pub place: Place,
    /// Number of the type ([`crate::types::number`]), 0 for none.
    pub type_number: i64,
    /// The version that was read or written, 0 for none.
    pub version: i64,
    /// What was done; the numbers are the caller's.
    pub action: i64,
    /// How it ended; the numbers are the caller's.
    pub outcome: i64,
    /// Who.
    pub caller: String,
    /// Why, as far as it was said.
    pub reason: String,
    /// The request's id.
    pub request: Vec<u8>,
    /// The query, for searches.
    pub query: String,
}

impl Line {
    /// The hash that goes into the seal.
    fn hash(&self, at: i64, n: i64) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let numbers =
            [at, n, self.place.part, self.place.rid, self.type_number, self.version, self.action, self.outcome];
        for number in numbers {
            hasher.update(number.to_le_bytes());
        }
        for bytes in [self.caller.as_bytes(), self.reason.as_bytes(), &self.request, self.query.as_bytes()] {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
        hasher.finalize().into()
    }
}

impl Transaction<'_> {
    /// Adds a line to the audit.
    pub fn audit(&mut self, line: &Line) -> Result<(), Error> {
        let (at, n) = (self.at, self.gathered.lines.len() as i64);
        let sql = "INSERT INTO audit (at, n, part, rid, type, version, action, outcome, caller, reason, request, query) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let binds = [
            Int(at),
            Int(n),
            Int(line.place.part),
            Int(line.place.rid),
            Int(line.type_number),
            Int(line.version),
            Int(line.action),
            Int(line.outcome),
            Text(&line.caller),
            Text(&line.reason),
            Bytes(&line.request),
            Text(&line.query),
        ];
        self.connection.execute(sql, &binds)?;
        self.gathered.lines.push(line.hash(at, n));
        Ok(())
    }
}

/// The seal before the first.
const FIRST: [u8; 32] = [0; 32];

/// Seals the lines of a commit.
pub(crate) fn seal(connection: &Connection, at: i64, lines: &[[u8; 32]], last: [u8; 32]) -> Result<[u8; 32], Error> {
    let hash = next(last, lines);
    let sql = "INSERT INTO seal (at, lines, hash) VALUES ($1, $2, $3)";
    connection.execute(sql, &[Int(at), Int(lines.len() as i64), Bytes(&hash)])?;
    Ok(hash)
}

fn next(last: [u8; 32], lines: &[[u8; 32]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(last);
    for line in lines {
        hasher.update(line);
    }
    hasher.finalize().into()
}

/// Goes through all lines and seals; tells each difference, and answers how many lines there are.
pub(crate) fn check(connection: &Connection, mut tell: impl FnMut(String)) -> Result<u64, Error> {
    let sql = "SELECT at, lines, hash FROM seal ORDER BY at LIMIT $1";
    let mut seals = Vec::new();
    connection.each(sql, &[Int(i64::MAX)], |row| {
        seals.push((row.int(0)?, row.int(1)?, <[u8; 32]>::try_from(row.bytes(2)?).unwrap_or_default()));
        Ok(())
    })?;
    let mut seals = seals.into_iter().peekable();
    let (mut count, mut last, mut commit) = (0, FIRST, (0, Vec::new()));
    let mut close = |commit: &mut (i64, Vec<[u8; 32]>)| {
        while let Some((at, lines, hash)) = seals.next_if(|seal| seal.0 <= commit.0) {
            let own = if at == commit.0 { std::mem::take(&mut commit.1) } else { Vec::new() };
            last = next(last, &own);
            if own.len() as i64 != lines || last != hash {
                tell(format!("audit: the lines of commit {at} are not those that were sealed"));
            }
            last = hash;
        }
        if !commit.1.is_empty() {
            tell(format!("audit: commit {} has lines but no seal", commit.0));
            commit.1.clear();
        }
    };
    let sql = "SELECT at, n, part, rid, type, version, action, outcome, caller, reason, request, query \
               FROM audit ORDER BY at, n LIMIT $1";
    connection.each(sql, &[Int(i64::MAX)], |row| {
        let (at, n) = (row.int(0)?, row.int(1)?);
        if at != commit.0 {
            close(&mut commit);
            commit.0 = at;
        }
        let line = Line {
            place: Place { part: row.int(2)?, rid: row.int(3)? },
            type_number: row.int(4)?,
            version: row.int(5)?,
            action: row.int(6)?,
            outcome: row.int(7)?,
            caller: row.text(8)?.to_owned(),
            reason: row.text(9)?.to_owned(),
            request: row.bytes(10)?.to_vec(),
            query: row.text(11)?.to_owned(),
        };
        commit.1.push(line.hash(at, n));
        count += 1;
        Ok(())
    })?;
    close(&mut commit);
    commit.0 = i64::MAX;
    close(&mut commit);
    Ok(count)
}

/// The newest seal.
pub(crate) fn last_seal(connection: &Connection) -> Result<[u8; 32], Error> {
    let sql = "SELECT hash FROM seal ORDER BY at DESC LIMIT 1";
    let found = connection.one(sql, &[], |row| Ok(<[u8; 32]>::try_from(row.bytes(0)?).unwrap_or(FIRST)))?;
    Ok(found.unwrap_or(FIRST))
}
