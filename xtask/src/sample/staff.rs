//! The invented municipality: its units and the people who work there.

use super::json::{Json, bare, list, object, text};
use super::number;
use super::record::{coding, concept, human_name, identifier, reference};

const ENTITY: &str = "urn:oid:2.16.578.1.12.4.1.4.101";
const MUNICIPALITY: &str = "urn:oid:2.16.578.1.12.4.1.1.3402";
const PROFESSIONAL: &str = "urn:oid:2.16.578.1.12.4.1.4.4";
const KIND: &str = "http://terminology.hl7.org/CodeSystem/organization-type";
const DUTY: &str = "urn:akson:duty";
const ROLE: &str = "urn:oid:2.16.578.1.12.4.1.1.9060";

/// (id, name, first eight digits of its number, part of, phone)
const UNITS: &[(&str, &str, &str, Option<&str>, &str)] = &[
    ("provevik", "Prøvevik kommune", "31000001", None, "55500100"),
    ("provevik-home-care", "Prøvevik hjemmetjeneste", "31000002", Some("provevik"), "55500110"),
    ("provevik-nursing-home", "Prøvevik sykehjem", "31000004", Some("provevik"), "55500120"),
    ("provevik-child-health", "Prøvevik helsestasjon", "31000005", Some("provevik"), "55500130"),
    ("provevik-emergency", "Prøvevik legevakt", "31000010", Some("provevik"), "116117"),
    ("provevik-services", "Prøvevik tildelingskontor", "31000012", Some("provevik"), "55500150"),
    ("provevik-health", "Prøvevik helse og omsorg", "31000013", Some("provevik"), "55500160"),
    ("fjorden-gp", "Fjorden legekontor", "31000006", None, "55500200"),
];

/// Somebody at work: id, given and family name, gender, number, category, duties with their units.
struct Worker {
    id: &'static str,
    name: (&'static str, &'static str),
    female: bool,
    number: &'static str,
    category: Option<(&'static str, &'static str)>,
    duties: &'static [(&'static str, &'static str)],
}

const DOCTOR: Option<(&str, &str)> = Some(("LE", "Lege"));
const NURSE: Option<(&str, &str)> = Some(("SP", "Sykepleier"));
const CARER: Option<(&str, &str)> = Some(("HF", "Helsefagarbeider"));
const PSYCHOLOGIST: Option<(&str, &str)> = Some(("PS", "Psykolog"));

const STAFF: &[Worker] = &[
    worker("astrid-lege", ("Astrid", "Prøvelege"), true, "999000011", DOCTOR, &[("list-doctor", "fjorden-gp")]),
    worker("bjorn-lege", ("Bjørn", "Testlege"), false, "999000022", DOCTOR, &[("list-doctor", "fjorden-gp")]),
    worker(
        "camilla-sykepleier",
        ("Camilla", "Prøvepleier"),
        true,
        "999000033",
        NURSE,
        &[("nurse", "provevik-home-care"), ("emergency", "provevik-emergency")],
    ),
    worker(
        "david-fagarbeider",
        ("David", "Testhjelper"),
        false,
        "999000044",
        CARER,
        &[("nurse", "provevik-home-care")],
    ),
    worker("eva-lege", ("Eva", "Sykehjemstest"), true, "999000055", DOCTOR, &[("doctor", "provevik-nursing-home")]),
    worker(
        "frode-sykepleier",
        ("Frode", "Vaktprøve"),
        false,
        "999000066",
        NURSE,
        &[("nurse", "provevik-nursing-home")],
    ),
    worker(
        "grete-helsesykepleier",
        ("Grete", "Stasjonstest"),
        true,
        "999000077",
        NURSE,
        &[("nurse", "provevik-child-health")],
    ),
    worker("hedda-legevakt", ("Hedda", "Vakttest"), true, "999000088", DOCTOR, &[("emergency", "provevik-emergency")]),
    worker("ivar-saksbehandler", ("Ivar", "Vedtaksprøve"), false, "", None, &[("case-worker", "provevik-services")]),
    worker("jorunn-leder", ("Jorunn", "Ledertest"), true, "", None, &[("leader", "provevik-home-care")]),
    worker("knut-personvern", ("Knut", "Innsynsprøve"), false, "", None, &[("privacy-officer", "provevik-health")]),
    worker("lise-drift", ("Lise", "Driftstest"), true, "", None, &[("administrator", "provevik-health")]),
    worker(
        "marit-psykolog",
        ("Marit", "Samtaleprøve"),
        true,
        "999000099",
        PSYCHOLOGIST,
        &[("psychologist", "provevik-child-health")],
    ),
];

const fn worker(
    id: &'static str,
    name: (&'static str, &'static str),
    female: bool,
    number: &'static str,
    category: Option<(&'static str, &'static str)>,
    duties: &'static [(&'static str, &'static str)],
) -> Worker {
    Worker { id, name, female, number, category, duties }
}

/// What a duty is called.
fn duty_name(code: &str) -> &'static str {
    match code {
        "nurse" => "Nurse",
        "doctor" => "Doctor",
        "list-doctor" => "Doctor with a list",
        "emergency" => "On duty at the emergency clinic",
        "psychologist" => "Psychologist",
        "case-worker" => "Case worker",
        "leader" => "Leader",
        "privacy-officer" => "Privacy officer",
        _ => "Administrator",
    }
}

pub(super) fn resources() -> Vec<Json> {
    let units = UNITS.iter().map(|unit| organization(*unit));
    let staff = STAFF.iter().flat_map(|worker| std::iter::once(practitioner(worker)).chain(roles(worker)));
    units.chain(staff).collect()
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

fn practitioner(worker: &Worker) -> Json {
    let practitioner = object([("resourceType", text("Practitioner")), ("id", text(worker.id))]);
    let practitioner = match worker.number {
        "" => practitioner,
        number => practitioner.with("identifier", list([identifier(PROFESSIONAL, number)])),
    };
    practitioner
        .with("active", bare(true))
        .with("name", list([human_name(worker.name.0, worker.name.1)]))
        .with("gender", text(if worker.female { "female" } else { "male" }))
}

fn roles(worker: &Worker) -> impl Iterator<Item = Json> {
    worker.duties.iter().enumerate().map(|(at, (duty, unit))| {
        let id = match at {
            0 => format!("{}-role", worker.id),
            _ => format!("{}-{duty}-role", worker.id),
        };
        let category = worker.category.map(|(code, display)| concept(coding(ROLE, code, display)));
        let codes = category.into_iter().chain([concept(coding(DUTY, duty, duty_name(duty)))]);
        object([
            ("resourceType", text("PractitionerRole")),
            ("id", text(id)),
            ("active", bare(true)),
            ("practitioner", reference("Practitioner", worker.id)),
            ("organization", reference("Organization", unit)),
            ("code", list(codes)),
        ])
    })
}
