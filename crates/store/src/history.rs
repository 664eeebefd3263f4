//! Versions in the order they were written, newest first: of one resource, of a type, of all.
//!
//! Promises: times of versions are all different, so a page that ends at one goes on right before it, whatever has been
//! written in the meantime.
//! What it does not do: decide which of them the caller may see.

use akson_fhir::definition::TypeId;

use crate::engine::Bind::Int;
use crate::view::head_columns;
use crate::{Error, Place, Stored, View, types};

/// Whose history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryScope {
    /// Of one resource.
    Instance(Place),
    /// Of a type.
    Type(TypeId),
    /// Of everything.
    System,
}

/// Some of a history.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// Newest first.
    pub versions: Vec<Stored>,
    /// Where the next page begins: pass it as `before`. None at the end.
    pub next: Option<i64>,
}

/// A version's key, found in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    updated: i64,
    part: i64,
    rid: i64,
    version: i64,
}

impl View {
    /// Up to `count` versions with `since <= updated < before`.
    pub fn history(
        &self,
        scope: HistoryScope,
        since: i64,
        before: Option<i64>,
        count: usize,
    ) -> Result<HistoryPage, Error> {
        let range = (since, before.unwrap_or(i64::MAX), count + 1);
        let mut keys = match scope {
            HistoryScope::Instance(place) => self.keys_of_instance(place, range)?,
            HistoryScope::Type(type_id) => self.keys_of_type(types::number(type_id), range)?,
            HistoryScope::System => {
                let mut keys = Vec::new();
                for type_number in 1..=types::count() {
                    keys.extend(self.keys_of_type(type_number, range)?);
                    keep_newest(&mut keys, range.2);
                }
                keys
            }
        };
        keep_newest(&mut keys, range.2);
        let more = keys.len() > count;
        keys.truncate(count);
        let next = if more { keys.last().map(|key| key.updated) } else { None };
        let versions = keys.into_iter().map(|key| self.by_key(key)).collect::<Result<_, _>>()?;
        Ok(HistoryPage { versions, next })
    }

    fn keys_of_instance(&self, place: Place, range: (i64, i64, usize)) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        for part in self.parts(place)? {
            for sql in [
                "SELECT updated, part, rid, version FROM resource \
                 WHERE part = $1 AND rid = $2 AND updated >= $3 AND updated < $4 ORDER BY updated DESC LIMIT $5",
                "SELECT updated, part, rid, version FROM history \
                 WHERE part = $1 AND rid = $2 AND updated >= $3 AND updated < $4 ORDER BY version DESC LIMIT $5",
            ] {
                let binds = [Int(part), Int(place.rid), Int(range.0), Int(range.1), Int(range.2 as i64)];
                keys.extend(self.connection.query(sql, &binds, key)?);
            }
        }
        Ok(keys)
    }

    fn keys_of_type(&self, type_number: i64, range: (i64, i64, usize)) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        for sql in [
            "SELECT updated, part, rid, version FROM resource \
             WHERE type = $1 AND updated >= $2 AND updated < $3 ORDER BY updated DESC LIMIT $4",
            "SELECT updated, part, rid, version FROM history \
             WHERE type = $1 AND updated >= $2 AND updated < $3 ORDER BY updated DESC LIMIT $4",
        ] {
            let binds = [Int(type_number), Int(range.0), Int(range.1), Int(range.2 as i64)];
            keys.extend(self.connection.query(sql, &binds, key)?);
        }
        Ok(keys)
    }

    fn by_key(&self, key: Key) -> Result<Stored, Error> {
        for sql in [
            concat!(
                "SELECT ",
                head_columns!(),
                " FROM resource WHERE part = $1 AND rid = $2 AND version = $3 ORDER BY part LIMIT 1"
            ),
            concat!(
                "SELECT ",
                head_columns!(),
                " FROM history WHERE part = $1 AND rid = $2 AND version = $3 ORDER BY part LIMIT 1"
            ),
        ] {
            let binds = [Int(key.part), Int(key.rid), Int(key.version)];
            if let Some(stored) = self.connection.one(sql, &binds, |row| self.stored(row))? {
                return self.with_id(stored);
            }
        }
        Err(Error::broken("a version in the index is not in its table"))
    }
}

fn key(row: &crate::Row<'_>) -> Result<Key, Error> {
    Ok(Key { updated: row.int(0)?, part: row.int(1)?, rid: row.int(2)?, version: row.int(3)? })
}

fn keep_newest(keys: &mut Vec<Key>, count: usize) {
    keys.sort_unstable_by(|a, b| b.cmp(a));
    keys.truncate(count);
}
