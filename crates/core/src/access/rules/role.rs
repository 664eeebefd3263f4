//! What somebody at work may read and write at all, by what they do: known before any row is looked at.
//!
//! It only denies. Which patients, the care relation says.

use crate::access::kinds::Class;
use crate::access::{Action, Asked, Word};
use crate::caller::{Duty, Staff, Who};

/// What somebody who decides on services sees.
const CASE_READS: &[&str] = &[
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Communication",
    "CommunicationRequest",
    "Consent",
    "Coverage",
    "DocumentReference",
    "EpisodeOfCare",
    "Goal",
    "Patient",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Task",
];
/// What they write.
const CASE_WRITES: &[&str] = &[
    "Communication",
    "CommunicationRequest",
    "DocumentReference",
    "EpisodeOfCare",
    "QuestionnaireResponse",
    "ServiceRequest",
    "Task",
];
/// What a coordinator sees: the outline.
const OUTLINE: &[&str] = &[
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Communication",
    "Condition",
    "Encounter",
    "EpisodeOfCare",
    "Flag",
    "Goal",
    "Patient",
    "RelatedPerson",
    "ServiceRequest",
    "Task",
];
/// What a coordinator writes.
const COORDINATES: &[&str] = &["Appointment", "CarePlan", "CareTeam", "Communication", "EpisodeOfCare", "Goal", "Task"];
/// What a student or substitute writes.
const ASSISTS: &[&str] = &[
    "Communication",
    "Encounter",
    "MedicationAdministration",
    "Observation",
    "Procedure",
    "QuestionnaireResponse",
    "Task",
];
/// What only doctors write.
const ORDERS: &[&str] = &["MedicationRequest"];

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Staff(staff) = &asked.caller.who else {
        return Word::Silent;
    };
    match asked.class {
        Class::Audit => audit(staff, asked.action),
        Class::Personal | Class::Binary => match may(staff.duty, asked.action, asked.type_name) {
            Ok(()) => Word::Silent,
            Err(reason) => Word::Deny(reason),
        },
        Class::Shared | Class::Directory | Class::Machinery => Word::Silent,
    }
}

fn audit(staff: &Staff, action: Action) -> Word {
    match staff.duty {
        _ if action.writes() => Word::Deny("the audit is written by the server"),
        Duty::Administrator => Word::Deny("an administrator sees nothing of patients"),
        Duty::PrivacyOfficer => Word::everything(),
        _ => Word::nothing(),
    }
}

/// Whether a duty has to do with a type at all.
fn may(duty: Duty, action: Action, type_name: &str) -> Result<(), &'static str> {
    let within = |list: &[&str], reason| if list.contains(&type_name) { Ok(()) } else { Err(reason) };
    let writes = action.writes();
    if writes && matches!(type_name, "Group" | "Provenance" | "Person") {
        return Err("this type of resource is written by the server and its operator");
    }
    if type_name == "Consent" && matches!(action, Action::Update | Action::Delete) {
        return Err("only the patient changes or takes back a consent or a block");
    }
    if type_name == "Binary" && matches!(action, Action::Update | Action::Delete) {
        return Err("raw content is not changed; write a new one");
    }
    match duty {
        Duty::Doctor | Duty::ListDoctor | Duty::Emergency | Duty::Psychologist => Ok(()),
        Duty::Nurse if writes && ORDERS.contains(&type_name) => Err("this is for doctors to order"),
        Duty::Nurse => Ok(()),
        Duty::Student if action == Action::Delete => Err("a student or substitute deletes nothing"),
        Duty::Student if writes => within(ASSISTS, "this is not for a student or substitute to write"),
        Duty::Student => Ok(()),
        Duty::CaseWorker if writes => within(CASE_WRITES, "this is not part of a case"),
        Duty::CaseWorker => within(CASE_READS, "this is not part of a case"),
        Duty::Coordinator if writes => within(COORDINATES, "this is not a coordinator's to write"),
        Duty::Coordinator => within(OUTLINE, "a coordinator sees the outline only"),
        Duty::Leader => Err("a leader sees no record"),
        Duty::PrivacyOfficer if type_name == "Task" && !writes => Ok(()),
        Duty::PrivacyOfficer => Err("the privacy officer sees the audit, not the record"),
        Duty::Administrator => Err("an administrator sees nothing of patients"),
    }
}
