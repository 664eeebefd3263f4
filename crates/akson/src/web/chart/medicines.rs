//! Medicines in use, from statements of use and prescriptions, one row for each medicine.
//!
//! A statement says what is used and a prescription what was ordered; where both are of one ATC code they are one row, with
//! both sources named. What it does not do: reconcile; a doctor does.

use akson_core::Wanted;

use super::Names;
use crate::web::parts::medicines::{Row, Source};
use crate::web::read::{self, Resource};
use crate::web::when;

const ATC: &str = "http://www.whocc.no/atc";

/// Statements of use.
pub fn statements() -> Wanted {
    Wanted::new("MedicationStatement", &[("status", "active,intended,on-hold"), ("_count", "60")])
}

/// Prescriptions that hold.
pub fn requests() -> Wanted {
    Wanted::new("MedicationRequest", &[("status", "active,on-hold"), ("_count", "60")])
}

/// The rows, by name.
pub fn rows(statements: &[Resource], requests: &[Resource], names: &Names) -> Vec<Row> {
    let mut rows: Vec<(String, Row)> = Vec::new();
    for one in statements.iter().chain(requests) {
        let code = read::code(one.at(&["medicationCodeableConcept"]), ATC).unwrap_or_default();
        let row = row(one, names);
        let same =
            rows.iter_mut().find(|(other, known)| (!code.is_empty() && *other == code) || known.name == row.name);
        match same {
            Some((_, known)) => join(known, row),
            None => rows.push((code, row)),
        }
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    rows.sort_by_key(|row| (row.as_needed, row.name.to_lowercase()));
    rows
}

fn join(known: &mut Row, other: Row) {
    for (mine, theirs) in [
        (&mut known.dosage, other.dosage),
        (&mut known.reason, other.reason),
        (&mut known.since, other.since),
        (&mut known.by, other.by),
    ] {
        if mine.is_empty() {
            *mine = theirs;
        }
    }
    for source in other.sources {
        if !known.sources.contains(&source) {
            known.sources.push(source);
        }
    }
}

fn row(one: &Resource, names: &Names) -> Row {
    let request = one.type_name == "MedicationRequest";
    let list = if request { "dosageInstruction" } else { "dosage" };
    let dosage = one.at(&[list]).and_then(|all| all.items().next());
    let text = dosage.map(|dosage| read::text(dosage, &["text"])).unwrap_or_default();
    let needed = dosage.and_then(|dosage| dosage.get("asNeededBoolean")).and_then(|needed| needed.bool()) == Some(true)
        || dosage.is_some_and(|dosage| dosage.get("asNeededCodeableConcept").is_some())
        || text.to_lowercase().contains("ved behov");
    let name = read::words(one.at(&["medicationCodeableConcept"]));
    let since = match request {
        true => one.text(&["authoredOn"]),
        false => {
            [one.text(&["effectivePeriod", "start"]), one.text(&["effectiveDateTime"]), one.text(&["dateAsserted"])]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        }
    };
    let whom = if request { one.at(&["requester"]) } else { one.at(&["informationSource"]) };
    Row {
        name: capital(if name.is_empty() { read::text(one.root(), &["medicationReference", "display"]) } else { name }),
        dosage: text,
        reason: read::words(one.at(&["reasonCode"])),
        since: when::day(&since),
        by: names.of(whom),
        as_needed: needed,
        held: one.text(&["status"]) == "on-hold",
        sources: vec![if request { Source::Ordered } else { Source::Used }],
    }
}

fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
