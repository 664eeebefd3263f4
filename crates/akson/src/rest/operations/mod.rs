//! FHIR's operations: one file each, and their definitions.
//!
//! Spec: <https://hl7.org/fhir/R4/operations.html>.

pub mod everything;
pub mod lastn;
pub mod log;
pub mod meta;
pub mod openings;
pub mod own;
pub mod review;
pub mod validate;
pub mod why;

use akson_fhir::definition::Definitions;

use super::answer::Reply;
use super::error::Refusal;

/// The definition of an operation that FHIR or Akson defines, by its id.
pub fn definition(base: &str, id: &str) -> Result<Reply, Refusal> {
    if let Some(own) = own::OWN.iter().find(|own| own.id() == id) {
        return Ok(Reply::resource(own.definition(base)));
    }
    let definitions = Definitions::r4();
    let found = definitions.operations().iter().find(|operation| operation.url.rsplit('/').next() == Some(id));
    match found {
        Some(operation) => Ok(Reply::resource(definitions.operation_text(operation))),
        None => Err(akson_core::Error::NotFound.into()),
    }
}

/// An answer as Parameters.
fn parameters(list: Vec<serde_json::Value>) -> Reply {
    let mut answer = serde_json::json!({"resourceType": "Parameters"});
    if !list.is_empty() {
        answer["parameter"] = list.into();
    }
    Reply::resource(answer.to_string())
}

/// The parts of a Parameters resource as pairs, for operations that take simple values.
pub fn add_parameters(ask: &mut super::ask::Ask) -> Result<(), Refusal> {
    if ask.body.is_empty() {
        return Ok(());
    }
    let resource = ask.resource_of("Parameters")?;
    for part in resource.root().get("parameter").into_iter().flat_map(|list| list.items()) {
        let Some(name) = part.get("name").and_then(|name| name.as_str()) else {
            continue;
        };
        let value = part.members().find(|(key, _)| key.starts_with("value"));
        if let Some((_, value)) = value {
            let text = value.as_str().map_or_else(|| value.raw().to_string(), |text| text.into_owned());
            ask.pairs.push((name.into_owned(), text));
        }
    }
    Ok(())
}
