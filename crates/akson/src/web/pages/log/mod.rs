//! I6, who has seen my record: by day, who, what part, on which ground; and a case where somebody is not recognised.
//!
//! The patient and who represents them read their own log, the privacy officer that of a patient of the municipality. What it
//! does not do: decide whose log it is, or change anything in it.

pub mod view;
pub mod words;

use akson_core::{Caller, Day, Duty, Error, Found, SearchOf, Visit, Who, day_bounds};
use axum::body::Body;
use axum::http::Response;

use self::view::{Case, Dispute, Group, Row, View};
use self::words as w;
use crate::web::ask::{Ask, go};
use crate::web::error::Trouble;
use crate::web::read::{self, Resource};
use crate::web::shell::show;
use crate::web::{kinds, when, words as common};

/// Cases on the page.
const CASES: &str = "50";
/// The code of a case.
pub const CASE: &str = "urn:akson:audit-case|not-recognised";

/// `GET /log`, with `patient` for those who watch over the logs of others.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let own = own(ask.caller.as_ref());
    let patient = own.clone().unwrap_or_else(|| ask.get("patient").to_string());
    let asked = day_bounds((Some(ask.get("from")), Some(ask.get("to"))), ask.moment);
    let bounds = asked.or_else(|| day_bounds((None, None), ask.moment)).ok_or(Trouble::Failed)?;
    let record = ask.record()?;
    let (days, too_much) = match record.log(&patient, bounds).await {
        Ok(days) => (days, false),
        Err(Error::TooMuch(_)) => (Vec::new(), true),
        Err(error) => return Err(error.into()),
    };
    let cases = match &own {
        Some(_) => cases(&ask, &record.search(of_tasks(), case_pairs(), false).await?),
        None => Vec::new(),
    };
    let view = View {
        own: own.is_some(),
        patient,
        from: ask.get("from").to_string(),
        to: ask.get("to").to_string(),
        wrong_date: asked.is_none(),
        too_much,
        sent: ask.get("sent") == "1",
        days: days.iter().map(|day| group(&ask, day)).collect(),
        cases,
    };
    Ok(show(view.shown(&ask.shell())))
}

/// `GET /log/report`: is it this one?
pub async fn report(ask: Ask) -> Result<Response<Body>, Trouble> {
    own(ask.caller.as_ref()).ok_or(Trouble::NotYours)?;
    let event = ask.get("event").to_string();
    // That there is such an entry, for this person.
    ask.record()?.read("AuditEvent", &event).await?;
    Ok(show(Dispute { event }.shown(&ask.shell())))
}

/// `POST /log/report`.
pub async fn send(ask: Ask) -> Result<Response<Body>, Trouble> {
    ask.record()?.dispute(ask.get("event"), ask.get("words")).await?;
    Ok(go("/log?sent=1"))
}

/// The patient whose log is the caller's own to read.
fn own(caller: Option<&Caller>) -> Option<String> {
    match caller.map(|caller| &caller.who) {
        Some(Who::Citizen(citizen)) => {
            Some(citizen.on_behalf.as_ref().map_or(&citizen.patient, |other| &other.patient).clone())
        }
        _ => None,
    }
}

/// Where cases are looked for.
pub fn of_tasks() -> SearchOf {
    SearchOf { type_name: Some("Task"), compartment: None }
}

/// How.
pub fn case_pairs() -> Vec<(String, String)> {
    [("code", CASE), ("_sort", "-authored-on"), ("_count", CASES)]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .to_vec()
}

/// Cases as the pages show them.
pub fn cases(ask: &Ask, found: &Found) -> Vec<Case> {
    let tasks = found.entries.iter().filter_map(|(seen, _)| Resource::of(seen));
    tasks
        .map(|task| Case {
            id: task.id.clone(),
            patient: task.text(&["for", "reference"]).rsplit('/').next().unwrap_or_default().to_string(),
            event: task.text(&["focus", "reference"]).rsplit('/').next().unwrap_or_default().to_string(),
            sent: when::moment(&task.text(&["authoredOn"])).map(when::date).unwrap_or_default(),
            deadline: when::day(&task.text(&["restriction", "period", "end"])),
            words: task.text(&["description"]),
            answer: read::text(task.root(), &["output", "valueString"]),
            done: task.text(&["status"]) == "completed",
            late: when::moment(&task.text(&["restriction", "period", "end"])).is_some_and(|end| end < ask.moment),
        })
        .collect()
}

fn group(ask: &Ask, day: &Day) -> Group {
    Group { day: when::day(&day.date), rows: day.visits.iter().map(|visit| row(ask, visit)).collect() }
}

fn row(ask: &Ask, visit: &Visit) -> Row {
    let (first, last) = (when::clock(visit.first), when::clock(visit.last));
    let duty = Duty::of_code(&visit.role).map(|duty| common::duty(duty, ask.language).to_string());
    let place = [&visit.unit, &visit.organisation].into_iter().filter(|text| !text.is_empty()).cloned();
    let mut place: Vec<String> = place.collect();
    place.dedup();
    let kind = match visit.kind.as_str() {
        "staff" => w::KIND_STAFF,
        "citizen" => w::KIND_CITIZEN,
        "system" | "link" => w::KIND_SYSTEM,
        _ => w::KIND_SERVER,
    };
    Row {
        time: if first == last { first } else { format!("{first}–{last}") },
        name: visit.name.clone(),
        role: duty.unwrap_or_else(|| ask.say(kind).to_string()),
        place: place.join(", "),
        what: kinds::listed(&visit.what, ask.language),
        count: visit.count,
        changed: visit.changed,
        ground: ask.say(w::purpose(&visit.purpose)).to_string(),
        opened: visit.opened.as_ref().map(|opened| (opened.emergency, opened.reason.clone())),
        app: visit.app.clone(),
        event: visit.event.clone(),
    }
}
