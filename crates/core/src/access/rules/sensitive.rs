//! Sensitive categories: what is labelled so is open to those whose work it is, not to everybody with a care relation.
//!
//! An emergency opening lifts it, with a review.

use akson_store::search::sight::Clause;

use super::block::unless_opened;
use crate::access::kinds::Class;
use crate::access::labels::{self, CONFIDENTIALITY};
use crate::access::{Asked, Word};
use crate::caller::{Duty, Staff, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    if asked.class != Class::Personal {
        return Word::Silent;
    }
    let closed = match &asked.caller.who {
        Who::Staff(staff) => labels::sensitive_but(|system, code| is_work_of(staff, system, code)),
        Who::System(system) if !system.by_law => labels::sensitive(),
        _ => return Word::Silent,
    };
    if closed.is_empty() {
        return Word::Silent;
    }
    Word::Except(vec![unless_opened(asked, Clause::Label(closed))])
}

/// Whether a category is somebody's work: by what they do, or by a code of their role that names it.
fn is_work_of(staff: &Staff, system: &str, code: &str) -> bool {
    let by_duty = match staff.duty {
        Duty::Psychologist => matches!(code, "BH" | "MH" | "PSY" | "PSYTHPN" | "SDV" | "SUD"),
        Duty::Doctor | Duty::ListDoctor => matches!(code, "GDIS" | "HIV" | "SEX" | "STD"),
        _ => false,
    };
    let named = format!("{system}|{code}");
    (by_duty && system != CONFIDENTIALITY) || staff.codes.contains(&named)
}
