//! The operator of a sandbox may do everything.

use crate::access::{Asked, Word};
use crate::caller::Who;

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    match asked.caller.who {
        Who::Operator => Word::everything(),
        _ => Word::Silent,
    }
}
