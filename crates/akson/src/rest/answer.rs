//! Answers: a reply's status, headers and body as HTTP, in the form the client wants.
//!
//! A stored text goes out as it is; only another form (XML, indented, cut) costs more.

use akson_core::{Change, Seen, Written};
use akson_fhir::outcome::{self, Issue};
use akson_fhir::resource::Resource;
use akson_fhir::xml;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;

use super::ask::Ask;
use super::error::Refusal;
use super::negotiate::{Format, Return, Shown};
use super::shape;
use crate::http::time;

/// What a handler answers.
#[derive(Default, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The version, for ETag.
    pub version: Option<u64>,
    /// Last-Modified in microseconds.
    pub updated: Option<i64>,
    /// Location.
    pub location: Option<String>,
    /// Whether this is the answer to an earlier request with the same key.
    pub replayed: bool,
    /// The body.
    pub content: Content,
}

/// A body.
#[derive(Default, Debug)]
pub enum Content {
    /// None.
    #[default]
    Nothing,
    /// A resource as JSON, to be shown as the client wants.
    Resource(Bytes),
    /// A resource as JSON whose parts are already as the client wants (a bundle).
    Shaped(Bytes),
    /// Anything else of ours, with its media type.
    Raw(&'static str, Bytes),
    /// Bytes that somebody kept here, with the media type they said.
    File(String, Bytes),
}

impl Reply {
    /// 200 with a version of a resource.
    pub fn seen(seen: Seen) -> Reply {
        Reply {
            status: 200,
            version: Some(seen.version),
            updated: Some(seen.updated),
            location: None,
            replayed: false,
            content: Content::Resource(Bytes::from(seen.text)),
        }
    }

    /// 200 with a resource made for this answer.
    pub fn resource(text: impl Into<Bytes>) -> Reply {
        Reply { status: 200, content: Content::Resource(text.into()), ..Reply::default() }
    }

    /// 200 with a bundle whose entries are in shape.
    pub fn bundle(text: Vec<u8>) -> Reply {
        Reply { status: 200, content: Content::Shaped(text.into()), ..Reply::default() }
    }

    /// The answer to a write, as `Prefer` wants it.
    pub fn written(ask: &Ask, written: Written) -> Reply {
        let Written { seen, change } = written;
        let status = match change {
            Change::Created => 201,
            Change::Updated | Change::Unchanged | Change::Existing => 200,
            Change::Deleted => 204,
        };
        let address = format!("{}/{}/{}", ask.base, seen.type_name, seen.id);
        let location = match change {
            Change::Deleted => None,
            _ => Some(format!("{address}/_history/{}", seen.version)),
        };
        let content = match ask.prefer.answer.unwrap_or(Return::Representation) {
            _ if seen.deleted => Content::Nothing,
            Return::Minimal => Content::Nothing,
            Return::Representation => Content::Resource(Bytes::from(seen.text)),
            Return::Outcome => Content::Resource(told(change).into()),
        };
        Reply { status, version: Some(seen.version), updated: Some(seen.updated), location, replayed: false, content }
    }
}

/// What a write did, as an OperationOutcome.
pub fn told(change: Change) -> String {
    let text = match change {
        Change::Created => "created",
        Change::Updated => "updated",
        Change::Unchanged => "nothing to change: this version is already current",
        Change::Existing => "a resource that matches exists already",
        Change::Deleted => "deleted",
    };
    outcome::outcome(&[Issue::information("informational", text)])
}

/// The reply as HTTP. The number is the length of the body.
pub fn respond(reply: Reply, shown: &Shown) -> (Response<Body>, u64) {
    let Reply { status, version, updated, location, replayed, content } = reply;
    let policy = match content {
        Content::File(..) => Some("default-src 'none'; sandbox"),
        Content::Raw(..) => Some("default-src 'none'; style-src 'unsafe-inline'"),
        _ => None,
    };
    let (media, bytes) = match content {
        Content::Nothing => (None, Bytes::new()),
        Content::Raw(media, bytes) => (Some(HeaderValue::from_static(media)), bytes),
        Content::File(media, bytes) => (HeaderValue::from_str(&media).ok(), bytes),
        Content::Resource(text) => {
            let text = shape::shape(&text, shown).map_or(text, Bytes::from);
            form(text, shown)
        }
        Content::Shaped(text) => form(text, shown),
    };
    let length = bytes.len() as u64;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(media) = media {
        headers.insert(header::CONTENT_TYPE, media);
    }
    if let Some(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if replayed {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    if let Some(version) = version
        && let Ok(value) = HeaderValue::from_str(&format!("W/\"{version}\""))
    {
        headers.insert(header::ETAG, value);
    }
    if let Some(value) = updated.and_then(time::print)
        && let Ok(value) = HeaderValue::from_str(&value)
    {
        headers.insert(header::LAST_MODIFIED, value);
    }
    if let Some(value) = location
        && let Ok(value) = HeaderValue::from_str(&value)
    {
        headers.insert(header::LOCATION, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    (response, length)
}

/// The refusal as HTTP. The number is the length of the body.
pub fn refuse(refusal: &Refusal, shown: &Shown) -> (Response<Body>, u64) {
    let reply = Reply {
        status: refusal.status,
        content: Content::Shaped(outcome::outcome(&refusal.issues).into()),
        ..Reply::default()
    };
    respond(reply, shown)
}

fn form(text: Bytes, shown: &Shown) -> (Option<HeaderValue>, Bytes) {
    let (format, text) = match shown.format {
        Format::Json if shown.pretty => (Format::Json, shape::pretty(&text).map_or(text, Bytes::from)),
        Format::Json => (Format::Json, text),
        // What can't be said in XML is better said in JSON than not at all.
        Format::Xml => match Resource::parse_json(&text) {
            Ok(resource) if shown.pretty => (Format::Xml, Bytes::from(xml::from_json_indented(&resource))),
            Ok(resource) => (Format::Xml, Bytes::from(xml::from_json(&resource))),
            Err(_) => (Format::Json, text),
        },
    };
    (Some(HeaderValue::from_static(format.content_type())), text)
}
