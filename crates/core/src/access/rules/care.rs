//! Who has a care relation with a patient sees the patient's record, as long as it lasts.
//!
//! Relations are rows: a visit, a stay, a decision on services, a list, a referral, a task. They end by themselves. An open
//! message thread is a ground for messages only. A role that has ended is none.

use akson_store::access::kind::KindSet;
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::{Action, Asked, Word};
use crate::caller::{Duty, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Staff(staff) = &asked.caller.who else {
        return Word::Silent;
    };
    match asked.class {
        // What the privacy officer sees, another rule says; no care relation adds to it.
        Class::Personal if staff.duty == Duty::PrivacyOfficer => Word::nothing(),
        Class::Personal | Class::Binary if !staff.is_on(asked.caller.moment) => Word::nothing(),
        // Content is sent before what refers to it.
        Class::Binary if asked.action == Action::Create => Word::everything(),
        Class::Binary => Word::nothing(),
        // Nobody has a relation with who is not registered yet.
        Class::Personal if asked.type_name == "Patient" && asked.action == Action::Create && registers(staff.duty) => {
            Word::everything()
        }
        Class::Personal => Word::Allow(vec![vec![related(&staff.keys, asked.type_name)]]),
        Class::Shared | Class::Directory | Class::Machinery | Class::Audit => Word::Silent,
    }
}

fn registers(duty: Duty) -> bool {
    matches!(duty, Duty::Nurse | Duty::Doctor | Duty::ListDoctor | Duty::Emergency | Duty::Psychologist)
}

fn related(keys: &[i64], type_name: &str) -> Clause {
    let kinds = if type_name == "Communication" { KindSet::MESSAGES } else { KindSet::CARE };
    Clause::Related { keys: Numbers::new(keys.to_vec()), kinds }
}
