//! Changes to a resource: JSON Patch and FHIRPath Patch.
//!
//! Both take a text apart, change it and give the new text; what no operation touches stays as
//! written, decimals included. A patch applies as a whole or not at all, and a refusal names the
//! operation and its path. Neither knows what a valid resource is: the result is to be validated,
//! and whether its id may change is for the caller to say.
//! Issue codes: `structure` for a patch that is none, `value` for one that does not fit the
//! resource, `conflict` for a failed test, `too-costly` for one beyond the limits.
//! Spec: <https://hl7.org/fhir/R4/http.html#patch>, <https://hl7.org/fhir/R4/fhirpatch.html>.

use crate::outcome::Issue;

mod document;
mod fhirpath_patch;
mod json_patch;
mod operation;
mod place;

pub use fhirpath_patch::fhirpath_patch;
pub use json_patch::json_patch;

/// How many operations a patch may have.
pub const OPERATIONS_MAX: usize = 1000;
/// How many bytes a patch may add to a text.
pub const GROWTH_BYTES_MAX: usize = 16 << 20;

/// How many bytes the operations of a FHIRPath Patch may read over again, each the whole text.
pub const WORK_BYTES_MAX: usize = 64 << 20;

/// Why an operation was refused.
#[derive(Debug)]
struct Refusal {
    code: &'static str,
    text: String,
}

impl Refusal {
    fn structure(text: impl Into<String>) -> Refusal {
        Refusal { code: "structure", text: text.into() }
    }

    fn value(text: impl Into<String>) -> Refusal {
        Refusal { code: "value", text: text.into() }
    }

    fn costly(text: impl Into<String>) -> Refusal {
        Refusal { code: "too-costly", text: text.into() }
    }

    /// The refusal with the operation that it is about.
    fn at(self, number: usize, operation: &str, path: &str) -> Issue {
        const SHOWN: usize = 100;
        let path: String = path.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect();
        let operation: String = operation.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        Issue::error(self.code, "", format!("operation {} ({operation} {path}): {}", number + 1, self.text))
    }
}

fn too_many(count: usize) -> Option<Issue> {
    (count > OPERATIONS_MAX)
        .then(|| Issue::error("too-costly", "", format!("a patch may have {OPERATIONS_MAX} operations")))
}

#[cfg(test)]
mod tests;
