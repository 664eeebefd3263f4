//! Proof that a log in its file is whole: its rows give the tree that was kept with them.

use std::collections::HashMap;

use super::logs::Which;
use super::merkle::{Frontier, Hash};
use super::{line, rows};
use crate::engine::Bind::Int;
use crate::engine::Connection;
use crate::{Error, Store};

use super::rows::Kept;

impl Store {
    /// Goes through both files: how many lines there are, and what is wrong.
    pub fn verify_audit(&self) -> Result<(u64, Vec<String>), Error> {
        let (logs, mut lines, mut faults) = (self.logs()?, 0, Vec::new());
        for which in Which::BOTH {
            lines += check(logs.of(which)?, which.name(), |fault| faults.push(fault))?;
        }
        Ok((lines, faults))
    }
}

/// Goes through all rows and tiles; tells each difference, and answers how many lines there are.
fn check(connection: &Connection, name: &str, mut tell: impl FnMut(String)) -> Result<u64, Error> {
    let sql = "SELECT level, n, hash FROM tile ORDER BY level, n LIMIT $1";
    let mut tiles: HashMap<(u32, u64), Hash> = HashMap::new();
    connection.each(sql, &[Int(i64::MAX)], |row| {
        tiles.insert((row.int(0)? as u32, row.int(1)? as u64), <Hash>::try_from(row.bytes(2)?).unwrap_or_default());
        Ok(())
    })?;
    let (mut frontier, mut lines, mut before) = (Frontier::default(), 0, i64::MIN);
    let mut wrong = Vec::new();
    let walked = rows::each(connection, 0, u64::MAX, |kept| {
        if kept.at() < before {
            wrong.push(format!("audit: row {} of {name} is older than the one before", frontier.size()));
        }
        before = kept.at();
        if !kept.is_sound() {
            wrong.push(format!("audit: row {} of {name} is not what was written", frontier.size()));
        }
        if let Kept::Row(row, _) = &kept {
            lines += line::lines_of(&row.what);
        }
        frontier.push(kept.leaf(), |level, n, hash| {
            if tiles.remove(&(level, n)) != Some(hash) {
                let first = n << (level * 8);
                wrong.push(format!("audit: a row of {name} from {first} on is not what was written"));
            }
        });
        Ok(true)
    });
    match walked {
        Err(Error::Damaged(what)) => wrong.push(format!("audit: {name}, after row {}: {what}", frontier.size())),
        other => other?,
    }
    if !tiles.is_empty() {
        wrong.push(format!("audit: rows of {name} after {} are missing", frontier.size()));
    }
    wrong.into_iter().for_each(&mut tell);
    Ok(lines)
}
