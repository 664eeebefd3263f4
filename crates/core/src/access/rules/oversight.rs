//! Tasks about who has looked at a record: a review of an opening, a case that a patient has opened. They are the patient's
//! own and the privacy officer's; nobody else at work sees them, least of all those they are about, in an emergency either.

use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::labels::{Labels, OVERSIGHT, OVERSIGHT_SYSTEM};
use crate::access::{Action, Asked, Word};
use crate::caller::{Duty, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    if asked.class != Class::Personal {
        return Word::Silent;
    }
    match &asked.caller.who {
        Who::Staff(staff) if staff.duty == Duty::PrivacyOfficer => {
            let reads = asked.type_name == "Task" && matches!(asked.action, Action::Read | Action::Search);
            match reads && staff.is_on(asked.caller.moment) && asked.caller.app.is_none() {
                true => Word::Allow(vec![vec![Clause::Label(label())]]),
                false => Word::Silent,
            }
        }
        Who::Staff(_) | Who::System(_) | Who::Link(_) => Word::Except(vec![vec![Clause::Label(label())]]),
        _ => Word::Silent,
    }
}

fn label() -> Labels {
    [(OVERSIGHT_SYSTEM.to_string(), OVERSIGHT.to_string())].into()
}
