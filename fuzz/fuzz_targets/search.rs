//! Any text as the query of a search URL, on a few types: no panic, and what is understood is refused or kept in words.
#![no_main]

use std::sync::LazyLock;

use akson_fhir::value::date::Zone;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::registry::Registry;
use libfuzzer_sys::fuzz_target;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::r4);

fuzz_target!(|text: &str| {
    let reading = Reading { registry: &REGISTRY, base: "http://localhost/fhir", zone: Zone::default(), now_ms: 1_700_000_000_000 };
    let pairs: Vec<(String, String)> = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for type_name in ["Patient", "Observation", "Encounter"] {
        let _ = Query::parse(&reading, Some(type_name), &pairs, Handling::Strict);
        let _ = Query::parse(&reading, Some(type_name), &pairs, Handling::Lenient);
    }
});
