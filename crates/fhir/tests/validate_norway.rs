//! The Norwegian base profiles (no-basis) load and hold their examples valid, from their snapshots
//! and from their differentials alone. Runs where the shared data lie, else says it was skipped.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};

use akson_fhir::json::Splice;
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

fn files(folder: &Path) -> Vec<(String, Resource)> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    found.sort();
    let read = |path: &PathBuf| {
        Some((path.file_name()?.to_string_lossy().into_owned(), Resource::parse_json(&std::fs::read(path).ok()?).ok()?))
    };
    found.iter().filter_map(read).collect()
}

fn load(folder: &Path, with_snapshots: impl Fn(&Resource) -> Resource) -> Profiles {
    let mut profiles = Profiles::new();
    let taken = files(folder).iter().filter(|(_, resource)| profiles.add(&with_snapshots(resource))).count();
    assert!(taken > 40, "{taken}");
    profiles
}

fn without_snapshot(resource: &Resource) -> Resource {
    let mut splice = Splice::new(&resource.tree);
    let snapshot = resource.root().get("snapshot").filter(|_| resource.type_name() == "StructureDefinition");
    snapshot.into_iter().for_each(|snapshot| splice.remove_member(snapshot));
    Resource::parse_json(splice.finish().as_bytes()).unwrap()
}

fn check(folder: &Path, profiles: &Profiles) {
    let options = Options { least: Severity::Warning, ..Options::new(profiles) };
    let mut wrong = Vec::new();
    let examples = files(&folder.join("examples"));
    assert!(examples.len() > 10);
    for (name, resource) in examples {
        for issue in validate(&resource, &options) {
            println!("{name}: {issue}");
            wrong.extend(issue.refuses().then(|| format!("{name}: {issue}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn examples_keep_the_profiles_with_snapshots() {
    let Some(folder) = shared("data/norway/fhir-no-basis") else { return };
    check(&folder, &load(&folder, Clone::clone));
}

#[test]
fn examples_keep_the_profiles_from_differentials() {
    let Some(folder) = shared("data/norway/fhir-no-basis") else { return };
    check(&folder, &load(&folder, without_snapshot));
}

#[test]
fn a_broken_patient_is_refused_either_way() {
    let Some(folder) = shared("data/norway/fhir-no-basis") else { return };
    // The system makes it a birth number, which must have a value.
    let text = r#"{"resourceType":"Patient","meta":{"profile":["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"]},
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1"}]}"#;
    let resource = Resource::parse_json(text.as_bytes()).unwrap();
    for profiles in [load(&folder, Clone::clone), load(&folder, without_snapshot)] {
        let options = Options { least: Severity::Error, ..Options::new(&profiles) };
        let issues = validate(&resource, &options);
        assert!(
            issues.iter().any(|issue| issue.text.starts_with("value must be given at least 1 times")),
            "{issues:?}"
        );
    }
}
