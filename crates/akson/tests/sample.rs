//! The sample that a fresh Akson starts with: every resource keeps the rules, every reference leads to a resource of the
//! sample, and nobody in it could be a living person.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::HashSet;

use akson_fhir::json::Tree;
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};

/// The resources of all bundles, as text.
fn resources() -> Vec<Resource> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let bundle = Tree::parse(&std::fs::read(entry.path()).unwrap()).unwrap();
        for entry in bundle.root().get("entry").unwrap().items() {
            out.push(Resource::parse_json(entry.get("resource").unwrap().raw().as_bytes()).unwrap());
        }
    }
    out
}

#[test]
fn every_resource_is_valid() {
    let profiles = Profiles::default();
    let options = Options::new(&profiles);
    let resources = resources();
    assert!(resources.len() > 150);
    for resource in resources {
        let issues = validate(&resource, &options);
        let errors: Vec<String> = issues.iter().filter(|issue| issue.refuses()).map(Issue::to_string).collect();
        assert!(errors.is_empty(), "{}/{}: {errors:?}", resource.type_name(), resource.id().unwrap_or_default());
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let resources = resources();
    let known: HashSet<String> =
        resources.iter().map(|resource| format!("{}/{}", resource.type_name(), resource.id().unwrap())).collect();
    for resource in &resources {
        for piece in resource.text().split("\"reference\":\"").skip(1) {
            let target = piece.split('"').next().unwrap();
            assert!(known.contains(target), "{} of {:?}", target, resource.id());
        }
    }
}

#[test]
fn identity_numbers_are_synthetic() {
    let mut seen = HashSet::new();
    for resource in resources().iter().filter(|resource| resource.type_name() == "Patient") {
        let identifier = resource.root().get("identifier").unwrap().items().next().unwrap();
        let number = identifier.get("value").unwrap().as_str().unwrap().into_owned();
        let month: u32 = number[2..4].parse().unwrap();
        assert!((81..=92).contains(&month), "{number}");
        assert!(seen.insert(number));
    }
    assert_eq!(seen.len(), 13);
}
