//! Limits, on both sides of each.

use akson::config::Config;

use crate::client::Client;

fn padded(bytes: usize) -> String {
    let start = r#"{"resourceType":"Basic","id":"a","code":{"text":""#;
    let end = "\"}}";
    format!("{start}{}{end}", "x".repeat(bytes - start.len() - end.len()))
}

#[tokio::test]
async fn a_body_has_a_size() {
    let mut config = Config::default();
    config.limits.body_bytes = 1000;
    let client = Client::with(config);
    client.json("PUT /fhir/Basic/a", &padded(1000)).await.is(201);
    client.json("PUT /fhir/Basic/a", &padded(1001)).await.refuses(413, "too-long");
    let bomb = vec![0_u8; 1 << 20];
    let mut packed = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzEncoder::new(bomb.as_slice(), flate2::Compression::best()),
        &mut packed,
    )
    .unwrap();
    let headers = [("content-type", "application/fhir+json"), ("content-encoding", "gzip")];
    client.send("PUT /fhir/Basic/a", &headers, packed).await.refuses(413, "too-long");
}

#[tokio::test]
async fn an_address_has_a_length() {
    let mut config = Config::default();
    config.limits.url_bytes = 100;
    let client = Client::with(config);
    let path = |bytes: usize| format!("/fhir/Patient?name={}", "x".repeat(bytes + 1 - "/fhir/Patient?name=".len()));
    client.get(&path(100)).await.is(200);
    client.get(&path(101)).await.refuses(414, "too-long");
}

#[tokio::test]
async fn a_bundle_has_a_number_of_entries() {
    let mut config = Config::default();
    config.limits.record.entries = 3;
    let client = Client::with(config);
    let bundle = |count: usize| {
        let entry = r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}"#;
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, vec![entry; count].join(","))
    };
    client.json("POST /fhir", &bundle(3)).await.is(200);
    client.json("POST /fhir", &bundle(4)).await.refuses(413, "too-costly");
}

#[tokio::test]
async fn a_query_has_a_number_of_parameters() {
    let mut config = Config::default();
    config.limits.query_parameters = 3;
    let client = Client::with(config);
    client.get("/fhir/Patient?name=a&name=b&name=c").await.is(200);
    client.get("/fhir/Patient?name=a&name=b&name=c&name=d").await.refuses(400, "too-costly");
}

#[tokio::test]
async fn a_body_has_a_depth() {
    let client = Client::new();
    let deep = |levels: usize| {
        let inner = r#"{"extension":["#.repeat(levels);
        let close = "]}".repeat(levels);
        format!(r#"{{"resourceType":"Basic","extension":[{inner}{close}]}}"#)
    };
    client.json("POST /fhir/Basic/$validate", &deep(5)).await.is(200);
    client.json("POST /fhir/Basic", &deep(5000)).await.refuses(400, "structure");
}

#[tokio::test]
async fn everything_has_a_size() {
    let mut config = Config::default();
    config.limits.record.everything = 2;
    let client = Client::with(config);
    let observation = |id: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/p"}}}}"#
        )
    };
    client.put(r#"{"resourceType":"Patient","id":"p"}"#).await;
    client.put(&observation("a")).await;
    client.get("/fhir/Patient/p/$everything").await.is(200);
    client.put(&observation("b")).await;
    client.get("/fhir/Patient/p/$everything").await.refuses(413, "too-costly");
}

#[tokio::test]
async fn a_request_has_a_time() {
    let mut config = Config::default();
    config.limits.request_time = std::time::Duration::ZERO;
    let answer = Client::with(config).get("/fhir/Patient?name=a").await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    Client::new().get("/fhir/Patient?name=a").await.is(200);
}

#[tokio::test]
async fn a_bundle_has_a_size() {
    let mut config = Config::default();
    config.limits.bundle_bytes = 1000;
    let client = Client::with(config);
    let bundle = |bytes: usize| {
        let text = r#"{"resourceType":"Bundle","type":"batch","entry":[]}"#;
        format!("{text}{}", " ".repeat(bytes - text.len()))
    };
    client.json("POST /fhir", &bundle(1000)).await.is(200);
    client.json("POST /fhir", &bundle(1001)).await.refuses(413, "too-long");
}

#[tokio::test]
async fn a_page_of_a_history_has_a_size() {
    let mut config = Config::default();
    config.limits.record.page = 3;
    let client = Client::with(config);
    for number in 0..5 {
        client.put(&format!(r#"{{"resourceType":"Basic","id":"a","code":{{"text":"{number}"}}}}"#)).await;
    }
    for (count, expected) in [(2, 2), (3, 3), (4, 3)] {
        let answer = client.get(&format!("/fhir/Basic/a/_history?_count={count}")).await.is(200).value();
        assert_eq!(answer["entry"].as_array().unwrap().len(), expected, "{count}");
    }
}

#[tokio::test]
async fn a_search_takes_so_many_codes_of_a_value_set() {
    let client = Client::new();
    let set = |id: &str, count: usize| {
        let codes: Vec<String> = (0..count).map(|n| format!(r#"{{"code":"c{n}"}}"#)).collect();
        format!(
            r#"{{"resourceType":"ValueSet","id":"{id}","url":"urn:vs:{id}","status":"active","compose":{{"include":[{{"system":"urn:s","concept":[{}]}}]}}}}"#,
            codes.join(",")
        )
    };
    client.put(&set("most", 5_000)).await;
    client.put(&set("more", 5_001)).await;
    client.get("/fhir/Observation?code:in=urn:vs:most").await.is(200);
    let refused = client.get("/fhir/Observation?code:in=urn:vs:more").await;
    refused.refuses(400, "invalid");
    assert!(refused.text().contains("more than 5000 codes"), "{}", refused.text());
}
