//! Puts right what the package changes against HL7's own files.
//!
//! The corrections are data: `corrections.json` names a resource, the reason and a JSON Patch, or
//! says that the resource does not belong to R4. A correction that does not fit is an error, so a
//! new version of the package cannot slip by. Spec: <https://www.rfc-editor.org/rfc/rfc6902>.

use std::fmt::Write;

use serde_json::Value;

use super::Outcome;
use super::package::{self, Package};

/// The checked-in list.
pub(crate) fn read() -> Outcome<Vec<Value>> {
    Ok(serde_json::from_str(include_str!("corrections.json"))?)
}

/// Applies all corrections.
pub(crate) fn apply(package: &mut Package, corrections: &[Value]) -> Outcome<()> {
    for correction in corrections {
        let name = format!("{}/{}", word(correction, "type"), word(correction, "id"));
        let resources = package.files.get_mut(word(correction, "file")).ok_or("unknown file")?;
        let fits =
            |resource: &Value| resource["resourceType"] == correction["type"] && resource["id"] == correction["id"];
        let place = resources.iter().position(fits).ok_or_else(|| format!("{name}: nothing to correct"))?;
        if correction["drop"] == true {
            resources.remove(place);
            continue;
        }
        for step in correction["patch"].as_array().ok_or("no patch")? {
            patch(&mut resources[place], step).ok_or_else(|| format!("{name}: {} does not fit", step["path"]))?;
        }
    }
    Ok(())
}

/// The list for readers.
pub(crate) fn list(corrections: &[Value]) -> String {
    let mut text = format!(
        "# Definitions of FHIR R4\n\n\
        `crates/fhir/definitions/r4.bin` holds what HL7 published as FHIR R4 (4.0.1), boiled down. \
        `cargo xtask definitions` makes it from the npm package `{}` (SHA-256 `{}`), which differs \
        from HL7's files in the places below; each is set back to HL7's text by \
        `xtask/src/definitions/corrections.json`. `cargo xtask definitions --check` compares the \
        result with HL7's files, leaving out `meta` and narrative, which the file does not keep.\n\n\
        This page is written by the command; change the corrections instead.\n\n\
        One thing is read differently on purpose: the member `id` of resources has the type `id`, as \
        the text of the specification says, where its data says `string`.\n\n\
        | resource | difference in the package | places |\n|---|---|---|\n",
        package::NAME,
        package::CHECKSUM
    );
    for correction in corrections {
        let steps = correction["patch"].as_array().map_or(&[][..], Vec::as_slice);
        let mut places: Vec<&str> = steps.iter().map(|step| word(step, "path")).collect();
        let more = places.len().saturating_sub(4);
        places.truncate(4);
        let places = match (places.is_empty(), more) {
            (true, _) => "left out".to_owned(),
            (false, 0) => places.join(", "),
            (false, more) => format!("{} and {more} more", places.join(", ")),
        };
        let (kind, id, why) = (word(correction, "type"), word(correction, "id"), word(correction, "why"));
        let _ = writeln!(text, "| {kind}/{id} | {why} | {places} |");
    }
    text
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn patch(resource: &mut Value, step: &Value) -> Option<()> {
    let (parent, last) = step["path"].as_str()?.rsplit_once('/')?;
    let target = resource.pointer_mut(parent)?;
    let value = step["value"].clone();
    match (word(step, "op"), target) {
        ("replace", Value::Object(members)) => *members.get_mut(last)? = value,
        ("remove", Value::Object(members)) => drop(members.remove(last)?),
        ("add", Value::Object(members)) => drop(members.insert(last.to_owned(), value)),
        ("remove", Value::Array(items)) => {
            let place: usize = last.parse().ok().filter(|place| *place < items.len())?;
            items.remove(place);
        }
        ("add", Value::Array(items)) => {
            let place: usize = last.parse().ok().filter(|place| *place <= items.len())?;
            items.insert(place, value);
        }
        _ => return None,
    }
    Some(())
}
