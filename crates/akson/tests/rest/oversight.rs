//! Opening a record, the word that it is possible, the log, a dispute, the review and why, over HTTP with tokens of personas.

use akson_core::{Caller, Core, Expected, Settings};
use akson_fhir::resource::Resource;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const TOWN: &[&str] = &[
    r#"{"resourceType":"Organization","id":"town","name":"Prøvevik kommune"}"#,
    r#"{"resourceType":"Organization","id":"home","name":"Hjemmetjenesten","partOf":{"reference":"Organization/town"}}"#,
    r#"{"resourceType":"Practitioner","id":"nina","name":[{"family":"Prøve","given":["Nina"]}]}"#,
    r#"{"resourceType":"Practitioner","id":"leo","name":[{"family":"Leder","given":["Leo"]}]}"#,
    r#"{"resourceType":"Practitioner","id":"pia","name":[{"family":"Vern","given":["Pia"]}]}"#,
    r#"{"resourceType":"Practitioner","id":"adam","name":[{"family":"Drift","given":["Adam"]}]}"#,
    r#"{"resourceType":"Patient","id":"kari","name":[{"family":"Prøvedal","given":["Kari"]}],"birthDate":"1970-01-01"}"#,
    r#"{"resourceType":"Patient","id":"ola","name":[{"family":"Testmo","given":["Ola"]}],"birthDate":"1971-01-01"}"#,
    r#"{"resourceType":"Observation","id":"pulse","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/kari"}}"#,
];

fn role(id: &str, duty: &str) -> String {
    format!(
        r#"{{"resourceType":"PractitionerRole","id":"{id}-role","practitioner":{{"reference":"Practitioner/{id}"}},"organization":{{"reference":"Organization/home"}},"code":[{{"coding":[{{"system":"urn:akson:duty","code":"{duty}"}}]}}]}}"#
    )
}

async fn town() -> (Client, Core) {
    let core = Core::in_memory(Settings::default()).unwrap();
    let client = Client::over(core.clone()).await;
    let roles = [("nina", "nurse"), ("leo", "leader"), ("pia", "privacy-officer"), ("adam", "administrator")];
    let roles = roles.map(|(id, duty)| role(id, duty));
    for text in TOWN.iter().copied().chain(roles.iter().map(String::as_str)) {
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        core.record(Caller::job("test", core.now())).update(resource, Expected::Any).await.unwrap();
    }
    (client, core)
}

fn ask(pairs: &[(&str, &str)]) -> String {
    let list: Vec<Value> = pairs.iter().map(|(name, value)| json!({"name": name, "valueString": value})).collect();
    json!({"resourceType": "Parameters", "parameter": list}).to_string()
}

const EMERGENCY: &[(&str, &str)] = &[("ground", "emergency"), ("code", "HPAKUTT"), ("reason", "found on the floor")];

/// The parts of this name, everywhere in the answer.
fn parts<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        if value["name"] == name {
            found.push(value);
        }
        waiting.extend(
            value.as_array().into_iter().flatten().chain(value.as_object().into_iter().flat_map(|o| o.values())),
        );
    }
    found
}

/// An answer without what names its request.
fn bare(answer: &Answer, id: &str) -> String {
    format!("{} {}", answer.status, String::from_utf8_lossy(&answer.bytes).replace(id, "ID"))
}

#[tokio::test]
async fn a_record_is_opened_seen_reviewed_and_told() {
    let (client, core) = town().await;
    let nina = client.of(&core, "nina").await;
    nina.get("/fhir/Patient/kari").await.is(404);
    nina.json("POST /fhir/Patient/none/$open", &ask(EMERGENCY)).await.is(404);
    nina.json("POST /fhir/Patient/kari/$open", &ask(&EMERGENCY[..2])).await.is(422);
    let opened = nina.json("POST /fhir/Patient/kari/$open", &ask(EMERGENCY)).await.is(200).value();
    let opening = parts(&opened, "opening")[0]["valueId"].as_str().unwrap().to_string();
    assert!(parts(&opened, "until")[0]["valueInstant"].is_string());
    nina.get("/fhir/Observation/pulse").await.is(200);
    assert_eq!(nina.json("POST /fhir/Patient/kari/$end-opening", "").await.value()["parameter"][0]["valueInteger"], 1);
    nina.get("/fhir/Observation/pulse").await.is(404);

    let leo = client.of(&core, "leo").await;
    let queue = leo.get("/fhir/AuditEvent/$openings").await.is(200).value();
    assert_eq!(parts(&queue, "id")[0]["valueId"], opening.as_str());
    assert_eq!(parts(&queue, "who")[0]["valueString"], "Nina Prøve");
    assert_eq!(parts(&queue, "reason")[0]["valueString"], "found on the floor");
    assert_eq!(parts(&queue, "entries")[0]["valueInteger"], 1);
    nina.get("/fhir/AuditEvent/$openings").await.is(403);
    let verdict = ask(&[("opening", &opening), ("verdict", "justified"), ("note", "ambulance was called")]);
    nina.json("POST /fhir/AuditEvent/$review", &verdict).await.is(403);
    leo.json("POST /fhir/AuditEvent/$review", &verdict).await.is(200);
    leo.json("POST /fhir/AuditEvent/$review", &verdict).await.is(409);
    assert!(leo.get("/fhir/AuditEvent/$openings").await.is(200).value()["parameter"].is_null());

    let kari = client.of(&core, "kari").await;
    let log = kari.get("/fhir/Patient/kari/$log").await.is(200).value();
    let visits = parts(&log, "visit");
    let nurse = visits.iter().find(|visit| !parts(visit, "ground").is_empty()).unwrap();
    assert_eq!(parts(nurse, "ground")[0]["valueCode"], "emergency");
    assert_eq!(parts(nurse, "who")[0]["valueString"], "Nina Prøve");
    let event = parts(nurse, "event")[0]["valueReference"]["reference"].as_str().unwrap().to_string();
    let ola = client.of(&core, "ola").await;
    ola.get("/fhir/Patient/kari/$log").await.is(404);
    ola.json(&format!("POST /fhir/{event}/$dispute"), "").await.is(404);
    let case =
        kari.json(&format!("POST /fhir/{event}/$dispute"), &ask(&[("words", "who is this?")])).await.is(201).value();
    assert_eq!(case["focus"]["reference"], event.as_str());
    let task = format!("/fhir/Task/{}", case["id"].as_str().unwrap());
    let pia = client.of(&core, "pia").await;
    for (who, status) in [(&kari, 200), (&pia, 200), (&nina, 404), (&ola, 404), (&leo, 403)] {
        who.get(&task).await.is(status);
    }
}

#[tokio::test]
async fn why_is_told_to_administrators_and_stands_in_the_log() {
    let (client, core) = town().await;
    let nina = client.of(&core, "nina").await;
    let adam = client.of(&core, "adam").await;
    let told = adam.get("/fhir/Patient/kari/$why?person=nina&type=Observation").await.is(200).value();
    assert_eq!(parts(&told, "sees")[0]["valueBoolean"], false);
    nina.json("POST /fhir/Patient/kari/$open", &ask(EMERGENCY)).await.is(200);
    let told = adam.get("/fhir/Patient/kari/$why?person=nina&type=Observation").await.is(200).value();
    assert_eq!(parts(&told, "sees")[0]["valueBoolean"], true);
    let rules = parts(&told, "rule");
    let emergency = rules.iter().find(|rule| rule["part"][0]["valueString"] == "emergency opening").unwrap();
    assert_eq!(emergency["part"][1]["valueString"], "allows this patient");
    nina.get("/fhir/Patient/kari/$why?person=nina").await.is(403);
    adam.get("/fhir/Patient/kari").await.is(403);
    let kari = client.of(&core, "kari").await;
    let log = kari.get("/fhir/Patient/kari/$log").await.is(200).value();
    assert!(parts(&log, "who").iter().any(|who| who["valueString"] == "Adam Drift"), "{log}");
}

/// Side channel 16 and 07 once more: what is said of the way in is said of every id alike.
#[tokio::test]
async fn the_word_that_an_opening_is_possible_tells_nothing_of_what_is_there() {
    let (client, core) = town().await;
    let nina = client.of(&core, "nina").await;
    for path in ["Patient/ID", "Patient/ID/_history", "Patient/ID/$everything"] {
        let [there, not] = [
            nina.get(&format!("/fhir/{}", path.replace("ID", "kari"))).await,
            nina.get(&format!("/fhir/{}", path.replace("ID", "none"))).await,
        ];
        assert_eq!(bare(&there, "kari"), bare(&not, "none"), "{path}");
        assert!(there.text().contains("suppressed") && there.status == 404, "{}", there.text());
    }
    for query in
        ["Observation?patient=ID", "Patient?_id=ID", "Patient/ID/Observation", "Observation?patient=ID&_summary=count"]
    {
        let [there, not] = [
            nina.get(&format!("/fhir/{}", query.replace("ID", "kari"))).await,
            nina.get(&format!("/fhir/{}", query.replace("ID", "none"))).await,
        ];
        assert_eq!(bare(&there, "kari"), bare(&not, "none"), "{query}");
        assert!(there.text().contains("suppressed") && there.status == 200, "{}", there.text());
    }
    // Not where nobody is named, not to who can open nothing, not where it is open.
    assert!(!nina.get("/fhir/Observation").await.text().contains("suppressed"));
    for person in ["ola", "leo"] {
        let other = client.of(&core, person).await;
        for path in ["/fhir/Observation?patient=kari", "/fhir/Patient/kari"] {
            assert!(!other.get(path).await.text().contains("suppressed"), "{person} {path}");
        }
    }
    nina.json("POST /fhir/Patient/kari/$open", &ask(EMERGENCY)).await.is(200);
    let open = nina.get("/fhir/Observation?patient=kari").await;
    assert!(open.text().contains("pulse") && !open.text().contains("suppressed"));
}

#[tokio::test]
async fn a_block_is_hinted_at_whatever_lies_under_it() {
    let (client, core) = town().await;
    let put = async |text: String| {
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        core.record(Caller::job("test", core.now())).update(resource, Expected::Any).await.unwrap();
    };
    put(r#"{"resourceType":"Encounter","id":"stay","status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"Patient/kari"},"serviceProvider":{"reference":"Organization/home"}}"#.to_string()).await;
    let nina = client.of(&core, "nina").await;
    let hint = async || nina.get("/fhir/Observation?patient=kari").await.text().contains("suppressed");
    assert!(!hint().await);
    let block = |whom: &str| {
        format!(
            r#"{{"resourceType":"Consent","id":"block","status":"active","scope":{{"coding":[{{"code":"patient-privacy"}}]}},"category":[{{"coding":[{{"code":"x"}}]}}],"patient":{{"reference":"Patient/kari"}},"policyRule":{{"coding":[{{"code":"OPTOUT"}}]}},"provision":{{"type":"deny","class":[{{"code":"Condition"}}],"actor":[{{"role":{{"coding":[{{"code":"PRCP"}}]}},"reference":{{"reference":"{whom}"}}}}]}}}}"#
        )
    };
    // Nothing lies under it.
    put(block("Organization/home")).await;
    assert!(hint().await);
    put(r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/kari"}}"#.to_string()).await;
    assert!(hint().await);
    // A named person's block is not lifted by any opening.
    put(block("Practitioner/nina")).await;
    assert!(!hint().await);
}

#[tokio::test]
async fn own_operations_are_defined_validly() {
    let (client, core) = town().await;
    let operator = client.of(&core, "operator").await;
    for own in akson::rest::operations::own::OWN {
        let definition = operator.get(&format!("/fhir/OperationDefinition/{}", own.id())).await;
        let value = definition.is(200).value();
        assert!(value["url"].as_str().unwrap().ends_with(&own.id()));
        let said = operator.json("POST /fhir/OperationDefinition/$validate", &value.to_string()).await;
        assert!(!said.is(200).text().contains("\"error\""), "{}: {}", own.id(), said.text());
        let routed = akson::rest::routes::ROUTES
            .iter()
            .any(|route| route.interaction == akson::rest::routes::Interaction::Operation(own.code, own.on));
        assert!(routed, "{}", own.id());
    }
}
