//! Search parameters that are added to a database at run time.

use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;

/// A search parameter of this database.
#[derive(Debug, Clone)]
pub struct Custom {}

impl Custom {
    /// Reads a SearchParameter resource. `live` says whether its index is complete.
    pub fn read(_resource: &Resource, _live: bool) -> Result<Custom, Vec<Issue>> {
        Ok(Custom {})
    }
}
