//! Everything about a write that can be done before the writer: home, index rows, body, checksum.
//!
//! Promises: a [`Prepared`] is right whenever it is written. What may have changed in between (the head, the
//! registry, numbers of references not known yet) is checked by the writer and done again there if need be.
//! What it does not do: write, or validate.

use std::collections::HashMap;
use std::sync::Arc;

use akson_fhir::definition::TypeId;
use akson_fhir::resource::Resource;

use crate::access::facts;
use crate::body::Unstamped;
use crate::compartment::{self, Rename, Whose};
use crate::search::index;
use crate::search::registry::Registry;
use crate::search::rows::Rows;
use crate::short::Owner;
use crate::store::Shared;
use crate::view::{State, Stored};
use crate::{Error, Place, View, types};

/// Where a resource is, or will be, stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Its type.
    pub type_id: TypeId,
    /// Its id.
    pub id: String,
    /// Its place, as far as known before the write.
    pub place: Place,
    /// The id was made here and leads to a place by itself.
    pub(crate) made: bool,
    /// The number has just been taken; nothing is stored there.
    pub(crate) fresh: bool,
}

/// The other resources of a bundle: what references between them will say, and where they will be.
#[derive(Debug, Default)]
pub struct Companions {
    references: HashMap<String, String>,
    places: HashMap<(TypeId, String), Place>,
}

impl Companions {
    /// Adds a resource of the bundle; `url` is how others refer to it there (`urn:uuid:…`).
    pub fn add(&mut self, url: &str, home: &Home) {
        let name = akson_fhir::definition::Definitions::r4().get(home.type_id).name;
        self.references.insert(url.to_owned(), format!("{name}/{}", home.id));
        self.places.insert((home.type_id, home.id.clone()), home.place);
    }

    /// What a reference will say instead.
    pub fn reference(&self, text: &str) -> Option<&str> {
        self.references.get(text).map(String::as_str)
    }
}

/// A write, ready for the writer.
pub struct Prepared {
    pub(crate) home: Home,
    pub(crate) type_number: i64,
    pub(crate) controller: i64,
    pub(crate) unit: i64,
    pub(crate) text: Unstamped,
    pub(crate) blob: Vec<u8>,
    /// Where it will stand, as far as could be seen; the blob can be read there only.
    pub(crate) packed_for: Place,
    pub(crate) dict: i64,
    pub(crate) digest: [u8; 32],
    pub(crate) index: Indexed,
    pub(crate) before: Option<(i64, Indexed)>,
    pub(crate) registry: Arc<Registry>,
}

impl Prepared {
    /// Where it will be stored.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Where the patients stand that it names, if it is not a patient itself.
    pub fn patients(&self) -> impl Iterator<Item = Place> {
        let targets = self.index.patients.iter().filter_map(|at| self.index.targets.get(*at as usize));
        targets.map(|target| target.place)
    }

    /// Whether nobody can know its id yet, so that nothing is stored under it.
    pub fn is_new(&self) -> bool {
        self.home.made && self.home.fresh
    }

    /// Whether this is what is stored there already, word for word, and the same municipality answers for it.
    pub fn changes_nothing(&self, before: &Stored) -> bool {
        before.state == State::Live && before.controller == self.controller && before.bare() == self.text.text
    }

    /// Names another municipality as the one that answers for it.
    pub fn with_controller(mut self, controller: i64) -> Prepared {
        self.controller = controller;
        self
    }

    /// Names the unit that answers for it, by its number.
    pub fn with_unit(mut self, unit: i64) -> Prepared {
        self.unit = unit;
        self
    }
}

/// A resource's index rows, and whose it is; references not yet turned to numbers.
pub(crate) struct Indexed {
    pub(crate) rows: Rows,
    /// For each of `rows.targets`: its place, and whether that is certain.
    pub(crate) targets: Vec<Target>,
    pub(crate) whose: Whose,
    /// Entries of `rows.targets`.
    pub(crate) patients: Vec<u32>,
}

impl Indexed {
    /// Where its resource belongs, if it has this number.
    fn place(&self, rid: i64) -> Place {
        let patient = self.patients.first().and_then(|at| self.targets.get(*at as usize));
        let part = match (self.whose, patient) {
            (Whose::Own, _) => rid,
            (Whose::One, Some(patient)) => patient.place.rid,
            _ => compartment::bucket(rid),
        };
        Place { part, rid }
    }
}

/// What is known of a reference's target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) place: Place,
    /// The number will not change any more.
    pub(crate) certain: bool,
}

/// The part of what has just been mentioned and does not exist yet.
pub(crate) const PART_UNKNOWN: i64 = 0;

impl Shared {
    /// A home for a new resource, under an id made here.
    pub(crate) fn new_home(&self, view: &View, resource: &Resource, among: &Companions) -> Result<Home, Error> {
        let rid = self.number();
        let rename = Rename { base: &self.options.base, to: &|text| among.reference(text) };
        let found = compartment::patients(resource.type_id, resource.root(), &rename);
        let part = match (found.whose, found.ids.as_slice()) {
            (Whose::Own, _) => rid,
            (Whose::One, [id]) => self.target(view, compartment::patient_type(), id, among)?.place.rid,
            _ => compartment::bucket(rid),
        };
        let place = Place { part, rid };
        let id = self.ids.make(types::number(resource.type_id), place);
        Ok(Home { type_id: resource.type_id, id, place, made: true, fresh: true })
    }

    /// The home of a resource under a given id: where it is, or a new place.
    pub(crate) fn home(&self, view: &View, type_id: TypeId, id: &str) -> Result<Home, Error> {
        let made = self.ids.read(types::number(type_id), id).is_some();
        if let Some(place) = view.place(type_id, id)? {
            return Ok(Home { type_id, id: id.to_owned(), place, made, fresh: false });
        }
        let rid = self.number();
        let part = if type_id == compartment::patient_type() { rid } else { compartment::bucket(rid) };
        Ok(Home { type_id, id: id.to_owned(), place: Place { part, rid }, made: false, fresh: true })
    }

    /// Prepares a version.
    pub(crate) fn prepare(
        &self,
        view: &View,
        resource: &Resource,
        home: Home,
        among: &Companions,
    ) -> Result<Prepared, Error> {
        let registry = self.registry.load_full();
        let type_number = types::number(resource.type_id);
        let text = Unstamped::new(resource, &home.id);
        let dictionary = self.dictionaries.newest(type_number);
        let index = self.index(view, resource, &registry, among)?;
        let packed_for = index.place(home.place.rid);
        let owner = Owner { ids: &self.ids, type_number, place: packed_for };
        let blob = text.pack(owner, dictionary.as_deref())?;
        let before = match home.fresh {
            true => None,
            false => view.at(home.place)?.filter(|head| head.state == State::Live),
        };
        let before = match before {
            Some(head) => Some((head.version, self.index_text(view, head.bare(), &registry)?)),
            None => None,
        };
        Ok(Prepared {
            type_number,
            controller: self.options.controller,
            unit: 0,
            digest: text.digest(),
            blob,
            dict: dictionary.map_or(0, |dictionary| dictionary.id),
            index,
            packed_for,
            before,
            registry,
            text,
            home,
        })
    }

    /// The index rows of a stored text.
    pub(crate) fn index_text(&self, view: &View, text: &str, registry: &Registry) -> Result<Indexed, Error> {
        let resource = Resource::parse_json(text.as_bytes())
            .map_err(|_| Error::Damaged("a stored body is no resource".to_owned()))?;
        self.index(view, &resource, registry, &Companions::default())
    }

    /// The index rows of a resource.
    pub(crate) fn index(
        &self,
        view: &View,
        resource: &Resource,
        registry: &Registry,
        among: &Companions,
    ) -> Result<Indexed, Error> {
        let mut rows = index::rows(resource, registry, &self.hashes);
        tidy(&mut rows);
        facts::add(resource, &mut rows, &self.hashes, &self.options.base);
        let rename = Rename { base: &self.options.base, to: &|_| None };
        let found = compartment::patients(resource.type_id, resource.root(), &rename);
        let mut patients = Vec::with_capacity(found.ids.len());
        let of_patients = |rows: &Rows| -> HashMap<String, u32> {
            let listed = (0..).zip(&rows.targets).filter(|(_, target)| target.0 == compartment::patient_type());
            listed.map(|(at, target)| (target.1.clone(), at)).collect()
        };
        let listed = if found.ids.is_empty() { HashMap::new() } else { of_patients(&rows) };
        for id in &found.ids {
            let at = listed.get(id.as_ref()).copied().unwrap_or_else(|| {
                rows.targets.push((compartment::patient_type(), id.to_string()));
                rows.targets.len() as u32 - 1
            });
            patients.push(at);
        }
        let targets = rows.targets.iter().map(|(type_id, id)| self.target(view, *type_id, id, among));
        let targets = targets.collect::<Result<Vec<_>, Error>>()?;
        Ok(Indexed { targets, whose: found.whose, patients, rows })
    }

    /// Where a reference leads; a number is taken for what nobody has mentioned before.
    fn target(&self, view: &View, type_id: TypeId, id: &str, among: &Companions) -> Result<Target, Error> {
        if let Some(place) = self.ids.read(types::number(type_id), id) {
            return Ok(Target { place: view.home(place)?, certain: true });
        }
        if !among.places.is_empty()
            && let Some(place) = among.places.get(&(type_id, id.to_owned()))
        {
            return Ok(Target { place: *place, certain: false });
        }
        if let Some(place) = view.place(type_id, id)? {
            // The part of what has only been mentioned is not known yet, so it may change soon.
            return Ok(Target { place, certain: place.part != PART_UNKNOWN });
        }
        let rid = self.number();
        let part = if type_id == compartment::patient_type() { rid } else { PART_UNKNOWN };
        Ok(Target { place: Place { part, rid }, certain: false })
    }
}

/// Makes each table's rows sorted and distinct, as the keys want them.
fn tidy(rows: &mut Rows) {
    rows.tokens.sort_unstable();
    rows.tokens.dedup();
    rows.strings.sort_unstable();
    rows.strings.dedup();
    rows.dates.sort_unstable();
    rows.dates.dedup();
    rows.references.sort_unstable();
    rows.references.dedup();
    rows.words.sort_unstable();
    rows.words.dedup();
    rows.quantities.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    rows.quantities.dedup();
    rows.pairs.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    rows.pairs.dedup();
}
