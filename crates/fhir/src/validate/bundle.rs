//! Bundles: the rules that stand in prose, beyond cardinality and invariants.
//!
//! Full addresses are absolute and agree with ids; documents and messages are complete, so that what
//! their first entry points to is inside. Spec: <https://hl7.org/fhir/R4/bundle.html>.

use super::primitive::is_absolute;
use super::reference::base_of;
use super::report::Place;
use super::structure::Walk;
use crate::json::Value;

impl<'a> Walk<'a> {
    /// A bundle whose members have been walked.
    pub(super) fn bundle(&mut self, bundle: Value<'a>, place: &Place<'_>) {
        let kind = bundle.get("type").and_then(Value::str).unwrap_or_default();
        let entries = bundle.get("entry");
        for (index, entry) in entries.into_iter().flat_map(Value::items).enumerate() {
            let inner = place.member("entry").at(index);
            self.entry(entry, kind, &inner);
        }
        self.links(bundle, place);
        if !matches!(kind, "document" | "message") {
            return;
        }
        let Some(first) = entries.and_then(|entries| entries.items().next()) else {
            return self.report.error(
                "required",
                place,
                format!("a {kind} needs entries; the first is its {}", head(kind)),
            );
        };
        let Some(resource) = first.get("resource") else {
            return self.report.error(
                "required",
                &place.member("entry").at(0),
                format!("the first entry of a {kind} holds its {}", head(kind)),
            );
        };
        if bundle.node() != self.top.0.node() {
            return;
        }
        let outer = self.scope.full_url;
        self.scope.full_url = first.get("fullUrl").and_then(Value::str);
        let entry = place.member("entry").at(0);
        self.inside(resource, kind, &entry.member("resource"));
        self.scope.full_url = outer;
    }

    /// Each page of a search is linked once.
    fn links(&mut self, bundle: Value<'a>, place: &Place<'_>) {
        let mut seen: Vec<&str> = Vec::new();
        for (index, link) in bundle.get("link").into_iter().flat_map(Value::items).enumerate() {
            let Some(relation) = link.get("relation").and_then(Value::str) else { continue };
            if !matches!(relation, "self" | "first" | "previous" | "prev" | "next" | "last") {
                continue;
            }
            if seen.contains(&relation) {
                self.report.error("invalid", &place.member("link").at(index), "a bundle has one link of this relation");
            }
            seen.push(relation);
        }
    }

    fn entry(&mut self, entry: Value<'a>, kind: &str, place: &Place<'_>) {
        let resource = entry.get("resource");
        let Some(url) = entry.get("fullUrl").and_then(Value::str) else {
            let needed = matches!(kind, "document" | "message" | "collection" | "history");
            if needed && resource.is_some() {
                self.report.error("required", place, format!("an entry of a {kind} needs a fullUrl"));
            }
            return;
        };
        let at = place.member("fullUrl");
        if !is_absolute(url) {
            return self.report.error(
                "value",
                &at,
                "fullUrl must be an absolute address, such as https://example.org/fhir/Patient/1 or urn:uuid:…",
            );
        }
        let Some(resource) = resource else { return };
        let named = resource.get("resourceType").and_then(Value::str).zip(resource.get("id").and_then(Value::str));
        let mut tail = url.rsplit('/');
        let (last, before) = (tail.next(), tail.next());
        if let (Some((name, id)), Some(_)) = (named, base_of(url))
            && before == Some(name)
            && last != Some(id)
        {
            self.report.warning("value", &at, "fullUrl should end in the type and id of the resource it stands with");
        }
    }

    /// References at the head of a document or message lead to something in the bundle.
    fn inside(&mut self, value: Value<'a>, kind: &str, place: &Place<'_>) {
        for (key, member) in value.members() {
            if matches!(key, "contained" | "text" | "extension" | "meta") || key.starts_with('_') {
                continue;
            }
            let inner = place.member(key);
            self.inside_one(member, kind, &inner);
            for (index, item) in member.items().enumerate() {
                self.inside_one(item, kind, &inner.at(index));
            }
        }
    }

    fn inside_one(&mut self, value: Value<'a>, kind: &str, place: &Place<'_>) {
        let Some(text) = value.get("reference").and_then(Value::str) else {
            return self.inside(value, kind, place);
        };
        // What stands elsewhere under its full address may stay there; the rest must be inside.
        let elsewhere = text.starts_with("http") || text.starts_with('#');
        if !elsewhere && self.target(text).is_none() {
            self.report.error(
                "not-found",
                place,
                format!("a {kind} holds everything its {} refers to; this is not in the bundle", head(kind)),
            );
        }
    }
}

fn head(kind: &str) -> &'static str {
    if kind == "document" { "Composition" } else { "MessageHeader" }
}
