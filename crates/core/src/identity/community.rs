//! The municipalities whose records somebody at work reaches: their own, and those that let it in by an agreement on a
//! shared record (pasientjournalloven § 9).
//!
//! An agreement is an OrganizationAffiliation with the code `shared-record`: `organization` lets `participatingOrganization`
//! in. It counts while it is active and its period runs, and only if the municipality that it opens answers for the row
//! itself: nobody lets themselves in. It goes one way; two that share write one each.

use akson_store::View;

use super::lookup::{Known, follow, matching};
use crate::error::Error;
use crate::oslo;

/// The code of an agreement on a shared record.
const SHARED_RECORD: &str = "urn:akson:affiliation|shared-record";
/// Agreements that are looked at: more than Norway has municipalities.
const AGREEMENTS_MAX: usize = 400;

/// The own municipality first, then those that let it in at the moment; notes when that changes by itself.
pub(super) fn municipalities(view: &View, own: i64, moment: i64, changes: &mut i64) -> Result<Vec<i64>, Error> {
    let mut found = vec![own];
    let asked = [("role", SHARED_RECORD), ("active", "true")];
    for agreement in matching(view, "OrganizationAffiliation", &asked, AGREEMENTS_MAX)? {
        let opens = party(view, &agreement, "organization")?;
        let joins = party(view, &agreement, "participatingOrganization")?;
        if joins != Some(own) || opens != Some(agreement.controller) {
            continue;
        }
        let (from, until) = oslo::period(agreement.get("period"));
        if from <= moment && moment < until {
            found.push(agreement.controller);
        }
        *changes = [from, until].into_iter().filter(|edge| *edge > moment).fold(*changes, i64::min);
    }
    found[1..].sort_unstable();
    found.dedup();
    Ok(found)
}

/// The municipality that answers for a party in use.
fn party(view: &View, agreement: &Known, member: &str) -> Result<Option<i64>, Error> {
    let organisation = follow(view, "Organization", agreement.get(member))?;
    Ok(organisation.filter(Known::active).map(|organisation| organisation.controller))
}
