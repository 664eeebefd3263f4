//! Why somebody sees a patient's resources of a type, or does not: what each rule says, and the rows it rests on.
//!
//! It asks the same rules and the same conditions that every search asks, one by one.
//! What it does not do: decide, or show anything of the record.

use akson_fhir::definition::Definitions;
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::{Clause, Limits, Scope, Sight};
use akson_store::{State, View};

use super::Record;
use crate::access::kinds::class;
use crate::access::{Action, Asked, RULES, Word};
use crate::caller::Who;
use crate::error::Error;

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The rule.
    pub rule: &'static str,
    /// What it says of this patient.
    pub says: String,
}

impl Record {
    /// What every rule that has something to say says of reading a patient's resources of a type.
    pub fn why(&self, patient: &str, type_name: &'static str) -> Result<Vec<Because>, Error> {
        let view = self.view()?;
        let found = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?;
        let head = view.get(found.id, patient)?.filter(|head| head.state == State::Live).ok_or(Error::NotFound)?;
        let registry = self.core.store().registry();
        let class = class(type_name);
        let asked = Asked { caller: &self.caller, action: Action::Read, type_name, class, registry: &registry };
        let mut all = Vec::new();
        for (rule, says) in RULES {
            let holds = |ways: &[Vec<Clause>]| self.holds(&view, ways, head.place);
            let says = match says(&asked) {
                Word::Silent => continue,
                Word::Deny(reason) => format!("denies: {reason}"),
                Word::Allow(ways) if holds(&ways)? => "allows this patient".to_string(),
                Word::Allow(_) => "allows others, not this patient".to_string(),
                Word::Within(ways) if holds(&ways)? => "is kept to, and this patient is within".to_string(),
                Word::Within(_) => "is kept to, and this patient is not within".to_string(),
                Word::Except(ways) if holds(&ways)? => "takes this patient away".to_string(),
                Word::Except(_) => "takes nothing of this patient itself away; single resources may be".to_string(),
            };
            all.push(Because { rule, says });
        }
        if let Who::Staff(staff) = &self.caller.who {
            let keys = Numbers::new(staff.keys.to_vec());
            for relation in view.relations(head.place.rid, &keys, self.caller.moment)? {
                let says = format!("{:?} by resource number {}", relation.kind, relation.place.rid);
                all.push(Because { rule: "care relation", says });
            }
        }
        Ok(all)
    }

    /// Whether conditions hold for the Patient.
    fn holds(&self, view: &View, ways: &[Vec<Clause>], place: akson_store::Place) -> Result<bool, Error> {
        let found = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?;
        let limits = Limits { only: ways.to_vec(), except: Vec::new() };
        let scopes = std::collections::HashMap::from([("Patient", Scope::Some(limits))]);
        let sight = Sight::new(scopes, Scope::Nothing).at(self.caller.moment);
        Ok(view.sees(&sight, found.id, place)?)
    }
}
