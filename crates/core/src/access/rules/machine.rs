//! Links and jobs may do everything; a limit on one narrows it (`limited`).

use crate::access::{Action, Word, everything};
use crate::caller::{Caller, Who};

/// The rule.
pub fn rule(caller: &Caller, _: Action, _: &str) -> Word {
    match caller.who {
        Who::Link(_) | Who::Job(_) => Word::Allow(everything()),
        _ => Word::Silent,
    }
}
