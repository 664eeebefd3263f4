//! A version as the caller may be shown it: without the elements that are hidden from them.
//!
//! Taken out here, before anything is projected or summarised, and marked as redacted. Whoever does not see all of a
//! resource can't change it, so that nothing is lost by writing back a part.
//! What it does not do: say what is hidden (`access::redact`).
//! Spec: <https://hl7.org/fhir/R4/security-labels.html>, SUBSETTED and REDACTED.

use std::collections::HashMap;

use akson_fhir::definition::Definitions;
use akson_fhir::json::{Kind, Tree, Value, write_string};
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_store::{Place, State, Stored, View};

use super::Seen;
use crate::access::Granted;
use crate::access::labels::{ACT_CODE, HIDDEN_ADDRESS, OBSERVATION_VALUE};
use crate::access::redact::{ADDRESS, Hides, PRIVATE};
use crate::error::Error;

/// How participants that are places are named among hidden elements.
const PLACES: &str = "participant";

/// Shows versions; remembers for the length of an answer whose address is confidential.
pub(super) struct Shower<'a> {
    view: &'a View,
    hides: Hides,
    known: HashMap<i64, bool>,
}

impl<'a> Shower<'a> {
    /// To who was granted this.
    pub(super) fn new(view: &'a View, granted: &Granted) -> Shower<'a> {
        Shower::hiding(view, granted.hides)
    }

    /// To somebody from whom this is hidden.
    pub(super) fn hiding(view: &'a View, hides: Hides) -> Shower<'a> {
        Shower { view, hides, known: HashMap::new() }
    }

    /// A version as it may be shown.
    pub(super) fn show(&mut self, stored: &Stored) -> Result<Seen, Error> {
        let mut seen = Seen::of(stored);
        let hidden = self.hidden_in(stored)?;
        if !hidden.is_empty() && !seen.deleted {
            seen.text = without(&seen.text, hidden)?;
        }
        Ok(seen)
    }

    /// A version just written as it may be shown to the writer.
    pub(super) fn show_written(&mut self, written: &akson_store::Written) -> Result<Seen, Error> {
        let seen = Seen::written(written, false);
        if !self.hides.any() {
            return Ok(seen);
        }
        match self.view.at(written.place)? {
            Some(stored) => self.show(&stored),
            None => Ok(seen),
        }
    }

    /// The elements of a version that are hidden and there.
    pub(super) fn hidden_in(&mut self, stored: &Stored) -> Result<&'static [&'static str], Error> {
        if !self.hides.any() || stored.state == State::Deleted {
            return Ok(&[]);
        }
        let name = Definitions::r4().get(stored.type_id).name;
        if self.hides.practitioners && name == "Practitioner" {
            return Ok(PRIVATE);
        }
        if !self.hides.addresses {
            return Ok(&[]);
        }
        let elements = match name {
            "Appointment" => &[PLACES],
            _ => match ADDRESS.iter().find(|(type_name, _)| *type_name == name) {
                Some((_, elements)) => *elements,
                None => return Ok(&[]),
            },
        };
        Ok(if self.is_hidden(stored)? { elements } else { &[] })
    }

    /// Whether the version is about somebody whose address is confidential.
    fn is_hidden(&mut self, stored: &Stored) -> Result<bool, Error> {
        if is_labelled(stored.bare()) {
            return Ok(true);
        }
        let own = (stored.place.part > 0).then_some(stored.place.part);
        for patient in own.iter().chain(&stored.patients) {
            let hidden = match self.known.get(patient) {
                Some(hidden) => *hidden,
                None => {
                    let head = self.view.at(Place { part: *patient, rid: *patient })?;
                    let hidden = head.is_some_and(|head| is_labelled(head.bare()));
                    self.known.insert(*patient, hidden);
                    hidden
                }
            };
            if hidden {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a resource has the label of a confidential address.
fn is_labelled(text: &str) -> bool {
    text.contains(HIDDEN_ADDRESS)
        && Tree::parse(text.as_bytes()).is_ok_and(|tree| has_code(tree.root(), "security", ACT_CODE, HIDDEN_ADDRESS))
}

fn has_code(root: Value<'_>, list: &str, system: &str, code: &str) -> bool {
    let part = |value: Value<'_>, name: &str, wanted: &str| {
        value.get(name).and_then(Value::as_str).is_some_and(|text| text == wanted)
    };
    let listed = root.get("meta").and_then(|meta| meta.get(list));
    listed.into_iter().flat_map(|all| all.items()).any(|one| part(one, "system", system) && part(one, "code", code))
}

/// A resource that says of itself that it is not whole must not replace one that is.
pub(super) fn is_whole(resource: &Resource) -> Result<(), Error> {
    if has_code(resource.root(), "tag", OBSERVATION_VALUE, "SUBSETTED") {
        let text = "this is a part of a resource; read all of it, change that, and write it back";
        let place = format!("{}.meta.tag", resource.type_name());
        return Err(Error::Invalid(vec![Issue::error("business-rule", place, text)]));
    }
    Ok(())
}

/// A resource without these elements, its narrative, and the places contained in it; marked as such.
fn without(text: &[u8], hidden: &[&str]) -> Result<Vec<u8>, Error> {
    let tree = Tree::parse(text).map_err(|error| Error::Broken(error.message))?;
    let mut out = Members::default();
    let mut marked = false;
    for (key, value) in tree.root().members() {
        let name = key.strip_prefix('_').unwrap_or(key);
        match name {
            "meta" => {
                out.add(key, &meta(Some(value)));
                marked = true;
            }
            "text" => {}
            PLACES if hidden == [PLACES] => out.list(key, value, |one| !leads_to_place(one)),
            "contained" => out.list(key, value, |one| !is_place(one)),
            _ if hidden.contains(&name) => {}
            _ => out.add(key, value.raw()),
        }
    }
    if !marked {
        out.add("meta", &meta(None));
    }
    Ok(out.finish().into_bytes())
}

fn leads_to_place(participant: Value<'_>) -> bool {
    let actor = participant.get("actor");
    let part = |name: &str| actor.and_then(|actor| actor.get(name)).and_then(Value::as_str);
    let person = |text: &str| {
        ["Patient/", "Practitioner/", "PractitionerRole/", "RelatedPerson/"]
            .iter()
            .any(|kind| text.starts_with(kind) || text.contains(&format!("/{kind}")))
    };
    // What is not known to be a person may be a place.
    actor.is_some() && !part("reference").is_some_and(|text| person(&text))
}

fn is_place(contained: Value<'_>) -> bool {
    let name = contained.get("resourceType").and_then(Value::as_str);
    name.is_some_and(|name| matches!(&*name, "Location" | "Organization" | "HealthcareService" | "Endpoint"))
}

/// `meta` with the marks of a redacted part.
fn meta(old: Option<Value<'_>>) -> String {
    let mark = |code: &str| format!("{{\"system\":\"{OBSERVATION_VALUE}\",\"code\":\"{code}\"}}");
    let mut marks = vec![("security", mark("REDACTED")), ("tag", mark("SUBSETTED"))];
    let mut out = Members::default();
    for (key, value) in old.into_iter().flat_map(|old| old.members()) {
        match marks.iter().position(|(name, _)| *name == key) {
            Some(at) if value.kind() == Kind::Array => {
                let (_, mark) = marks.remove(at);
                let raw = value.raw();
                let comma = if value.is_empty() { "" } else { "," };
                out.add(key, &format!("{}{comma}{mark}]", &raw[..raw.len() - 1]));
            }
            _ => out.add(key, value.raw()),
        }
    }
    for (name, mark) in marks {
        out.add(name, &format!("[{mark}]"));
    }
    out.finish()
}

/// An object in the making.
#[derive(Default)]
struct Members(String);

impl Members {
    fn add(&mut self, key: &str, text: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        write_string(&mut self.0, key);
        self.0.push(':');
        self.0.push_str(text);
    }

    /// A list of the items that are kept; no list if none is.
    fn list(&mut self, key: &str, value: Value<'_>, keeps: impl Fn(Value<'_>) -> bool) {
        let kept: Vec<&str> = value.items().filter(|one| keeps(*one)).map(|one| one.raw()).collect();
        if !kept.is_empty() {
            self.add(key, &format!("[{}]", kept.join(",")));
        }
    }

    fn finish(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, hidden: &[&str], expected: &str) {
        let found = String::from_utf8(without(text.as_bytes(), hidden).unwrap()).unwrap();
        let tag = format!(r#""tag":[{{"system":"{OBSERVATION_VALUE}","code":"SUBSETTED"}}]"#);
        let security = format!(r#""security":[{{"system":"{OBSERVATION_VALUE}","code":"REDACTED"}}]"#);
        assert_eq!(found, expected.replace("TAG", &tag).replace("SECURITY", &security));
    }

    #[test]
    fn neighbours_are_all_taken_out() {
        check(
            r#"{"resourceType":"Patient","meta":{"versionId":"1"},"text":{"div":"<div>x</div>"},"a":1,"address":[{"city":"x"}],"telecom":[1],"_telecom":[2],"b":1.00}"#,
            &["address", "telecom"],
            r#"{"resourceType":"Patient","meta":{"versionId":"1",SECURITY,TAG},"a":1,"b":1.00}"#,
        );
    }

    #[test]
    fn places_among_participants_are_taken_out() {
        check(
            r#"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Location/1"}},{"actor":{"reference":"Patient/1"}},{"type":[{}]}],"contained":[{"resourceType":"Location"}]}"#,
            &[PLACES],
            r#"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/1"}},{"type":[{}]}],"meta":{SECURITY,TAG}}"#,
        );
    }

    #[test]
    fn marks_join_what_is_there() {
        let text = r#"{"meta":{"tag":[{"code":"x"}]}}"#;
        let found = String::from_utf8(without(text.as_bytes(), &[]).unwrap()).unwrap();
        assert!(found.starts_with(r#"{"meta":{"tag":[{"code":"x"},{"system":"#), "{found}");
        assert!(Tree::parse(found.as_bytes()).is_ok());
    }
}
