//! Why somebody sees a patient's resources of a type, or does not: what each rule says, and the rows it rests on.
//!
//! It asks the same rules and the same conditions that every search asks, one by one. Administrators and the privacy officer
//! ask it about others; that they have asked stands in the log of the patient. What it does not do: decide, or show anything
//! of the record.

use akson_fhir::definition::Definitions;
use akson_store::access::kind::Kind as Relation;
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::{Clause, Limits, Scope, Sight};
use akson_store::{Line, Place, View};

use super::Record;
use super::audited::About;
use super::open::{answers_here, head};
use crate::access::kinds::class;
use crate::access::{Action, Asked, RULES, Word};
use crate::caller::{Caller, Duty, Who};
use crate::error::Error;
use crate::identity::{AccountSeen, NoCaller, SignedIn};

/// The level of assurance that is taken for granted.
const LEVEL: u8 = 4;

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The rule.
    pub rule: &'static str,
    /// What it says of this patient.
    pub says: Says,
}

/// What a rule says of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// Never, and why.
    Denies(&'static str),
    /// Allowed.
    Allows,
    /// Allowed for others, not for this patient.
    AllowsOthers,
    /// Kept to, and this patient is within.
    Within,
    /// Kept to, and this patient is not within.
    NotWithin,
    /// This patient is taken away.
    TakesAway,
    /// This patient is not taken away; single resources may be.
    TakesSome,
    /// A care relation, and the number of the resource that it rests on.
    Rests(Relation, i64),
}

impl std::fmt::Display for Says {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Says::Denies(reason) => write!(out, "denies: {reason}"),
            Says::Allows => write!(out, "allows this patient"),
            Says::AllowsOthers => write!(out, "allows others, not this patient"),
            Says::Within => write!(out, "is kept to, and this patient is within"),
            Says::NotWithin => write!(out, "is kept to, and this patient is not within"),
            Says::TakesAway => write!(out, "takes this patient away"),
            Says::TakesSome => write!(out, "takes nothing of this patient itself away; single resources may be"),
            Says::Rests(kind, number) => write!(out, "{kind:?} by resource number {number}"),
        }
    }
}

/// Why, for somebody in one of their roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRole {
    /// The id of the role; empty for an inhabitant themselves.
    pub role: String,
    /// The unit, or the name.
    pub name: String,
    /// What they do, for staff.
    pub duty: Option<Duty>,
    /// Whether they see the Patient, or resources of the type in that record at all.
    pub sees: bool,
    /// What the rules say.
    pub because: Vec<Because>,
}

impl Record {
    /// What every rule says of somebody else's reading a patient's resources of a type, in each of their roles.
    pub async fn why_of(&self, person: &str, patient: &str, type_name: &'static str) -> Result<Vec<InRole>, Error> {
        let asked = format!("why {person} sees {type_name} of {patient}");
        let about = About::new(Action::Operate, "Patient", asked).of("Patient", patient);
        let result = self.why_of_now(&about, person, (patient, type_name));
        self.after_audit(about, result).await
    }

    fn why_of_now(
        &self,
        about: &About,
        person: &str,
        (patient, type_name): (&str, &'static str),
    ) -> Result<(Vec<InRole>, Vec<Line>), Error> {
        let asks = match &self.caller.who {
            Who::Operator | Who::Job(_) => true,
            Who::Staff(staff) => {
                matches!(staff.duty, Duty::Administrator | Duty::PrivacyOfficer)
                    && staff.is_on(self.caller.moment)
                    && self.caller.app.is_none()
            }
            _ => false,
        };
        if !asks {
            let text = "why somebody sees something is told to administrators and the privacy officer";
            return Err(Error::Denied(text.to_string()));
        }
        let head = head(&*self.view()?, patient)?;
        if matches!(&self.caller.who, Who::Staff(staff) if !answers_here(staff, &head)) {
            return Err(Error::NotFound);
        }
        let account = self.account(person)?;
        let identity = self.core.identity();
        let moment = self.caller.moment;
        let choices = identity.choices(&account, moment).map_err(closed)?;
        let mut roles: Vec<_> = choices.into_iter().map(|choice| (choice.role, choice.name, choice.duty)).collect();
        if roles.is_empty() {
            roles.push(Default::default());
        }
        let mut all = Vec::new();
        for (role, name, duty) in roles {
            let signed = SignedIn { account: account.clone(), role: role.clone(), level: LEVEL };
            let caller: Caller = match identity.caller_for(&signed, moment, &self.caller.request) {
                Err(NoCaller::NoRole | NoCaller::Ended) => continue,
                other => other.map_err(closed)?,
            };
            let record = self.core.record(caller);
            let because = record.why(patient, type_name)?;
            all.push(InRole { role, name, duty, sees: record.has_way(&head.place, type_name)?, because });
        }
        Ok((all, vec![self.line(about, Place { part: head.place.part, rid: 0 }, 0)]))
    }

    /// The account of this name, or the only one for this person.
    fn account(&self, person: &str) -> Result<String, Error> {
        let accounts = self.core.identity().accounts()?;
        let named = |account: &&AccountSeen| {
            account.id == person || account.person == person || account.person.rsplit('/').next() == Some(person)
        };
        match accounts.iter().filter(named).collect::<Vec<_>>()[..] {
            [one] => Ok(one.id.clone()),
            [] => Err(Error::NotFound),
            _ => Err(Error::Conflict("several accounts are for this person; name one by its id".to_string())),
        }
    }

    /// Whether what the rules say together leads to the Patient, for resources of a type.
    fn has_way(&self, place: &Place, type_name: &'static str) -> Result<bool, Error> {
        let (view, type_id) = (self.view()?, Definitions::r4().resource("Patient").ok_or(Error::NotFound)?.id);
        match self.granted(Action::Read, type_name) {
            Err(Error::Denied(_)) => Ok(false),
            Err(error) => Err(error),
            Ok(granted) => match granted.of(type_name) {
                Scope::Nothing => Ok(false),
                Scope::Everything => Ok(true),
                Scope::Some(limits) => {
                    let scopes = std::collections::HashMap::from([("Patient", Scope::Some(limits.clone()))]);
                    let sight = Sight::new(scopes, Scope::Nothing).at(self.caller.moment);
                    Ok(view.sees(&sight, type_id, *place)?)
                }
            },
        }
    }

    /// What every rule that has something to say says of reading a patient's resources of a type.
    pub fn why(&self, patient: &str, type_name: &'static str) -> Result<Vec<Because>, Error> {
        let view = self.view()?;
        let head = head(&view, patient)?;
        let registry = self.core.store().registry();
        let class = class(type_name);
        let asked = Asked { caller: &self.caller, action: Action::Read, type_name, class, registry: &registry };
        let mut all = Vec::new();
        for (rule, says) in RULES {
            let holds = |ways: &[Vec<Clause>]| self.holds(&view, ways, head.place);
            let says = match says(&asked) {
                Word::Silent => continue,
                Word::Deny(reason) => Says::Denies(reason),
                Word::Allow(ways) if holds(&ways)? => Says::Allows,
                Word::Allow(_) => Says::AllowsOthers,
                Word::Within(ways) if holds(&ways)? => Says::Within,
                Word::Within(_) => Says::NotWithin,
                Word::Except(ways) if holds(&ways)? => Says::TakesAway,
                Word::Except(_) => Says::TakesSome,
            };
            all.push(Because { rule, says });
        }
        if let Who::Staff(staff) = &self.caller.who {
            let keys = Numbers::new(staff.keys.to_vec());
            for relation in view.relations(head.place.rid, &keys, self.caller.moment)? {
                let says = Says::Rests(relation.kind, relation.place.rid);
                all.push(Because { rule: "care relation", says });
            }
        }
        Ok(all)
    }

    /// Whether conditions hold for the Patient.
    fn holds(&self, view: &View, ways: &[Vec<Clause>], place: Place) -> Result<bool, Error> {
        let found = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?;
        let limits = Limits { only: ways.to_vec(), except: Vec::new() };
        let scopes = std::collections::HashMap::from([("Patient", Scope::Some(limits))]);
        let sight = Sight::new(scopes, Scope::Nothing).at(self.caller.moment);
        Ok(view.sees(&sight, found.id, place)?)
    }
}

/// Somebody whose account is closed sees nothing; there is nothing to tell.
fn closed(error: NoCaller) -> Error {
    match error {
        NoCaller::Failed(error) => error,
        other => Error::Conflict(other.to_string()),
    }
}
