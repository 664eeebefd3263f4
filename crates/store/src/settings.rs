//! The settings of a database: its keys and where its counters stand.
//!
//! Keys are made once from the system's random source and never change. The pulse (next number, last time) is
//! kept ahead of what was given out, so nothing is given out twice after a crash.

use crate::engine::{Bind, Connection};
use crate::writer::Transaction;
use crate::{Error, View, types};

/// Numbers kept in advance; those not used are lost at a restart.
const NUMBERS_AHEAD: i64 = 1000;

/// What is read at the start.
pub(crate) struct Settings {
    pub(crate) hash_key: [u8; 16],
    pub(crate) id_key: [u8; 16],
    pub(crate) token_key: [u8; 16],
    pub(crate) identity_key: [u8; 16],
    pub(crate) pulse: Pulse,
}

/// Where the counters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pulse {
    /// No number from this on has been given out.
    pub(crate) number: i64,
    /// No time after this has been given out.
    pub(crate) moment: i64,
}

impl Settings {
    /// Reads them; makes those that are missing.
    pub(crate) fn load(connection: &Connection) -> Result<Settings, Error> {
        let count = types::count();
        let kept = number_setting(connection, "types", count)?;
        if kept != count {
            return Err(Error::Unusable(format!("it was made with {kept} resource types, this program has {count}")));
        }
        Ok(Settings {
            hash_key: key(connection, "hash_key")?,
            id_key: key(connection, "id_key")?,
            token_key: key(connection, "token_key")?,
            identity_key: key(connection, "identity_key")?,
            pulse: Pulse {
                number: number_setting(connection, "number", 1)?,
                moment: number_setting(connection, "moment", 0)?,
            },
        })
    }
}

impl View {
    /// A setting of this database, by its name.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        get(&self.connection, name)
    }
}

impl Transaction<'_> {
    /// Keeps a setting of this database.
    pub fn keep_setting(&mut self, name: &str, value: &[u8]) -> Result<(), Error> {
        put(&self.connection, name, value)
    }
}

/// The address under which this database knows itself; the first one stays.
const BASE: &str = "base";

/// Keeps this server's own address, if none is kept yet. Called inside a transaction.
pub(crate) fn note_base(connection: &Connection, base: &str) -> Result<(), Error> {
    if base.is_empty() || get(connection, BASE)?.is_some() {
        return Ok(());
    }
    put(connection, BASE, base.as_bytes())
}

impl View {
    /// The address that this database was made under, if it has another one now: references below it are no longer its own.
    pub fn former_base(&self) -> Result<Option<String>, Error> {
        let own = &self.shared.options.base;
        let kept = get(&self.connection, BASE)?.map(|kept| String::from_utf8_lossy(&kept).into_owned());
        Ok(kept.filter(|kept| !own.is_empty() && kept != own))
    }
}

/// Keeps the pulse when it has gone past what is kept. Called in the transaction that used it.
pub(crate) fn keep_pulse(connection: &Connection, kept: Pulse, now: Pulse) -> Result<Pulse, Error> {
    let mut next = Pulse { number: kept.number, moment: now.moment };
    if now.number > kept.number {
        next.number = now.number + NUMBERS_AHEAD;
        put(connection, "number", &next.number.to_le_bytes())?;
    }
    if now.moment > kept.moment {
        put(connection, "moment", &next.moment.to_le_bytes())?;
    }
    Ok(next)
}

/// A setting's value.
pub(crate) fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let sql = "SELECT value FROM setting WHERE name = $1 ORDER BY name LIMIT 1";
    connection.one(sql, &[Bind::Text(name)], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Keeps a setting's value.
pub(crate) fn put(connection: &Connection, name: &str, value: &[u8]) -> Result<(), Error> {
    let sql =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.execute(sql, &[Bind::Text(name), Bind::Bytes(value)])?;
    Ok(())
}

fn key(connection: &Connection, name: &str) -> Result<[u8; 16], Error> {
    if let Some(kept) = get(connection, name)? {
        return kept.try_into().map_err(|_| Error::Unusable(format!("setting {name} has a wrong length")));
    }
    let mut fresh = [0; 16];
    getrandom::fill(&mut fresh).map_err(|_| Error::broken("the system gives no random numbers"))?;
    put(connection, name, &fresh)?;
    Ok(fresh)
}

fn number_setting(connection: &Connection, name: &str, first: i64) -> Result<i64, Error> {
    if let Some(kept) = get(connection, name)? {
        let bytes = kept.try_into().map_err(|_| Error::Unusable(format!("setting {name} has a wrong length")))?;
        return Ok(i64::from_le_bytes(bytes));
    }
    put(connection, name, &first.to_le_bytes())?;
    Ok(first)
}
