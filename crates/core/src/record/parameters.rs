//! The search parameters that are kept in the record: taken into use and let go with the write itself.
//!
//! A SearchParameter is used if it is active, none of FHIR's own, and adds to them. One that should be used and can't be
//! is refused; the index is built in the background (`jobs`), and until then a search by it says so.
//! Spec: <https://hl7.org/fhir/R4/searchparameter.html>.

use std::collections::HashSet;

use akson_fhir::definition::Definitions;
use akson_fhir::json::Value;
use akson_fhir::resource::Resource;
use akson_store::{State, Stored, Transaction};

use super::write::aborted;
use super::{each, own_parameters};
use crate::error::Error;

const TYPE: &str = "SearchParameter";

/// Follows a write: before it, after it.
pub(super) fn follow(
    tx: &mut Transaction<'_>,
    before: Option<&Stored>,
    after: Option<&str>,
) -> Result<(), akson_store::Error> {
    let before = before.filter(|stored| stored.state == State::Live).and_then(|stored| used(stored.bare()));
    let after = after.and_then(used);
    if let Some(gone) = before.as_ref().and_then(url)
        && after.as_ref().and_then(url) != Some(gone)
    {
        tx.drop_parameter(gone)?;
    }
    match after.map(|wanted| tx.use_parameter(&wanted)).transpose()? {
        Some(Err(issues)) => Err(aborted(Error::Invalid(issues))),
        _ => Ok(()),
    }
}

/// Makes what is used the same as what is kept.
pub(crate) fn reconcile(tx: &mut Transaction<'_>) -> Result<(), akson_store::Error> {
    let mut wanted = Vec::new();
    each(tx, TYPE, |resource| wanted.extend(used(resource.text()))).map_err(aborted)?;
    let known: HashSet<String> = own_parameters(&tx.registry()).into_iter().map(|known| known.url).collect();
    let urls: HashSet<&str> = wanted.iter().filter_map(url).collect();
    for gone in known.iter().filter(|known| !urls.contains(known.as_str())) {
        tx.drop_parameter(gone)?;
    }
    for parameter in wanted.iter().filter(|one| url(one).is_some_and(|url| !known.contains(url))) {
        // One that came in before it was looked at and can't be understood stays a resource like any other.
        let _ = tx.use_parameter(parameter)?;
    }
    Ok(())
}

/// The resource, if it is to be searched by.
fn used(text: &str) -> Option<Resource> {
    let found = Resource::parse_json(text.as_bytes()).ok()?;
    let part = |key: &str| found.root().get(key).and_then(Value::str);
    let is_used = part("status") == Some("active") && part("type") != Some("special") && !is_standard(&found);
    is_used.then_some(found)
}

fn url(parameter: &Resource) -> Option<&str> {
    parameter.root().get("url").and_then(Value::str)
}

/// Whether R4 has it already, under this address or by this name on all its types.
fn is_standard(parameter: &Resource) -> bool {
    let code = parameter.root().get("code").and_then(Value::str).unwrap_or("");
    let mut bases = parameter.root().get("base").into_iter().flat_map(Value::items).filter_map(Value::str);
    let known = |base: &str| Definitions::r4().search_parameters(base).iter().any(|known| known.code == code);
    url(parameter).is_some_and(|url| url.starts_with("http://hl7.org/fhir/SearchParameter/")) || bases.all(known)
}
