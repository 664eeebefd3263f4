//! Value sets and code systems given at run time: what they expand to, and what they say of one code.
#![allow(clippy::unwrap_used, clippy::panic)] // Tests say what went wrong by stopping.

use akson_fhir::codes::{Cannot, Codes};
use akson_fhir::resource::Resource;

const FOOD: &str = r#"{"resourceType":"CodeSystem","id":"food","url":"urn:food","status":"active","content":"complete","valueSet":"urn:food/all","concept":[
    {"code":"fruit","display":"Fruit","concept":[
        {"code":"apple","display":"Apple","property":[{"code":"colour","valueCode":"red"}],"concept":[{"code":"gala","display":"Gala"}]},
        {"code":"pear","display":"Pear","property":[{"code":"colour","valueCode":"green"}]}]},
    {"code":"bread","display":"Bread"},
    {"code":"tomato","display":"Tomato","property":[{"code":"parent","valueCode":"fruit"},{"code":"colour","valueCode":"red"}]}]}"#;
const PART: &str =
    r#"{"resourceType":"CodeSystem","url":"urn:part","status":"active","content":"fragment","concept":[{"code":"a"}]}"#;

fn codes(sets: &[(&str, &str)]) -> Codes {
    let mut codes = Codes::default();
    for text in [FOOD, PART] {
        assert!(codes.add(&Resource::parse_json(text.as_bytes()).unwrap()));
    }
    for (name, content) in sets {
        let text =
            format!(r#"{{"resourceType":"ValueSet","id":"{name}","url":"urn:vs/{name}","status":"active",{content}}}"#);
        assert!(codes.add(&Resource::parse_json(text.as_bytes()).unwrap()));
    }
    codes
}

/// Checks the codes of a value set by one composition.
fn check(compose: &str, expected: &[&str]) {
    let codes = codes(&[("x", &format!(r#""compose":{{{compose}}}"#))]);
    let expansion = codes.expand("urn:vs/x").unwrap_or_else(|cannot| panic!("{compose}: {cannot}"));
    let mut found: Vec<&str> = expansion.iter().map(|(_, code)| code).collect();
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected, "{compose}");
    assert_eq!(expansion.len(), expected.len());
    for code in ["fruit", "apple", "gala", "pear", "bread", "tomato", "stone"] {
        assert_eq!(
            codes.contains("urn:vs/x", Some("urn:food"), code),
            Some(expected.contains(&code)),
            "{compose} {code}"
        );
    }
}

fn filter(property: &str, op: &str, value: &str) -> String {
    format!(
        r#""include":[{{"system":"urn:food","filter":[{{"property":"{property}","op":"{op}","value":"{value}"}}]}}]"#
    )
}

#[test]
fn filters_choose_among_the_concepts_of_a_system() {
    let fruit = ["fruit", "apple", "gala", "pear", "tomato"];
    check(&filter("concept", "is-a", "fruit"), &fruit);
    check(&filter("concept", "descendent-of", "fruit"), &fruit[1..]);
    check(&filter("concept", "is-not-a", "fruit"), &["bread"]);
    check(&filter("concept", "generalizes", "gala"), &["gala", "apple", "fruit"]);
    check(&filter("concept", "is-a", "stone"), &[]);
    check(&filter("colour", "=", "red"), &["apple", "tomato"]);
    check(&filter("code", "in", "pear, bread,stone"), &["pear", "bread"]);
    check(&filter("colour", "not-in", "red,green"), &["fruit", "gala", "bread"]);
    check(&filter("display", "regex", "B.*|.*ear"), &["bread", "pear"]);
    check(&filter("colour", "exists", "true"), &["apple", "pear", "tomato"]);
    check(&filter("colour", "exists", "false"), &["fruit", "gala", "bread"]);
    check(&filter("parent", "=", "fruit"), &["apple", "pear", "tomato"]);
    check(&filter("child", "=", "gala"), &["apple"]);
    let both = r#""include":[{"system":"urn:food","filter":[{"property":"concept","op":"is-a","value":"fruit"},{"property":"colour","op":"=","value":"red"}]}]"#;
    check(both, &["apple", "tomato"]);
}

#[test]
fn parts_are_joined_and_taken_out() {
    let all = ["fruit", "apple", "gala", "pear", "bread", "tomato"];
    check(r#""include":[{"system":"urn:food"}]"#, &all);
    check(r#""include":[{"system":"urn:food","concept":[{"code":"apple"},{"code":"apple"}]}]"#, &["apple"]);
    check(r#""include":[{"valueSet":["urn:food/all"]}]"#, &all);
    check(r#""include":[{"valueSet":["urn:food/all"],"system":"urn:food","concept":[{"code":"pear"}]}]"#, &["pear"]);
    check(
        r#""include":[{"system":"urn:food"}],"exclude":[{"system":"urn:food","filter":[{"property":"concept","op":"is-a","value":"fruit"}]}]"#,
        &["bread"],
    );
    check(
        r#""include":[{"system":"urn:food","concept":[{"code":"pear"}]}],"exclude":[{"system":"urn:elsewhere"}]"#,
        &["pear"],
    );
}

#[test]
fn what_cannot_be_expanded_says_why() {
    let codes = codes(&[
        ("open", r#""compose":{"include":[{"system":"urn:food","concept":[{"code":"pear"}]},{"system":"urn:part"}]}"#),
        ("self", r#""compose":{"include":[{"valueSet":["urn:vs/self"]}]}"#),
        ("none", r#""title":"x""#),
        (
            "odd",
            r#""compose":{"include":[{"system":"urn:food","filter":[{"property":"colour","op":"odd","value":"x"}]}]}"#,
        ),
        ("deep", r#""compose":{"include":[{"valueSet":["urn:vs/nowhere"]}]}"#),
    ]);
    let cannot = |url: &str| codes.expand(url).unwrap_err();
    assert_eq!(cannot("urn:vs/open"), Cannot::Open("urn:part".to_owned()));
    assert_eq!(cannot("urn:vs/self"), Cannot::Nested);
    assert_eq!(cannot("urn:vs/none"), Cannot::Nothing);
    assert_eq!(cannot("urn:vs/odd"), Cannot::Filter("colour odd".to_owned()));
    assert_eq!(cannot("urn:vs/deep"), Cannot::Unknown("urn:vs/nowhere".to_owned()));
    assert_eq!(cannot("urn:vs/other"), Cannot::Unknown("urn:vs/other".to_owned()));
    // About single codes it still says what it can.
    assert_eq!(codes.contains("urn:vs/open", Some("urn:food"), "pear"), Some(true));
    assert_eq!(codes.contains("urn:vs/open", Some("urn:food"), "bread"), Some(false));
    assert_eq!(codes.contains("urn:vs/open", Some("urn:part"), "a"), Some(true));
    assert_eq!(codes.contains("urn:vs/open", Some("urn:part"), "b"), None);
}

#[test]
fn too_many_codes_are_refused_and_as_many_as_allowed_are_not() {
    let concepts = |count: usize| {
        let list: Vec<String> = (0..count).map(|n| format!(r#"{{"code":"c{n}"}}"#)).collect();
        codes(&[(
            "many",
            &format!(r#""compose":{{"include":[{{"system":"urn:many","concept":[{}]}}]}}"#, list.join(",")),
        )])
    };
    assert_eq!(
        concepts(akson_fhir::codes::CODES_MAX).expand("urn:vs/many").unwrap().len(),
        akson_fhir::codes::CODES_MAX
    );
    let more = concepts(akson_fhir::codes::CODES_MAX + 1);
    assert_eq!(more.expand("urn:vs/many").unwrap_err(), Cannot::TooMany);
    assert_eq!(more.contains("urn:vs/many", Some("urn:many"), "c7"), Some(true));
}

#[test]
fn a_change_counts_at_once_also_where_it_is_nested() {
    let mut codes = codes(&[
        ("outer", r#""compose":{"include":[{"valueSet":["urn:vs/inner"]}]}"#),
        ("inner", r#""version":"1","compose":{"include":[{"system":"urn:food","concept":[{"code":"pear"}]}]}"#),
    ]);
    assert!(codes.expand("urn:vs/outer").unwrap().has(Some("urn:food"), "pear"));
    let text = r#"{"resourceType":"ValueSet","id":"inner","url":"urn:vs/inner","version":"2","status":"active","expansion":{"contains":[{"system":"urn:food","code":"bread"},{"abstract":true,"code":"x"}]}}"#;
    codes.add(&Resource::parse_json(text.as_bytes()).unwrap());
    let expansion = codes.expand("urn:vs/outer").unwrap();
    assert!(expansion.has(None, "bread") && !expansion.has(None, "pear") && !expansion.has(None, "x"));
    assert!(codes.expand("urn:vs/inner|1").unwrap().has(None, "pear"));
    assert!(codes.expand("ValueSet/inner").unwrap().has(None, "bread"));
    assert!(matches!(codes.expand("urn:vs/inner|3"), Err(Cannot::Unknown(_))));
    codes.remove("urn:vs/inner");
    assert!(codes.expand("urn:vs/outer").is_err());
}

#[test]
fn hierarchies_are_walked_both_ways() {
    let codes = codes(&[]);
    let sorted = |found: Option<Vec<String>>| {
        let mut found = found.unwrap();
        found.sort();
        found.join(" ")
    };
    assert_eq!(sorted(codes.below("urn:food", "fruit")), "apple fruit gala pear tomato");
    assert_eq!(sorted(codes.above("urn:food", "gala")), "apple fruit gala");
    assert_eq!(sorted(codes.below("urn:food", "stone")), "stone");
    assert!(codes.below("urn:nowhere", "x").is_none());
    assert!(codes.below("urn:part", "a").is_none());
    assert!(codes.below("http://snomed.info/sct", "126851005").is_none());
    assert!(sorted(codes.below("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMP")).contains("ACUTE"));
}
