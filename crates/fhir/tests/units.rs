//! The unit table held against FHIR's value set of common UCUM units, which lies outside the project.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use akson_fhir::json::{Tree, Value};
use akson_fhir::value::ucum::Canonical;

#[test]
fn the_common_units_have_a_canonical_form() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = std::env::var_os("AKSON_SHARED").map_or_else(|| beside.into(), std::path::PathBuf::from);
    let Ok(text) = std::fs::read(root.join("data/r4/definitions/valuesets.json")) else {
        println!("skipped: no shared data");
        return;
    };
    let tree = Tree::parse(&text).unwrap();
    let id = |value: Value<'_>| value.get("id").and_then(Value::str).map(str::to_string);
    let mut entries = tree.root().get("entry").unwrap().items().filter_map(|entry| entry.get("resource"));
    let common = entries.find(|resource| id(*resource).as_deref() == Some("ucum-common")).unwrap();
    let include = common.get("compose").unwrap().get("include").unwrap().items();
    let (mut total, mut unknown) = (0, Vec::new());
    for concept in include.filter_map(|include| include.get("concept")).flat_map(Value::items) {
        let code = concept.get("code").unwrap().as_str().unwrap().into_owned();
        total += 1;
        if Canonical::parse(&code).is_none() {
            unknown.push(code);
        }
    }
    println!("{} of {total} common units have a canonical form", total - unknown.len());
    assert!(unknown.is_empty(), "{unknown:?}");
}
