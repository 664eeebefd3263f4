//! References: what their text says, and where they stand in a resource.
//!
//! Promises: parsing never fails; what fits no known shape is `Other`. A reference below the given base is local.
//! What it does not do: look anything up.
//! Spec: <https://hl7.org/fhir/R4/references.html>.

use crate::definition::{Definitions, TypeId};
use crate::json::{Tree, Value};
use crate::resource::is_id;

/// What a reference's text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// `Type/id` or `Type/id/_history/version` on this server.
    Local(Address<'a>),
    /// The same on another server.
    Absolute {
        /// The whole text.
        url: &'a str,
        /// What stands at its end.
        address: Address<'a>,
    },
    /// `#id`: a contained resource; an empty id is the container itself.
    Contained(&'a str),
    /// `urn:uuid:…` or `urn:oid:…`, the whole text.
    Urn(&'a str),
    /// Any other address, taken as a canonical one.
    Canonical {
        /// Without version and fragment.
        url: &'a str,
        /// What follows the bar.
        version: Option<&'a str>,
    },
    /// None of these.
    Other(&'a str),
}

/// A resource by type and id, possibly in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// The type.
    pub type_id: TypeId,
    /// The logical id.
    pub id: &'a str,
    /// The version, if one is named.
    pub version: Option<&'a str>,
}

impl Address<'_> {
    /// The name of the type.
    pub fn type_name(&self) -> &'static str {
        Definitions::r4().get(self.type_id).name
    }
}

impl<'a> Reference<'a> {
    /// Reads a reference. `base` is this server's own address (without a slash at its end), or empty.
    pub fn parse(text: &'a str, base: &str) -> Reference<'a> {
        if let Some(id) = text.strip_prefix('#') {
            return Reference::Contained(id);
        }
        if text.starts_with("urn:uuid:") || text.starts_with("urn:oid:") {
            return Reference::Urn(text);
        }
        if !base.is_empty()
            && let Some(rest) = text.strip_prefix(base).and_then(|rest| rest.strip_prefix('/'))
            && let Some(address) = address(rest)
        {
            return Reference::Local(address);
        }
        if let Some(address) = address(text) {
            return Reference::Local(address);
        }
        if !text.contains(':') {
            return Reference::Other(text);
        }
        if let Some(address) = tail(text) {
            return Reference::Absolute { url: text, address };
        }
        canonical(text)
    }
}

/// `Type/id[/_history/version]`, whole.
pub fn address(text: &str) -> Option<Address<'_>> {
    let mut parts = text.split('/');
    let (name, id) = (parts.next()?, parts.next()?);
    let version = match (parts.next(), parts.next(), parts.next()) {
        (None, _, _) => None,
        (Some("_history"), Some(version), None) if is_id(version) => Some(version),
        _ => return None,
    };
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) || !is_id(id) {
        return None;
    }
    let type_id = Definitions::r4().resource(name)?.id;
    Some(Address { type_id, id, version })
}

/// The address at the end of an absolute URL.
fn tail(url: &str) -> Option<Address<'_>> {
    let mut from = url.len();
    for segments in 1..=4 {
        from = url[..from].rfind('/')?;
        if (segments == 2 || segments == 4)
            && let Some(found) = address(&url[from + 1..])
        {
            return Some(found);
        }
    }
    None
}

fn canonical(text: &str) -> Reference<'_> {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    match text.split_once('|') {
        Some((url, version)) => Reference::Canonical { url, version: Some(version) },
        None => Reference::Canonical { url: text, version: None },
    }
}

/// Every `reference` string of a tree, in document order: of References in the resource and in what it contains.
pub fn references(tree: &Tree) -> impl Iterator<Item = Value<'_>> {
    (0..).map_while(|node| tree.value(node)).filter(|value| value.key() == "reference" && value.as_str().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let base = "http://here/fhir";
        let said = match Reference::parse(text, base) {
            Reference::Local(a) => format!("local {} {} {:?}", a.type_name(), a.id, a.version),
            Reference::Absolute { address: a, .. } => format!("absolute {} {} {:?}", a.type_name(), a.id, a.version),
            Reference::Contained(id) => format!("contained {id}"),
            Reference::Urn(urn) => format!("urn {urn}"),
            Reference::Canonical { url, version } => format!("canonical {url} {version:?}"),
            Reference::Other(text) => format!("other {text}"),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_reference_says_what_it_is() {
        check("Patient/1", "local Patient 1 None");
        check("Patient/1/_history/3", "local Patient 1 Some(\"3\")");
        check("http://here/fhir/Patient/1", "local Patient 1 None");
        check("http://there/fhir/Patient/1", "absolute Patient 1 None");
        check("http://there/Patient/1/_history/2", "absolute Patient 1 Some(\"2\")");
        check("http://here/fhirPatient/1", "canonical http://here/fhirPatient/1 None");
        check("#", "contained ");
        check("#p1", "contained p1");
        check("urn:uuid:6ce5542c-a951-40ca-be15-793174c69d83", "urn urn:uuid:6ce5542c-a951-40ca-be15-793174c69d83");
        check("urn:oid:2.16.578", "urn urn:oid:2.16.578");
        check("http://x/ValueSet/a_b|1.0#frag", "canonical http://x/ValueSet/a_b Some(\"1.0\")");
        check("Patient/1/x", "other Patient/1/x");
        check("Patient/å", "other Patient/å");
        check("patient/1", "other patient/1");
        check("", "other ");
    }

    #[test]
    fn all_references_are_walked() {
        let text = br##"{"subject":{"reference":"Patient/1"},"x":[{"who":{"reference":"#a"}}],"reference":{"reference":"B/2"}}"##;
        let tree = Tree::parse(text).unwrap();
        let found: Vec<_> = references(&tree).filter_map(|value| value.str()).collect();
        assert_eq!(found, ["Patient/1", "#a", "B/2"]);
    }
}
