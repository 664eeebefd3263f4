//! A store with resources, and questions to it as they stand in an address.

use akson_fhir::value::date::Zone;
use akson_store::Store;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::run::{Page, Refusal};
use akson_store::search::sight::Sight;

use crate::support::{self, Put};

/// 2024-06-01T00:00Z.
pub const NOW_MS: i64 = 1_717_200_000_000;

/// A store with these resources, each under the id it has.
pub fn loaded(texts: &[&str]) -> Store {
    let store = support::store();
    for text in texts {
        load(&store, text);
    }
    store
}

/// Adds a resource under its id.
pub fn load(store: &Store, text: &str) {
    let id = support::resource(text).id().map(str::to_string);
    support::put(store, text, id.as_deref().map_or(Put::New, Put::Under));
}

/// The pairs of a query string, decoded by nobody.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        pair.split_once('=').map_or((pair.to_string(), String::new()), |(a, b)| (a.to_string(), b.to_string()))
    };
    query.split('&').filter(|p| !p.is_empty()).map(pair).collect()
}

/// Reads a query such as `Patient?name=x`; without a type it is about all.
pub fn query(store: &Store, address: &str, handling: Handling) -> Result<Query, String> {
    let (type_name, rest) = address.split_once('?').unwrap_or((address, ""));
    let registry = store.registry();
    let reading = Reading {
        registry: &registry,
        base: registry.base(),
        zone: Zone::default(),
        now_ms: NOW_MS,
        codes: &Default::default,
    };
    let found = akson_fhir::definition::Definitions::r4().resource(type_name).map(|found| found.name);
    let said =
        |issues: Vec<akson_fhir::outcome::Issue>| issues.iter().map(|i| i.to_string()).collect::<Vec<_>>().join("; ");
    Query::parse(&reading, found, &pairs(rest), handling).map_err(said)
}

/// A page as a caller with this sight gets it.
pub fn page(store: &Store, address: &str, sight: &Sight) -> Result<Page, String> {
    let query = query(store, address, Handling::Strict)?;
    store.read().unwrap().search(&query, sight).map_err(|refusal| match refusal {
        Refusal::Forbidden(name) => format!("forbidden {name}"),
        Refusal::Invalid(issue) => issue.to_string(),
        Refusal::Store(error) => panic!("{address}: {error}"),
    })
}

/// The ids of all pages, in their order.
pub fn ids(store: &Store, address: &str) -> Vec<String> {
    ids_of(store, address, &Sight::everything()).unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// The ids that a caller with this sight gets, in their order.
pub fn ids_of(store: &Store, address: &str, sight: &Sight) -> Result<Vec<String>, String> {
    let mut ids = Vec::new();
    let mut next = None;
    for _ in 0..10_000 {
        let join = if address.contains('?') { "&" } else { "?" };
        let address = next.map_or_else(|| address.to_string(), |token: String| format!("{address}{join}_page={token}"));
        let page = page(store, &address, sight)?;
        ids.extend(page.matches.iter().map(|stored| stored.id.clone()));
        next = page.next;
        if next.is_none() {
            return Ok(ids);
        }
    }
    panic!("{address} never ends");
}

/// Checks which resources a query finds, whatever their order.
pub fn check(store: &Store, address: &str, expected: &[&str]) {
    let mut found = ids(store, address);
    found.sort();
    let mut expected: Vec<&str> = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected, "{address}");
}

/// Checks which resources a query finds, in their order.
pub fn check_order(store: &Store, address: &str, expected: &[&str]) {
    assert_eq!(ids(store, address), expected, "{address}");
}

/// Checks that a query is refused with words.
pub fn check_refused(store: &Store, address: &str, words: &str) {
    let refused = page(store, address, &Sight::everything()).err().unwrap_or_else(|| panic!("{address} was answered"));
    assert!(refused.contains(words), "{address}: {refused}");
}
