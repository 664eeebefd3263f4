//! The namespaces in force at a place of the document.
//!
//! There are never more than [`NAMESPACES_MAX`], so that a lookup has a bound whatever the document
//! declares. Spec: <https://www.w3.org/TR/xml-names/>.

use super::read::NAMESPACES_MAX;
use super::{FHIR, XHTML};

const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The namespaces that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    /// FHIR's own.
    Fhir,
    /// That of the narrative.
    Xhtml,
    /// That of hints to a schema, which are let go.
    Schema,
    /// Any other, or none.
    Other,
}

/// The declarations in force, the innermost last.
#[derive(Default)]
pub(super) struct Scope {
    bindings: Vec<(String, Namespace)>,
}

impl Scope {
    /// How many declarations there are; goes back to [`Scope::leave`].
    pub(super) fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets what an element declared.
    pub(super) fn leave(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// Declares a prefix (empty: the namespace of names without one). False: there are too many.
    pub(super) fn declare(&mut self, prefix: &str, namespace: &str) -> bool {
        let namespace = match namespace {
            FHIR => Namespace::Fhir,
            XHTML => Namespace::Xhtml,
            SCHEMA_INSTANCE => Namespace::Schema,
            _ => Namespace::Other,
        };
        self.bindings.push((prefix.to_owned(), namespace));
        self.bindings.len() <= NAMESPACES_MAX
    }

    /// The namespace of a prefix.
    pub(super) fn find(&self, prefix: &str) -> Namespace {
        let found = self.bindings.iter().rev().find(|(known, _)| known == prefix);
        found.map_or(Namespace::Other, |(_, namespace)| *namespace)
    }
}
