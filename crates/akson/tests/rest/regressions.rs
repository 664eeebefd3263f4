//! Faults that other servers had, each as a test under its name: server, number, what it was. `docs/regressions.md` lists them all.

use std::collections::BTreeSet;

use akson::config::Config;
use serde_json::json;

use crate::client::Client;

fn patient(id: &str, identifier: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{id}","identifier":[{{"system":"urn:x","value":"{identifier}"}}]}}"#)
}

fn observation(id: &str, subject: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"{subject}"}}}}"#
    )
}

#[tokio::test]
async fn hapi_3249_absolute_reference_equals_relative() {
    let client = Client::with(Config { public_url: "http://here/fhir".to_string(), ..Config::default() });
    client.put(&patient("a", "1")).await;
    client.put(&observation("absolute", "http://here/fhir/Patient/a")).await;
    client.put(&observation("relative", "Patient/a")).await;
    client.put(&observation("elsewhere", "http://there/fhir/Patient/a")).await;
    for query in ["patient=a", "subject=Patient/a", "subject=http://here/fhir/Patient/a", "subject.identifier=1"] {
        let found = client.get(&format!("/fhir/Observation?{query}")).await;
        assert_eq!(found.is(200).ids(), ["absolute", "relative"], "{query}");
    }
    assert_eq!(client.get("/fhir/Patient/a/Observation").await.ids(), ["absolute", "relative"]);
    assert_eq!(client.get("/fhir/Observation?subject=http://there/fhir/Patient/a").await.ids(), ["elsewhere"]);
}

#[tokio::test]
async fn hapi_2222_second_compartment_id() {
    let client = Client::new();
    for id in ["a", "b"] {
        client.put(&patient(id, id)).await;
        client.put(&observation(&format!("of-{id}"), &format!("Patient/{id}"))).await;
    }
    for query in ["patient=b", "subject=Patient/b", "patient=a&patient=b"] {
        let found = client.get(&format!("/fhir/Patient/a/Observation?{query}")).await;
        assert!(found.is(200).ids().is_empty(), "{query}");
    }
    assert_eq!(client.get("/fhir/Patient/a/Observation?patient=a,b").await.ids(), ["of-a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hapi_5288_version_race() {
    let client = Client::new();
    client.put(&patient("a", "0")).await;
    let mut tasks = Vec::new();
    for number in 1..=32 {
        let client = client.clone();
        let line = "PUT /fhir/Patient/a";
        tasks.push(tokio::spawn(async move { client.json(line, &patient("a", &number.to_string())).await }));
    }
    let mut versions = BTreeSet::new();
    for task in tasks {
        let answer = task.await.unwrap();
        versions.insert(answer.is(200).header("etag").to_string());
    }
    assert_eq!(versions.len(), 32);
    let history = client.get("/fhir/Patient/a/_history?_count=100").await.value();
    let numbers =
        history["entry"].as_array().unwrap().iter().map(|entry| entry["resource"]["meta"]["versionId"].clone());
    let numbers: Vec<String> = numbers.map(|number| number.as_str().unwrap().to_string()).collect();
    assert_eq!(numbers, (1..=33).rev().map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn hapi_809_index_alternates_on_update() {
    let client = Client::new();
    for round in 0..6 {
        let (now, before) = if round % 2 == 0 { ("one", "two") } else { ("two", "one") };
        client.put(&patient("a", now)).await;
        assert_eq!(client.get(&format!("/fhir/Patient?identifier=urn:x%7C{now}")).await.ids(), ["a"], "{round}");
        assert!(client.get(&format!("/fhir/Patient?identifier=urn:x%7C{before}")).await.ids().is_empty(), "{round}");
    }
}

#[tokio::test]
async fn lfh_2405_lost_update() {
    let client = Client::new();
    client.put(&patient("a", "1")).await;
    let first = client.send("PUT /fhir/Patient/a", &[("if-match", "W/\"1\"")], patient("a", "2")).await;
    first.is(200);
    let second = client.send("PUT /fhir/Patient/a", &[("if-match", "W/\"1\"")], patient("a", "3")).await;
    second.refuses(412, "conflict");
    let patch = r#"[{"op":"add","path":"/active","value":true}]"#;
    let headers = [("content-type", "application/json-patch+json"), ("if-match", "W/\"1\"")];
    client.send("PATCH /fhir/Patient/a", &headers, patch).await.refuses(412, "conflict");
    client.send("DELETE /fhir/Patient/a", &[("if-match", "W/\"1\"")], "").await.refuses(412, "conflict");
    assert_eq!(client.get("/fhir/Patient/a").await.value()["identifier"][0]["value"], "2");
}

#[tokio::test]
async fn spark_714_bundle_ifmatch() {
    let client = Client::new();
    client.put(&patient("a", "1")).await;
    client.put(&patient("a", "2")).await;
    for (method, resource) in [("PUT", patient("a", "3")), ("DELETE", "null".to_string())] {
        for kind in ["transaction", "batch"] {
            let mut entry = json!({"request": {"method": method, "url": "Patient/a", "ifMatch": "W/\"1\""}});
            if method == "PUT" {
                entry["resource"] = serde_json::from_str(&resource).unwrap();
            }
            let other = json!({"resource": {"resourceType": "Basic", "code": {"text": kind}},
                "request": {"method": "POST", "url": "Basic"}});
            let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [other, entry]});
            let answer = client.json("POST /fhir", &bundle.to_string()).await;
            match kind {
                "transaction" => answer.refuses(412, "conflict"),
                _ => assert_eq!(answer.is(200).value()["entry"][1]["response"]["status"], "412 Precondition Failed"),
            }
        }
    }
    assert_eq!(client.get("/fhir/Patient/a").await.value()["identifier"][0]["value"], "2");
    // Of the four bundles, the two batches made their other entry.
    assert_eq!(client.get("/fhir/Basic").await.ids().len(), 2);
}

#[tokio::test]
async fn spark_1319_put_index() {
    let client = Client::new();
    client.put(&patient("chosen-by-the-client", "1")).await.is(201);
    assert_eq!(client.get("/fhir/Patient?identifier=urn:x%7C1").await.ids(), ["chosen-by-the-client"]);
    assert_eq!(client.get("/fhir/Patient?_id=chosen-by-the-client").await.ids(), ["chosen-by-the-client"]);
    client.put(&patient("chosen-by-the-client", "2")).await.is(200);
    assert_eq!(client.get("/fhir/Patient?identifier=urn:x%7C2").await.ids(), ["chosen-by-the-client"]);
}

#[tokio::test]
async fn xxe_2024_45294() {
    let client = Client::new();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "HEMMELIG").unwrap();
    let path = secret.path().display();
    for declared in [
        format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"file://{path}\">]>"),
        format!("<!DOCTYPE a SYSTEM \"file://{path}\">"),
        format!("<!DOCTYPE a [<!ENTITY % x SYSTEM \"file://{path}\"> %x;]>"),
    ] {
        let body = format!(
            "<?xml version=\"1.0\"?>{declared}<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"&x;\"/></name></Patient>"
        );
        for line in ["POST /fhir/Patient", "POST /fhir/Patient/$validate"] {
            let answer = client.send(line, &[("content-type", "application/fhir+xml")], body.clone()).await;
            let text = answer.text();
            assert!(text.contains("document type") && !text.contains("HEMMELIG"), "{text}");
        }
    }
    assert!(client.get("/fhir/Patient").await.ids().is_empty());
}

#[tokio::test]
async fn ms_5699_narrative_c0_scheme() {
    let client = Client::new();
    let send = |link: &str| {
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"{link}\">x</a></div>");
        let body = json!({"resourceType": "Patient", "id": "a", "text": {"status": "generated", "div": div}});
        let client = client.clone();
        async move { client.json("PUT /fhir/Patient/a", &body.to_string()).await }
    };
    for link in [
        "javascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "java\u{1}script:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "&#1;javascript:alert(1)",
        "java&#9;script:alert(1)",
        "java&#x0A;script:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
    ] {
        let answer = send(link).await;
        assert!(matches!(answer.status, 400 | 422), "{link:?}: {}", answer.text());
    }
    for link in ["https://example.org", "#a", "Patient/1"] {
        let answer = send(link).await;
        assert!(matches!(answer.status, 200 | 201), "{link:?}: {}", answer.text());
    }
}
