//! Links of search answers: what was asked in a form is not told in an address.

use serde_json::Value;

use crate::client::{Answer, Client};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const FORM_QUERY: &str = "identifier=urn:x%7C26816498765&family=Hemmelig&_count=2&_sort=_id";

async fn with_patients() -> Client {
    let client = Client::new();
    for id in ["a", "b", "c", "d", "e"] {
        let text = r#"{"resourceType":"Patient","id":"ID","identifier":[{"system":"urn:x","value":"26816498765"}],"name":[{"family":"Hemmelig"}]}"#;
        client.put(&text.replace("ID", id)).await;
    }
    client
}

/// The path of a link.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let value = answer.value();
    let links = value["link"].as_array().unwrap();
    let found = links.iter().find(|link| link["relation"] == relation)?;
    Some(found["url"].as_str().unwrap().strip_prefix("http://here").unwrap().to_string())
}

fn links(value: &Value) -> String {
    value["link"].to_string()
}

#[tokio::test]
async fn the_links_of_a_form_hold_nothing_of_it() {
    let client = with_patients().await;
    let mut page = client.send("POST /fhir/Patient/_search", &[FORM], FORM_QUERY).await;
    let mut ids = page.is(200).ids();
    for told in ["26816498765", "Hemmelig", "identifier", "family"] {
        assert!(!links(&page.value()).contains(told), "{}", links(&page.value()));
    }
    while let Some(next) = link(&page, "next") {
        page = client.get(&next).await;
        ids.extend(page.is(200).ids());
        assert!(!links(&page.value()).contains("Hemmelig"), "{}", links(&page.value()));
    }
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    let again = client.get(&link(&page, "self").unwrap()).await;
    assert_eq!(again.is(200).ids(), page.ids());
}

#[tokio::test]
async fn a_form_can_ask_for_the_page_of_a_token() {
    let client = with_patients().await;
    let first = client.send("POST /fhir/Patient/_search", &[FORM], FORM_QUERY).await;
    let next = link(&first, "next").unwrap();
    let (_, query) = next.split_once('?').unwrap();
    let second = client.send("POST /fhir/Patient/_search", &[FORM], query.to_string()).await;
    assert_eq!(second.is(200).ids(), ["c", "d"]);
}

#[tokio::test]
async fn equal_forms_get_tokens_that_tell_nothing_by_comparing() {
    let client = with_patients().await;
    let of = || async {
        let answer = client.send("POST /fhir/Patient/_search", &[FORM], FORM_QUERY).await;
        link(&answer, "self").unwrap()
    };
    assert_ne!(of().await, of().await);
}

#[tokio::test]
async fn a_token_is_refused_elsewhere_changed_and_beside_others() {
    let client = with_patients().await;
    let answer = client.send("POST /fhir/Patient/_search", &[FORM], FORM_QUERY).await;
    let own = link(&answer, "self").unwrap();
    client.get(&own.replace("/Patient?", "/Observation?")).await.refuses(400, "invalid");
    client.get(&own.replace("/Patient?", "/Patient/a/Observation?")).await.refuses(400, "invalid");
    client.get(&format!("{own}&active=true")).await.refuses(400, "invalid");
    client.get(&own.replace("%7E", "%7EA").replace("~", "~A")).await.refuses(400, "invalid");
    client.get("/fhir/Patient?_page=~").await.refuses(400, "invalid");
    client.get(&format!("{own}&_summary=true")).await.is(200);
}

#[tokio::test]
async fn compartments_and_the_whole_system_are_searched_by_token_too() {
    let client = with_patients().await;
    for path in ["/fhir", "/fhir/Patient/a/Patient", "/fhir/Patient/a/*"] {
        let answer = client.send(&format!("POST {path}/_search"), &[FORM], "_type=Patient&_id=a").await;
        assert_eq!(answer.is(200).ids(), ["a"], "{path}");
        let own = link(&answer, "self").unwrap();
        assert!(!own.contains("_id"), "{own}");
        assert_eq!(client.get(&own).await.is(200).ids(), ["a"], "{own}");
    }
}

#[tokio::test]
async fn an_address_is_told_as_it_was_asked() {
    let client = with_patients().await;
    let answer = client.get("/fhir/Patient?family=hemmelig&_count=2").await;
    assert_eq!(link(&answer, "self").unwrap(), "/fhir/Patient?family=hemmelig&_count=2");
    let next = link(&answer, "next").unwrap();
    assert!(next.starts_with("/fhir/Patient?family=hemmelig&_count=2&_page="), "{next}");
    assert_eq!(link(&client.get(&next).await, "self").unwrap(), next);
}

#[tokio::test]
async fn operations_do_not_tell_what_came_in_their_body() {
    let client = with_patients().await;
    let body = r#"{"resourceType":"Parameters","parameter":[{"name":"patient","valueString":"a"},{"name":"code","valueString":"urn:x|26816498765"}]}"#;
    let answer = client.json("POST /fhir/Observation/$lastn", body).await;
    assert_eq!(link(answer.is(200), "self").unwrap(), "/fhir/Observation/$lastn");
}

#[tokio::test]
async fn the_links_of_a_search_in_a_bundle_hold_nothing_of_it() {
    let client = with_patients().await;
    for kind in ["batch", "transaction"] {
        let entry = serde_json::json!({"request": {"method": "GET", "url": format!("Patient?{FORM_QUERY}")}});
        let bundle = serde_json::json!({"resourceType": "Bundle", "type": kind, "entry": [entry]});
        let answer = client.send("POST /fhir", &[], bundle.to_string()).await;
        let page = answer.is(200).value()["entry"][0]["resource"].clone();
        assert!(!links(&page).contains("26816498765") && !links(&page).contains("Hemmelig"), "{}", links(&page));
        // What did not fit on the page is not lost.
        let next = page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next").unwrap();
        let next = client.get(next["url"].as_str().unwrap().strip_prefix("http://here").unwrap()).await;
        assert_eq!(next.is(200).ids(), ["c", "d"]);
    }
}
