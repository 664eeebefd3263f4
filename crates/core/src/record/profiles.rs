//! Profiles, value sets and code systems that are kept in the record, for validation and search.
//!
//! Brought up to date when one of them was written; until then shared by all requests. Only the server's own rules read them, so
//! no line of audit is left for that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use akson_fhir::definition::Definitions;
use akson_fhir::resource::Resource;
use akson_fhir::validate::Profiles as Compiled;
use akson_store::search::sight::Sight;
use akson_store::{State, Store, View};

use super::look;
use crate::error::Error;
use crate::query::Pair;

/// The types whose resources say what is valid.
const TYPES: [&str; 3] = ["StructureDefinition", "ValueSet", "CodeSystem"];
/// Written resources from which on all are read anew.
const CHANGES_MAX: usize = 1000;

/// What is known beyond FHIR itself.
#[derive(Default)]
pub struct Profiles {
    changed: Mutex<Vec<Named>>,
    kept: Mutex<Option<Kept>>,
}

/// A resource by type and id.
type Named = (&'static str, String);

struct Kept {
    compiled: Arc<Compiled>,
    /// Address and version of each resource.
    addresses: HashMap<Named, (String, String)>,
}

impl Profiles {
    /// This resource was written.
    pub(crate) fn note(&self, type_name: &'static str, id: &str) {
        if TYPES.contains(&type_name) {
            self.changed.lock().unwrap_or_else(PoisonError::into_inner).push((type_name, id.to_string()));
        }
    }

    /// What is known now.
    pub(crate) fn get(&self, store: &Store) -> Result<Arc<Compiled>, Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before the view is made: what is noted later is read again.
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(known) = kept.as_ref().filter(|_| changed.is_empty()) {
            return Ok(Arc::clone(&known.compiled));
        }
        let view = store.read()?;
        let before = kept.take().filter(|_| changed.len() < CHANGES_MAX);
        let now = before.and_then(|before| before.with(&view, &changed).transpose());
        let now = now.unwrap_or_else(|| Kept::read(&view))?;
        let compiled = Arc::clone(&now.compiled);
        *kept = Some(now);
        Ok(compiled)
    }
}

impl Kept {
    /// Everything.
    fn read(view: &View) -> Result<Kept, Error> {
        let mut compiled = Compiled::new();
        let mut addresses = HashMap::new();
        for name in TYPES {
            each(view, name, |resource| {
                compiled.add(&resource);
                addresses.insert((name, resource.id().unwrap_or("").to_string()), address(&resource));
            })?;
        }
        Ok(Kept { compiled: Arc::new(compiled), addresses })
    }

    /// What was known, with some resources that are new or have changed under their address. Nothing if that is not all.
    fn with(mut self, view: &View, changed: &[Named]) -> Result<Option<Kept>, Error> {
        let compiled = Arc::make_mut(&mut self.compiled);
        for named in changed {
            let Some(found) = Definitions::r4().resource(named.0) else { continue };
            let stored = view.get(found.id, &named.1)?.filter(|stored| stored.state == State::Live);
            let resource = stored.and_then(|stored| Resource::parse_json(stored.bare().as_bytes()).ok());
            let Some(resource) = resource else { return Ok(None) };
            let address = address(&resource);
            if self.addresses.get(named).is_some_and(|before| *before != address) {
                return Ok(None);
            }
            compiled.add(&resource);
            self.addresses.insert(named.clone(), address);
        }
        Ok(Some(self))
    }
}

fn address(resource: &Resource) -> (String, String) {
    let part = |key: &str| resource.root().get(key).and_then(|value| value.str()).unwrap_or("").to_string();
    (part("url"), part("version"))
}

/// Gives every live resource of a type.
pub(crate) fn each(view: &View, type_name: &'static str, mut give: impl FnMut(Resource)) -> Result<(), Error> {
    if Definitions::r4().resource(type_name).is_none() {
        return Ok(());
    }
    let sight = Sight::everything();
    let mut pairs: Vec<Pair> = vec![("_count".to_string(), "1000".to_string())];
    loop {
        let query = look::parse(view, (Some(type_name), None, &pairs), 0, false, &Arc::default)?;
        let page = look::run(view, &query, &sight)?;
        for (stored, _) in &page.entries {
            if let Ok(resource) = Resource::parse_json(stored.bare().as_bytes()) {
                give(resource);
            }
        }
        let Some(next) = page.next else {
            return Ok(());
        };
        pairs.truncate(1);
        pairs.push(("_page".to_string(), next));
    }
}
