//! M3, access and oversight: the queue of openings, the cases of patients, and patterns in the log.
//!
//! Leaders see what their units did, the privacy officer what was done in the municipality. What it does not do: decide who
//! watches over whom; the door does.

pub mod view;
pub mod words;

use akson_core::{Caller, Duty, Error, Pattern, ToReview, Verdict, Who};
use axum::body::Body;
use axum::http::{Response, StatusCode};

use self::view::{Found, Opening, View};
use self::words as w;
use crate::web::ask::{Ask, go};
use crate::web::error::Trouble;
use crate::web::pages::log::{case_pairs, cases, of_tasks};
use crate::web::shell::show_with;
use crate::web::{kinds, when};

/// Days of the log that are looked through for patterns.
const DAYS: i64 = 30;
const DAY_US: i64 = 86_400_000_000;
/// What is said after something was done, by the word in the address.
const TOLD: &[(&str, [&str; 3])] = &[("reviewed", w::REVIEWED), ("answered", w::ANSWERED)];

/// `GET /review`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let told = TOLD.iter().find(|(word, _)| *word == ask.get("told")).map(|(_, words)| *words);
    shown(&ask, StatusCode::OK, told, None).await
}

/// `POST /review`: the verdict on an opening.
pub async fn decide(ask: Ask) -> Result<Response<Body>, Trouble> {
    let Some(verdict) = Verdict::of_code(ask.get("verdict")) else {
        return shown(&ask, StatusCode::UNPROCESSABLE_ENTITY, None, Some(w::NO_VERDICT)).await;
    };
    match ask.record()?.review(ask.get("opening"), verdict, ask.get("note").trim()).await {
        Ok(()) => Ok(go("/review?told=reviewed")),
        Err(Error::Conflict(_)) => shown(&ask, StatusCode::CONFLICT, None, Some(w::ALREADY)).await,
        Err(Error::TooMuch(_)) => shown(&ask, StatusCode::UNPROCESSABLE_ENTITY, None, Some(w::NOTE_HINT)).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /review/answer`: the answer to a case.
pub async fn answer(ask: Ask) -> Result<Response<Body>, Trouble> {
    match ask.record()?.answer_case(ask.get("case"), ask.get("answer")).await {
        Ok(_) => Ok(go("/review?told=answered")),
        Err(Error::Conflict(_)) => shown(&ask, StatusCode::CONFLICT, None, Some(w::ALREADY)).await,
        Err(Error::Precondition(_) | Error::TooMuch(_)) => {
            shown(&ask, StatusCode::UNPROCESSABLE_ENTITY, None, Some(w::NO_ANSWER)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn shown(
    ask: &Ask,
    status: StatusCode,
    told: Option<[&'static str; 3]>,
    wrong: Option<[&'static str; 3]>,
) -> Result<Response<Body>, Trouble> {
    let record = ask.record()?;
    let queue = record.to_review().await?;
    let officer = is_officer(ask.caller.as_ref());
    let mut open = match officer {
        true => cases(ask, &record.search(of_tasks(), case_pairs(), false).await?),
        false => Vec::new(),
    };
    open.retain(|case| !case.done);
    let patterns = match record.patterns((ask.moment - DAYS * DAY_US, ask.moment + 1)).await {
        Ok(found) => Some(found.iter().map(|one| pattern(ask, one)).collect()),
        Err(Error::TooMuch(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let queue = queue.iter().map(|one| opening(ask, one)).collect();
    let view = View { told, wrong, queue, officer, cases: open, patterns };
    Ok(show_with(status, view.shown(&ask.shell())))
}

fn is_officer(caller: Option<&Caller>) -> bool {
    matches!(caller.map(|caller| &caller.who), Some(Who::Staff(staff)) if staff.duty == Duty::PrivacyOfficer)
}

fn opening(ask: &Ask, one: &ToReview) -> Opening {
    let actor = one.actor.clone().unwrap_or_default();
    let place = [actor.unit.clone(), actor.organisation.clone()];
    let mut place: Vec<String> = place.into_iter().filter(|text| !text.is_empty()).collect();
    place.dedup();
    Opening {
        id: one.id.clone(),
        who: actor.shown(),
        place: place.join(", "),
        patient: one.name.clone(),
        emergency: one.emergency,
        overdue: one.overdue,
        time: format!("{} {}–{}", when::date(one.since), when::clock(one.since), when::clock(one.until)),
        code: one.code.clone(),
        reason: one.reason.clone(),
        seen: kinds::listed(&one.what, ask.language),
    }
}

fn pattern(ask: &Ask, one: &Pattern) -> Found {
    Found {
        kind: ask.say(w::kind(one.kind)),
        who: one.actor.shown(),
        unit: one.actor.unit.clone(),
        patient: one.name.clone(),
        patient_id: one.patient.clone(),
        count: one.count,
        time: match (when::date(one.first), when::date(one.last)) {
            (first, last) if first == last => first,
            (first, last) => format!("{first}–{last}"),
        },
        events: one.events.clone(),
    }
}
