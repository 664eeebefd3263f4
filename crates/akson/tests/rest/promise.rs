//! What the server promises, as a golden file that a person can read: what is routed, and what the statement says.

use akson::rest::routes::ROUTES;
use serde_json::Value;

use crate::client::Client;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rest/golden/promise.txt");

fn codes(value: &Value, list: &str, member: &str) -> String {
    let items = value[list].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = items.iter().filter_map(|item| item[member].as_str()).collect();
    names.join(" ")
}

#[tokio::test]
async fn the_promise_is_as_it_was_read_last() {
    let value = Client::new().get("/fhir/metadata").await.value();
    let rest = &value["rest"][0];
    let mut text = String::new();
    for route in ROUTES {
        text.push_str(&format!("{:6} {}  {:?}\n", route.method, route.path, route.interaction));
    }
    text.push_str(&format!("\nsystem: {}\n", codes(rest, "interaction", "code")));
    text.push_str(&format!("operations: {}\n", codes(rest, "operation", "definition")));
    for resource in rest["resource"].as_array().unwrap() {
        let name = resource["type"].as_str().unwrap();
        if ["Binary", "Observation", "Patient"].contains(&name) {
            text.push_str(&format!("\n{name}: {}\n", codes(resource, "interaction", "code")));
            text.push_str(&format!("operations: {}\n", codes(resource, "operation", "definition")));
            text.push_str(&format!("parameters: {}\n", codes(resource, "searchParam", "name")));
        }
    }
    if std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(GOLDEN).unwrap_or_default(),
        text,
        "renew with UPDATE_GOLDEN=1 and read the diff"
    );
}
