//! The language: FHIR R4 as data. Pure: no input or output, no clock, not async.
//!
//! What is here: resources kept exactly (`json`), and what the standard says about them.
//! What is not: storage, rules of access, HTTP.

pub mod codes;
pub mod definition;
pub mod json;
mod narrative;
pub mod outcome;
pub mod patch;
pub mod path;
pub mod reference;
pub mod resource;
pub mod validate;
pub mod value;
pub mod xml;
