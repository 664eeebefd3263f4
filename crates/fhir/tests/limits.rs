//! Limits of the language, on both sides of each. Those of JSON, XML, patches and value sets stand beside their code.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use akson_fhir::json::Tree;
use akson_fhir::outcome::Severity;
use akson_fhir::path::limits::*;
use akson_fhir::path::{Context, Expression, Item};
use akson_fhir::resource::{ID_LENGTH_MAX, Resource, is_id};
use akson_fhir::validate::{Options, Profiles, validate};
use akson_fhir::value::decimal::{Decimal, SCALE_MAX};
use akson_fhir::value::ucum::{Canonical, LENGTH_MAX};
use akson_fhir::xml::{self, ATTRIBUTES_MAX, NAMESPACES_MAX};

const PATIENT: &[u8] = br#"{"resourceType":"Patient","active":true,"name":[{"given":["a"]}]}"#;

/// What an expression says about a patient: how many items, or why none.
fn evaluated(text: &str) -> Result<usize, String> {
    let expression = Expression::parse(text).map_err(|error| error.to_string())?;
    let tree = Tree::parse(PATIENT).unwrap();
    let focus = Item::resource(tree.root()).unwrap();
    let found = expression.evaluate(focus, &Context::of(tree.root())).map_err(|error| error.to_string())?;
    Ok(found.len())
}

/// The first of a text made for a number is taken, the second is not.
#[track_caller]
fn edge(limit: usize, text: impl Fn(usize) -> String) {
    assert!(evaluated(&text(limit)).is_ok(), "{limit}: {:?}", evaluated(&text(limit)));
    assert!(evaluated(&text(limit + 1)).is_err(), "{limit} + 1");
}

#[test]
fn expression_bytes_max() {
    edge(EXPRESSION_BYTES_MAX, |bytes| format!("1{}", " ".repeat(bytes - 1)));
}

#[test]
fn parse_depth_max() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let deepest = (1..200).take_while(|depth| Expression::parse(&nested(*depth)).is_ok()).last().unwrap();
    assert!((PARSE_DEPTH_MAX as usize - 4..=PARSE_DEPTH_MAX as usize).contains(&deepest), "{deepest}");
}

#[test]
fn collection_max() {
    // Eight to the sixth is 262,144.
    let many = |last: usize| {
        format!(
            "(1|2|3|4|5|6|7|8){}",
            ".select((1).combine(1).combine(1).combine(1).combine(1).combine(1).combine(1).combine(1))".repeat(last)
        )
    };
    assert_eq!(evaluated(&many(5)), Ok(262_144));
    const { assert!(262_144 < COLLECTION_MAX && 8 * 262_144 > COLLECTION_MAX) };
    assert!(evaluated(&many(6)).is_err());
}

#[test]
fn work_max() {
    let list = |times: usize| {
        let nine =
            ".select((1).combine(1).combine(1).combine(1).combine(1).combine(1).combine(1).combine(1).combine(1))";
        format!("(1|2|3|4|5|6|7|8|9|10){}", nine.repeat(times))
    };
    // Each of 810 counts 810, and each of 7,290 would count 7,290.
    const { assert!(810 * 810 < WORK_MAX && 7_290 * 7_290 > WORK_MAX) };
    assert!(evaluated(&format!("{}.where({}.count() > 0).count()", list(2), list(2))).is_ok());
    assert!(evaluated(&format!("{}.where({}.count() > 0).count()", list(3), list(3))).is_err());
}

#[test]
fn repeat_rounds_max() {
    edge(REPEAT_ROUNDS_MAX - 1, |rounds| format!("1.repeat(iif($this < {}, $this + 1, {{}}))", rounds + 1));
}

#[test]
fn string_bytes_max() {
    let doubled = |times: usize| format!("'{}'{}.length()", "a".repeat(1024), ".select($this & $this)".repeat(times));
    assert_eq!(1024 << 12, STRING_BYTES_MAX);
    assert_eq!(evaluated(&doubled(12)), Ok(1));
    assert!(evaluated(&doubled(13)).is_err());
}

#[test]
fn replaced_bytes_max() {
    let replaced = |times: usize, by: usize| {
        format!("'aaaa'{}.replaceMatches('a', '{}').length()", ".select($this & $this)".repeat(times), "b".repeat(by))
    };
    assert_eq!(evaluated(&replaced(4, 100)), Ok(1));
    // A million letters, each of which could become a thousand.
    const { assert!(1 << 30 > REPLACED_BYTES_MAX) };
    assert!(evaluated(&replaced(18, 1_000)).is_err());
}

#[test]
fn regex_bytes_max() {
    edge(REGEX_BYTES_MAX, |bytes| format!("'a'.matches('{}')", "a".repeat(bytes)));
}

#[test]
fn id_length_max() {
    assert!(is_id(&"a".repeat(ID_LENGTH_MAX)) && !is_id(&"a".repeat(ID_LENGTH_MAX + 1)));
}

#[test]
fn scale_max() {
    assert!(Decimal::new(1, SCALE_MAX).is_ok() && Decimal::new(1, SCALE_MAX + 1).is_err());
}

#[test]
fn ucum_limits() {
    let unit = |length: usize| format!("g{{{}}}", "a".repeat(length - 3));
    assert!(Canonical::parse(&unit(LENGTH_MAX)).is_some() && Canonical::parse(&unit(LENGTH_MAX + 1)).is_none());
    assert!(Canonical::parse("10*99").is_some() && Canonical::parse("10*100").is_none());
    let nested = |depth: usize| format!("{}g{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Canonical::parse(&nested(20)).is_some() && Canonical::parse(&nested(30)).is_none());
}

#[test]
fn attributes_and_namespaces_max() {
    let taken =
        |inner: String| xml::to_json(format!("<Patient xmlns='http://hl7.org/fhir'>{inner}</Patient>").as_bytes());
    let attributes = |n: usize| {
        let many: String = (0..n).map(|n| format!(" a{n}='1'")).collect();
        taken(format!("<text><status value='empty'/><div xmlns='http://www.w3.org/1999/xhtml'><p{many}/></div></text>"))
    };
    assert!(attributes(ATTRIBUTES_MAX).is_ok() && attributes(ATTRIBUTES_MAX + 1).is_err());
    let namespaces = |n: usize| {
        let many: String = (0..n).map(|n| format!(" xmlns:a{n}='urn:{n}'")).collect();
        taken(format!("<active{many} value='true'/>"))
    };
    // One is in force already.
    assert!(namespaces(NAMESPACES_MAX / 2).is_ok() && namespaces(NAMESPACES_MAX + 1).is_err());
}

#[test]
fn zone_max() {
    let valid = |zone: &str| {
        let text = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"effectiveDateTime":"2020-01-01T10:00:00{zone}"}}"#
        );
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let profiles = Profiles::new();
        validate(&resource, &Options { least: Severity::Error, ..Options::new(&profiles) }).is_empty()
    };
    assert!(valid("+14:00") && valid("-14:00") && !valid("+14:01") && !valid("-15:00"));
}

#[test]
fn text_of_a_megabyte() {
    let valid = |bytes: usize| {
        let text = format!(r#"{{"resourceType":"Basic","code":{{"text":"{}"}}}}"#, "a".repeat(bytes));
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let profiles = Profiles::new();
        validate(&resource, &Options { least: Severity::Error, ..Options::new(&profiles) }).is_empty()
    };
    assert!(valid(1 << 20) && !valid((1 << 20) + 1));
}

#[test]
fn narrative_depth() {
    let valid = |depth: usize| {
        let div = format!(
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">{}x{}</div>",
            "<b>".repeat(depth),
            "</b>".repeat(depth)
        );
        let text = format!(r#"{{"resourceType":"Patient","text":{{"status":"generated","div":"{div}"}}}}"#);
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let profiles = Profiles::new();
        validate(&resource, &Options { least: Severity::Error, ..Options::new(&profiles) }).is_empty()
    };
    assert!(valid(255) && !valid(256));
}
