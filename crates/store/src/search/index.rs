//! From a resource to its index rows.

use akson_fhir::resource::Resource;

use super::registry::Registry;
use super::rows::Rows;
use crate::Hashes;

/// The index rows of a resource.
pub fn rows(_resource: &Resource, _registry: &Registry, _hashes: &Hashes) -> Rows {
    Rows::default()
}
