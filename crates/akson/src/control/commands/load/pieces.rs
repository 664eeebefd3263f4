//! A file as pieces that go in whole or not at all.
//!
//! A batch or transaction is a piece as it is; a collection becomes a transaction of its entries; a single
//! resource goes to its own id; NDJSON is taken some lines at a time.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use akson_fhir::json::{Tree, Value, write_string};
use akson_fhir::resource::Resource;
use akson_fhir::xml;

/// Lines of NDJSON that go in together.
const LINES: usize = 200;
/// Bytes of NDJSON lines that go in together.
const LINES_BYTES_MAX: usize = 4 << 20;

/// Something to load.
pub struct Piece {
    /// Where it comes from, for the list of refusals.
    pub place: String,
    /// A Bundle of type batch or transaction.
    pub text: Vec<u8>,
    /// Its parts, if they may be loaded one by one when the whole is refused.
    pub parts: Vec<Piece>,
}

/// Whether a file in a folder is one of ours by its name.
pub fn is_known(path: &Path) -> bool {
    matches!(extension(path), "json" | "xml" | "ndjson" | "jsonl")
}

/// Gives the pieces of a file, one after the other, for as long as they are taken.
pub fn each(file: &Path, mut give: impl FnMut(Piece) -> bool) -> Result<(), String> {
    let open = File::open(file).map_err(|error| error.to_string())?;
    let mut reader = BufReader::with_capacity(1 << 20, open);
    if matches!(extension(file), "ndjson" | "jsonl") {
        return lines(file, &mut reader, give);
    }
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(|error| error.to_string())?;
    if extension(file) == "xml" {
        text = xml::to_json(&text).map_err(|issue| issue.to_string())?.into_bytes();
    }
    give(whole(file.display().to_string(), text)?);
    Ok(())
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|name| name.to_str()).unwrap_or("")
}

fn lines(file: &Path, reader: &mut impl BufRead, mut give: impl FnMut(Piece) -> bool) -> Result<(), String> {
    let (mut parts, mut bytes) = (Vec::new(), 0);
    for (number, line) in reader.lines().enumerate() {
        let place = format!("{}:{}", file.display(), number + 1);
        let line = line.map_err(|error| format!("line {}: {error}", number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        bytes += line.len();
        parts.push((place, line));
        if parts.len() >= LINES || bytes >= LINES_BYTES_MAX {
            if !give(together(std::mem::take(&mut parts))) {
                return Ok(());
            }
            bytes = 0;
        }
    }
    if !parts.is_empty() {
        give(together(parts));
    }
    Ok(())
}

/// Some lines as one transaction, with a transaction for each.
fn together(lines: Vec<(String, String)>) -> Piece {
    let mut parts = Vec::new();
    let mut all = Vec::new();
    for (place, line) in lines {
        let entry = match Tree::parse(line.as_bytes()) {
            Ok(tree) => entry(tree.root(), None),
            // It will be refused with line and column.
            Err(_) => line,
        };
        parts.push(Piece { place, text: transaction(std::slice::from_ref(&entry)), parts: Vec::new() });
        all.push(entry);
    }
    let place = parts.first().map(|part| part.place.clone()).unwrap_or_default();
    Piece { place, text: transaction(&all), parts }
}

fn whole(place: String, text: Vec<u8>) -> Result<Piece, String> {
    let tell = |issues: Vec<akson_fhir::outcome::Issue>| issues.first().map_or_else(String::new, ToString::to_string);
    let resource = Resource::parse_json(&text).map_err(tell)?;
    let kind = resource.root().get("type").and_then(Value::str).unwrap_or("");
    let text = match (resource.type_name(), kind) {
        ("Bundle", "batch" | "transaction") => text,
        ("Bundle", "collection" | "searchset" | "history") => {
            let entries = resource.root().get("entry").into_iter().flat_map(|list| list.items());
            let entries: Vec<String> = entries
                .filter_map(|one| {
                    let full_url = one.get("fullUrl").and_then(|url| url.as_str());
                    one.get("resource").map(|inner| entry(inner, full_url.as_deref()))
                })
                .collect();
            transaction(&entries)
        }
        _ => transaction(&[entry(resource.root(), None)]),
    };
    Ok(Piece { place, text, parts: Vec::new() })
}

/// An entry that puts a resource at its own id, or makes a new one.
fn entry(resource: Value<'_>, full_url: Option<&str>) -> String {
    let name = resource.get("resourceType").and_then(Value::str).unwrap_or("");
    let (method, url) = match resource.get("id").and_then(Value::str) {
        Some(id) => ("PUT", format!("{name}/{id}")),
        None => ("POST", name.to_string()),
    };
    let mut out = String::from("{");
    if let Some(full_url) = full_url {
        out.push_str("\"fullUrl\":");
        write_string(&mut out, full_url);
        out.push(',');
    }
    // Writing into a string can't fail.
    let _ = write!(out, "\"resource\":{},\"request\":{{\"method\":\"{method}\",\"url\":", resource.raw());
    write_string(&mut out, &url);
    out.push_str("}}");
    out
}

fn transaction(entries: &[String]) -> Vec<u8> {
    let mut out = String::from("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
    out.push_str(&entries.join(","));
    out.push_str("]}");
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let piece = whole("here".into(), text.as_bytes().to_vec()).unwrap();
        assert_eq!(String::from_utf8(piece.text).unwrap(), expected);
    }

    #[test]
    fn a_file_becomes_a_transaction() {
        assert!(whole("here".into(), b"{}".to_vec()).is_err());
        check(
            r#"{"resourceType":"Patient","id":"a"}"#,
            r#"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/a"}}]}"#,
        );
        check(
            r#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient"}}]}"#,
            r#"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}"#,
        );
    }

    #[test]
    fn lines_are_parts_of_a_whole() {
        let lines = "{\"resourceType\":\"Patient\"}\n\n{\"broken\n";
        let mut pieces = Vec::new();
        super::lines(Path::new("x.ndjson"), &mut lines.as_bytes(), |piece| {
            pieces.push(piece);
            true
        })
        .unwrap();
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].parts[1].place, "x.ndjson:3");
    }
}
