//! From an account to a caller: the one place where people become callers.
//!
//! Evaluated for each request on the live record: a role that has ended, an account that was closed or a person who is no
//! longer in use gives no caller. What was read is kept until something about people is written or a period begins or
//! ends, so that a request costs one look. What it does not do: sign anybody in (`sign_in`), or decide what they may see.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use akson_store::{Account, View};

use super::Identity;
use super::lookup::{live, matching};
use super::{citizen, staff};
use crate::caller::{Caller, Citizen, Duty, Staff, Who};
use crate::error::Error;

/// Facts that are kept; beyond it all are read anew.
const KEPT_MAX: usize = 10_000;
/// Roles of one person that are looked at.
const ROLES_MAX: usize = 100;

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody at work.
    Staff,
    /// An inhabitant.
    Citizen,
    /// The operator of a sandbox.
    Operator,
}

impl Kind {
    /// Its number in the store.
    pub(super) fn number(self) -> i64 {
        match self {
            Kind::Staff => 1,
            Kind::Citizen => 2,
            Kind::Operator => 3,
        }
    }

    /// The kind of an account.
    pub fn of(account: &Account) -> Kind {
        match account.kind {
            1 => Kind::Staff,
            3 => Kind::Operator,
            _ => Kind::Citizen,
        }
    }
}

/// Who asks, as a session or a token says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub account: String,
    /// The PractitionerRole they work in, or the RelatedPerson as which they act; empty: not chosen, or for themselves.
    pub role: String,
    /// How sure their identity is, 1 to 4.
    pub level: u8,
}

/// Why somebody is no caller.
#[derive(Debug, thiserror::Error)]
pub enum NoCaller {
    /// The account is unknown or closed, or its person is no longer in use.
    #[error("this account is not open")]
    Closed,
    /// Somebody at work must choose a role first.
    #[error("no role is chosen")]
    NoRole,
    /// The role has ended or not begun, or does not belong to them.
    #[error("the role has ended")]
    Ended,
    /// The record could not be read.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<akson_store::Error> for NoCaller {
    fn from(error: akson_store::Error) -> NoCaller {
        NoCaller::Failed(error.into())
    }
}

/// Something to act as: a role, oneself, or somebody who is represented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What goes into [`SignedIn::role`].
    pub role: String,
    /// The unit, or the name of the person.
    pub name: String,
    /// The organisation that the unit belongs to; empty for inhabitants.
    pub organisation: String,
    /// The duty, for staff.
    pub duty: Option<Duty>,
}

/// What was read about those at work.
#[derive(Default)]
pub(crate) struct People {
    kept: Mutex<HashMap<(String, String), Kept>>,
}

/// Somebody, and while nothing that is known of them changes by itself.
pub(super) struct Found {
    pub(super) who: Who,
    pub(super) holds: Range<i64>,
}

struct Kept {
    epoch: u64,
    /// Until then nothing changes by itself.
    changes: i64,
    staff: Arc<Staff>,
}

impl People {
    fn get(&self, key: &(String, String), epoch: u64, moment: i64) -> Option<(Arc<Staff>, i64)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get(key).filter(|kept| kept.epoch == epoch && moment < kept.changes)?;
        Some((Arc::clone(&kept.staff), kept.changes))
    }

    fn keep(&self, key: (String, String), epoch: u64, facts: &staff::Facts) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Kept { epoch, changes: facts.changes, staff: Arc::clone(&facts.staff) });
    }
}

impl Identity<'_> {
    /// The caller that somebody is in this request, by the record as it is now.
    pub fn caller_for(&self, signed: &SignedIn, moment: i64, request: &str) -> Result<Caller, NoCaller> {
        Ok(Caller::new(self.find(signed, moment)?.who, moment, request.to_string()))
    }

    /// Who somebody is now, and while that holds if nothing is written.
    pub(super) fn find(&self, signed: &SignedIn, moment: i64) -> Result<Found, NoCaller> {
        let view = self.core.store().read()?;
        let account = view.account(&signed.account)?.filter(|account| account.open).ok_or(NoCaller::Closed)?;
        Ok(match Kind::of(&account) {
            Kind::Operator if view.is_sandbox()? => Found { who: Who::Operator, holds: i64::MIN..i64::MAX },
            Kind::Operator => return Err(NoCaller::Closed),
            Kind::Staff => {
                let (staff, changes) = self.staff(&account, &signed.role, moment)?;
                Found { holds: staff.from..staff.until.min(changes), who: Who::Staff(staff) }
            }
            // Their facts stand in many resources: they are read for each request.
            Kind::Citizen => {
                let citizen = Arc::new(inhabitant(&view, &account, signed, moment)?);
                Found { who: Who::Citizen(citizen), holds: moment..moment }
            }
        })
    }

    /// What somebody may act as now: the roles of staff; an inhabitant themselves and whom they represent.
    pub fn choices(&self, account: &str, moment: i64) -> Result<Vec<Choice>, NoCaller> {
        let view = self.core.store().read()?;
        let account = view.account(account)?.filter(|account| account.open).ok_or(NoCaller::Closed)?;
        match Kind::of(&account) {
            Kind::Operator => Ok(Vec::new()),
            Kind::Staff => self.roles(&view, &account, moment),
            Kind::Citizen => persons(&view, &account, moment),
        }
    }

    /// The name of an account's person; empty if there is none.
    pub fn name_of(&self, account: &str) -> Result<String, Error> {
        let view = self.core.store().read()?;
        let Some(account) = view.account(account)? else { return Ok(String::new()) };
        let person = match Kind::of(&account) {
            Kind::Staff => live(&view, "Practitioner", &account.practitioner)?,
            Kind::Citizen | Kind::Operator => live(&view, "Patient", &account.patient)?,
        };
        Ok(person.map(|person| person.human_name()).unwrap_or_default())
    }

    fn roles(&self, view: &View, account: &Account, moment: i64) -> Result<Vec<Choice>, NoCaller> {
        let practitioner = format!("Practitioner/{}", account.practitioner);
        let mut choices = Vec::new();
        for role in matching(view, "PractitionerRole", &[("practitioner", &practitioner)], ROLES_MAX)? {
            match self.staff(account, &role.id, moment) {
                Ok((staff, _)) => choices.push(Choice {
                    role: role.id,
                    name: staff.unit.clone(),
                    organisation: staff.organisation.clone(),
                    duty: Some(staff.duty),
                }),
                Err(NoCaller::Ended) => {}
                Err(error) => return Err(error),
            }
        }
        choices.sort_by(|a, b| (&a.organisation, &a.name, a.duty).cmp(&(&b.organisation, &b.name, b.duty)));
        Ok(choices)
    }

    /// Somebody at work, and until when nothing known of them changes by itself.
    fn staff(&self, account: &Account, role: &str, moment: i64) -> Result<(Arc<Staff>, i64), NoCaller> {
        if role.is_empty() {
            return Err(NoCaller::NoRole);
        }
        let people = &self.core.0.people;
        let key = (account.id.clone(), role.to_string());
        // Before a view is made: what is written from here on is read again.
        let epoch = self.core.store().staff();
        let (staff, changes) = match people.get(&key, epoch, moment) {
            Some(kept) => kept,
            None => {
                let view = self.core.store().read()?;
                let person = (account.id.as_str(), account.practitioner.as_str());
                let facts = staff::facts(&view, person, role, moment)?.ok_or(NoCaller::Ended)?;
                people.keep(key, epoch, &facts);
                (facts.staff, facts.changes)
            }
        };
        let holds = staff.from <= moment && moment < staff.until;
        if holds { Ok((staff, changes)) } else { Err(NoCaller::Ended) }
    }
}

/// The facts of an inhabitant.
fn inhabitant(view: &View, account: &Account, signed: &SignedIn, moment: i64) -> Result<Citizen, NoCaller> {
    let own = citizen::own(view, &account.patient)?.ok_or(NoCaller::Closed)?;
    let on_behalf = match signed.role.as_str() {
        "" => None,
        relation => Some(citizen::behalf(view, &own, relation, moment)?.ok_or(NoCaller::Ended)?),
    };
    Ok(Citizen {
        user: account.id.clone(),
        name: own.human_name(),
        patient: own.id.clone(),
        part: own.place.part,
        level: signed.level,
        born: own.text("birthDate"),
        agreed: citizen::agreed(view, &own, moment)?,
        hidden: citizen::is_hidden(&own),
        on_behalf,
    })
}

fn persons(view: &View, account: &Account, moment: i64) -> Result<Vec<Choice>, NoCaller> {
    let own = citizen::own(view, &account.patient)?.ok_or(NoCaller::Closed)?;
    let choice =
        |role: &str, name: String| Choice { role: role.to_string(), name, organisation: String::new(), duty: None };
    let mut choices = vec![choice("", own.human_name())];
    for relation in citizen::relations(view, &own)? {
        if let Some((patient, _)) = citizen::represented(view, &own, &relation, moment)? {
            choices.push(choice(&relation.id, patient.human_name()));
        }
    }
    Ok(choices)
}
