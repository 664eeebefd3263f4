//! The persons of a sandbox, who sign in by being chosen: all of them invented.
//!
//! Anybody of the record can be chosen: a Practitioner with a role, a Patient, and the operator. Promises: in any other
//! database there is nobody to choose. What it does not do: make a database a sandbox.

use akson_store::View;

use super::accounts::{AccountSeen, SANDBOX};
use super::lookup::{Known, live, matching};
use super::people::{Kind, NoCaller};
use super::{Identity, staff};
use crate::caller::Duty;
use crate::error::Error;

/// Whom a sandbox calls its operator.
pub const OPERATOR: &str = "operator";
/// Persons that are offered, of each kind: those who were there first.
const OFFERED_MAX: usize = 60;

/// Somebody who can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What they are called in a command: the id of their Practitioner or Patient, or `operator`.
    pub id: String,
    /// What kind of account they get.
    pub kind: Kind,
    /// Their name.
    pub name: String,
    /// Unit and duty of each of their roles.
    pub roles: Vec<(String, Duty)>,
    /// Their date of birth, for inhabitants.
    pub born: String,
}

impl Identity<'_> {
    /// Who can be chosen: the operator, those at work, inhabitants.
    pub fn sandbox_persons(&self, moment: i64) -> Result<Vec<Person>, NoCaller> {
        let view = self.core.store().read()?;
        if !view.is_sandbox()? {
            return Err(NoCaller::Closed);
        }
        let mut persons = vec![operator()];
        for known in matching(&view, "Practitioner", &[("_sort", "_lastUpdated")], OFFERED_MAX)? {
            persons.extend(worker(&view, known, moment)?);
        }
        for known in matching(&view, "Patient", &[("_sort", "_lastUpdated")], OFFERED_MAX)? {
            persons.extend(inhabitant(&known));
        }
        // Those at work by what they do, then all by name.
        persons.sort_by(|a, b| {
            let duty = |person: &Person| person.roles.iter().map(|(_, duty)| *duty).min();
            (duty(a), &a.name).cmp(&(duty(b), &b.name))
        });
        Ok(persons)
    }

    /// The account of somebody chosen, and whether they are at work; made if there is none.
    pub async fn sandbox_account(&self, person: &str) -> Result<AccountSeen, NoCaller> {
        let kind = {
            let view = self.core.store().read()?;
            if !view.is_sandbox()? {
                return Err(NoCaller::Closed);
            }
            kind_of(&view, person)?.ok_or(NoCaller::Closed)?
        };
        let person = if kind == Kind::Operator { "" } else { person };
        self.account_for(kind, person, (SANDBOX, "")).await
    }
}

/// Practitioners come before Patients of the same id.
fn kind_of(view: &View, person: &str) -> Result<Option<Kind>, Error> {
    if person == OPERATOR {
        return Ok(Some(Kind::Operator));
    }
    for (name, kind) in [("Practitioner", Kind::Staff), ("Patient", Kind::Citizen)] {
        if live(view, name, person)?.is_some_and(|known| known.active()) {
            return Ok(Some(kind));
        }
    }
    Ok(None)
}

fn operator() -> Person {
    let (id, name) = (OPERATOR.to_string(), String::new());
    Person { id, kind: Kind::Operator, name, roles: Vec::new(), born: String::new() }
}

/// Somebody at work, if they have a role now.
fn worker(view: &View, known: Known, moment: i64) -> Result<Option<Person>, Error> {
    let mut roles = Vec::new();
    let address = format!("Practitioner/{}", known.id);
    for role in matching(view, "PractitionerRole", &[("practitioner", &address)], OFFERED_MAX)? {
        let facts = staff::facts(view, ("", &known.id), &role.id, moment)?;
        let facts = facts.filter(|facts| facts.staff.from <= moment && moment < facts.staff.until);
        roles.extend(facts.map(|facts| (facts.staff.unit.clone(), facts.staff.duty)));
    }
    let name = known.human_name();
    let person = Person { id: known.id, kind: Kind::Staff, name, roles, born: String::new() };
    Ok(Some(person).filter(|person| !person.roles.is_empty()))
}

fn inhabitant(known: &Known) -> Option<Person> {
    let dead =
        known.get("deceasedDateTime").is_some() || known.get("deceasedBoolean").and_then(|v| v.bool()) == Some(true);
    (known.active() && !dead).then(|| Person {
        id: known.id.clone(),
        kind: Kind::Citizen,
        name: known.human_name(),
        roles: Vec::new(),
        born: known.text("birthDate"),
    })
}
