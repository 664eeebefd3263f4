//! A system that signs in as itself: the patients of the Group it is registered for, and nobody else.
//!
//! What patients have blocked is left out (`block`), and so is whoever's address is confidential.

use akson_store::access::kind::{Kind, KindSet};
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::redact::of_hidden;
use crate::access::{Asked, Word};
use crate::caller::Who;

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::System(system) = &asked.caller.who else {
        return Word::Silent;
    };
    match asked.class {
        Class::Shared | Class::Directory | Class::Machinery => Word::Silent,
        Class::Audit => Word::Deny("the audit is not for this system"),
        Class::Binary => Word::nothing(),
        // Its own population is what it was registered for: it changes neither that nor what patients have decided.
        Class::Personal if asked.action.writes() && matches!(asked.type_name, "Consent" | "Group" | "Person") => {
            Word::Deny("this is not for a system to write")
        }
        Class::Personal => {
            let Some(group) = system.group else {
                return Word::nothing();
            };
            let keys = Numbers::new(vec![group]);
            let kinds = KindSet::NONE.and(Kind::Member);
            Word::Allow(vec![vec![Clause::Related { keys, kinds }]])
        }
    }
}

/// Whose address is confidential is in no system's population.
pub fn hidden(asked: &Asked<'_>) -> Word {
    match &asked.caller.who {
        Who::System(_) if asked.class == Class::Personal => {
            let of = of_hidden(asked.registry, asked.type_name);
            // A type from which nothing leads to a patient is not in the population either.
            Word::Except(of)
        }
        _ => Word::Silent,
    }
}
