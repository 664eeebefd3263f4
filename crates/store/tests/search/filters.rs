//! `_filter`: its whole grammar.

use crate::ask::{check, check_refused, loaded};

#[test]
fn filters_are_answered() {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"a","active":true,"birthDate":"1980-05-01","gender":"female","name":[{"family":"Hansen","given":["Kari"]}]}"#,
        r#"{"resourceType":"Patient","id":"b","active":false,"birthDate":"1990","gender":"male","name":[{"family":"Olsen","given":["Per"]}]}"#,
        r#"{"resourceType":"Patient","id":"c","gender":"unknown"}"#,
        r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"s","code":"w"}]},"subject":{"reference":"Patient/a"},"valueQuantity":{"value":70,"system":"http://unitsofmeasure.org","code":"kg"}}"#,
        r#"{"resourceType":"ValueSet","id":"v","status":"active","url":"http://x/v/1"}"#,
    ]);
    for (filter, expected) in [
        (r#"name co "ans""#, vec!["a"]),
        (r#"family eq "hansen""#, vec!["a"]),
        (r#"family eq "hans""#, vec![]),
        (r#"family ne "hansen""#, vec!["b", "c"]),
        (r#"family sw "ol" or family ew "SEN""#, vec!["a", "b"]),
        ("gender eq male or gender eq female and active eq true", vec!["a", "b"]),
        ("(gender eq male or gender eq female) and active eq true", vec!["a"]),
        ("not (gender eq male)", vec!["a", "c"]),
        ("birthdate ge 1985", vec!["b"]),
        ("birthdate lt 1985-01-01", vec!["a"]),
        ("birthdate po 1980", vec!["a"]),
        ("birthdate pr false", vec!["c"]),
        ("birthdate pr true and active eq false", vec!["b"]),
        ("gender in http://hl7.org/fhir/ValueSet/administrative-gender", vec!["a", "b", "c"]),
        ("gender ni http://hl7.org/fhir/ValueSet/administrative-gender", vec![]),
        ("_id eq a", vec!["a"]),
        ("_id ne a and active pr true", vec!["b"]),
        ("gender eq male and (active eq false and (birthdate eq 1990))", vec!["b"]),
    ] {
        check(&store, &format!("Patient?_filter={filter}"), &expected);
    }
    check(&store, r#"Observation?_filter=subject.name co "kari""#, &["o"]);
    check(&store, r#"Observation?_filter=patient[gender eq female].birthdate lt 1985"#, &["o"]);
    check(&store, r#"Observation?_filter=patient[gender eq male].birthdate lt 1985"#, &[]);
    check(&store, "Observation?_filter=patient re Patient/a and code eq s|w", &["o"]);
    check(&store, "Observation?_filter=value-quantity gt 60|http://unitsofmeasure.org|kg", &["o"]);
    check(&store, "Observation?_filter=value-quantity ap 65000|http://unitsofmeasure.org|g", &["o"]);
    check(&store, "ValueSet?_filter=url sb http://x/v", &["v"]);
    check(&store, "ValueSet?_filter=url eq \"http://x/v/1\"", &["v"]);
}

#[test]
fn filters_that_say_nothing_are_refused() {
    let store = loaded(&[]);
    for (filter, words) in [
        ("name", "operator"),
        ("name xx 1", "operator"),
        ("name eq", "operator"),
        ("nmae eq x", "name"),
        ("(name eq x", "bracket"),
        ("name eq x)", "goes on"),
        ("name eq \"x", "quote"),
        ("name eq x and", "was expected"),
        ("not name eq x", "not (…)"),
        ("birthdate co 1980", "eq ne gt"),
    ] {
        check_refused(&store, &format!("Patient?_filter={filter}"), words);
    }
    let deep = format!("Patient?_filter={}gender eq male{}", "(".repeat(100), ")".repeat(100));
    check_refused(&store, &deep, "deep");
}
