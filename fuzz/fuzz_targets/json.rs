//! Any bytes as JSON: no panic, and what is accepted comes back as it is. The resource made from it is validated too.
#![no_main]

use akson_fhir::json::Tree;
use akson_fhir::outcome::Severity;
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = Tree::parse(bytes) else { return };
    let again = Tree::parse(tree.text().as_bytes()).expect("its own text");
    assert_eq!(again.text(), tree.text());
    let Ok(resource) = Resource::from_tree(tree) else { return };
    let profiles = Profiles::new();
    let _ = validate(&resource, &Options { least: Severity::Information, ..Options::new(&profiles) });
});
