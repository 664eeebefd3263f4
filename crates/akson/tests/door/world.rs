//! Random worlds: people at work in two units, eight patients, what is written about them, relations and blocks.

use akson_core::identity::{Client, Profile, Site};
use akson_core::{Caller, Expected};
use akson_fhir::resource::Resource;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::pair::Pair;
use crate::stand::{BASE, Stand};

/// How many patients there are. The last is of the neighbouring municipality.
pub const PATIENTS: usize = 8;
/// The neighbouring municipality.
const NEIGHBOUR: i64 = 4602;
/// Label of psychiatry.
const PSY: &str = "PSY";

/// Who asks: a name, who it is, and the scopes they are kept to.
pub type Persona = (&'static str, &'static str, Option<&'static str>);

/// Everybody who asks.
pub const PERSONAS: &[Persona] = &[
    ("nurse", "nina", None),
    ("doctor", "dag", None),
    ("list doctor", "gro", None),
    ("psychologist", "siri", None),
    ("case worker", "cato", None),
    ("leader", "lea", None),
    ("privacy officer", "pia", None),
    ("administrator", "adam", None),
    ("citizen", "p0", None),
    ("young citizen", "p2", None),
    ("nurse's app", "nina", Some("user/Observation.rs user/Patient.r")),
    ("system", "", None),
];

/// Those at work: who, their duty, their unit.
pub const STAFF: &[(&str, &str, &str)] = &[
    ("nina", "nurse", "u0"),
    ("dag", "doctor", "u1"),
    ("gro", "list-doctor", "gp"),
    ("siri", "psychologist", "u1"),
    ("cato", "case-worker", "u0"),
    ("lea", "leader", "u0"),
    ("pia", "privacy-officer", "u0"),
    ("adam", "administrator", "u0"),
];

/// Numbers that look random and are the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    pub fn of<'a, T: ?Sized>(&mut self, list: &'a [&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// A word that stands in the record of one patient only.
pub fn canary(patient: usize) -> String {
    format!("kanari{patient}fugl")
}

/// The resources of a world, in the order they are written.
pub fn resources(chance: &mut Chance) -> Vec<Value> {
    let mut all = Vec::new();
    for unit in ["u0", "u1", "gp"] {
        all.push(json!({ "resourceType": "Organization", "id": unit, "name": unit }));
    }
    for (who, duty, unit) in STAFF {
        all.push(json!({ "resourceType": "Practitioner", "id": who, "name": [{ "family": who }] }));
        all.push(role(who, duty, unit));
    }
    for n in 0..PATIENTS {
        let born = ["1970-01-01", "1950-01-01", "2012-01-01", "2020-01-01"][n % 4];
        let mut patient = json!({ "resourceType": "Patient", "id": format!("p{n}"), "birthDate": born,
            "name": [{ "family": canary(n) }], "identifier": [{ "system": "urn:n", "value": canary(n) }] });
        if chance.one_in(3) {
            patient["generalPractitioner"] = json!([{ "reference": "Practitioner/gro" }]);
        }
        all.push(patient);
    }
    for n in 0..30 {
        let patient = chance.below(PATIENTS);
        all.push(content(chance, n, patient));
    }
    for n in 0..10 {
        let patient = chance.below(PATIENTS);
        all.push(stay(chance, n, patient));
    }
    let members: Vec<Value> = (0..PATIENTS).filter(|_| chance.one_in(2)).map(|n| json!({ "entity": of(n) })).collect();
    all.push(json!({ "resourceType": "Group", "id": "pop", "type": "person", "actual": true, "member": members }));
    for n in 0..4 {
        let patient = chance.below(PATIENTS);
        all.push(block(chance, &format!("b{n}"), patient));
    }
    all
}

/// A role at work.
pub fn role(who: &str, duty: &str, unit: &str) -> Value {
    json!({ "resourceType": "PractitionerRole", "id": format!("r-{who}"),
        "practitioner": { "reference": format!("Practitioner/{who}") },
        "organization": { "reference": format!("Organization/{unit}") },
        "code": [{ "coding": [{ "system": "urn:akson:duty", "code": duty }] }] })
}

/// A reference to a patient.
pub fn of(patient: usize) -> Value {
    json!({ "reference": format!("Patient/p{patient}") })
}

/// Something clinical about a patient.
pub fn content(chance: &mut Chance, n: usize, patient: usize) -> Value {
    let code = json!({ "coding": [{ "code": format!("c{}", chance.below(3)) }], "text": canary(patient) });
    let mut one = match chance.below(5) {
        0 => json!({ "resourceType": "Condition", "id": format!("x{n}"), "subject": of(patient), "code": code }),
        1 => json!({ "resourceType": "Communication", "id": format!("x{n}"), "status": "completed",
            "subject": of(patient), "payload": [{ "contentString": canary(patient) }] }),
        _ => json!({ "resourceType": "Observation", "id": format!("x{n}"), "status": "final", "subject": of(patient),
            "code": code, "effectiveDateTime": format!("2025-0{}-01", 1 + n % 9), "valueString": canary(patient) }),
    };
    if chance.one_in(4) {
        one["meta"] =
            json!({ "security": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": PSY }] });
    }
    one
}

/// A stay at a unit, which goes on or is over.
pub fn stay(chance: &mut Chance, n: usize, patient: usize) -> Value {
    json!({ "resourceType": "Encounter", "id": format!("e{n}"), "class": { "code": "IMP" }, "subject": of(patient),
        "status": chance.of(&["in-progress", "in-progress", "finished"]),
        "serviceProvider": { "reference": format!("Organization/{}", chance.of(&["u0", "u1"])) } })
}

/// What a patient has blocked: for all, a unit or a person; all, or one type.
pub fn block(chance: &mut Chance, id: &str, patient: usize) -> Value {
    let mut provision = json!({ "type": "deny" });
    if chance.one_in(2) {
        let whom = chance.of(&["Organization/u0", "Organization/u1", "Practitioner/gro", "Group/pop"]);
        let coding =
            json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PRCP" }]);
        provision["actor"] = json!([{ "role": { "coding": coding }, "reference": { "reference": whom } }]);
    }
    if chance.one_in(2) {
        provision["class"] = json!([{ "system": "http://hl7.org/fhir/resource-types",
            "code": chance.of(&["Observation", "Condition"]) }]);
    }
    json!({ "resourceType": "Consent", "id": id, "status": chance.of(&["active", "active", "inactive"]),
        "scope": { "coding": [{ "code": "patient-privacy" }] }, "category": [{ "text": "x" }], "policyRule": { "text": "x" }, "patient": of(patient),
        "provision": provision })
}

/// A server with a world in it.
pub struct World {
    pub stand: Stand,
    key: Pair,
}

impl World {
    pub async fn of(resources: &[Value]) -> World {
        let stand = Stand::new();
        stand.core.identity().make_sandbox().await.unwrap();
        let world = World { stand, key: Pair::new(Algorithm::ES384, "lab") };
        for resource in resources {
            world.put(resource).await;
        }
        world.register().await;
        world
    }

    /// Writes a resource; the last patient's are the neighbour's.
    pub async fn put(&self, resource: &Value) {
        // Each at a second of its own, so that worlds have the same times.
        self.stand.pass(1);
        let text = resource.to_string();
        let last = format!("Patient/p{}", PATIENTS - 1);
        let neighbours = text.contains(&last) && resource["resourceType"] != "Group"
            || resource["resourceType"] == "Patient" && resource["id"] == last[8..];
        let caller = Caller::job("world", self.stand.core.now());
        let caller = if neighbours { caller.answering(NEIGHBOUR) } else { caller };
        let parsed = Resource::parse_json(text.as_bytes()).unwrap();
        let put = self.stand.core.record(caller).update(parsed, Expected::Any).await;
        put.unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }

    async fn register(&self) {
        let client = Client {
            id: "lab".to_string(),
            profile: Profile::SmartBackend,
            name: "lab".to_string(),
            redirects: Vec::new(),
            launch: None,
            scopes: "system/*.cruds".to_string(),
            keys: Some(json!({ "keys": [self.key.jwk()] })),
            secret: None,
            population: Some("pop".to_string()),
            by_law: false,
            emergency: false,
            keys_url: None,
            introspects: false,
            made: 0,
        };
        self.stand.core.identity().register(client).await.unwrap();
    }

    /// The header with which somebody asks; none if there is no such caller.
    pub async fn bearer(&self, (name, who, scope): Persona) -> Option<String> {
        let token = match name {
            "system" => self.stand.system_token("lab", &self.key, "system/*.cruds").await,
            _ => self.stand.core.identity().script_token(&Site::at(BASE), who, scope).await.ok()?,
        };
        Some(format!("Bearer {token}"))
    }

    /// Everything that a caller finds, type by type, as `Type/id`; and what each reads.
    pub async fn found(&self, bearer: &str, types: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        for name in types {
            let path = format!("GET /fhir/{name}?_count=1000");
            let answer = self.stand.send(&path, &[("authorization", bearer)], "").await;
            if answer.status == 403 {
                continue;
            }
            let value = answer.is(200).value();
            let ids = value["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]["id"]);
            all.extend(ids.map(|id| format!("{name}/{}", id.as_str().unwrap())));
        }
        all.sort();
        all
    }
}
