//! The sample: thirteen invented inhabitants, the first municipality's main units and the persons of the sandbox, as
//! `cargo xtask sample` has written them. They come first: all others lean on them.

use akson_fhir::definition::Definitions;
use akson_fhir::json::{Tree, Value};

use super::shape::Made;

const SAMPLE: &[&str] = &[
    include_str!("../../sample/00-municipality.json"),
    include_str!("../../sample/01-kari.json"),
    include_str!("../../sample/02-aase.json"),
    include_str!("../../sample/03-nils.json"),
    include_str!("../../sample/04-ingrid.json"),
    include_str!("../../sample/05-emil.json"),
    include_str!("../../sample/06-maret.json"),
    include_str!("../../sample/07-yusuf.json"),
    include_str!("../../sample/08-liv.json"),
    include_str!("../../sample/09-per.json"),
    include_str!("../../sample/10-sunniva.json"),
    include_str!("../../sample/11-torbjorn.json"),
    include_str!("../../sample/12-olav.json"),
    include_str!("../../sample/13-hanna.json"),
];

/// All of its resources.
pub(super) fn resources() -> Vec<Made> {
    let mut out = Vec::new();
    for text in SAMPLE {
        let Ok(bundle) = Tree::parse(text.as_bytes()) else { continue };
        let entries = bundle.root().get("entry").into_iter().flat_map(|list| list.items());
        out.extend(entries.filter_map(|entry| made(entry.get("resource")?)));
    }
    out
}

fn made(resource: Value<'_>) -> Option<Made> {
    let kind = resource.get("resourceType").and_then(Value::str)?;
    let kind = Definitions::r4().resource(kind)?.name;
    let id = resource.get("id").and_then(Value::str)?;
    Some(Made { kind, address: format!("{kind}/{id}"), text: resource.raw().to_owned() })
}
