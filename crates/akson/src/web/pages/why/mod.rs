//! Why somebody sees a patient's record, or does not: for administrators and the privacy officer.
//!
//! What it does not do: show anything of the record, or find patients; the patient is named by the id.

pub mod view;
pub mod words;

use akson_core::{Error, InRole, Says};
use akson_fhir::definition::Definitions;
use axum::body::Body;
use axum::http::{Response, StatusCode};

use self::view::{Line, Result as Told, Role, View};
use self::words as w;
use crate::web::ask::Ask;
use crate::web::error::Trouble;
use crate::web::shell::{show, show_with};
use crate::web::{kinds, words as common};

/// Types that can be asked about.
const TYPES: &[&str] = &[
    "Patient",
    "Observation",
    "MedicationRequest",
    "Condition",
    "AllergyIntolerance",
    "DocumentReference",
    "Encounter",
    "Communication",
    "ServiceRequest",
    "Task",
];

/// `GET /why`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let record = ask.record()?;
    let chosen = if ask.get("type").is_empty() { "Patient" } else { ask.get("type") };
    let type_name = Definitions::r4().resource(chosen).ok_or(Trouble::NotFound)?.name;
    let types = TYPES.iter().map(|name| (*name, kinds::named(name, ask.language))).collect();
    let (person, patient) = (ask.get("person").trim().to_string(), ask.get("patient").trim().to_string());
    let mut view = View { person, patient, type_name, types, told: Told::NotAsked };
    let mut status = StatusCode::OK;
    if view.person.is_empty() || view.patient.is_empty() {
        // Who may not ask is told so before they do.
        match record.why_of("", "-", type_name).await {
            Err(error @ Error::Denied(_)) => return Err(error.into()),
            _ => return Ok(show(view.shown(&ask.shell()))),
        }
    }
    view.told = match record.why_of(&view.person, &view.patient, type_name).await {
        Ok(roles) => Told::Roles(roles.iter().map(|one| role(&ask, one)).collect()),
        Err(Error::NotFound) => Told::Nobody,
        Err(Error::Conflict(_)) => Told::Several,
        Err(error) => return Err(error.into()),
    };
    if matches!(view.told, Told::Nobody) {
        status = StatusCode::NOT_FOUND;
    }
    Ok(show_with(status, view.shown(&ask.shell())))
}

fn role(ask: &Ask, one: &InRole) -> Role {
    let duty = one.duty.map(|duty| common::duty(duty, ask.language));
    let lines = one.because.iter().map(|because| {
        let (words, more) = w::says(&because.says);
        let rests = match &because.says {
            Says::Rests(kind, _) => Some(ask.say(w::relation(*kind))),
            _ => None,
        };
        Line {
            rule: ask.say(w::rule(because.rule)).to_string(),
            says: ask.say(words).to_string(),
            more: rests.map(str::to_string).unwrap_or_default(),
            english: more.unwrap_or_default().to_string(),
        }
    });
    Role {
        name: [Some(one.name.as_str()), duty].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        sees: one.sees,
        lines: lines.collect(),
    }
}
