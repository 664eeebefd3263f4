//! What apps and systems were granted, the secrets given out for it, and the names of proofs that were taken.
//!
//! Secrets are kept as hashes only. What it does not do: know what a grant means; its body is `core`'s.

use crate::engine::Bind::{Bytes, Int, Text};
use crate::engine::Row;
use crate::writer::Transaction;
use crate::{Error, View};

/// Rows forgotten in one go.
const FORGET_MAX: i64 = 1000;
/// Rows of a list.
const LIST_MAX: i64 = 100_000;
/// Grants of one account that are told.
const HELD_MAX: i64 = 10_000;

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its id.
    pub id: String,
    /// Who got it.
    pub client: String,
    /// Whose it is; empty: the client's own.
    pub account: String,
    /// The session it ends with; empty: with none.
    pub session: String,
    /// When it was made.
    pub made: i64,
    /// When it ends.
    pub until: i64,
    /// When it was revoked; `i64::MAX` if it was not.
    pub revoked: i64,
    /// What was granted.
    pub body: String,
}

/// A secret that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What it is for.
    pub kind: i64,
    /// The secret's hash.
    pub hash: [u8; 32],
    /// When it ends.
    pub until: i64,
    /// When it was used; `i64::MAX` if it was not.
    pub used: i64,
    /// What it stands for.
    pub body: String,
}

fn grant(row: &Row<'_>) -> Result<GrantRow, Error> {
    Ok(GrantRow {
        id: row.text(0)?.to_owned(),
        client: row.text(1)?.to_owned(),
        account: row.text(2)?.to_owned(),
        session: row.text(3)?.to_owned(),
        made: row.int(4)?,
        until: row.int(5)?,
        revoked: row.int(6)?,
        body: row.text(7)?.to_owned(),
    })
}

impl View {
    /// The grant with this id.
    pub fn grant(&self, id: &str) -> Result<Option<GrantRow>, Error> {
        let sql = "SELECT id, client, account, session, made, until, revoked, body FROM app_grant \
                   WHERE id = $1 ORDER BY id LIMIT 1";
        self.connection.one(sql, &[Text(id)], grant)
    }

    /// What an account has granted and what still holds, the oldest first, each with when it was last used; 0: never.
    pub fn grants_of_account(&self, account: &str, now: i64) -> Result<Vec<(GrantRow, i64)>, Error> {
        let sql = "SELECT id, client, account, session, made, until, revoked, body, used FROM app_grant \
                   WHERE account = $1 AND until > $2 AND revoked > $2 ORDER BY made, id LIMIT $3";
        self.connection.query(sql, &[Text(account), Int(now), Int(HELD_MAX)], |row| Ok((grant(row)?, row.int(8)?)))
    }

    /// The ids of grants that were revoked at this moment or later.
    pub fn revoked_grants(&self, since: i64) -> Result<Vec<String>, Error> {
        let sql = "SELECT id FROM app_grant WHERE revoked >= $1 AND revoked < $2 ORDER BY id LIMIT $3";
        self.connection.query(sql, &[Int(since), Int(i64::MAX), Int(LIST_MAX)], |row| Ok(row.text(0)?.to_owned()))
    }

    /// A secret that was given out.
    pub fn ticket(&self, kind: i64, hash: &[u8; 32]) -> Result<Option<Ticket>, Error> {
        let sql = "SELECT until, used, body FROM ticket WHERE kind = $1 AND hash = $2 ORDER BY hash LIMIT 1";
        self.connection.one(sql, &[Int(kind), Bytes(hash)], |row| {
            Ok(Ticket { kind, hash: *hash, until: row.int(0)?, used: row.int(1)?, body: row.text(2)?.to_owned() })
        })
    }

    /// Names that were taken and still matter, with the time until which they do.
    pub fn seen(&self, now: i64) -> Result<Vec<([u8; 32], i64)>, Error> {
        let sql = "SELECT hash, until FROM seen WHERE until >= $1 ORDER BY until LIMIT $2";
        self.connection.query(sql, &[Int(now), Int(10 * LIST_MAX)], |row| {
            let hash = row.bytes(0)?.try_into().map_err(|_| Error::broken("a name of another length"))?;
            Ok((hash, row.int(1)?))
        })
    }
}

impl Transaction<'_> {
    /// Keeps a grant.
    pub fn keep_grant(&mut self, grant: &GrantRow) -> Result<(), Error> {
        let sql = "INSERT INTO app_grant (id, client, account, session, made, until, revoked, body) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let (id, client, account) = (Text(&grant.id), Text(&grant.client), Text(&grant.account));
        let times = [Int(grant.made), Int(grant.until), Int(grant.revoked)];
        let [made, until, revoked] = times;
        let session = Text(&grant.session);
        self.connection.execute(sql, &[id, client, account, session, made, until, revoked, Text(&grant.body)])?;
        Ok(())
    }

    /// Revokes a grant; whether that was news.
    pub fn revoke_grant(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let sql = "UPDATE app_grant SET revoked = $1 WHERE id = $2 AND revoked > $1";
        Ok(self.connection.execute(sql, &[Int(at), Text(id)])? == 1)
    }

    /// Revokes all grants of a client; their ids.
    pub fn revoke_grants_of_client(&mut self, client: &str, at: i64) -> Result<Vec<String>, Error> {
        let sql = "UPDATE app_grant SET revoked = $1 WHERE client = $2 AND revoked > $1 RETURNING id";
        self.connection.query(sql, &[Int(at), Text(client)], |row| Ok(row.text(0)?.to_owned()))
    }

    /// Notes that a grant is used.
    pub fn touch_grant(&mut self, id: &str, at: i64) -> Result<(), Error> {
        let sql = "UPDATE app_grant SET used = $1 WHERE id = $2 AND used < $1";
        self.connection.execute(sql, &[Int(at), Text(id)])?;
        Ok(())
    }

    /// Revokes what an account has granted to one client; the ids.
    pub fn revoke_grants_to(&mut self, account: &str, client: &str, at: i64) -> Result<Vec<String>, Error> {
        let sql = "UPDATE app_grant SET revoked = $1 WHERE account = $2 AND client = $3 AND revoked > $1 RETURNING id";
        self.connection.query(sql, &[Int(at), Text(account), Text(client)], |row| Ok(row.text(0)?.to_owned()))
    }

    /// Revokes all grants of an account; their ids.
    pub fn revoke_grants_of_account(&mut self, account: &str, at: i64) -> Result<Vec<String>, Error> {
        let sql = "UPDATE app_grant SET revoked = $1 WHERE account = $2 AND revoked > $1 RETURNING id";
        self.connection.query(sql, &[Int(at), Text(account)], |row| Ok(row.text(0)?.to_owned()))
    }

    /// Revokes all grants that end with a session; their ids.
    pub fn revoke_grants_of_session(&mut self, session: &str, at: i64) -> Result<Vec<String>, Error> {
        let sql = "UPDATE app_grant SET revoked = $1 WHERE session = $2 AND revoked > $1 RETURNING id";
        self.connection.query(sql, &[Int(at), Text(session)], |row| Ok(row.text(0)?.to_owned()))
    }

    /// Keeps a secret that is given out; false if there is one like it.
    pub fn keep_ticket(&mut self, ticket: &Ticket) -> Result<bool, Error> {
        let sql = "INSERT INTO ticket (kind, hash, until, used, body) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (kind, hash) DO NOTHING";
        let (kind, hash) = (Int(ticket.kind), Bytes(&ticket.hash));
        let binds = [kind, hash, Int(ticket.until), Int(ticket.used), Text(&ticket.body)];
        Ok(self.connection.execute(sql, &binds)? == 1)
    }

    /// Marks a secret as used; false if it was before.
    pub fn use_ticket(&mut self, kind: i64, hash: &[u8; 32], at: i64) -> Result<bool, Error> {
        let sql = "UPDATE ticket SET used = $1 WHERE kind = $2 AND hash = $3 AND used = $4";
        Ok(self.connection.execute(sql, &[Int(at), Int(kind), Bytes(hash), Int(i64::MAX)])? == 1)
    }

    /// Takes out a secret.
    pub fn remove_ticket(&mut self, kind: i64, hash: &[u8; 32]) -> Result<(), Error> {
        self.connection.execute("DELETE FROM ticket WHERE kind = $1 AND hash = $2", &[Int(kind), Bytes(hash)])?;
        Ok(())
    }

    /// Keeps a name as taken; false if it was before.
    pub fn take_name(&mut self, hash: &[u8; 32], until: i64) -> Result<bool, Error> {
        let sql = "INSERT INTO seen (hash, until) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        Ok(self.connection.execute(sql, &[Bytes(hash), Int(until)])? == 1)
    }

    /// Forgets some of the names, secrets and grants that ended before this.
    pub fn forget_ended(&mut self, before: i64) -> Result<(), Error> {
        let sql = "DELETE FROM seen WHERE hash IN (SELECT hash FROM seen WHERE until < $1 ORDER BY until LIMIT $2)";
        self.connection.execute(sql, &[Int(before), Int(FORGET_MAX)])?;
        let sql = "DELETE FROM ticket WHERE (kind, hash) IN \
                   (SELECT kind, hash FROM ticket WHERE until < $1 ORDER BY until LIMIT $2)";
        self.connection.execute(sql, &[Int(before), Int(FORGET_MAX)])?;
        let sql =
            "DELETE FROM app_grant WHERE id IN (SELECT id FROM app_grant WHERE until < $1 ORDER BY until LIMIT $2)";
        self.connection.execute(sql, &[Int(before), Int(FORGET_MAX)])?;
        Ok(())
    }
}
