//! FHIR in XML: read into compact JSON text, written from a resource.
//!
//! Both ways follow the definitions, so arrays, numbers and flags come out right, and nothing is
//! lost: decimals stay as written, primitives keep their ids and extensions, the narrative stays
//! its own text. Only the order of members changes on the way out, since XML prescribes one.
//! Refused with place, line and column: document types and entities beyond XML's five, other
//! encodings than UTF-8, foreign namespaces, unknown members, text between members, members apart
//! from their equals, and what exceeds [`ATTRIBUTES_MAX`], [`NAMESPACES_MAX`] or the depth of JSON.
//! It does not judge content: that is `validate`'s business. Spec: <https://hl7.org/fhir/R4/xml.html>.

mod narrative;
mod read;
mod scope;
mod write;

pub use read::{ATTRIBUTES_MAX, NAMESPACES_MAX, to_json};
pub use write::{from_json, from_json_indented};

/// The namespace of FHIR.
pub const FHIR: &str = "http://hl7.org/fhir";
/// The namespace of the narrative.
pub const XHTML: &str = "http://www.w3.org/1999/xhtml";

#[cfg(test)]
mod tests;
