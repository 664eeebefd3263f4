//! Apps and systems that are registered: their ids and a text that only `core` reads.

use crate::engine::Bind::{Int, Text};
use crate::writer::Transaction;
use crate::{Error, View};

/// Clients in one list.
const CLIENTS_MAX: i64 = 10_000;

/// A registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// Its id.
    pub id: String,
    /// When it was registered.
    pub made: i64,
    /// What is known of it.
    pub body: String,
}

impl View {
    /// The client with this id.
    pub fn client(&self, id: &str) -> Result<Option<ClientRow>, Error> {
        let sql = "SELECT id, made, body FROM client WHERE id = $1 ORDER BY id LIMIT 1";
        self.connection.one(sql, &[Text(id)], |row| {
            Ok(ClientRow { id: row.text(0)?.to_owned(), made: row.int(1)?, body: row.text(2)?.to_owned() })
        })
    }

    /// Every client, by id.
    pub fn clients(&self) -> Result<Vec<ClientRow>, Error> {
        let sql = "SELECT id, made, body FROM client ORDER BY id LIMIT $1";
        self.connection.query(sql, &[Int(CLIENTS_MAX)], |row| {
            Ok(ClientRow { id: row.text(0)?.to_owned(), made: row.int(1)?, body: row.text(2)?.to_owned() })
        })
    }
}

impl Transaction<'_> {
    /// Registers a client; false if there is one with this id.
    pub fn keep_client(&mut self, client: &ClientRow) -> Result<bool, Error> {
        let sql = "INSERT INTO client (id, made, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
        let kept = self.connection.execute(sql, &[Text(&client.id), Int(client.made), Text(&client.body)])?;
        Ok(kept == 1)
    }

    /// Takes a client out; false if there is none.
    pub fn remove_client(&mut self, id: &str) -> Result<bool, Error> {
        let removed = self.connection.execute("DELETE FROM client WHERE id = $1", &[Text(id)])?;
        Ok(removed == 1)
    }
}
