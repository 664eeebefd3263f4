//! The invented municipality: its units and the people who work there.

use super::json::{Json, bare, list, object, text};
use super::number;
use super::record::{coding, concept, human_name, identifier, reference};

const ENTITY: &str = "urn:oid:2.16.578.1.12.4.1.4.101";
const MUNICIPALITY: &str = "urn:oid:2.16.578.1.12.4.1.1.3402";
const PROFESSIONAL: &str = "urn:oid:2.16.578.1.12.4.1.4.4";
const KIND: &str = "http://terminology.hl7.org/CodeSystem/organization-type";
const ROLE: &str = "urn:oid:2.16.578.1.12.4.1.1.9060";

/// (id, name, first eight digits of its number, part of, phone)
const UNITS: &[(&str, &str, &str, Option<&str>, &str)] = &[
    ("provevik", "Prøvevik kommune", "31000001", None, "55500100"),
    ("provevik-home-care", "Prøvevik hjemmetjeneste", "31000002", Some("provevik"), "55500110"),
    ("provevik-nursing-home", "Prøvevik sykehjem", "31000004", Some("provevik"), "55500120"),
    ("provevik-child-health", "Prøvevik helsestasjon", "31000005", Some("provevik"), "55500130"),
    ("fjorden-gp", "Fjorden legekontor", "31000006", None, "55500200"),
];

/// (id, given, family, female, number, role code, role, unit)
type Worker = (&'static str, &'static str, &'static str, bool, &'static str, &'static str, &'static str, &'static str);
const STAFF: &[Worker] = &[
    ("astrid-lege", "Astrid", "Prøvelege", true, "999000011", "LE", "Lege", "fjorden-gp"),
    ("bjorn-lege", "Bjørn", "Testlege", false, "999000022", "LE", "Lege", "fjorden-gp"),
    ("camilla-sykepleier", "Camilla", "Prøvepleier", true, "999000033", "SP", "Sykepleier", "provevik-home-care"),
    ("david-fagarbeider", "David", "Testhjelper", false, "999000044", "HF", "Helsefagarbeider", "provevik-home-care"),
    ("eva-lege", "Eva", "Sykehjemstest", true, "999000055", "LE", "Lege", "provevik-nursing-home"),
    ("frode-sykepleier", "Frode", "Vaktprøve", false, "999000066", "SP", "Sykepleier", "provevik-nursing-home"),
    ("grete-helsesykepleier", "Grete", "Stasjonstest", true, "999000077", "SP", "Sykepleier", "provevik-child-health"),
];

pub(super) fn resources() -> Vec<Json> {
    let units = UNITS.iter().map(|unit| organization(*unit));
    units.chain(STAFF.iter().flat_map(|worker| [practitioner(worker), role(worker)])).collect()
}

fn organization((id, name, eight, part_of, phone): (&str, &str, &str, Option<&str>, &str)) -> Json {
    let mut identifiers = vec![identifier(ENTITY, &number::organisation(eight))];
    if part_of.is_none() && id == "provevik" {
        // 9999 is no municipality's number.
        identifiers.push(identifier(MUNICIPALITY, "9999"));
    }
    let kind = match id {
        "provevik" => coding(KIND, "govt", "Government"),
        _ => coding(KIND, "prov", "Healthcare Provider"),
    };
    let organization = object([
        ("resourceType", text("Organization")),
        ("id", text(id)),
        ("identifier", list(identifiers)),
        ("active", bare(true)),
        ("type", list([object([("coding", list([kind]))])])),
        ("name", text(name)),
        ("telecom", list([object([("system", text("phone")), ("value", text(phone))])])),
    ]);
    match part_of {
        Some(parent) => organization.with("partOf", reference("Organization", parent)),
        None => organization,
    }
}

fn practitioner((id, given, family, female, professional, ..): &Worker) -> Json {
    object([
        ("resourceType", text("Practitioner")),
        ("id", text(*id)),
        ("identifier", list([identifier(PROFESSIONAL, professional)])),
        ("active", bare(true)),
        ("name", list([human_name(given, family)])),
        ("gender", text(if *female { "female" } else { "male" })),
    ])
}

fn role((id, _, _, _, _, code, display, unit): &Worker) -> Json {
    object([
        ("resourceType", text("PractitionerRole")),
        ("id", text(format!("{id}-role"))),
        ("active", bare(true)),
        ("practitioner", reference("Practitioner", id)),
        ("organization", reference("Organization", unit)),
        ("code", list([concept(coding(ROLE, code, display))])),
    ])
}
