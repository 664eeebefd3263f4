//! Value sets and code systems of the record in searches and in validation.

use crate::client::Client;

const FOOD: &str = r#"{"resourceType":"CodeSystem","id":"food","url":"http://own/food","status":"active","content":"complete","concept":[
    {"code":"fruit","concept":[{"code":"apple"},{"code":"pear"}]},{"code":"bread"}]}"#;

fn set(value: &str) -> String {
    format!(
        r#"{{"resourceType":"ValueSet","id":"fruit","url":"http://own/fruit","status":"active","compose":{{"include":[
            {{"system":"http://own/food","filter":[{{"property":"concept","op":"is-a","value":"{value}"}}]}}]}}}}"#
    )
}

async fn check(client: &Client, query: &str, expected: &[&str]) {
    let answer = client.get(&format!("/fhir/{query}")).await;
    answer.is(200);
    assert_eq!(answer.ids(), expected, "{query}");
}

#[tokio::test]
async fn value_sets_and_code_systems_of_the_record_are_searched() {
    let client = Client::new();
    for code in ["apple", "pear", "bread"] {
        client.put(&format!(r#"{{"resourceType":"Observation","id":"{code}","status":"final","code":{{"coding":[{{"system":"http://own/food","code":"{code}"}}]}}}}"#)).await;
    }
    client.put(r#"{"resourceType":"Observation","id":"other","status":"final","code":{"coding":[{"system":"http://other","code":"apple"}]}}"#).await;
    let refused = client.get("/fhir/Observation?code:in=http://own/fruit").await;
    refused.refuses(400, "invalid");
    assert!(refused.text().contains("the value set http://own/fruit is not known"), "{}", refused.text());
    client.get("/fhir/Observation?code:below=http://own/food%7Cfruit").await.refuses(400, "invalid");
    client.put(&set("fruit")).await;
    let refused = client.get("/fhir/Observation?code:in=http://own/fruit").await;
    refused.refuses(400, "invalid");
    assert!(refused.text().contains("the code system http://own/food is not known here in full"), "{}", refused.text());
    client.put(FOOD).await;
    for name in ["http://own/fruit", "ValueSet/fruit"] {
        check(&client, &format!("Observation?code:in={name}"), &["apple", "pear"]).await;
        check(&client, &format!("Observation?code:not-in={name}"), &["bread", "other"]).await;
    }
    check(&client, "Observation?code:below=http://own/food%7Cfruit", &["apple", "pear"]).await;
    check(&client, "Observation?code:above=http://own/food%7Cpear", &["pear"]).await;
    check(&client, "Observation?_filter=code in ValueSet/fruit".replace(' ', "%20").as_str(), &["apple", "pear"]).await;
    // What is changed or gone counts at once.
    client.put(&set("pear")).await;
    check(&client, "Observation?code:in=http://own/fruit", &["pear"]).await;
    let under = FOOD.replace(r#"{"code":"pear"}"#, r#"{"code":"pear","concept":[{"code":"bread"}]}"#);
    client.put(&under.replace(r#"]},{"code":"bread"}]}"#, "]}]}")).await;
    check(&client, "Observation?code:in=http://own/fruit", &["bread", "pear"]).await;
    client.send("DELETE /fhir/ValueSet/fruit", &[], "").await;
    client.get("/fhir/Observation?code:in=http://own/fruit").await.refuses(400, "invalid");
}

#[tokio::test]
async fn profiles_hold_codes_against_value_sets_of_the_record() {
    let client = Client::new();
    client.put(FOOD).await;
    client.put(&set("fruit")).await;
    client.put(r#"{"resourceType":"StructureDefinition","id":"p","url":"http://own/p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Observation","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation","derivation":"constraint","differential":{"element":[
        {"id":"Observation","path":"Observation","constraint":[{"key":"own-1","severity":"error","human":"fruit","expression":"code.memberOf('http://own/fruit')"}]}]}}"#).await;
    let body = |code: &str| {
        format!(
            r#"{{"resourceType":"Observation","meta":{{"profile":["http://own/p"]}},"status":"final","code":{{"coding":[{{"system":"http://own/food","code":"{code}"}}]}}}}"#
        )
    };
    client.json("POST /fhir/Observation", &body("pear")).await.is(201);
    client.json("POST /fhir/Observation", &body("bread")).await.is(422);
    client.put(&set("bread")).await;
    client.json("POST /fhir/Observation", &body("pear")).await.is(422);
    client.json("POST /fhir/Observation", &body("bread")).await.is(201);
}
