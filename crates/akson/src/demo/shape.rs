//! Shapes that many resources share: codes, references, quantities, periods, names; and a chart to write resources into.

use std::borrow::Cow;

use super::Plan;
use super::district::District;
use super::json::{Json, bare, list, object, text};
use super::person::Person;

pub(super) const ICPC2: &str = "urn:oid:2.16.578.1.12.4.1.1.7170";
pub(super) const ICD10: &str = "urn:oid:2.16.578.1.12.4.1.1.7110";
pub(super) const ATC: &str = "http://www.whocc.no/atc";
pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const SNOMED: &str = "http://snomed.info/sct";
pub(super) const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
pub(super) const ROLE: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
pub(super) const SERVICE: &str = "urn:oid:2.16.578.1.12.4.1.1.9151";
const UCUM: &str = "http://unitsofmeasure.org";
const HL7: &str = "http://terminology.hl7.org/CodeSystem/";
const PROFILE: &str = "http://hl7.no/fhir/StructureDefinition/no-basis-";

/// A resource, ready.
pub struct Made {
    /// Its type.
    pub kind: &'static str,
    /// `Type/id`.
    pub address: String,
    /// Its text.
    pub text: String,
}

pub(super) type Text = Cow<'static, str>;

pub(super) fn coding(system: &'static str, code: impl Into<Text>, display: impl Into<Text>) -> Json {
    object([("system", text(system)), ("code", text(code)), ("display", text(display))])
}

/// A CodeableConcept of one code, its display as text too.
pub(super) fn concept(system: &'static str, code: impl Into<Text>, display: impl Into<Text>) -> Json {
    let display = display.into();
    object([("coding", list([coding(system, code, display.clone())])), ("text", text(display))])
}

/// A CodeableConcept that is only text.
pub(super) fn words(of: impl Into<Text>) -> Json {
    object([("text", text(of))])
}

/// A code of one of HL7's own systems, without a display.
pub(super) fn hl7(system: &str, code: &'static str) -> Json {
    let coding = object([("system", text(format!("{HL7}{system}"))), ("code", text(code))]);
    object([("coding", list([coding]))])
}

pub(super) fn identifier(system: &'static str, value: impl Into<Text>) -> Json {
    object([("system", text(system)), ("value", text(value))])
}

/// A reference to `Type/id`.
pub(super) fn to(kind: &str, id: &str) -> Json {
    object([("reference", text(format!("{kind}/{id}")))])
}

/// A reference with the name that is shown.
pub(super) fn named(kind: &str, id: &str, name: impl Into<Text>) -> Json {
    to(kind, id).with("display", text(name))
}

pub(super) fn quantity(value: impl ToString, unit: &'static str, code: &'static str) -> Json {
    object([("value", bare(value)), ("unit", text(unit)), ("system", text(UCUM)), ("code", text(code))])
}

pub(super) fn period(start: impl Into<Text>, end: Option<String>) -> Json {
    object([("start", text(start))]).maybe("end", end.map(text))
}

pub(super) fn human_name(given: &str, family: &str) -> Json {
    object([
        ("use", text("official")),
        ("family", text(family.to_owned())),
        ("given", list(given.split(' ').map(|name| text(name.to_owned())))),
    ])
}

pub(super) fn phone(number: impl Into<Text>) -> Json {
    object([("system", text("phone")), ("value", text(number)), ("use", text("mobile"))])
}

/// `meta` that claims a profile of no-basis.
pub(super) fn basis(name: &str) -> Json {
    object([("profile", list([text(format!("{PROFILE}{name}"))]))])
}

/// A resource's beginning.
pub(super) fn resource(kind: &'static str, id: impl Into<Text>) -> Json {
    object([("resourceType", text(kind)), ("id", text(id))])
}

/// A resource of a profile of no-basis: its beginning.
pub(super) fn basis_resource(kind: &'static str, id: impl Into<Text>) -> Json {
    resource(kind, id).with("meta", basis(kind))
}

/// Ends a resource and puts it with the others.
pub(super) fn finish(resource: &Json, out: &mut Vec<Made>) {
    let Json::Object(members) = resource else { return };
    let Some((_, Json::Text(Cow::Borrowed(kind)))) = members.first() else { return };
    let mut text = String::with_capacity(1200);
    resource.write(&mut text);
    out.push(Made { kind, address: format!("{kind}/{}", resource.text_of("id")), text });
}

/// A person's record in the making.
pub(super) struct Chart<'a> {
    pub who: &'a Person,
    pub plan: &'a Plan,
    pub place: &'a District,
    pub out: &'a mut Vec<Made>,
}

impl Chart<'_> {
    /// The id of something of this person's.
    pub(super) fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.who.id)
    }

    pub(super) fn begin(&self, kind: &'static str, name: &str) -> Json {
        resource(kind, self.id(name))
    }

    /// A reference to something of this person's.
    pub(super) fn own(&self, kind: &str, name: &str) -> Json {
        to(kind, &self.id(name))
    }

    /// A reference to the person.
    pub(super) fn subject(&self) -> Json {
        named("Patient", &self.who.id, self.who.name())
    }

    pub(super) fn put(&mut self, resource: Json) {
        finish(&resource, self.out);
    }

    /// The person's age today.
    pub(super) fn age(&self) -> i32 {
        self.who.born.age(self.plan.today)
    }
}
