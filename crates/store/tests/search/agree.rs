//! What a resource says is what it is found by: every value of every search parameter, asked for as a client would write
//! it, finds the resource. The questions are made here from the values themselves, without the rules that make index rows.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::Value;
use akson_fhir::path::{Context, Item};
use akson_fhir::resource::{Resource, is_id};
use akson_fhir::value::decimal::Decimal;
use akson_store::Store;
use akson_store::search::index::values;
use akson_store::search::registry::Parameter;

use crate::ask::{load, page, pairs};
use crate::suites::shared;
use crate::support;

/// Values tried of one parameter on one type.
const TRIED_MAX: usize = 60;

#[test]
fn every_value_of_the_sample_is_found() {
    agree(resources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../akson/sample"))));
}

#[test]
fn every_value_of_the_official_examples_is_found() {
    let folder = PathBuf::from(format!("{}/r4/examples/json", shared()));
    if !folder.is_dir() {
        println!("skipped: no shared data");
        return;
    }
    agree(resources(&folder));
}

/// The resources of a folder; those of a bundle by themselves.
fn resources(folder: &Path) -> Vec<Resource> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut found = Vec::new();
    for text in files.iter().map(|path| std::fs::read(path).unwrap()) {
        let Ok(resource) = Resource::parse_json(&text) else { continue };
        let inside = resource.root().get("entry").into_iter().flat_map(Value::items);
        let inside: Vec<Resource> =
            inside.filter_map(|entry| Resource::parse_json(entry.get("resource")?.raw().as_bytes()).ok()).collect();
        found.extend(inside);
        found.push(resource);
    }
    found.retain(|resource| resource.id().is_some_and(is_id));
    let mut seen = HashSet::new();
    found.retain(|one| seen.insert((one.type_name(), one.id().map(str::to_string))));
    found
}

fn agree(resources: Vec<Resource>) {
    let store = support::store();
    for resource in &resources {
        load(&store, resource.text());
    }
    let registry = store.registry();
    let mut tried: HashMap<(&str, i32), usize> = HashMap::new();
    let (mut asked, mut lost) = (0, Vec::new());
    for resource in &resources {
        let context = Context::of(resource.root());
        let root = Item::node(resource.root(), resource.type_id);
        for parameter in registry.parameters(resource.type_name()) {
            for item in values(parameter, &root, &context) {
                let Item::Node { value, type_id, .. } = item else { continue };
                for (modifier, text) in questions(parameter, value, Definitions::r4().get(type_id).name) {
                    let count = tried.entry((resource.type_name(), parameter.number)).or_default();
                    *count += 1;
                    if *count > TRIED_MAX || text.contains('&') {
                        continue;
                    }
                    asked += 1;
                    let query = format!("{}{modifier}={text}", parameter.code);
                    lost.extend(missed(&store, resource, &query));
                }
            }
        }
    }
    assert!(asked > 100, "{asked} questions");
    assert!(lost.is_empty(), "{} of {asked} are not found:\n{}", lost.len(), lost.join("\n"));
}

/// What is wrong if a query does not find the resource.
fn missed(store: &Store, resource: &Resource, query: &str) -> Option<String> {
    let (name, id) = (resource.type_name(), resource.id().unwrap());
    assert_eq!(pairs(query).len(), 1, "{query}");
    match page(store, &format!("{name}?{query}&_id={id}"), &akson_store::search::sight::Sight::everything()) {
        Ok(page) if page.matches.len() == 1 => None,
        Ok(_) => Some(format!("{name}?{query} does not find {id}")),
        Err(error) => Some(format!("{name}?{query} is refused: {error}")),
    }
}

/// A value as it stands in a query.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '\\' | ',' | '|' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

type Asked = Vec<(&'static str, String)>;

/// What finds a value: modifier and text.
fn questions(parameter: &Parameter, value: Value<'_>, type_name: &str) -> Asked {
    let text = |value: Value<'_>, key: &str| value.get(key).and_then(Value::as_str).map(|text| text.into_owned());
    let mut asked: Asked = Vec::new();
    match parameter.kind {
        SearchKind::Token => match type_name {
            "CodeableConcept" => {
                value
                    .get("coding")
                    .into_iter()
                    .flat_map(Value::items)
                    .for_each(|coding| coded(&mut asked, coding, "code"));
                asked
                    .extend(text(value, "text").filter(|text| has_letters(text)).map(|text| (":text", escaped(&text))));
            }
            "Coding" => coded(&mut asked, value, "code"),
            "Identifier" => coded(&mut asked, value, "value"),
            "ContactPoint" => asked.extend(text(value, "value").map(|text| ("", escaped(&text)))),
            _ => asked.extend(plain(value)),
        },
        SearchKind::String => {
            let mut texts: Vec<String> = value.as_str().map(|text| text.into_owned()).into_iter().collect();
            if matches!(type_name, "HumanName" | "Address") {
                for key in [
                    "family",
                    "given",
                    "prefix",
                    "suffix",
                    "text",
                    "line",
                    "city",
                    "district",
                    "state",
                    "postalCode",
                    "country",
                ] {
                    texts.extend(text(value, key));
                    let items = value.get(key).into_iter().flat_map(Value::items);
                    texts.extend(items.filter_map(Value::as_str).map(|text| text.into_owned()));
                }
            }
            for text in texts.iter().filter(|text| has_letters(text)) {
                asked.extend([("", escaped(text)), (":exact", escaped(text)), (":contains", escaped(text))]);
            }
        }
        SearchKind::Date => match type_name {
            "Period" => {
                asked.extend(text(value, "start").map(|start| ("", format!("ge{start}"))));
                asked.extend(text(value, "end").map(|end| ("", format!("le{end}"))));
            }
            "Timing" => {
                let events = value.get("event").into_iter().flat_map(Value::items).filter_map(Value::as_str);
                asked.extend(events.map(|event| ("", format!("ge{event}"))));
            }
            _ => asked.extend(plain(value).filter(|(_, text)| text.as_bytes()[0].is_ascii_digit())),
        },
        SearchKind::Number => asked.extend(value.number().filter(is_counted).map(|number| ("", number.to_string()))),
        SearchKind::Quantity => measured(&mut asked, value, type_name),
        SearchKind::Reference => {
            let reference = text(value, "reference").or_else(|| value.as_str().map(|text| text.into_owned()));
            asked.extend(reference.filter(|text| !text.starts_with('#')).map(|text| ("", escaped(&text))));
            if let Some(identifier) = value.get("identifier").filter(|_| value.get("resourceType").is_none()) {
                let mut inner = Vec::new();
                coded(&mut inner, identifier, "value");
                asked.extend(inner.into_iter().map(|(_, text)| (":identifier", text)));
            }
        }
        SearchKind::Uri => {
            let url = value.as_str().map(|url| escaped(&url));
            asked.extend(url.clone().map(|url| ("", url)));
            asked.extend(url.filter(|url| url.contains("://")).map(|url| (":below", url)));
        }
        SearchKind::Composite | SearchKind::Special => {}
    }
    asked
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn plain(value: Value<'_>) -> Option<(&'static str, String)> {
    let text = value.as_str().map(|text| escaped(&text));
    text.or_else(|| value.bool().map(|flag| flag.to_string()))
        .or_else(|| value.number().map(str::to_string))
        .map(|text| ("", text))
}

/// `system|code`, `code`, and `|code` without a system.
fn coded(asked: &mut Asked, value: Value<'_>, key: &str) {
    let part = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (system, code) = (part("system"), part(key));
    if let Some(code) = &code {
        asked.push(("", escaped(code)));
        asked.push(("", format!("{}|{}", escaped(system.as_deref().unwrap_or_default()), escaped(code))));
    }
    if let (Some(system), Some(_)) = (&system, &code) {
        asked.push(("", format!("{}|", escaped(system))));
    }
}

/// Whether a number is within the 38 digits that are compared; R4's example of decimals goes to 1E245.
fn is_counted(number: &&str) -> bool {
    Decimal::parse(number).is_ok()
}

fn measured(asked: &mut Asked, value: Value<'_>, type_name: &str) {
    let part = |key: &str| value.get(key).and_then(Value::as_str).map(|text| escaped(&text));
    let Some(number) = value.get("value").and_then(Value::number).filter(is_counted) else { return };
    if value.get("comparator").is_some() {
        return;
    }
    asked.extend([("", number.to_string()), ("", format!("ge{number}")), ("", format!("le{number}"))]);
    if type_name == "Money" {
        return;
    }
    if let (Some(system), Some(code)) = (part("system"), part("code")) {
        asked.push(("", format!("{number}|{system}|{code}")));
        asked.push(("", format!("{number}||{code}")));
    }
    asked.extend(part("unit").map(|unit| ("", format!("{number}||{unit}"))));
}
