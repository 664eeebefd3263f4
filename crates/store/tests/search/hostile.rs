//! Any text at all as a query: an answer or a refusal, never a panic, and never more than the whole question finds.

use std::collections::HashSet;

use akson_store::search::query::Handling;
use akson_store::search::sight::Sight;

use crate::ask::{ids, loaded, page, query};
use crate::sights::Chance;

const SEEDS: &[&str] = &[
    "Observation?code=http://loinc.org|8480-6&patient=Patient/p1&date=ge2020-01-01&_sort=-date&_count=20",
    "Observation?value-quantity=gt5.40e-3|http://unitsofmeasure.org|mg&_filter=code eq \"x\" and (date ge 2020 or not (status eq final))",
    "Observation?component-code-value-quantity=a$lt5||kg,b$6&_include=Observation:patient&_revinclude:iterate=Provenance:target",
    "Patient?name:exact=Åse\\,x&_has:Observation:patient:code=w&birthdate=ap1980&_elements=name,id&_total=accurate",
    "Patient?identifier:of-type=a|b|c&general-practitioner:Practitioner.name:contains=x&_lastUpdated=le2024-01-01T10:00:00+01:00",
    "Location?near=59.9|10.7|5|km&_text=sår&_list=l&_id=a,b&_page=AAAA",
];
const PIECES: &[&str] = &[
    ":",
    ".",
    "|",
    ",",
    "$",
    "\\",
    "=",
    "&",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "%",
    "æ",
    "\u{0}",
    "\u{10ffff}",
    "e999999999",
    "99999999999999999999999",
    "-",
    "_has:",
    ":missing",
    "ge",
    "9999-12-31",
    "0000",
    "not (",
    " and ",
    " or ",
    ":iterate",
    "*",
    "Patient",
    "\u{301}",
    "🏥",
    "--",
    ";",
    " ",
    "\n",
];

fn mutated(chance: &mut Chance) -> String {
    let mut text: Vec<char> = chance.of(SEEDS).chars().collect();
    for _ in 0..=chance.below(6) {
        let at = chance.below(text.len() + 1);
        match chance.below(4) {
            0 if at < text.len() => {
                text.remove(at);
            }
            1 => text.truncate(at.max(8)),
            2 => {
                let piece: Vec<char> = chance.of(PIECES).chars().collect();
                text.splice(at..at, piece);
            }
            _ => {
                let other = chance.of(SEEDS).chars().skip(chance.below(40)).take(chance.below(20)).collect::<Vec<_>>();
                text.splice(at..at, other);
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn no_query_brings_it_down() {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Åse"}],"birthDate":"1980"}"#,
        r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2020-05-05","valueQuantity":{"value":6,"system":"http://unitsofmeasure.org","code":"mg"}}"#,
        r#"{"resourceType":"Location","id":"l1","position":{"longitude":10.7,"latitude":59.9}}"#,
    ]);
    let all: HashSet<String> =
        ["Patient", "Observation", "Location"].iter().flat_map(|name| ids(&store, name)).collect();
    let mut chance = Chance(11);
    let (mut answered, mut refused) = (0, 0);
    for round in 0..20_000 {
        let address = mutated(&mut chance);
        if !["Patient?", "Observation?", "Location?"].iter().any(|head| address.starts_with(head)) {
            continue;
        }
        let _ = query(&store, &address, Handling::Lenient);
        // Reading is what mutations try; running all of them takes long, so some are run.
        match query(&store, &address, Handling::Strict) {
            Err(_) => refused += 1,
            Ok(_) if round % 4 != 0 => answered += 1,
            Ok(_) => {
                answered += 1;
                if let Ok(page) = page(&store, &address, &Sight::everything()) {
                    assert!(page.matches.iter().all(|one| all.contains(&one.id)), "{address}");
                }
            }
        }
    }
    assert!(answered > 1_000 && refused > 1_000, "{answered} {refused}");
}

#[test]
fn what_fuzzing_kept_is_answered_or_refused() {
    let store = loaded(&[]);
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    for line in include_str!("../../../../fuzz/kept/search.txt").lines() {
        let bytes: Vec<u8> = line.as_bytes().chunks(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect();
        let text = String::from_utf8_lossy(&bytes);
        for type_name in ["Patient", "Observation", "Encounter"] {
            let address = format!("{type_name}?{text}");
            if query(&store, &address, Handling::Strict).is_ok() {
                let found = page(&store, &address, &Sight::everything());
                assert!(found.as_ref().err().is_none_or(|told| !told.contains("database")), "{address}");
            }
        }
    }
}

#[test]
fn limits_hold_on_both_sides() {
    let store = loaded(&[]);
    let asks = |address: &str| query(&store, address, Handling::Strict).map(|_| ());
    let values = |n: usize| format!("Patient?name={}", vec!["a"; n].join(","));
    assert!(asks(&values(500)).is_ok() && asks(&values(501)).is_err());
    let parameters = |n: usize| format!("Patient?{}", vec!["name=a"; n].join("&"));
    assert!(asks(&parameters(200)).is_ok() && asks(&parameters(201)).is_err());
    let long = |n: usize| format!("Patient?name={}", "a".repeat(n));
    assert!(asks(&long(8_192)).is_ok() && asks(&long(8_193)).is_err());
    let sorts = |n: usize| format!("Patient?_sort={}", vec!["name"; n].join(","));
    assert!(asks(&sorts(8)).is_ok() && asks(&sorts(9)).is_err());
    let chain = |n: usize| format!("Organization?{}.name=a", vec!["partof"; n].join("."));
    assert!(asks(&chain(4)).is_ok() && asks(&chain(5)).is_err());
    let includes = |n: usize| format!("Patient?{}", vec!["_include=*"; n].join("&"));
    assert!(asks(&includes(50)).is_ok() && asks(&includes(51)).is_err());
}
