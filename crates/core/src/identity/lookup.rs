//! Facts about people, read from the record for the server's own use. No line of audit: nothing of it is shown.

use akson_fhir::definition::Definitions;
use akson_fhir::json::Value;
use akson_fhir::reference::Reference;
use akson_fhir::resource::Resource;
use akson_store::{Place, State, View};

use crate::error::Error;
use crate::record::found;

/// A live resource and where it stands.
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) place: Place,
    /// The municipality that answers for it.
    pub(crate) controller: i64,
    pub(crate) resource: Resource,
}

/// The live resource of this type and id.
pub(crate) fn live(view: &View, type_name: &str, id: &str) -> Result<Option<Known>, Error> {
    let Some(found) = Definitions::r4().resource(type_name) else { return Ok(None) };
    let stored = view.get(found.id, id)?.filter(|stored| stored.state == State::Live);
    Ok(stored.and_then(|stored| known(&stored)))
}

/// The live resource that a reference leads to, if it is of this type.
pub(crate) fn follow(view: &View, type_name: &str, reference: Option<Value<'_>>) -> Result<Option<Known>, Error> {
    let Some(text) = reference.and_then(|reference| reference.get("reference")).and_then(|text| text.as_str()) else {
        return Ok(None);
    };
    match Reference::parse(&text, view.base()) {
        Reference::Local(address) if address.type_name() == type_name => live(view, type_name, address.id),
        _ => Ok(None),
    }
}

/// The live resources of a type that match, up to a number.
pub(crate) fn matching(
    view: &View,
    type_name: &'static str,
    pairs: &[(&str, &str)],
    limit: usize,
) -> Result<Vec<Known>, Error> {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let stored = found(view, type_name, &pairs, limit)?;
    Ok(stored.iter().filter_map(known).collect())
}

/// The name in use of whom a resource is about.
pub(crate) fn human_name(stored: &akson_store::Stored) -> String {
    known(stored).map(|known| known.human_name()).unwrap_or_default()
}

/// The date of birth of whom a resource is about.
pub(crate) fn born(stored: &akson_store::Stored) -> String {
    known(stored).map(|known| known.text("birthDate")).unwrap_or_default()
}

pub(crate) fn known(stored: &akson_store::Stored) -> Option<Known> {
    let resource = Resource::parse_json(stored.bare().as_bytes()).ok()?;
    Some(Known { id: stored.id.clone(), place: stored.place, controller: stored.controller, resource })
}

impl Known {
    /// A member.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'_>> {
        self.resource.root().get(key)
    }

    /// A member's text.
    pub(crate) fn text(&self, key: &str) -> String {
        self.get(key).and_then(|value| value.as_str()).unwrap_or_default().into_owned()
    }

    /// Whether it is in use: not said to be inactive.
    pub(crate) fn active(&self) -> bool {
        self.get("active").and_then(|value| value.bool()) != Some(false)
    }

    /// The values of its identifiers in one of these systems.
    pub(crate) fn identifiers(&self, systems: &[&str]) -> Vec<String> {
        let all = items(self.get("identifier"));
        let wanted = all.filter(|one| systems.contains(&text(*one, "system").as_str()));
        wanted.map(|one| text(one, "value")).filter(|value| !value.is_empty()).collect()
    }

    /// The name in use: given and family, or as text.
    pub(crate) fn human_name(&self) -> String {
        let names: Vec<Value<'_>> = items(self.get("name")).collect();
        let official = names.iter().find(|name| text(**name, "use") == "official").or(names.first());
        let Some(name) = official else { return String::new() };
        let whole = text(*name, "text");
        if !whole.is_empty() {
            return whole;
        }
        let given = items(name.get("given")).filter_map(|part| part.as_str().map(|part| part.into_owned()));
        let parts: Vec<String> = given.chain([text(*name, "family")]).filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

/// The items of a list, none if there is none.
pub(crate) fn items(list: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    list.into_iter().flat_map(|list| list.items())
}

/// A member's text, empty if there is none.
pub(crate) fn text(value: Value<'_>, key: &str) -> String {
    value.get(key).and_then(|value| value.as_str()).unwrap_or_default().into_owned()
}

/// The codes of a list of CodeableConcepts, as `system|code`.
pub(super) fn codes(list: Option<Value<'_>>) -> Vec<String> {
    let codings = items(list).flat_map(|concept| items(concept.get("coding")));
    codings.map(|coding| format!("{}|{}", text(coding, "system"), text(coding, "code"))).collect()
}
