//! Who is named in which rows: the index of a log by patient.
//!
//! It is made behind the writing, so that a line costs its reader no page anywhere else. Some thousand rows at a time become
//! a piece: pairs of patient and row, sorted, packed into blocks. Sixteen neighbours of one size are merged into one, so
//! that a question looks into few pieces, also after years. Rows behind the last piece are looked through.
//! All of it follows from the rows and can be thrown away.

use super::line::{numbers, pack};
use crate::Error;
use crate::engine::Bind::{Bytes, Int};
use crate::engine::Connection;

/// Rows in the smallest pieces.
pub(super) const ROWS: u64 = 4096;
/// Pieces of one size that become one.
const MERGED: usize = 16;
/// Rows in the largest pieces.
const ROWS_MAX: u64 = ROWS * 256;
/// Pairs in a block.
const BLOCK_PAIRS: usize = 512;

/// A patient and a row.
pub(super) type Pair = (i64, u64);

/// A piece: its first row and the one after its last.
pub(super) type Piece = (u64, u64);

/// All pieces of a log, in order.
pub(super) fn pieces(connection: &Connection, log: i64) -> Result<Vec<Piece>, Error> {
    let sql = "SELECT first, last FROM piece WHERE log = $1 ORDER BY first LIMIT $2";
    connection.query(sql, &[Int(log), Int(i64::MAX)], |row| Ok((row.int(0)? as u64, row.int(1)? as u64)))
}

/// Keeps a piece.
pub(super) fn add(connection: &Connection, log: i64, piece: Piece, mut pairs: Vec<Pair>) -> Result<(), Error> {
    pairs.sort_unstable();
    pairs.dedup();
    let sql = "INSERT INTO piece (log, first, last) VALUES ($1, $2, $3)";
    connection.execute(sql, &[Int(log), Int(piece.0 as i64), Int(piece.1 as i64)])?;
    for block in pairs.chunks(BLOCK_PAIRS) {
        let Some((part, n)) = block.first() else { continue };
        let (mut packed, mut before) = (Vec::new(), (*part, *n as i64));
        for pair in block {
            pack(&mut packed, pair.0.wrapping_sub(before.0));
            pack(&mut packed, (pair.1 as i64).wrapping_sub(before.1));
            before = (pair.0, pair.1 as i64);
        }
        let sql = "INSERT INTO trace (log, first, part, n, block) VALUES ($1, $2, $3, $4, $5)";
        connection.execute(sql, &[Int(log), Int(piece.0 as i64), Int(*part), Int(*n as i64), Bytes(&packed)])?;
    }
    Ok(())
}

/// Makes one of the last pieces, as long as there are enough of one size.
pub(super) fn merge(connection: &Connection, log: i64) -> Result<(), Error> {
    loop {
        let all = pieces(connection, log)?;
        let Some(last) = all.last().map(|piece| piece.1 - piece.0).filter(|rows| *rows < ROWS_MAX) else {
            return Ok(());
        };
        let alike = all.iter().rev().take_while(|piece| piece.1 - piece.0 == last).count();
        if alike < MERGED {
            return Ok(());
        }
        let merged = &all[all.len() - MERGED..];
        let mut pairs = Vec::new();
        for piece in merged {
            read_all(connection, log, *piece, &mut pairs)?;
            connection.execute("DELETE FROM trace WHERE log = $1 AND first = $2", &[Int(log), Int(piece.0 as i64)])?;
            connection.execute("DELETE FROM piece WHERE log = $1 AND first = $2", &[Int(log), Int(piece.0 as i64)])?;
        }
        add(connection, log, (merged[0].0, merged[MERGED - 1].1), pairs)?;
    }
}

fn read_all(connection: &Connection, log: i64, piece: Piece, out: &mut Vec<Pair>) -> Result<(), Error> {
    let sql = "SELECT part, n, block FROM trace WHERE log = $1 AND first = $2 ORDER BY part, n LIMIT $3";
    connection.each(sql, &[Int(log), Int(piece.0 as i64), Int(i64::MAX)], |row| {
        unpack((row.int(0)?, row.int(1)?), row.bytes(2)?, out);
        Ok(())
    })
}

fn unpack(first: (i64, i64), block: &[u8], out: &mut Vec<Pair>) {
    let (mut at, mut numbers) = (first, numbers(block));
    while let (Some(part), Some(n)) = (numbers.next(), numbers.next()) {
        at = (at.0.wrapping_add(part), at.1.wrapping_add(n));
        out.push((at.0, at.1 as u64));
    }
}

/// The rows of a piece about a patient.
pub(super) fn of(connection: &Connection, log: i64, piece: Piece, part: i64) -> Result<Vec<u64>, Error> {
    let mut pairs = Vec::new();
    let sql = "SELECT part, n, block FROM trace WHERE log = $1 AND first = $2 AND part <= $3 \
               ORDER BY part DESC, n DESC LIMIT $4";
    // The last block that begins with this patient or before; and, if it begins with them, those before it.
    connection.walk(sql, &[Int(log), Int(piece.0 as i64), Int(part), Int(i64::MAX)], |row| {
        unpack((row.int(0)?, row.int(1)?), row.bytes(2)?, &mut pairs);
        Ok(row.int(0)? == part)
    })?;
    let mut found: Vec<u64> = pairs.into_iter().filter(|pair| pair.0 == part).map(|pair| pair.1).collect();
    found.sort_unstable();
    Ok(found)
}
