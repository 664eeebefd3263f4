//! A caller with a limit sees no more than that, and nothing at all of types outside it.

use akson_store::search::sight::Scope;

use crate::access::{Asked, Word};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Some(within) = &asked.caller.within else {
        return Word::Silent;
    };
    match within.of(asked.type_name) {
        Scope::Nothing => Word::Deny("this type of resource is not open to this caller"),
        Scope::Everything => Word::Silent,
        Scope::Some(limits) if limits.except.is_empty() => Word::Within(limits.only.clone()),
        // A limit of a limit can't be said in one word.
        Scope::Some(_) => Word::Deny("a limit with exceptions is for machines only"),
    }
}
