//! Profiles, extensions and operations as JSON, without what only people read.
//!
//! A text is cut into its members, and each member is kept once: snapshots repeat themselves, so
//! this takes a fifth of the room that whole texts would.

use serde_json::Value;

use super::Outcome;
use super::package::Package;
use super::write::{Record, Writer};

const PROFILE: [&str; 15] = [
    "resourceType",
    "id",
    "url",
    "version",
    "name",
    "title",
    "status",
    "fhirVersion",
    "kind",
    "abstract",
    "context",
    "contextInvariant",
    "type",
    "baseDefinition",
    "derivation",
];
const OPERATION_LEFT_OUT: [&str; 4] = ["text", "meta", "contact", "extension"];
const ELEMENT_LEFT_OUT: [&str; 12] = [
    "short",
    "definition",
    "comment",
    "requirements",
    "alias",
    "mapping",
    "example",
    "meaningWhenMissing",
    "orderMeaning",
    "isModifierReason",
    "extension",
    "condition",
];
/// Below this length a value is not cut further.
const FRAGMENT: usize = 24;

/// All profiles and extensions.
pub(crate) fn profiles(package: &Package, writer: &mut Writer) -> Outcome<Vec<u8>> {
    let files = ["profiles-others.json", "extension-definitions.json"];
    let all: Vec<&Value> = package.of_type(&files, "StructureDefinition").collect();
    let mut record = Record::default();
    record.number(all.len());
    for profile in all {
        let elements = profile["snapshot"]["element"].as_array().ok_or("a profile without snapshot")?;
        let mut pieces = Vec::new();
        for key in PROFILE {
            if let Some(value) = profile.get(key) {
                pieces.push(format!("{}\"{key}\":{value}", if pieces.is_empty() { "{" } else { "," }));
            }
        }
        pieces.push(",\"snapshot\":{\"element\":[".to_owned());
        for (place, element) in elements.iter().enumerate() {
            pieces.push(if place == 0 { "" } else { "," }.to_owned());
            pieces.extend(self::element(element)?);
        }
        pieces.push("]}}".to_owned());
        pieces.retain(|piece| !piece.is_empty());
        record.text(writer, profile["url"].as_str().ok_or("a profile without address")?);
        let mut body = Record::default();
        body.texts(writer, &pieces);
        record.block(body);
    }
    Ok(record.bytes)
}

/// All operations.
pub(crate) fn operations(package: &Package, writer: &mut Writer) -> Outcome<Vec<u8>> {
    let all: Vec<&Value> = package.of_type(&["profiles-resources.json"], "OperationDefinition").collect();
    let mut record = Record::default();
    record.number(all.len());
    for operation in all {
        for key in ["url", "name", "code"] {
            record.text(writer, operation[key].as_str().ok_or("an operation without name")?);
        }
        let flag = |key: &str| usize::from(operation[key] == true);
        record.number(flag("system") | flag("type") << 1 | flag("instance") << 2);
        record.texts(writer, &strings(&operation["resource"]));
        let members = operation.as_object().ok_or("not an object")?;
        let mut pieces = vec!["{\"resourceType\":\"OperationDefinition\"".to_owned()];
        for (key, value) in members {
            if key != "resourceType" && !OPERATION_LEFT_OUT.contains(&key.as_str()) {
                pieces.push(format!(",\"{key}\":"));
                cut(value, &mut pieces);
            }
        }
        pieces.push("}".to_owned());
        let mut body = Record::default();
        body.texts(writer, &pieces);
        record.block(body);
    }
    Ok(record.bytes)
}

/// The texts of an array.
pub(crate) fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str).collect()
}

fn element(element: &Value) -> Outcome<Vec<String>> {
    let members = element.as_object().ok_or("not an element")?;
    let mut pieces = Vec::new();
    let kept = members.iter().filter(|(key, _)| !ELEMENT_LEFT_OUT.contains(&key.as_str()));
    // The id comes first: it is the one member that differs everywhere.
    let (first, rest): (Vec<_>, Vec<_>) = kept.partition(|(key, _)| *key == "id");
    for (key, value) in first.into_iter().chain(rest) {
        let start = if pieces.is_empty() { "{" } else { "," };
        match (key.as_str(), value) {
            ("constraint", Value::Array(rules)) => {
                pieces.push(format!("{start}\"constraint\":["));
                let rules = rules
                    .iter()
                    .map(|rule| without(rule, &["xpath", "source", "extension", "requirements"]).to_string());
                let rules: Vec<String> = rules.collect();
                pieces.push(rules.join(","));
                pieces.push("]".to_owned());
            }
            ("binding", _) => {
                pieces.push(format!("{start}\"binding\":{}", without(value, &["description", "extension"])))
            }
            _ => pieces.push(format!("{start}\"{key}\":{value}")),
        }
    }
    pieces.push("}".to_owned());
    Ok(pieces)
}

fn without(value: &Value, keys: &[&str]) -> Value {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.retain(|key, _| !keys.contains(&key.as_str()));
    }
    value
}

fn cut(value: &Value, pieces: &mut Vec<String>) {
    match value {
        Value::Array(items) if value.to_string().len() > FRAGMENT => {
            for (place, item) in items.iter().enumerate() {
                pieces.push(if place == 0 { "[" } else { "," }.to_owned());
                cut(item, pieces);
            }
            pieces.push("]".to_owned());
        }
        Value::Object(members) if value.to_string().len() > FRAGMENT => {
            for (place, (key, member)) in members.iter().enumerate() {
                pieces.push(format!("{}\"{key}\":", if place == 0 { "{" } else { "," }));
                cut(member, pieces);
            }
            pieces.push("}".to_owned());
        }
        _ => pieces.push(value.to_string()),
    }
}
