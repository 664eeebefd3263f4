//! Each row has a municipality that answers for it. Somebody at work sees and changes those of their own, and of others
//! only where an agreement on a shared record makes them one.

use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::{Asked, Word};
use crate::caller::Who;

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    match (&asked.caller.who, asked.class) {
        (Who::Staff(staff), Class::Personal | Class::Audit | Class::Binary) => {
            Word::Within(vec![vec![Clause::Controllers(Numbers::new(staff.controllers.to_vec()))]])
        }
        _ => Word::Silent,
    }
}
