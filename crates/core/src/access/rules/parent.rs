//! Parents: the child's record up to 12 if one of them lives with the child, some of it up to 16, nothing afterwards.
//!
//! Responsibility by a judgement that is documented counts like one at home. What is labelled so is hidden from parents
//! (`withheld`). Where an address is confidential, the child's or the parent's, nobody represents anybody.

use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use super::own_record::{OF_AGE, YOUNG};
use crate::access::age::{age, day};
use crate::access::kinds::Class;
use crate::access::{Asked, Word};
use crate::caller::{Representation, Responsibility, Who};

/// What parents see of a child of 12 to 15.
const OF_YOUNG: &[&str] = &["Appointment", "Immunization", "ImmunizationRecommendation", "Patient"];
/// What parents write for a child under 12.
const WRITES: &[&str] = &["AppointmentResponse", "Communication", "QuestionnaireResponse"];

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Citizen(citizen) = &asked.caller.who else {
        return Word::Silent;
    };
    let Some(child) = &citizen.on_behalf else {
        return Word::Silent;
    };
    let Representation::Parent(responsibility) = child.by else {
        return Word::Silent;
    };
    if !matches!(asked.class, Class::Personal | Class::Audit) {
        return Word::Silent;
    }
    let holds = (child.from..child.until).contains(&asked.caller.moment) && !child.hidden && !citizen.hidden;
    let known = day(asked.caller.moment).and_then(|today| age(&child.born, today));
    let Some(age) = known.filter(|_| holds && responsibility != Responsibility::Apart) else {
        return Word::nothing();
    };
    let writes = asked.action.writes();
    let covers = match age.most {
        OF_AGE.. => false,
        YOUNG.. => !writes && OF_YOUNG.contains(&asked.type_name),
        _ => !writes || WRITES.contains(&asked.type_name),
    };
    match covers {
        true => Word::Allow(vec![vec![Clause::Parts(Numbers::new(vec![child.part]))]]),
        false => Word::nothing(),
    }
}
