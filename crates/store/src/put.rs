//! Writing versions: put and delete.
//!
//! Promises: versions of a resource are 1, 2, 3… without gaps; what was expected holds, or nothing is written; the
//! version, its index rows and its place in the directory are written together.
//! What it does not do: ask whether the caller may.

use akson_fhir::definition::TypeId;

use crate::body::{self, Unstamped};
use crate::engine::Bind::{Bytes, Int, Null};
use crate::keep::{self, Settled};
use crate::prepare::{Home, Indexed, PART_UNKNOWN, Prepared};
use crate::short::Owner;
use crate::view::{State, Stored, pack_patients};
use crate::writer::Transaction;
use crate::{Error, Place, ids, people, types};

/// What must hold for a write to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Any,
    /// There is no such resource, or it is deleted.
    Absent,
    /// The newest version is this one, and live.
    Version(i64),
}

/// A version that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The type.
    pub type_id: TypeId,
    /// The id.
    pub id: String,
    /// Where it stands.
    pub place: Place,
    /// Its version.
    pub version: i64,
    /// Its time in microseconds.
    pub updated: i64,
    /// There was no live version before.
    pub created: bool,
    text: Option<Unstamped>,
}

impl Written {
    /// The text with version and time in `meta`; empty if deleted.
    pub fn text(&self) -> String {
        self.text.as_ref().map(|text| text.stamped(self.version, self.updated)).unwrap_or_default()
    }
}

/// What is needed of the newest version to write the next.
struct Head {
    place: Place,
    version: i64,
    state: State,
}

/// The version about to be written.
struct Next<'b> {
    version: i64,
    updated: i64,
    /// The head stands at its place already.
    overwrite: bool,
    blob: &'b [u8],
}

impl Transaction<'_> {
    /// Writes the next version of a resource.
    pub fn put(&mut self, prepared: Prepared, expect: Expect) -> Result<Written, Error> {
        let home = &prepared.home;
        let known = match home.made && home.fresh {
            true => None,
            false => self.place(home.type_id, &home.id)?,
        };
        let head = known.map(|place| self.head(place, prepared.type_number)).transpose()?.flatten();
        check(expect, head.as_ref())?;
        let rid = known.map_or(home.place.rid, |place| place.rid);

        let fresh_index = self.fresh_index(&prepared)?;
        let index = fresh_index.as_ref().unwrap_or(&prepared.index);
        let known = match known {
            None if !home.made && names_itself(index, home) => {
                let own = Place { part: PART_UNKNOWN, rid };
                self.note_id(prepared.type_number, &home.id, own)?;
                Some(own)
            }
            known => known,
        };
        let targets = self.settle(index)?;
        let new = Settled::new(index, prepared.type_number, rid, targets);
        let packed_again = self.packed_again(&prepared, new.place)?;
        self.enter(&prepared, known, new.place)?;

        self.gathered.staff |= people::is_about_staff(prepared.type_number);
        let version = head.as_ref().map_or(0, |head| head.version) + 1;
        let updated = self.next_moment();
        let live = head.as_ref().filter(|head| head.state == State::Live);
        match live {
            None => keep::insert(&self.connection, &new)?,
            Some(head) => self.change_rows(head, &prepared, &new)?,
        }
        self.note_words(&new)?;
        if let Some(head) = &head {
            self.retire(head, head.place == new.place)?;
        }
        let overwrite = head.as_ref().is_some_and(|head| head.place == new.place);
        let blob = packed_again.as_deref().unwrap_or(&prepared.blob);
        self.write_head(&prepared, &new, Next { version, updated, overwrite, blob })?;
        Ok(Written {
            type_id: home.type_id,
            place: new.place,
            version,
            updated,
            created: live.is_none(),
            id: prepared.home.id,
            text: Some(prepared.text),
        })
    }

    /// Deletes a resource: its next version says so. `None` if there is nothing to delete.
    pub fn delete(&mut self, type_id: TypeId, id: &str, expect: Expect) -> Result<Option<Written>, Error> {
        let type_number = types::number(type_id);
        let stored = self.get(type_id, id)?;
        let head =
            stored.as_ref().map(|stored| Head { place: stored.place, version: stored.version, state: stored.state });
        check(expect, head.as_ref())?;
        let (Some(stored), Some(head)) = (stored.filter(|stored| stored.state == State::Live), head) else {
            return Ok(None);
        };
        let index = self.index_stored(&stored)?;
        let targets = self.settle(&index)?;
        let old = Settled::new(&index, type_number, head.place.rid, targets);
        keep::delete(&self.connection, &old)?;
        self.gathered.staff |= people::is_about_staff(type_number);
        self.retire(&head, true)?;
        let (version, updated) = (head.version + 1, self.next_moment());
        let sql = "UPDATE resource SET version = $1, updated = $2, state = $3, present = 0, sum = $4, dict = 0, body = $5 \
                   WHERE part = $6 AND rid = $7";
        let sum = body::sum(&[0; 32], type_number, version);
        let (part, rid) = (Int(head.place.part), Int(head.place.rid));
        let deleted = Int(State::Deleted.number());
        self.connection.execute(sql, &[Int(version), Int(updated), deleted, Bytes(&sum), Bytes(&[]), part, rid])?;
        let (id, place) = (stored.id, head.place);
        Ok(Some(Written { type_id, id, place, version, updated, created: false, text: None }))
    }

    fn head(&self, place: Place, type_number: i64) -> Result<Option<Head>, Error> {
        let sql =
            "SELECT version, state FROM resource WHERE part = $1 AND rid = $2 AND type = $3 ORDER BY part LIMIT 1";
        self.connection.one(sql, &[Int(place.part), Int(place.rid), Int(type_number)], |row| {
            Ok(Head { place, version: row.int(0)?, state: State::of(row.int(1)?) })
        })
    }

    /// The index again, if the search parameters are no longer those it was made with.
    fn fresh_index(&self, prepared: &Prepared) -> Result<Option<Indexed>, Error> {
        let registry = self.registry();
        if std::sync::Arc::ptr_eq(&registry, &prepared.registry) {
            return Ok(None);
        }
        self.shared.index_text(self, &prepared.text.text, &registry).map(Some)
    }

    /// The blob for a place that could not be foreseen.
    fn packed_again(&self, prepared: &Prepared, place: Place) -> Result<Option<Vec<u8>>, Error> {
        if place == prepared.packed_for {
            return Ok(None);
        }
        let dictionary = self.shared.dictionaries.get(prepared.dict)?;
        let owner = Owner { ids: &self.shared.ids, type_number: prepared.type_number, place };
        prepared.text.pack(owner, dictionary.as_deref()).map(Some)
    }

    fn index_stored(&self, stored: &Stored) -> Result<Indexed, Error> {
        self.shared.index_text(self, stored.bare(), &self.registry())
    }

    /// Final places of an index's targets. Whatever has not been mentioned before enters the directory.
    pub(crate) fn settle(&mut self, index: &Indexed) -> Result<Vec<Place>, Error> {
        let mut places = Vec::with_capacity(index.targets.len());
        for (target, (type_id, id)) in index.targets.iter().zip(&index.rows.targets) {
            let place = match target.certain {
                true => self.home(target.place)?,
                false => match self.place(*type_id, id)? {
                    Some(place) => place,
                    None => {
                        self.note_id(types::number(*type_id), id, target.place)?;
                        target.place
                    }
                },
            };
            places.push(place);
        }
        Ok(places)
    }

    fn note_id(&self, type_number: i64, id: &str, place: Place) -> Result<(), Error> {
        let sql = "INSERT INTO directory (type, id, part, rid) VALUES ($1, $2, $3, $4)";
        let key = ids::pack(id);
        self.connection.execute(sql, &[Int(type_number), Bytes(&key), Int(place.part), Int(place.rid)])?;
        Ok(())
    }

    /// Makes the resource's id lead to its place.
    fn enter(&mut self, prepared: &Prepared, known: Option<Place>, place: Place) -> Result<(), Error> {
        let home = &prepared.home;
        let Some(before) = known.or(home.made.then_some(home.place)) else {
            return self.note_id(prepared.type_number, &home.id, place);
        };
        if before.part == place.part {
            return Ok(());
        }
        if !home.made {
            let sql = "UPDATE directory SET part = $1 WHERE type = $2 AND id = $3";
            let key = ids::pack(&home.id);
            self.connection.execute(sql, &[Int(place.part), Int(prepared.type_number), Bytes(&key)])?;
        }
        self.move_references(place)?;
        if before.part == PART_UNKNOWN {
            return Ok(());
        }
        let sql = "INSERT INTO moved (rid, part, home) VALUES ($1, $2, $3) ON CONFLICT (rid, part) DO NOTHING";
        self.connection.execute(sql, &[Int(place.rid), Int(before.part), Int(place.part)])?;
        let sql = "UPDATE moved SET home = $1 WHERE rid = $2";
        self.connection.execute(sql, &[Int(place.part), Int(place.rid)])?;
        self.shared.note_moved();
        Ok(())
    }

    /// Tells the references that lead to a resource its new part.
    fn move_references(&self, to: Place) -> Result<(), Error> {
        let sql = "UPDATE reference SET target_part = $1 WHERE target = $2 AND param IN (\
                   WITH RECURSIVE used (param) AS (\
                   SELECT MIN(param) FROM reference \
                   UNION ALL SELECT (SELECT MIN(next.param) FROM reference AS next WHERE next.param > used.param) \
                   FROM used WHERE used.param IS NOT NULL) \
                   SELECT param FROM used WHERE param IS NOT NULL)";
        self.connection.execute(sql, &[Int(to.part), Int(to.rid)])?;
        Ok(())
    }

    fn change_rows(&mut self, head: &Head, prepared: &Prepared, new: &Settled<'_>) -> Result<(), Error> {
        let made_again = match &prepared.before {
            Some((version, _))
                if *version == head.version && std::sync::Arc::ptr_eq(&self.registry(), &prepared.registry) =>
            {
                None
            }
            _ => {
                let stored = self.at(head.place)?.ok_or_else(|| Error::broken("a head is gone"))?;
                Some(self.index_stored(&stored)?)
            }
        };
        let index = match (&made_again, &prepared.before) {
            (Some(index), _) | (None, Some((_, index))) => index,
            (None, None) => return Err(Error::broken("a head has no index")),
        };
        let targets = self.settle(index)?;
        let mut old = Settled::new(index, prepared.type_number, head.place.rid, targets);
        old.place = head.place;
        keep::change(&self.connection, &old, new)
    }

    /// Copies the newest version into the history; takes it away unless it is about to be overwritten.
    fn retire(&self, head: &Head, overwritten: bool) -> Result<(), Error> {
        let (part, rid) = (Int(head.place.part), Int(head.place.rid));
        let sql = "INSERT INTO history (part, rid, version, type, updated, controller, unit, state, patients, sum, dict, body) \
                   SELECT part, rid, version, type, updated, controller, unit, state, patients, sum, dict, body \
                   FROM resource WHERE part = $1 AND rid = $2";
        self.connection.execute(sql, &[part, rid])?;
        if !overwritten {
            self.connection.execute("DELETE FROM resource WHERE part = $1 AND rid = $2", &[part, rid])?;
        }
        Ok(())
    }

    fn write_head(&self, prepared: &Prepared, new: &Settled<'_>, next: Next<'_>) -> Result<(), Error> {
        let Next { version, updated, overwrite, blob } = next;
        let sum = body::sum(&prepared.digest, prepared.type_number, version);
        let patients = pack_patients(&new.patients);
        let binds = [
            Int(version),
            Int(updated),
            Int(prepared.controller),
            Int(prepared.unit),
            Int(State::Live.number()),
            Int(new.rows.present as i64),
            if patients.is_empty() { Null } else { Bytes(&patients) },
            Bytes(&sum),
            Int(prepared.dict),
            Bytes(blob),
            Int(new.place.part),
            Int(new.place.rid),
            Int(prepared.type_number),
        ];
        let sql = match overwrite {
            true => {
                "UPDATE resource SET version = $1, updated = $2, controller = $3, unit = $4, state = $5, present = $6, \
                 patients = $7, sum = $8, dict = $9, body = $10 WHERE part = $11 AND rid = $12 AND type = $13"
            }
            false => {
                "INSERT INTO resource \
                 (version, updated, controller, unit, state, present, patients, sum, dict, body, part, rid, type) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            }
        };
        match self.connection.execute(sql, &binds)? {
            1 => Ok(()),
            changed => Err(Error::broken(format!("a head was written {changed} times"))),
        }
    }
}

/// Whether a resource refers to itself: then its number must be known before its references are settled.
fn names_itself(index: &Indexed, home: &Home) -> bool {
    index.rows.targets.iter().any(|(type_id, id)| *type_id == home.type_id && *id == home.id)
}

fn check(expect: Expect, head: Option<&Head>) -> Result<(), Error> {
    let live = head.filter(|head| head.state == State::Live).map(|head| head.version);
    let holds = match expect {
        Expect::Any => true,
        Expect::Absent => live.is_none(),
        Expect::Version(version) => live == Some(version),
    };
    if holds { Ok(()) } else { Err(Error::Conflict(live)) }
}
