//! Read and vread, with conditions.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#read>, <https://hl7.org/fhir/R4/http.html#cread>.

use akson_core::{Error, Seen};

use super::answer::{Content, Reply};
use super::ask::Ask;
use super::conditions::{self, NoneMatch};
use super::error::Refusal;
use super::{binary, operations};

/// The current version.
pub async fn read(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    let id = ask.id()?;
    let seen = match ask.record().read(type_name, id).await {
        Err(Error::NotFound) if type_name == "OperationDefinition" => {
            return operations::definition(&ask.base, id);
        }
        other => other?,
    };
    let not_changed = match conditions::if_none_match(&ask.headers)? {
        Some(NoneMatch::Any) => true,
        Some(NoneMatch::Versions(versions)) => versions.contains(&seen.version),
        None => {
            conditions::if_modified_since(&ask.headers).is_some_and(|since| seen.updated.div_euclid(1_000_000) <= since)
        }
    };
    if not_changed {
        return Ok(Reply { status: 304, content: Content::Nothing, ..Reply::seen(seen) });
    }
    Ok(shown(&ask, seen))
}

/// One version.
pub async fn vread(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    let id = ask.id()?;
    let version = ask.segments.get(3).and_then(|text| text.parse().ok());
    let Some(version) = version else {
        return Err(Error::NotFound.into());
    };
    let seen = ask.record().vread(type_name, id, version).await?;
    Ok(shown(&ask, seen))
}

fn shown(ask: &Ask, seen: Seen) -> Reply {
    if seen.type_name == "Binary"
        && let Some(content) = binary::raw(ask, &seen)
    {
        return Reply { content, ..Reply::seen(Seen { text: Vec::new(), ..seen }) };
    }
    Reply::seen(seen)
}
