//! The log through the door: AuditEvents are its rows, shown to those who may see them.
//!
//! A citizen sees what was done with their own record, a leader what their own unit's staff did, the privacy officer and the
//! operator of a sandbox all of it; nobody else sees anything. Who looks is in the log themselves.
//! What it does not do: show AuditEvents that others have written; those are resources and are read by their id.

use std::sync::Arc;

use akson_fhir::definition::Definitions;
use akson_fhir::outcome::Issue;
use akson_fhir::value::date::{DateRange, Zone};
use akson_store::audit::{Entry, Kept, Logs, Wanted, Which};
use akson_store::search::sight::Scope;
use akson_store::{Line, Place, types};

use super::audited::{About, NOWHERE};
use super::search::{Found, Mode, PAGE, SearchOf};
use super::{Record, Seen, sees_all};
use crate::access::Action;
use crate::audit::event::{Event, Opened, Thing};
use crate::audit::{Actor, event};
use crate::caller::{Duty, Staff, Who};
use crate::error::Error;
use crate::query::Pair;

/// The type that shows the log.
pub(super) const TYPE: &str = "AuditEvent";
/// Rows looked at for one page; what lies behind is on the next one.
const LOOKED_MAX: usize = 50_000;
/// Search parameters of the log.
pub const LOG_PARAMETERS: &[&str] = &[
    "_id",
    "_lastUpdated",
    "action",
    "agent",
    "agent-name",
    "date",
    "entity",
    "entity-type",
    "outcome",
    "patient",
    "subtype",
    "type",
];

/// How much of the log somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All.
    All,
    /// What was done with one record.
    Of(i64),
    /// What the staff of these units did.
    Units(Arc<[i64]>),
    /// Nothing.
    Nothing,
}

impl Reach {
    /// Whether somebody of a unit is within, as far as it goes by units.
    pub(super) fn has_unit(&self, unit: i64) -> bool {
        match self {
            Reach::Units(units) => unit != 0 && units.contains(&unit),
            _ => true,
        }
    }
}

/// The units that somebody leads: their own and those below it.
fn units(staff: &Staff) -> Arc<[i64]> {
    [&[staff.unit_number], &*staff.keys].concat().into()
}

/// What is asked for.
#[derive(Default)]
pub(super) struct Ask {
    pub(super) wanted: Wanted,
    /// All of these must hold; each by any of its values.
    filters: Vec<(String, Vec<String>)>,
    count: Option<usize>,
    total: bool,
    /// Asked for something that nothing can match.
    nothing: bool,
}

impl Record {
    /// How much of the log the caller sees.
    pub(super) fn reach(&self) -> Result<Reach, Error> {
        let granted = self.granted(Action::Search, TYPE)?;
        Ok(match &self.caller.who {
            _ if sees_all(&granted, TYPE) => Reach::All,
            _ if self.caller.within.is_some() => Reach::Nothing,
            Who::Staff(staff) if staff.duty == Duty::PrivacyOfficer => Reach::All,
            Who::Staff(staff) if staff.duty == Duty::Leader && staff.unit_number != 0 => Reach::Units(units(staff)),
            // Nothing of the log where the rules allow nothing of it: to the young, to parents of who is not a child any more.
            Who::Citizen(citizen) if matches!(granted.of(TYPE), Scope::Some(limits) if !limits.only.is_empty()) => {
                Reach::Of(citizen.on_behalf.as_ref().map_or(citizen.part, |other| other.part))
            }
            _ => Reach::Nothing,
        })
    }

    /// One row.
    pub(super) fn read_log(&self, about: &About, id: &str) -> Result<(Seen, Vec<Line>), Error> {
        let reach = self.reach()?;
        let logs = self.core.store().logs()?;
        let (which, n) = logs.record().row_of(id).ok_or(Error::NotFound)?;
        let row = match logs.row(which, n)?.ok_or(Error::NotFound)? {
            Kept::Row(row, _) => row,
            Kept::Erased(..) => return Err(Error::Gone),
        };
        let event = event_of(&logs, Entry { which, n, row }, &reach)?;
        if !reaches(&logs, &reach, &event)? {
            return Err(Error::NotFound);
        }
        let line = self.line_about_log(about, &event);
        Ok((seen(&event, &reach), vec![line]))
    }

    /// A page of rows, newest first.
    pub(super) fn search_log(
        &self,
        about: &About,
        of: &SearchOf,
        pairs: &[Pair],
        lenient: bool,
    ) -> Result<(Found, Vec<Line>), Error> {
        let reach = self.reach()?;
        let logs = self.core.store().logs()?;
        let (mut ask, used, issues) = self.ask(&logs, of, pairs, lenient)?;
        match &reach {
            Reach::Of(part) => match &ask.wanted.parts {
                Some(parts) if parts != &[*part] => ask.nothing = true,
                _ => ask.wanted.parts = Some(vec![*part]),
            },
            Reach::Nothing => ask.nothing = true,
            Reach::All | Reach::Units(_) => {}
        }
        let limits = &self.core.settings().limits;
        let count = ask.count.unwrap_or(limits.page_default).min(limits.page);
        let (mut entries, mut lines, mut next) = (Vec::new(), Vec::new(), None);
        let (mut looked, mut last, mut parts) = (0, None, Vec::new());
        if !ask.nothing && count > 0 {
            self.each_event(&logs, &ask, &reach, |event, matches| {
                if entries.len() == count || looked == LOOKED_MAX {
                    next = last.map(|(which, n)| logs.record().row_id(which, n));
                    return false;
                }
                looked += 1;
                last = Some((event.entry.which, event.entry.n));
                if matches {
                    if !parts.contains(&event.entry.row.part) {
                        parts.push(event.entry.row.part);
                        lines.push(self.line_about_log(about, event));
                    }
                    entries.push((seen(event, &reach), Mode::Match));
                }
                true
            })?;
        }
        let total = match (ask.total, ask.nothing) {
            (false, _) => None,
            (true, true) => Some(0),
            (true, false) => {
                let mut total = 0;
                let whole = Ask {
                    wanted: Wanted { after: None, ..ask.wanted.clone() },
                    filters: ask.filters.clone(),
                    ..Ask::default()
                };
                self.each_event(&logs, &whole, &reach, |_, matches| {
                    total += u64::from(matches);
                    true
                })?;
                Some(total)
            }
        };
        let page = pairs.iter().find(|(name, _)| name == PAGE).map(|(_, token)| token.clone());
        Ok((Found { path: of.path(), entries, total, page, next, used, issues }, lines))
    }

    /// Goes through rows, newest first; tells each and whether it is asked for and may be seen.
    fn each_event(
        &self,
        logs: &Logs,
        ask: &Ask,
        reach: &Reach,
        mut each: impl FnMut(&Event, bool) -> bool,
    ) -> Result<(), Error> {
        let mut failed = None;
        logs.walk(&ask.wanted, |entry| {
            // What can be told from the row alone is told first; the names behind its numbers cost more.
            let bare = bare(logs, entry);
            let mut matches = ask.matches_row(&bare) && reach.has_unit(bare.actor.unit_number);
            let mut event = bare;
            if matches {
                match event_of(logs, entry.clone(), reach) {
                    Ok(found) => event = found,
                    Err(error) => failed = Some(error),
                }
                matches = ask.matches_things(&event);
            }
            Ok(failed.is_none() && each(&event, matches))
        })?;
        failed.map_or(Ok(()), Err)
    }

    fn line_about_log(&self, about: &About, event: &Event) -> Line {
        let mut line = self.line(about, NOWHERE, 0);
        line.place.part = event.entry.row.part;
        line
    }

    /// Reads the query.
    fn ask(
        &self,
        logs: &Logs,
        of: &SearchOf,
        pairs: &[Pair],
        lenient: bool,
    ) -> Result<(Ask, Vec<Pair>, Vec<Issue>), Error> {
        let (mut ask, mut used, mut issues) = (Ask::default(), Vec::new(), Vec::new());
        if let Some((owner, id)) = &of.compartment {
            match *owner {
                "Patient" => ask.about_patients(logs, std::slice::from_ref(id))?,
                _ => ask.nothing = true,
            }
        }
        for (name, value) in pairs {
            let values: Vec<String> = value.split(',').map(str::to_string).collect();
            let known = match name.as_str() {
                "patient" | "patient:Patient" => ask.about_patients(logs, &values).map(|()| true)?,
                "date" | "_lastUpdated" => ask
                    .within(value)
                    .ok_or_else(|| wrong(name, "this is a date with a prefix, such as ge2026-01-31"))?,
                "_count" => {
                    ask.count = Some(value.parse().map_err(|_| wrong(name, "_count is a whole number"))?);
                    true
                }
                "_total" => {
                    ask.total = value != "none";
                    true
                }
                "_summary" if value == "count" => {
                    (ask.count, ask.total) = (Some(0), true);
                    true
                }
                // How much of each is shown is the face's affair.
                "_summary" | "_elements" => true,
                "_sort" if matches!(value.as_str(), "-date" | "-_lastUpdated") => true,
                PAGE => {
                    ask.wanted.after =
                        Some(after(logs, value)?.ok_or_else(|| wrong(name, "this is no page of this search"))?);
                    continue;
                }
                "type" => {
                    ask.filters.push((name.clone(), values));
                    true
                }
                name if LOG_PARAMETERS.contains(&name) => {
                    ask.filters.push((name.to_string(), values));
                    true
                }
                _ => false,
            };
            match (known, lenient) {
                (true, _) => used.push((name.clone(), value.clone())),
                (false, true) => issues.push(Issue::warning(
                    "not-supported",
                    format!("http.{name}"),
                    "the log is not searched by this; it was left out",
                )),
                (false, false) => {
                    let text = format!("the log is searched by {}, sorted by -date", LOG_PARAMETERS.join(", "));
                    return Err(Error::Malformed(vec![Issue::error("not-supported", format!("http.{name}"), text)]));
                }
            }
        }
        Ok((ask, used, issues))
    }
}

fn wrong(name: &str, text: &'static str) -> Error {
    Error::Malformed(vec![Issue::error("value", format!("http.{name}"), text)])
}

impl Ask {
    fn about_patients(&mut self, logs: &Logs, values: &[String]) -> Result<(), Error> {
        let type_id = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?.id;
        let mut parts = Vec::new();
        for value in values {
            let id = value.rsplit('/').next().unwrap_or_default();
            if let Some(place) = logs.record().place(type_id, id)? {
                parts.push(place.part);
            }
        }
        if let Some(before) = &self.wanted.parts {
            parts.retain(|part| before.contains(part));
        }
        self.nothing |= parts.is_empty();
        self.wanted.parts = Some(parts);
        Ok(())
    }

    /// A date with its prefix; false never, none if it can't be read.
    pub(super) fn within(&mut self, value: &str) -> Option<bool> {
        let (prefix, date) = match value.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_lowercase())) {
            Some(prefix) => (prefix, &value[2..]),
            None => ("eq", value),
        };
        let range = DateRange::parse(&date.replace(' ', "+"), Zone(0))?;
        let (low, high) = (range.low.checked_mul(1000)?, range.high.checked_mul(1000)?);
        let from = |wanted: &mut Wanted, at: i64| wanted.from = Some(wanted.from.map_or(at, |other| other.max(at)));
        let until = |wanted: &mut Wanted, at: i64| wanted.until = Some(wanted.until.map_or(at, |other| other.min(at)));
        match prefix {
            "eq" => {
                from(&mut self.wanted, low);
                until(&mut self.wanted, high);
            }
            "ge" => from(&mut self.wanted, low),
            "gt" | "sa" => from(&mut self.wanted, high),
            "lt" | "eb" => until(&mut self.wanted, low),
            "le" => until(&mut self.wanted, high),
            _ => return None,
        }
        Some(true)
    }

    fn matches_row(&self, event: &Event) -> bool {
        self.filters.iter().all(|(name, values)| {
            values.iter().any(|value| match name.as_str() {
                "_id" => event.id == *value,
                "action" => event.action() == code(value),
                "outcome" => event.outcome() == code(value),
                "type" => event.kind_code() == code(value),
                "subtype" => event::interaction(event.entry.row.action) == code(value),
                "agent-name" => event.actor.shown().to_lowercase().starts_with(&value.to_lowercase()),
                "agent" => {
                    let actor = &event.actor;
                    let id = value.rsplit('/').next().unwrap_or_default();
                    !id.is_empty() && [&actor.role, &actor.practitioner, &actor.patient].iter().any(|own| *own == id)
                }
                _ => true,
            })
        })
    }

    fn matches_things(&self, event: &Event) -> bool {
        self.filters.iter().all(|(name, values)| {
            values.iter().any(|value| match name.as_str() {
                "entity-type" => event.things.iter().any(|thing| thing.type_name == code(value)),
                "entity" => {
                    let mut ends = value.rsplit('/');
                    let (id, type_name) = (ends.next().unwrap_or_default(), ends.next());
                    let things = event.things.iter();
                    let mut all = things.map(|thing| (thing.type_name, thing.id.as_str()));
                    let patient = event.patient.as_deref().map(|id| ("Patient", id));
                    all.any(|one| one.1 == id && type_name.is_none_or(|name| name == one.0))
                        || patient.is_some_and(|one| one.1 == id && type_name.is_none_or(|name| name == one.0))
                }
                _ => true,
            })
        })
    }
}

/// The code of a token.
fn code(value: &str) -> &str {
    value.rsplit('|').next().unwrap_or_default()
}

/// The row behind which a page begins.
fn after(logs: &Logs, token: &str) -> Result<Option<(i64, Which, u64)>, Error> {
    let Some((which, n)) = logs.record().row_of(token) else { return Ok(None) };
    Ok(logs.row(which, n)?.map(|kept| (kept.at(), which, n)))
}

/// Whether a row lies in the reach.
pub(super) fn reaches(logs: &Logs, reach: &Reach, event: &Event) -> Result<bool, Error> {
    Ok(match reach {
        Reach::All => true,
        Reach::Nothing => false,
        Reach::Units(_) => reach.has_unit(event.actor.unit_number),
        Reach::Of(part) => {
            let entry = &event.entry;
            let at = Wanted {
                parts: Some(vec![*part]),
                from: Some(entry.row.at),
                until: Some(entry.row.at + 1),
                after: None,
            };
            let mut found = false;
            logs.walk(&at, |other| {
                found = (other.which, other.n) == (entry.which, entry.n);
                Ok(!found)
            })?;
            found
        }
    })
}

fn seen(event: &Event, reach: &Reach) -> Seen {
    let at = event.entry.row.at;
    let text = event.resource(*reach == Reach::All).into_bytes();
    Seen { type_name: TYPE, id: event.id.clone(), version: 1, updated: at, deleted: false, text }
}

/// What can be told without looking anything up.
fn bare(logs: &Logs, entry: &Entry) -> Event {
    let actor = Actor::read(&entry.row.actor);
    let id = logs.record().row_id(entry.which, entry.n);
    Event { id, entry: entry.clone(), actor, patient: None, things: Vec::new(), opened: None }
}

/// The names behind the numbers of a row.
pub(super) fn event_of(logs: &Logs, entry: Entry, reach: &Reach) -> Result<Event, Error> {
    let (mut event, record) = (bare(logs, &entry), logs.record());
    let id_of = |place: Place| -> Result<String, Error> {
        Ok(match record.at(place)? {
            Some(stored) if stored.id.is_empty() => String::new(),
            Some(stored) => stored.id,
            None => String::new(),
        })
    };
    let part = entry.row.part;
    if part > 0 {
        event.patient = Some(id_of(Place { part, rid: part })?).filter(|id| !id.is_empty());
    }
    for named in entry.row.named() {
        let Some(type_id) = types::type_id(named.type_number) else { continue };
        let type_name = Definitions::r4().get(type_id).name;
        // What is nobody's alone may stand in a row with what is others'.
        let theirs = match reach {
            Reach::Of(patient) if part < 0 => {
                record.patients_of(Place { part, rid: named.rid }, named.version)?.contains(patient)
            }
            _ => true,
        };
        if named.rid != 0 && theirs {
            event.things.push(Thing { type_name, id: id_of(Place { part, rid: named.rid })?, version: named.version });
        }
    }
    let mut words = entry.row.reason.split(' ').skip(1);
    if let (Some(kind @ ("emergency" | "declared")), Some(id)) = (words.next(), words.next()) {
        let reason = record.opening(id)?.map(|opening| opening.wish.reason).unwrap_or_default();
        event.opened = Some(Opened { id: id.to_string(), reason, emergency: kind == "emergency" });
    }
    Ok(event)
}
