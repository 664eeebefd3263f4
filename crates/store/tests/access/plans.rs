//! How the engine goes about a scope: by the patient, and where that is known, once.

use akson_store::search::query::Handling;

use crate::ask::query;
use crate::made::{Chance, a_record, stored};
use crate::ward::of_care;

/// Checks lines of the plan for a nurse's search.
fn check(address: &str, expected: &[&str], unexpected: &[&str]) {
    let store = stored(&a_record(&mut Chance(1)));
    let sight = of_care(&store, &["Practitioner/n0", "Organization/u0"], &["r|nurse"]);
    let query = query(&store, address, Handling::Strict).unwrap();
    let plans = store.read().unwrap().explain(&query, &sight).unwrap();
    let plan = plans[0].1.join("\n");
    assert!(expected.iter().all(|line| plan.contains(line)), "{address}\n{plan}");
    assert!(!unexpected.iter().any(|line| plan.contains(line)), "{address}\n{plan}");
}

const RELATED: &str = "SEARCH n USING PRIMARY KEY (patient=?)";
const BLOCKED: &str = "SEARCH b USING PRIMARY KEY (patient=?)";

#[test]
fn relations_are_found_by_the_patient() {
    let never = ["SCAN n", "SCAN b", "SCAN c", "relation_of", "SEARCH n EXISTS"];
    check("Observation?code=c0", &[RELATED, BLOCKED], &never);
    check("Observation?_sort=-date", &[RELATED, BLOCKED], &never);
    check("Patient?family=f0", &[RELATED, BLOCKED], &never);
    check("Observation?subject:Patient.family=F0", &[RELATED, BLOCKED], &never);
}

#[test]
fn where_the_patient_is_known_relations_are_found_once() {
    for address in ["Observation?patient=p0", "Observation?patient=p0&code=c0", "Observation?patient=p0&_sort=-date"] {
        // The plan tells of a subquery that is made once without the word CORRELATED.
        check(address, &[&format!("\nSCALAR SUBQUERY 1\n{RELATED}")], &["SEARCH n EXISTS"]);
    }
}
