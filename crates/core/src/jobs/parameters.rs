//! The search parameters that are kept in the record: taken into use, indexed in the background, and let go.
//!
//! A SearchParameter is used if it is active or a draft, can be understood, and is none of FHIR's own.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use akson_fhir::definition::Definitions;
use akson_fhir::json::Value;
use akson_fhir::resource::Resource;
use akson_store::{Next, Store};

use crate::error::Error;
use crate::record;

/// Makes what is used the same as what is kept.
pub(super) fn run(store: &Store, stop: &AtomicBool) -> Result<(), Error> {
    let wanted = wanted(store)?;
    let known: HashSet<String> = record::own_parameters(&store.registry()).into_iter().map(|known| known.url).collect();
    let urls: HashSet<&str> = wanted.iter().filter_map(url).collect();
    for gone in known.iter().filter(|known| !urls.contains(known.as_str())) {
        store.remove_parameter(gone)?;
    }
    for parameter in wanted.iter().filter(|one| url(one).is_some_and(|url| !known.contains(url))) {
        // One that can't be understood stays a resource like any other.
        let _ = store.add_parameter(parameter)?;
    }
    for work in store.open_work()?.into_iter().filter(|work| work.kind == "parameter") {
        let next = |_| if stop.load(Ordering::Acquire) { Next::Stop } else { Next::On };
        store.work(&work, next)?;
    }
    Ok(())
}

/// The same, for one whose definition may have changed.
pub(super) fn renew(store: &Store, url: &str, stop: &AtomicBool) -> Result<(), Error> {
    store.remove_parameter(url)?;
    run(store, stop)
}

fn wanted(store: &Store) -> Result<Vec<Resource>, Error> {
    let view = store.read()?;
    let mut found = Vec::new();
    record::each(&view, "SearchParameter", |resource| {
        let status = resource.root().get("status").and_then(Value::str);
        if status != Some("retired") && !is_standard(&resource) {
            found.push(resource);
        }
    })?;
    Ok(found)
}

fn url(parameter: &Resource) -> Option<&str> {
    parameter.root().get("url").and_then(Value::str)
}

fn is_standard(parameter: &Resource) -> bool {
    let code = parameter.root().get("code").and_then(Value::str).unwrap_or("");
    let bases = parameter.root().get("base").into_iter().flat_map(|bases| bases.items()).filter_map(Value::str);
    let definitions = Definitions::r4();
    let known = |base: &str| definitions.search_parameters(base).iter().any(|known| known.code == code);
    bases.into_iter().any(known)
        || url(parameter).is_none_or(|url| url.starts_with("http://hl7.org/fhir/SearchParameter/"))
}
