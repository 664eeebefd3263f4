//! Names of people for lists that name them, and the systems of their numbers. What it does not do: decide who may read them.

use akson_store::{Place, View};

use crate::error::Error;
use crate::identity::human_name;

/// Systems of numbers that a person has for life: national identity, D-number, common help number, and as some write them.
pub(super) const NUMBERS: &[&str] = &[
    "urn:oid:2.16.578.1.12.4.1.4.1",
    "urn:oid:2.16.578.1.12.4.1.4.2",
    "urn:oid:2.16.578.1.12.4.1.4.3",
    "http://hl7.no/fhir/NamingSystem/FNR",
    "http://hl7.no/fhir/NamingSystem/DNR",
    "http://hl7.no/fhir/NamingSystem/FHNR",
];
/// The id and the name of the patient with this number; empty where there is none any more.
pub(super) fn of_patient(view: &View, part: i64) -> Result<(String, String), Error> {
    let stored = view.at(Place { part, rid: part })?;
    Ok(stored.map(|stored| (stored.id.clone(), human_name(&stored))).unwrap_or_default())
}
