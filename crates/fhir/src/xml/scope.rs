//! The namespaces in force at a place of the document.
//!
//! There are never more than [`NAMESPACES_MAX`], so that a lookup has a bound whatever the document
//! declares. Spec: <https://www.w3.org/TR/xml-names/>.

use super::read::NAMESPACES_MAX;

/// The declarations in force, the innermost last.
#[derive(Default)]
pub(super) struct Scope {
    bindings: Vec<(String, String)>,
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
        self.bindings.push((prefix.to_owned(), namespace.to_owned()));
        self.bindings.len() <= NAMESPACES_MAX
    }

    /// The namespace of a prefix; none if it was never declared.
    pub(super) fn find(&self, prefix: &str) -> Option<&str> {
        let found = self.bindings.iter().rev().find(|(known, _)| known == prefix);
        found.map(|(_, namespace)| namespace.as_str())
    }
}
