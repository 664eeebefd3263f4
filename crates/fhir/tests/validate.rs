//! Cases of every kind of check, valid and invalid, from `validate/*.txt`; and hostile input.
//!
//! A case names the worst that must be said, line by line; "valid" means neither errors nor
//! warnings (missing narratives aside).

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

use akson_fhir::json::Tree;
use akson_fhir::outcome::{Issue, Severity};
use akson_fhir::resource::Resource;
use akson_fhir::validate::{ISSUES_MAX, Options, Profiles, Terminology, validate};

struct Case<'t> {
    name: &'t str,
    resource: &'t str,
    asked: Vec<&'t str>,
    expected: Vec<&'t str>,
}

/// The cases of a file, in their order.
fn cases(text: &str) -> Vec<Case<'_>> {
    let mut found: Vec<Case<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("== ") {
            found.push(Case { name, resource: "", asked: Vec::new(), expected: Vec::new() });
            continue;
        }
        let case = found.last_mut().unwrap();
        if let Some(expected) = line.strip_prefix("-> ") {
            case.expected.push(expected);
        } else if let Some(url) = line.strip_prefix("@ ") {
            case.asked.push(url);
        } else {
            case.resource = line;
        }
    }
    found
}

fn said(issue: &Issue) -> String {
    format!("{} {} {}: {}", issue.severity.code(), issue.code, issue.expression, issue.text)
}

/// Whether an issue is the one of a line: the same up to the colon, the text in part.
fn fits(issue: &Issue, line: &str) -> bool {
    let (head, text) = line.split_once(": ").unwrap_or((line, ""));
    said(issue).starts_with(&format!("{head}: ")) && issue.text.contains(text)
}

fn check(text: &str, profiles: &Profiles) {
    let mut wrong = Vec::new();
    let cases = cases(text);
    for case in &cases {
        let resource =
            Resource::parse_json(case.resource.as_bytes()).unwrap_or_else(|issues| panic!("{}: {issues:?}", case.name));
        let options = Options { asked: &case.asked, least: Severity::Warning, ..Options::new(profiles) };
        let issues: Vec<Issue> =
            validate(&resource, &options).into_iter().filter(|issue| !issue.text.starts_with("dom-6")).collect();
        let expected: &[&str] = if case.expected == ["valid"] { &[] } else { &case.expected };
        let all_there = expected.iter().all(|line| issues.iter().any(|issue| fits(issue, line)));
        let none_else = issues
            .iter()
            .filter(|issue| issue.refuses() || expected.is_empty())
            .all(|issue| expected.iter().any(|line| fits(issue, line)));
        if case.expected.is_empty() || !all_there || !none_else {
            wrong.push(format!(
                "{}\n   expected {:?}\n   said {:#?}",
                case.name,
                case.expected,
                issues.iter().map(said).collect::<Vec<_>>()
            ));
        }
    }
    println!("{} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The profiles of `validate/profiles.json`, all differentials.
fn own_profiles() -> Profiles {
    let tree = Tree::parse(include_bytes!("validate/profiles.json")).unwrap();
    let mut profiles = Profiles::new();
    for one in tree.root().items() {
        assert!(profiles.add(&Resource::parse_json(one.raw().as_bytes()).unwrap()));
    }
    profiles
}

#[test]
fn the_specification_is_kept() {
    check(include_str!("validate/base.txt"), &Profiles::new());
}

#[test]
fn profiles_are_kept() {
    check(include_str!("validate/profile.txt"), &own_profiles());
}

#[test]
fn terminology_is_asked_only_for_what_is_not_known() {
    let profiles = own_profiles();
    let text = r#"{"resourceType":"Basic","code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}}"#;
    let resource = Resource::parse_json(text.as_bytes()).unwrap();
    for (known, errors) in [(Some(true), 0), (Some(false), 1), (None, 0)] {
        let member_of = |url: &str, system: Option<&str>, code: &str| {
            assert_eq!(
                (url, system, code),
                ("http://example.org/ValueSet/outside", Some("http://snomed.info/sct"), "1")
            );
            known
        };
        let terminology = Terminology { member_of: &member_of, code_in: &|_, _| None };
        let options = Options {
            asked: &["http://example.org/outside-codes"],
            least: Severity::Error,
            terminology: Some(terminology),
            ..Options::new(&profiles)
        };
        assert_eq!(validate(&resource, &options).len(), errors);
    }
}

#[test]
fn a_resolver_leads_to_other_resources() {
    let profiles = own_profiles();
    let anonymous = Resource::parse_json(br#"{"resourceType":"Patient","id":"1"}"#).unwrap();
    let named = Resource::parse_json(br#"{"resourceType":"Patient","id":"1","name":[{"family":"x"}]}"#).unwrap();
    let basic =
        Resource::parse_json(br#"{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Patient/1"}}"#)
            .unwrap();
    for (target, errors) in [(&anonymous, 1), (&named, 0)] {
        let resolve = |text: &str| (text == "Patient/1").then_some(target);
        let options = Options {
            asked: &["http://example.org/about-named"],
            least: Severity::Error,
            resolve: Some(&resolve),
            ..Options::new(&profiles)
        };
        assert_eq!(validate(&basic, &options).len(), errors);
    }
}

#[test]
fn issues_are_bounded() {
    let names = vec![r#"{"family":""}"#; ISSUES_MAX + 50].join(",");
    let resource =
        Resource::parse_json(format!(r#"{{"resourceType":"Patient","name":[{names}]}}"#).as_bytes()).unwrap();
    assert_eq!(validate(&resource, &Options::new(&Profiles::new())).len(), ISSUES_MAX);
}

#[test]
fn many_of_a_kind_cost_no_more_than_their_number() {
    let many = 100_000;
    let nulls = vec!["null"; many].join(",");
    let ids = vec![r#"{"id":"a"}"#; many].join(",");
    let references: Vec<String> = (0..many / 10).map(|n| format!(r##"{{"reference":"#{n}"}}"##)).collect();
    let contained: Vec<String> =
        (0..many / 10).map(|n| format!(r#"{{"resourceType":"Practitioner","id":"{n}"}}"#)).collect();
    for (text, errors) in [
        (format!(r#"{{"resourceType":"Patient","name":[{{"given":[{nulls}],"_given":[{ids}]}}]}}"#), 0),
        (format!(r#"{{"resourceType":"Patient","name":[{{"given":[{nulls}],"_given":[{nulls}]}}]}}"#), ISSUES_MAX),
        (
            format!(
                r#"{{"resourceType":"Patient","contained":[{}],"generalPractitioner":[{}]}}"#,
                contained.join(","),
                references.join(",")
            ),
            0,
        ),
    ] {
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let profiles = Profiles::new();
        assert_eq!(validate(&resource, &Options { least: Severity::Error, ..Options::new(&profiles) }).len(), errors);
    }
}

#[test]
fn texts_repeat_no_values() {
    let resource = Resource::parse_json(
        br#"{"resourceType":"Patient","gender":"SECRET","birthDate":"SECRET","name":[{"family":7,"use":"SECRET"}]}"#,
    )
    .unwrap();
    let issues = validate(&resource, &Options::new(&Profiles::new()));
    assert!(issues.len() >= 4 && issues.iter().all(|issue| !issue.to_string().contains("SECRET")));
}

/// Changes a text at some places, always the same way for the same seed.
fn mutate(text: &[u8], seed: &mut u64) -> Vec<u8> {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize
    };
    let mut out = text.to_vec();
    let words: [&[u8]; 12] = [
        b"null",
        b"{}",
        b"[]",
        b"\"\"",
        b"[{}]",
        b"{\"url\":\"x\"}",
        b"true",
        b"1e9",
        b"\"#\"",
        b"[null]",
        b"{\"reference\":\"#\"}",
        b"\"http://example.org/named\"",
    ];
    for _ in 0..1 + next() % 3 {
        // Replace the value after some colon, so that most results are still JSON.
        let colons: Vec<usize> =
            out.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at + 1).collect();
        let Some(from) = colons.get(next() % colons.len().max(1)).copied() else { continue };
        let end =
            out[from..].iter().position(|byte| matches!(byte, b',' | b'}' | b']')).map_or(out.len(), |at| from + at);
        out.splice(from..end, words[next() % words.len()].iter().copied());
    }
    out
}

#[test]
fn mutated_cases_neither_panic_nor_hang() {
    let profiles = own_profiles();
    let text = [include_str!("validate/base.txt"), include_str!("validate/profile.txt")].concat();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut judged = 0;
    for case in cases(&text) {
        for _ in 0..60 {
            let Ok(resource) = Resource::parse_json(&mutate(case.resource.as_bytes(), &mut seed)) else { continue };
            let options = Options { asked: &case.asked, ..Options::new(&profiles) };
            validate(&resource, &options);
            judged += 1;
        }
    }
    assert!(judged > 1_000, "{judged}");
}

#[test]
fn mutated_profiles_neither_panic_nor_hang() {
    let tree = Tree::parse(include_bytes!("validate/profiles.json")).unwrap();
    let text = include_str!("validate/profile.txt");
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..40 {
        let mut profiles = Profiles::new();
        for one in tree.root().items() {
            let broken = Resource::parse_json(&mutate(one.raw().as_bytes(), &mut seed));
            if let Ok(resource) = broken {
                profiles.add(&resource);
            }
        }
        for case in cases(text) {
            let resource = Resource::parse_json(case.resource.as_bytes()).unwrap();
            validate(&resource, &Options { asked: &case.asked, ..Options::new(&profiles) });
        }
    }
}

#[test]
fn profiles_derived_in_a_circle_end() {
    let mut profiles = Profiles::new();
    for (own, base) in [("a", "b"), ("b", "a")] {
        let text = format!(
            r#"{{"resourceType":"StructureDefinition","url":"http://example.org/{own}","name":"X","status":"draft","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://example.org/{base}","derivation":"constraint","differential":{{"element":[{{"path":"Patient.link.other","type":[{{"code":"Reference","targetProfile":["http://example.org/{base}"]}}]}}]}}}}"#
        );
        profiles.add(&Resource::parse_json(text.as_bytes()).unwrap());
    }
    let text = r##"{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"p","link":[{"type":"seealso","other":{"reference":"#"}}]}],"link":[{"type":"seealso","other":{"reference":"#p"}}]}"##;
    let resource = Resource::parse_json(text.as_bytes()).unwrap();
    let issues = validate(
        &resource,
        &Options { asked: &["http://example.org/a"], least: Severity::Error, ..Options::new(&profiles) },
    );
    assert_eq!(issues, []);
}
