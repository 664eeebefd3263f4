//! How each shape of search is answered: its statement and the engine's plan, as a golden file.

use akson_store::search::query::Handling;
use akson_store::search::sight::Sight;

use crate::ask::{loaded, query};

/// Each shape; a star says that walking a whole table is what was asked for.
const SHAPES: &[&str] = &[
    "Patient?identifier=urn:x|1",
    "Patient?name=han",
    "Patient?family=hansen&gender=male",
    "Patient?birthdate=1980-01-01",
    "Patient?gender=female&_sort=family",
    "Patient?_id=p1",
    "Patient",
    "Patient?_has:Observation:patient:code=w",
    "Observation?patient=p1",
    "Observation?patient=p1&code=w",
    "Observation?patient=p1&code=w&date=ge2020",
    "Observation?patient=p1&_sort=-date&_count=20",
    "Observation?patient=p1&category=vital-signs&_sort=-date",
    "Observation?code=w",
    "Observation?code=w,h",
    "Observation?code=w&_sort=-date",
    "Observation?_sort=-_lastUpdated",
    "Observation?date=ge2020&_sort=date",
    "Observation?encounter=Encounter/e1",
    "Observation?patient.name=hans&code=w",
    "Observation?encounter.service-provider.name=sol",
    "Observation?combo-code-value-quantity=w$gt5",
    "Observation?value-quantity=gt5|http://unitsofmeasure.org|kg",
    "Encounter?service-provider=Organization/o",
    "ValueSet?url=http://x",
];

#[test]
fn every_shape_has_the_plan_that_was_read() {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"p1"}"#,
        r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"serviceProvider":{"reference":"Organization/o"}}"#,
    ]);
    let view = store.read().unwrap();
    let mut told = String::new();
    for shape in SHAPES {
        let query = query(&store, shape, Handling::Strict).unwrap();
        for (text, plan) in view.explain(&query, &Sight::everything()).unwrap_or_else(|_| panic!("{shape}")) {
            told.push_str(&format!("{shape}\n  {text}\n"));
            for line in plan {
                assert!(
                    !line.starts_with("SCAN") || line.contains("USING INDEX") || line == "SCAN d",
                    "{shape}: {line}"
                );
                assert!(!line.contains("SCAN resource") && !line.contains("SCAN token"), "{shape}: {line}");
                told.push_str(&format!("    {line}\n"));
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/search/plans.txt");
    if std::env::var("AKSON_BLESS").is_ok() {
        std::fs::write(path, &told).unwrap();
    }
    assert_eq!(
        told,
        std::fs::read_to_string(path).unwrap_or_default(),
        "read the difference aloud; AKSON_BLESS=1 keeps it"
    );
}
