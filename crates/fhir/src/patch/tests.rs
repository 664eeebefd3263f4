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
