//! What is kept, what is refused and where.

use super::*;

fn refused(text: &str) -> JsonError {
    Tree::parse(text.as_bytes()).expect_err(text)
}

#[test]
fn white_space_goes_and_all_else_stays() {
    let text = " {\n \"a\" : [ 1.00 , 0.10e1 , -0 , \"x \\u00e5 y\" , null , true ] , \"b\":{ } , \"c\":[ ] }\n";
    let tree = Tree::parse(text.as_bytes()).unwrap();
    assert_eq!(tree.text(), r#"{"a":[1.00,0.10e1,-0,"x \u00e5 y",null,true],"b":{},"c":[]}"#);
    let a = tree.root().get("a").unwrap();
    assert_eq!(a.len(), 6);
    assert_eq!(a.items().nth(1).unwrap().number(), Some("0.10e1"));
    assert_eq!(a.items().nth(3).unwrap().as_str().unwrap(), "x å y");
    assert_eq!(a.items().nth(3).unwrap().str(), None);
    assert!(tree.root().get("b").unwrap().is_empty());
    let keys: Vec<_> = tree.root().members().map(|(key, value)| (key, value.raw())).collect();
    assert_eq!(keys[2], ("c", "[]"));
}

#[test]
fn refusals_name_the_place() {
    let error = refused("{\n  \"name\": [{\"given\": [\"x\", y]}]}");
    assert_eq!((error.line, error.column, error.path.as_str()), (2, 28, "name[0].given"));
    for (text, message) in [
        ("", "empty"),
        ("{", "too early"),
        ("[1,]", "expected a value"),
        ("{\"a\":1,}", "key in quotes"),
        ("{\"a\":1,\"a\":2}", "twice"),
        ("{\"a\" 1}", "expected :"),
        ("[1 2]", "expected ,"),
        ("01", "leading zeros"),
        ("1.", "digit"),
        ("1e", "digit"),
        ("-", "digit"),
        ("\"\u{1}\"", "control"),
        ("\"\\x\"", "unknown escape"),
        ("\"\\ud800\"", "surrogate"),
        ("\"\\udc00\"", "surrogate"),
        ("\"abc", "not closed"),
        ("{} {}", "after the end"),
        ("tru", "expected true"),
        ("[}", "expected ]"),
        ("{\"a\\u0062\":1}", "escapes"),
        ("]", "expected a value"),
    ] {
        assert!(refused(text).message.contains(message), "{text}: {}", refused(text).message);
    }
    assert_eq!(Tree::parse(b"[\"\xff\"]").unwrap_err().message, "text is not UTF-8");
}

#[test]
fn duplicate_keys_are_found_among_many() {
    let members = |n: usize| (0..n).map(|i| format!("\"key number {i}\": {i}")).collect::<Vec<_>>().join(" , ");
    for n in [2, 15, 16, 17, 40, 400] {
        assert!(Tree::parse(format!("{{{}}}", members(n)).as_bytes()).is_ok());
        let twice = format!("{{{}, \"key number 1\": 1}}", members(n));
        assert!(refused(&twice).message.contains("twice"), "{n}");
    }
}

#[test]
fn depth_is_limited_on_both_sides() {
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(Tree::parse(nested(DEPTH_MAX).as_bytes()).is_ok());
    assert!(refused(&nested(DEPTH_MAX + 1)).message.contains("deeper than 64"));
}

#[test]
fn strings_survive_writing_and_reading() {
    for text in ["", "plain", "quote \" back \\ slash /", "line\nbreak\ttab\r", "\u{0}\u{1f}", "åæø 😀 \u{2028}"] {
        let mut out = String::new();
        write_string(&mut out, text);
        assert_eq!(Tree::parse(out.as_bytes()).unwrap().root().as_str().unwrap(), text);
    }
    assert_eq!(Tree::parse(br#""\ud83d\ude00\u00e5""#).unwrap().root().as_str().unwrap(), "😀å");
}

#[test]
fn splices_touch_only_what_they_name() {
    let tree = Tree::parse(br#"{"a": 1.0, "b": [2], "c": {"d": 3}}"#).unwrap();
    let root = tree.root();
    let mut splice = Splice::new(&tree);
    splice.replace(root.get("a").unwrap(), "5.00");
    splice.remove_member(root.get("c").unwrap());
    splice.insert_first(root, "z", "true");
    assert_eq!(splice.finish(), r#"{"z":true,"a":5.00,"b":[2]}"#);
    let mut splice = Splice::new(&tree);
    splice.remove_member(root.get("a").unwrap());
    assert_eq!(splice.finish(), r#"{"b":[2],"c":{"d":3}}"#);
}

#[test]
fn same_text_as_another_parser_on_seeded_mutations() {
    let base = br#"{"resourceType":"Patient","id":"1","name":[{"family":"\u00d8deg\u00e5rd","given":["A","B"]}],"x":[1.50,-2e-3,true,null,{}]}"#;
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut taken = 0;
    for _ in 0..20_000 {
        let mut text = base.to_vec();
        for _ in 0..1 + (seed >> 40) % 3 {
            if text.is_empty() {
                break;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (seed >> 33) as usize % text.len();
            match seed >> 60 {
                0..5 => text[at] = b"{}[]\",:\\0e-.x "[(seed >> 20) as usize % 14],
                5..9 => drop(text.remove(at)),
                9..12 => text.insert(at, (seed >> 12) as u8),
                _ => text.truncate(at.max(1)),
            }
        }
        let ours = Tree::parse(&text);
        if let Ok(tree) = &ours {
            taken += 1;
            let theirs: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(serde_json::from_str::<serde_json::Value>(tree.text()).unwrap(), theirs);
        } else if let Ok(theirs) = serde_json::from_slice::<serde_json::Value>(&text) {
            // Stricter than the other parser only in keys: duplicates and escapes.
            let message = ours.unwrap_err().message;
            assert!(message.contains("twice") || message.contains("escapes"), "{message} {theirs}");
        }
    }
    assert!(taken > 100);
}
