//! What is loaded: the bundles beside the repository, or the project's own sample, repeated with other ids and names until
//! there are as many patients as asked for.
//!
//! The texts are changed as text: every UUID gets the copy's number, every family name a suffix.

use std::path::PathBuf;

use crate::{Outcome, root};

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

    /// The bundle of the `nth` patient.
    pub(super) fn nth(&self, nth: usize) -> String {
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

/// How many resources a transaction's text holds.
pub(super) fn resources(text: &str) -> usize {
    text.matches("\"method\"").count()
}

/// A copy with the copy's number in the last digits of every UUID, and a suffix to family names.
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
    suffixed(&String::from_utf8_lossy(&bytes), copy)
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Gives every family name letters made from the copy's number.
fn suffixed(text: &str, copy: usize) -> String {
    let mut letters = String::new();
    let mut rest = copy;
    while rest > 0 {
        letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut pieces = text.split("\"family\":");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str("\"family\":");
        let end = piece.match_indices('"').nth(1).map_or(0, |(at, _)| at);
        out.push_str(&piece[..end]);
        out.push_str(&letters);
        out.push_str(&piece[end..]);
    }
    out
}

/// A copy of a sample bundle: each `Type/id` of the patient's own gets the copy's number.
fn posted(text: &str, copy: usize) -> String {
    let id = text.split_once("\"id\": \"").map_or("", |(_, rest)| rest.split('"').next().unwrap_or_default());
    let own = [format!("/{id}\""), format!("/{id}-"), format!("\"id\": \"{id}\""), format!("\"id\": \"{id}-")];
    let mut out = suffixed(text, copy);
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
        assert_eq!(copy, r#"{"fullUrl": "urn:uuid:0123abcd-0123-4567-89ab-01234560001b", "family": "Bergbb"}"#);
        let sample =
            r#"{"id": "kari", "x": "Patient/kari", "y": "Goal/kari-goal", "z": "Practitioner/karin", "family": "A"}"#;
        assert_eq!(
            posted(sample, 2),
            r#"{"id": "kari2", "x": "Patient/kari2", "y": "Goal/kari2-goal", "z": "Practitioner/karin", "family": "Ac"}"#
        );
    }
}
