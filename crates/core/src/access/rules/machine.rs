//! Jobs of the server's own may do everything; a limit on one narrows it (`limited`).

use crate::access::{Asked, Word};
use crate::caller::Who;

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    match asked.caller.who {
        Who::Job(_) => Word::everything(),
        _ => Word::Silent,
    }
}
