//! Others' cases, where the shared data is.

use serde_json::Value;

use crate::ask::{check, load};
use crate::support;

fn run(name: &str) {
    let path = format!("{}/tests/{name}", shared());
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no shared data");
        return;
    };
    let suite: Value = serde_json::from_str(&text).unwrap();
    let store = support::store();
    for resource in suite["load"].as_array().unwrap() {
        load(&store, &resource.to_string());
    }
    for case in suite["cases"].as_array().unwrap().iter().filter(|case| case.get("doubtful").is_none()) {
        let ids: Vec<&str> = case["expect_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        check(&store, case["query"].as_str().unwrap(), &ids);
    }
}

/// Where the shared data is.
pub fn shared() -> String {
    let here = std::env::var("AKSON_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_string());
    format!("{here}/data")
}

#[test]
fn cases_of_texts_pass() {
    run("search-ms-string.json");
}

#[test]
fn cases_of_tokens_pass() {
    run("search-ms-token.json");
}

#[test]
fn cases_of_numbers_pass() {
    run("search-ms-number.json");
}

#[test]
fn cases_of_addresses_pass() {
    run("search-ms-uri.json");
}
