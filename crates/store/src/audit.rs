//! Audit lines: who did what to whose record, sealed commit by commit.
//!
//! Lines are only added. Each commit that holds lines ends with a seal: a hash over the seal before and the lines of this
//! commit, in order. So a line that is changed, taken out or put in between is found by `verify`; that the end has
//! been cut off is found by comparing the last seal with one kept elsewhere.
//! Lines of a commit are written at its end, as rows: a row holds the lines of one request about one part, and only the
//! first row of a request says the query.
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
    /// Whether the other line says the same of another resource in the same part.
    fn goes_with(&self, other: &Line) -> bool {
        self.place.part == other.place.part
            && self.action == other.action
            && self.outcome == other.outcome
            && self.is_of_request(other)
    }

    fn is_of_request(&self, other: &Line) -> bool {
        self.request == other.request
            && self.caller == other.caller
            && self.reason == other.reason
            && self.query == other.query
    }
}

impl Transaction<'_> {
    /// Adds a line to the audit.
    pub fn audit(&mut self, line: &Line) -> Result<(), Error> {
        self.gathered.lines.push(line.clone());
        Ok(())
    }
}

/// A row: a line, and further resources in the same part.
struct Row<'l> {
    line: &'l Line,
    query: &'l str,
    more: Vec<u8>,
}

impl Row<'_> {
    /// The hash that goes into the seal.
    fn hash(&self, at: i64, n: i64) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let line = self.line;
        let numbers =
            [at, n, line.place.part, line.place.rid, line.type_number, line.version, line.action, line.outcome];
        for number in numbers {
            hasher.update(number.to_le_bytes());
        }
        let texts = [
            line.caller.as_bytes(),
            line.reason.as_bytes(),
            &line.request,
            self.query.as_bytes(),
            self.more.as_slice(),
        ];
        for bytes in texts {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
        hasher.finalize().into()
    }
}

/// The rows of a commit's lines.
fn rows(lines: &[Line]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut before: Option<&Line> = None;
    for line in lines {
        match rows.last_mut() {
            Some(row) if row.line.goes_with(line) => {
                // The numbers of one request are close to each other.
                let last = before.map_or(0, |before| before.place.rid);
                for number in [line.place.rid.wrapping_sub(last), line.type_number, line.version] {
                    pack(&mut row.more, number);
                }
            }
            Some(row) if row.line.is_of_request(line) => rows.push(Row { line, query: "", more: Vec::new() }),
            _ => rows.push(Row { line, query: &line.query, more: Vec::new() }),
        }
        before = Some(line);
    }
    rows
}

/// Seven bits a byte, low ones first; the sign in the lowest bit.
fn pack(out: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 128 {
        out.push(rest as u8 | 128);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// How many resources are packed: three numbers each.
fn packed(more: &[u8]) -> u64 {
    more.iter().filter(|byte| **byte < 128).count() as u64 / 3
}

/// The seal before the first.
const FIRST: [u8; 32] = [0; 32];

/// Writes the lines of a commit and seals them.
pub(crate) fn keep(connection: &Connection, at: i64, lines: &[Line], last: [u8; 32]) -> Result<[u8; 32], Error> {
    let sql = "INSERT INTO audit \
               (at, n, part, rid, type, version, action, outcome, caller, reason, request, query, more) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let mut hashes = Vec::with_capacity(lines.len());
    for (n, row) in (0..).zip(rows(lines)) {
        let line = row.line;
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
            Text(row.query),
            Bytes(&row.more),
        ];
        connection.execute(sql, &binds)?;
        hashes.push(row.hash(at, n));
    }
    let hash = next(last, &hashes);
    let sql = "INSERT INTO seal (at, lines, hash) VALUES ($1, $2, $3)";
    connection.execute(sql, &[Int(at), Int(hashes.len() as i64), Bytes(&hash)])?;
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
    let sql = "SELECT at, n, part, rid, type, version, action, outcome, caller, reason, request, query, more \
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
        let row = Row { query: &line.query, line: &line, more: row.bytes(12)?.to_vec() };
        commit.1.push(row.hash(at, n));
        count += 1 + packed(&row.more);
        Ok(())
    })?;
    close(&mut commit);
    commit.0 = i64::MAX;
    close(&mut commit);
    Ok(count)
}

/// The newest seal, and the time of its commit.
pub(crate) fn last_seal(connection: &Connection) -> Result<(i64, [u8; 32]), Error> {
    let sql = "SELECT at, hash FROM seal ORDER BY at DESC LIMIT 1";
    let read = |row: &crate::engine::Row<'_>| Ok((row.int(0)?, <[u8; 32]>::try_from(row.bytes(1)?).unwrap_or(FIRST)));
    Ok(connection.one(sql, &[], read)?.unwrap_or((0, FIRST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(part: i64, rid: i64, request: &str) -> Line {
        Line {
            place: Place { part, rid },
            type_number: 300,
            version: 1,
            action: 2,
            outcome: 0,
            caller: "operator".to_owned(),
            reason: String::new(),
            request: request.as_bytes().to_vec(),
            query: "name=a".to_owned(),
        }
    }

    fn check(lines: &[Line], expected: &[(i64, &str, u64)]) {
        let found: Vec<_> = rows(lines).iter().map(|row| (row.line.place.rid, row.query, packed(&row.more))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_of_a_request_about_one_part_are_one_row() {
        check(&[], &[]);
        check(&[line(1, 1, "a"), line(1, 2, "a"), line(1, 200_000, "a")], &[(1, "name=a", 2)]);
        check(&[line(1, 1, "a"), line(1, 2, "b")], &[(1, "name=a", 0), (2, "name=a", 0)]);
        check(&[line(1, 1, "a"), line(2, 2, "a"), line(2, 1, "a")], &[(1, "name=a", 0), (2, "", 1)]);
        let refused = Line { outcome: 1, ..line(1, 2, "a") };
        check(&[line(1, 1, "a"), refused], &[(1, "name=a", 0), (2, "", 0)]);
    }

    #[test]
    fn what_is_packed_counts_in_the_hash() {
        let (one, other) = ([line(1, 1, "a"), line(1, 2, "a")], [line(1, 1, "a"), line(1, 3, "a")]);
        assert_ne!(rows(&one)[0].hash(1, 0), rows(&other)[0].hash(1, 0));
    }
}
