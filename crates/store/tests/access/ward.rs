//! What the tests of access share: times, numbers, sights.

use std::collections::HashMap;

use akson_store::Store;
use akson_store::access::kind::KindSet;
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::{Blocked, Blocks, Clause, Limits, Scope, Sight};

use crate::support;

/// A time as microseconds since 1970.
pub fn moment(text: &str) -> i64 {
    let zone = akson_fhir::value::date::Zone(0);
    akson_fhir::value::date::DateRange::parse(text, zone).unwrap().low * 1000
}

/// The number of what a reference such as `Patient/p` leads to.
pub fn number(store: &Store, reference: &str) -> i64 {
    let (name, id) = reference.split_once('/').unwrap();
    store.read().unwrap().place(support::type_id(name), id).unwrap().map_or(-1, |place| place.rid)
}

/// The numbers of several.
pub fn numbers(store: &Store, references: &[&str]) -> Numbers {
    references.iter().map(|reference| number(store, reference)).collect()
}

/// A block for these.
pub fn blocked(store: &Store, keys: &[&str], codes: &[&str], blocks: Blocks) -> Blocked {
    let codes = codes.iter().map(|code| (*code).to_owned()).collect();
    Blocked { keys: numbers(store, keys), codes, blocks }
}

/// What is related to these keys by care, less what is blocked for them; staff and organisations as well.
pub fn of_care(store: &Store, keys: &[&str], codes: &[&str]) -> Sight {
    let related = Clause::Related { keys: numbers(store, keys), kinds: KindSet::CARE };
    let except = vec![vec![Clause::Blocked(blocked(store, keys, codes, Blocks::All))]];
    with(vec![vec![related]], except)
}

/// These clauses on everything about patients; staff and organisations in full.
pub fn with(only: Vec<Vec<Clause>>, except: Vec<Vec<Clause>>) -> Sight {
    let open = ["Organization", "Practitioner", "PractitionerRole", "Location"];
    let scopes = open.map(|name| (name, Scope::Everything));
    Sight::new(HashMap::from(scopes), Scope::Some(Limits { only, except }))
}
