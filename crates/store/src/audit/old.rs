//! Lines that an earlier program kept in other tables: they are taken over once, in their order.
//!
//! A row of the old table becomes a row of the log. The last seal of the old chain is the query of one more row, so that
//! what is signed from now on covers it.

use std::sync::Arc;

use super::line::{Row, SALT_BYTES};
use super::log::Log;
use crate::Error;
use crate::engine::Bind::Int;
use crate::engine::Connection;

/// Who took them over.
const BY: &str = "job:audit";

/// Takes the lines over, if there are any; all of them, in the transaction of the caller.
pub(crate) fn take_over(connection: &Connection, log: &mut Log) -> Result<(), Error> {
    let sql = "SELECT at, hash FROM seal ORDER BY at DESC LIMIT 1";
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let seal = connection.one(sql, &[], |row| Ok((row.int(0)?, hex(row.bytes(1)?))))?;
    let Some(seal) = seal else { return Ok(()) };
    let mut rows = Vec::new();
    let sql = "SELECT at, part, rid, type, version, action, outcome, caller, reason, request, query, more \
               FROM audit ORDER BY at, n LIMIT $1";
    connection.each(sql, &[Int(i64::MAX)], |row| {
        let mut what = Vec::new();
        let first = [row.int(2)?, row.int(3)?, row.int(4)?];
        if first != [0, 0, 0] {
            first.iter().for_each(|number| super::line::pack(&mut what, *number));
        }
        what.extend_from_slice(row.bytes(11)?);
        let request = String::from_utf8_lossy(row.bytes(9)?).into_owned();
        rows.push(Row {
            at: row.int(0)?,
            part: row.int(1)?,
            action: row.int(5)?,
            outcome: row.int(6)?,
            actor: Arc::from(row.text(7)?),
            reason: row.text(8)?.to_owned(),
            request: super::line::packed_name(&request),
            query: row.text(10)?.to_owned(),
            what,
            salt: salt()?,
        });
        Ok(())
    })?;
    rows.push(Row {
        at: seal.0,
        part: 0,
        action: 0,
        outcome: 0,
        actor: Arc::from(BY),
        reason: String::new(),
        request: Vec::new(),
        query: format!("seal {}", seal.1),
        what: Vec::new(),
        salt: salt()?,
    });
    for row in &rows {
        log.add(connection, row)?;
    }
    connection.execute("DELETE FROM audit", &[])?;
    connection.execute("DELETE FROM seal", &[])?;
    Ok(())
}

fn salt() -> Result<[u8; SALT_BYTES], Error> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|_| Error::broken("the system gives no random numbers"))?;
    Ok(salt)
}
