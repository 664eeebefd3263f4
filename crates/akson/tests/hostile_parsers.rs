//! A seeded smoke run of what `fuzz/` does for hours: the parsers take any bytes without a panic, and what one of them
//! accepts, it gives back as it was.
#![allow(clippy::unwrap_used, reason = "a test")]

use akson_fhir::json::Tree;
use akson_fhir::outcome::Severity;
use akson_fhir::path::{Context, Expression, Item};
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};
use akson_fhir::xml;

const ROUNDS: u64 = 15_000;

/// A small generator of numbers (SplitMix64): the same ones on each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

/// A seed with up to five changes: cut, flipped, doubled, removed, or a piece of another seed put in.
fn mutated(seeds: &[&str], round: u64) -> Vec<u8> {
    let mut numbers = Numbers(round);
    let mut bytes = seeds[numbers.below(seeds.len())].as_bytes().to_vec();
    for _ in 0..numbers.below(6) {
        let at = numbers.below(bytes.len());
        let end = (at + numbers.below(30)).min(bytes.len());
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                bytes.drain(at..end);
            }
            4 => bytes.insert(at, numbers.below(256) as u8),
            _ => {
                let other = seeds[numbers.below(seeds.len())].as_bytes();
                let from = numbers.below(other.len());
                bytes.splice(at..at, other[from..(from + 20).min(other.len())].iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn json_takes_anything_and_keeps_what_it_accepts() {
    let seeds = [
        r#"{"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"a"},"name":[{"family":"Å\u00e5","given":["x",null]}]}"#,
        r#"{"a":[1.00,-0.10e+1,0,1E5,true,false,null,"\ud83d\ude00\n"],"b":{"c":{}}}"#,
        include_str!("../sample/11-torbjorn.json"),
    ];
    for round in 0..ROUNDS {
        let bytes = mutated(&seeds, round);
        let Ok(tree) = Tree::parse(&bytes) else { continue };
        assert!(
            serde_json::from_slice::<serde_json::Value>(&bytes).is_ok(),
            "accepted what is not JSON: {}",
            tree.text()
        );
        assert_eq!(Tree::parse(tree.text().as_bytes()).unwrap().text(), tree.text());
        if let Ok(resource) = Resource::from_tree(tree) {
            let _ = xml::from_json(&resource);
        }
    }
}

#[test]
fn xml_takes_anything_and_keeps_what_it_accepts() {
    let seeds = [
        r#"<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a<br/>b</p></div></text><birthDate id="x" value="1970"/></Patient>"#,
        r#"<Observation xmlns="http://hl7.org/fhir"><contained><Patient><active value="true"/></Patient></contained><status value="final"/><code><text value="&lt;&#229;&gt;"/></code><valueQuantity><value value="1.00"/></valueQuantity></Observation>"#,
        r#"<?xml version="1.0" encoding="UTF-8"?><!-- a --><Basic xmlns="http://hl7.org/fhir"><extension url="u"><valueString value="v"/></extension></Basic>"#,
    ];
    for round in 0..ROUNDS {
        let Ok(text) = xml::to_json(&mutated(&seeds, round)) else { continue };
        let Ok(resource) = Resource::parse_json(text.as_bytes()) else { continue };
        let again = xml::to_json(xml::from_json(&resource).as_bytes()).unwrap();
        assert_eq!(again, text);
    }
}

#[test]
fn fhirpath_takes_anything() {
    let seeds = [
        "name.where(use = 'official').given.first() + ' ' & family",
        "Observation.value.ofType(Quantity).value > 1.00 and code.coding.exists(system = 'a' and code in ('b' | 'c'))",
        "contact.repeat(children()).select($this.iif(is(string), toString().matches('^a+$'), {})).aggregate($total + 1, 0)",
        "@2020-02-29T10:00:00.000+01:00 - 3 months <= birthDate.toDateTime() xor %resource.id ~ `x`.descendants()[0]",
    ];
    let tree =
        Tree::parse(br#"{"resourceType":"Patient","id":"a","birthDate":"1970-01-01","name":[{"given":["a","b"]}]}"#)
            .unwrap();
    for round in 0..ROUNDS {
        let bytes = mutated(&seeds, round);
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let Ok(expression) = Expression::parse(text) else { continue };
        let _ = expression.evaluate(Item::resource(tree.root()).unwrap(), &Context::of(tree.root()));
    }
}

/// Inputs that fuzzing found worth keeping, one a line, as hexadecimal digits.
fn kept(text: &str) -> Vec<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    text.lines().map(|line| line.as_bytes().chunks(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect()).collect()
}

#[test]
fn what_fuzzing_kept_is_taken_as_before() {
    let profiles = Profiles::new();
    let options = Options { least: Severity::Information, ..Options::new(&profiles) };
    for bytes in kept(include_str!("../../../fuzz/kept/json.txt")) {
        let Ok(tree) = Tree::parse(&bytes) else { continue };
        assert_eq!(Tree::parse(tree.text().as_bytes()).unwrap().text(), tree.text());
        if let Ok(resource) = Resource::from_tree(tree) {
            let _ = validate(&resource, &options);
        }
    }
    for bytes in kept(include_str!("../../../fuzz/kept/xml.txt")) {
        let Ok(text) = xml::to_json(&bytes) else { continue };
        let Ok(resource) = Resource::parse_json(text.as_bytes()) else { continue };
        assert_eq!(xml::to_json(xml::from_json(&resource).as_bytes()).unwrap(), text);
    }
    let tree = Tree::parse(br#"{"resourceType":"Patient","id":"a","name":[{"given":["a","b"]}]}"#).unwrap();
    for bytes in kept(include_str!("../../../fuzz/kept/fhirpath.txt")) {
        let Ok(expression) = Expression::parse(&String::from_utf8_lossy(&bytes)) else { continue };
        let _ = expression.evaluate(Item::resource(tree.root()).unwrap(), &Context::of(tree.root()));
    }
}
