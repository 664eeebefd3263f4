//! Looks at records that somebody should ask about: a colleague's, one's own, that of somebody of the same surname or address,
//! that of somebody well known. Found in the log, for who watches over it.
//!
//! A pattern is no accusation: it says what the log and the register say, and which entries those are. Who looks at patterns is
//! in the log of each patient that they name. What it does not do: keep anything, tell anybody by itself, or write to any other
//! log.

use std::collections::{BTreeMap, HashMap};

use akson_fhir::json::Value;
use akson_store::audit::{Logs, Wanted};
use akson_store::{Line, Place, View};

use super::Record;
use super::audited::About;
use super::log::{Reach, TYPE};
use super::names::NUMBERS;
use crate::access::{Action, labels};
use crate::audit::Actor;
use crate::error::Error;
use crate::identity::{Known, follow, items, known, live, matching, text};

/// Rows that are looked through; more are asked for by time.
const ROWS_MAX: usize = 200_000;
/// Entries that a pattern names; it counts all.
const EVENTS_MAX: usize = 20;
/// Roles of a colleague that are looked at.
const ROLES_MAX: usize = 20;

/// What is unusual about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternKind {
    /// Somebody at work has looked at their own record.
    OwnRecord,
    /// At that of somebody who works in the same unit.
    Colleague,
    /// At that of somebody who lives at the same address.
    SameAddress,
    /// At that of somebody of the same surname.
    SameSurname,
    /// At that of somebody who is marked as well known.
    WellKnown,
}

impl PatternKind {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            PatternKind::OwnRecord => "own-record",
            PatternKind::Colleague => "colleague",
            PatternKind::SameAddress => "same-address",
            PatternKind::SameSurname => "same-surname",
            PatternKind::WellKnown => "well-known",
        }
    }
}

/// A pattern: somebody, a patient, and the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What is unusual.
    pub kind: PatternKind,
    /// Who looked, as the log knew them last.
    pub actor: Actor,
    /// The id of the patient.
    pub patient: String,
    /// The patient's name.
    pub name: String,
    /// How many entries.
    pub count: u64,
    /// The first one.
    pub first: i64,
    /// The last one.
    pub last: i64,
    /// The newest of them, by their ids.
    pub events: Vec<String>,
}

/// What somebody at work did with one record.
struct Looks {
    actor: Actor,
    count: u64,
    first: i64,
    last: i64,
    events: Vec<String>,
}

/// What the register says of a person.
#[derive(Default)]
struct Facts {
    id: String,
    name: String,
    numbers: Vec<String>,
    surnames: Vec<String>,
    addresses: Vec<String>,
    well_known: bool,
    controller: i64,
    /// The units they work in.
    units: Vec<i64>,
}

impl Record {
    /// The patterns in a time, by what is unusual, then by how often.
    pub async fn patterns(&self, (from, until): (i64, i64)) -> Result<Vec<Pattern>, Error> {
        let about = About::new(Action::Search, TYPE, "patterns");
        let result = self.patterns_now(&about, from, until);
        self.after_audit(about, result).await
    }

    fn patterns_now(&self, about: &About, from: i64, until: i64) -> Result<(Vec<Pattern>, Vec<Line>), Error> {
        let reach = self.reach()?;
        if !matches!(reach, Reach::All | Reach::Units(_)) {
            return Err(Error::Denied("patterns are for leaders and the privacy officer".to_string()));
        }
        let logs = self.core.store().logs()?;
        let looks = looks(&logs, &reach, from, until)?;
        let (mut staff, mut patients) = (HashMap::new(), HashMap::new());
        let (mut found, mut lines) = (Vec::new(), Vec::new());
        for ((practitioner, part), looks) in looks {
            if !staff.contains_key(&practitioner) {
                staff.insert(practitioner.clone(), of_staff(logs.record(), &practitioner)?);
            }
            if let std::collections::hash_map::Entry::Vacant(place) = patients.entry(part) {
                place.insert(of_patient(logs.record(), part)?);
            }
            let (Some(Some(who)), Some(Some(whose))) = (staff.get(&practitioner), patients.get(&part)) else {
                continue;
            };
            if self.staff().is_some_and(|watcher| !watcher.controllers.contains(&whose.controller)) {
                continue;
            }
            let kinds = kinds(who, whose, looks.actor.unit_number);
            if !kinds.is_empty() {
                lines.push(self.line(about, Place { part, rid: 0 }, 0));
            }
            found.extend(kinds.into_iter().map(|kind| Pattern {
                kind,
                actor: looks.actor.clone(),
                patient: whose.id.clone(),
                name: whose.name.clone(),
                count: looks.count,
                first: looks.first,
                last: looks.last,
                events: looks.events.clone(),
            }));
        }
        found.sort_by(|a, b| (a.kind, b.count, &a.patient).cmp(&(b.kind, a.count, &b.patient)));
        Ok((found, lines))
    }
}

/// What each at work did with each record, as the log has it.
fn looks(logs: &Logs, reach: &Reach, from: i64, until: i64) -> Result<BTreeMap<(String, i64), Looks>, Error> {
    let wanted = Wanted { parts: None, from: Some(from), until: Some(until), after: None };
    let (mut all, mut looked) = (BTreeMap::<(String, i64), Looks>::new(), 0);
    logs.walk(&wanted, |entry| {
        looked += 1;
        let row = &entry.row;
        if row.part > 0 {
            let actor = Actor::read(&row.actor);
            if actor.kind == "staff" && !actor.practitioner.is_empty() && reach.has_unit(actor.unit_number) {
                let looks = all.entry((actor.practitioner.clone(), row.part)).or_insert_with(|| Looks {
                    actor,
                    count: 0,
                    first: row.at,
                    last: row.at,
                    events: Vec::new(),
                });
                looks.count += 1;
                looks.first = looks.first.min(row.at);
                if looks.events.len() < EVENTS_MAX {
                    looks.events.push(logs.record().row_id(entry.which, entry.n));
                }
            }
        }
        Ok(looked <= ROWS_MAX)
    })?;
    match looked > ROWS_MAX {
        true => {
            Err(Error::TooMuch("more entries than can be looked through at once; ask for a shorter time".to_string()))
        }
        false => Ok(all),
    }
}

/// What is unusual about somebody's looking at a record.
fn kinds(who: &Facts, whose: &Facts, unit: i64) -> Vec<PatternKind> {
    let shared = |a: &[String], b: &[String]| a.iter().any(|one| b.contains(one));
    if shared(&who.numbers, &whose.numbers) {
        return vec![PatternKind::OwnRecord];
    }
    let mut kinds = Vec::new();
    if unit != 0 && whose.units.contains(&unit) {
        kinds.push(PatternKind::Colleague);
    }
    if shared(&who.addresses, &whose.addresses) {
        kinds.push(PatternKind::SameAddress);
    }
    if shared(&who.surnames, &whose.surnames) {
        kinds.push(PatternKind::SameSurname);
    }
    if whose.well_known {
        kinds.push(PatternKind::WellKnown);
    }
    kinds
}

fn of_staff(view: &View, practitioner: &str) -> Result<Option<Facts>, Error> {
    let Some(person) = live(view, "Practitioner", practitioner)? else { return Ok(None) };
    let mut facts = facts(&person);
    // Where they live, their own record says better than the register of those at work.
    for own in by_numbers(view, "Patient", &facts.numbers)? {
        facts.addresses.extend(addresses(&own));
    }
    Ok(Some(facts))
}

fn of_patient(view: &View, part: i64) -> Result<Option<Facts>, Error> {
    let Some(stored) = view.at(Place { part, rid: part })? else { return Ok(None) };
    let Some(person) = known(&stored) else { return Ok(None) };
    let mut facts = facts(&person);
    for at_work in by_numbers(view, "Practitioner", &facts.numbers)? {
        let address = format!("Practitioner/{}", at_work.id);
        for role in matching(view, "PractitionerRole", &[("practitioner", &address)], ROLES_MAX)? {
            let unit = follow(view, "Organization", role.get("organization"))?;
            facts.units.extend(unit.filter(|_| role.active()).map(|unit| unit.place.rid));
        }
    }
    Ok(Some(facts))
}

/// The people of a type who have one of these numbers.
fn by_numbers(view: &View, type_name: &'static str, numbers: &[String]) -> Result<Vec<Known>, Error> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    matching(view, type_name, &[("identifier", &numbers.join(","))], ROLES_MAX)
}

fn facts(person: &Known) -> Facts {
    let surnames = items(person.get("name")).map(|name| text(name, "family").to_lowercase());
    let labels = person.get("meta").and_then(|meta| meta.get("security"));
    Facts {
        id: person.id.clone(),
        name: person.human_name(),
        numbers: person
            .identifiers(NUMBERS)
            .into_iter()
            .filter(|one| one.bytes().all(|b| b.is_ascii_digit()))
            .collect(),
        surnames: surnames.filter(|name| !name.is_empty()).collect(),
        addresses: addresses(person),
        well_known: items(labels)
            .any(|label| text(label, "system") == labels::ACT_CODE && text(label, "code") == labels::WELL_KNOWN),
        controller: person.controller,
        units: Vec::new(),
    }
}

/// Addresses as they can be compared: lines and postal code.
fn addresses(person: &Known) -> Vec<String> {
    let written = |address: Value<'_>| {
        let lines: Vec<String> =
            items(address.get("line")).filter_map(|line| line.as_str().map(|l| l.into_owned())).collect();
        let whole = format!("{} {}", lines.join(" "), text(address, "postalCode")).to_lowercase();
        (!lines.is_empty()).then(|| whole.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    items(person.get("address")).filter_map(written).collect()
}
