//! The log as an inhabitant reads it: by day, who looked at what of their record, and why; and a case when they do not
//! recognise somebody.
//!
//! It names people by name, role and organisation, never by a national identity number or an account. What it does not do:
//! judge whether somebody had a reason to look.

use std::collections::BTreeMap;

use akson_fhir::definition::Definitions;
use akson_fhir::resource::Resource;
use akson_store::Companions;
use akson_store::audit::{Kept, Wanted};
use jiff::Timestamp;
use serde_json::json;

use super::audited::{About, NOWHERE};
use super::create::renamed;
use super::log::{Reach, TYPE, event_of, reaches};
use super::open::answers_here;
use super::seen::Expected;
use super::write::{Valid, aborted, put};
use super::{Record, Written};
use crate::access::labels::{OVERSIGHT, OVERSIGHT_SYSTEM};
use crate::access::{Action, Granted};
use crate::audit::event::{Event, Opened};
use crate::error::Error;
use crate::oslo;

/// Days within which the privacy officer has to answer a case.
const ANSWER_DAYS: i64 = 30;
const DAY_US: i64 = 86_400_000_000;
/// Rows of one log that are put together; more are asked for by time.
const ROWS_MAX: usize = 20_000;
/// Characters of what somebody may say of a case.
const WORDS_MAX: usize = 2000;
/// Codes of tasks about the log.
pub(super) const CASE_SYSTEM: &str = "urn:akson:audit-case";

/// What somebody did on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The first time, in microseconds since 1970.
    pub first: i64,
    /// The last time.
    pub last: i64,
    /// How many requests.
    pub count: u64,
    /// What kind of caller: `staff`, `citizen`, `system`…
    pub kind: String,
    /// The name.
    pub name: String,
    /// What they do.
    pub role: String,
    /// The unit.
    pub unit: String,
    /// The organisation.
    pub organisation: String,
    /// Through which app; empty: Akson's own pages.
    pub app: String,
    /// The purpose of use, as a code.
    pub purpose: String,
    /// The opening, if there was one.
    pub opened: Option<Opened>,
    /// What part of the record: types of resources, and how many.
    pub what: BTreeMap<&'static str, u64>,
    /// Whether something was changed.
    pub changed: bool,
    /// The newest entry in the log, by which a case names it.
    pub event: String,
}

/// A day of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The date in Norway.
    pub date: String,
    /// The newest first.
    pub visits: Vec<Visit>,
}

impl Record {
    /// What was done with a patient's record from one time to another, newest first.
    pub async fn log(&self, patient: &str, (from, until): (i64, i64)) -> Result<Vec<Day>, Error> {
        let about = About::new(Action::Search, TYPE, format!("log of {patient}")).of("Patient", patient);
        let result = self.log_now(patient, from, until).map(|(part, days)| {
            let mut line = self.line(&about, NOWHERE, 0);
            line.place.part = part;
            (days, vec![line])
        });
        self.after_audit(about, result).await
    }

    fn log_now(&self, patient: &str, from: i64, until: i64) -> Result<(i64, Vec<Day>), Error> {
        let reach = self.reach()?;
        let logs = self.core.store().logs()?;
        let type_id = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?.id;
        let head = logs.record().get(type_id, patient)?.ok_or(Error::NotFound)?;
        let part = head.place.part;
        let watched = reach == Reach::All && self.staff().is_none_or(|staff| answers_here(staff, &head));
        if !watched && reach != Reach::Of(part) {
            return Err(Error::NotFound);
        }
        let wanted = Wanted { parts: Some(vec![part]), from: Some(from), until: Some(until), after: None };
        let (mut days, mut count, mut failed): (Vec<Day>, usize, Option<Error>) = (Vec::new(), 0, None);
        logs.walk(&wanted, |entry| {
            count += 1;
            let done = match count > ROWS_MAX {
                true => {
                    Err(Error::TooMuch("more entries than can be shown at once; ask for a shorter time".to_string()))
                }
                false => event_of(&logs, entry.clone(), &Reach::Of(part)).map(|event| add(&mut days, &event)),
            };
            failed = done.err();
            Ok(failed.is_none())
        })?;
        failed.map_or(Ok((part, days)), Err)
    }

    /// Opens a case about an entry that the patient does not recognise; the privacy officer has to answer it in time.
    pub async fn dispute(&self, event: &str, words: &str) -> Result<Written, Error> {
        let about = About::new(Action::Create, "Task", format!("case about AuditEvent/{event}"));
        let result = self.dispute_now(&about, event, words).await;
        self.after_write(about, result).await
    }

    async fn dispute_now(&self, about: &About, id: &str, words: &str) -> Result<Written, Error> {
        if words.chars().count() > WORDS_MAX {
            return Err(Error::TooMuch(format!("at most {WORDS_MAX} characters")));
        }
        let Reach::Of(part) = self.reach()? else {
            return Err(Error::Denied("a case is opened by the patient".to_string()));
        };
        let prepared = {
            let logs = self.core.store().logs()?;
            let (which, n) = logs.record().row_of(id).ok_or(Error::NotFound)?;
            let Some(Kept::Row(row, _)) = logs.row(which, n)? else { return Err(Error::NotFound) };
            let event = event_of(&logs, akson_store::audit::Entry { which, n, row }, &Reach::Of(part))?;
            if !reaches(&logs, &Reach::Of(part), &event)? {
                return Err(Error::NotFound);
            }
            let patient = logs.record().at(akson_store::Place { part, rid: part })?.ok_or(Error::NotFound)?.id;
            let text = case(&event, &patient, words, self.caller.moment);
            let resource = Resource::parse_json(text.as_bytes()).map_err(Error::Invalid)?;
            let Valid(resource) = self.valid(resource)?;
            let view = self.view()?;
            let among = Companions::default();
            let home = self.core.store().new_home(&view, &resource, &among)?;
            let resource = renamed(&resource, &home.id)?;
            self.core.store().prepare(&view, &resource, home, &among)?
        };
        let line = self.line(about, NOWHERE, 0);
        // The right to complain is not one of the rules' rights to write: the server writes the case as it stands here.
        let granted = Granted::alike(akson_store::search::sight::all().clone());
        let pending = self.begin(move |tx| {
            put(tx, &granted, prepared, Expected::Absent, line).map_err(|error| match error {
                akson_store::Error::Conflict(_) => aborted(Error::Conflict("try again".to_string())),
                other => other,
            })
        });
        self.settled(pending.await)
    }
}

/// Adds an entry to its day, to the same visit if it is one.
fn add(days: &mut Vec<Day>, event: &Event) {
    // What was refused or found nothing showed nothing; what failed is for the operator.
    if event.entry.row.outcome != 0 || event.shows_nothing() {
        return;
    }
    let at = event.entry.row.at;
    let date = date(at);
    if days.last().is_none_or(|day| day.date != date) {
        days.push(Day { date, visits: Vec::new() });
    }
    let Some(day) = days.last_mut() else { return };
    let actor = &event.actor;
    let visit = Visit {
        first: at,
        last: at,
        count: 0,
        kind: actor.kind.clone(),
        name: actor.shown(),
        role: actor.duty.clone(),
        unit: actor.unit.clone(),
        organisation: actor.organisation.clone(),
        app: if actor.app.is_empty() { actor.client.clone() } else { actor.app.clone() },
        purpose: event.purpose().to_string(),
        opened: event.opened.clone(),
        what: BTreeMap::new(),
        changed: false,
        event: event.id.clone(),
    };
    let key = |visit: &Visit| {
        let Visit { kind, name, role, unit, organisation, app, purpose, opened, .. } = visit.clone();
        (kind, name, role, unit, organisation, app, purpose, opened.map(|opened| opened.id))
    };
    let place = day.visits.iter().position(|other| key(other) == key(&visit));
    let place = place.unwrap_or_else(|| {
        day.visits.push(visit);
        day.visits.len() - 1
    });
    let Some(visit) = day.visits.get_mut(place) else { return };
    visit.first = visit.first.min(at);
    visit.count += 1;
    visit.changed |= matches!(event.action(), "C" | "U" | "D");
    for thing in event.things.iter().filter(|_| !event.operates()) {
        *visit.what.entry(thing.type_name).or_default() += 1;
    }
}

/// The date in Norway.
fn date(at: i64) -> String {
    let moment = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(oslo::zone().clone()).date().to_string()
}

/// The case as a Task.
fn case(event: &Event, patient: &str, words: &str, moment: i64) -> String {
    let patient = json!({"reference": format!("Patient/{patient}")});
    let mut task = json!({
        "resourceType": "Task",
        "meta": {"security": [{"system": OVERSIGHT_SYSTEM, "code": OVERSIGHT}]},
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": "not-recognised"}]},
        "focus": {"reference": format!("AuditEvent/{}", event.id)},
        "for": patient,
        "authoredOn": crate::instant(moment),
        "requester": patient,
        "owner": {"identifier": {"system": crate::identity::DUTY_SYSTEM, "value": "privacy-officer"}, "display": "Privacy officer"},
        "restriction": {"period": {"end": date(moment + ANSWER_DAYS * DAY_US)}},
    });
    if !words.trim().is_empty() {
        task["description"] = words.trim().into();
    }
    task.to_string()
}
