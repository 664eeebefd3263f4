//! The keys that sign for this server, each sealed with a key that is not in here.

use crate::engine::Bind::{Bytes, Int, Text};
use crate::writer::Transaction;
use crate::{Error, View};

/// Keys in one list.
const KEYS_MAX: i64 = 1000;

/// A signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its name.
    pub kid: String,
    /// The algorithm it signs with.
    pub algorithm: String,
    /// When it was made.
    pub made: i64,
    /// From when on it signs nothing new; `i64::MAX` while it does.
    pub retired: i64,
    /// From when on what it signed is worth nothing; `i64::MAX` while it signs.
    pub gone: i64,
    /// The private key, sealed.
    pub sealed: Vec<u8>,
}

impl View {
    /// Every key, the oldest first.
    pub fn signing_keys(&self) -> Result<Vec<KeyRow>, Error> {
        let sql = "SELECT kid, algorithm, made, retired, gone, sealed FROM signing_key ORDER BY made, kid LIMIT $1";
        self.connection.query(sql, &[Int(KEYS_MAX)], |row| {
            Ok(KeyRow {
                kid: row.text(0)?.to_owned(),
                algorithm: row.text(1)?.to_owned(),
                made: row.int(2)?,
                retired: row.int(3)?,
                gone: row.int(4)?,
                sealed: row.bytes(5)?.to_vec(),
            })
        })
    }
}

impl Transaction<'_> {
    /// Keeps a new key.
    pub fn keep_signing_key(&mut self, key: &KeyRow) -> Result<(), Error> {
        let sql =
            "INSERT INTO signing_key (kid, algorithm, made, retired, gone, sealed) VALUES ($1, $2, $3, $4, $5, $6)";
        let times = [Int(key.made), Int(key.retired), Int(key.gone)];
        let [made, retired, gone] = times;
        self.connection
            .execute(sql, &[Text(&key.kid), Text(&key.algorithm), made, retired, gone, Bytes(&key.sealed)])?;
        Ok(())
    }

    /// Sets when a key stops signing and when it stops counting; never later than it was.
    pub fn end_signing_key(&mut self, kid: &str, retired: i64, gone: i64) -> Result<bool, Error> {
        let sql = "UPDATE signing_key SET retired = CASE WHEN retired < $1 THEN retired ELSE $1 END, \
                   gone = CASE WHEN gone < $2 THEN gone ELSE $2 END WHERE kid = $3";
        Ok(self.connection.execute(sql, &[Int(retired), Int(gone), Text(kid)])? == 1)
    }

    /// Takes out keys that stopped counting before this.
    pub fn forget_signing_keys(&mut self, before: i64) -> Result<(), Error> {
        self.connection.execute("DELETE FROM signing_key WHERE gone < $1", &[Int(before)])?;
        Ok(())
    }
}
