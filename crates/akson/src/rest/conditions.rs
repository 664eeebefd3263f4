//! The conditions of a request: `If-Match`, `If-None-Match`, `If-Modified-Since`, `If-None-Exist`.
//!
//! A condition that can't be read is 400: to ignore it would mean to do what was not wanted.
//! Spec: <https://hl7.org/fhir/R4/http.html#concurrency>.

use axum::http::HeaderMap;

use super::error::Refusal;
use crate::http::time;
use akson_core::query::{self, Pair};

/// The version that must be current: `W/"3"`.
pub fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let Some(value) = text(headers, "if-match")? else {
        return Ok(None);
    };
    match tag(value) {
        Some(version) => Ok(Some(version)),
        None => Err(Refusal::bad_request("value", "If-Match holds one version, such as W/\"3\"")),
    }
}

/// What must not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoneMatch {
    /// Nothing at all: `*`.
    Any,
    /// These versions.
    Versions(Vec<u64>),
}

/// `If-None-Match`.
pub fn if_none_match(headers: &HeaderMap) -> Result<Option<NoneMatch>, Refusal> {
    let Some(value) = text(headers, "if-none-match")? else {
        return Ok(None);
    };
    if value.trim() == "*" {
        return Ok(Some(NoneMatch::Any));
    }
    // Tags of other servers can't be ours: they match nothing.
    let versions = value.split(',').filter_map(|one| tag(one.trim())).collect();
    Ok(Some(NoneMatch::Versions(versions)))
}

/// `If-Modified-Since` in seconds since 1970; a date that can't be read is ignored, as HTTP says.
pub fn if_modified_since(headers: &HeaderMap) -> Option<i64> {
    time::read(headers.get("if-modified-since")?.to_str().ok()?)
}

/// `If-None-Exist`: criteria of a search, with or without the question mark.
pub fn if_none_exist(headers: &HeaderMap) -> Result<Option<Vec<Pair>>, Refusal> {
    let Some(value) = text(headers, "if-none-exist")? else {
        return Ok(None);
    };
    criteria(value).map(Some)
}

/// The criteria of a condition.
pub fn criteria(value: &str) -> Result<Vec<Pair>, Refusal> {
    // A question mark after the first name belongs to a value.
    let query = value.split_once('?').filter(|(front, _)| !front.contains('=')).map_or(value, |(_, query)| query);
    let pairs = query::parse(query).map_err(|text| Refusal::bad_request("value", text))?;
    if pairs.is_empty() {
        return Err(Refusal::bad_request("required", "a condition needs at least one search parameter"));
    }
    Ok(pairs)
}

/// The version in an entity tag.
pub fn tag(text: &str) -> Option<u64> {
    let text = text.strip_prefix("W/").unwrap_or(text);
    text.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Refusal::bad_request("value", format!("{name} is not ASCII"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_one_version() {
        for (text, version) in [("W/\"3\"", Some(3)), ("\"3\"", Some(3)), ("3", None), ("*", None)] {
            assert_eq!(tag(text), version, "{text}");
        }
    }

    #[test]
    fn a_condition_without_criteria_is_refused() {
        assert!(criteria("Patient?").is_err());
        assert_eq!(criteria("?a=b").unwrap(), [("a".to_string(), "b".to_string())]);
    }
}
