//! The entries of a batch or transaction: what each one asks for.
//!
//! Spec: <https://hl7.org/fhir/R4/bundle.html#transaction>, <https://hl7.org/fhir/R4/http.html#transaction>.

use akson_fhir::definition::Definitions;
use akson_fhir::json::Value;
use akson_fhir::outcome::Issue;
use akson_fhir::resource::is_id;

use crate::query::{self, Pair};
use crate::record::{Expected, HistoryOf, SearchOf};

/// An entry.
pub struct Entry<'a> {
    /// Its place in the bundle.
    pub number: usize,
    /// Its own address within the bundle.
    pub full_url: Option<String>,
    /// Its resource.
    pub resource: Option<Value<'a>>,
    /// What it asks for.
    pub wish: Wish,
}

/// What an entry asks for.
#[derive(Debug)]
pub enum Wish {
    /// A new resource, unless one matches.
    Create(&'static str, Option<Vec<Pair>>),
    /// A new version.
    Update(Which, Expected),
    /// A changed version.
    Patch(Which, Expected),
    /// No more.
    Delete(Which, Option<u64>),
    /// To see something.
    Get(Get),
}

/// Which resource.
#[derive(Clone, Debug)]
pub enum Which {
    /// By its id.
    Id(&'static str, String),
    /// By criteria.
    Matching(&'static str, Vec<Pair>),
}

impl Which {
    /// The type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Which::Id(name, _) | Which::Matching(name, _) => name,
        }
    }
}

/// What is to be seen.
#[derive(Clone, Debug)]
pub enum Get {
    /// A resource, unless it has this version.
    Read(&'static str, String, Option<u64>),
    /// A version.
    Vread(&'static str, String, u64),
    /// A search.
    Search(SearchOf, Vec<Pair>),
    /// A history.
    History(HistoryOf, Vec<Pair>),
}

/// Reads an entry; `base` is this server's own address.
pub fn read<'a>(number: usize, value: Value<'a>, base: &str) -> Result<Entry<'a>, Issue> {
    let at = |part: &str| format!("Bundle.entry[{number}].{part}");
    let Some(request) = value.get("request") else {
        return Err(Issue::error("required", at("request"), "each entry needs a request with method and url"));
    };
    let text = |name: &str| request.get(name).and_then(|value| value.as_str()).map(|text| text.into_owned());
    let method = text("method").unwrap_or_default();
    let Some(url) = text("url") else {
        return Err(Issue::error("required", at("request.url"), "the request needs a url"));
    };
    let wrong = |part: &str, text: &'static str| Issue::error("value", at(part), text);
    let local = url.strip_prefix(base).filter(|_| !base.is_empty()).unwrap_or(&url);
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    let pairs = query::parse(query).map_err(|text| Issue::error("value", at("request.url"), text))?;
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let version = |name: &str| match text(name) {
        None => Ok(None),
        Some(tag) => version_of(&tag).map(Some).ok_or_else(|| wrong(name, "a version is written as W/\"3\"")),
    };
    let expected = || -> Result<Expected, Issue> {
        Ok(match (version("ifMatch")?, text("ifNoneMatch").as_deref()) {
            (Some(version), _) => Expected::Version(version),
            (None, Some("*")) => Expected::Absent,
            _ => Expected::Any,
        })
    };
    let bad_url = || wrong("request.url", "this url does not fit the method: see /fhir/metadata for what is there");
    let wish = match (method.as_str(), segments.as_slice()) {
        ("POST", [name]) => {
            let unless = match text("ifNoneExist") {
                None => None,
                Some(criteria) => Some(
                    criteria_of(&criteria).map_err(|text| Issue::error("value", at("request.ifNoneExist"), text))?,
                ),
            };
            Wish::Create(known(name).ok_or_else(bad_url)?, unless)
        }
        ("PUT", _) => Wish::Update(which(&segments, pairs).ok_or_else(bad_url)?, expected()?),
        ("PATCH", _) => Wish::Patch(which(&segments, pairs).ok_or_else(bad_url)?, expected()?),
        ("DELETE", _) => Wish::Delete(which(&segments, pairs).ok_or_else(bad_url)?, version("ifMatch")?),
        ("GET" | "HEAD", _) => {
            let unless = text("ifNoneMatch").and_then(|tag| version_of(&tag));
            Wish::Get(get(&segments, pairs, unless).ok_or_else(bad_url)?)
        }
        ("POST", _) => return Err(bad_url()),
        _ => return Err(wrong("request.method", "the method is GET, POST, PUT, PATCH or DELETE")),
    };
    let resource = value.get("resource");
    if resource.is_none() && matches!(wish, Wish::Create(..) | Wish::Update(..) | Wish::Patch(..)) {
        return Err(Issue::error("required", at("resource"), "this method needs a resource"));
    }
    let full_url = value.get("fullUrl").and_then(|url| url.as_str()).map(|url| url.into_owned());
    Ok(Entry { number, full_url, resource, wish })
}

/// The criteria of a condition, with or without type and question mark.
pub fn criteria_of(text: &str) -> Result<Vec<Pair>, String> {
    // A question mark after the first name belongs to a value.
    let query = text.split_once('?').filter(|(front, _)| !front.contains('=')).map_or(text, |(_, query)| query);
    match query::parse(query) {
        Ok(pairs) if pairs.is_empty() => Err("a condition needs at least one search parameter".to_string()),
        other => other,
    }
}

fn known(name: &str) -> Option<&'static str> {
    Definitions::r4().resource(name).map(|found| found.name)
}

fn which(segments: &[&str], pairs: Vec<Pair>) -> Option<Which> {
    match segments {
        [name, id] if is_id(id) => Some(Which::Id(known(name)?, id.to_string())),
        [name] if !pairs.is_empty() => Some(Which::Matching(known(name)?, pairs)),
        _ => None,
    }
}

fn get(segments: &[&str], pairs: Vec<Pair>, unless: Option<u64>) -> Option<Get> {
    match segments {
        [] => Some(Get::Search(SearchOf { type_name: None, compartment: None }, pairs)),
        ["_history"] => Some(Get::History(HistoryOf::System, pairs)),
        [name, "_history"] => Some(Get::History(HistoryOf::Type(known(name)?), pairs)),
        [name] => Some(Get::Search(SearchOf { type_name: Some(known(name)?), compartment: None }, pairs)),
        [name, id] if is_id(id) => Some(Get::Read(known(name)?, id.to_string(), unless)),
        [name, id, "_history"] => Some(Get::History(HistoryOf::Instance(known(name)?, id.to_string()), pairs)),
        [name, id, "_history", version] => Some(Get::Vread(known(name)?, id.to_string(), version.parse().ok()?)),
        [owner, id, "*"] => {
            Some(Get::Search(SearchOf { type_name: None, compartment: Some((known(owner)?, id.to_string())) }, pairs))
        }
        [owner, id, name] => {
            let of = SearchOf { type_name: Some(known(name)?), compartment: Some((known(owner)?, id.to_string())) };
            Some(Get::Search(of, pairs))
        }
        _ => None,
    }
}

fn version_of(tag: &str) -> Option<u64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_fhir::json::Tree;

    fn check(method: &str, url: &str, expected: &str) {
        let text = format!(r#"{{"resource":{{}},"request":{{"method":"{method}","url":"{url}"}}}}"#);
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let told = match read(3, tree.root(), "http://here/fhir") {
            Ok(entry) => format!("{:?}", entry.wish),
            Err(issue) => issue.to_string(),
        };
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn entries_say_what_they_ask_for() {
        check("POST", "Patient/1", "does not fit");
        check("POST", "Human", "does not fit");
        check("PUT", "Patient", "does not fit");
        check("MOVE", "Patient", "Bundle.entry[3].request.method");
        check("GET", "Patient/1?_x=%zz", "hexadecimal");
        check("POST", "Patient", "Create(\"Patient\", None)");
        check("PUT", "Patient/1", "Update(Id(\"Patient\", \"1\"), Any)");
        check(
            "DELETE",
            "http://here/fhir/Patient?identifier=a",
            "Delete(Matching(\"Patient\", [(\"identifier\", \"a\")]), None)",
        );
        check("GET", "/Patient/1/_history/2", "Vread(\"Patient\", \"1\", 2)");
    }
}
