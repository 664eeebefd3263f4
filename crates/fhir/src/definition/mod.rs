//! What FHIR R4 says of itself: types, search parameters, compartments, code lists and profiles.
//!
//! The data lies in one checked-in file, `crates/fhir/definitions/r4.bin`, made by
//! `cargo xtask definitions`, compiled into the program and read once. Everything handed out is
//! `'static`. Looking a member up ([`Definitions::child`]) costs tens of nanoseconds.
//!
//! This module judges nothing and holds no rules: the validator, the search and the XML reader do.
//! Structures: <https://hl7.org/fhir/R4/structuredefinition.html>.

mod children;
mod definitions;
mod read;
mod search;
mod terminology;
#[cfg(test)]
mod tests;
mod types;

pub use definitions::{Definitions, Operation};
pub use search::{SearchComponent, SearchKind, SearchParameter};
pub use terminology::{CodeSystem, Coded, Concept, ValueSet};
pub use types::{Binding, Child, Constraint, Element, Strength, Type, TypeId, TypeKind, TypeRef};
