//! Patch by JSON Patch or FHIRPath Patch.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#patch>.

use akson_core::Patch;

use super::answer::Reply;
use super::ask::Ask;
use super::error::Refusal;
use super::update::{expected, required};

/// Changes parts of one resource.
pub async fn patch(ask: Ask) -> Result<Reply, Refusal> {
    let change = read(&ask)?;
    let expected = expected(&ask)?;
    let written = ask.record().patch(ask.type_name()?, ask.id()?, change, expected).await?;
    Ok(Reply::written(&ask, written))
}

/// Changes parts of the one that matches.
pub async fn patch_matching(ask: Ask) -> Result<Reply, Refusal> {
    let change = read(&ask)?;
    let criteria = required(&ask)?;
    let expected = expected(&ask)?;
    let written = ask.record().patch_matching(ask.type_name()?, criteria, change, expected).await?;
    Ok(Reply::written(&ask, written))
}

fn read(ask: &Ask) -> Result<Patch, Refusal> {
    match ask.content_type() {
        "application/json-patch+json" => Ok(Patch::Json(ask.body.to_vec())),
        "application/xml-patch+xml" => Err(Refusal::new(
            415,
            "not-supported",
            "a patch is JSON Patch (application/json-patch+json) or a Parameters resource",
        )),
        _ => {
            let resource = ask.resource()?;
            if resource.type_name() != "Parameters" {
                return Err(Refusal::bad_request(
                    "structure",
                    "a FHIRPath Patch is a Parameters resource; JSON Patch is application/json-patch+json",
                ));
            }
            Ok(Patch::Path(resource))
        }
    }
}
