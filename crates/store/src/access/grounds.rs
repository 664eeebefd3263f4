//! What a sight rests on, told one by one: for explaining why somebody sees a patient, or does not.
//!
//! What it does not do: decide. What is told here is asked for by the same conditions in every search.

use super::block;
use super::kind::{Kind, KindSet};
use crate::engine::Bind;
use crate::search::numbers::Numbers;
use crate::search::sight::{Blocked, Blocks};
use crate::{Error, Place, View};

/// How many relations or blocks of a patient are looked at.
const TOLD_MAX: i64 = 100_000;

/// A care relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its kind.
    pub kind: Kind,
    /// The number of who has to do with the patient.
    pub who: i64,
    /// From when on, in microseconds since 1970.
    pub since: i64,
    /// Until when.
    pub until: i64,
    /// The resource that says so.
    pub place: Place,
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The type of the resources it is about; 0 for all.
    pub type_number: i64,
    /// The hash of the code of the resources it is about; 0 for all.
    pub label: i64,
    /// The number of the one resource it is about; 0 for all.
    pub item: i64,
    /// The number of the unit whose resources it is about; 0 for all.
    pub unit: i64,
    /// Whether it holds in an emergency too.
    pub emergency: bool,
    /// The Consent that says so.
    pub place: Place,
}

impl View {
    /// The relations between a patient and some keys at a moment.
    pub fn relations(&self, patient: i64, keys: &Numbers, moment: i64) -> Result<Vec<Relation>, Error> {
        let sql = "SELECT kind, who, since, until, part, rid FROM relation \
                   WHERE patient = $1 AND since <= $2 AND until > $2 ORDER BY who, kind, since, until, part, rid LIMIT $3";
        let mut found = Vec::new();
        self.connection.each(sql, &[Bind::Int(patient), Bind::Int(moment), Bind::Int(TOLD_MAX)], |row| {
            let (kind, who) = (row.int(0)?, row.int(1)?);
            if let Some(kind) = Kind::of(kind).filter(|_| keys.has(who)) {
                let place = Place { part: row.int(4)?, rid: row.int(5)? };
                found.push(Relation { kind, who, since: row.int(2)?, until: row.int(3)?, place });
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether there is such a relation.
    pub fn is_related(&self, patient: i64, keys: &Numbers, kinds: KindSet, moment: i64) -> Result<bool, Error> {
        Ok(self.relations(patient, keys, moment)?.iter().any(|relation| kinds.has(relation.kind)))
    }

    /// The blocks of a patient that concern a caller at a moment.
    pub fn blocks(&self, patient: i64, blocked: &Blocked, moment: i64) -> Result<Vec<Block>, Error> {
        let whom = block::whom(self.hashes(), blocked);
        let sql = "SELECT whom, emergency, type, label, item, unit, part, rid FROM block \
                   WHERE patient = $1 AND since <= $2 AND until > $2 \
                   ORDER BY whom, emergency, type, label, item, unit, since, until, part, rid LIMIT $3";
        let mut found = Vec::new();
        self.connection.each(sql, &[Bind::Int(patient), Bind::Int(moment), Bind::Int(TOLD_MAX)], |row| {
            let emergency = row.int(1)? == 1;
            if whom.has(row.int(0)?) && (emergency || blocked.blocks == Blocks::All) {
                let place = Place { part: row.int(6)?, rid: row.int(7)? };
                let (type_number, label) = (row.int(2)?, row.int(3)?);
                found.push(Block { type_number, label, item: row.int(4)?, unit: row.int(5)?, emergency, place });
            }
            Ok(())
        })?;
        Ok(found)
    }
}
