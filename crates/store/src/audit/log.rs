//! A log in its file: rows are added at its end, and the roots of the tree's parts with them.
//!
//! The state here is that of the last commit or of the one that is being made; after a failed one it is loaded again.
//! What it does not do: commit, or decide what is written.

use std::collections::HashSet;

use super::line::{self, CHECK_BYTES, Line, Row, SALT_BYTES};
use super::merkle::Frontier;
use super::tree;
use crate::Error;
use crate::engine::Bind::{Bytes, Int, Text};
use crate::engine::Connection;

/// Actors remembered as written; beyond this the memory begins anew.
const ACTORS_MAX: usize = 100_000;

/// The end of a log.
pub(crate) struct Log {
    frontier: Frontier,
    actors: HashSet<i64>,
}

impl Log {
    /// As it stands in the file.
    pub(crate) fn load(connection: &Connection) -> Result<Log, Error> {
        Ok(Log { frontier: tree::frontier(connection)?, actors: HashSet::new() })
    }

    /// Adds the lines of a commit.
    pub(crate) fn append(&mut self, connection: &Connection, at: i64, lines: &[Line]) -> Result<(), Error> {
        let mut random = vec![0; lines.len() * SALT_BYTES];
        getrandom::fill(&mut random).map_err(|_| Error::broken("the system gives no random numbers"))?;
        let mut salts = random.chunks_exact(SALT_BYTES);
        let salt = || salts.next().and_then(|salt| salt.try_into().ok()).unwrap_or_default();
        for row in line::rows(lines, at, salt) {
            self.add(connection, &row)?;
        }
        Ok(())
    }

    /// Adds a row.
    pub(super) fn add(&mut self, connection: &Connection, row: &Row) -> Result<(), Error> {
        let hash = line::actor_hash(&row.actor);
        let actor = line::actor_id(&hash);
        self.name(connection, actor, &row.actor)?;
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

    /// Keeps the text about who, once.
    fn name(&mut self, connection: &Connection, id: i64, text: &str) -> Result<(), Error> {
        if self.actors.contains(&id) {
            return Ok(());
        }
        if self.actors.len() >= ACTORS_MAX {
            self.actors.clear();
        }
        let sql = "INSERT INTO actor (id, text) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        connection.execute(sql, &[Int(id), Text(text)])?;
        self.actors.insert(id);
        Ok(())
    }
}
