//! Create, with or without a condition.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#create>.

use super::answer::Reply;
use super::ask::Ask;
use super::error::Refusal;
use super::{binary, conditions};

/// A new resource with an id of ours.
pub async fn create(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    let resource = match type_name {
        "Binary" => binary::resource(&ask, None)?,
        _ => ask.resource_of(type_name)?,
    };
    let unless = conditions::if_none_exist(&ask.headers)?;
    let written = ask.record().create(resource, unless).await?;
    Ok(Reply::written(&ask, written))
}
