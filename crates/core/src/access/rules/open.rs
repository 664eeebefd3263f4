//! What is the same for everybody, and who works where: open to whoever is signed in. Only administrators write it.

use crate::access::kinds::Class;
use crate::access::{Asked, Word};
use crate::caller::{Duty, Who};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    if !matches!(asked.caller.who, Who::Staff(_) | Who::Citizen(_) | Who::System(_) | Who::Link(_)) {
        return Word::Silent;
    }
    match (asked.class, asked.action.writes()) {
        (Class::Shared | Class::Directory, false) => Word::everything(),
        (Class::Shared | Class::Directory, true) => match &asked.caller.who {
            Who::Staff(staff) if staff.duty == Duty::Administrator && staff.is_on(asked.caller.moment) => {
                Word::everything()
            }
            _ => Word::Deny("only an administrator changes what is the same for all"),
        },
        (Class::Machinery, _) => Word::Deny("this type of resource is for the operator"),
        _ => Word::Silent,
    }
}
