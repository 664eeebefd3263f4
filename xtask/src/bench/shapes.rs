//! The requests that are measured, made from what the server says it holds.

use super::client::{Base, Client};
use super::data::strings;
use super::measure::Next;
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
    pub target: Option<Target>,
    pub next: Box<Next>,
}

/// What an answer's speed should be.
#[derive(Clone, Copy)]
pub(super) struct Target {
    /// The number of connections at which it is measured.
    pub connections: usize,
    /// Answers per second at least.
    pub rate: f64,
    /// 99 of 100 answers within so many milliseconds.
    pub p99_ms: f64,
}

const READ: Option<Target> = target(32, 40_000.0, f64::MAX);
const OF_PATIENT: Option<Target> = target(8, 10_000.0, 5.0);
const PEOPLE: Option<Target> = target(32, 20_000.0, f64::MAX);
const ACROSS: Option<Target> = target(32, 2_000.0, f64::MAX);
const CREATE: Option<Target> = target(32, 4_000.0, f64::MAX);

const fn target(connections: usize, rate: f64, p99_ms: f64) -> Option<Target> {
    Some(Target { connections, rate, p99_ms })
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
            families: strings(&text, "family"),
            identifiers: Vec::new(),
            observations: Vec::new(),
            coded: Vec::new(),
        };
        known.patients.truncate(PATIENTS_MAX);
        for value in strings(&text, "value").into_iter().filter(|value| value.len() > 8 && !value.contains(' ')) {
            let (_, found) = client.ask("GET", &format!("Patient?identifier={}", escaped(&value)), &[])?;
            if known.identifiers.len() < PATIENTS_MAX && ids(&found).len() == 1 {
                known.identifiers.push(value);
            }
        }
        for patient in &known.patients {
            let (_, text) = client.ask("GET", &format!("Observation?patient={patient}&_count=30"), &[])?;
            let found = ids(&text);
            for entry in text.split("\"fullUrl\"").skip(1) {
                let code = strings(entry, "code").into_iter().find(|code| code.contains('-') && code.len() < 9);
                let year =
                    strings(entry, "effectiveDateTime").first().and_then(|date| date.get(..4)).map(str::to_owned);
                if let (Some(code), Some(year)) = (code, year) {
                    known.coded.push((patient.clone(), code, year));
                }
            }
            known.observations.extend(found);
        }
        let asked = [known.observations.len(), known.coded.len(), known.families.len(), known.identifiers.len()];
        if asked.contains(&0) {
            return Err("bench: the server holds too little to ask for".into());
        }
        Ok(known)
    }

    /// Only what is about the first so many patients.
    pub(super) fn of_first(mut self, count: usize) -> Self {
        self.patients.truncate(count);
        for list in [&mut self.families, &mut self.identifiers] {
            list.truncate(count);
        }
        let patients = &self.patients;
        self.coded.retain(|(patient, ..)| patients.contains(patient));
        self.observations.truncate(self.coded.len().max(1));
        self
    }

    /// All shapes, in the order of the table.
    pub(super) fn shapes(&self, base: &Base) -> Vec<Shape> {
        let get = |name, target, paths| shape(base, name, target, paths);
        let include = |p: &str, c: &str, _: &str| {
            format!("Observation?patient={p}&code={c}&_include=Observation:encounter&_count=20")
        };
        let two_steps =
            |name: &str| format!("Observation?encounter:Encounter.subject:Patient.name={}&_count=20", escaped(name));
        vec![
            get("read by id", READ, paths(&self.observations, |id| format!("Observation/{id}"))),
            get(
                "patient, code, date",
                OF_PATIENT,
                self.coded(|p, c, y| format!("Observation?patient={p}&code=http://loinc.org|{c}&date=ge{y}")),
            ),
            get(
                "patient, latest 20",
                OF_PATIENT,
                paths(&self.patients, |p| format!("Observation?patient={p}&_sort=-date&_count=20")),
            ),
            get("patient, code, _include", OF_PATIENT, self.coded(include)),
            get("name=", PEOPLE, paths(&self.families, |name| format!("Patient?name={}&_count=20", escaped(name)))),
            get(
                "identifier=",
                PEOPLE,
                paths(&self.identifiers, |value| format!("Patient?identifier={}", escaped(value))),
            ),
            get(
                "_has",
                ACROSS,
                self.coded(|_, c, y| format!("Patient?_has:Observation:patient:code={c}&birthdate=lt{y}&_count=20")),
            ),
            get(
                "chain, one step",
                None,
                paths(&self.families, |name| format!("Observation?patient.name={}&_count=20", escaped(name))),
            ),
            get("chain, two steps", ACROSS, paths(&self.families, two_steps)),
            Shape { name: "create", target: CREATE, next: self.creates(base) },
            Shape { name: "bundle of 20", target: None, next: self.bundles(base) },
        ]
    }

    fn coded(&self, path: impl Fn(&str, &str, &str) -> String) -> Vec<String> {
        self.coded.iter().map(|(patient, code, year)| path(patient, code, year)).collect()
    }

    fn creates(&self, base: &Base) -> Box<Next> {
        let (base, patients) = (base.clone(), self.patients.clone());
        Box::new(move |n, out| {
            let resource = observation(&format!("Patient/{}", patients[n % patients.len()]), n);
            out.extend_from_slice(&base.request("POST", "Observation", resource.as_bytes()));
        })
    }

    fn bundles(&self, base: &Base) -> Box<Next> {
        let (base, patients) = (base.clone(), self.patients.clone());
        Box::new(move |n, out| {
            let patient = format!("Patient/{}", patients[n % patients.len()]);
            let entries = (0..20).map(|m| {
                let resource = observation(&patient, n * 20 + m);
                format!(r#"{{"resource":{resource},"request":{{"method":"POST","url":"Observation"}}}}"#)
            });
            let entries: Vec<String> = entries.collect();
            let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
            out.extend_from_slice(&base.request("POST", "", body.as_bytes()));
        })
    }
}

/// A blood pressure of whom the reference leads to, 1.1 kB as most observations.
pub(super) fn observation(patient: &str, n: usize) -> String {
    let (upper, lower, day, hour) = (110 + n % 50, 60 + n % 35, 1 + n % 28, n % 24);
    format!(
        r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel with all children optional"}}],"text":"Blood pressure"}},"subject":{{"reference":"{patient}"}},"effectiveDateTime":"2026-03-{day:02}T{hour:02}:15:00+01:00","issued":"2026-03-{day:02}T{hour:02}:16:00.000+01:00","component":[{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8480-6","display":"Systolic blood pressure"}}]}},"valueQuantity":{{"value":{upper},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}},{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8462-4","display":"Diastolic blood pressure"}}]}},"valueQuantity":{{"value":{lower},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}}]}}"#
    )
}

fn paths(of: &[String], path: impl Fn(&str) -> String) -> Vec<String> {
    of.iter().map(|value| path(value)).collect()
}

/// Goes through the paths in a mixed order.
fn shape(base: &Base, name: &'static str, target: Option<Target>, paths: Vec<String>) -> Shape {
    let requests: Vec<Vec<u8>> = paths.iter().map(|path| base.request("GET", path, &[])).collect();
    let next = move |n: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(&requests[n.wrapping_mul(2_654_435_761) % requests.len()]);
    };
    Shape { name, target, next: Box::new(next) }
}

/// The ids of a bundle's entries.
pub(super) fn ids(bundle: &str) -> Vec<String> {
    strings(bundle, "fullUrl").iter().filter_map(|url| url.rsplit(['/', ':']).next()).map(str::to_owned).collect()
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
