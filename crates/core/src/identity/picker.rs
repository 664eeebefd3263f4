//! Which patient an app is for: whom a user may choose, and by what name they find them.
//!
//! Goes through the door like any search, with its audit. An inhabitant has nobody to look for: it is about themselves,
//! or about whom they represent.

use akson_fhir::resource::Resource;
use akson_store::Place;

use super::Identity;
use super::lookup::Known;
use crate::caller::{Caller, Who};
use crate::error::Error;
use crate::record::SearchOf;

/// Patients that are shown at once.
const SHOWN_MAX: usize = 20;

/// A patient to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientChoice {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The birth date, as FHIR writes it.
    pub born: String,
}

impl Identity<'_> {
    /// Patients of this name whom the caller sees; an inhabitant's only choice, whatever the name.
    pub async fn patients_to_choose(&self, caller: Caller, name: &str) -> Result<Vec<PatientChoice>, Error> {
        let own = match &caller.who {
            Who::Citizen(citizen) => Some(citizen.on_behalf.as_ref().map_or(&citizen.patient, |other| &other.patient)),
            _ => None,
        };
        let text = |name: &str, value: &str| (name.to_string(), value.to_string());
        let mut pairs = vec![text("_count", &SHOWN_MAX.to_string())];
        match own {
            Some(own) => pairs.push(text("_id", own)),
            None if name.trim().is_empty() => return Ok(Vec::new()),
            None => pairs.extend(name.split_whitespace().take(5).map(|word| text("name", &escaped(word)))),
        }
        let of = SearchOf { type_name: Some("Patient"), compartment: None };
        let found = self.core.record(caller).search(of, pairs, false).await?;
        let matches = found.entries.into_iter().filter_map(|(seen, _)| choice(seen.id, &seen.text));
        Ok(matches.take(SHOWN_MAX).collect())
    }
}

/// A word as a value of a search, whatever stands in it.
fn escaped(word: &str) -> String {
    word.chars().flat_map(|letter| ",$|\\".contains(letter).then_some('\\').into_iter().chain([letter])).collect()
}

fn choice(id: String, text: &[u8]) -> Option<PatientChoice> {
    let resource = Resource::parse_json(text).ok()?;
    let known = Known { id, place: Place { part: 0, rid: 0 }, controller: 0, resource };
    Some(PatientChoice { name: known.human_name(), born: known.text("birthDate"), id: known.id })
}
