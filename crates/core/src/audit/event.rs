//! A row shown as a FHIR AuditEvent, in the shape of IHE's Basic Audit Log Patterns and of the Norwegian guide.
//!
//! One event for each row: one request, one patient, the resources of that patient that were shown or changed. What it does
//! not say: the content of any resource, or a national identity number of staff.
//! Spec: <https://hl7.org/fhir/R4/auditevent.html>, <https://profiles.ihe.net/ITI/BALP/>.

use akson_fhir::definition::Definitions;
use akson_store::audit::Entry;
use akson_store::types;
use serde_json::{Value, json};

use super::{Actor, Coming};
use crate::access::Action;
use crate::{base64, instant};

/// Register of health personnel.
const HPR: &str = "urn:oid:2.16.578.1.12.4.1.4.4";
const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const GUIDE: &str = "http://hl7.no/fhir/StructureDefinition";

/// A resource that a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// Its type.
    pub type_name: &'static str,
    /// Its id; empty if it is not there any more.
    pub id: String,
    /// The version, 0 if none in particular.
    pub version: i64,
}

impl Thing {
    fn reference(&self) -> Value {
        match (self.id.as_str(), self.version) {
            ("", _) => json!({"type": self.type_name, "display": "no longer there"}),
            (id, 0) => json!({"reference": format!("{}/{id}", self.type_name)}),
            (id, version) => json!({"reference": format!("{}/{id}/_history/{version}", self.type_name)}),
        }
    }
}

/// A row with the facts behind its numbers.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// The row.
    pub entry: Entry,
    /// Who.
    pub actor: Actor,
    /// The id of the patient, if it is about one.
    pub patient: Option<String>,
    /// The resources.
    pub things: Vec<Thing>,
    /// On which ground, if it is not an ordinary one.
    pub opened: Option<Opened>,
}

/// An opening that a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// The reason, as it was given.
    pub reason: String,
    /// Whether it was an emergency.
    pub emergency: bool,
}

impl Event {
    /// The letter of what was done.
    pub fn action(&self) -> &'static str {
        letter(self.entry.row.action)
    }

    /// How it ended, as FHIR says it.
    pub fn outcome(&self) -> &'static str {
        match self.entry.row.outcome {
            0 => "0",
            9..=11 => "8",
            _ => "4",
        }
    }

    /// Whether the record itself was opened or that was reviewed, not something in it seen.
    pub fn operates(&self) -> bool {
        self.entry.row.action == Action::Operate.number()
    }

    /// Whether it was a look at the record that found nothing there.
    pub fn shows_nothing(&self) -> bool {
        let named = self.entry.row.named();
        let looked = matches!(self.action(), "R" | "E");
        looked && !self.operates() && named.iter().all(|named| named.rid == 0 && named.type_number != audit_type())
    }

    /// The purpose's code.
    pub fn purpose(&self) -> &str {
        self.entry.row.reason.split(' ').next().unwrap_or_default()
    }

    /// As a resource. Only who sees the whole log is told the query, which may name others.
    pub fn resource(&self, with_query: bool) -> String {
        let row = &self.entry.row;
        let mut event = json!({
            "resourceType": "AuditEvent",
            "id": self.id,
            "meta": {"versionId": "1", "lastUpdated": instant(row.at)},
            "type": self.kind(),
            "subtype": self.subtypes(),
            "action": self.action(),
            "recorded": instant(row.at),
            "outcome": self.outcome(),
            "agent": self.agents(),
            "source": {
                "observer": {"display": "Akson"},
                "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"}],
            },
        });
        if row.outcome != 0 {
            event["outcomeDesc"] = refusal(row.outcome).into();
        }
        let mut extensions = Vec::new();
        if let Some(patient) = &self.patient {
            let reference = format!("Patient/{patient}");
            let url = format!("{GUIDE}/auditevent-patient-extension");
            extensions.push(json!({"url": url, "valueReference": {"reference": reference}}));
        }
        if let Some(opened) = &self.opened {
            extensions.push(json!({"url": format!("{GUIDE}/auditevent-carerelation-metadata-extension"), "extension": [
                {"url": "decision-ref-id", "valueString": opened.id},
                {"url": "decision-ref-description", "valueString": if opened.emergency { "Emergency opening" } else { "Declared ground" }},
                {"url": "decision-ref-user-selected", "valueBoolean": true},
                {"url": "toa", "valueUnsignedInt": row.at / 1_000_000},
            ]}));
        }
        if !extensions.is_empty() {
            event["extension"] = extensions.into();
        }
        if !self.purpose().is_empty() {
            let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
            event["purposeOfEvent"] = json!([{"coding": [{"system": system, "code": self.purpose()}]}]);
        }
        let entities = self.entities(with_query);
        if !entities.is_empty() {
            event["entity"] = entities.into();
        }
        event.to_string()
    }

    /// The code of what kind of event it is.
    pub(crate) fn kind_code(&self) -> &'static str {
        if Coming::of(self.entry.row.action).is_some() { "110114" } else { "110110" }
    }

    fn kind(&self) -> Value {
        let shown = if self.kind_code() == "110114" { "User Authentication" } else { "Patient Record" };
        json!({"system": DCM, "code": self.kind_code(), "display": shown})
    }

    fn subtypes(&self) -> Value {
        let number = self.entry.row.action;
        let Some(coming) = Coming::of(number) else {
            return json!([{"system": "http://hl7.org/fhir/restful-interaction", "code": interaction(number)}]);
        };
        let dicom = coming.dicom().map(|(code, shown)| json!({"system": DCM, "code": code, "display": shown}));
        let own = json!({"system": "urn:akson:coming", "code": coming.word()});
        Value::Array(dicom.into_iter().chain([own]).collect())
    }

    fn agents(&self) -> Vec<Value> {
        let actor = &self.actor;
        let mut who = json!({"display": actor.shown()});
        let reference = match (actor.role.as_str(), actor.practitioner.as_str(), actor.patient.as_str()) {
            ("", "", "") => None,
            ("", "", patient) => Some(format!("Patient/{patient}")),
            ("", practitioner, _) => Some(format!("Practitioner/{practitioner}")),
            (role, _, _) => Some(format!("PractitionerRole/{role}")),
        };
        if let Some(reference) = reference {
            who["reference"] = reference.into();
        }
        if !actor.hpr.is_empty() {
            who["identifier"] = json!({"system": HPR, "value": actor.hpr});
        }
        let system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
        let mut agent = json!({
            "type": {"coding": [{"system": system, "code": if self.action() == "R" || self.action() == "E" { "IRCP" } else { "AUT" }}]},
            "who": who,
            "name": actor.shown(),
            "requestor": true,
        });
        let mut roles: Vec<Value> = actor.codes.iter().map(|code| coded(code)).collect();
        roles.extend((!actor.duty.is_empty()).then(|| json!({"text": actor.duty})));
        if !roles.is_empty() {
            agent["role"] = roles.into();
        }
        let mut agents = vec![agent];
        for (code, text) in [("unit", &actor.unit), ("organisation", &actor.organisation)] {
            if !text.is_empty() {
                let kind = json!({"text": code});
                agents
                    .push(json!({"type": kind, "who": {"type": "Organization", "display": text}, "requestor": false}));
            }
        }
        if !actor.client.is_empty() {
            let kind = json!({"coding": [{"system": DCM, "code": "110150", "display": "Application"}]});
            let shown = if actor.app.is_empty() { &actor.client } else { &actor.app };
            agents.push(json!({"type": kind, "who": {"display": shown}, "requestor": false}));
        }
        agents
    }

    fn entities(&self, with_query: bool) -> Vec<Value> {
        let row = &self.entry.row;
        let coding = |system: &str, code: &str| json!({"system": system, "code": code});
        let mut entities = Vec::new();
        if let Some(patient) = &self.patient {
            entities.push(json!({
                "what": {"reference": format!("Patient/{patient}")},
                "type": coding(ENTITY_TYPE, "1"), "role": coding(ENTITY_ROLE, "1"),
            }));
        }
        for thing in &self.things {
            entities.push(json!({
                "what": thing.reference(),
                "type": coding("http://hl7.org/fhir/resource-types", thing.type_name),
                "role": coding(ENTITY_ROLE, "4"),
            }));
        }
        if with_query && !row.query.is_empty() {
            let mut query = String::new();
            base64::encode(row.query.as_bytes(), &mut query);
            entities.push(json!({
                "type": coding(ENTITY_TYPE, "2"), "role": coding(ENTITY_ROLE, "24"), "query": query,
            }));
        }
        let request = row.request_name();
        if !request.is_empty() {
            let kinds = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";
            entities.push(json!({"what": {"identifier": {"value": request}}, "type": coding(kinds, "XrequestId")}));
        }
        entities
    }
}

/// `system|code` as a concept.
fn coded(text: &str) -> Value {
    match text.split_once('|') {
        Some((system, code)) if !system.is_empty() => json!({"coding": [{"system": system, "code": code}]}),
        _ => json!({"coding": [{"code": text.trim_start_matches('|')}]}),
    }
}

/// The number of the type that shows the log: who has looked at it has looked.
fn audit_type() -> i64 {
    Definitions::r4().resource("AuditEvent").map_or(0, |found| types::number(found.id))
}

fn action(number: i64) -> Option<Action> {
    use Action::{Create, Delete, History, Operate, Read, Search, Update, Validate};
    [Read, Search, History, Create, Update, Delete, Validate, Operate]
        .into_iter()
        .find(|action| action.number() == number)
}

fn letter(number: i64) -> &'static str {
    match action(number) {
        Some(Action::Create) => "C",
        Some(Action::Update) => "U",
        Some(Action::Delete) => "D",
        Some(Action::Read | Action::History) => "R",
        Some(Action::Search | Action::Validate | Action::Operate) | None => "E",
    }
}

pub(crate) fn interaction(number: i64) -> &'static str {
    if let Some(coming) = Coming::of(number) {
        return coming.word();
    }
    match action(number) {
        Some(Action::Create) => "create",
        Some(Action::Update) => "update",
        Some(Action::Delete) => "delete",
        Some(Action::Read) => "read",
        Some(Action::History) => "history",
        Some(Action::Search) => "search",
        Some(Action::Validate | Action::Operate) | None => "operation",
    }
}

/// Why it was refused; the numbers are those of the door.
fn refusal(outcome: i64) -> &'static str {
    match outcome {
        1 => "denied",
        2 => "not found",
        3 => "gone",
        4 => "conflict",
        5 => "precondition failed",
        6 => "malformed",
        7 => "invalid",
        8 => "too much",
        9 => "unavailable",
        10 => "no space",
        _ => "failed",
    }
}
