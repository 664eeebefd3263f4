//! Each row has a municipality that answers for it. Somebody at work sees and changes those of their own, and of others
//! only where an agreement on a shared record lets theirs in. The audit, and who works where, are shared by no agreement.

use akson_store::search::numbers::Numbers;
use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::{Asked, Word};
use crate::caller::Who;

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    match (&asked.caller.who, asked.class) {
        (Who::Staff(staff), Class::Personal | Class::Binary) => within(&staff.controllers),
        (Who::Staff(staff), Class::Audit) => within(staff.controllers.get(..1).unwrap_or_default()),
        (Who::Staff(staff), Class::Directory) if asked.action.writes() => {
            within(staff.controllers.get(..1).unwrap_or_default())
        }
        _ => Word::Silent,
    }
}

fn within(municipalities: &[i64]) -> Word {
    Word::Within(vec![vec![Clause::Controllers(Numbers::new(municipalities.to_vec()))]])
}
