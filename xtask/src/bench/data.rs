//! What is loaded: the bundles beside the repository, or the project's own sample, repeated with other ids and names until
//! there are as many patients as asked for.
//!
//! The texts are changed as text: every UUID and identifier gets the copy's number, every family name begins with letters made
//! of it. So each copy is found by names and identifiers of its own, as people are.

use std::path::PathBuf;

use super::shapes::observation;
use crate::{Outcome, root};

/// Observations of a small patient.
const FEW: usize = 10;

/// The bundles to repeat.
pub(super) struct Bundles {
    pub from: &'static str,
    texts: Vec<String>,
}

impl Bundles {
    pub(super) fn read() -> Outcome<Self> {
        let shared = std::env::var("AKSON_SHARED").map_or_else(|_| root().join("../shared"), PathBuf::from);
        let synthea = folder(&shared.join("data/synthea"))?;
        if synthea.is_empty() {
            let texts = folder(&root().join("crates/akson/sample"))?;
            // The first one holds the staff, not a patient; the ids of the others get the copy's number.
            return Ok(Self { from: "the project's sample", texts: texts.into_iter().skip(1).collect() });
        }
        Ok(Self { from: "Synthea bundles", texts: synthea })
    }

    /// No texts: each patient has one encounter and a few observations, so that many patients fit.
    pub(super) fn small() -> Self {
        Self { from: "small bundles of 12 resources", texts: Vec::new() }
    }

    /// The bundle of the `nth` patient.
    pub(super) fn nth(&self, nth: usize) -> String {
        if self.texts.is_empty() {
            return small(nth);
        }
        let text = &self.texts[nth % self.texts.len()];
        match nth / self.texts.len() {
            0 => text.clone(),
            copy if self.from.starts_with("Synthea") => renamed(text, copy),
            copy => posted(text, copy),
        }
    }
}

fn folder(path: &std::path::Path) -> Outcome<Vec<String>> {
    let Ok(entries) = std::fs::read_dir(path) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().map(|path| Ok(std::fs::read_to_string(path)?)).collect()
}

/// A bundle of a patient, an encounter and observations.
fn small(nth: usize) -> String {
    let post = |kind: &str, own: usize, resource: &str| {
        let url = format!("urn:uuid:00000000-0000-4000-8000-{:012x}", nth * (FEW + 2) + own);
        format!(r#"{{"fullUrl":"{url}","resource":{resource},"request":{{"method":"POST","url":"{kind}"}}}}"#)
    };
    let subject = format!("urn:uuid:00000000-0000-4000-8000-{:012x}", nth * (FEW + 2));
    let (year, month, day) = (1930 + nth % 80, 1 + nth % 12, 1 + nth % 28);
    let patient = format!(
        r#"{{"resourceType":"Patient","identifier":[{{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"no-{nth:08}"}}],"name":[{{"family":"Berg","given":["Kari"]}}],"gender":"female","birthDate":"{year}-{month:02}-{day:02}"}}"#
    );
    let encounter = format!(
        r#"{{"resourceType":"Encounter","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"{subject}"}},"period":{{"start":"2026-03-{day:02}"}}}}"#
    );
    let mut entries = vec![post("Patient", 0, &lettered(&patient, nth)), post("Encounter", 1, &encounter)];
    entries.extend((0..FEW).map(|n| post("Observation", 2 + n, &observation(&subject, nth + n))));
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}

/// How many resources a transaction's text holds.
pub(super) fn resources(text: &str) -> usize {
    text.matches("\"method\"").count()
}

/// A copy with the copy's number in the last digits of every UUID, and other names and identifiers.
fn renamed(text: &str, copy: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let number = format!("{copy:05x}");
    let mut at = 0;
    while at + 36 <= bytes.len() {
        if bytes[at + 8] == b'-' && is_uuid(&bytes[at..at + 36]) {
            bytes[at + 31..at + 36].copy_from_slice(number.as_bytes());
            at += 36;
        } else {
            at += 1;
        }
    }
    numbered(&lettered(&String::from_utf8_lossy(&bytes), copy), copy)
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Begins every family name with four letters made of the copy's number: names that begin alike are not of all copies.
fn lettered(text: &str, copy: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
    let letters = String::from_iter([
        letter(copy / 17_576).to_ascii_uppercase(),
        letter(copy / 676),
        letter(copy / 26),
        letter(copy),
    ]);
    let mut out = String::with_capacity(text.len() + 64);
    let mut pieces = text.split("\"family\":");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str("\"family\":");
        let start = piece.find('"').map_or(0, |at| at + 1);
        out.push_str(&piece[..start]);
        out.push_str(&letters);
        out.push_str(&piece[start..]);
    }
    out
}

/// Ends the identifiers of the first patient with the copy's number, wherever they stand.
fn numbered(text: &str, copy: usize) -> String {
    let mut out = text.to_owned();
    let Some((_, patient)) = text.split_once("\"Patient\"") else { return out };
    let Some((_, list)) = patient.split_once("\"identifier\"") else { return out };
    // Identifiers stand before names and telephones, whose texts are also values.
    let list = list.split("\"name\"").next().unwrap_or_default();
    let mut values = strings(list, "value");
    values.retain(|value| !(value.len() == 36 && is_uuid(value.as_bytes())));
    for value in values {
        out = out.replace(&format!("\"{value}\""), &format!("\"{value}-{copy}\""));
    }
    out
}

/// The texts of all members with this name.
pub(super) fn strings(text: &str, key: &str) -> Vec<String> {
    let mark = format!("\"{key}\"");
    let after = text.split(&mark).skip(1).filter_map(|rest| rest.trim_start().strip_prefix(':'));
    let strings = after.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    strings.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// A copy of a sample bundle: each `Type/id` of the patient's own gets the copy's number.
fn posted(text: &str, copy: usize) -> String {
    let id = text.split_once("\"id\": \"").map_or("", |(_, rest)| rest.split('"').next().unwrap_or_default());
    let own = [format!("/{id}\""), format!("/{id}-"), format!("\"id\": \"{id}\""), format!("\"id\": \"{id}-")];
    let mut out = numbered(&lettered(text, copy), copy);
    for mark in own {
        out = out.replace(&mark, &mark.replacen(id, &format!("{id}{copy}"), 1));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_ids_and_names_of_their_own() {
        let text = r#"{"fullUrl": "urn:uuid:0123abcd-0123-4567-89ab-0123456789ab", "family": "Berg"}"#;
        let copy = renamed(text, 27);
        assert_eq!(copy, r#"{"fullUrl": "urn:uuid:0123abcd-0123-4567-89ab-01234560001b", "family": "AabbBerg"}"#);
        let sample =
            r#"{"id": "kari", "x": "Patient/kari", "y": "Goal/kari-goal", "z": "Practitioner/karin", "family": "A"}"#;
        assert_eq!(
            posted(sample, 2),
            r#"{"id": "kari2", "x": "Patient/kari2", "y": "Goal/kari2-goal", "z": "Practitioner/karin", "family": "AaacA"}"#
        );
    }

    #[test]
    fn copies_have_identifiers_of_their_own() {
        let text = r#"{"resourceType": "Patient", "identifier": [{"system": "s", "value": "0123abcd-0123-4567-89ab-0123456789ab"},
            {"value": "999-1"}], "name": [], "telecom": [{"value": "555"}]}, {"x": "999-1"}"#;
        let expected = r#"{"resourceType": "Patient", "identifier": [{"system": "s", "value": "0123abcd-0123-4567-89ab-012345600002"},
            {"value": "999-1-2"}], "name": [], "telecom": [{"value": "555"}]}, {"x": "999-1-2"}"#;
        assert_eq!(renamed(text, 2), expected);
    }
}
