//! Chains, `_has`, compartments, includes.

use akson_fhir::value::date::Zone;
use akson_store::search::query::{Compartment, Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::sight::Sight;

use crate::ask::{NOW_MS, check, check_refused, loaded, page, pairs};

fn ward() -> akson_store::Store {
    loaded(&[
        r#"{"resourceType":"Organization","id":"org","name":"Solsiden","partOf":{"reference":"Organization/top"}}"#,
        r#"{"resourceType":"Organization","id":"top","name":"Kommunen"}"#,
        r#"{"resourceType":"Practitioner","id":"doc","name":[{"family":"Lege"}]}"#,
        r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Hansen"}],"gender":"female","generalPractitioner":[{"reference":"Practitioner/doc"}],"managingOrganization":{"reference":"Organization/org"}}"#,
        r#"{"resourceType":"Patient","id":"p2","name":[{"family":"Olsen"}],"gender":"male"}"#,
        r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},"serviceProvider":{"reference":"Organization/org"}}"#,
        r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"code":"w"}]},"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"performer":[{"reference":"Practitioner/doc"}]}"#,
        r#"{"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"code":"w"}]},"subject":{"reference":"Patient/p2"}}"#,
        r#"{"resourceType":"Observation","id":"o3","status":"final","code":{"coding":[{"code":"h"}]},"subject":{"reference":"Patient/p1"},"performer":[{"reference":"Patient/p2"}],"hasMember":[{"reference":"Observation/o1"}]}"#,
        r#"{"resourceType":"Provenance","id":"pr","recorded":"2020-01-01T00:00:00Z","target":[{"reference":"Observation/o1"}],"agent":[{"who":{"reference":"Practitioner/doc"}}]}"#,
    ])
}

#[test]
fn chains_are_followed() {
    let store = ward();
    check(&store, "Observation?subject:Patient.name=hans", &["o1", "o3"]);
    check(&store, "Observation?patient.name=hans", &["o1", "o3"]);
    check(&store, "Observation?subject.name=hans", &["o1", "o3"]);
    check(&store, "Observation?code=w&patient.gender=male", &["o2"]);
    check(&store, "Observation?encounter.service-provider.name=sol", &["o1"]);
    check(&store, "Observation?performer:Practitioner.name=lege", &["o1"]);
    check(&store, "Observation?performer:Patient.name=olsen", &["o3"]);
    check(&store, "Patient?organization.partof.name=komm", &["p1"]);
    check(&store, "Observation?patient.organization.partof.name=komm", &["o1", "o3"]);
    check(&store, "Observation?patient.general-practitioner:Practitioner.family=lege&code=w", &["o1"]);
    check(&store, "Observation?patient.name:missing=true", &[]);
    check(&store, "Observation?patient._id=p2", &["o2"]);
    check(&store, "Observation?subject:Patient._id=p1&code=h", &["o3"]);
    check_refused(&store, "Observation?code.name=x", "reference");
    check_refused(&store, "Observation?subject:Medication.code=x", "leads to no Medication");
    check_refused(&store, "Observation?patient.nmae=x", "name");
    check_refused(&store, "Observation?patient._content=x", "behind a reference");
    check_refused(&store, "Patient?_has:Observation:patient:_text=x", "behind a reference");
    check(&store, "Patient?_has:Encounter:patient:service-provider.name=sol", &["p1"]);
    check_refused(&store, "Organization?partof.partof.partof.partof.partof.name=x", "at most 4");
}

#[test]
fn what_refers_to_a_resource_is_asked_for() {
    let store = ward();
    check(&store, "Patient?_has:Observation:patient:code=w", &["p1", "p2"]);
    check(&store, "Patient?_has:Observation:patient:code=h", &["p1"]);
    check(&store, "Patient?_has:Observation:subject:code=h&gender=male", &[]);
    check(&store, "Practitioner?_has:Observation:performer:code=w", &["doc"]);
    check(&store, "Practitioner?_has:Observation:performer:code=h", &[]);
    check(&store, "Organization?_has:Encounter:service-provider:status=finished", &["org"]);
    check(&store, "Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/doc", &["p1"]);
    check(&store, "Encounter?patient._has:Observation:patient:code=h", &["e1"]);
    check_refused(&store, "Patient?_has:Observation:code", "_has:Type");
    check_refused(&store, "Patient?_has:Observation:encounter:code=w", "never leads");
}

fn in_compartment(
    store: &akson_store::Store,
    name: &'static str,
    id: &str,
    type_name: &'static str,
    rest: &str,
) -> Vec<String> {
    let registry = store.registry();
    let reading =
        Reading { registry: &registry, base: "", zone: Zone::default(), now_ms: NOW_MS, codes: &Default::default };
    let compartment = Compartment { name, id: id.to_string() };
    let query = Query::parse_in(&reading, Some(&compartment), Some(type_name), &pairs(rest), Handling::Strict).unwrap();
    let page = store.read().unwrap().search(&query, &Sight::everything()).unwrap();
    let mut ids: Vec<String> = page.matches.into_iter().map(|stored| stored.id).collect();
    ids.sort();
    ids
}

#[test]
fn compartments_hold_what_names_their_owner() {
    let store = ward();
    assert_eq!(in_compartment(&store, "Patient", "p1", "Observation", ""), ["o1", "o3"]);
    assert_eq!(in_compartment(&store, "Patient", "p2", "Observation", ""), ["o2", "o3"]);
    assert_eq!(in_compartment(&store, "Patient", "p2", "Observation", "code=h"), ["o3"]);
    assert_eq!(in_compartment(&store, "Patient", "p2", "Observation", "_sort=code"), ["o2", "o3"]);
    assert_eq!(in_compartment(&store, "Patient", "p1", "Patient", ""), ["p1"]);
    assert_eq!(in_compartment(&store, "Patient", "p9", "Observation", ""), [""; 0]);
    assert_eq!(in_compartment(&store, "Encounter", "e1", "Observation", ""), ["o1"]);
    assert_eq!(in_compartment(&store, "Practitioner", "doc", "Observation", ""), ["o1"]);
    assert_eq!(in_compartment(&store, "Patient", "p1", "Organization", ""), [""; 0]);
}

fn check_included(store: &akson_store::Store, address: &str, expected: &[&str]) {
    let page = page(store, address, &Sight::everything()).unwrap_or_else(|e| panic!("{address}: {e}"));
    let mut ids: Vec<&str> = page.included.iter().map(|stored| stored.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, expected, "{address}");
}

#[test]
fn includes_bring_what_is_asked() {
    let store = ward();
    check_included(&store, "Observation?code=w&_include=Observation:patient", &["p1", "p2"]);
    check_included(&store, "Observation?code=h&_include=Observation:performer:Practitioner", &[]);
    check_included(&store, "Observation?code=h&_include=Observation:*", &["o1", "p1", "p2"]);
    check_included(&store, "Observation?_id=o1&_include=*", &["doc", "e1", "p1"]);
    check_included(
        &store,
        "Observation?_id=o1&_include=Observation:encounter&_include:iterate=Encounter:service-provider&_include:iterate=Organization:partof",
        &["e1", "org", "top"],
    );
    check_included(&store, "Patient?_id=p1&_revinclude=Observation:patient", &["o1", "o3"]);
    check_included(&store, "Patient?_id=p2&_revinclude=Observation:performer", &["o3"]);
    check_included(
        &store,
        "Patient?_id=p1&_revinclude=Observation:patient&_revinclude:iterate=Provenance:target",
        &["o1", "o3", "pr"],
    );
    check_included(&store, "Practitioner?_id=doc&_revinclude=*", &["o1", "p1", "pr"]);
    check_included(&store, "Observation?_id=o1,o3&_include=Observation:has-member", &[]);
    check_refused(&store, "Observation?_include=Observation", "Type:parameter");
    check_refused(&store, "Observation?_include=Observation:code", "no reference");
    check_refused(&store, "Observation?_include=Observatoin:subject", "Observation");
}

#[test]
fn canonical_addresses_are_followed() {
    let store = loaded(&[
        r#"{"resourceType":"Questionnaire","id":"q1","url":"http://own/q","version":"1","status":"active","title":"Fall"}"#,
        r#"{"resourceType":"Questionnaire","id":"q2","url":"http://own/q","version":"2","status":"active","title":"Falls"}"#,
        r#"{"resourceType":"Questionnaire","id":"q3","status":"draft","title":"Food"}"#,
        r#"{"resourceType":"Questionnaire","id":"q4","url":"http://own/other","status":"active","title":"Food"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r1","questionnaire":"http://own/q|1","status":"completed"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r2","questionnaire":"http://own/q","status":"completed"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r3","questionnaire":"Questionnaire/q3","status":"amended"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r4","questionnaire":"loose-name","status":"amended"}"#,
    ]);
    check(&store, "QuestionnaireResponse?questionnaire=http://own/q", &["r1", "r2"]);
    check(&store, "QuestionnaireResponse?questionnaire=http://own/q|1", &["r1"]);
    check(&store, "QuestionnaireResponse?questionnaire=Questionnaire/q3", &["r3"]);
    check(&store, "QuestionnaireResponse?questionnaire=q3", &["r3"]);
    check(&store, "QuestionnaireResponse?questionnaire=loose-name", &["r4"]);
    check(&store, "QuestionnaireResponse?questionnaire.title=fall", &["r1", "r2"]);
    check(&store, "QuestionnaireResponse?questionnaire:Questionnaire.title=food", &["r3"]);
    check(&store, "QuestionnaireResponse?questionnaire.status=active&status=completed", &["r1", "r2"]);
    check(&store, "QuestionnaireResponse?_filter=questionnaire.title sw \"fall\"", &["r1", "r2"]);
    check(&store, "Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed", &["q1", "q2"]);
    check(&store, "Questionnaire?_has:QuestionnaireResponse:questionnaire:status=amended", &["q3"]);
    let included = |address: &str| {
        let mut ids: Vec<String> =
            page(&store, address, &Sight::everything()).unwrap().included.into_iter().map(|one| one.id).collect();
        ids.sort();
        ids.join(" ")
    };
    let include = "_include=QuestionnaireResponse:questionnaire";
    assert_eq!(included(&format!("QuestionnaireResponse?_id=r1&{include}")), "q1");
    assert_eq!(included(&format!("QuestionnaireResponse?_id=r2&{include}")), "q2");
    assert_eq!(included(&format!("QuestionnaireResponse?_id=r3&{include}")), "q3");
    assert_eq!(included("Questionnaire?_id=q2&_revinclude=QuestionnaireResponse:questionnaire"), "r1 r2");
}
