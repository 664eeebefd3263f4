//! What is withheld from the patient by law or for their safety, and what is hidden from parents, item by item.

use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::labels::{NOT_FOR_PARENTS, NOT_FOR_PATIENT, act};
use crate::access::{Asked, Word};
use crate::caller::{Representation, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Citizen(citizen) = &asked.caller.who else {
        return Word::Silent;
    };
    if asked.class != Class::Personal {
        return Word::Silent;
    }
    let mut hidden = vec![vec![Clause::Label(act(NOT_FOR_PATIENT))]];
    if let Some(Representation::Parent(_)) = citizen.on_behalf.as_ref().map(|other| &other.by) {
        hidden.push(vec![Clause::Label(act(NOT_FOR_PARENTS))]);
    }
    Word::Except(hidden)
}
