//! Any text as the query of a search URL, on a few types: no panic, what is understood is refused or kept in words, and
//! the statement made of it is one that the engine takes.
#![no_main]

use std::sync::{Arc, LazyLock};

use akson_fhir::codes::Codes;
use akson_fhir::value::date::Zone;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::run::Refusal;
use akson_store::search::sight;
use akson_store::{Options, Store};
use libfuzzer_sys::fuzz_target;

static STORE: LazyLock<Store> = LazyLock::new(|| Store::in_memory(Options::default()).expect("a store"));

fuzz_target!(|text: &str| {
    let view = STORE.read().expect("a view");
    let registry = view.registry();
    let codes = || -> Arc<Codes> { Arc::default() };
    let reading =
        Reading { registry: &registry, base: "http://here/fhir", zone: Zone(0), now_ms: 1_700_000_000_000, codes: &codes };
    let pairs: Vec<(String, String)> = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for type_name in ["Patient", "Observation", "Encounter"] {
        let _ = Query::parse(&reading, Some(type_name), &pairs, Handling::Lenient);
        let Ok(query) = Query::parse(&reading, Some(type_name), &pairs, Handling::Strict) else { continue };
        if let Err(Refusal::Store(error)) = view.search(&query, sight::all()) {
            panic!("{error}");
        }
    }
});
