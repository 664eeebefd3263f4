//! A log in its file: rows are added at its end, and the roots of the tree's parts with them.
//!
//! The state here is that of the last commit or of the one that is being made; after a failed one it is loaded again.
//! What it does not do: commit, or decide what is written.

use std::collections::HashMap;
use std::sync::Arc;

use super::line::{self, CHECK_BYTES, Line, Row, SALT_BYTES};
use super::merkle::{Frontier, Hash};
use super::tree;
use crate::Error;
use crate::engine::Bind::{Bytes, Int, Text};
use crate::engine::Connection;

/// Actors remembered as written; beyond this the memory begins anew.
const ACTORS_MAX: usize = 10_000;
/// Random bytes asked of the system at a time.
const RANDOM_BYTES: usize = 256 * SALT_BYTES;

/// The end of a log.
pub(crate) struct Log {
    frontier: Frontier,
    /// The hashes of actors that are in the file.
    actors: HashMap<Arc<str>, Hash>,
    /// Random bytes that nobody has had yet.
    random: Vec<u8>,
}

impl Log {
    /// As it stands in the file.
    pub(crate) fn load(connection: &Connection) -> Result<Log, Error> {
        Ok(Log { frontier: tree::frontier(connection)?, actors: HashMap::new(), random: Vec::new() })
    }

    /// Adds the lines of a commit.
    pub(crate) fn append(&mut self, connection: &Connection, at: i64, lines: &[Line]) -> Result<(), Error> {
        for mut row in line::rows(lines, at) {
            row.salt = self.salt()?;
            self.add(connection, &row)?;
        }
        Ok(())
    }

    fn salt(&mut self) -> Result<[u8; SALT_BYTES], Error> {
        let no_random = || Error::broken("the system gives no random numbers");
        if self.random.len() < SALT_BYTES {
            self.random.resize(RANDOM_BYTES, 0);
            getrandom::fill(&mut self.random).map_err(|_| no_random())?;
        }
        let salt = self.random.last_chunk().copied().ok_or_else(no_random)?;
        self.random.truncate(self.random.len() - SALT_BYTES);
        Ok(salt)
    }

    /// Adds a row.
    pub(super) fn add(&mut self, connection: &Connection, row: &Row) -> Result<(), Error> {
        let hash = self.named(connection, &row.actor)?;
        let actor = line::actor_id(&hash);
        let leaf = row.leaf_of(&hash);
        let mut salt = [0; SALT_BYTES + CHECK_BYTES];
        salt[..SALT_BYTES].copy_from_slice(&row.salt);
        salt[SALT_BYTES..].copy_from_slice(&leaf[..CHECK_BYTES]);
        let sql = "INSERT INTO line (n, at, part, action, outcome, actor, reason, request, query, what, salt) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let binds = [
            Int(self.frontier.size() as i64),
            Int(row.at),
            Int(row.part),
            Int(row.action),
            Int(row.outcome),
            Int(actor),
            Text(&row.reason),
            Bytes(&row.request),
            Text(&row.query),
            Bytes(&row.what),
            Bytes(&salt),
        ];
        connection.execute(sql, &binds)?;
        let mut tiles = Vec::new();
        self.frontier.push(leaf, |level, n, hash| tiles.push((level, n, hash)));
        for (level, n, hash) in tiles {
            let sql = "INSERT INTO tile (level, n, hash) VALUES ($1, $2, $3)";
            connection.execute(sql, &[Int(level.into()), Int(n as i64), Bytes(&hash)])?;
        }
        Ok(())
    }

    /// Keeps the text about who, once; its hash.
    fn named(&mut self, connection: &Connection, text: &Arc<str>) -> Result<Hash, Error> {
        if let Some(hash) = self.actors.get(text) {
            return Ok(*hash);
        }
        if self.actors.len() >= ACTORS_MAX {
            self.actors.clear();
        }
        let hash = line::actor_hash(text);
        let sql = "INSERT INTO actor (id, text) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        connection.execute(sql, &[Int(line::actor_id(&hash)), Text(text)])?;
        self.actors.insert(Arc::clone(text), hash);
        Ok(hash)
    }
}
