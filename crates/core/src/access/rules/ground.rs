//! A ground that somebody declares where a relation is plausible but not known: with a reason, for some hours.
//!
//! It shows what a care relation would, and lets new things be written; what is there already, it does not let be changed.
//! Blocks hold. The declaration is a row (`Record::open`), so it is reviewed and ends by itself.

use akson_store::search::sight::{Clause, OpeningKind};

use crate::access::kinds::Class;
use crate::access::{Action, Asked, Word};
use crate::caller::{Caller, Duty, Staff, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    match opened(asked, OpeningKind::Declared) {
        Some(clause) => Word::Allow(vec![vec![clause]]),
        None => Word::Silent,
    }
}

/// What the caller has opened on such a ground, where that counts.
pub(super) fn opened(asked: &Asked<'_>, kind: OpeningKind) -> Option<Clause> {
    let counts =
        asked.class == Class::Personal && matches!(asked.action, Action::Read | Action::Search | Action::Create);
    opener(asked.caller).filter(|_| counts).map(|who| Clause::Opened { who, kind })
}

/// Whose openings count for this caller: their own, if they open records at all.
pub fn opener(caller: &Caller) -> Option<i64> {
    let Who::Staff(staff) = &caller.who else {
        return None;
    };
    let counts = opens(staff) && staff.is_on(caller.moment) && caller.app.as_ref().is_none_or(|app| app.emergency);
    counts.then_some(staff.number)
}

fn opens(staff: &Staff) -> bool {
    matches!(staff.duty, Duty::Nurse | Duty::Doctor | Duty::ListDoctor | Duty::Emergency | Duty::Psychologist)
}

/// Whether the caller may open a record in an emergency.
pub fn may_open(caller: &Caller) -> bool {
    match &caller.who {
        Who::Staff(staff) => opens(staff) && staff.is_on(caller.moment) && caller.app.is_none(),
        _ => false,
    }
}

/// Whether the caller reviews what others have opened.
pub fn may_review(caller: &Caller) -> bool {
    match &caller.who {
        Who::Staff(staff) => {
            matches!(staff.duty, Duty::Leader | Duty::PrivacyOfficer)
                && staff.is_on(caller.moment)
                && caller.app.is_none()
        }
        _ => false,
    }
}

/// Whether the caller may declare a ground.
pub fn may_declare(caller: &Caller) -> bool {
    may_open(caller)
}
