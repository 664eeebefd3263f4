//! Measures validation over the synthetic patients: microseconds per resource, by type.
//!
//! `cargo run --release -p akson-fhir --example validate_bench [folder]`; the folder holds bundles
//! (by default the shared Synthea data). Each resource is taken out of its bundle and validated by
//! itself, as a server does when it stores it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use akson_fhir::outcome::Severity;
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};

const ROUNDS: u32 = 5;

#[allow(clippy::print_stdout, reason = "a measurement is read on the screen")]
fn main() {
    let root = std::env::var("AKSON_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from(root).join("data/synthea"), PathBuf::from);
    let only = std::env::args().nth(2);
    let resources = read(&folder, only.as_deref());
    if resources.is_empty() {
        return println!("skipped: no data");
    }
    let profiles = Profiles::new();
    let options = Options { least: Severity::Error, ..Options::new(&profiles) };
    // The first round builds the tables.
    let mut errors = BTreeMap::new();
    for resource in &resources {
        for issue in validate(resource, &options) {
            *errors.entry(format!("{} {}", resource.type_name(), issue.text)).or_insert(0u32) += 1;
        }
    }
    let mut spent: BTreeMap<&str, (Duration, u32)> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for resource in &resources {
            let start = Instant::now();
            let issues = validate(resource, &options);
            let entry = spent.entry(resource.type_name()).or_default();
            *entry = (entry.0 + start.elapsed(), entry.1 + 1);
            std::hint::black_box(issues);
        }
    }
    let mut total = (Duration::ZERO, 0);
    for (name, (time, count)) in &spent {
        println!("{name:<26} {:>8.2} µs  ({} resources)", time.as_secs_f64() * 1e6 / f64::from(*count), count / ROUNDS);
        total = (total.0 + *time, total.1 + count);
    }
    println!("{:<26} {:>8.2} µs", "all", total.0.as_secs_f64() * 1e6 / f64::from(total.1));
    errors.iter().for_each(|(text, count)| println!("{count} × {text}"));
}

/// The resources of all bundles in a folder, possibly of one type.
fn read(folder: &std::path::Path, only: Option<&str>) -> Vec<Resource> {
    let mut found = Vec::new();
    let Ok(files) = std::fs::read_dir(folder) else { return found };
    for file in files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "json")) {
        let Some(bundle) = std::fs::read(file.path()).ok().and_then(|text| Resource::parse_json(&text).ok()) else {
            continue;
        };
        for entry in bundle.root().get("entry").into_iter().flat_map(|entries| entries.items()) {
            let resource =
                entry.get("resource").and_then(|resource| Resource::parse_json(resource.raw().as_bytes()).ok());
            found.extend(resource.filter(|resource| only.is_none_or(|only| only == resource.type_name())));
        }
    }
    found
}
