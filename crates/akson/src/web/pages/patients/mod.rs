//! K2, patients: those one has a relation to, and a search among them.
//!
//! What was written is sent as a form; its result has an address of its own in which nobody can read it. The search finds what
//! the caller may see and nothing else, so neither a patient nor a confidential address is told of by it.

mod find;
pub mod view;
pub mod words;

use akson_core::access::may_open;
use akson_core::{Error, Found, Mode, SearchOf};
use axum::body::Body;
use axum::http::Response;

use self::view::{Row, View, fragment};
use self::words as w;
use crate::web::ask::{Ask, go};
use crate::web::error::Trouble;
use crate::web::read::{self, Resource};
use crate::web::shell::show;
use crate::web::{sex, when};

/// Patients on a page.
const ROWS_MAX: usize = 50;
/// Patients that are offered while one writes.
const OFFERED_MAX: usize = 8;
/// Letters of what is looked for.
const WORDS_LENGTH_MAX: usize = 100;
/// What a search in an address is veiled for.
const PURPOSE: &str = "patients";

/// `GET /patients`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let written = match ask.get("q") {
        "" => String::new(),
        token => ask.desk.core.unveiled(PURPOSE, &ask.secret, token)?.ok_or(Trouble::NotFound)?,
    };
    let view = found(&ask, &written, ROWS_MAX).await?;
    Ok(show(view.shown(&ask.shell())))
}

/// `POST /patients/search`.
pub async fn search(ask: Ask) -> Result<Response<Body>, Trouble> {
    let written = written(&ask);
    if written.is_empty() {
        return Ok(go("/patients"));
    }
    let token = ask.desk.core.veiled(PURPOSE, &ask.secret, &written)?;
    Ok(go(&format!("/patients?q={token}")))
}

/// `POST /patients/palette`: a few, while one writes.
pub async fn palette(ask: Ask) -> Result<Response<Body>, Trouble> {
    let view = found(&ask, &written(&ask), OFFERED_MAX).await?;
    Ok(show(fragment(&view, &ask.shell())))
}

fn written(ask: &Ask) -> String {
    ask.get("words").trim().chars().take(WORDS_LENGTH_MAX).collect()
}

async fn found(ask: &Ask, written: &str, rows_max: usize) -> Result<View, Trouble> {
    let record = ask.record()?;
    let mut pairs = find::query(written);
    pairs.push(("_count".to_string(), (rows_max + 1).to_string()));
    if written.is_empty() {
        pairs.push(("_sort".to_string(), "family".to_string()));
    }
    let of = SearchOf { type_name: Some("Patient"), compartment: None };
    let opens = ask.caller.as_ref().is_some_and(may_open);
    let result = record.search(of, pairs, false).await;
    let written = written.to_string();
    match result {
        Ok(found) => {
            let mut rows = rows(ask, &found);
            let more = rows.len() > rows_max;
            rows.truncate(rows_max);
            Ok(View { written, rows, more, refused: false, opens })
        }
        Err(Error::Denied(_)) => Ok(View { written, rows: Vec::new(), more: false, refused: true, opens }),
        // What nobody can be called is what nobody is called.
        Err(Error::Malformed(_)) => Ok(View { written, rows: Vec::new(), more: false, refused: false, opens }),
        Err(error) => Err(error.into()),
    }
}

fn rows(ask: &Ask, found: &Found) -> Vec<Row> {
    let matches = found.entries.iter().filter(|(_, mode)| *mode == Mode::Match);
    let patients = matches.filter_map(|(seen, _)| Resource::of(seen));
    patients.map(|patient| row(ask, &patient)).collect()
}

fn row(ask: &Ask, patient: &Resource) -> Row {
    let born = patient.text(&["birthDate"]);
    let age = when::age(&born, ask.moment, ask.language);
    let (name, _) = read::person(patient);
    let redacted =
        read::items(patient.root(), &["meta", "security"]).any(|one| read::text(one, &["code"]) == "REDACTED");
    let address = read::address(patient.at(&["address"]));
    Row {
        id: patient.id.clone(),
        name: if name.is_empty() { "–".to_string() } else { name },
        born: when::day(&born),
        age: [age, sex(&patient.text(&["gender"]), ask.language)].into_iter().flatten().collect::<Vec<_>>().join(", "),
        address: match (redacted, address.is_empty()) {
            (true, _) => ask.say(w::HIDDEN).to_string(),
            (false, true) => ask.say(w::NO_ADDRESS).to_string(),
            (false, false) => address,
        },
        dead: patient.at(&["deceasedDateTime"]).is_some()
            || patient.at(&["deceasedBoolean"]).and_then(|dead| dead.bool()) == Some(true),
    }
}
