//! A resource's text with another id and with references that lead somewhere else.
//!
//! Rewritten are `Reference.reference`, elements of the types uri, url, oid, uuid and canonical, and links and images
//! of narratives; identifiers and other strings stay. Nothing else of the text is touched.
//! Spec: <https://hl7.org/fhir/R4/http.html#transaction> ("reference resolution").

use std::collections::HashMap;

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::json::{Kind, Value, write_string};
use akson_fhir::reference::address;
use akson_fhir::resource::Resource;

/// From an address within a bundle to the one on this server.
pub type Links = HashMap<String, String>;

type Edit = (usize, usize, String);

/// The text of a resource with this id and these links; `own` is the resource's own address in the bundle.
pub fn rewrite(resource: Value<'_>, id: &str, own: Option<&str>, links: &Links) -> String {
    let mut edits = Vec::new();
    place_id(resource, id, &mut edits);
    if !links.is_empty() {
        let name = resource.get("resourceType").and_then(Value::str).unwrap_or("");
        if let Some(found) = Definitions::r4().resource(name) {
            let walk = Walk { links, base: base_of(own) };
            walk.object(resource, found.id, &mut edits);
        }
    }
    apply(resource, edits)
}

/// The resource with this id.
pub fn with_id(resource: &Resource, id: &str) -> String {
    rewrite(resource.root(), id, None, &Links::new())
}

/// Every text in a `reference` of a resource that is a condition: `Patient?identifier=…`.
pub fn conditions(resource: Value<'_>, found: &mut Vec<String>) {
    match resource.kind() {
        Kind::Array => resource.items().for_each(|item| conditions(item, found)),
        Kind::Object => {
            for (key, value) in resource.members() {
                match value.as_str() {
                    Some(text) if key == "reference" && is_condition(&text) => found.push(text.into_owned()),
                    Some(_) => {}
                    None => conditions(value, found),
                }
            }
        }
        _ => {}
    }
}

/// Whether a reference is a condition.
pub fn is_condition(text: &str) -> bool {
    let name = text.split_once('?').map(|(name, _)| name);
    name.is_some_and(|name| Definitions::r4().resource(name).is_some())
}

fn place_id(resource: Value<'_>, id: &str, edits: &mut Vec<Edit>) {
    let mut text = String::new();
    write_string(&mut text, id);
    if let Some(old) = resource.get("id") {
        let (from, to) = old.span();
        edits.push((from, to, text));
    } else if let Some(name) = resource.get("resourceType") {
        let (_, end) = name.span();
        edits.push((end, end, format!(",\"id\":{text}")));
    }
}

fn base_of(own: Option<&str>) -> Option<String> {
    let own = own?;
    let mut parts = own.rsplitn(3, '/');
    let (id, name, base) = (parts.next()?, parts.next()?, parts.next()?);
    address(&format!("{name}/{id}"))?;
    Some(base.to_string())
}

struct Walk<'a> {
    links: &'a Links,
    base: Option<String>,
}

impl Walk<'_> {
    fn object(&self, value: Value<'_>, type_id: TypeId, edits: &mut Vec<Edit>) {
        let definitions = Definitions::r4();
        for (key, part) in value.members() {
            if matches!(part.kind(), Kind::Number | Kind::Bool | Kind::Null) || key == "resourceType" {
                continue;
            }
            let name = key.strip_prefix('_').unwrap_or(key);
            let Some(child) = definitions.child(type_id, name) else {
                continue;
            };
            let inner = definitions.get(child.type_id).name;
            if part.kind() == Kind::Array {
                part.items().for_each(|item| self.value(key, item, child.type_id, inner, edits));
            } else {
                self.value(key, part, child.type_id, inner, edits);
            }
        }
    }

    fn value(&self, key: &str, value: Value<'_>, type_id: TypeId, type_name: &str, edits: &mut Vec<Edit>) {
        match value.kind() {
            Kind::Object if type_name == "Resource" => {
                // A contained resource, or one in a Bundle or Parameters.
                let name = value.get("resourceType").and_then(Value::str).unwrap_or("");
                if let Some(found) = Definitions::r4().resource(name) {
                    self.object(value, found.id, edits);
                }
            }
            Kind::Object => self.object(value, type_id, edits),
            Kind::String if type_name == "xhtml" => self.narrative(value, edits),
            Kind::String if key == "reference" || matches!(type_name, "uri" | "url" | "oid" | "uuid" | "canonical") => {
                self.link(key, value, edits);
            }
            _ => {}
        }
    }

    fn link(&self, key: &str, value: Value<'_>, edits: &mut Vec<Edit>) {
        let Some(text) = value.as_str() else {
            return;
        };
        if let Some(new) = self.target(&text, key == "reference") {
            let mut written = String::new();
            write_string(&mut written, &new);
            let (from, to) = value.span();
            edits.push((from, to, written));
        }
    }

    fn target(&self, text: &str, relative: bool) -> Option<String> {
        if let Some(new) = self.links.get(text) {
            return Some(new.clone());
        }
        let (front, fragment) = text.split_once('#').unwrap_or((text, ""));
        if !fragment.is_empty() && !front.is_empty() {
            let new = self.links.get(front)?;
            return Some(format!("{new}#{fragment}"));
        }
        let base = self.base.as_deref().filter(|_| relative)?;
        address(text)?;
        self.links.get(&format!("{base}/{text}")).cloned()
    }

    /// Links and images within a narrative; its quotes are escaped in JSON.
    fn narrative(&self, value: Value<'_>, edits: &mut Vec<Edit>) {
        let (start, _) = value.span();
        let raw = value.raw();
        for (mark, end) in [("href=\\\"", "\\\""), ("src=\\\"", "\\\""), ("href='", "'"), ("src='", "'")] {
            for (at, _) in raw.match_indices(mark) {
                let from = at + mark.len();
                let Some(length) = raw[from..].find(end) else {
                    continue;
                };
                if let Some(new) = self.target(&raw[from..from + length], true) {
                    edits.push((start + from, start + from + length, new));
                }
            }
        }
    }
}

fn apply(resource: Value<'_>, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.0);
    let (mut at, end) = resource.span();
    let text = resource.tree().text();
    let mut out = String::with_capacity(end - at + 64);
    for (from, to, new) in edits {
        // A link written within a link is part of it.
        if from < at {
            continue;
        }
        out.push_str(&text[at..from]);
        out.push_str(&new);
        at = to;
    }
    out.push_str(&text[at..end]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_fhir::json::Tree;

    fn check(text: &str, own: Option<&str>, expected: &str) {
        let links = Links::from([
            ("urn:uuid:1".to_string(), "Patient/p".to_string()),
            ("http://x/fhir/Patient/9".to_string(), "Patient/p".to_string()),
        ]);
        let tree = Tree::parse(text.as_bytes()).unwrap();
        assert_eq!(rewrite(tree.root(), "new", own, &links), expected);
    }

    #[test]
    fn strings_that_are_no_links_stay() {
        check(
            r#"{"resourceType":"Patient","id":"old","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1"}]}"#,
            None,
            r#"{"resourceType":"Patient","id":"new","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1"}]}"#,
        );
    }

    #[test]
    fn references_uris_and_narratives_follow() {
        check(
            r#"{"resourceType":"Observation","text":{"div":"<div><a href=\"urn:uuid:1\">x</a></div>"},"subject":{"reference":"urn:uuid:1"},"contained":[{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:1"}}]}]}"#,
            None,
            r#"{"resourceType":"Observation","id":"new","text":{"div":"<div><a href=\"Patient/p\">x</a></div>"},"subject":{"reference":"Patient/p"},"contained":[{"resourceType":"Patient","link":[{"other":{"reference":"Patient/p"}}]}]}"#,
        );
        check(
            r#"{"resourceType":"Provenance","policy":["urn:uuid:1"]}"#,
            None,
            r#"{"resourceType":"Provenance","id":"new","policy":["Patient/p"]}"#,
        );
    }

    #[test]
    fn a_relative_reference_is_read_from_its_own_address() {
        let text = r#"{"resourceType":"Observation","subject":{"reference":"Patient/9"}}"#;
        check(
            text,
            Some("http://x/fhir/Observation/1"),
            r#"{"resourceType":"Observation","id":"new","subject":{"reference":"Patient/p"}}"#,
        );
        check(
            text,
            Some("http://y/fhir/Observation/1"),
            r#"{"resourceType":"Observation","id":"new","subject":{"reference":"Patient/9"}}"#,
        );
    }

    #[test]
    fn conditions_are_found() {
        let text = r#"{"a":[{"reference":"Patient?identifier=1"},{"reference":"Patient/1"}],"reference":{"reference":"http://x?y=1"}}"#;
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let mut found = Vec::new();
        conditions(tree.root(), &mut found);
        assert_eq!(found, ["Patient?identifier=1"]);
    }
}
