//! K7, measurements of a record: lanes and table of a period, and the form for a new set with its points while one writes.
//!
//! Points are counted on the server by the standard's table; the script counts the same from bands that the server puts on the
//! fields. A form that is sent twice is saved once.

pub mod form;
pub mod view;
pub mod words;

use akson_core::{Error, Who};
use akson_fhir::resource::Resource as Fhir;
use axum::body::Body;
use axum::http::{Response, StatusCode};

use self::form::{Form, Origin};
use self::view::{FormView, View};
use crate::web::ask::{Ask, go};
use crate::web::chart::{self, Part, board, vitals};
use crate::web::error::Trouble;
use crate::web::parts::vitals::Period;
use crate::web::shell::{show, show_with};
use akson_core::scores::news2::Scale;

/// Signs that are drawn at most.
const SIGNS_MAX: usize = 900;
/// Signs of the newest sets.
const LATEST_MAX: usize = 24;

/// `GET /patients/{id}/measurements`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let window = board::Window::of(Period::of_code(ask.get("period")), ask.moment);
    let wanted = vec![vitals::wanted(Some(window.from), SIGNS_MAX), vitals::wanted(None, LATEST_MAX)];
    let mut opened = chart::open(&ask, wanted).await?;
    let path = format!("/patients/{}/measurements", opened.banner.id);
    let measured = match (opened.take(), opened.take()) {
        (Part::There(within), Part::There(latest)) => {
            let (within, latest) = (vitals::sets(&within, &opened.names), vitals::sets(&latest, &opened.names));
            Part::There(board::view(window, &within, &latest, &path, ask.moment, ask.language))
        }
        (Part::NoAccess, _) | (_, Part::NoAccess) => Part::NoAccess,
        _ => Part::Failed,
    };
    let saved = match ask.get("saved") {
        "all" => Some(words::SAVED),
        "part" => Some(words::SAVED_PART),
        _ => None,
    };
    let view = View { banner: opened.banner, measured, saved };
    Ok(show(view.shown(&ask.shell())))
}

/// `GET /patients/{id}/measurements/new`.
pub async fn new(ask: Ask) -> Result<Response<Body>, Trouble> {
    let mut opened = chart::open(&ask, vec![vitals::wanted(None, LATEST_MAX)]).await?;
    // Which scale holds is a doctor's decision, and does not change from one set to the next.
    let scale = match opened.take() {
        Part::There(found) => vitals::sets(&found, &opened.names).last().map(|set| set.vitals.scale),
        _ => None,
    };
    let scale = if scale == Some(Scale::Two) { "2" } else { "1" };
    let form = Form { scale: scale.to_string(), once: akson_core::random_name(), ..Form::default() };
    let view = FormView { banner: opened.banner, form, faults: Vec::new(), refused: false };
    Ok(show(view.shown(&ask.shell())))
}

/// `POST /patients/{id}/measurements/new`: counts, or saves.
pub async fn save(ask: Ask) -> Result<Response<Body>, Trouble> {
    let opened = chart::open(&ask, Vec::new()).await?;
    let form = Form::of(&ask);
    let (measured, faults) = form.read(|words| ask.say(words));
    let mut view = FormView { banner: opened.banner, form, faults, refused: false };
    if ask.get("do") == "count" {
        view.faults.clear();
        return Ok(show(view.shown(&ask.shell())));
    }
    if !view.faults.is_empty() {
        return Ok(show_with(StatusCode::UNPROCESSABLE_ENTITY, view.shown(&ask.shell())));
    }
    let caller = ask.caller.clone().ok_or(Trouble::SignIn)?;
    let by = match &caller.who {
        Who::Staff(staff) => Some(format!("Practitioner/{}", staff.practitioner)),
        _ => None,
    };
    let origin = Origin { patient: view.banner.id.clone(), moment: ask.moment, by };
    let bundle = form::bundle(&measured, &origin);
    let bundle = Fhir::parse_json(bundle.as_bytes()).map_err(|_| Trouble::Failed)?;
    let record = ask.desk.core.record(caller.once(&view.form.once));
    // The same form again: it was saved, whatever the time is now.
    if record.was_done()? {
        return Ok(go(&saved(&ask, &measured)));
    }
    match record.transact(&bundle, "").await {
        Ok(_) | Err(Error::Conflict(_)) => Ok(go(&saved(&ask, &measured))),
        Err(Error::Denied(_) | Error::NotFound) => {
            view.refused = true;
            Ok(show_with(StatusCode::FORBIDDEN, view.shown(&ask.shell())))
        }
        Err(error) => Err(error.into()),
    }
}

fn saved(ask: &Ask, measured: &form::Measured) -> String {
    let whole = akson_core::scores::news2::score(&measured.vitals).missing() == 0;
    let period = Period::Day.code();
    format!("/patients/{}/measurements?period={period}&saved={}", ask.part(2), if whole { "all" } else { "part" })
}
