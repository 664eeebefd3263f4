//! Turns what is known of an invented person into FHIR resources and bundles.

use super::json::{Json, bare, list, object, text};
use super::life::{Event, Gender, Person};
use super::number;
use super::people::PEOPLE;

const IDENTITY: &str = "urn:oid:2.16.578.1.12.4.1.4.1";
const ICPC2: &str = "urn:oid:2.16.578.1.12.4.1.1.7170";
const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";
const ATC: &str = "http://www.whocc.no/atc";
const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const SNOMED: &str = "http://snomed.info/sct";
const HL7: &str = "http://terminology.hl7.org/CodeSystem";

pub(super) fn coding(system: &str, code: &str, display: &str) -> Json {
    object([("system", text(system)), ("code", text(code)), ("display", text(display))])
}

pub(super) fn concept(coding: Json) -> Json {
    let display = coding.text_of("display").to_owned();
    object([("coding", list([coding])), ("text", text(display))])
}

fn status(system: &str, code: &str) -> Json {
    object([("coding", list([object([("system", text(format!("{HL7}/{system}"))), ("code", text(code))])]))])
}

pub(super) fn identifier(system: &str, value: &str) -> Json {
    object([("system", text(system)), ("value", text(value))])
}

pub(super) fn reference(kind: &str, id: &str) -> Json {
    object([("reference", text(format!("{kind}/{id}")))])
}

pub(super) fn human_name(given: &str, family: &str) -> Json {
    object([("use", text("official")), ("family", text(family)), ("given", list(given.split(' ').map(text)))])
}

/// `Type/id` of a resource.
pub(super) fn address(resource: &Json) -> String {
    format!("{}/{}", resource.text_of("resourceType"), resource.text_of("id"))
}

/// A transaction that puts each resource under its own id.
pub(super) fn transaction(resources: Vec<Json>) -> Json {
    let entries = resources.into_iter().map(|resource| {
        let request = object([("method", text("PUT")), ("url", text(address(&resource)))]);
        object([("resource", resource), ("request", request)])
    });
    object([("resourceType", text("Bundle")), ("type", text("transaction")), ("entry", list(entries))])
}

/// The person's whole record: the patient, the relatives, then the events in order.
pub(super) fn resources(person: &Person) -> Vec<Json> {
    let mut out = vec![patient(person)];
    if let Some((id, given, family, relation, display)) = person.relative {
        out.push(relative(person, (id, given, family), (relation, display)));
    }
    for (at, event) in person.events.iter().enumerate() {
        out.extend(of_event(person, at + 1, event));
    }
    out
}

fn patient(person: &Person) -> Json {
    let address = object([
        ("use", text("home")),
        ("line", list([text(person.street)])),
        ("city", text("Prøvevik")),
        ("postalCode", text("9999")),
        ("country", text("NO")),
    ]);
    let phone = object([("system", text("phone")), ("value", text(person.phone)), ("use", text("mobile"))]);
    let gender = match person.gender {
        Gender::Female => "female",
        Gender::Male => "male",
    };
    let patient = object([
        ("resourceType", text("Patient")),
        ("id", text(person.id)),
        ("identifier", list([identifier(IDENTITY, &number::identity(person.birth, person.gender, 0))])),
        ("active", bare(true)),
        ("name", list([human_name(person.given, person.family)])),
        ("telecom", list([phone])),
        ("gender", text(gender)),
        ("birthDate", text(person.birth)),
    ]);
    let patient = match person.died {
        Some(moment) => patient.with("deceasedDateTime", text(moment)),
        None => patient,
    };
    patient
        .with("address", list([address]))
        .with("generalPractitioner", list([reference("Practitioner", person.doctor)]))
        .with("managingOrganization", reference("Organization", "provevik"))
}

fn relative(person: &Person, (id, given, family): (&str, &str, &str), (relation, display): (&str, &str)) -> Json {
    let role = coding(&format!("{HL7}/v3-RoleCode"), relation, display);
    // Relatives who are inhabitants themselves are known by their number.
    let known = PEOPLE.iter().find(|other| (other.given, other.family) == (given, family));
    let relative = object([("resourceType", text("RelatedPerson")), ("id", text(id))]);
    let relative = match known {
        Some(known) => {
            let number = number::identity(known.birth, known.gender, 0);
            relative.with("identifier", list([identifier(IDENTITY, &number)]))
        }
        None => relative,
    };
    relative
        .with("active", bare(true))
        .with("patient", reference("Patient", person.id))
        .with("relationship", list([concept(role)]))
        .with("name", list([human_name(given, family)]))
}

/// What every resource of the person begins with.
fn begin(kind: &str, person: &Person, name: &str) -> Json {
    object([("resourceType", text(kind)), ("id", text(format!("{}-{name}", person.id)))])
}

fn subject(person: &Person) -> Json {
    reference("Patient", person.id)
}

fn of_event(person: &Person, n: usize, event: &Event) -> Vec<Json> {
    match event {
        Event::Visit { class, start, end, by, unit, reason } => {
            vec![visit(person, n, (class, start, end), (by, unit), reason)]
        }
        Event::Problem { code, display, icd, since, by } => vec![problem(person, (code, display), icd, since, by)],
        Event::Measure { name, code, display, value, unit, code_of_unit, at, by } => {
            let what = (*code, *display);
            vec![measure(person, &format!("{name}-{n}"), what, (value, unit, code_of_unit), (at, by))]
        }
        Event::Pressure { upper, lower, at, by } => vec![pressure(person, n, (*upper, *lower), (at, by))],
        Event::Warning(signs) => warning(person, n, signs),
        Event::Medicine { atc, name, dose, since, by } => vec![medicine(person, (atc, name), dose, (since, by))],
        Event::Allergy { atc, substance, reaction, severe } => {
            vec![allergy(person, (atc, substance), reaction, *severe)]
        }
        Event::Vaccine { atc, name, on, lot } => vec![vaccine(person, n, (atc, name), on, lot)],
        Event::Plan { title, goal, activities, since, unit } => plan(person, title, goal, activities, (since, unit)),
        Event::Care { what, since, unit } => vec![care(person, &format!("care-{n}"), what, (since, unit))],
        Event::Case { what, since, unit } => vec![case(person, n, what, (since, unit))],
        Event::Team { name, members } => vec![team(person, n, name, members)],
        Event::Booking { start, end, what, with } => vec![booking(person, n, (start, end), what, with)],
    }
}

fn visit(
    person: &Person,
    n: usize,
    (class, start, end): (&str, &str, &str),
    (by, unit): (&str, &str),
    reason: &str,
) -> Json {
    let display = match class {
        "HH" => "home health",
        "IMP" => "inpatient encounter",
        "VR" => "virtual",
        "EMER" => "emergency",
        _ => "ambulatory",
    };
    let participant = object([("individual", reference("Practitioner", by))]);
    let period = object([("start", text(start))]);
    let (state, period) = match end {
        "" => ("in-progress", period),
        _ => ("finished", period.with("end", text(end))),
    };
    begin("Encounter", person, &format!("visit-{n}"))
        .with("status", text(state))
        .with("class", coding(&format!("{HL7}/v3-ActCode"), class, display))
        .with("subject", subject(person))
        .with("participant", list([participant]))
        .with("period", period)
        .with("reasonCode", list([object([("text", text(reason))])]))
        .with("serviceProvider", reference("Organization", unit))
}

fn problem(person: &Person, (code, display): (&str, &str), icd: &Option<(&str, &str)>, since: &str, by: &str) -> Json {
    let mut codings = vec![coding(ICPC2, code, display)];
    codings.extend(icd.map(|(code, display)| coding(ICD10, code, display)));
    begin("Condition", person, &code.to_lowercase())
        .with("clinicalStatus", status("condition-clinical", "active"))
        .with("verificationStatus", status("condition-ver-status", "confirmed"))
        .with("category", list([status("condition-category", "problem-list-item")]))
        .with("code", object([("coding", list(codings)), ("text", text(display))]))
        .with("subject", subject(person))
        .with("onsetDateTime", text(since))
        .with("recorder", reference("Practitioner", by))
}

fn observation(person: &Person, name: &str, code: Json, (at, by): (&str, &str)) -> Json {
    let kind = if name.starts_with("lab") { "laboratory" } else { "vital-signs" };
    begin("Observation", person, name)
        .with("status", text("final"))
        .with("category", list([status("observation-category", kind)]))
        .with("code", concept(code))
        .with("subject", subject(person))
        .with("effectiveDateTime", text(at))
        .with("performer", list([reference("Practitioner", by)]))
}

fn quantity(value: &str, unit: &str, code: &str) -> Json {
    object([("value", bare(value)), ("unit", text(unit)), ("system", text(UCUM)), ("code", text(code))])
}

fn measure(
    person: &Person,
    name: &str,
    (code, display): (&str, &str),
    (value, unit, code_of_unit): (&str, &str, &str),
    when: (&str, &str),
) -> Json {
    observation(person, name, coding(LOINC, code, display), when)
        .with("valueQuantity", quantity(value, unit, code_of_unit))
}

fn pressure(person: &Person, n: usize, (upper, lower): (u32, u32), when: (&str, &str)) -> Json {
    let component = |code: &str, display: &str, value: u32| {
        let value = quantity(&value.to_string(), "mmHg", "mm[Hg]");
        object([("code", concept(coding(LOINC, code, display))), ("valueQuantity", value)])
    };
    let panel = coding(LOINC, "85354-9", "Blood pressure panel with all children optional");
    let parts =
        [component("8480-6", "Systolic blood pressure", upper), component("8462-4", "Diastolic blood pressure", lower)];
    observation(person, &format!("blood-pressure-{n}"), panel, when).with("component", list(parts))
}

/// The signs of one NEWS2 scoring.
pub(super) struct Signs {
    pub breaths: u32,
    pub saturation: u32,
    pub oxygen: bool,
    pub temperature: &'static str,
    pub upper: u32,
    pub lower: u32,
    pub pulse: u32,
    pub alert: bool,
    pub at: &'static str,
    pub by: &'static str,
}

/// Each sign as an observation, and the total score made from them.
fn warning(person: &Person, n: usize, signs: &Signs) -> Vec<Json> {
    let when = (signs.at, signs.by);
    let sign = |name: &str, what: (&str, &str), value: String, unit: (&str, &str)| {
        measure(person, &format!("{name}-{n}"), what, (&value, unit.0, unit.1), when)
    };
    let parts = vec![
        sign("respiration", ("9279-1", "Respiratory rate"), signs.breaths.to_string(), ("/min", "/min")),
        sign("saturation", ("2708-6", "Oxygen saturation in Arterial blood"), signs.saturation.to_string(), ("%", "%")),
        sign("temperature", ("8310-5", "Body temperature"), signs.temperature.to_owned(), ("°C", "Cel")),
        pressure(person, n, (signs.upper, signs.lower), when),
        sign("pulse", ("8867-4", "Heart rate"), signs.pulse.to_string(), ("/min", "/min")),
    ];
    let members = parts.iter().map(|part| object([("reference", text(address(part)))]));
    let total = coding(SNOMED, "1104051000000101", "NEWS2 total score");
    let score = observation(person, &format!("news2-{n}"), total, when)
        .with("valueInteger", bare(signs.score()))
        .with("hasMember", list(members));
    parts.into_iter().chain([score]).collect()
}

impl Signs {
    /// The total of NEWS2 (Royal College of Physicians, 2017), saturation on scale 1.
    fn score(&self) -> u32 {
        let temperature: f64 = self.temperature.parse().unwrap_or(37.0);
        let breaths = match self.breaths {
            0..=8 => 3,
            9..=11 => 1,
            12..=20 => 0,
            21..=24 => 2,
            _ => 3,
        };
        let saturation = match self.saturation {
            0..=91 => 3,
            92..=93 => 2,
            94..=95 => 1,
            _ => 0,
        };
        let warmth = match temperature {
            t if t <= 35.0 => 3,
            t if t <= 36.0 => 1,
            t if t <= 38.0 => 0,
            t if t <= 39.0 => 1,
            _ => 2,
        };
        let pressure = match self.upper {
            0..=90 => 3,
            91..=100 => 2,
            101..=110 => 1,
            111..=219 => 0,
            _ => 3,
        };
        let pulse = match self.pulse {
            0..=40 => 3,
            41..=50 | 91..=110 => 1,
            51..=90 => 0,
            111..=130 => 2,
            _ => 3,
        };
        let air = if self.oxygen { 2 } else { 0 };
        let mind = if self.alert { 0 } else { 3 };
        breaths + saturation + air + warmth + pressure + pulse + mind
    }
}

fn medicine(person: &Person, (atc, name): (&str, &str), dose: &str, (since, by): (&str, &str)) -> Json {
    begin("MedicationRequest", person, &atc.to_lowercase())
        .with("status", text("active"))
        .with("intent", text("order"))
        .with("medicationCodeableConcept", concept(coding(ATC, atc, name)))
        .with("subject", subject(person))
        .with("authoredOn", text(since))
        .with("requester", reference("Practitioner", by))
        .with("dosageInstruction", list([object([("text", text(dose))])]))
}

fn allergy(person: &Person, (atc, substance): (&str, &str), reaction: &str, severe: bool) -> Json {
    let manifestation = list([object([("text", text(reaction))])]);
    let severity = if severe { "severe" } else { "mild" };
    let code = match atc {
        "" => object([("text", text(substance))]),
        _ => concept(coding(ATC, atc, substance)),
    };
    let category = if atc.is_empty() { "food" } else { "medication" };
    begin(
        "AllergyIntolerance",
        person,
        &format!("allergy-{}", if atc.is_empty() { "food" } else { atc }).to_lowercase(),
    )
    .with("clinicalStatus", status("allergyintolerance-clinical", "active"))
    .with("verificationStatus", status("allergyintolerance-verification", "confirmed"))
    .with("category", list([text(category)]))
    .with("criticality", text(if severe { "high" } else { "low" }))
    .with("code", code)
    .with("patient", subject(person))
    .with("reaction", list([object([("manifestation", manifestation), ("severity", text(severity))])]))
}

fn vaccine(person: &Person, n: usize, (atc, name): (&str, &str), on: &str, lot: &str) -> Json {
    begin("Immunization", person, &format!("vaccine-{n}"))
        .with("status", text("completed"))
        .with("vaccineCode", concept(coding(ATC, atc, name)))
        .with("patient", subject(person))
        .with("occurrenceDateTime", text(on))
        .with("lotNumber", text(lot))
}

fn plan(person: &Person, title: &str, goal: &str, activities: &[&str], (since, unit): (&str, &str)) -> Vec<Json> {
    let aim = begin("Goal", person, "goal")
        .with("lifecycleStatus", text("active"))
        .with("description", object([("text", text(goal))]))
        .with("subject", subject(person))
        .with("startDate", text(since));
    let activity = activities.iter().map(|what| {
        let detail = object([("status", text("in-progress")), ("description", text(*what))]);
        object([("detail", detail)])
    });
    let plan = begin("CarePlan", person, "plan")
        .with("status", text("active"))
        .with("intent", text("plan"))
        .with("title", text(title))
        .with("subject", subject(person))
        .with("period", object([("start", text(since))]))
        .with("author", reference("Organization", unit))
        .with("goal", list([reference("Goal", &format!("{}-goal", person.id))]))
        .with("activity", list(activity));
    vec![aim, plan, care(person, "decision", "Vedtak om helse- og omsorgstjenester", (since, unit))]
}

fn care(person: &Person, name: &str, what: &str, (since, unit): (&str, &str)) -> Json {
    begin("EpisodeOfCare", person, name)
        .with("status", text("active"))
        .with("type", list([object([("text", text(what))])]))
        .with("patient", subject(person))
        .with("managingOrganization", reference("Organization", unit))
        .with("period", object([("start", text(since))]))
}

fn case(person: &Person, n: usize, what: &str, (since, unit): (&str, &str)) -> Json {
    begin("Task", person, &format!("case-{n}"))
        .with("status", text("in-progress"))
        .with("intent", text("order"))
        .with("description", text(what))
        .with("for", subject(person))
        .with("authoredOn", text(since))
        .with("owner", reference("Organization", unit))
}

fn team(person: &Person, n: usize, name: &str, members: &[&str]) -> Json {
    let members = members.iter().map(|id| object([("member", reference("Practitioner", id))]));
    begin("CareTeam", person, &format!("team-{n}"))
        .with("status", text("active"))
        .with("name", text(name))
        .with("subject", subject(person))
        .with("participant", list(members))
}

fn booking(person: &Person, n: usize, (start, end): (&str, &str), what: &str, with: &str) -> Json {
    let participant = |actor: Json, state: &str| object([("actor", actor), ("status", text(state))]);
    begin("Appointment", person, &format!("appointment-{n}"))
        .with("status", text("booked"))
        .with("description", text(what))
        .with("start", text(start))
        .with("end", text(end))
        .with(
            "participant",
            list([participant(subject(person), "accepted"), participant(reference("Practitioner", with), "accepted")]),
        )
}
