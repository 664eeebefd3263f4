//! Random requests of every kind to the record.

use serde_json::json;

use crate::world::{Chance, PATIENTS, canary};

/// A request: verb and path, headers, body.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

const TYPES: &[&str] =
    &["Patient", "Observation", "Condition", "Encounter", "Consent", "List", "Communication", "Group"];

fn id(chance: &mut Chance, name: &str) -> String {
    match (name, chance.below(8)) {
        (_, 0) => "none".to_string(),
        ("Patient", _) => format!("p{}", chance.below(PATIENTS)),
        ("Encounter", _) => format!("e{}", chance.below(10)),
        ("Consent", _) => format!("b{}", chance.below(4)),
        ("Group", _) => "pop".to_string(),
        (_, 1 | 2) => format!("h{}", chance.below(40)),
        _ => format!("x{}", chance.below(30)),
    }
}

/// A search, of a type or in somebody's compartment.
fn search(chance: &mut Chance) -> String {
    let (p, c) = (chance.below(PATIENTS), chance.below(3));
    let word = canary(chance.below(PATIENTS));
    let first = match chance.below(24) {
        0 => format!("Observation?code=c{c}"),
        1 => format!("Observation?code:not=c{c}"),
        2 => format!("Observation?subject=Patient/p{p}"),
        3 => format!("Observation?subject:Patient.family={word}"),
        4 => format!("Observation?value-string={word}"),
        5 => format!("Observation?_filter=code eq c{c} or value-string eq {word}").replace(' ', "%20"),
        6 => format!("Observation?_content={word}"),
        7 => "Observation?_security=PSY".to_string(),
        8 => "Observation?performer:missing=true".to_string(),
        9 => format!("Patient?_has:Observation:subject:code=c{c}"),
        10 => format!("Patient?_has:Observation:subject:value-string={word}"),
        11 => format!("Patient?family={word}"),
        12 => format!("Patient?identifier=urn:n|{word}"),
        13 => "Patient?_has:Encounter:subject:status=in-progress".to_string(),
        14 => "Patient?general-practitioner=Practitioner/gro".to_string(),
        15 => format!("Patient/p{p}/Observation"),
        16 => format!("Patient/p{p}/*"),
        17 => "Encounter?status=in-progress".to_string(),
        18 => format!("Condition?patient.family={word}"),
        19 => "List?item:Observation.code=c0".to_string(),
        20 => "Group?member=Patient/p1".to_string(),
        21 => format!("Communication?_text={word}"),
        22 => "?_type=Observation,Condition,Encounter,List".to_string(),
        _ => "Consent?status=active".to_string(),
    };
    let more = chance.of(&[
        "",
        "_total=accurate",
        "_total=estimate",
        "_summary=count",
        "_sort=-_lastUpdated&_count=2",
        "_sort=_id&_count=3&_total=accurate",
        "_include=*",
        "_include=Observation:subject&_revinclude:iterate=Observation:subject",
        "_revinclude=*",
        "_revinclude=List:item&_revinclude=Group:member",
        "_lastUpdated=ge2020-01-01",
        "_elements=id&_summary=false",
        "_summary=text",
        "_format=xml",
    ]);
    match (more.is_empty(), first.contains('?')) {
        (true, _) => first,
        (false, true) => format!("{first}&{more}"),
        (false, false) => format!("{first}?{more}"),
    }
}

fn written(chance: &mut Chance) -> Request {
    let (patient, word) = (chance.below(PATIENTS), canary(chance.below(PATIENTS)));
    let name = chance.of(&["Observation", "Condition"]);
    let id = id(chance, name);
    let of = json!({ "reference": format!("Patient/p{patient}") });
    let mut body = json!({ "resourceType": name, "id": id, "subject": of, "code": { "text": "new" } });
    if name == "Observation" {
        body["status"] = json!(chance.of(&["final", "wrong"]));
    }
    let kind = ("content-type", "application/fhir+json".to_string());
    let expected = |version: usize| ("if-match", format!("W/\"{version}\""));
    let version = 1 + chance.below(3);
    let request = |line: String, headers: Vec<(&'static str, String)>, body: String| Request { line, headers, body };
    match chance.below(9) {
        0 => request(format!("PUT /fhir/{name}/{id}"), vec![kind], body.to_string()),
        1 => request(format!("PUT /fhir/{name}/{id}"), vec![kind, expected(version)], body.to_string()),
        2 => request(format!("DELETE /fhir/{name}/{id}"), vec![expected(7)], String::new()),
        3 => {
            let patch = json!([{ "op": "test", "path": "/id", "value": "other" }]).to_string();
            let kind = ("content-type", "application/json-patch+json".to_string());
            request(format!("PATCH /fhir/{name}/{id}"), vec![kind], patch)
        }
        4 => {
            let when = ("if-none-exist", format!("value-string={word}"));
            body.as_object_mut().unwrap().remove("id");
            request("POST /fhir/Observation".to_string(), vec![kind, when], body.to_string())
        }
        5 => {
            body.as_object_mut().unwrap().remove("id");
            request(format!("PUT /fhir/{name}?code:text=c0&_id={id}"), vec![kind], body.to_string())
        }
        6 => request(format!("DELETE /fhir/{name}?_id={id}"), vec![expected(7)], String::new()),
        7 => request(format!("POST /fhir/{name}/{id}/$validate"), vec![kind], body.to_string()),
        _ => {
            let entries = [format!("{name}/{id}"), search(chance), format!("Patient/p{patient}/$everything")];
            let entries = entries.map(|url| json!({ "request": { "method": "GET", "url": url } }));
            let kind_of = chance.of(&["batch", "batch", "transaction"]);
            let bundle = json!({ "resourceType": "Bundle", "type": kind_of, "entry": entries });
            request("POST /fhir".to_string(), vec![kind], bundle.to_string())
        }
    }
}

/// A request.
pub fn request(chance: &mut Chance) -> Request {
    let name = chance.of(TYPES);
    let id = id(chance, name);
    let read = |line: String| Request { line, headers: Vec::new(), body: String::new() };
    match chance.below(16) {
        0 | 1 => read(format!("GET /fhir/{name}/{id}")),
        2 => read(format!("HEAD /fhir/{name}/{id}")),
        3 => read(format!("GET /fhir/{name}/{id}/_history/{}", 1 + chance.below(2))),
        4 => read(format!("GET /fhir/{name}/{id}/_history?_count=5")),
        5 => read(format!("GET /fhir{}/_history", chance.of(&["", "/Observation"]))),
        6 => read(format!("GET /fhir/Patient/p{}/$everything", chance.below(PATIENTS))),
        7 => read(format!("GET /fhir/Observation/$lastn?patient=Patient/p{}&max=2", chance.below(PATIENTS))),
        8 => read(format!("GET /fhir/{name}/{id}/$meta")),
        9 => {
            let known = ("if-none-match", "W/\"1\"".to_string());
            Request { headers: vec![known], ..read(format!("GET /fhir/{name}/{id}")) }
        }
        10 => {
            let asked = search(chance);
            let (path, query) = asked.split_once('?').unwrap_or((&asked, ""));
            let form = ("content-type", "application/x-www-form-urlencoded".to_string());
            let slash = if path.is_empty() { String::new() } else { format!("/{path}") };
            Request { line: format!("POST /fhir{slash}/_search"), headers: vec![form], body: query.to_string() }
        }
        11 | 12 => written(chance),
        _ => {
            let asked = search(chance);
            let slash = if asked.starts_with('?') { "" } else { "/" };
            read(format!("GET /fhir{slash}{asked}"))
        }
    }
}
