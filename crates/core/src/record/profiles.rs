//! Profiles, value sets and code systems that are kept in the record, for validation.
//!
//! Read anew when one of them was written; until then shared by all requests. Only the server's own rules read them, so
//! no line of audit is left for that.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use akson_fhir::definition::Definitions;
use akson_fhir::resource::Resource;
use akson_fhir::validate::Profiles as Compiled;
use akson_store::search::sight::Sight;
use akson_store::{Store, View};

use super::look;
use crate::error::Error;
use crate::query::Pair;

/// The types whose resources say what is valid.
const TYPES: [&str; 3] = ["StructureDefinition", "ValueSet", "CodeSystem"];

/// What is known beyond FHIR itself.
#[derive(Default)]
pub struct Profiles {
    wanted: AtomicU64,
    kept: Mutex<Option<(u64, Arc<Compiled>)>>,
}

impl Profiles {
    /// A resource of this type was written.
    pub(crate) fn note(&self, type_name: &str) {
        if TYPES.contains(&type_name) {
            self.wanted.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// What is known now.
    pub(crate) fn get(&self, store: &Store) -> Result<Arc<Compiled>, Error> {
        let wanted = self.wanted.load(Ordering::Acquire);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, compiled)) = kept.as_ref()
            && *generation == wanted
        {
            return Ok(Arc::clone(compiled));
        }
        let view = store.read()?;
        let mut compiled = Compiled::new();
        for name in TYPES {
            each(&view, name, |resource| {
                compiled.add(&resource);
            })?;
        }
        let compiled = Arc::new(compiled);
        *kept = Some((wanted, Arc::clone(&compiled)));
        Ok(compiled)
    }
}

/// Gives every live resource of a type.
pub(crate) fn each(view: &View, type_name: &'static str, mut give: impl FnMut(Resource)) -> Result<(), Error> {
    if Definitions::r4().resource(type_name).is_none() {
        return Ok(());
    }
    let sight = Sight::everything();
    let mut pairs: Vec<Pair> = vec![("_count".to_string(), "1000".to_string())];
    loop {
        let query = look::parse(view, Some(type_name), None, &pairs, 0, false)?;
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
