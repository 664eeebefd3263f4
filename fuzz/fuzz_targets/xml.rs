//! Any bytes as XML: no panic, and what is accepted survives the way to XML and back.
#![no_main]

use akson_fhir::resource::Resource;
use akson_fhir::xml;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = xml::to_json(bytes) else { return };
    let Ok(resource) = Resource::parse_json(text.as_bytes()) else { return };
    let again = xml::to_json(xml::from_json(&resource).as_bytes()).expect("its own XML");
    assert_eq!(again, text);
});
