//! The operator of a sandbox may do everything, until there is sign-in.

use crate::access::{Action, Word, everything};
use crate::caller::{Caller, Who};

/// The rule.
pub fn rule(caller: &Caller, _: Action, _: &str) -> Word {
    match caller.who {
        Who::Operator => Word::Allow(everything()),
        _ => Word::Silent,
    }
}
