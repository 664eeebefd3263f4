//! `$meta`, `$meta-add` and `$meta-delete`: profiles, tags and security labels.
//!
//! Spec: <https://hl7.org/fhir/R4/resource-operation-meta.html>.

use akson_core::MetaChange;
use akson_fhir::json::Value;

use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;

/// Of one resource.
pub async fn of_instance(ask: Ask) -> Result<Reply, Refusal> {
    let meta = ask.record().meta(ask.type_name()?, ask.id()?).await?;
    Ok(parameters(&meta))
}

/// What is in use, in a type or everywhere.
pub async fn of_many(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = match ask.segments.len() {
        1 => None,
        _ => Some(ask.type_name()?),
    };
    let meta = ask.record().meta_of(type_name).await?;
    Ok(parameters(&meta))
}

/// Adds profiles, tags and labels.
pub async fn add(ask: Ask) -> Result<Reply, Refusal> {
    change(ask, MetaChange::Add).await
}

/// Takes profiles, tags and labels away.
pub async fn remove(ask: Ask) -> Result<Reply, Refusal> {
    change(ask, MetaChange::Remove).await
}

async fn change(ask: Ask, change: MetaChange) -> Result<Reply, Refusal> {
    let resource = ask.resource_of("Parameters")?;
    let part = resource
        .root()
        .get("parameter")
        .and_then(|list| list.items().find(|part| part.get("name").and_then(Value::str) == Some("meta")));
    let Some(meta) = part.and_then(|part| part.get("valueMeta")) else {
        return Err(Refusal::bad_request("required", "the parameter meta with a valueMeta is missing"));
    };
    let after = ask.record().change_meta(ask.type_name()?, ask.id()?, meta.raw(), change).await?;
    Ok(parameters(&after))
}

fn parameters(meta: &str) -> Reply {
    Reply::resource(format!(
        "{{\"resourceType\":\"Parameters\",\"parameter\":[{{\"name\":\"return\",\"valueMeta\":{meta}}}]}}"
    ))
}
