//! `Patient/[id]/$why`: what somebody may see of a patient, and by which rule.

use akson_core::{InRole, query};
use serde_json::{Value, json};

use super::parameters;
use crate::rest::answer::Reply;
use crate::rest::ask::{Ask, type_named};
use crate::rest::error::Refusal;

/// What the rules say.
pub async fn why(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let Some(person) = query::last(&ask.pairs, "person") else {
        return Err(Refusal::bad_request("required", "the parameter person is missing: an account, or an id"));
    };
    let type_name = type_named(query::last(&ask.pairs, "type").unwrap_or("Patient"))?;
    let roles = ask.record().why_of(person, ask.id()?, type_name).await?;
    Ok(parameters(roles.iter().map(role).collect()))
}

fn role(one: &InRole) -> Value {
    let mut parts =
        vec![json!({"name": "name", "valueString": one.name}), json!({"name": "sees", "valueBoolean": one.sees})];
    if !one.role.is_empty() {
        parts.push(json!({"name": "id", "valueString": one.role}));
    }
    let rules = one.because.iter().map(|because| {
        json!({"name": "rule", "part": [
            {"name": "name", "valueString": because.rule},
            {"name": "says", "valueString": because.says.to_string()},
        ]})
    });
    parts.extend(rules);
    json!({"name": "role", "part": parts})
}
