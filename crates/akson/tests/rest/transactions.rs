//! Transactions: all or nothing, references between entries, conditions.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

async fn send(client: &Client, entries: Value) -> Answer {
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    client.json("POST /fhir", &bundle.to_string()).await
}

fn observation(subject: &str) -> Value {
    json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": {"reference": subject}})
}

fn post(resource: Value) -> Value {
    let name = resource["resourceType"].clone();
    json!({"resource": resource, "request": {"method": "POST", "url": name}})
}

#[tokio::test]
async fn one_bad_entry_undoes_all() {
    let client = Client::new();
    let good = post(json!({"resourceType": "Patient"}));
    for (bad, status) in [
        (post(json!({"resourceType": "Patient", "gender": "x"})), 422),
        (json!({"request": {"method": "POST", "url": "Patient"}}), 400),
        (json!({"request": {"method": "GET", "url": "Patient/none"}}), 404),
        (json!({"request": {"method": "DELETE", "url": "Patient/none", "ifMatch": "W/\"1\""}}), 404),
        (post(observation("Patient?identifier=none")), 412),
        (
            json!({"resource": {"resourceType": "Patient", "id": "a"}, "request": {"method": "PUT", "url": "Patient/b"}}),
            400,
        ),
    ] {
        let answer = send(&client, json!([good, bad])).await;
        answer.is(status);
        assert!(client.get("/fhir/Patient").await.ids().is_empty(), "{bad}");
    }
    let refused = send(&client, json!([good, post(json!({"resourceType": "Patient", "gender": "x"}))])).await.value();
    assert_eq!(refused["issue"][0]["expression"][0], "Bundle.entry[1].resource.gender");
}

#[tokio::test]
async fn entries_refer_to_each_other() {
    let client = Client::new();
    let mut patient = post(json!({"resourceType": "Patient", "identifier": [{"value": "urn:uuid:1"}]}));
    patient["fullUrl"] = json!("urn:uuid:1");
    let answer = send(&client, json!([post(observation("urn:uuid:1")), patient])).await.is(200).value();
    assert_eq!(answer["type"], "transaction-response");
    let place = |n: usize| answer["entry"][n]["response"]["location"].as_str().unwrap().to_string();
    let (observed, patient) = (place(0), place(1));
    let patient = patient.split("/_history").next().unwrap().to_string();
    let observed = client.get(&format!("/fhir/{observed}")).await.value();
    assert_eq!(observed["subject"]["reference"], patient.as_str());
    let patient_seen = client.get(&format!("/fhir/{patient}")).await.value();
    assert_eq!(patient_seen["identifier"][0]["value"], "urn:uuid:1");
    assert_eq!(client.get(&format!("/fhir/{patient}/Observation")).await.ids().len(), 1);
    assert_eq!(client.get(&format!("/fhir/Observation?subject={patient}")).await.ids().len(), 1);
}

#[tokio::test]
async fn two_entries_do_not_write_the_same() {
    let client = Client::new();
    let put =
        json!({"resource": {"resourceType": "Patient", "id": "a"}, "request": {"method": "PUT", "url": "Patient/a"}});
    send(&client, json!([put, put])).await.refuses(400, "invalid");
    let delete = json!({"request": {"method": "DELETE", "url": "Patient/a"}});
    send(&client, json!([put, delete])).await.refuses(400, "invalid");
}

#[tokio::test]
async fn conditions_find_what_is_there() {
    let client = Client::new();
    client.put(r#"{"resourceType":"Patient","id":"p","identifier":[{"system":"s","value":"1"}]}"#).await;
    let mut again = post(json!({"resourceType": "Patient", "identifier": [{"system": "s", "value": "1"}]}));
    again["request"]["ifNoneExist"] = json!("identifier=s|1");
    again["fullUrl"] = json!("urn:uuid:2");
    let entries = json!([again, post(observation("urn:uuid:2")), post(observation("Patient?identifier=s|1"))]);
    let answer = send(&client, entries).await.is(200).value();
    assert_eq!(answer["entry"][0]["response"]["status"], "200 OK");
    assert_eq!(client.get("/fhir/Patient").await.ids(), ["p"]);
    assert_eq!(client.get("/fhir/Patient/p/Observation").await.ids().len(), 2);
}

#[tokio::test]
async fn entries_are_done_in_the_order_of_the_standard() {
    let client = Client::new();
    client.put(r#"{"resourceType":"Patient","id":"old"}"#).await;
    client.put(r#"{"resourceType":"Patient","id":"kept","active":false}"#).await;
    let patch = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": "Patient.active"},
        {"name": "value", "valueBoolean": true}]}]});
    let entries = json!([
        {"request": {"method": "GET", "url": "Patient?_sort=_id"}},
        {"resource": patch, "request": {"method": "PATCH", "url": "Patient/kept"}},
        {"resource": {"resourceType": "Patient", "id": "new"}, "request": {"method": "PUT", "url": "Patient/new"}},
        {"request": {"method": "DELETE", "url": "Patient/old"}},
        {"request": {"method": "GET", "url": "Patient/kept"}},
        {"request": {"method": "GET", "url": "Patient/kept/_history"}},
    ]);
    let answer = send(&client, entries).await.is(200).value();
    let found: Vec<&str> = answer["entry"][0]["resource"]["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["resource"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["kept", "new"]);
    assert_eq!(answer["entry"][4]["resource"]["active"], true);
    assert_eq!(answer["entry"][5]["resource"]["entry"].as_array().unwrap().len(), 2);
    assert_eq!(answer["entry"][3]["response"]["status"], "204 No Content");
}

#[tokio::test]
async fn an_entry_keeps_to_its_version() {
    let client = Client::new();
    client.put(r#"{"resourceType":"Patient","id":"a"}"#).await;
    let put = |version: &str| {
        json!([{"resource": {"resourceType": "Patient", "id": "a", "active": true},
            "request": {"method": "PUT", "url": "Patient/a", "ifMatch": version}}])
    };
    send(&client, put("W/\"4\"")).await.refuses(412, "conflict");
    send(&client, put("W/\"1\"")).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_transactions_at_once_make_one_patient() {
    let client = Client::new();
    let mut tasks = Vec::new();
    for _ in 0..12 {
        let client = client.clone();
        tasks.push(tokio::spawn(async move {
            let mut patient = post(json!({"resourceType": "Patient", "identifier": [{"system": "s", "value": "1"}]}));
            patient["request"]["ifNoneExist"] = json!("identifier=s|1");
            patient["fullUrl"] = json!("urn:uuid:2");
            send(&client, json!([patient, post(observation("urn:uuid:2"))])).await.status
        }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
    let ids = client.get("/fhir/Patient").await.ids();
    assert_eq!(ids.len(), 1);
    assert_eq!(client.get(&format!("/fhir/Patient/{}/Observation", ids[0])).await.ids().len(), 12);
}

#[tokio::test]
async fn a_transaction_with_a_key_is_done_once() {
    let client = Client::new();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        post(json!({"resourceType": "Patient"})), {"request": {"method": "GET", "url": "Patient"}}]});
    let headers = [("content-type", "application/fhir+json"), ("idempotency-key", "k")];
    let first = client.send("POST /fhir", &headers, bundle.to_string()).await;
    let second = client.send("POST /fhir", &headers, bundle.to_string()).await;
    assert_eq!(first.is(200).bytes, second.is(200).bytes);
    assert_eq!(client.get("/fhir/Patient").await.ids().len(), 1);
}
