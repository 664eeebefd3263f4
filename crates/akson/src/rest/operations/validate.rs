//! `$validate`: what would be said about a resource, without keeping it.
//!
//! Spec: <https://hl7.org/fhir/R4/resource-operation-validate.html>.

use akson_core::Check;
use akson_fhir::json::Tree;
use akson_fhir::outcome;
use akson_fhir::resource::Resource;

use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;
use akson_core::query;

/// Of a resource in the body.
pub async fn of_type(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    run(ask, type_name, None).await
}

/// Of a resource in the body for this id, or of the one that is kept.
pub async fn of_instance(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    let id = ask.id()?.to_string();
    run(ask, type_name, Some(id)).await
}

async fn run(ask: Ask, type_name: &'static str, id: Option<String>) -> Result<Reply, Refusal> {
    let mut check = Check {
        profile: query::last(&ask.pairs, "profile").map(str::to_string),
        mode: query::last(&ask.pairs, "mode").map(str::to_string),
    };
    let mut resource = None;
    if !ask.body.is_empty() {
        match ask.resource() {
            Ok(found) => resource = Some(found),
            // What can't be read is not valid: that is the answer, not a failure of the operation.
            Err(refusal) if refusal.status == 400 => return Ok(told(&refusal.issues)),
            Err(refusal) => return Err(refusal),
        }
    }
    if let Some(parameters) = resource.take_if(|found| found.type_name() == "Parameters" && type_name != "Parameters") {
        for part in parameters.root().get("parameter").into_iter().flat_map(|list| list.items()) {
            let name = part.get("name").and_then(|name| name.str()).unwrap_or("");
            let text = || part.members().find(|(key, _)| key.starts_with("value")).and_then(|(_, value)| value.str());
            match name {
                "resource" => match part.get("resource").map(|inner| Tree::parse(inner.raw().as_bytes())) {
                    Some(Ok(tree)) => match Resource::from_tree(tree) {
                        Ok(found) => resource = Some(found),
                        Err(issues) => return Ok(told(&issues)),
                    },
                    _ => return Err(Refusal::bad_request("required", "the parameter resource holds no resource")),
                },
                "profile" => check.profile = text().map(str::to_string),
                "mode" => check.mode = text().map(str::to_string),
                _ => {}
            }
        }
    }
    if let Some(found) = &resource
        && found.type_name() != type_name
    {
        return Err(Refusal::bad_request(
            "invariant",
            format!("the resource is a {}, but the address names {type_name}", found.type_name()),
        ));
    }
    let issues = ask.record().validate(type_name, id.as_deref(), resource, check).await?;
    Ok(told(&issues))
}

fn told(issues: &[akson_fhir::outcome::Issue]) -> Reply {
    Reply::resource(outcome::outcome(issues))
}
