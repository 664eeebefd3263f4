//! A request, read: the caller, the place, the query, the body.
//!
//! Everything about HTTP that a handler needs is taken apart here once.

use std::sync::Arc;

use akson_core::{Caller, Record};
use akson_fhir::definition::Definitions;
use akson_fhir::resource::{Resource, is_id};
use akson_fhir::xml;
use axum::http::{HeaderMap, header};
use bytes::Bytes;

use super::error::Refusal;
use super::negotiate::{Format, Prefer, Shown, format_of};
use super::serve::House;
use akson_core::query::Pair;

/// A request.
pub struct Ask {
    /// What all requests share.
    pub house: Arc<House>,
    /// Who asks, and when.
    pub caller: Caller,
    /// The verb.
    pub method: &'static str,
    /// The parts of the address after the base.
    pub segments: Vec<String>,
    /// The query without what `shown` holds; of a form too.
    pub pairs: Vec<Pair>,
    /// The head.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
    /// How the answer is to be shown.
    pub shown: Shown,
    /// What the client prefers.
    pub prefer: Prefer,
    /// The FHIR base as the client sees it, without a slash at its end.
    pub base: String,
}

impl Ask {
    /// The door, for this caller.
    pub fn record(&self) -> Record {
        self.house.core.record(self.caller.clone())
    }

    /// The type that the address names.
    pub fn type_name(&self) -> Result<&'static str, Refusal> {
        type_named(self.segments.first().map_or("", String::as_str))
    }

    /// The id that the address names.
    pub fn id(&self) -> Result<&str, Refusal> {
        match self.segments.get(1) {
            Some(id) if is_id(id) => Ok(id),
            _ => Err(Refusal::no_such("an id is 1 to 64 letters, digits, hyphens and full stops")),
        }
    }

    /// The body as a resource.
    pub fn resource(&self) -> Result<Resource, Refusal> {
        if self.body.is_empty() {
            return Err(Refusal::bad_request("required", "the request needs a body"));
        }
        match self.body_format()? {
            Format::Json => Resource::parse_json(&self.body).map_err(Refusal::unreadable),
            Format::Xml => {
                let text = xml::to_json(&self.body).map_err(|issue| Refusal::unreadable(vec![issue]))?;
                Resource::parse_json(text.as_bytes()).map_err(Refusal::unreadable)
            }
        }
    }

    /// The body as a resource of the type in the address.
    pub fn resource_of(&self, type_name: &str) -> Result<Resource, Refusal> {
        let resource = self.resource()?;
        if resource.type_name() == type_name {
            return Ok(resource);
        }
        Err(Refusal::bad_request(
            "invariant",
            format!("the body is a {}, but the address names {type_name}", resource.type_name()),
        ))
    }

    /// The media type of the body, without its parameters.
    pub fn content_type(&self) -> &str {
        let value = self.headers.get(header::CONTENT_TYPE);
        let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
        text.split(';').next().unwrap_or("").trim()
    }

    fn body_format(&self) -> Result<Format, Refusal> {
        let given = self.content_type();
        if given.is_empty() {
            return Ok(Format::Json);
        }
        format_of(given).ok_or_else(|| {
            Refusal::new(415, "not-supported", "a body is application/fhir+json or application/fhir+xml")
        })
    }
}

/// A resource type by its name in an address.
pub fn type_named(name: &str) -> Result<&'static str, Refusal> {
    match Definitions::r4().resource(name) {
        Some(found) => Ok(found.name),
        None => {
            Err(Refusal::no_such("the address names no resource type of FHIR R4; /fhir/metadata lists what is there"))
        }
    }
}
