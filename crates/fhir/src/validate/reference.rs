//! References: their form, and whether what they point to may stand there.
//!
//! A reference is followed inside the resource, inside its bundle, and where the caller's resolver
//! leads; what is not found is judged by its text alone. Spec: <https://hl7.org/fhir/R4/references.html>.

use std::collections::HashMap;

use super::report::Place;
use super::structure::{Slot, Typed, Walk};
use crate::definition::TypeId;
use crate::json::Value;
use crate::outcome::Severity;
use crate::reference::Reference;

impl<'a> Walk<'a> {
    /// A Reference in an element.
    pub(super) fn reference(&mut self, value: Value<'a>, slot: Slot, place: &Place<'_>) {
        let text = value.get("reference").and_then(Value::str);
        let said = value.get("type").and_then(Value::str);
        let pointed = text.and_then(|text| self.target_type(text));
        if let (Some(said), Some(pointed)) = (said, pointed) {
            let name = self.definitions.get(pointed).name;
            if said.rsplit('/').next() != Some(name) {
                self.report.error(
                    "structure",
                    place,
                    format!("type says another resource type than the reference, which leads to {name}"),
                );
            }
        }
        if slot.table.is_none_or(|element| element.any_target) {
            return;
        }
        let by_name = said.and_then(|said| self.definitions.resource(said)).map(|found| found.id);
        let Some(found) = pointed.or(by_name) else { return };
        if !self.may_point(slot, found) {
            let allowed: Vec<&str> = slot.element.types.iter().flat_map(|held| held.targets.iter().copied()).collect();
            let name = self.definitions.get(found).name;
            let severity =
                if super::errata::may_point(slot.element.path, name) { Severity::Warning } else { Severity::Error };
            self.report.add(
                severity,
                "structure",
                place,
                format!("a reference to {name} is not allowed here; allowed: {}", allowed.join(", ")),
            );
        }
    }

    fn may_point(&self, slot: Slot, to: TypeId) -> bool {
        let name = self.definitions.get(to).name;
        let held = slot.element.types.iter().filter(|held| held.id == slot.type_id);
        let mut targets = held.flat_map(|held| held.targets.iter());
        targets.any(|target| {
            target.rsplit('/').next().is_some_and(|target| target == name || matches!(target, "Resource" | "Any"))
                || self.definitions.resource(target).is_none()
        })
    }

    /// The type of what a reference leads to, as far as it can be told.
    pub(super) fn target_type(&self, text: &str) -> Option<TypeId> {
        match Reference::parse(text, "") {
            Reference::Local(address) | Reference::Absolute { address, .. } => Some(address.type_id),
            Reference::Contained("") => Some(self.scope.root_resource.1),
            Reference::Contained(_) | Reference::Urn(_) => self.target(text).map(|(_, type_id)| type_id),
            Reference::Canonical { .. } | Reference::Other(_) => None,
        }
    }

    /// What a reference leads to.
    pub(super) fn target(&self, text: &str) -> Option<Typed<'a>> {
        if let Some(id) = text.strip_prefix('#') {
            return self.contained(id);
        }
        if self.top.1 == self.table.bundle {
            let entries = self.entries.get_or_init(|| index(self.top.0));
            let base = self.scope.full_url.and_then(base_of);
            // A version asked for is the one inside.
            let (text, version) =
                text.split_once("/_history/").map_or((text, None), |(text, version)| (text, Some(version)));
            let look =
                |text: &str| base.and_then(|base| entries.get(&format!("{base}/{text}"))).or_else(|| entries.get(text));
            let found = version.and_then(|version| look(&format!("{text}/_history/{version}"))).or_else(|| look(text));
            let own = |value: Value<'a>| value.get("meta").and_then(|meta| meta.get("versionId")).and_then(Value::str);
            if let Some(found) =
                found.filter(|(value, _)| version.is_none() || own(*value).is_none_or(|own| Some(own) == version))
            {
                return Some(*found);
            }
        }
        let resource = self.options.resolve.and_then(|resolve| resolve(text))?;
        Some((resource.root(), resource.type_id))
    }

    /// Whether a reference to a contained resource leads to one; any other is fine.
    pub(super) fn is_contained(&self, reference: Value<'a>) -> bool {
        let id = reference.get("reference").and_then(Value::str).and_then(|text| text.strip_prefix('#'));
        id.is_none_or(|id| self.contained(id).is_some())
    }

    fn contained(&self, id: &str) -> Option<Typed<'a>> {
        let (root, type_id) = self.scope.root_resource;
        if id.is_empty() {
            return Some((root, type_id));
        }
        let mut cache = self.contained.borrow_mut();
        if cache.as_ref().is_none_or(|(of, _)| *of != root.node()) {
            *cache = Some((root.node(), contained_by_id(root)));
        }
        cache.as_ref().and_then(|(_, all)| all.get(id)).copied()
    }
}

/// What a resource contains; the first of several with one id.
fn contained_by_id(root: Value<'_>) -> HashMap<String, Typed<'_>> {
    let mut found = HashMap::new();
    for inner in root.get("contained").into_iter().flat_map(Value::items) {
        if let (Some(id), Some(type_id)) = (inner.get("id").and_then(Value::str), type_of(inner)) {
            found.entry(id.to_owned()).or_insert((inner, type_id));
        }
    }
    found
}

/// The type that a resource says it is of.
pub(super) fn type_of(resource: Value<'_>) -> Option<TypeId> {
    let name = resource.get("resourceType").and_then(Value::str)?;
    crate::definition::Definitions::r4().resource(name).map(|found| found.id)
}

/// The server's address in the address of a resource on it.
pub(super) fn base_of(full_url: &str) -> Option<&str> {
    if !full_url.starts_with("http") {
        return None;
    }
    let mut parts = full_url.rsplitn(3, '/');
    let (_, _) = (parts.next()?, parts.next()?);
    parts.next()
}

/// Entries of a bundle by full address and by type and id.
fn index(bundle: Value<'_>) -> HashMap<String, Typed<'_>> {
    let mut found = HashMap::new();
    for entry in bundle.get("entry").into_iter().flat_map(Value::items) {
        let Some(resource) = entry.get("resource") else { continue };
        let Some(type_id) = type_of(resource) else { continue };
        let version = resource.get("meta").and_then(|meta| meta.get("versionId")).and_then(Value::str);
        let mut add = |address: String| {
            if let Some(version) = version {
                found.entry(format!("{address}/_history/{version}")).or_insert((resource, type_id));
            }
            found.entry(address).or_insert((resource, type_id));
        };
        if let Some(url) = entry.get("fullUrl").and_then(Value::str) {
            add(url.to_owned());
        }
        let named = resource.get("resourceType").and_then(Value::str).zip(resource.get("id").and_then(Value::str));
        if let Some((name, id)) = named {
            add(format!("{name}/{id}"));
        }
    }
    found
}
