//! Any text as FHIRPath, evaluated on a patient: no panic, no run without end.
#![no_main]

use akson_fhir::json::Tree;
use akson_fhir::path::{Context, Expression, Item};
use libfuzzer_sys::fuzz_target;

const PATIENT: &[u8] = br#"{"resourceType":"Patient","id":"a","birthDate":"1970-01-01","name":[{"given":["a","b"]}]}"#;

fuzz_target!(|text: &str| {
    let Ok(expression) = Expression::parse(text) else { return };
    let tree = Tree::parse(PATIENT).expect("a patient");
    let Some(patient) = Item::resource(tree.root()) else { return };
    let _ = expression.evaluate(patient, &Context::of(tree.root()));
});
