//! Openings: a patient's record opened in an emergency, or on a ground that somebody declares.
//!
//! An opening is a row, not a flag: it has a reason, an end, and stays for the review and for the patient to see. A scope
//! asks for it as for a care relation (`Clause::Opened`). Promises: none lasts longer than [`LONGEST_US`]; one that has
//! ended never opens again; nothing of it is ever deleted.
//! What it does not do: decide who may open, or tell anybody (the door does, in the same transaction).

use std::sync::atomic::Ordering;

use crate::engine::Bind::{Int, Text};
use crate::engine::Connection;
use crate::search::sight::OpeningKind;
use crate::writer::Transaction;
use crate::{Error, Place, Row, View};

/// The longest that an opening lasts, in microseconds.
pub const LONGEST_US: i64 = 4 * 3_600_000_000;
/// The type under which ids of openings are made: that of no resource.
const TYPE: i64 = 0;

/// What is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The patient's number.
    pub patient: i64,
    /// The number of the Practitioner who opens.
    pub who: i64,
    /// The number of the unit they work in; 0 if there is none.
    pub unit: i64,
    /// On which ground.
    pub kind: OpeningKind,
    /// The reason, as a code.
    pub code: String,
    /// The reason, in words.
    pub reason: String,
    /// From when on, in microseconds since 1970.
    pub since: i64,
    /// Until when; at most [`LONGEST_US`] later.
    pub until: i64,
}

/// An opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its id, which nobody can guess.
    pub id: String,
    /// What was opened.
    pub wish: Wish,
    /// When it was ended early.
    pub ended: Option<i64>,
    /// When it was reviewed.
    pub reviewed: Option<i64>,
    /// By whom.
    pub reviewer: String,
}

impl Opening {
    /// Whether it is open at a moment.
    pub fn is_open(&self, moment: i64) -> bool {
        let until = self.ended.map_or(self.wish.until, |ended| ended.min(self.wish.until));
        self.wish.since <= moment && moment < until
    }
}

const COLUMNS: &str = "part, n, who, kind, code, reason, since, until, ended, reviewed, reviewer, unit";
/// Openings of one person at a time that are looked at.
const OPEN_MAX: i64 = 1000;

/// When the last of all openings ends.
pub(crate) fn last_end(connection: &Connection) -> Result<i64, Error> {
    let sql = "SELECT until FROM opening ORDER BY until DESC LIMIT 1";
    Ok(connection.one(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

impl View {
    /// An opening by its id.
    pub fn opening(&self, id: &str) -> Result<Option<Opening>, Error> {
        let Some(place) = self.shared.ids.read(TYPE, id) else { return Ok(None) };
        let sql = format!("SELECT {COLUMNS} FROM opening WHERE part = $1 AND n = $2 ORDER BY part LIMIT 1");
        self.connection.one(&sql, &[Int(place.part), Int(place.rid)], |row| self.read_opening(row))
    }

    /// The openings of a patient, the newest first.
    pub fn openings_of(&self, patient: i64, limit: usize) -> Result<Vec<Opening>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM opening WHERE part = $1 ORDER BY n DESC LIMIT $2");
        self.connection.query(&sql, &[Int(patient), Int(limit as i64)], |row| self.read_opening(row))
    }

    /// What somebody has open at a moment, the newest first.
    pub fn open_by(&self, who: i64, moment: i64) -> Result<Vec<Opening>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM opening WHERE who = $1 AND until > $2 AND since <= $2 AND (ended = 0 OR ended > $2) \
             ORDER BY until DESC, n DESC LIMIT $3"
        );
        self.connection.query(&sql, &[Int(who), Int(moment), Int(OPEN_MAX)], |row| self.read_opening(row))
    }

    /// The openings that nobody has reviewed, the oldest first, from a moment on.
    pub fn openings_to_review(&self, from: i64, limit: usize) -> Result<Vec<Opening>, Error> {
        let sql =
            format!("SELECT {COLUMNS} FROM opening WHERE reviewed = 0 AND since >= $1 ORDER BY since, n LIMIT $2");
        self.connection.query(&sql, &[Int(from), Int(limit as i64)], |row| self.read_opening(row))
    }

    fn read_opening(&self, row: &Row<'_>) -> Result<Opening, Error> {
        let place = Place { part: row.int(0)?, rid: row.int(1)? };
        let kind = match row.int(3)? {
            1 => OpeningKind::Emergency,
            2 => OpeningKind::Declared,
            other => return Err(Error::broken(format!("an opening is of kind {other}"))),
        };
        let wish = Wish {
            patient: place.part,
            who: row.int(2)?,
            unit: row.int(11)?,
            kind,
            code: row.text(4)?.to_owned(),
            reason: row.text(5)?.to_owned(),
            since: row.int(6)?,
            until: row.int(7)?,
        };
        let some = |moment: i64| (moment != 0).then_some(moment);
        let (ended, reviewed) = (some(row.int(8)?), some(row.int(9)?));
        Ok(Opening { id: self.shared.ids.make(TYPE, place), wish, ended, reviewed, reviewer: row.text(10)?.to_owned() })
    }
}

impl Transaction<'_> {
    /// Opens. What is wished for longer than may be is cut.
    pub fn open(&mut self, wish: Wish) -> Result<Opening, Error> {
        let wish = Wish { until: wish.until.min(wish.since.saturating_add(LONGEST_US)), ..wish };
        let place = Place { part: wish.patient, rid: self.shared.number() };
        let sql = "INSERT INTO opening (part, n, who, kind, code, reason, since, until, ended, reviewed, reviewer, unit) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '', $9)";
        let binds = [
            Int(place.part),
            Int(place.rid),
            Int(wish.who),
            Int(wish.kind as i64),
            Text(&wish.code),
            Text(&wish.reason),
            Int(wish.since),
            Int(wish.until),
            Int(wish.unit),
        ];
        self.connection.execute(sql, &binds)?;
        self.shared.opened.fetch_max(wish.until, Ordering::Relaxed);
        let id = self.shared.ids.make(TYPE, place);
        Ok(Opening { id, wish, ended: None, reviewed: None, reviewer: String::new() })
    }

    /// Ends an opening before its time; whether it was open until now.
    pub fn end_opening(&mut self, id: &str, moment: i64) -> Result<bool, Error> {
        let Some(place) = self.shared.ids.read(TYPE, id) else { return Ok(false) };
        let sql = "UPDATE opening SET ended = $1 WHERE part = $2 AND n = $3 AND ended = 0 AND until > $1";
        Ok(self.connection.execute(sql, &[Int(moment), Int(place.part), Int(place.rid)])? == 1)
    }

    /// Notes that an opening was reviewed, and by whom; false if it had been already.
    pub fn review_opening(&mut self, id: &str, moment: i64, reviewer: &str) -> Result<bool, Error> {
        let Some(place) = self.shared.ids.read(TYPE, id) else { return Ok(false) };
        let sql = "UPDATE opening SET reviewed = $1, reviewer = $2 WHERE part = $3 AND n = $4 AND reviewed = 0";
        let binds = [Int(moment), Text(reviewer), Int(place.part), Int(place.rid)];
        Ok(self.connection.execute(sql, &binds)? == 1)
    }
}
