//! The official examples are valid. Runs where the shared data lie, else says that it was skipped.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::path::PathBuf;

use akson_fhir::outcome::Severity;
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var("AKSON_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let found = PathBuf::from(root).join(path);
    if !found.exists() {
        eprintln!("skipped: no shared data ({path})");
    }
    found.exists().then_some(found)
}

#[test]
fn every_official_example_is_valid() {
    let Some(folder) = shared("data/r4/examples/json") else { return };
    let profiles = Profiles::new();
    let options = Options { least: Severity::Error, ..Options::new(&profiles) };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let (mut valid, mut misses) = (0, Vec::new());
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let parsed = Resource::parse_json(&std::fs::read(file).unwrap());
        let issues = parsed.map_or_else(|issues| issues, |resource| validate(&resource, &options));
        if issues.is_empty() {
            valid += 1;
        } else {
            misses.push(name.clone());
            issues.iter().take(6).for_each(|issue| println!("{name}: {issue}"));
        }
    }
    println!("{valid} of {} examples are valid", files.len());
    // Its id has 66 letters, which no server may store.
    assert_eq!(misses, ["questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json"]);
}
