//! Search parameters of one's own: written as resources, indexed beside requests, searched, changed and let go.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

fn definition(id: &str, kind: &str, base: &str, expression: &str) -> String {
    json!({"resourceType": "SearchParameter", "id": id, "url": format!("http://own/{id}"), "name": id, "status": "active",
        "description": "own", "code": id, "base": [base], "type": kind, "expression": expression, "target": ["Patient"]})
    .to_string()
}

/// The answer once the index is built; until then it says how far it is.
async fn ready(client: &Client, query: &str) -> Answer {
    for _ in 0..2000 {
        let answer = client.get(&format!("/fhir/{query}")).await;
        if !answer.text().contains("is being indexed") {
            return answer;
        }
        answer.refuses(400, "invalid");
        assert!(answer.text().contains(" % are done"), "{}", answer.text());
        tokio::task::yield_now().await;
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    panic!("{query} is never ready");
}

async fn check(client: &Client, query: &str, expected: &[&str]) {
    let answer = ready(client, query).await;
    answer.is(200);
    assert_eq!(answer.ids(), expected, "{query}");
}

async fn house() -> Client {
    let client = Client::new();
    for (id, eyes, born) in [("a", "blue", "1950-01-01"), ("b", "brown", "1960-01-01"), ("c", "blue", "1940-01-01")] {
        client
            .put(
                &json!({"resourceType": "Patient", "id": id, "birthDate": born,
            "extension": [{"url": "http://own/eyes", "valueCode": eyes}]})
                .to_string(),
            )
            .await;
        client
            .put(
                &json!({"resourceType": "Basic", "id": id, "code": {"text": "x"}, "extension": [
            {"url": "http://own/about", "valueReference": {"reference": format!("Patient/{id}")}}]})
                .to_string(),
            )
            .await;
    }
    client
}

const EYES: &str = "Patient.extension.where(url = 'http://own/eyes').value";
const ABOUT: &str = "Basic.extension.where(url = 'http://own/about').value";

#[tokio::test]
async fn a_parameter_is_searched_sorted_chained_and_included() {
    let client = house().await;
    client.get("/fhir/Patient?eyes=blue").await.refuses(400, "invalid");
    client.put(&definition("eyes", "token", "Patient", EYES)).await;
    client.put(&definition("about", "reference", "Basic", ABOUT)).await;
    client.put(&definition("names", "number", "Patient", "Patient.extension.count()")).await;
    check(&client, "Patient?eyes=blue", &["a", "c"]).await;
    check(&client, "Patient?eyes:not=blue", &["b"]).await;
    check(&client, "Patient?eyes:missing=true", &[]).await;
    check(&client, "Patient?eyes:missing=false", &["a", "b", "c"]).await;
    check(&client, "Patient?names=1", &["a", "b", "c"]).await;
    check(&client, "Patient?_has:Basic:about:_id=b", &["b"]).await;
    check(&client, "Basic?about.eyes=brown", &["b"]).await;
    check(&client, "Basic?about=Patient/c", &["c"]).await;
    check(&client, "Basic?about=Patient/c&_include=Basic:about", &["c", "c"]).await;
    check(&client, "Patient?_id=a&_revinclude=Basic:about", &["a", "a"]).await;
    let sorted = client.get("/fhir/Patient?_sort=-eyes,birthdate").await.value();
    let order: Vec<&str> =
        sorted["entry"].as_array().unwrap().iter().map(|e| e["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(order, ["b", "c", "a"]);
    // What is written later is found at once.
    client.put(&json!({"resourceType": "Patient", "id": "d", "extension": [{"url": "http://own/eyes", "valueCode": "blue"}]}).to_string()).await;
    check(&client, "Patient?eyes=blue", &["a", "c", "d"]).await;
}

#[tokio::test]
async fn what_is_known_is_told() {
    let client = house().await;
    client.put(&definition("about", "reference", "Basic", ABOUT)).await;
    ready(&client, "Basic?about=Patient/c").await.is(200);
    let statement = client.get("/fhir/metadata").await.value();
    let of = |name: &str| -> Value {
        statement["rest"][0]["resource"].as_array().unwrap().iter().find(|r| r["type"] == name).unwrap().clone()
    };
    let holds = |list: &Value, text: &str| list.as_array().unwrap().iter().any(|one| one == text);
    let own = json!({"name": "about", "definition": "http://own/about", "type": "reference"});
    assert!(of("Basic")["searchParam"].as_array().unwrap().contains(&own));
    assert!(holds(&of("Basic")["searchInclude"], "Basic:about"));
    assert!(holds(&of("Patient")["searchRevInclude"], "Basic:about"));
}

#[tokio::test]
async fn a_parameter_is_changed_retired_and_deleted() {
    let client = house().await;
    client.put(&definition("eyes", "token", "Patient", EYES)).await;
    check(&client, "Patient?eyes=blue", &["a", "c"]).await;
    // Other words for people change nothing that is searched.
    client.put(&definition("eyes", "token", "Patient", EYES).replace("\"own\"", "\"other\"")).await;
    client.get("/fhir/Patient?eyes=blue").await.is(200);
    client.put(&definition("eyes", "date", "Patient", "Patient.birthDate")).await;
    check(&client, "Patient?eyes=lt1955", &["a", "c"]).await;
    client.put(&definition("eyes", "token", "Patient", EYES).replace("active", "retired")).await;
    client.get("/fhir/Patient?eyes=blue").await.refuses(400, "invalid");
    client.put(&definition("eyes", "token", "Patient", EYES)).await;
    check(&client, "Patient?eyes=blue", &["a", "c"]).await;
    client.send("DELETE /fhir/SearchParameter/eyes", &[], "").await;
    client.get("/fhir/Patient?eyes=blue").await.refuses(400, "invalid");
}

#[tokio::test]
async fn what_cannot_be_searched_is_refused() {
    let client = house().await;
    let refused = |text: String, words: &'static str| {
        let client = client.clone();
        async move {
            let answer = client.json("PUT /fhir/SearchParameter/eyes", &text).await;
            answer.is(422);
            assert!(answer.text().contains(words), "{}", answer.text());
        }
    };
    refused(definition("eyes", "token", "Patient", "Patient.("), "cannot be read as FHIRPath").await;
    refused(definition("eyes", "token", "Patient", ""), "").await;
    refused(definition("eyes", "token", "Patient", "Observation.code"), "leads nowhere").await;
    refused(definition("e:y", "token", "Patient", EYES).replace("\"id\":\"e:y\"", "\"id\":\"eyes\""), "code").await;
    refused(definition("eyes", "composite", "Patient", "Patient"), "a composite needs parts").await;
    client.get("/fhir/SearchParameter/eyes").await.is(404);
    // One address, one parameter; one name on a type, one address.
    client.put(&definition("eyes", "token", "Patient", EYES)).await;
    let other = definition("eyes", "token", "Patient", EYES).replace("\"http://own/eyes\"", "\"http://other/eyes\"");
    let answer = client.json("POST /fhir/SearchParameter", &other).await;
    answer.is(422);
    assert!(answer.text().contains("already, as http://own/eyes"), "{}", answer.text());
    // The standard's own stay as they are, and drafts are only kept.
    client.json("POST /fhir/SearchParameter", &definition("name", "token", "Patient", "Patient.id")).await.is(201);
    client
        .json(
            "POST /fhir/SearchParameter",
            &definition("d", "token", "Patient", "Patient.(").replace("active", "draft"),
        )
        .await;
    client.get("/fhir/Patient?d=x").await.refuses(400, "invalid");
}

#[tokio::test]
async fn a_parameter_comes_with_its_transaction() {
    let client = house().await;
    let entry = |text: &str, url: &str| json!({"resource": serde_json::from_str::<Value>(text).unwrap(), "request": {"method": "PUT", "url": url}});
    let patient =
        json!({"resourceType": "Patient", "id": "d", "extension": [{"url": "http://own/eyes", "valueCode": "blue"}]})
            .to_string();
    let bundle = |expression: &str| {
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        entry(&definition("eyes", "token", "Patient", expression), "SearchParameter/eyes"), entry(&patient, "Patient/d")]}).to_string()
    };
    client.json("POST /fhir", &bundle("Patient.(")).await.is(422);
    client.get("/fhir/Patient/d").await.is(404);
    client.json("POST /fhir", &bundle(EYES)).await.is(200);
    check(&client, "Patient?eyes=blue", &["a", "c", "d"]).await;
}
