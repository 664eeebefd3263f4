//! Update by id and by criteria.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#update>, <https://hl7.org/fhir/R4/http.html#cond-update>.

use akson_core::Expected;

use super::answer::Reply;
use super::ask::Ask;
use super::binary;
use super::conditions::{self, NoneMatch};
use super::error::Refusal;
use akson_core::query::Pair;

/// A new version, or the first one with this id.
pub async fn update(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    let id = ask.id()?;
    let resource = match type_name {
        "Binary" => binary::resource(&ask, Some(id))?,
        _ => ask.resource_of(type_name)?,
    };
    match resource.id() {
        Some(inside) if inside == id => {}
        _ => {
            return Err(Refusal::bad_request(
                "value",
                format!("the body of an update has the same id as its address: {type_name}.id"),
            ));
        }
    }
    let written = ask.record().update(resource, expected(&ask)?).await?;
    Ok(Reply::written(&ask, written))
}

/// A new version of the one that matches, or a new resource.
pub async fn update_matching(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    let resource = ask.resource_of(type_name)?;
    let criteria = required(&ask)?;
    let expected = expected(&ask)?;
    let written = ask.record().update_matching(resource, criteria, expected).await?;
    Ok(Reply::written(&ask, written))
}

/// The version that the client expects to replace.
pub fn expected(ask: &Ask) -> Result<Expected, Refusal> {
    if let Some(version) = conditions::if_match(&ask.headers)? {
        return Ok(Expected::Version(version));
    }
    match conditions::if_none_match(&ask.headers)? {
        Some(NoneMatch::Any) => Ok(Expected::Absent),
        _ => Ok(Expected::Any),
    }
}

/// The criteria of a conditional interaction.
pub fn required(ask: &Ask) -> Result<Vec<Pair>, Refusal> {
    if ask.pairs.is_empty() {
        return Err(Refusal::bad_request(
            "required",
            "without an id in the address, search parameters must name the resource",
        ));
    }
    Ok(ask.pairs.clone())
}
