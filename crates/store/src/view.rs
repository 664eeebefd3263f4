//! What can be read: one resource, one version, where an id leads.
//!
//! A [`View`] is a connection at one consistent moment. A [`Snapshot`] is a view of a reader; a transaction is
//! a view that can also write.
//! What it does not do: decide who may see what is read.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use akson_fhir::definition::TypeId;

use crate::body::{self, Unstamped};
use crate::dictionary::Dictionary;
use crate::engine::{Bind, Connection, Row};
use crate::ids::{self, Ids};
use crate::search::registry::Registry;
use crate::short::Owner;
use crate::store::Shared;
use crate::{Error, Hashes, types};

/// Where a resource stands: its part and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The patient's number, or a bucket (negative).
    pub part: i64,
    /// The resource's own number.
    pub rid: i64,
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can be read.
    Live,
    /// The resource was deleted with this version.
    Deleted,
}

impl State {
    pub(crate) fn number(self) -> i64 {
        match self {
            State::Live => 1,
            State::Deleted => 2,
        }
    }

    pub(crate) fn of(number: i64) -> State {
        if number == 1 { State::Live } else { State::Deleted }
    }
}

/// A version as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The type.
    pub type_id: TypeId,
    /// The logical id.
    pub id: String,
    /// Counted from 1.
    pub version: i64,
    /// Microseconds since 1970, UTC.
    pub updated: i64,
    /// Live or deleted.
    pub state: State,
    /// The municipality that answers for it.
    pub controller: i64,
    /// Where it stands, or stood in this version.
    pub place: Place,
    /// The patients it names, if it is in a bucket.
    pub patients: Vec<i64>,
    body: Option<Arc<Unstamped>>,
}

impl Stored {
    /// The text with version and time in `meta`; empty if deleted.
    pub fn text(&self) -> String {
        self.body.as_ref().map(|body| body.stamped(self.version, self.updated)).unwrap_or_default()
    }

    /// The blob again, with this dictionary.
    pub(crate) fn pack(&self, ids: &Ids, dictionary: Option<&Dictionary>) -> Result<Vec<u8>, Error> {
        let owner = Owner { ids, type_number: types::number(self.type_id), place: self.place };
        self.body.as_ref().map_or(Ok(Vec::new()), |body| body.pack(owner, dictionary))
    }

    /// The text without the server's stamp; empty if deleted.
    pub fn bare(&self) -> &str {
        self.body.as_ref().map_or("", |body| &body.text)
    }
}

/// A connection at one consistent moment.
pub struct View {
    pub(crate) connection: Connection,
    pub(crate) shared: Arc<Shared>,
}

/// The columns of a head, in the order that [`View::stored`] reads.
macro_rules! head_columns {
    () => {
        "part, rid, type, version, updated, controller, state, patients, sum, dict, body"
    };
}
pub(crate) use head_columns;

impl View {
    /// The connection, for searches.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether the whole index is being made anew, so that a search may miss something.
    pub fn answers_are_old(&self) -> bool {
        self.shared.reindexing.load(Ordering::Acquire)
    }

    /// The search parameters.
    pub fn registry(&self) -> Arc<Registry> {
        self.shared.registry.load_full()
    }

    /// The hashes of this database.
    pub fn hashes(&self) -> &Hashes {
        &self.shared.hashes
    }

    /// This server's own address.
    pub fn base(&self) -> &str {
        &self.shared.options.base
    }

    /// A key for page tokens.
    pub fn token_key(&self) -> &[u8; 16] {
        &self.shared.token_key
    }

    /// No resource of this view has a number from this on.
    pub fn numbers_end(&self) -> i64 {
        self.shared.numbers_end()
    }

    /// Where an id leads. A place may be known though nothing is stored there (yet).
    pub fn place(&self, type_id: TypeId, id: &str) -> Result<Option<Place>, Error> {
        let type_number = types::number(type_id);
        if let Some(place) = self.shared.ids.read(type_number, id) {
            return self.home(place).map(Some);
        }
        let key = ids::pack(id);
        let sql = "SELECT part, rid FROM directory WHERE type = $1 AND id = $2 ORDER BY type LIMIT 1";
        self.connection.one(sql, &[Bind::Int(type_number), Bind::Bytes(&key)], |row| {
            Ok(Place { part: row.int(0)?, rid: row.int(1)? })
        })
    }

    /// Where a resource stands now that once stood there.
    pub(crate) fn home(&self, place: Place) -> Result<Place, Error> {
        if !self.shared.any_moved() {
            return Ok(place);
        }
        let sql = "SELECT home FROM moved WHERE rid = $1 AND part = $2 ORDER BY rid LIMIT 1";
        let home = self.connection.one(sql, &[Bind::Int(place.rid), Bind::Int(place.part)], |row| row.int(0))?;
        Ok(home.map_or(place, |part| Place { part, ..place }))
    }

    /// The newest version of a resource, live or deleted.
    pub fn get(&self, type_id: TypeId, id: &str) -> Result<Option<Stored>, Error> {
        match self.place(type_id, id)? {
            Some(place) => Ok(self.at(place)?.filter(|stored| stored.type_id == type_id)),
            None => Ok(None),
        }
    }

    /// The newest version of the resource at a place.
    pub fn at(&self, place: Place) -> Result<Option<Stored>, Error> {
        let sql =
            concat!("SELECT ", head_columns!(), " FROM resource WHERE part = $1 AND rid = $2 ORDER BY part LIMIT 1");
        let found = self.connection.one(sql, &[Bind::Int(place.part), Bind::Int(place.rid)], |row| self.stored(row))?;
        found.map(|stored| self.with_id(stored)).transpose()
    }

    /// One version of a resource.
    pub fn version(&self, type_id: TypeId, id: &str, version: i64) -> Result<Option<Stored>, Error> {
        let Some(head) = self.get(type_id, id)? else { return Ok(None) };
        if head.version == version {
            return Ok(Some(head));
        }
        for part in self.parts(head.place)? {
            let sql = concat!(
                "SELECT ",
                head_columns!(),
                " FROM history WHERE part = $1 AND rid = $2 AND version = $3 ORDER BY part LIMIT 1"
            );
            let key = [Bind::Int(part), Bind::Int(head.place.rid), Bind::Int(version)];
            if let Some(mut found) = self.connection.one(sql, &key, |row| self.stored(row))? {
                found.id = head.id;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The parts in which a resource stands and once stood.
    pub(crate) fn parts(&self, place: Place) -> Result<Vec<i64>, Error> {
        let mut parts = vec![place.part];
        if self.shared.any_moved() {
            let sql = "SELECT part FROM moved WHERE rid = $1 ORDER BY part LIMIT 1000";
            parts.extend(self.connection.query(sql, &[Bind::Int(place.rid)], |row| row.int(0))?);
            parts.sort_unstable();
            parts.dedup();
        }
        Ok(parts)
    }

    /// A row of [`head_columns`] as a version. Its checksum is checked, unless the same body was checked not long ago. A
    /// deleted version's id is left empty.
    pub(crate) fn stored(&self, row: &Row<'_>) -> Result<Stored, Error> {
        let bodies = &self.shared.bodies;
        self.stored_with(row, |row, type_number, version| match bodies.get(row.bytes(8)?) {
            Some(known) => Ok(known),
            None => {
                let (sum, body) = self.unpacked(row, type_number, version)?;
                bodies.keep(sum, &body);
                Ok(body)
            }
        })
    }

    /// The same from the row alone, whatever was read before.
    pub(crate) fn stored_anew(&self, row: &Row<'_>) -> Result<Stored, Error> {
        self.stored_with(row, |row, type_number, version| Ok(self.unpacked(row, type_number, version)?.1))
    }

    fn stored_with(
        &self,
        row: &Row<'_>,
        body_of: impl FnOnce(&Row<'_>, i64, i64) -> Result<Arc<Unstamped>, Error>,
    ) -> Result<Stored, Error> {
        let type_number = row.int(2)?;
        let type_id =
            types::type_id(type_number).ok_or_else(|| Error::Damaged("a version has no known type".to_owned()))?;
        let (version, state) = (row.int(3)?, State::of(row.int(6)?));
        let (mut id, mut content) = (String::new(), None);
        match state {
            State::Live => {
                let body = body_of(row, type_number, version)?;
                id.push_str(body.id());
                content = Some(body);
            }
            State::Deleted => {
                check(row, &[0; 32], type_number, version)?;
            }
        }
        Ok(Stored {
            type_id,
            id,
            version,
            updated: row.int(4)?,
            state,
            controller: row.int(5)?,
            place: Place { part: row.int(0)?, rid: row.int(1)? },
            patients: unpack_patients(row.bytes(7)?),
            body: content,
        })
    }

    /// The body in a row, and its checksum.
    fn unpacked(&self, row: &Row<'_>, type_number: i64, version: i64) -> Result<([u8; 16], Arc<Unstamped>), Error> {
        let dictionary = self.shared.dictionaries.get(row.int(9)?)?;
        let place = Place { part: row.int(0)?, rid: row.int(1)? };
        let owner = Owner { ids: &self.shared.ids, type_number, place };
        let body = Unstamped::unpack(row.bytes(10)?, owner, dictionary.as_deref())?;
        Ok((check(row, &body.digest(), type_number, version)?, Arc::new(body)))
    }

    /// The patients that a version in a bucket names.
    pub fn patients_of(&self, place: Place, version: i64) -> Result<Vec<i64>, Error> {
        let sql = "SELECT patients FROM resource WHERE part = $1 AND rid = $2 AND version = $3 \
                   UNION ALL SELECT patients FROM history WHERE part = $1 AND rid = $2 AND version = $3 \
                   ORDER BY 1 LIMIT 1";
        let binds = [Bind::Int(place.part), Bind::Int(place.rid), Bind::Int(version)];
        let found = self.connection.one(sql, &binds, |row| Ok(unpack_patients(row.bytes(0)?)))?;
        Ok(found.unwrap_or_default())
    }

    /// Finds the id of a deleted version, which has no body to say it: in the version before.
    pub(crate) fn with_id(&self, mut stored: Stored) -> Result<Stored, Error> {
        if !stored.id.is_empty() {
            return Ok(stored);
        }
        for part in self.parts(stored.place)? {
            let sql = concat!(
                "SELECT ",
                head_columns!(),
                " FROM history WHERE part = $1 AND rid = $2 AND state = 1 ORDER BY version DESC LIMIT 1"
            );
            let key = [Bind::Int(part), Bind::Int(stored.place.rid)];
            if let Some(before) = self.connection.one(sql, &key, |row| self.stored(row))? {
                stored.id = before.id;
                break;
            }
        }
        Ok(stored)
    }
}

/// The checksum of a version, if it is the one in its row.
fn check(row: &Row<'_>, digest: &[u8; 32], type_number: i64, version: i64) -> Result<[u8; 16], Error> {
    let sum = body::sum(digest, type_number, version);
    match sum == row.bytes(8)? {
        true => Ok(sum),
        false => Err(Error::Damaged(format!("a version of number {} does not match its checksum", row.int(1)?))),
    }
}

/// Patients as bytes: eight for each.
pub(crate) fn pack_patients(patients: &[i64]) -> Vec<u8> {
    patients.iter().flat_map(|patient| patient.to_le_bytes()).collect()
}

fn unpack_patients(bytes: &[u8]) -> Vec<i64> {
    bytes.as_chunks::<8>().0.iter().map(|chunk| i64::from_le_bytes(*chunk)).collect()
}

/// A view of a reader. While it lives, the log cannot be emptied: keep it short.
pub struct Snapshot {
    /// There until it is dropped.
    view: Option<View>,
}

impl Snapshot {
    pub(crate) fn new(connection: Connection, shared: Arc<Shared>) -> Snapshot {
        Snapshot { view: Some(View { connection, shared }) }
    }

    /// The same, whose questions end with an error after a moment; none: never.
    #[must_use]
    pub fn until(self, moment: Option<i64>) -> Snapshot {
        self.connection.deadline.set(moment);
        self
    }
}

impl Deref for Snapshot {
    type Target = View;

    fn deref(&self) -> &View {
        match &self.view {
            Some(view) => view,
            None => unreachable!("a snapshot has its view until it is dropped"),
        }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Some(View { connection, shared }) = self.view.take() {
            shared.pool.give_back(connection);
        }
    }
}
