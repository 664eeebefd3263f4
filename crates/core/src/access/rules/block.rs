//! What a patient has blocked: all, a category, a service, for a role, a unit or a named person.
//!
//! An emergency opening lifts it, but not the block of a named person. The patient sees what they have blocked.

use akson_store::search::numbers::Numbers;
use akson_store::search::sight::{Blocked, Blocks, Clause, OpeningKind};

use super::ground::opened;
use crate::access::kinds::Class;
use crate::access::{All, Asked, Word};
use crate::caller::{Duty, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    if asked.class != Class::Personal {
        return Word::Silent;
    }
    match &asked.caller.who {
        // Who watches over the log sees nothing that a patient could block, but cases about it.
        Who::Staff(staff) if staff.duty == Duty::PrivacyOfficer => Word::Silent,
        Who::Staff(staff) => {
            let blocked = |blocks| {
                let codes = staff.codes.clone().into();
                Clause::Blocked(Blocked { keys: Numbers::new(staff.keys.to_vec()), codes, blocks })
            };
            Word::Except(vec![unless_opened(asked, blocked(Blocks::All)), vec![blocked(Blocks::InEmergency)]])
        }
        Who::System(system) if !system.by_law => {
            let keys = Numbers::new(system.group.into_iter().collect());
            Word::Except(vec![vec![Clause::Blocked(Blocked { keys, codes: [].into(), blocks: Blocks::All })]])
        }
        Who::Link(partner) => {
            let keys = Numbers::new([partner.number, partner.group].into_iter().flatten().collect());
            Word::Except(vec![vec![Clause::Blocked(Blocked { keys, codes: [].into(), blocks: Blocks::All })]])
        }
        _ => Word::Silent,
    }
}

/// The condition, where there is no emergency opening that lifts it.
pub(super) fn unless_opened(asked: &Asked<'_>, clause: Clause) -> All {
    let mut all = vec![clause];
    all.extend(opened(asked, OpeningKind::Emergency).map(|opened| Clause::Not(Box::new(opened))));
    all
}
