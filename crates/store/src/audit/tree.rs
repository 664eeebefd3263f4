//! The tree over a log in its file: the roots of parts of it, from kept tiles and rows.

use super::merkle::{self, Frontier, Hash, TILE_LEVELS};
use super::rows;
use crate::Error;
use crate::engine::Bind::Int;
use crate::engine::Connection;

/// How many rows a log has.
pub(crate) fn size(connection: &Connection) -> Result<u64, Error> {
    let sql = "SELECT n FROM line ORDER BY n DESC LIMIT 1";
    Ok(connection.one(sql, &[], |row| row.int(0))?.map_or(0, |n| n as u64 + 1))
}

/// The right edge of the whole log. What is damaged counts as zeros: the record can be opened and written to, and the
/// damage is found whenever the log is looked at.
pub(super) fn frontier(connection: &Connection) -> Result<Frontier, Error> {
    let size = size(connection)?;
    let (mut low, mut peaks) = (0, Vec::new());
    for level in (0..64).rev().filter(|level| size >> level & 1 == 1) {
        peaks.push(match range(connection, low, low + (1 << level)) {
            Err(Error::Damaged(_)) => [0; 32],
            found => found?,
        });
        low += 1 << level;
    }
    Ok(Frontier::new(size, peaks))
}

/// The root of the leaves from `low` to `high`, a part of the tree.
pub(super) fn range(connection: &Connection, low: u64, high: u64) -> Result<Hash, Error> {
    let size = high - low;
    if size.is_power_of_two() && low.is_multiple_of(size) {
        let level = size.trailing_zeros() / TILE_LEVELS;
        return fold(match level {
            0 => leaves(connection, low, high)?,
            level => tiles(connection, level, low >> (level * TILE_LEVELS), high >> (level * TILE_LEVELS))?,
        });
    }
    let middle = low + merkle::left_size(size);
    Ok(merkle::node(&range(connection, low, middle)?, &range(connection, middle, high)?))
}

fn leaves(connection: &Connection, low: u64, high: u64) -> Result<Vec<Hash>, Error> {
    let mut found = Vec::new();
    rows::each(connection, low, high, |kept| {
        found.push(kept.leaf());
        Ok(true)
    })?;
    expect(found, high - low)
}

fn tiles(connection: &Connection, level: u32, low: u64, high: u64) -> Result<Vec<Hash>, Error> {
    let sql = "SELECT hash FROM tile WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n LIMIT 256";
    let binds = [Int(level.into()), Int(low as i64), Int(high as i64)];
    let found = connection.query(sql, &binds, |row| {
        <Hash>::try_from(row.bytes(0)?).map_err(|_| Error::Damaged("a hash in the audit".to_owned()))
    })?;
    expect(found, high - low)
}

fn expect(found: Vec<Hash>, count: u64) -> Result<Vec<Hash>, Error> {
    match found.len() as u64 == count {
        true => Ok(found),
        false => Err(Error::Damaged("the audit has a gap".to_owned())),
    }
}

/// The root over neighbours, as many as a power of two.
fn fold(mut hashes: Vec<Hash>) -> Result<Hash, Error> {
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).map(|pair| merkle::node(&pair[0], &pair[1])).collect();
    }
    hashes.pop().ok_or_else(|| Error::broken("a root of nothing"))
}
