//! Names of people for lists that name them. What it does not do: decide who may read them.

use akson_store::{Place, View};

use crate::error::Error;
use crate::identity::human_name;

/// The id and the name of the patient with this number; empty where there is none any more.
pub(super) fn of_patient(view: &View, part: i64) -> Result<(String, String), Error> {
    let stored = view.at(Place { part, rid: part })?;
    Ok(stored.map(|stored| (stored.id.clone(), human_name(&stored))).unwrap_or_default())
}
