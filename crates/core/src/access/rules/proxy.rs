//! Guardians and holders of a power of attorney: the areas they were given, between the dates it holds.
//!
//! A power of attorney is given by somebody of 16 or more to somebody of 18 or more; it is never more than its giver has.
//! A guardian's mandate has no such age. Where an address is confidential, nobody represents anybody.

use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use super::own_record::OF_AGE;
use crate::access::age::{age, day};
use crate::access::kinds::Class;
use crate::access::{Action, Asked, Word};
use crate::caller::{Citizen, OnBehalf, Representation, Who};

/// From this age on somebody can be given a power of attorney.
const GROWN_UP: i16 = 18;

/// Appointments, messages and forms.
pub const CONTACT: &str = "contact";
/// Medicines and vaccines.
pub const MEDICINES: &str = "medicines";
/// The rest of the record.
pub const RECORD: &str = "record";

const CONTACTS: &[&str] = &[
    "Appointment",
    "AppointmentResponse",
    "Communication",
    "CommunicationRequest",
    "Patient",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
];
const OF_MEDICINES: &[&str] = &[
    "AllergyIntolerance",
    "Immunization",
    "ImmunizationRecommendation",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Patient",
];

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Citizen(citizen) = &asked.caller.who else {
        return Word::Silent;
    };
    let Some(other) = &citizen.on_behalf else {
        return Word::Silent;
    };
    let (areas, by_age, logs) = match &other.by {
        Representation::Guardian(areas) => (areas, true, true),
        Representation::Proxy(areas) => (areas, of_age(citizen, other, asked), false),
        Representation::Parent(_) => return Word::Silent,
    };
    let in_area = match asked.class {
        Class::Personal => areas.iter().any(|area| covers(area, asked)),
        Class::Audit => logs && areas.iter().any(|area| area == RECORD),
        _ => return Word::Silent,
    };
    let holds = (other.from..other.until).contains(&asked.caller.moment) && !other.hidden && !citizen.hidden;
    match holds && by_age && in_area {
        true => Word::Allow(vec![vec![Clause::Parts(Numbers::new(vec![other.part]))]]),
        false => Word::nothing(),
    }
}

fn of_age(giver_for: &Citizen, giver: &OnBehalf, asked: &Asked<'_>) -> bool {
    let Some(today) = day(asked.caller.moment) else {
        return false;
    };
    let least = |born: &str| age(born, today).map_or(0, |age| age.least);
    least(&giver.born) >= OF_AGE && least(&giver_for.born) >= GROWN_UP
}

fn covers(area: &str, asked: &Asked<'_>) -> bool {
    // Consents and blocks are the person's own.
    if asked.action.writes() && asked.type_name == "Consent" {
        return false;
    }
    match area {
        CONTACT => CONTACTS.contains(&asked.type_name),
        MEDICINES => OF_MEDICINES.contains(&asked.type_name) && asked.action != Action::Create,
        RECORD => {
            let elsewhere = CONTACTS.contains(&asked.type_name) || OF_MEDICINES.contains(&asked.type_name);
            !elsewhere || asked.type_name == "Patient"
        }
        _ => false,
    }
}
