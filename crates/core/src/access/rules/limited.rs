//! A caller with a limit sees no more than that, and nothing at all of types outside it.

use std::sync::Arc;

use akson_store::search::sight::{Scope, Sight};

use crate::access::{Action, Word};
use crate::caller::Caller;

/// The rule.
pub fn rule(caller: &Caller, action: Action, type_name: &str) -> Word {
    let Some(within) = &caller.within else {
        return Word::Silent;
    };
    if type_name.is_empty() && action == Action::History && !sees_all(within) {
        return Word::Deny("the history of the whole record is for those who see all of it");
    }
    if !type_name.is_empty() && matches!(within.of(type_name), Scope::Nothing) {
        return Word::Deny("this type of resource is not open to this caller");
    }
    Word::Allow(Arc::clone(within))
}

fn sees_all(sight: &Sight) -> bool {
    sight.fingerprint() == crate::access::everything().fingerprint()
}
