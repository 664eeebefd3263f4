//! The same again: requests under a key, and writes that change nothing.

use serde_json::json;

use crate::client::{Answer, Client};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","identifier":[{"system":"s","value":"1"}],"active":true}"#;
const PATCH: &str = r#"[{"op":"replace","path":"/active","value":false}]"#;
const META: &str =
    r#"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"t","code":"x"}]}}]}"#;

fn batch() -> String {
    json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"resource": {"resourceType": "Patient", "active": true}, "request": {"method": "POST", "url": "Patient"}},
        {"resource": {"resourceType": "Patient", "active": true}, "request": {"method": "POST", "url": "Patient"}},
        {"request": {"method": "DELETE", "url": "Patient/a"}},
        {"request": {"method": "DELETE", "url": "Patient?identifier=s|none"}},
    ]})
    .to_string()
}

async fn send(client: &Client, line: &str, key: &str, body: &str) -> Answer {
    let media = if body == PATCH { "application/json-patch+json" } else { "application/fhir+json" };
    client.send(line, &[("content-type", media), ("idempotency-key", key)], body.to_string()).await
}

#[tokio::test]
async fn every_write_with_a_key_is_done_once_and_answered_alike() {
    let batch = batch();
    let cases = [
        ("POST /fhir/Patient", PATIENT),
        ("PUT /fhir/Patient/a", PATIENT),
        ("PUT /fhir/Patient?identifier=s%7C1", PATIENT),
        ("PATCH /fhir/Patient/a", PATCH),
        ("PATCH /fhir/Patient?identifier=s%7C1", PATCH),
        ("DELETE /fhir/Patient/a", ""),
        ("DELETE /fhir/Patient?identifier=s%7C1", ""),
        ("DELETE /fhir/Patient?identifier=s%7Cnone", ""),
        ("POST /fhir/Patient/a/$meta-add", META),
        ("POST /fhir", batch.as_str()),
    ];
    for (line, body) in cases {
        let client = Client::new();
        client.put(&PATIENT.replace("true", "false")).await;
        client.put(&PATIENT.replace("\"active\"", "\"gender\":\"male\",\"active\"")).await;
        let first = send(&client, line, "k", body).await;
        assert!(first.status < 300, "{line}: {}", first.text());
        let between = if line.starts_with("DELETE") { "true" } else { "false" };
        client.put(&PATIENT.replace("true", between)).await;
        let before = client.get("/fhir/_history?_count=100").await.value()["entry"].as_array().unwrap().len();
        let again = send(&client, line, "k", body).await;
        assert_eq!((first.status, &first.bytes), (again.status, &again.bytes), "{line}: {}", again.text());
        assert_eq!(first.header("etag"), again.header("etag"), "{line}");
        assert_eq!(first.header("location"), again.header("location"), "{line}");
        assert_eq!(again.header("idempotency-replayed"), "true", "{line}");
        let after = client.get("/fhir/_history?_count=100").await.value()["entry"].as_array().unwrap().len();
        assert_eq!(before, after, "{line}");
    }
}

#[tokio::test]
async fn a_key_is_refused_for_another_request() {
    let batch = batch();
    let cases = [
        ("POST /fhir/Patient", PATIENT, "POST /fhir/Patient", META.replace("Parameters", "Basic")),
        ("DELETE /fhir/Patient/a", "", "DELETE /fhir/Patient/b", String::new()),
        ("DELETE /fhir/Patient?identifier=1", "", "DELETE /fhir/Patient?identifier=2", String::new()),
        ("POST /fhir", batch.as_str(), "POST /fhir", batch.replace("true", "false")),
        ("DELETE /fhir/Patient/a", "", "PUT /fhir/Patient/a", PATIENT.to_string()),
    ];
    for (first, body, line, other) in cases {
        let client = Client::new();
        client.put(PATIENT).await;
        assert!(send(&client, first, "k", body).await.status < 300, "{first}");
        assert!(matches!(send(&client, line, "k", &other).await.status, 400 | 422), "{line}");
    }
    let client = Client::new();
    for key in ["", "x\u{e5}"] {
        client.send("DELETE /fhir/Patient/a", &[("idempotency-key", key)], "").await.refuses(400, "value");
    }
    client.send("DELETE /fhir/Patient/a", &[("idempotency-key", &"k".repeat(256))], "").await.refuses(400, "value");
    client.put(PATIENT).await;
    client.send("DELETE /fhir/Patient/a", &[("idempotency-key", &"k".repeat(255))], "").await.is(204);
}

#[tokio::test]
async fn an_entry_that_was_refused_is_tried_again_under_the_key() {
    let client = Client::new();
    let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"resource": {"resourceType": "Patient"}, "request": {"method": "POST", "url": "Patient"}},
        {"request": {"method": "DELETE", "url": "Patient/a", "ifMatch": "W/\"1\""}}]})
    .to_string();
    let first = send(&client, "POST /fhir", "k", &batch).await.value();
    assert_eq!(first["entry"][1]["response"]["status"], "404 Not Found");
    client.put(PATIENT).await;
    let again = send(&client, "POST /fhir", "k", &batch).await.value();
    assert_eq!(first["entry"][0], again["entry"][0]);
    assert_eq!(again["entry"][1]["response"]["status"], "204 No Content");
}

#[tokio::test]
async fn a_write_that_changes_nothing_makes_no_version() {
    let client = Client::new();
    client.put(PATIENT).await.is(201);
    let spaced = PATIENT.replace(',', ", ").replace(':', ": ");
    for line in ["PUT /fhir/Patient/a", "PUT /fhir/Patient?identifier=s%7C1"] {
        let answer = client.json(line, &spaced).await;
        assert_eq!(answer.is(200).header("etag"), "W/\"1\"", "{line}");
        assert_eq!(answer.value()["meta"]["versionId"], "1");
    }
    // What was read can be sent back.
    let read = client.get("/fhir/Patient/a").await;
    client.json("PUT /fhir/Patient/a", &String::from_utf8(read.bytes).unwrap()).await.is(200);
    let patch = r#"[{"op":"replace","path":"/active","value":true}]"#;
    let headers = [("content-type", "application/json-patch+json")];
    client.send("PATCH /fhir/Patient/a", &headers, patch).await.is(200);
    for kind in ["batch", "transaction"] {
        let request = r#"{"method":"PUT","url":"Patient/a"}"#;
        let entry = format!(r#"{{"resource":{PATIENT},"request":{request}}}"#);
        let bundle = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entry}]}}"#);
        let answer = client.json("POST /fhir", &bundle).await.is(200).value();
        assert_eq!(answer["entry"][0]["response"]["status"], "200 OK");
        assert_eq!(answer["entry"][0]["response"]["etag"], "W/\"1\"");
    }
    assert_eq!(client.get("/fhir/Patient/a/_history").await.value()["entry"].as_array().unwrap().len(), 1);
    let told = client.send("PUT /fhir/Patient/a", &[("prefer", "return=OperationOutcome")], PATIENT).await.text();
    assert!(told.contains("nothing to change"), "{told}");
    // Conditions are asked first, and other numbers are another content.
    client.send("PUT /fhir/Patient/a", &[("if-match", "W/\"7\"")], PATIENT).await.refuses(412, "conflict");
    client.send("PUT /fhir/Patient/a", &[("if-none-match", "*")], PATIENT).await.refuses(412, "conflict");
    client.json("PUT /fhir/Patient/a", &PATIENT.replace("true", "false")).await;
    client.send("DELETE /fhir/Patient/a", &[], "").await.is(204);
    client.json("PUT /fhir/Patient/a", &PATIENT.replace("true", "false")).await.is(201);
}

#[tokio::test]
async fn references_that_lead_nowhere_are_refused() {
    let client = Client::new();
    client.put(PATIENT).await;
    let observation = |reference: &str| {
        json!({"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"},
            "subject": {"reference": reference}})
    };
    for (reference, code) in
        [("Patient?identifier=s|1", "value"), ("urn:uuid:6ce5542c-a951-40ca-be15-793174c69d83", "not-found")]
    {
        let body = observation(reference);
        client.json("POST /fhir/Observation", &body.to_string()).await.refuses(422, code);
        client.json("PUT /fhir/Observation/o", &body.to_string()).await.refuses(422, code);
        for (kind, status) in [("batch", "422 Unprocessable Entity"), ("transaction", "")] {
            let entry = json!({"resource": body, "request": {"method": "POST", "url": "Observation"}});
            let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [entry]});
            let answer = client.json("POST /fhir", &bundle.to_string()).await;
            match kind {
                "batch" => assert_eq!(answer.is(200).value()["entry"][0]["response"]["status"], status),
                // A transaction looks conditions up.
                _ if code == "value" => assert_eq!(answer.status, 200, "{}", answer.text()),
                _ => answer.refuses(422, code),
            }
        }
        let contained = json!({"resourceType": "Basic", "code": {"text": "x"}, "contained": [observation(reference)]});
        client.json("POST /fhir/Basic", &contained.to_string()).await.refuses(422, code);
    }
    let kept = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:6ce5542c-a951-40ca-be15-793174c69d83", "resource": {"resourceType": "Patient"}},
        {"fullUrl": "urn:uuid:0ce5542c-a951-40ca-be15-793174c69d83", "resource": observation("urn:uuid:6ce5542c-a951-40ca-be15-793174c69d83")}]});
    client.json("POST /fhir/Bundle", &kept.to_string()).await.is(201);
}
