//! Inhabitants: themselves, and whom they represent.

use akson_core::identity::Kind;
use akson_core::{Representation, Responsibility, Who};

use crate::stage::Stage;

const HOME: &str = r#""address":[{"use":"home","line":["Testveien 1"],"postalCode":"9999"}]"#;
const NUMBER: &str = r#""identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"13717404089"}]"#;

fn family(relation: &str) -> (Stage, String) {
    let stage = Stage::new();
    stage.put(&format!(
        r#"{{"resourceType":"Patient","id":"hanna","birthDate":"1990-01-01",{NUMBER},{HOME},"name":[{{"text":"Hanna"}}]}}"#
    ));
    stage.put(&format!(r#"{{"resourceType":"Patient","id":"emil","birthDate":"2020-01-01",{HOME}}}"#));
    stage.put(&format!(
        r#"{{"resourceType":"RelatedPerson","id":"r","patient":{{"reference":"Patient/emil"}},{NUMBER},
        "relationship":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","code":"{relation}"}}]}}]}}"#
    ));
    let account = stage.account(Kind::Citizen, "hanna");
    (stage, account)
}

fn by(stage: &Stage, account: &str) -> Representation {
    let Who::Citizen(citizen) = stage.caller(account, "r").unwrap().who else { panic!("no citizen") };
    citizen.on_behalf.clone().unwrap().by
}

#[test]
fn an_inhabitant_is_themselves() {
    let (stage, account) = family("MTH");
    let Who::Citizen(citizen) = stage.caller(&account, "").unwrap().who else { panic!("no citizen") };
    assert_eq!((citizen.name.as_str(), citizen.patient.as_str(), citizen.level), ("Hanna", "hanna", 4));
    assert!(citizen.on_behalf.is_none() && !citizen.hidden);
    let names = stage.core.identity().choices(&account, crate::stage::NOON).unwrap();
    assert_eq!(names.len(), 2);
}

#[test]
fn a_parent_who_lives_with_the_child_is_one_at_home() {
    let (stage, account) = family("MTH");
    assert_eq!(by(&stage, &account), Representation::Parent(Responsibility::AtHome));
    stage.put(r#"{"resourceType":"Patient","id":"emil","birthDate":"2020-01-01"}"#);
    assert_eq!(by(&stage, &account), Representation::Parent(Responsibility::Apart));
}

#[test]
fn a_relation_without_a_right_or_with_another_number_represents_nobody() {
    for relation in ["SIS", "GUARD?"] {
        let (stage, account) = family(relation);
        assert!(stage.caller(&account, "r").is_err(), "{relation}");
    }
    let (stage, account) = family("MTH");
    let other = r#"{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/emil"},
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"21905297101"}],
        "relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","code":"MTH"}]}]}"#;
    stage.put(other);
    assert!(stage.caller(&account, "r").is_err());
}

#[test]
fn a_mandate_covers_the_areas_of_active_consents() {
    let (stage, account) = family("POWATT");
    assert_eq!(by(&stage, &account), Representation::Proxy(Vec::new()));
    let consent = |status: &str| {
        format!(
            r#"{{"resourceType":"Consent","id":"c","status":"{status}","patient":{{"reference":"Patient/emil"}},
            "scope":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}}]}},
            "category":[{{"coding":[{{"system":"http://loinc.org","code":"59284-0"}}]}}],"policyRule":{{"text":"fullmakt"}},
            "provision":{{"type":"permit","actor":[{{"role":{{"text":"fullmektig"}},"reference":{{"reference":"RelatedPerson/r"}}}}],
            "code":[{{"coding":[{{"system":"urn:akson:area","code":"contact"}}]}}]}}}}"#
        )
    };
    stage.put(&consent("active"));
    assert_eq!(by(&stage, &account), Representation::Proxy(vec!["contact".to_string()]));
    stage.put(&consent("inactive"));
    assert_eq!(by(&stage, &account), Representation::Proxy(Vec::new()));
}

#[test]
fn a_confidential_address_is_known() {
    let (stage, account) = family("MTH");
    stage.put(&format!(
        r#"{{"resourceType":"Patient","id":"hanna",{NUMBER},"meta":{{"security":[
        {{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"LOCIS"}}]}}}}"#
    ));
    let Who::Citizen(citizen) = stage.caller(&account, "").unwrap().who else { panic!("no citizen") };
    assert!(citizen.hidden);
}
