//! The forms of answers and bodies: JSON, XML, raw, compressed, cut, indented, minimal.

use std::io::Read;

use crate::client::Client;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"name":[{"family":"Å"}],"photo":[{"title":"p"}],"birthDate":"1970-01-01"}"#;

const XML: [(&str, &str); 1] = [("accept", "application/fhir+xml")];

#[tokio::test]
async fn what_cannot_be_given_is_not_acceptable() {
    let client = Client::new();
    client.put(PATIENT).await;
    client.send("GET /fhir/Patient/a", &[("accept", "text/csv")], "").await.refuses(406, "not-supported");
    client.get("/fhir/Patient/a?_format=csv").await.refuses(406, "not-supported");
}

#[tokio::test]
async fn xml_goes_in_and_out() {
    let client = Client::new();
    let xml = r#"<Patient xmlns="http://hl7.org/fhir"><id value="x"/><active value="true"/></Patient>"#;
    let headers = [("content-type", "application/fhir+xml"), ("accept", "application/fhir+xml")];
    client.send("PUT /fhir/Patient/x", &headers, "<Patient>").await.is(400);
    let answer = client.send("PUT /fhir/Patient/x", &headers, xml).await;
    assert!(answer.is(201).header("content-type").starts_with("application/fhir+xml"));
    assert!(answer.text().contains("<active value=\"true\"/>"), "{}", answer.text());
    assert!(client.get("/fhir/Patient?_format=xml").await.text().contains("<Bundle"));
    assert_eq!(client.get("/fhir/Patient/x").await.value()["active"], true);
    let refused = client.get("/fhir/Patient/none?_format=xml").await;
    assert!(refused.is(404).text().contains("<OperationOutcome"));
}

#[tokio::test]
async fn refusals_come_in_the_form_that_was_asked_for() {
    let client = Client::new();
    let long = format!("/fhir/Patient?_format=xml&name={}", "x".repeat(20_000));
    let asked = [
        ("GET", long.as_str(), 414),
        ("GET", "/fhir/Patient?_format=xml&name=%zz", 400),
        ("GET", "/fhir/Patient?_format=xml&_summary=some", 400),
        ("GET", "/nowhere?_format=xml", 404),
        ("TRACE", "/fhir/Patient?_format=xml", 405),
        ("GET", "/fhir/Patient?_format=application/fhir%2Bxml&nme=x", 400),
    ];
    for (method, path, status) in asked {
        let answer = client.send(&format!("{method} {path}"), &[], "").await;
        assert!(answer.is(status).text().contains("<OperationOutcome xmlns"), "{path}: {}", answer.text());
        let accepted = client.send(&format!("{method} {}", path.replace("_format", "_x")), &XML, "").await;
        assert!(accepted.text().contains("<OperationOutcome xmlns"), "{path}: {}", accepted.text());
    }
    let coded = [("content-encoding", "br"), XML[0]];
    let answer = client.send("POST /fhir/Patient", &coded, "x").await;
    assert!(answer.is(415).text().contains("<OperationOutcome xmlns"), "{}", answer.text());
    client.send("POST /fhir/Patient", &[("content-encoding", "identity")], PATIENT).await.is(201);
}

#[tokio::test]
async fn xml_can_be_indented() {
    let client = Client::new();
    client.put(PATIENT).await;
    let text = client.get("/fhir/Patient/a?_format=xml&_pretty=true").await.text();
    assert!(text.contains("\n  <birthDate value=\"1970-01-01\"/>\n"), "{text}");
    let text = client.get("/fhir/Patient?_format=xml&_pretty=true").await.text();
    assert!(text.contains("\n      <Patient>\n        <id value=\"a\"/>"), "{text}");
}

#[tokio::test]
async fn a_part_is_shown_as_a_part() {
    let client = Client::new();
    client.put(PATIENT).await;
    client.get("/fhir/Patient/a?_summary=some").await.refuses(400, "value");
    let check = |query: &'static str, has: &'static str, lacks: &'static str| {
        let client = client.clone();
        async move {
            for path in ["/fhir/Patient/a?", "/fhir/Patient?_id=a&"] {
                let text = client.get(&format!("{path}{query}")).await.text();
                assert!(
                    text.contains("SUBSETTED") && text.contains(has) && !text.contains(lacks),
                    "{path}{query} {text}"
                );
            }
        }
    };
    check("_summary=true", "birthDate", "photo").await;
    check("_summary=text", "div", "birthDate").await;
    check("_summary=data", "photo", "div").await;
    check("_elements=name", "Å", "photo").await;
    let count = client.get("/fhir/Patient?_summary=count").await.value();
    assert_eq!((count["total"].as_u64(), count.get("entry")), (Some(1), None));
    assert!(client.get("/fhir/Patient/a?_pretty=true").await.text().contains("\n  \"id\": \"a\""));
}

#[tokio::test]
async fn a_write_answers_as_preferred() {
    let client = Client::new();
    let send = |prefer: &'static str| {
        let client = client.clone();
        async move { client.send("PUT /fhir/Patient/a", &[("prefer", prefer)], PATIENT).await }
    };
    assert!(send("return=minimal").await.bytes.is_empty());
    assert_eq!(send("return=OperationOutcome").await.value()["resourceType"], "OperationOutcome");
    assert_eq!(send("return=representation").await.value()["resourceType"], "Patient");
}

#[tokio::test]
async fn binaries_are_raw_unless_asked_for_as_resources() {
    let client = Client::new();
    let bytes = vec![0_u8, 1, 2, 253, 254, 255, 10];
    let answer = client.send("POST /fhir/Binary", &[("content-type", "image/png")], bytes.clone()).await;
    let id = answer.is(201).value()["id"].as_str().unwrap().to_string();
    let raw = client.get(&format!("/fhir/Binary/{id}")).await;
    assert_eq!((raw.header("content-type"), &raw.bytes), ("image/png", &bytes));
    assert!(!raw.header("content-security-policy").is_empty());
    let raw = client.send(&format!("GET /fhir/Binary/{id}"), &[("accept", "image/*")], "").await;
    assert_eq!(raw.is(200).bytes, bytes);
    let resource = client.send(&format!("GET /fhir/Binary/{id}"), &[("accept", "application/fhir+json")], "").await;
    assert_eq!(resource.value()["contentType"], "image/png");
}

#[tokio::test]
async fn answers_and_bodies_may_be_compressed() {
    let client = Client::new();
    for number in 0..30 {
        client.put(&PATIENT.replace("\"a\"", &format!("\"a{number}\""))).await;
    }
    for coding in ["gzip", "zstd"] {
        let answer = client.send("GET /fhir/Patient?_count=50", &[("accept-encoding", coding)], "").await;
        assert_eq!(answer.is(200).header("content-encoding"), coding);
        assert!(answer.bytes.len() < 2500, "{}", answer.bytes.len());
    }
    let plain = client.get("/fhir/Patient?_count=50").await;
    assert_eq!(plain.header("content-encoding"), "");
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(PATIENT.as_bytes(), flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
    let headers = [("content-type", "application/fhir+json"), ("content-encoding", "gzip")];
    client.send("PUT /fhir/Patient/a", &headers, packed).await.is(201);
    client.send("PUT /fhir/Patient/a", &headers, "no gzip").await.is(400);
}

#[tokio::test]
async fn the_request_id_comes_back() {
    let client = Client::new();
    let answer = client.send("GET /fhir/Patient/none", &[("x-request-id", "ward-7:1")], "").await;
    assert_eq!(answer.header("x-request-id"), "ward-7:1");
    let answer = client.send("GET /fhir/Patient/none", &[("x-request-id", "a b")], "").await;
    assert_eq!(answer.header("x-request-id").len(), 32);
}
