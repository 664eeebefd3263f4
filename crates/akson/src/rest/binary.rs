//! Binary as raw bytes: in if the body is no FHIR resource, out if the client does not ask for one.
//!
//! Raw bytes go out with headers that keep a browser from running them.
//! Spec: <https://hl7.org/fhir/R4/binary.html#rest>.

use akson_core::{Seen, base64};
use akson_fhir::json::{Tree, write_string};
use akson_fhir::resource::Resource;
use axum::http::header;

use super::answer::Content;
use super::ask::Ask;
use super::error::Refusal;

/// The body as a Binary resource.
pub fn resource(ask: &Ask, id: Option<&str>) -> Result<Resource, Refusal> {
    let media = ask.content_type();
    if media.is_empty() || media.contains("fhir+") {
        return ask.resource_of("Binary");
    }
    if media.ends_with("json")
        && let Ok(resource) = ask.resource_of("Binary")
    {
        return Ok(resource);
    }
    let mut text = String::with_capacity(ask.body.len() * 4 / 3 + 128);
    text.push_str("{\"resourceType\":\"Binary\"");
    if let Some(id) = id {
        text.push_str(",\"id\":");
        write_string(&mut text, id);
    }
    text.push_str(",\"contentType\":");
    write_string(&mut text, media);
    if let Some(context) = ask.headers.get("x-security-context").and_then(|value| value.to_str().ok()) {
        text.push_str(",\"securityContext\":{\"reference\":");
        write_string(&mut text, context);
        text.push('}');
    }
    text.push_str(",\"data\":\"");
    base64::encode(&ask.body, &mut text);
    text.push_str("\"}");
    Resource::parse_json(text.as_bytes()).map_err(Refusal::unreadable)
}

/// The bytes of a Binary, unless the client asks for the resource.
pub fn raw(ask: &Ask, seen: &Seen) -> Option<Content> {
    if ask.shown.named || wants_fhir(ask) {
        return None;
    }
    let tree = Tree::parse(&seen.text).ok()?;
    let media = tree.root().get("contentType")?.as_str()?.into_owned();
    let bytes = match tree.root().get("data") {
        Some(data) => base64::decode(&data.as_str()?)?,
        None => Vec::new(),
    };
    Some(Content::File(media, bytes.into()))
}

fn wants_fhir(ask: &Ask) -> bool {
    let accepted = ask.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    ["fhir+json", "fhir+xml", "application/json", "application/xml", "text/xml"]
        .iter()
        .any(|media| accepted.contains(media) && !accepted.contains("text/html"))
}
