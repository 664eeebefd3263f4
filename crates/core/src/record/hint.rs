//! The word that an opening is possible, for a search in one patient's record whose answer may be held back.
//!
//! Only who may open records hears it. It says the same whether the patient is not there, has no relation with the caller, or
//! has blocked them: it depends on the patient and on blocks, never on what lies under these. Where no opening helps, there
//! is no word. Spec: <https://hl7.org/fhir/R4/security.html#break-the-glass>.

use akson_fhir::definition::Definitions;
use akson_fhir::outcome::Issue;
use akson_store::View;
use akson_store::opening::Opening;
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::{Blocked, Blocks, OpeningKind};

use super::Record;
use super::search::{SearchOf, patient_of};
use crate::access::{Action, may_open};
use crate::caller::Who;
use crate::error::Error;
use crate::query::Pair;

/// What is said.
const TEXT: &str = "if there is more about this patient, it is held back; with a reason you can open the record for some \
                    hours: POST Patient/[id]/$open";

impl Record {
    /// What has to be said of a search, if it is in one patient's record.
    pub(super) fn hint(
        &self,
        view: &View,
        (of, pairs): (&SearchOf, &[Pair]),
        found: bool,
    ) -> Result<Option<Issue>, Error> {
        let Who::Staff(staff) = &self.caller.who else { return Ok(None) };
        if !may_open(&self.caller) {
            return Ok(None);
        }
        let Some((_, id)) = patient_of(of, pairs) else { return Ok(None) };
        let issue = || Some(Issue::information("suppressed", TEXT));
        let type_id = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?.id;
        let Some(place) = view.place(type_id, &id)? else { return Ok(issue()) };
        let now = self.caller.moment;
        let is_open =
            |opening: &Opening| opening.wish.patient == place.part && opening.wish.kind == OpeningKind::Emergency;
        if self.core.store().may_be_open(now) && view.open_by(staff.number, now)?.iter().any(is_open) {
            return Ok(None);
        }
        // Who is shown something of the record knows the patient.
        if !found && !view.sees(&*self.granted(Action::Read, "Patient")?, type_id, place)? {
            return Ok(issue());
        }
        let keys = Numbers::new(staff.keys.to_vec());
        let blocked = Blocked { keys, codes: staff.codes.clone().into(), blocks: Blocks::All };
        Ok(if view.has_block(place.part, &blocked, now)? { issue() } else { None })
    }
}
