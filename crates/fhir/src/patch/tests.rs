//! Patches do what they say, wholly or not at all, and bad ones are told what is wrong.
#![allow(clippy::print_stdout, reason = "tells what was skipped")]

use super::*;
use crate::json::Tree;

fn patched(text: &str, patch: &str) -> Result<String, Issue> {
    json_patch(&Tree::parse(text.as_bytes()).unwrap(), &Tree::parse(patch.as_bytes()).unwrap())
}

fn check(text: &str, patch: &str, expected: &str) {
    assert_eq!(patched(text, patch).unwrap(), expected, "{patch}");
}

fn check_refused(text: &str, patch: &str, code: &str, part: &str) {
    let issue = patched(text, patch).expect_err(part);
    assert_eq!(issue.code, code, "{issue}");
    assert!(issue.text.contains(part), "{issue}");
}

#[test]
fn operations_change_what_they_name_and_nothing_else() {
    let cases = [
        (r#"{"a":1.00}"#, r#"[{"op":"add","path":"/b","value":0.10e1}]"#, r#"{"a":1.00,"b":0.10e1}"#),
        (
            r#"{"a":[1,3]}"#,
            r#"[{"op":"add","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":4}]"#,
            r#"{"a":[1,2,3,4]}"#,
        ),
        (r#"{"a":1}"#, r#"[{"op":"add","path":"/a","value":{"c":[]}}]"#, r#"{"a":{"c":[]}}"#),
        (r#"{"a":1}"#, r#"[{"op":"add","path":"","value":[null]}]"#, "[null]"),
        (r#"{"a":1,"b":2}"#, r#"[{"op":"remove","path":"/a"}]"#, r#"{"b":2}"#),
        (r#"{"a":[1]}"#, r#"[{"op":"replace","path":"/a/0","value":"x\ny"}]"#, r#"{"a":["x\ny"]}"#),
        (r#"{"a":{"b":1},"c":[2]}"#, r#"[{"op":"move","from":"/a/b","path":"/c/0"}]"#, r#"{"a":{},"c":[1,2]}"#),
        (r#"{"a":{"b":1}}"#, r#"[{"op":"copy","from":"/a","path":"/c"}]"#, r#"{"a":{"b":1},"c":{"b":1}}"#),
        (r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/a"}]"#, r#"{"a":1}"#),
        (
            r#"{"/":9,"~1":10,"":3}"#,
            r#"[{"op":"test","path":"/~01","value":10},{"op":"test","path":"/~1","value":9},{"op":"test","path":"/","value":3}]"#,
            r#"{"/":9,"~1":10,"":3}"#,
        ),
        (r#"{"a":1}"#, "[]", r#"{"a":1}"#),
    ];
    for (text, patch, expected) in cases {
        check(text, patch, expected);
    }
}

#[test]
fn tests_compare_by_meaning() {
    for (left, right, same) in [
        ("1.0", "1", true),
        ("100", "1e2", true),
        ("0.010", "1E-2", true),
        ("-0", "0", true),
        ("-1", "1", false),
        ("10", "1", false),
        ("1", "\"1\"", false),
        ("\"a\"", "\"\\u0061\"", true),
        ("null", "null", true),
        ("null", "false", false),
        ("{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true),
        ("[1,2]", "[2,1]", false),
        ("{\"a\":1}", "{\"a\":1,\"b\":1}", false),
    ] {
        let patch = format!(r#"[{{"op":"test","path":"/v","value":{right}}}]"#);
        assert_eq!(patched(&format!("{{\"v\":{left}}}"), &patch).is_ok(), same, "{left} {right}");
    }
}

#[test]
fn a_refusal_names_operation_and_path() {
    let text = r#"{"a":[1],"b":{"c":1}}"#;
    let cases = [
        (r#"{"op":"add"}"#, "structure", "an array of operations"),
        ("[1]", "structure", "operation 1 ( ): the operation needs the text `op`"),
        (
            r#"[{"op":"test","path":"/b/c","value":1},{"op":"remove","path":"/x"}]"#,
            "value",
            "operation 2 (remove /x): there is nothing",
        ),
        (r#"[{"op":"add","path":"/x/y","value":1}]"#, "value", "there is nothing"),
        (r#"[{"op":"add","path":"/b/c/d","value":1}]"#, "value", "there is nothing"),
        (r#"[{"op":"add","path":"/a/2","value":1}]"#, "value", "no such place"),
        (r#"[{"op":"add","path":"/a/01","value":1}]"#, "value", "no such place"),
        (r#"[{"op":"add","path":"/a/+1","value":1}]"#, "value", "no such place"),
        (r#"[{"op":"remove","path":"/a/-"}]"#, "value", "there is nothing"),
        (r#"[{"op":"remove","path":""}]"#, "value", "cannot be removed"),
        (r#"[{"op":"add","path":"a","value":1}]"#, "structure", "begins with /"),
        (r#"[{"op":"add","path":"/~2","value":1}]"#, "structure", "0 or 1"),
        (r#"[{"op":"add","path":"/a"}]"#, "structure", "needs a `value`"),
        (r#"[{"op":"move","path":"/a"}]"#, "structure", "`from`"),
        (r#"[{"op":"move","from":"/b","path":"/b/c"}]"#, "value", "into itself"),
        (r#"[{"op":"test","path":"/b/c","value":2}]"#, "conflict", "operation 1 (test /b/c): the value is another"),
        (r#"[{"op":"spam","path":""}]"#, "structure", "the operations are"),
    ];
    for (patch, code, part) in cases {
        check_refused(text, patch, code, part);
    }
}

#[test]
fn patches_have_limits() {
    let one = r#"{"op":"test","path":"/a","value":1}"#;
    let many = |count: usize| format!("[{}]", vec![one; count].join(","));
    assert!(patched(r#"{"a":1}"#, &many(OPERATIONS_MAX)).is_ok());
    check_refused(r#"{"a":1}"#, &many(OPERATIONS_MAX + 1), "too-costly", "operations");
    let double = r#"{"op":"copy","from":"","path":"/a"}"#;
    let text = format!(r#"{{"b":"{}"}}"#, "x".repeat(1000));
    let doubled = format!("[{}]", vec![double; 200].join(","));
    check_refused(&text, &doubled, "too-costly", "");
    let deepen: Vec<String> = (0..200).map(|_| r#"{"op":"add","path":"/n","value":{}},{"op":"move","from":"/a","path":"/n/a"},{"op":"move","from":"/n","path":"/a"}"#.to_owned()).collect();
    check_refused(r#"{"a":{}}"#, &format!("[{}]", deepen.join(",")), "too-costly", "deep");
}

#[test]
fn official_json_patch_cases() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = std::env::var_os("AKSON_SHARED").map_or_else(|| beside.into(), std::path::PathBuf::from);
    let Ok(text) = std::fs::read(folder.join("data/tests/patch/json-patch-tests.json")) else {
        println!("skipped: no shared data");
        return;
    };
    let cases = Tree::parse(&text).unwrap();
    let mut count = 0;
    for case in cases.root().items().filter(|case| case.get("doc").is_some() && case.get("disabled").is_none()) {
        let result = patched(case.get("doc").unwrap().raw(), case.get("patch").unwrap().raw());
        let name = case.get("comment").map_or("", |name| name.raw());
        match (case.get("expected"), result) {
            (Some(expected), Ok(found)) => {
                let found = Tree::parse(found.as_bytes()).unwrap();
                assert!(document::Node::new(found.root()).equals(&document::Node::new(expected)), "{name}");
            }
            (None, Err(_)) => {}
            (_, result) => panic!("{name}: {result:?}"),
        }
        count += 1;
    }
    println!("{count} cases");
    assert!(count > 10);
}

/// A part with a value, and parts within a part.
fn part(name: &str, content: &str) -> String {
    format!(r#"{{"name":"{name}",{content}}}"#)
}

fn operation(kind: &str, path: &str, more: &[String]) -> String {
    let mut parts =
        vec![part("type", &format!(r#""valueCode":"{kind}""#)), part("path", &format!(r#""valueString":"{path}""#))];
    parts.extend(more.iter().cloned());
    format!(r#"{{"name":"operation","part":[{}]}}"#, parts.join(","))
}

fn with_path(text: &str, operations: &[String]) -> Result<String, Issue> {
    let parameters = format!(r#"{{"resourceType":"Parameters","parameter":[{}]}}"#, operations.join(","));
    fhirpath_patch(&Tree::parse(text.as_bytes()).unwrap(), &Tree::parse(parameters.as_bytes()).unwrap())
}

/// Members of a Patient before and after one operation.
fn check_path(before: &str, operation: String, after: &str) {
    let text = |members: &str| format!(r#"{{"resourceType":"Patient"{members}}}"#);
    let found = with_path(&text(before), std::slice::from_ref(&operation))
        .unwrap_or_else(|issue| panic!("{operation}: {issue}"));
    assert_eq!(found, text(after), "{operation}");
}

fn check_path_refused(before: &str, operation: String, code: &str, told: &str) {
    let text = format!(r#"{{"resourceType":"Patient"{before}}}"#);
    let issue = with_path(&text, std::slice::from_ref(&operation)).expect_err(told);
    assert_eq!(issue.code, code, "{issue}");
    assert!(issue.text.contains(told), "{issue}");
}

fn value(content: &str) -> String {
    part("value", content)
}

fn number(name: &str, number: i64) -> String {
    part(name, &format!(r#""valueInteger":{number}"#))
}

#[test]
fn fhirpath_patch_adds() {
    let name = |name: &str| part("name", &format!(r#""valueString":"{name}""#));
    check_path(
        "",
        operation("add", "Patient", &[name("birthDate"), value(r#""valueDate":"1930-01-01""#)]),
        r#","birthDate":"1930-01-01""#,
    );
    check_path(
        "",
        operation("add", "Patient", &[name("name"), value(r#""valueHumanName":{"text":"a"}"#)]),
        r#","name":[{"text":"a"}]"#,
    );
    check_path(
        r#","name":[{"given":["a"]}]"#,
        operation("add", "Patient.name", &[name("given"), value(r#""valueString":"b","_valueString":{"id":"i"}"#)]),
        r#","name":[{"given":["a","b"],"_given":[null,{"id":"i"}]}]"#,
    );
    let parts = r#""part":[{"name":"name","valueHumanName":{"text":"a"}},{"name":"relationship","valueCodeableConcept":{"text":"b"}}]"#;
    check_path(
        "",
        operation("add", "Patient", &[name("contact"), value(parts)]),
        r#","contact":[{"name":{"text":"a"},"relationship":[{"text":"b"}]}]"#,
    );
    check_path(
        "",
        operation("add", "Patient", &[name("deceased"), value(r#""valueBoolean":true"#)]),
        r#","deceasedBoolean":true"#,
    );
    let extension = r#""part":[{"name":"url","valueUri":"u"},{"name":"value","valueDecimal":1.00}]"#;
    check_path(
        r#","birthDate":"1930-01-01""#,
        operation("add", "Patient.birthDate", &[name("extension"), value(extension)]),
        r#","birthDate":"1930-01-01","_birthDate":{"extension":[{"url":"u","valueDecimal":1.00}]}"#,
    );
    check_path(
        "",
        operation(
            "add",
            "Patient",
            &[name("contained"), value(r#""resource":{"resourceType":"Organization","id":"o"}"#)],
        ),
        r#","contained":[{"resourceType":"Organization","id":"o"}]"#,
    );
}

#[test]
fn fhirpath_patch_deletes_and_leaves_nothing_empty() {
    let delete = |path: &str| operation("delete", path, &[]);
    check_path(r#","active":true"#, delete("Patient.active"), "");
    check_path(r#","active":true"#, delete("Patient.birthDate"), r#","active":true"#);
    check_path(r#","birthDate":"1930","_birthDate":{"id":"a"}"#, delete("Patient.birthDate"), "");
    check_path(r#","_birthDate":{"extension":[{"url":"u"}]}"#, delete("Patient.birthDate.extension"), "");
    check_path(
        r#","birthDate":"1930","_birthDate":{"extension":[{"url":"u"}]}"#,
        delete("Patient.birthDate.extension"),
        r#","birthDate":"1930""#,
    );
    check_path(
        r#","name":[{"given":["a","b"],"_given":[{"id":"i"},null]}]"#,
        delete("Patient.name.given[0]"),
        r#","name":[{"given":["b"]}]"#,
    );
    check_path(
        r#","contact":[{"name":{"text":"a"}},{"gender":"male"}]"#,
        delete("Patient.contact[0].name.text"),
        r#","contact":[{"gender":"male"}]"#,
    );
    check_path(
        r#","name":[{"use":"old"},{"use":"usual"}]"#,
        delete("Patient.name.where(use = 'old')"),
        r#","name":[{"use":"usual"}]"#,
    );
    check_path(
        r#","contact":[{"name":{"text":"a"}}],"active":true"#,
        delete("Patient.contact.name.text"),
        r#","active":true"#,
    );
}

#[test]
fn fhirpath_patch_replaces() {
    check_path(
        r#","gender":"male","_gender":{"id":"a"}"#,
        operation("replace", "Patient.gender", &[value(r#""valueCode":"female""#)]),
        r#","gender":"female""#,
    );
    check_path(
        r#","deceasedBoolean":false"#,
        operation("replace", "Patient.deceased", &[value(r#""valueDateTime":"2020""#)]),
        r#","deceasedDateTime":"2020""#,
    );
    check_path(
        r#","name":[{"given":["a","b"]}]"#,
        operation("replace", "Patient.name.given[1]", &[value(r#""valueString":"c""#)]),
        r#","name":[{"given":["a","c"]}]"#,
    );
    check_path(
        r#","maritalStatus":{"id":"1"}"#,
        operation("replace", "Patient.maritalStatus", &[value(r#""valueCodeableConcept":{"id":"2"}"#)]),
        r#","maritalStatus":{"id":"2"}"#,
    );
}

#[test]
fn fhirpath_patch_inserts_and_moves() {
    let given = |list: &str| format!(r#","name":[{{"given":[{list}]}}]"#);
    let string = || value(r#""valueString":"x""#);
    let insert = |place: i64| operation("insert", "Patient.name.given", &[number("index", place), string()]);
    check_path(&given(r#""a","b""#), insert(0), &given(r#""x","a","b""#));
    check_path(&given(r#""a","b""#), insert(2), &given(r#""a","b","x""#));
    check_path_refused(&given(r#""a","b""#), insert(3), "value", "no such place");
    check_path_refused(&given(r#""a","b""#), insert(-1), "structure", "`index`");
    check_path(r#","name":[{"use":"old"}]"#, insert(0), r#","name":[{"use":"old","given":["x"]}]"#);
    let shift = |from: i64, to: i64| {
        operation("move", "Patient.name.given", &[number("source", from), number("destination", to)])
    };
    check_path(&given(r#""a","b","c""#), shift(0, 2), &given(r#""b","c","a""#));
    check_path(&given(r#""a","b","c""#), shift(2, 1), &given(r#""a","c","b""#));
    check_path_refused(&given(r#""a","b""#), shift(0, 2), "value", "no such place");
    check_path_refused(r#","name":[{"given":["a"]},{"given":["b"]}]"#, insert(0), "value", "one list");
    check_path_refused(
        r#","active":true"#,
        operation("insert", "Patient.active", &[number("index", 0), string()]),
        "value",
        "one list",
    );
}

#[test]
fn fhirpath_patch_refuses_what_does_not_fit() {
    let name = |name: &str| part("name", &format!(r#""valueString":"{name}""#));
    let text = || value(r#""valueString":"x""#);
    let two = r#","name":[{"text":"a"},{"text":"b"}]"#;
    check_path_refused(
        "",
        operation("add", "Patient", &[name("colour"), text()]),
        "value",
        "operation 1 (add Patient): there is no element",
    );
    check_path_refused("", operation("add", "Patient", &[text()]), "structure", "`name`");
    check_path_refused("", operation("add", "Patient", &[name("active")]), "structure", "`value`");
    check_path_refused(
        r#","active":true"#,
        operation("add", "Patient", &[name("active"), value(r#""valueBoolean":true"#)]),
        "value",
        "there already",
    );
    check_path_refused(
        r#","deceasedBoolean":true"#,
        operation("add", "Patient", &[name("deceased"), value(r#""valueDateTime":"2020""#)]),
        "value",
        "there already",
    );
    check_path_refused("", operation("add", "Patient.contact", &[name("gender"), text()]), "value", "names nothing");
    check_path_refused(two, operation("delete", "Patient.name", &[]), "value", "more than one");
    check_path_refused(two, operation("replace", "Patient.name.text", &[text()]), "value", "more than one");
    check_path_refused("", operation("replace", "Patient.gender", &[text()]), "value", "names nothing");
    check_path_refused("", operation("delete", "Patient", &[]), "value", "whole resource");
    check_path_refused("", operation("replace", "Patient", &[text()]), "value", "whole resource");
    check_path_refused("", operation("delete", "Patient.name.", &[]), "value", "operation 1");
    check_path_refused("", operation("delete", "'a'", &[]), "value", "not in the resource");
    check_path_refused("", operation("spoil", "Patient", &[]), "structure", "the operations are");
    check_path_refused("", r#"{"name":"other"}"#.to_owned(), "structure", "named `operation`");
    check_path_refused("", r#"{"name":"operation"}"#.to_owned(), "structure", "`type`");
    let no_parameters = fhirpath_patch(&Tree::parse(b"{}").unwrap(), &Tree::parse(b"{}").unwrap());
    assert!(no_parameters.unwrap_err().text.contains("Parameters"));
}

#[test]
fn a_patch_applies_wholly_or_not_at_all() {
    let text = r#"{"resourceType":"Patient","active":true}"#;
    let operations = [operation("delete", "Patient.active", &[]), operation("delete", "Patient", &[])];
    assert!(with_path(text, &operations).unwrap_err().text.starts_with("operation 2"));
    let operations = [
        operation("replace", "Patient.active", &[value(r#""valueBoolean":false"#)]),
        operation("add", "Patient", &[part("name", r#""valueString":"gender""#), value(r#""valueCode":"male""#)]),
    ];
    assert_eq!(with_path(text, &operations).unwrap(), r#"{"resourceType":"Patient","active":false,"gender":"male"}"#);
}

#[test]
fn fhirpath_patches_have_limits() {
    let patient = |bytes: usize| format!(r#"{{"resourceType":"Patient","implicitRules":"{}"}}"#, "x".repeat(bytes));
    let operations = |count: usize| vec![operation("delete", "Patient.active", &[]); count];
    assert!(with_path(&patient(10), &operations(OPERATIONS_MAX)).is_ok());
    assert_eq!(with_path(&patient(10), &operations(OPERATIONS_MAX + 1)).unwrap_err().code, "too-costly");
    let share = WORK_BYTES_MAX / 10;
    assert!(with_path(&patient(share - 100), &operations(10)).is_ok());
    let issue = with_path(&patient(share), &operations(10)).unwrap_err();
    assert!(issue.code == "too-costly" && issue.text.starts_with("operation 10 (delete Patient.active)"), "{issue}");
}

/// The text between two tags, in the namespace that the cases use as a prefix.
fn between<'a>(xml: &'a str, name: &str) -> &'a str {
    let rest = xml.split_once(&format!("<{name}>")).unwrap().1;
    rest.split_once(&format!("</{name}>")).unwrap().0.trim()
}

#[test]
fn official_fhirpath_patch_cases() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = std::env::var_os("AKSON_SHARED").map_or_else(|| beside.into(), std::path::PathBuf::from);
    let Ok(text) = std::fs::read(folder.join("data/tests/fhirpath-patch.json")) else {
        println!("skipped: no shared data");
        return;
    };
    let cases = Tree::parse(&text).unwrap();
    for case in cases.root().items() {
        let (name, xml) = (case.get("name").unwrap().as_str().unwrap(), case.get("xml").unwrap().as_str().unwrap());
        let tree = |tag: &str| {
            let xml = between(&xml, tag);
            let (start, rest) = xml.split_once('>').unwrap();
            let json =
                crate::xml::to_json(format!("{start} xmlns:ns0='http://hl7.org/fhir'>{rest}").as_bytes()).unwrap();
            Tree::parse(json.as_bytes()).unwrap()
        };
        let found = fhirpath_patch(&tree("input"), &tree("diff")).unwrap_or_else(|issue| panic!("{name}: {issue}"));
        let found = Tree::parse(found.as_bytes()).unwrap();
        let output = tree("output");
        assert!(
            document::Node::new(found.root()).equals(&document::Node::new(output.root())),
            "{name}: {}",
            found.text()
        );
    }
    println!("{} cases", cases.root().len());
}

#[test]
fn mutated_patches_never_break_it() {
    let text = Tree::parse(br#"{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"i"}]}],"active":true,"deceasedBoolean":false}"#).unwrap();
    let json = r#"[{"op":"add","path":"/name/0/given/1","value":[{"a":1.00}]},{"op":"move","from":"/active","path":"/name/0/use"},{"op":"copy","from":"/name","path":"/name/-"},{"op":"test","path":"/name/0/given/0","value":"a"},{"op":"remove","path":"/name/0"}]"#;
    let parameters = [
        operation("insert", "Patient.name.given", &[number("index", 1), value(r#""valueString":"x""#)]),
        operation(
            "add",
            "Patient.name[0]",
            &[part("name", r#""valueString":"period""#), value(r#""part":[{"name":"start","valueDateTime":"2020"}]"#)],
        ),
        operation("replace", "Patient.deceased", &[value(r#""valueDateTime":"2020""#)]),
        operation("move", "Patient.name.given", &[number("source", 2), number("destination", 0)]),
        operation("delete", "Patient.name.given.id", &[]),
    ];
    let parameters = format!(r#"{{"resourceType":"Parameters","parameter":[{}]}}"#, parameters.join(","));
    assert!(fhirpath_patch(&text, &Tree::parse(parameters.as_bytes()).unwrap()).is_ok());
    let words = [
        "name",
        "given",
        "Patient",
        "value",
        "part",
        "valueString",
        "_",
        "0",
        "9",
        "-",
        "/",
        "~",
        ".",
        "{}",
        "[]",
        "null",
        "\"x\"",
        "delete",
        "copy",
        "resource",
    ];
    let mut seed = 0x5EED_u64;
    let mut roll = |sides: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % sides as u64) as usize
    };
    let mut applied = 0;
    for round in 0..20_000 {
        let mut mutated = if round % 2 == 0 { json.to_owned() } else { parameters.clone() };
        for _ in 0..=roll(3) {
            let from = roll(mutated.len());
            let word = words[roll(words.len())];
            // Words are put in the place of words, so that most of the patches stay JSON.
            let known = words[roll(words.len())];
            match mutated[from..].find(known) {
                Some(at) => mutated.replace_range(from + at..from + at + known.len(), word),
                None => drop(mutated.remove(from)),
            }
        }
        let Ok(patch) = Tree::parse(mutated.as_bytes()) else { continue };
        let result = if round % 2 == 0 { json_patch(&text, &patch) } else { fhirpath_patch(&text, &patch) };
        if let Ok(result) = result {
            assert!(Tree::parse(result.as_bytes()).is_ok(), "{mutated}");
            applied += 1;
        }
    }
    println!("{applied} of 20000 applied");
    assert!(applied > 100);
}
