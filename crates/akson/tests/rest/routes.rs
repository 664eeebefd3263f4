//! Every route in the table has a case here; a route without one fails the test.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use akson::rest::routes::ROUTES;
use serde_json::json;

use crate::client::Client;

type Case = fn(Client) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! cases {
    ($($method:literal $path:literal $case:ident,)*) => {
        const CASES: &[(&str, &str, Case)] = &[$(($method, $path, |client| Box::pin($case(client))),)*];
    };
}

cases! {
    "GET" "/fhir/{type}/{id}" read,
    "GET" "/fhir/{type}/{id}/_history/{version}" vread,
    "PUT" "/fhir/{type}/{id}" update,
    "PUT" "/fhir/{type}" update_matching,
    "PATCH" "/fhir/{type}/{id}" patch,
    "PATCH" "/fhir/{type}" patch_matching,
    "DELETE" "/fhir/{type}/{id}" delete,
    "DELETE" "/fhir/{type}" delete_matching,
    "POST" "/fhir/{type}" create,
    "GET" "/fhir/{type}" search,
    "POST" "/fhir/{type}/_search" search_by_form,
    "GET" "/fhir/{type}/{id}/_history" history_of_instance,
    "GET" "/fhir/{type}/_history" history_of_type,
    "GET" "/fhir/_history" history_of_system,
    "GET" "/fhir" search_of_system,
    "POST" "/fhir/_search" search_of_system_by_form,
    "POST" "/fhir" batch,
    "GET" "/fhir/{type}/{id}/{member}" compartment,
    "POST" "/fhir/{type}/{id}/{member}/_search" compartment_by_form,
    "GET" "/fhir/Patient/{id}/$everything" everything,
    "POST" "/fhir/Patient/{id}/$everything" everything_by_post,
    "GET" "/fhir/Observation/$lastn" lastn,
    "POST" "/fhir/Observation/$lastn" lastn_by_post,
    "POST" "/fhir/{type}/$validate" validate,
    "POST" "/fhir/{type}/{id}/$validate" validate_for_instance,
    "GET" "/fhir/{type}/{id}/$validate" validate_instance,
    "GET" "/fhir/{type}/{id}/$meta" meta,
    "GET" "/fhir/{type}/$meta" meta_of_type,
    "GET" "/fhir/$meta" meta_of_system,
    "POST" "/fhir/{type}/{id}/$meta-add" meta_add,
    "POST" "/fhir/{type}/{id}/$meta-delete" meta_delete,
    "POST" "/fhir/Patient/{id}/$open" open,
    "POST" "/fhir/Patient/{id}/$end-opening" end_opening,
    "GET" "/fhir/Patient/{id}/$log" log,
    "GET" "/fhir/Patient/{id}/$why" why,
    "POST" "/fhir/AuditEvent/{id}/$dispute" dispute,
    "GET" "/fhir/AuditEvent/$openings" openings,
    "POST" "/fhir/AuditEvent/$review" review,
    "GET" "/fhir/metadata" metadata,
    "GET" "/health" health,
    "GET" "/metrics" metrics,
}

const KARI: &str = r#"{"resourceType":"Patient","id":"kari","meta":{"tag":[{"system":"s","code":"t"}]},"name":[{"family":"Lie","given":["Kari"]}],"birthDate":"1944-03-17"}"#;
const WEIGHT: &str = r#"{"resourceType":"Observation","id":"weight","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/kari"},"effectiveDateTime":"2026-01-01","performer":[{"reference":"Practitioner/nurse"}],"valueDecimal":1}"#;

async fn with_kari(client: &Client) {
    client.put(KARI).await;
    client.put(r#"{"resourceType":"Practitioner","id":"nurse"}"#).await;
    client.put(&WEIGHT.replace(",\"valueDecimal\":1", "")).await;
}

#[tokio::test]
async fn every_route_has_a_case() {
    let routed: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
    let tried: BTreeSet<_> = CASES.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(routed, tried);
    for (_, _, case) in CASES {
        case(Client::new()).await;
    }
}

#[tokio::test]
async fn what_is_not_routed_is_refused() {
    let client = Client::new();
    client.get("/fhir/Human/1").await.refuses(404, "not-found");
    client.get("/nowhere").await.refuses(404, "not-found");
    client.get("/fhir/Patient/1/$everyone").await.refuses(404, "not-found");
    client.json("POST /fhir/Patient/1", "{}").await.refuses(405, "not-supported");
}

async fn read(client: Client) {
    client.get("/fhir/Patient/kari").await.refuses(404, "not-found");
    with_kari(&client).await;
    let answer = client.get("/fhir/Patient/kari").await;
    assert_eq!(answer.is(200).value()["birthDate"], "1944-03-17");
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert!(!answer.header("last-modified").is_empty());
    assert!(!answer.header("x-request-id").is_empty());
    client.send("DELETE /fhir/Patient/kari", &[], "").await.is(204);
    client.get("/fhir/Patient/kari").await.refuses(410, "deleted");
    client.get("/fhir/OperationDefinition/Patient-everything").await.is(200);
}

async fn vread(client: Client) {
    with_kari(&client).await;
    client.get("/fhir/Patient/kari/_history/2").await.refuses(404, "not-found");
    client.get("/fhir/Patient/kari/_history/x").await.refuses(404, "not-found");
    client.put(&KARI.replace("1944", "1945")).await;
    assert_eq!(client.get("/fhir/Patient/kari/_history/1").await.value()["birthDate"], "1944-03-17");
    assert_eq!(client.get("/fhir/Patient/kari/_history/2").await.value()["birthDate"], "1945-03-17");
}

async fn update(client: Client) {
    client.json("PUT /fhir/Patient/other", KARI).await.refuses(400, "value");
    client.json("PUT /fhir/Observation/kari", KARI).await.refuses(400, "invariant");
    client.json("PUT /fhir/Patient/kari", "{\"resourceType\":").await.refuses(400, "structure");
    client.json("PUT /fhir/Patient/kari", &KARI.replace("1944-03-17", "yesterday")).await.is(422);
    let answer = client.json("PUT /fhir/Patient/kari", KARI).await;
    assert_eq!(answer.is(201).header("location"), "http://here/fhir/Patient/kari/_history/1");
    client.json("PUT /fhir/Patient/kari", KARI).await.is(200);
}

async fn update_matching(client: Client) {
    let text = r#"{"resourceType":"Patient","identifier":[{"system":"s","value":"1"}]}"#;
    client.json("PUT /fhir/Patient", text).await.refuses(400, "required");
    client.json("PUT /fhir/Patient?nonsense=1", text).await.is(400);
    let first = client.json("PUT /fhir/Patient?identifier=s|1", text).await;
    let second = client.json("PUT /fhir/Patient?identifier=s|1", text).await;
    assert_eq!(first.is(201).value()["id"], second.is(200).value()["id"]);
    client.json("POST /fhir/Patient", text).await.is(201);
    client.json("PUT /fhir/Patient?identifier=s|1", text).await.refuses(412, "conflict");
}

const PATCH: &str = r#"[{"op":"replace","path":"/birthDate","value":"1950-01-01"}]"#;

async fn patch(client: Client) {
    let json = [("content-type", "application/json-patch+json")];
    client.send("PATCH /fhir/Patient/kari", &json, PATCH).await.refuses(404, "not-found");
    with_kari(&client).await;
    client.send("PATCH /fhir/Patient/kari", &json, r#"[{"op":"remove","path":"/none"}]"#).await.is(422);
    client.send("PATCH /fhir/Patient/kari", &json, r#"[{"op":"replace","path":"/id","value":"x"}]"#).await.is(422);
    client.send("PATCH /fhir/Patient/kari", &json, PATCH).await.is(200);
    let parameters = r#"{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.birthDate"},{"name":"value","valueDate":"1951-01-01"}]}]}"#;
    let answer = client.json("PATCH /fhir/Patient/kari", parameters).await;
    assert_eq!(answer.is(200).value()["birthDate"], "1951-01-01");
    assert_eq!(answer.header("etag"), "W/\"3\"");
}

async fn patch_matching(client: Client) {
    let json = [("content-type", "application/json-patch+json")];
    client.send("PATCH /fhir/Patient?family=Lie", &json, PATCH).await.refuses(404, "not-found");
    with_kari(&client).await;
    let answer = client.send("PATCH /fhir/Patient?family=Lie", &json, PATCH).await;
    assert_eq!(answer.is(200).value()["birthDate"], "1950-01-01");
}

async fn delete(client: Client) {
    client.send("DELETE /fhir/Patient/kari", &[], "").await.refuses(404, "not-found");
    with_kari(&client).await;
    client.send("DELETE /fhir/Patient/kari", &[("if-match", "W/\"7\"")], "").await.refuses(412, "conflict");
    let answer = client.send("DELETE /fhir/Patient/kari", &[], "").await;
    assert_eq!(answer.is(204).header("etag"), "W/\"2\"");
    client.send("DELETE /fhir/Patient/kari", &[], "").await.is(204);
    client.get("/fhir/Patient/kari/_history/1").await.is(200);
    client.put(KARI).await.is(201);
}

async fn delete_matching(client: Client) {
    client.send("DELETE /fhir/Patient", &[], "").await.refuses(400, "required");
    client.send("DELETE /fhir/Patient?family=Lie", &[], "").await.is(204);
    with_kari(&client).await;
    client.send("DELETE /fhir/Patient?family=Lie", &[], "").await.is(204);
    client.get("/fhir/Patient/kari").await.is(410);
}

async fn create(client: Client) {
    client.json("POST /fhir/Patient", "").await.refuses(400, "required");
    client.json("POST /fhir/Patient", "[]").await.refuses(400, "structure");
    let refused = client.json("POST /fhir/Patient", r#"{"resourceType":"Patient","gender":"x"}"#).await;
    refused.is(422);
    assert_eq!(refused.value()["issue"][0]["expression"][0], "Patient.gender");
    client.send("POST /fhir/Patient", &[("content-type", "text/csv")], "a").await.refuses(415, "not-supported");
    let answer = client.json("POST /fhir/Patient", KARI).await;
    let id = answer.is(201).value()["id"].as_str().unwrap().to_string();
    assert_ne!(id, "kari");
    client.get(&format!("/fhir/Patient/{id}")).await.is(200);
}

async fn search(client: Client) {
    let refused = client.get("/fhir/Patient?famly=Lie").await;
    refused.is(400);
    assert!(refused.text().contains("family"), "{}", refused.text());
    with_kari(&client).await;
    assert_eq!(client.get("/fhir/Patient?family=lie").await.ids(), ["kari"]);
    assert!(client.get("/fhir/Patient?family=moe").await.ids().is_empty());
    let lenient = client.send("GET /fhir/Patient?famly=Lie", &[("prefer", "handling=lenient")], "").await;
    assert_eq!(lenient.is(200).value()["link"][0]["url"], "http://here/fhir/Patient");
    let included = client.get("/fhir/Observation?_include=Observation:subject").await;
    assert_eq!(included.value()["entry"][1]["search"]["mode"], "include");
}

async fn search_by_form(client: Client) {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    client.send("POST /fhir/Patient/_search", &form, "famly=Lie").await.is(400);
    with_kari(&client).await;
    assert_eq!(client.send("POST /fhir/Patient/_search", &form, "family=Lie&_count=5").await.ids(), ["kari"]);
}

async fn history_of_instance(client: Client) {
    client.get("/fhir/Patient/kari/_history").await.refuses(404, "not-found");
    with_kari(&client).await;
    client.get("/fhir/Patient/kari/_history?_since=soon").await.refuses(400, "value");
    client.send("DELETE /fhir/Patient/kari", &[], "").await.is(204);
    let value = client.get("/fhir/Patient/kari/_history").await.value();
    assert_eq!(value["total"], 2);
    assert_eq!(value["entry"][0]["request"]["method"], "DELETE");
    assert_eq!(value["entry"][1]["resource"]["id"], "kari");
    let value = client.get("/fhir/Patient/kari/_history?_count=1").await.value();
    let next = value["link"][1]["url"].as_str().unwrap().to_string();
    let value = client.get(next.trim_start_matches("http://here")).await.value();
    assert_eq!(value["entry"][0]["resource"]["meta"]["versionId"], "1");
    assert_eq!(client.get("/fhir/Patient/kari/_history?_since=2999-01-01T00:00:00Z").await.value()["total"], 0);
}

async fn history_of_type(client: Client) {
    client.get("/fhir/Human/_history").await.refuses(404, "not-found");
    with_kari(&client).await;
    assert_eq!(client.get("/fhir/Patient/_history").await.ids(), ["kari"]);
}

async fn history_of_system(client: Client) {
    client.get("/fhir/_history?x=1").await.is(400);
    with_kari(&client).await;
    assert_eq!(client.get("/fhir/_history").await.ids(), ["kari", "nurse", "weight"]);
}

async fn search_of_system(client: Client) {
    client.get("/fhir?_type=Human").await.is(400);
    with_kari(&client).await;
    assert_eq!(client.get("/fhir?_type=Patient,Practitioner").await.ids(), ["kari", "nurse"]);
}

async fn search_of_system_by_form(client: Client) {
    with_kari(&client).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(client.send("POST /fhir/_search", &form, "_type=Patient&_id=kari").await.ids(), ["kari"]);
}

async fn batch(client: Client) {
    client.json("POST /fhir", KARI).await.refuses(400, "structure");
    client.json("POST /fhir/", KARI).await.refuses(400, "structure");
    client.json("POST /fhir", r#"{"resourceType":"Bundle","type":"document"}"#).await.refuses(400, "value");
    with_kari(&client).await;
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": "Patient/kari"}},
        {"request": {"method": "GET", "url": "Patient/none"}},
        {"request": {"method": "DELETE", "url": "Observation/weight"}},
        {"resource": {"resourceType": "Patient", "gender": "x"}, "request": {"method": "POST", "url": "Patient"}},
    ]});
    let value = client.json("POST /fhir", &bundle.to_string()).await.is(200).value();
    assert_eq!(value["type"], "batch-response");
    let statuses: Vec<&str> =
        value["entry"].as_array().unwrap().iter().map(|entry| entry["response"]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["200 OK", "404 Not Found", "204 No Content", "422 Unprocessable Entity"]);
}

async fn compartment(client: Client) {
    client.get("/fhir/Patient/kari/Human").await.refuses(404, "not-found");
    with_kari(&client).await;
    assert_eq!(client.get("/fhir/Patient/kari/Observation").await.ids(), ["weight"]);
    assert!(client.get("/fhir/Patient/ola/Observation").await.ids().is_empty());
    assert_eq!(client.get("/fhir/Patient/kari/*").await.ids(), ["kari", "weight"]);
}

async fn compartment_by_form(client: Client) {
    with_kari(&client).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        client.send("POST /fhir/Patient/kari/Observation/_search", &form, "status=final").await.ids(),
        ["weight"]
    );
}

async fn everything(client: Client) {
    client.get("/fhir/Patient/kari/$everything").await.refuses(404, "not-found");
    with_kari(&client).await;
    client.get("/fhir/Patient/kari/$everything?_type=Human").await.is(400);
    assert_eq!(client.get("/fhir/Patient/kari/$everything").await.ids(), ["kari", "nurse", "weight"]);
    assert_eq!(client.get("/fhir/Patient/kari/$everything?_type=Observation").await.ids(), ["weight"]);
}

async fn everything_by_post(client: Client) {
    with_kari(&client).await;
    let parameters = r#"{"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Patient"}]}"#;
    assert_eq!(client.json("POST /fhir/Patient/kari/$everything", parameters).await.ids(), ["kari"]);
}

async fn lastn(client: Client) {
    client.get("/fhir/Observation/$lastn").await.is(400);
    with_kari(&client).await;
    let newer = WEIGHT
        .replace(",\"valueDecimal\":1", "")
        .replace("2026-01-01", "2026-02-01")
        .replace("\"weight\"", "\"newer\"");
    client.put(&newer).await;
    assert_eq!(client.get("/fhir/Observation/$lastn?patient=kari").await.ids(), ["newer"]);
    assert_eq!(client.get("/fhir/Observation/$lastn?patient=kari&max=3").await.ids(), ["newer", "weight"]);
}

async fn lastn_by_post(client: Client) {
    with_kari(&client).await;
    let parameters = r#"{"resourceType":"Parameters","parameter":[{"name":"patient","valueString":"kari"}]}"#;
    assert_eq!(client.json("POST /fhir/Observation/$lastn", parameters).await.ids(), ["weight"]);
}

async fn validate(client: Client) {
    let wrong = client.json("POST /fhir/Patient/$validate", r#"{"resourceType":"Patient","gender":"x"}"#).await;
    assert_eq!(wrong.is(200).value()["issue"][0]["severity"], "error");
    client.json("POST /fhir/Observation/$validate", KARI).await.refuses(400, "invariant");
    let fine = client.json("POST /fhir/Patient/$validate", KARI).await.value();
    assert_ne!(fine["issue"][0]["severity"], "error");
    let broken = client.json("POST /fhir/Patient/$validate", "{").await;
    assert_eq!(broken.is(200).value()["issue"][0]["severity"], "fatal");
    assert!(client.get("/fhir/Patient").await.ids().is_empty());
    let wrapped = format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"resource","resource":{KARI}}}]}}"#);
    client.json("POST /fhir/Patient/$validate", &wrapped).await.is(200);
}

async fn validate_for_instance(client: Client) {
    let answer = client.json("POST /fhir/Patient/kari/$validate?mode=delete", "").await.value();
    assert_eq!(answer["issue"][0]["code"], "not-found");
    with_kari(&client).await;
    let answer = client.json("POST /fhir/Patient/kari/$validate?mode=update", KARI).await.value();
    assert_ne!(answer["issue"][0]["severity"], "error");
}

async fn validate_instance(client: Client) {
    client.get("/fhir/Patient/kari/$validate").await.refuses(404, "not-found");
    with_kari(&client).await;
    client.get("/fhir/Patient/kari/$validate").await.is(200);
}

fn labels(answer: &crate::client::Answer) -> Vec<String> {
    let value = answer.value();
    let tags = value["parameter"][0]["valueMeta"]["tag"].as_array().cloned().unwrap_or_default();
    tags.iter().map(|tag| tag["code"].as_str().unwrap().to_string()).collect()
}

async fn meta(client: Client) {
    client.get("/fhir/Patient/kari/$meta").await.refuses(404, "not-found");
    with_kari(&client).await;
    assert_eq!(labels(&client.get("/fhir/Patient/kari/$meta").await), ["t"]);
}

async fn meta_of_type(client: Client) {
    with_kari(&client).await;
    assert_eq!(labels(&client.get("/fhir/Patient/$meta").await), ["t"]);
    assert!(labels(&client.get("/fhir/Observation/$meta").await).is_empty());
}

async fn meta_of_system(client: Client) {
    with_kari(&client).await;
    assert_eq!(labels(&client.get("/fhir/$meta").await), ["t"]);
}

const ADD: &str = r#"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"s","code":"u"},{"system":"s","code":"t"}]}}]}"#;

async fn meta_add(client: Client) {
    client.json("POST /fhir/Patient/kari/$meta-add", ADD).await.refuses(404, "not-found");
    with_kari(&client).await;
    client.json("POST /fhir/Patient/kari/$meta-add", KARI).await.refuses(400, "invariant");
    assert_eq!(labels(&client.json("POST /fhir/Patient/kari/$meta-add", ADD).await), ["t", "u"]);
    assert_eq!(client.get("/fhir/Patient?_tag=s|u").await.ids(), ["kari"]);
    client.json("POST /fhir/Patient/kari/$meta-add", ADD).await.is(200);
    assert_eq!(client.get("/fhir/Patient/kari").await.header("etag"), "W/\"2\"");
}

async fn meta_delete(client: Client) {
    client.json("POST /fhir/Patient/kari/$meta-delete", ADD).await.refuses(404, "not-found");
    with_kari(&client).await;
    assert!(labels(&client.json("POST /fhir/Patient/kari/$meta-delete", ADD).await).is_empty());
}

// The operator of a sandbox opens, reviews and disputes nothing; who does is in `oversight.rs`.

async fn open(client: Client) {
    client.json("POST /fhir/Patient/kari/$open", "").await.refuses(400, "required");
    let asked = r#"{"resourceType":"Parameters","parameter":[{"name":"ground","valueCode":"emergency"},{"name":"code","valueCode":"HPAKUTT"},{"name":"reason","valueString":"x"}]}"#;
    client.json("POST /fhir/Patient/kari/$open", asked).await.refuses(403, "forbidden");
}

async fn end_opening(client: Client) {
    with_kari(&client).await;
    let ended = client.json("POST /fhir/Patient/kari/$end-opening", "").await;
    assert_eq!(ended.is(200).value()["parameter"][0]["valueInteger"], 0);
}

async fn log(client: Client) {
    with_kari(&client).await;
    client.get("/fhir/Patient/kari").await.is(200);
    let value = client.get("/fhir/Patient/kari/$log").await.is(200).value();
    assert_eq!(value["parameter"][0]["name"], "day", "{value}");
    client.get("/fhir/Patient/kari/$log?from=yesterday").await.refuses(400, "value");
    let before = client.get("/fhir/Patient/kari/$log?from=2001-01-01&to=2001-12-31").await;
    assert!(before.is(200).value()["parameter"].is_null());
    client.get("/fhir/Patient/none/$log").await.refuses(404, "not-found");
}

async fn why(client: Client) {
    with_kari(&client).await;
    client.get("/fhir/Patient/kari/$why").await.refuses(400, "required");
    client.get("/fhir/Patient/kari/$why?person=nobody").await.refuses(404, "not-found");
    client.get("/fhir/Patient/kari/$why?person=nobody&type=Human").await.refuses(404, "not-found");
}

async fn dispute(client: Client) {
    client.json("POST /fhir/AuditEvent/none/$dispute", "").await.refuses(403, "forbidden");
}

async fn openings(client: Client) {
    client.get("/fhir/AuditEvent/$openings").await.refuses(403, "forbidden");
}

async fn review(client: Client) {
    client.json("POST /fhir/AuditEvent/$review", "").await.refuses(400, "required");
    let asked = r#"{"resourceType":"Parameters","parameter":[{"name":"verdict","valueCode":"justified"}]}"#;
    client.json("POST /fhir/AuditEvent/$review", asked).await.refuses(403, "forbidden");
}

async fn metadata(client: Client) {
    client.get("/fhir/metadata?mode=none").await.refuses(400, "not-supported");
    let value = client.get("/fhir/metadata").await.is(200).value();
    assert_eq!(value["fhirVersion"], "4.0.1");
    assert_eq!(value["rest"][0]["resource"].as_array().unwrap().len(), 146);
    let issues = client.json("POST /fhir/CapabilityStatement/$validate", &value.to_string()).await;
    assert!(!issues.text().contains("\"error\""), "{}", issues.text());
}

async fn health(client: Client) {
    assert_eq!(client.get("/health").await.is(200).value()["status"], "up");
}

async fn metrics(client: Client) {
    client.get("/health").await.is(200);
    assert!(
        client
            .get("/metrics")
            .await
            .text()
            .contains("akson_requests_total{method=\"GET\",route=\"/health\",status=\"2xx\"} 1")
    );
}
