//! Measures FHIRPath: nanoseconds for each of the search parameters that a record server evaluates most.
//!
//! Run with `cargo run --release -p akson-fhir --example path_bench`. It judges nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement")]

use akson_fhir::json::Tree;
use akson_fhir::path::{Context, Expression, Item};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 100;
const CALLS: u32 = 2_000;

const CASES: &[(&str, &str)] = &[
    ("observation", "Observation.code"),
    ("observation", "Observation.subject.where(resolve() is Patient)"),
    ("observation", "Observation.effective"),
    ("observation", "(Observation.value as Quantity) | (Observation.value as SampledData)"),
    ("observation", "(Observation.component.value as Quantity) | (Observation.component.value as SampledData)"),
    ("observation", "Observation.component.value"),
    ("observation", "Resource.meta.profile"),
    ("patient", "Patient.name"),
    ("patient", "Patient.telecom.where(system='email')"),
    ("patient", "Patient.deceased.exists() and Patient.deceased != false"),
    ("patient", "Patient.extension('http://example.org/note').value"),
    ("patient", "AllergyIntolerance.code | Condition.code | Observation.code | Procedure.code"),
];

fn main() {
    let patient = Tree::parse(include_bytes!("../tests/fhirpath/patient.json")).unwrap();
    let observation = Tree::parse(include_bytes!("../tests/fhirpath/observation.json")).unwrap();
    for (name, text) in CASES {
        let root = if *name == "patient" { patient.root() } else { observation.root() };
        let expression = Expression::parse(text).unwrap();
        let (focus, context) = (Item::resource(root).unwrap(), Context::of(root));
        // The best of many short rounds, since the machine has other work.
        let mut each = Duration::MAX;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(expression.evaluate(black_box(focus.clone()), &context).unwrap());
            }
            each = each.min(start.elapsed() / CALLS);
        }
        let found = expression.evaluate(focus.clone(), &context).unwrap().len();
        println!("{:>6} ns  {found} found  {text}", each.as_nanos());
    }
}
