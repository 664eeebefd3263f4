//! Sessions: who is signed in, by the hash of the secret that their browser holds.
//!
//! A row that is gone ends the session at once, for every thread and after every restart. What it does not do: say
//! when one is too old.

use crate::engine::Bind::{Bytes, Int, Text};
use crate::writer::Transaction;
use crate::{Error, View};

/// Sessions forgotten in one go.
const FORGOTTEN_MAX: i64 = 1000;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the secret in the cookie.
    pub hash: Vec<u8>,
    /// The session's own name; it stays when the secret changes.
    pub id: String,
    /// The account.
    pub account: String,
    /// The PractitionerRole, or whom they represent; empty: not chosen, or themselves.
    pub role: String,
    /// Who said who it is.
    pub provider: String,
    /// How sure that is, 1 to 4.
    pub level: i64,
    /// When they signed in.
    pub begun: i64,
    /// When they were last there, at least.
    pub seen: i64,
    /// Whether it waits for them to sign in again.
    pub locked: bool,
}

impl View {
    /// A session by the hash of its secret.
    pub fn session(&self, hash: &[u8]) -> Result<Option<Session>, Error> {
        let sql = "SELECT hash, id, account, role, provider, level, begun, seen, locked FROM session \
                   WHERE hash = $1 ORDER BY hash LIMIT 1";
        self.connection.one(sql, &[Bytes(hash)], |row| {
            Ok(Session {
                hash: row.bytes(0)?.to_vec(),
                id: row.text(1)?.to_owned(),
                account: row.text(2)?.to_owned(),
                role: row.text(3)?.to_owned(),
                provider: row.text(4)?.to_owned(),
                level: row.int(5)?,
                begun: row.int(6)?,
                seen: row.int(7)?,
                locked: row.int(8)? == 1,
            })
        })
    }

    /// Whether a session of this name and account is there, locked or not.
    pub fn has_session(&self, account: &str, id: &str) -> Result<bool, Error> {
        let sql = "SELECT id FROM session WHERE account = $1 AND id = $2 ORDER BY id LIMIT 1";
        Ok(self.connection.one(sql, &[Text(account), Text(id)], |_| Ok(()))?.is_some())
    }
}

impl Transaction<'_> {
    /// Keeps a new session.
    pub fn add_session(&mut self, new: &Session) -> Result<(), Error> {
        let sql = "INSERT INTO session (hash, id, account, role, provider, level, begun, seen, locked) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let person = [Bytes(&new.hash), Text(&new.id), Text(&new.account), Text(&new.role), Text(&new.provider)];
        let times = [Int(new.level), Int(new.begun), Int(new.seen), Int(new.locked.into())];
        self.connection.execute(sql, &[person.as_slice(), &times].concat())?;
        Ok(())
    }

    /// Notes that somebody was there.
    pub fn touch_session(&mut self, hash: &[u8], seen: i64) -> Result<(), Error> {
        let sql = "UPDATE session SET seen = $1 WHERE hash = $2 AND seen < $3";
        self.connection.execute(sql, &[Int(seen), Bytes(hash), Int(seen)])?;
        Ok(())
    }

    /// Locks a session.
    pub fn lock_session(&mut self, hash: &[u8]) -> Result<(), Error> {
        self.connection.execute("UPDATE session SET locked = 1 WHERE hash = $1", &[Bytes(hash)])?;
        Ok(())
    }

    /// Ends a session; whether there was one.
    pub fn end_session(&mut self, hash: &[u8]) -> Result<bool, Error> {
        self.gathered.identities = true;
        Ok(self.connection.execute("DELETE FROM session WHERE hash = $1", &[Bytes(hash)])? > 0)
    }

    /// Ends every session of an account.
    pub fn end_sessions_of(&mut self, account: &str) -> Result<usize, Error> {
        self.gathered.identities = true;
        self.connection.execute("DELETE FROM session WHERE account = $1", &[Text(account)])
    }

    /// Forgets sessions in which nobody was since a moment.
    pub fn forget_sessions(&mut self, before: i64) -> Result<usize, Error> {
        self.gathered.identities = true;
        let sql = "DELETE FROM session WHERE hash IN \
                   (SELECT hash FROM session WHERE seen < $1 ORDER BY seen LIMIT $2)";
        self.connection.execute(sql, &[Int(before), Int(FORGOTTEN_MAX)])
    }
}
