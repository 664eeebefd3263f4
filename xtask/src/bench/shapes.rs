//! The requests that are measured, made from what the server says it holds.

use super::client::{Base, Client};
use crate::Outcome;

/// Patients whose observations are looked up.
const PATIENTS_MAX: usize = 400;

/// Things to ask for.
pub(super) struct Known {
    patients: Vec<String>,
    families: Vec<String>,
    identifiers: Vec<String>,
    observations: Vec<String>,
    /// (patient, code, year)
    coded: Vec<(String, String, String)>,
}

/// A named kind of request.
pub(super) struct Shape {
    pub name: &'static str,
    pub next: Box<dyn Fn(usize) -> Vec<u8> + Sync>,
}

impl Known {
    /// Asks the server for patients, and for the observations of some of them.
    pub(super) fn ask(base: &Base) -> Outcome<Self> {
        let mut client = Client::new(base);
        let (status, text) = client.ask("GET", "Patient?_count=400", &[])?;
        if status != 200 {
            return Err(format!("bench: Patient?_count=400 answered {status}").into());
        }
        let mut known = Self {
            patients: ids(&text),
            families: values(&text, "family"),
            identifiers: values(&text, "value").into_iter().filter(|value| !value.starts_with("555")).collect(),
            observations: Vec::new(),
            coded: Vec::new(),
        };
        known.patients.truncate(PATIENTS_MAX);
        for patient in &known.patients {
            let (_, text) = client.ask("GET", &format!("Observation?patient={patient}&_count=30"), &[])?;
            let found = ids(&text);
            for entry in text.split("\"fullUrl\"").skip(1) {
                let code = values(entry, "code").into_iter().find(|code| code.contains('-') && code.len() < 9);
                let year = values(entry, "effectiveDateTime").first().and_then(|date| date.get(..4)).map(str::to_owned);
                if let (Some(code), Some(year)) = (code, year) {
                    known.coded.push((patient.clone(), code, year));
                }
            }
            known.observations.extend(found);
        }
        if known.observations.is_empty() || known.coded.is_empty() || known.families.is_empty() {
            return Err("bench: the server holds too little to ask for".into());
        }
        Ok(known)
    }

    /// All shapes, in the order of the table.
    pub(super) fn shapes(&self, base: &Base) -> Vec<Shape> {
        let mut shapes = vec![
            shape(base, "read by id", paths(&self.observations, |id| format!("Observation/{id}"))),
            shape(
                base,
                "patient, code, date",
                self.coded(|p, c, y| format!("Observation?patient={p}&code=http://loinc.org|{c}&date=ge{y}")),
            ),
            shape(
                base,
                "patient, latest 20",
                paths(&self.patients, |p| format!("Observation?patient={p}&_sort=-date&_count=20")),
            ),
            shape(
                base,
                "patient, code, _include",
                self.coded(|p, c, _| {
                    format!("Observation?patient={p}&code={c}&_include=Observation:encounter&_count=20")
                }),
            ),
            shape(base, "name=", paths(&self.families, |name| format!("Patient?name={}&_count=20", escaped(name)))),
            shape(
                base,
                "identifier=",
                paths(&self.identifiers, |value| format!("Patient?identifier={}", escaped(value))),
            ),
            shape(
                base,
                "_has",
                self.coded(|_, c, y| format!("Patient?_has:Observation:patient:code={c}&birthdate=lt{y}&_count=20")),
            ),
            shape(
                base,
                "chain, one step",
                paths(&self.families, |name| format!("Observation?patient.name={}&_count=20", escaped(name))),
            ),
            shape(
                base,
                "chain, two steps",
                paths(&self.families, |name| {
                    format!("Observation?encounter:Encounter.subject:Patient.name={}&_count=20", escaped(name))
                }),
            ),
        ];
        shapes.push(Shape { name: "create", next: self.creates(base) });
        shapes.push(Shape { name: "bundle of 20", next: self.bundles(base) });
        shapes
    }

    fn coded(&self, path: impl Fn(&str, &str, &str) -> String) -> Vec<String> {
        self.coded.iter().map(|(patient, code, year)| path(patient, code, year)).collect()
    }

    fn creates(&self, base: &Base) -> Box<dyn Fn(usize) -> Vec<u8> + Sync> {
        let (base, patients) = (base.clone(), self.patients.clone());
        Box::new(move |n| base.request("POST", "Observation", observation(&patients[n % patients.len()], n).as_bytes()))
    }

    fn bundles(&self, base: &Base) -> Box<dyn Fn(usize) -> Vec<u8> + Sync> {
        let (base, patients) = (base.clone(), self.patients.clone());
        Box::new(move |n| {
            let patient = &patients[n % patients.len()];
            let entries = (0..20).map(|m| {
                let resource = observation(patient, n * 20 + m);
                format!(r#"{{"resource":{resource},"request":{{"method":"POST","url":"Observation"}}}}"#)
            });
            let entries: Vec<String> = entries.collect();
            let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
            base.request("POST", "", body.as_bytes())
        })
    }
}

/// A blood pressure, 1.1 kB as most observations.
fn observation(patient: &str, n: usize) -> String {
    let (upper, lower, day, hour) = (110 + n % 50, 60 + n % 35, 1 + n % 28, n % 24);
    format!(
        r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel with all children optional"}}],"text":"Blood pressure"}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2026-03-{day:02}T{hour:02}:15:00+01:00","issued":"2026-03-{day:02}T{hour:02}:16:00.000+01:00","component":[{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8480-6","display":"Systolic blood pressure"}}]}},"valueQuantity":{{"value":{upper},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}},{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8462-4","display":"Diastolic blood pressure"}}]}},"valueQuantity":{{"value":{lower},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}}]}}"#
    )
}

fn paths(of: &[String], path: impl Fn(&str) -> String) -> Vec<String> {
    of.iter().map(|value| path(value)).collect()
}

/// Goes through the paths in a mixed order.
fn shape(base: &Base, name: &'static str, paths: Vec<String>) -> Shape {
    let requests: Vec<Vec<u8>> = paths.iter().map(|path| base.request("GET", path, &[])).collect();
    Shape { name, next: Box::new(move |n| requests[n.wrapping_mul(2_654_435_761) % requests.len()].clone()) }
}

/// The ids of a bundle's entries.
pub(super) fn ids(bundle: &str) -> Vec<String> {
    values(bundle, "fullUrl").iter().filter_map(|url| url.rsplit(['/', ':']).next()).map(str::to_owned).collect()
}

/// The texts of all members with this name.
fn values(text: &str, key: &str) -> Vec<String> {
    let mark = format!("\"{key}\"");
    let after = text.split(&mark).skip(1).filter_map(|rest| rest.trim_start().strip_prefix(':'));
    let strings = after.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    strings.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Percent-encoded.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
