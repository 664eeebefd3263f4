//! Conditions: versions, criteria, races, and requests sent twice.

use std::collections::BTreeSet;

use crate::client::Client;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","identifier":[{"system":"s","value":"1"}],"active":true}"#;

#[tokio::test]
async fn a_stale_version_is_not_written_over() {
    let client = Client::new();
    client.put(&PATIENT.replace("true", "false")).await;
    client.put(PATIENT).await;
    let send = |tag: &'static str| {
        let client = client.clone();
        async move { client.send("PUT /fhir/Patient/a", &[("if-match", tag)], PATIENT).await }
    };
    send("W/\"1\"").await.refuses(412, "conflict");
    send("three").await.refuses(400, "value");
    send("W/\"2\"").await.is(200);
    client.send("PUT /fhir/Patient/a", &[("if-none-match", "*")], PATIENT).await.refuses(412, "conflict");
    client
        .send("PUT /fhir/Patient/b", &[("if-match", "W/\"1\"")], PATIENT.replace("\"a\"", "\"b\""))
        .await
        .refuses(412, "conflict");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let client = Client::new();
    let written = client.put(PATIENT).await;
    let changed = written.header("last-modified").to_string();
    let get = "GET /fhir/Patient/a";
    let answer = client.send(get, &[("if-none-match", "W/\"1\"")], "").await;
    assert!(answer.is(304).bytes.is_empty());
    client.send(get, &[("if-modified-since", &changed)], "").await.is(304);
    client.send(get, &[("if-none-match", "W/\"2\"")], "").await.is(200);
    client.send(get, &[("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT")], "").await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_conditional_creates_at_once_make_one_resource() {
    let client = Client::new();
    let mut tasks = Vec::new();
    for _ in 0..64 {
        let client = client.clone();
        tasks.push(tokio::spawn(async move {
            let headers = [("content-type", "application/fhir+json"), ("if-none-exist", "identifier=s|1")];
            client.send("POST /fhir/Patient", &headers, PATIENT).await
        }));
    }
    let (mut ids, mut created) = (BTreeSet::new(), 0);
    for task in tasks {
        let answer = task.await.unwrap();
        created += usize::from(answer.status == 201);
        ids.insert(answer.value()["id"].as_str().unwrap().to_string());
    }
    assert_eq!((created, ids.len()), (1, 1));
    assert_eq!(client.get("/fhir/Patient?identifier=s|1").await.ids().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_conditional_updates_at_once_make_one_resource() {
    let client = Client::new();
    let text = PATIENT.replace("\"id\":\"a\",", "");
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let (client, text) = (client.clone(), text.clone());
        tasks.push(tokio::spawn(async move { client.json("PUT /fhir/Patient?identifier=s|1", &text).await.status }));
    }
    for task in tasks {
        assert!(matches!(task.await.unwrap(), 200 | 201 | 503));
    }
    assert_eq!(client.get("/fhir/Patient?identifier=s|1").await.ids().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn patches_at_once_lose_nothing() {
    let client = Client::new();
    client.put(PATIENT).await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let client = client.clone();
        tasks.push(tokio::spawn(async move {
            let patch =
                format!(r#"[{{"op":"add","path":"/identifier/-","value":{{"system":"p","value":"{number}"}}}}]"#);
            let headers = [("content-type", "application/json-patch+json")];
            client.send("PATCH /fhir/Patient/a", &headers, patch).await.status
        }));
    }
    let mut done = 0;
    for task in tasks {
        done += usize::from(task.await.unwrap() == 200);
    }
    let value = client.get("/fhir/Patient/a").await.value();
    assert_eq!(value["identifier"].as_array().unwrap().len(), 1 + done);
    assert_eq!(value["meta"]["versionId"], (1 + done).to_string());
}

#[tokio::test]
async fn a_condition_that_matches_several_is_refused() {
    let client = Client::new();
    client.put(PATIENT).await;
    client.put(&PATIENT.replace("\"a\"", "\"b\"")).await;
    let headers = [("content-type", "application/fhir+json"), ("if-none-exist", "identifier=s|1")];
    client.send("POST /fhir/Patient", &headers, PATIENT).await.refuses(412, "conflict");
    client.send("DELETE /fhir/Patient?identifier=s|1", &[], "").await.refuses(412, "conflict");
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer() {
    let client = Client::new();
    let headers = [("content-type", "application/fhir+json"), ("idempotency-key", "k1")];
    let first = client.send("POST /fhir/Patient", &headers, PATIENT).await;
    let second = client.send("POST /fhir/Patient", &headers, PATIENT).await;
    assert_eq!(first.is(201).bytes, second.is(201).bytes);
    assert_eq!(second.header("idempotency-replayed"), "true");
    client.send("POST /fhir/Patient", &headers, PATIENT.replace("true", "false")).await.refuses(422, "business-rule");
    assert_eq!(client.get("/fhir/Patient").await.ids().len(), 1);
}
