//! A citizen's own record: all of it from 16, some of it from 12, nothing before; what they have blocked for others too.
//!
//! Spec: the patients' rights act § 3-4, § 4-3 and § 5-1, as Helsenorge carries them out.

use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use crate::access::age::{age, day};
use crate::access::kinds::Class;
use crate::access::{Action, Asked, Word};
use crate::caller::{Citizen, Who};

/// From this age on somebody decides about their health themselves.
pub(super) const OF_AGE: i16 = 16;
/// From this age on somebody has a say.
pub(super) const YOUNG: i16 = 12;
/// From this age on somebody can sign in, if a parent agrees.
const SIGNS_IN: i16 = 13;
/// The level of assurance that a record needs.
const LEVEL: u8 = 4;

/// What somebody of 12, or of 13 to 15 without a parent's word, sees of their own.
const FIRST: &[&str] = &["Appointment", "Communication", "Patient"];
/// What somebody of 13 to 15 sees of their own.
const YOUNG_ONES: &[&str] = &[
    "Appointment",
    "AppointmentResponse",
    "Communication",
    "Immunization",
    "ImmunizationRecommendation",
    "MedicationRequest",
    "MedicationStatement",
    "Patient",
    "QuestionnaireResponse",
];
/// What a citizen writes: messages, answers, consents and blocks.
const WRITES: &[(&str, Action)] = &[
    ("AppointmentResponse", Action::Create),
    ("Communication", Action::Create),
    ("Consent", Action::Create),
    ("Consent", Action::Update),
    ("QuestionnaireResponse", Action::Create),
    ("QuestionnaireResponse", Action::Update),
];

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Citizen(citizen) = &asked.caller.who else {
        return Word::Silent;
    };
    match asked.class {
        Class::Shared | Class::Directory | Class::Machinery => return Word::Silent,
        _ if citizen.level < LEVEL => return Word::Deny("a record needs a sign-in of level 4"),
        Class::Audit if asked.action.writes() => return Word::Deny("the audit is written by the server"),
        Class::Binary if asked.action.writes() => return Word::Deny("a citizen sends no raw content"),
        Class::Binary => return Word::nothing(),
        Class::Personal if asked.action.writes() && !writes(asked) => {
            return Word::Deny("this is not for a citizen to write");
        }
        Class::Audit | Class::Personal => {}
    }
    if citizen.on_behalf.is_some() {
        return Word::Silent;
    }
    match covers(citizen, asked) {
        true => Word::Allow(vec![vec![Clause::Parts(Numbers::new(vec![citizen.part]))]]),
        false => Word::nothing(),
    }
}

/// Whether a citizen ever writes this.
fn writes(asked: &Asked<'_>) -> bool {
    WRITES.contains(&(asked.type_name, asked.action))
}

fn covers(citizen: &Citizen, asked: &Asked<'_>) -> bool {
    let today = day(asked.caller.moment);
    let Some(age) = today.and_then(|today| age(&citizen.born, today)) else {
        // Whoever has no birth date in the register has come as a grown-up.
        return citizen.born.is_empty();
    };
    match age.least {
        OF_AGE.. => true,
        SIGNS_IN.. if citizen.agreed => YOUNG_ONES.contains(&asked.type_name),
        YOUNG.. => FIRST.contains(&asked.type_name) && !(asked.action.writes() && asked.type_name == "Consent"),
        _ => false,
    }
}
