//! Parcels that must be sent because something was written: kept in the same commit, taken out when they are delivered.
//!
//! What it does not do: deliver, retry, or know what a parcel means.

use crate::engine::Bind::{Bytes, Int, Text};
use crate::writer::Transaction;
use crate::{Error, Place, View};

/// Something to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// When it was put in; with `n`, its key. Given by the store.
    pub at: i64,
    /// The how manieth of its commit. Given by the store.
    pub n: i64,
    /// What it is about.
    pub place: Place,
    /// Which version of it.
    pub version: i64,
    /// Who takes it.
    pub kind: String,
    /// What is in it.
    pub payload: Vec<u8>,
}

impl View {
    /// The oldest parcels of a kind that lie after `(at, n)`.
    pub fn parcels(&self, kind: &str, after: (i64, i64), count: usize) -> Result<Vec<Parcel>, Error> {
        let sql = "SELECT at, n, part, rid, version, kind, payload FROM outbox \
                   WHERE (at, n) > ($1, $2) AND kind = $3 ORDER BY at, n LIMIT $4";
        self.connection.query(sql, &[Int(after.0), Int(after.1), Text(kind), Int(count as i64)], |row| {
            Ok(Parcel {
                at: row.int(0)?,
                n: row.int(1)?,
                place: Place { part: row.int(2)?, rid: row.int(3)? },
                version: row.int(4)?,
                kind: row.text(5)?.to_owned(),
                payload: row.bytes(6)?.to_vec(),
            })
        })
    }
}

impl Transaction<'_> {
    /// Puts a parcel into the outbox; its key is given here.
    pub fn outbox(&mut self, parcel: &Parcel) -> Result<(i64, i64), Error> {
        let (at, n) = (self.at, self.gathered.parcels);
        let sql = "INSERT INTO outbox (at, n, part, rid, version, kind, payload) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (part, rid) = (Int(parcel.place.part), Int(parcel.place.rid));
        let (kind, payload) = (Text(&parcel.kind), Bytes(&parcel.payload));
        self.connection.execute(sql, &[Int(at), Int(n), part, rid, Int(parcel.version), kind, payload])?;
        self.gathered.parcels += 1;
        Ok((at, n))
    }

    /// Takes a delivered parcel out.
    pub fn delivered(&mut self, at: i64, n: i64) -> Result<(), Error> {
        self.connection.execute("DELETE FROM outbox WHERE at = $1 AND n = $2", &[Int(at), Int(n)])?;
        Ok(())
    }
}
