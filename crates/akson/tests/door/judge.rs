//! A second opinion: what somebody may see of a world, found out by reading every resource, without index and without SQL.
//!
//! Written from the handbook's words on access, not from the rules. Knows only what the worlds of these tests contain.

use serde_json::Value;

use crate::world::{PATIENTS, Persona, STAFF};

/// What a case worker has to do with, of these types.
const OF_A_CASE: &[&str] = &["Communication", "Consent", "Encounter", "Patient"];

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn kind(one: &Value) -> &str {
    text(one, "/resourceType")
}

/// The patient that a resource is about.
fn patient(one: &Value) -> String {
    match kind(one) {
        "Patient" => format!("Patient/{}", text(one, "/id")),
        "Consent" => text(one, "/patient/reference").to_string(),
        _ => text(one, "/subject/reference").to_string(),
    }
}

/// Whether somebody with these references has a patient in care.
fn in_care(world: &[Value], of: &str, keys: &[String]) -> bool {
    world.iter().filter(|one| patient(one) == of).any(|one| match kind(one) {
        "Patient" => keys.iter().any(|key| key == text(one, "/generalPractitioner/0/reference")),
        "Encounter" => {
            text(one, "/status") == "in-progress"
                && keys.iter().any(|key| key == text(one, "/serviceProvider/reference"))
        }
        _ => false,
    })
}

/// Whether a patient has blocked a resource for somebody with these references.
fn is_blocked(world: &[Value], one: &Value, keys: &[String]) -> bool {
    let of = patient(one);
    let blocks = world.iter().filter(|block| kind(block) == "Consent" && text(block, "/status") == "active");
    blocks.filter(|block| patient(block) == of).any(|block| {
        let whom = text(block, "/provision/actor/0/reference/reference");
        let what = text(block, "/provision/class/0/code");
        (whom.is_empty() || keys.iter().any(|key| key == whom)) && (what.is_empty() || what == kind(one))
    })
}

fn is_psychiatry(one: &Value) -> bool {
    text(one, "/meta/security/0/code") == "PSY"
}

/// Whether a persona sees a resource about a patient.
pub fn sees(world: &[Value], persona: Persona, one: &Value) -> bool {
    let (name, who, _) = persona;
    let neighbours = patient(one) == format!("Patient/p{}", PATIENTS - 1);
    match name {
        "citizen" => patient(one) == format!("Patient/{who}"),
        // Somebody of 14 whose parents have not agreed to more.
        "young citizen" => {
            patient(one) == format!("Patient/{who}") && ["Patient", "Communication"].contains(&kind(one))
        }
        "system" => {
            let members = world.iter().filter(|one| kind(one) == "Group").flat_map(|one| one["member"].as_array());
            let member = members.flatten().any(|member| text(member, "/entity/reference") == patient(one));
            member && !is_psychiatry(one) && !is_blocked(world, one, &["Group/pop".to_string()])
        }
        _ => {
            let Some((_, duty, unit)) = STAFF.iter().find(|staff| staff.0 == who) else { return false };
            let keys =
                [format!("Practitioner/{who}"), format!("PractitionerRole/r-{who}"), format!("Organization/{unit}")];
            let work = match *duty {
                "leader" | "privacy-officer" | "administrator" => false,
                "case-worker" => OF_A_CASE.contains(&kind(one)) && kind(one) != "Encounter",
                _ => true,
            };
            let scoped = name != "nurse's app" || kind(one) == "Observation" || kind(one) == "Patient";
            let allowed = *duty == "psychologist" || !is_psychiatry(one);
            let care = in_care(world, &patient(one), &keys) && !is_blocked(world, one, &keys);
            work && scoped && allowed && care && !neighbours
        }
    }
}
