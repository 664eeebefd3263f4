//! The edges of requests: conditions that name nobody, entries that do not fit, bodies that are not what they seem.

use serde_json::json;

use crate::client::Client;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn with_patient() -> Client {
    let client = Client::new();
    client.put(r#"{"resourceType":"Patient","id":"a","identifier":[{"system":"urn:x","value":"1"}]}"#).await;
    client
}

#[tokio::test]
async fn a_condition_that_names_nobody_in_particular_is_refused() {
    let client = with_patient().await;
    for query in ["_count=1", "_sort=birthdate", "_total=accurate", "identifier="] {
        client.send(&format!("DELETE /fhir/Patient?{query}"), &[], "").await.is(400);
        let json = [("content-type", "application/fhir+json"), ("if-none-exist", query)];
        client.send("POST /fhir/Patient", &json, r#"{"resourceType":"Patient"}"#).await.is(400);
    }
    client.get("/fhir/Patient/a").await.is(200);
}

#[tokio::test]
async fn a_conditional_delete_keeps_to_if_match() {
    let client = with_patient().await;
    let delete = "DELETE /fhir/Patient?identifier=urn:x|1".replace('|', "%7C");
    client.send(&delete, &[("if-match", "W/\"7\"")], "").await.refuses(412, "conflict");
    client.send(&delete, &[("if-match", "W/\"1\"")], "").await.is(204);
}

#[tokio::test]
async fn an_update_by_condition_replaces_nobody_else() {
    let client = with_patient().await;
    let other = r#"{"resourceType":"Patient","id":"a","identifier":[{"system":"urn:x","value":"2"}]}"#;
    client.json("PUT /fhir/Patient?identifier=urn:x%7C2", other).await.refuses(409, "conflict");
    let entry = json!({"resource": serde_json::from_str::<serde_json::Value>(other).unwrap(),
        "request": {"method": "PUT", "url": "Patient?identifier=urn:x|2"}});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]});
    client.json("POST /fhir", &bundle.to_string()).await.refuses(409, "conflict");
    assert_eq!(client.get("/fhir/Patient/a").await.value()["meta"]["versionId"], "1");
    client.send("DELETE /fhir/Patient/a", &[], "").await.is(204);
    client.json("PUT /fhir/Patient?identifier=urn:x%7C2", other).await.is(201);
}

#[tokio::test]
async fn each_entry_of_a_batch_is_answered_by_itself() {
    let client = with_patient().await;
    let observation = json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}});
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"resource": observation, "request": {"method": "POST", "url": "Patient"}},
        {"resource": observation, "request": {"method": "PUT", "url": "Patient?identifier=9"}},
        {"request": {"method": "GET", "url": "Nothing/1"}},
        {"request": {"method": "GET", "url": "Patient/a"}},
    ]});
    let answer = client.json("POST /fhir", &bundle.to_string()).await.is(200).value();
    let status = |n: usize| answer["entry"][n]["response"]["status"].as_str().unwrap_or("").to_string();
    assert_eq!([status(0), status(1), status(2)], ["400 Bad Request"; 3]);
    assert_eq!(status(3), "200 OK");
    assert!(client.get("/fhir/Observation").await.ids().is_empty());
}

#[tokio::test]
async fn patches_of_one_batch_do_not_share_its_key() {
    let client = with_patient().await;
    client.put(r#"{"resourceType":"Patient","id":"b"}"#).await;
    let patch = |id: &str| {
        json!({"resource": {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
            {"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "Patient"},
            {"name": "name", "valueString": "active"}, {"name": "value", "valueBoolean": true}]}]},
            "request": {"method": "PATCH", "url": format!("Patient/{id}")}})
    };
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [patch("a"), patch("b")]});
    let headers = [("content-type", "application/fhir+json"), ("idempotency-key", "k")];
    let answer = client.send("POST /fhir", &headers, bundle.to_string()).await.is(200).value();
    for n in 0..2 {
        assert_eq!(answer["entry"][n]["response"]["status"], "200 OK", "{answer}");
    }
}

#[tokio::test]
async fn a_transaction_in_which_a_reference_could_mean_two_is_refused() {
    let client = Client::new();
    let patient = |value: &str| {
        json!({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "identifier": [{"value": value}]},
            "request": {"method": "POST", "url": "Patient"}})
    };
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [patient("1"), patient("2")]});
    client.json("POST /fhir", &bundle.to_string()).await.refuses(400, "invalid");
    let once = json!({"resource": {"resourceType": "Patient", "identifier": [{"value": "3"}]},
        "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=3"}});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [once, once]});
    client.json("POST /fhir", &bundle.to_string()).await.refuses(400, "invalid");
    assert!(client.get("/fhir/Patient").await.ids().is_empty());
}

#[tokio::test]
async fn a_patch_in_a_transaction_can_refer_to_other_entries() {
    let client = with_patient().await;
    let patch = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "Patient"},
        {"name": "name", "valueString": "managingOrganization"},
        {"name": "value", "valueReference": {"reference": "urn:uuid:o"}}]}]});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": patch, "request": {"method": "PATCH", "url": "Patient/a"}},
        {"fullUrl": "urn:uuid:o", "resource": {"resourceType": "Organization", "name": "Ward"},
            "request": {"method": "POST", "url": "Organization"}},
    ]});
    client.json("POST /fhir", &bundle.to_string()).await.is(200);
    let reference = client.get("/fhir/Patient/a").await.value()["managingOrganization"]["reference"].clone();
    assert!(reference.as_str().is_some_and(|text| text.starts_with("Organization/")), "{reference}");
}

#[tokio::test]
async fn what_was_deleted_can_be_asked_about() {
    let client = with_patient().await;
    client.send("DELETE /fhir/Patient/a", &[], "").await.is(204);
    client.get("/fhir/Patient/a/$validate").await.refuses(410, "deleted");
    let told = client.send("POST /fhir/Patient/a/$validate?mode=delete", &[], "").await.is(200).value();
    assert_eq!(told["issue"][0]["code"], "not-found");
}

#[tokio::test]
async fn only_a_form_is_a_form() {
    let client = with_patient().await;
    client.json("POST /fhir/Patient/_search", "{}").await.refuses(415, "not-supported");
    let found = client.send("POST /fhir/Patient/_search?_id=a", &[FORM], "identifier=2").await;
    assert!(found.is(200).ids().is_empty());
    client.send("POST /fhir/Patient/_search", &[FORM], "a&".repeat(201)).await.refuses(400, "too-costly");
    client.send("POST /fhir/Patient", &[FORM], "a=b").await.refuses(415, "not-supported");
    let kept = client.send("POST /fhir/Binary", &[FORM], "a=b").await.is(201).value();
    assert_eq!(kept["data"], "YT1i");
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let client = with_patient().await;
    for path in ["/fhir/Patient/", "/fhir/Patient/a/", "/fhir/metadata/", "/fhir/?_id=a&_type=Patient"] {
        client.get(path).await.is(200);
    }
    client.get("/fhir/Nothing/").await.refuses(404, "not-found");
}
