//! A resource: its text exactly as it came, and its type.
//!
//! Promises: the type is a known one of R4 and the id, if there is one, keeps the rules of ids.
//! What it does not do: validate the content (`validate`), or know who may see it.
//! Spec: <https://hl7.org/fhir/R4/resource.html>.

use crate::definition::{Definitions, TypeId};
use crate::json::{Kind, Tree, Value};
use crate::outcome::Issue;

/// The longest id FHIR allows.
pub const ID_LENGTH_MAX: usize = 64;

/// A resource of a known type.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its text and tape.
    pub tree: Tree,
    /// Its type.
    pub type_id: TypeId,
}

impl Resource {
    /// Reads one resource from JSON.
    pub fn parse_json(text: &[u8]) -> Result<Resource, Vec<Issue>> {
        let tree = Tree::parse(text).map_err(|error| vec![Issue::from(error)])?;
        Resource::from_tree(tree)
    }

    /// Takes a parsed text for a resource.
    pub fn from_tree(tree: Tree) -> Result<Resource, Vec<Issue>> {
        let type_id = known_type(tree.root()).map_err(|issue| vec![issue])?;
        let resource = Resource { tree, type_id };
        match resource.root().get("id") {
            Some(id) if !id.str().is_some_and(is_id) => {
                let place = format!("{}.id", resource.type_name());
                Err(vec![Issue::error("value", place, ID_RULE)])
            }
            _ => Ok(resource),
        }
    }

    /// The name of its type: `Patient`.
    pub fn type_name(&self) -> &'static str {
        Definitions::r4().get(self.type_id).name
    }

    /// Its logical id, if it has one.
    pub fn id(&self) -> Option<&str> {
        self.root().get("id").and_then(Value::str)
    }

    /// The resource as a value.
    pub fn root(&self) -> Value<'_> {
        self.tree.root()
    }

    /// The text, compact.
    pub fn text(&self) -> &str {
        self.tree.text()
    }
}

const ID_RULE: &str = "an id is 1 to 64 letters, digits, hyphens and full stops";

/// Whether a text may be an id.
pub fn is_id(text: &str) -> bool {
    (1..=ID_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// The type of a resource by its `resourceType`.
fn known_type(root: Value<'_>) -> Result<TypeId, Issue> {
    if root.kind() != Kind::Object {
        return Err(Issue::error("structure", "", "a resource is a JSON object"));
    }
    let Some(named) = root.get("resourceType") else {
        return Err(Issue::error("structure", "", "resourceType is missing"));
    };
    let Some(name) = named.str() else {
        return Err(Issue::error("structure", "resourceType", "resourceType is a string"));
    };
    match Definitions::r4().resource(name) {
        Some(found) => Ok(found.id),
        None => Err(Issue::error("not-supported", "resourceType", "this is no resource type of FHIR R4")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(text: &str, part: &str) {
        let issues = Resource::parse_json(text.as_bytes()).unwrap_err();
        assert!(issues[0].to_string().contains(part), "{}", issues[0]);
    }

    #[test]
    fn what_is_no_resource_is_refused() {
        check_refused("[]", "JSON object");
        check_refused("{}", "resourceType is missing");
        check_refused(r#"{"resourceType":1}"#, "a string");
        check_refused(r#"{"resourceType":"Person2"}"#, "no resource type");
        check_refused(r#"{"resourceType":"DomainResource"}"#, "no resource type");
        check_refused(r#"{"resourceType":"Patient","id":"a_b"}"#, "an id is");
        check_refused(r#"{"resourceType":"Patient","id":7}"#, "an id is");
        check_refused(r#"{"resourceType":"Patient","#, "line 1");
    }

    #[test]
    fn ids_have_edges() {
        assert!(is_id("a"));
        assert!(is_id(&"x".repeat(64)));
        assert!(!is_id(&"x".repeat(65)));
        assert!(!is_id(""));
        assert!(!is_id("å"));
    }

    #[test]
    fn a_resource_knows_its_type_and_id() {
        let resource = Resource::parse_json(br#"{ "resourceType": "Patient", "id": "a-1.B" }"#).unwrap();
        assert_eq!(resource.type_name(), "Patient");
        assert_eq!(resource.id(), Some("a-1.B"));
        assert_eq!(resource.text(), r#"{"resourceType":"Patient","id":"a-1.B"}"#);
    }
}
