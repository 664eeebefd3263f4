//! FHIR's REST API: translates requests into calls on the door (`akson_core::Record`) and the
//! answers back. It decides nothing about access and keeps nothing.
//!
//! The whole API stands in `routes.rs`. Spec: <https://hl7.org/fhir/R4/http.html>.

pub mod answer;
pub mod ask;
pub mod bundle;
pub mod capability;
pub mod conditions;
pub mod error;
pub mod negotiate;
pub mod operations;
pub mod routes;
pub mod serve;
pub mod shape;

mod batch;
mod binary;
mod create;
mod delete;
mod history;
mod patch;
mod read;
mod search;
mod start;
mod update;
