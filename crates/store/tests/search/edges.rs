//! Edges of search: escapes in references, long texts, pages, questions that grow.

use std::collections::HashMap;

use akson_fhir::definition::Definitions;
use akson_store::search::sight::{Clause, Limits, Scope, Sight};

use crate::ask::{check, check_order, check_refused, ids, ids_of, load, loaded};
use crate::support;

#[test]
fn an_escaped_slash_does_not_hide_whose_a_resource_is() {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"a"}"#,
        r#"{"resourceType":"Patient","id":"b"}"#,
        r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient\/a"}}"#,
        r#"{"resourceType":"Observation","id":"s","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},"performer":[{"reference":"Patient\/b"}]}"#,
    ]);
    let view = store.read().unwrap();
    let a = view.place(support::type_id("Patient"), "a").unwrap().unwrap();
    assert_eq!(view.place(support::type_id("Observation"), "o").unwrap().unwrap().part, a.part);
    // It names two patients, so it is neither's own.
    assert!(view.place(support::type_id("Observation"), "s").unwrap().unwrap().part < 0);
    let own = Limits { only: vec![vec![Clause::Parts(vec![a.part].into())]], except: Vec::new() };
    let sight = Sight::new(HashMap::new(), Scope::Some(own));
    assert_eq!(ids_of(&store, "Observation", &sight).unwrap(), ["o"]);
    check(&store, "Observation?subject=Patient/a", &["o", "s"]);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn texts_too_long_for_a_token_come_once() {
    let long = "a".repeat(600);
    let name = |id: &str, end: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{long}{end}"}},{{"family":"{long}zz"}}]}}"#
        )
    };
    let store = loaded(&[&name("1", "c"), &name("2", "a"), &name("3", "b"), &name("4", "æ")]);
    check_order(&store, "Patient?family=a&_count=1", &["2", "4", "3", "1"]);
    check(&store, "Patient?_sort=family&_count=1", &["1", "2", "3", "4"]);
    check(&store, "Patient?_sort=-family&_count=1", &["1", "2", "3", "4"]);
}

#[test]
fn what_has_no_sort_value_comes_once() {
    let name = |id: &str, family: &str| {
        format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}]}}"#)
    };
    let store = loaded(&[&name("1", "ab"), &name("2", "aa"), &name("3", "ac"), &name("4", "aa")]);
    check(&store, "Patient?family=a&_sort=birthdate&_count=1", &["1", "2", "3", "4"]);
}

#[test]
fn an_unseen_reference_does_not_change_the_order() {
    let texts = [
        r#"{"resourceType":"Patient","id":"a"}"#,
        r#"{"resourceType":"Patient","id":"b"}"#,
        r#"{"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},"effectiveDateTime":"2024-01-02"}"#,
        r#"{"resourceType":"Observation","id":"2","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"},"effectiveDateTime":"2024-01-01"}"#,
    ];
    let (plain, fuller) = (loaded(&texts), loaded(&texts));
    load(&fuller, r#"{"resourceType":"Group","id":"g","type":"person","actual":true}"#);
    load(
        &fuller,
        r#"{"resourceType":"Observation","id":"3","status":"final","code":{"text":"x"},"subject":{"reference":"Group/g"},"effectiveDateTime":"2024-01-01"}"#,
    );
    let address = "Patient?_has:Observation:patient:date=2024";
    let sight_of = |store: &akson_store::Store| {
        let view = store.read().unwrap();
        let part = |id: &str| view.place(support::type_id("Patient"), id).unwrap().unwrap().part;
        let own = Limits { only: vec![vec![Clause::Parts(vec![part("a"), part("b")].into())]], except: Vec::new() };
        Sight::new(HashMap::new(), Scope::Some(own))
    };
    let (one, other) = (ids_of(&plain, address, &sight_of(&plain)), ids_of(&fuller, address, &sight_of(&fuller)));
    assert_eq!(one.unwrap(), other.unwrap());
    // One of several patients' observations leads to all of them.
    load(
        &fuller,
        r#"{"resourceType":"Observation","id":"4","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},"performer":[{"reference":"Patient/b"}],"effectiveDateTime":"2023-01-01"}"#,
    );
    check(&fuller, "Patient?_has:Observation:patient:date=2023", &["a"]);
    check(&fuller, "Patient?_has:Observation:performer:date=2023", &["b"]);
}

#[test]
fn a_question_that_grows_too_large_is_refused() {
    let store = loaded(&[r#"{"resourceType":"Basic","id":"a","code":{"text":"x"}}"#]);
    let started = std::time::Instant::now();
    check_refused(&store, "Basic?subject.subject.subject.subject._id=x", "conditions");
    check_refused(&store, "Basic?_filter=subject.subject.subject.subject._id eq x", "conditions");
    let values = |count: usize| (0..count).map(|n| format!("v{n}")).collect::<Vec<_>>().join(",");
    let many = (0..199).map(|_| format!("code={}", values(500))).collect::<Vec<_>>().join("&");
    check_refused(&store, &format!("Basic?{many}"), "conditions");
    check_refused(&store, &format!("Provenance?target.identifier={}", values(500)), "conditions");
    assert!(ids(&store, &format!("Basic?code={}", values(500))).is_empty());
    assert!(
        ids(&store, &format!("Basic?subject:Patient.general-practitioner:Practitioner.name={}", values(500)))
            .is_empty()
    );
    let _ = ids(
        &store,
        &format!("Patient?_has:Observation:patient:code={0}&_has:Observation:performer:code={0}", values(500)),
    );
    let _ = ids(
        &store,
        &format!("Observation?patient.name=x&subject:Patient._has:Observation:patient:code={}", values(500)),
    );
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn a_quantity_beyond_its_base_unit_is_not_every_quantity() {
    let store = loaded(&[
        r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e36,"system":"http://unitsofmeasure.org","code":"Pg"}}"#,
    ]);
    check(&store, "Observation?value-quantity=lt5|http://unitsofmeasure.org|g", &[]);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn a_list_of_many_references_is_written_and_changed() {
    let entry = |n: usize| format!(r#"{{"item":{{"reference":"Observation/o{n}"}}}}"#);
    let entries = (0..2_000).map(entry).collect::<Vec<_>>().join(",");
    let text = format!(r#"{{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{entries}]}}"#);
    let store = loaded(&[&text, &text.replace("working", "changes").replace("/o7\"", "/other\"")]);
    assert_eq!(support::count(&store, "reference"), 2_000);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn every_path_into_a_compartment_is_made_of_names() {
    for found in Definitions::r4().resource_types() {
        for code in Definitions::r4().compartment("Patient", found.name).unwrap_or(&[]) {
            let parameter = Definitions::r4().search_parameters(found.name).iter().find(|p| p.code == *code);
            let expression = parameter.map_or("", |p| p.expression);
            for branch in expression.split('|').map(str::trim).filter(|b| b.contains(&format!("{}.", found.name))) {
                let path = branch.split(".where(").next().unwrap();
                let plain = path.trim_matches(['(', ')']).chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
                assert!(plain, "{branch}");
            }
        }
    }
}
